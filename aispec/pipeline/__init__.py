"""The pipeline, from paths to a report: read, resolve, estimate, judge.

Everything that reaches outside is passed in: where the repository is, what day it is, texts that
are not on disk. Surfaces call `check` and render what it returns.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from aispec import __version__
from aispec.governance import Governor
from aispec.pipeline.figures import give_facts
from aispec.pipeline.gathered import gather
from aispec.pipeline.judgement import judged, silenced, unrecorded
from aispec.pipeline.options import Options as Options
from aispec.pipeline.placed import Placed, place_all, prompts, strays
from aispec.policy.engine import from_problem
from aispec.policy.finding import Finding
from aispec.policy.rule import Rule, load_builtin
from aispec.record import replace
from aispec.report.report import Judged, Report
from aispec.spec.problem import Problem
from aispec.spec.reader import SpecFile, read, read_file
from aispec.spec.settings import SettingsFinder
from aispec.spec.together import together

_USUAL = Options()


def check(
    paths: Sequence[str] = (".",),
    options: Options = _USUAL,
    texts: Mapping[str, bytes | str] | None = None,
) -> Report:
    """Judge all specs that `paths` name, and the `texts` by their shown names.

    Never raises for what stands in a spec: whatever is wrong with it is a finding of the report.
    """
    gathered = gather(paths, options, texts)
    return report_on(gathered.files, gathered.problems, gathered.governor, options)


def report_on(
    files: Sequence[SpecFile], problems: Sequence[Problem], governor: Governor, options: Options
) -> Report:
    """Judge files that have been read; `problems` are those of finding them."""
    every = [each for file in files for each in place_all(file, governor, options)]
    placed = [each for each in every if not each.problems]
    give_facts(placed, options)
    found = [judged(each, options) for each in placed]
    reading = [from_problem(p, file.path) for file in files for p in file.problems]
    reading += [from_problem(p, p.file or ".") for p in (*problems, *together(files))]
    reading += [
        from_problem(problem, each.file.path)
        for each in every
        for problem in (*strays(each, options), *each.problems)
    ]
    results = silenced(files, found, reading, governor, options)
    fresh = unrecorded(results[0], governor, options)
    return Report(
        version=__version__,
        files=tuple(file.path for file in files),
        deployments=tuple(_with_remedies(fresh, placed, options)),
        findings=tuple(_once([*results[1], *governor.findings()])),
        fail_on=options.fail_on or governor.fail_on(files),
        lines={file.path: file.lines for file in files},
    )


def judge_example(
    example: Any,
    rules: tuple[Rule, ...],
    today: date | None,
    files: Mapping[str, str] | None = None,
    before: Any = None,
) -> list[Finding]:
    """Judge a rule's example: the data of one spec or of several, or a file's text.

    `files` are the texts of those that it names, `before` is the example that it is compared with.
    """
    options = Options(today=today, rules=rules, remedies=False, files=files or {})
    if before is not None:
        options = replace(options, before=_example(before, options))
    return list(_example(example, options).every())


def _example(example: Any, options: Options) -> Report:
    text = example if isinstance(example, str) else _written(example)
    governor = Governor("/nonexistent", SettingsFinder(), options)
    return report_on([read(text, "ai-deploy.yaml")], [], governor, options)


def _written(example: Any) -> str:
    import json

    several = example if isinstance(example, list) else [example]
    # JSON is YAML, and keeps apart what YAML would read as something else.
    return "\n---\n".join(json.dumps(spec, ensure_ascii=False, default=str) for spec in several)


def load(path: str, root: str = ".") -> SpecFile:
    """Read one file of specs without judging it."""
    return read_file(os.path.join(root, path), path)


def explain(code: str) -> Rule:
    """Return the rule of a code or name. Raises `KeyError` where there is none."""
    for rule in load_builtin(told=True):
        if code in (rule.code, rule.name):
            return rule
    raise KeyError(code)


def _with_remedies(
    found: Sequence[Judged], placed: Sequence[Placed], options: Options
) -> Sequence[Judged]:
    if options.remedies is False or not any(each.findings for each in found):
        return found
    from aispec.pipeline.trials import Bench, with_remedies

    benches = [
        Bench(
            each.deployment,
            each.governance,
            each.workload,
            partial(prompts, each, options),
            options.today,
            options.strict,
            before=each.before,
        )
        for each in placed
    ]
    by_name = {bench.deployment.name: bench for bench in benches}
    benches = [
        replace(
            b, targets=tuple(by_name[r.to] for r in b.deployment.spec.routes if r.to in by_name)
        )
        for b in benches
    ]
    return with_remedies(found, benches, asked=options.remedies)


def _once(findings: Sequence[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))
