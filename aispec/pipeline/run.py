"""From files that were read to a report: resolve, estimate, judge, look for what would help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from aispec import __version__
from aispec.governance import Governor
from aispec.pipeline.figures import give_facts
from aispec.pipeline.judgement import judged, silenced, unrecorded
from aispec.pipeline.options import Options, seeking
from aispec.pipeline.placed import Placed, place_all, prompts, strays
from aispec.policy.engine import from_problem
from aispec.policy.finding import Finding
from aispec.policy.rule import Rule
from aispec.record import replace
from aispec.report.report import Judged, Report
from aispec.spec.problem import Problem
from aispec.spec.reader import SpecFile, read
from aispec.spec.settings import SettingsFinder
from aispec.spec.together import together


def report_on(
    files: Sequence[SpecFile],
    problems: Sequence[Problem],
    governor: Governor,
    options: Options,
    elsewhere: int = 0,
) -> Report:
    """Judge files that have been read; `problems` are those of finding them.

    `elsewhere` are the deployments of the same run that want remedies and are not among these.
    """
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
        deployments=tuple(_with_remedies(fresh, placed, options, elsewhere)),
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


def _with_remedies(
    found: Sequence[Judged], placed: Sequence[Placed], options: Options, elsewhere: int
) -> Sequence[Judged]:
    wanting = sum(each.wanting for each in found)
    if not (wanting and seeking(wanting + elsewhere, options)):
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
    return with_remedies(found, benches)


def _once(findings: Sequence[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))
