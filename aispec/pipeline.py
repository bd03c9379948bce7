"""The pipeline, from paths to a report: read, resolve, estimate, judge.

Everything that reaches outside is passed in: where the repository is, what day it is, texts that
are not on disk. Surfaces call `check` and render what it returns.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aispec import __version__
from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.estimate.architecture.parameters import wanting
from aispec.estimate.facts import Case, estimate
from aispec.estimate.routes import blend, loads
from aispec.estimate.stated import stated
from aispec.governance import Governance, Governor
from aispec.policy.baseline import hidden
from aispec.policy.engine import Subject, from_problem, judge
from aispec.policy.finding import Finding
from aispec.policy.rule import Rule, load_builtin
from aispec.policy.waiver import apply
from aispec.report.report import FailOn, Judged, Report
from aispec.spec.astray import astray, inside
from aispec.spec.discover import find
from aispec.spec.model import Workload
from aispec.spec.problem import Problem
from aispec.spec.reader import Located, SpecFile, read, read_file
from aispec.spec.settings import SettingsFinder
from aispec.spec.together import together

if TYPE_CHECKING:
    from aispec.catalog.local import LocalModel


@dataclass(frozen=True, slots=True)
class Options:
    """How a run differs from the usual one."""

    root: str = "."
    repository: str | None = None  # the folder that settings and paths may not leave
    today: date | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: FailOn | None = None
    strict: bool = False
    prices: str | None = None  # a file that goes before the settings' and the catalogue's
    baseline: str | None = None  # a file; None is the one beside the settings, "" none at all
    remedies: bool | None = None  # None: unless there are very many findings
    rules: tuple[Rule, ...] = ()  # beside those that come with aispec and those settings name


_USUAL = Options()
_MOST_OF_A_PROMPT = 4 << 20  # bytes


@dataclass(slots=True)
class _Placed:
    """A deployment on its way through the pipeline."""

    file: SpecFile
    located: Located
    deployment: Deployment
    governance: Governance
    workload: Workload | None
    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def check(
    paths: Sequence[str] = (".",),
    options: Options = _USUAL,
    texts: Mapping[str, bytes | str] | None = None,
) -> Report:
    """Judge all specs that `paths` name, and the `texts` by their shown names.

    Never raises for what stands in a spec: whatever is wrong with it is a finding of the report.
    """
    finder = SettingsFinder()
    names, problems = find(paths, options.root, finder) if paths else ([], [])
    files = [read_file(os.path.join(options.root, name), name) for name in names]
    files += [read(text, name) for name, text in (texts or {}).items()]
    if not files and not problems:
        problems = [_nothing_found(paths)]
    return report_on(files, problems, Governor(options.root, finder, options), options)


def _nothing_found(paths: Sequence[str]) -> Problem:
    return Problem(
        "SPEC004",
        f"there is no spec in {', '.join(paths) or 'nothing'}",
        help="a spec is called ai-deploy.yaml, or *.ai-deploy.yaml, or what .aispec.yaml says",
        file=paths[0] if paths else ".",
    )


def report_on(
    files: Sequence[SpecFile], problems: Sequence[Problem], governor: Governor, options: Options
) -> Report:
    """Judge files that have been read; `problems` are those of finding them."""
    every = [each for file in files for each in _placed(file, governor, options)]
    placed = [each for each in every if not each.problems]
    _estimate(placed, options)
    judged = [_judge(each, options) for each in placed]
    reading = [from_problem(p, file.path) for file in files for p in file.problems]
    reading += [from_problem(p, p.file or ".") for p in (*problems, *together(files))]
    reading += [
        from_problem(problem, each.file.path)
        for each in every
        for problem in (*_astray(each, options), *each.problems)
    ]
    results = _silence(files, judged, reading, governor, options)
    fresh = _unrecorded(results[0], governor, options)
    return Report(
        version=__version__,
        files=tuple(file.path for file in files),
        deployments=tuple(_with_remedies(fresh, placed, options)),
        findings=tuple(_once([*results[1], *governor.findings()])),
        fail_on=options.fail_on or governor.fail_on(files),
        lines={file.path: file.lines for file in files},
    )


def judge_example(example: Any, rules: tuple[Rule, ...], today: date | None) -> list[Finding]:
    """Judge a rule's example: the data of one spec or of several, or a file's text."""
    text = example if isinstance(example, str) else _written(example)
    options = Options(today=today, rules=rules, remedies=False)
    finder = SettingsFinder()
    file = read(text, "ai-deploy.yaml")
    report = report_on([file], [], Governor("/nonexistent", finder, options), options)
    return list(report.every())


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


def _placed(file: SpecFile, governor: Governor, options: Options) -> list[_Placed]:
    governance = governor.of(file.path)
    return [_place(file, located, governance, options) for located in file.deployments]


def _place(file: SpecFile, located: Located, governance: Governance, options: Options) -> _Placed:
    spec = located.spec
    local, problems = _local(file, located, options)
    assumptions = governance.settings.assumptions
    deployment = resolve(spec, governance.catalog, assumptions, local)
    lacking = wanting(deployment.model) if spec.model and spec.model.architecture else None
    if lacking:
        span = located.document.locate("model.architecture")
        words = f"model.architecture can't be counted: {lacking}"
        problems.append(Problem("SPEC007", words, span, ("model", "architecture")))
    return _Placed(file, located, deployment, governance, spec.workload, problems=problems)


def _local(
    file: SpecFile, located: Located, options: Options
) -> tuple[LocalModel | None, list[Problem]]:
    """Read the files at `model.path`, where one is written and lies in the repository."""
    written = located.spec.model.path if located.spec.model else None
    if written is None:
        return None, []
    folder = os.path.dirname(os.path.join(options.root, file.path)) or "."
    root = options.repository or options.root
    full = inside(written, folder, root)
    if full is None or not os.path.exists(full):
        return None, []  # SPEC013 says so
    from aispec.catalog.local import LocalError, read_local

    try:
        return read_local(Path(full), Path(root)), []
    except LocalError as error:
        span = located.document.locate("model.path")
        problem = Problem("SPEC017", error.message, span, ("model", "path"), note=error.detail)
        return None, [problem]


def _folder(each: _Placed, options: Options) -> str:
    return os.path.dirname(os.path.join(options.root, each.file.path)) or "."


def _astray(each: _Placed, options: Options) -> list[Problem]:
    return astray(each.located, _folder(each, options), options.repository or options.root)


def _prompts(each: _Placed, options: Options) -> dict[str, str]:
    """Return the texts of the prompt files that a deployment names, those inside the repository."""
    texts = {}
    written = each.workload.prompts if each.workload else {}
    for part, name in written.items():
        full = inside(name, _folder(each, options), options.repository or options.root)
        if full and os.path.isfile(full):
            with open(full, "rb") as file:
                texts[part] = file.read(_MOST_OF_A_PROMPT).decode("utf-8", "replace")
    return texts


def _estimate(placed: Sequence[_Placed], options: Options) -> None:
    """Give each deployment its load and its facts, targets before the front doors over them."""
    carried = loads([each.located.spec for each in placed])
    doors = []
    for each in placed:
        each.workload = carried.get(each.located.spec.name, each.workload)
        if each.located.spec.routes and each.workload:
            doors.append(each)
        else:
            texts = _prompts(each, options)
            each.facts = estimate(Case(each.deployment, each.workload, options.today, texts))
    by_name = {each.located.spec.name: each for each in placed}
    for each in sorted(doors, key=lambda door: _depth(door, by_name)):
        targets = [by_name[r.to].facts for r in each.located.spec.routes if r.to in by_name]
        assert each.workload is not None
        each.facts = blend(each.deployment, each.workload, [t for t in targets if t])


def _depth(door: _Placed, by_name: Mapping[str, _Placed], seen: tuple[str, ...] = ()) -> int:
    """How many front doors lie below this one; a route back to where it came from counts none."""
    name = door.located.spec.name
    below = [by_name[r.to] for r in door.located.spec.routes if r.to in by_name]
    inner = [each for each in below if each.located.spec.name not in (*seen, name)]
    return 1 + max((_depth(each, by_name, (*seen, name)) for each in inner), default=-1)


def _judge(each: _Placed, options: Options) -> Judged:
    said = stated(each.deployment)
    subject = Subject(
        path=each.file.path,
        document=each.located.document,
        name=each.located.spec.name,
        scope={**said, **each.facts},
        today=options.today,
    )
    return Judged(
        path=each.file.path,
        line=each.located.document.line,
        name=each.located.spec.name,
        facts=each.facts,
        stated=said,
        assumptions=each.deployment.assumptions,
        findings=tuple(judge(each.governance.rules, subject, strict=options.strict)),
        note=each.deployment.model_note,
    )


def _unrecorded(judged: Sequence[Judged], governor: Governor, options: Options) -> list[Judged]:
    """Silence what a baseline has recorded."""
    made = []
    for each in judged:
        baseline = governor.baseline(each.path) if each.findings else None
        if baseline:
            forbidden = governor.of(each.path).settings.forbid_silencing
            found = hidden(each.findings, baseline, options.root, forbidden)
            each = replace(each, findings=found)
        made.append(each)
    return made


def _with_remedies(
    judged: Sequence[Judged], placed: Sequence[_Placed], options: Options
) -> Sequence[Judged]:
    if options.remedies is False or not any(each.findings for each in judged):
        return judged
    from aispec.trials import Bench, with_remedies

    benches = [
        Bench(
            each.deployment,
            each.governance,
            each.workload,
            partial(_prompts, each, options),
            options.today,
            options.strict,
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
    return with_remedies(judged, benches, asked=options.remedies)


def _once(findings: Sequence[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))


def _silence(
    files: Sequence[SpecFile],
    judged: Sequence[Judged],
    findings: Sequence[Finding],
    governor: Governor,
    options: Options,
) -> tuple[list[Judged], list[Finding]]:
    """Apply each file's comments to its findings, and add what is wrong with the comments."""
    rest = list(findings)
    silenced: dict[str, list[Finding]] = {}
    for file in files:
        comments = [c for located in file.deployments for c in located.document.comments]
        if not comments:
            continue
        governance = governor.of(file.path)
        own = [f for each in judged if each.path == file.path for f in each.findings]
        result = apply(
            own,
            comments,
            path=file.path,
            rules=governance.known,
            today=options.today,
            forbidden=governance.settings.forbid_silencing,
            selection=governance.selection,
        )
        silenced[file.path] = result
        rest += [f for f in result if f.deployment is None]
    return [
        replace(each, findings=tuple(f for f in silenced[each.path] if f.deployment == each.name))
        if each.path in silenced
        else each
        for each in judged
    ], rest
