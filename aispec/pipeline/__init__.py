"""The pipeline, from paths to a report: read, resolve, estimate, judge.

Everything that reaches outside is passed in: where the repository is, what day it is, texts that
are not on disk. Surfaces call `check` and render what it returns.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aispec.pipeline.gathered import found_in, gather
from aispec.pipeline.options import Options as Options
from aispec.report.report import Report

if TYPE_CHECKING:
    from aispec.policy.rule import Rule
    from aispec.spec.reader import SpecFile

_USUAL = Options()


def check(
    paths: Sequence[str] = (".",),
    options: Options = _USUAL,
    texts: Mapping[str, bytes | str] | None = None,
) -> Report:
    """Judge all specs that `paths` name, and the `texts` by their shown names.

    Never raises for what stands in a spec: whatever is wrong with it is a finding of the report.
    """
    if options.kept and not (texts or options.files or options.rules or options.before):
        from aispec.pipeline.kept.run import check as check_changed

        return check_changed(found_in(paths, options), options)
    from aispec.pipeline.run import report_on

    gathered = gather(paths, options, texts)
    return report_on(gathered.files, gathered.problems, gathered.governor, options)


def load(path: str, root: str = ".") -> SpecFile:
    """Read one file of specs without judging it."""
    from aispec.spec.reader import read_file

    return read_file(os.path.join(root, path), path)


def explain(code: str) -> Rule:
    """Return the rule of a code or name. Raises `KeyError` where there is none."""
    from aispec.policy.rule import load_builtin

    for rule in load_builtin(told=True):
        if code in (rule.code, rule.name):
            return rule
    raise KeyError(code)
