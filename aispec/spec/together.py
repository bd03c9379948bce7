"""What can be wrong only between deployments: names used twice, routes that lead nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from aispec.spec.location import Path
from aispec.spec.problem import Problem
from aispec.spec.reader import Located, SpecFile
from aispec.spec.words import nearest

_Place = tuple[str, Located]


def together(files: Sequence[SpecFile]) -> list[Problem]:
    """All problems between the deployments of one run, each with its file, in order of place."""
    problems = [*duplicates(files), *unrouted(files), *misrouted(files)]
    return sorted(problems, key=lambda p: (p.file or "", p.span.line, p.span.column, p.code))


def duplicates(files: Sequence[SpecFile]) -> list[Problem]:
    """Names that a deployment before has already."""
    first: dict[str, _Place] = {}
    problems = []
    for path, located in _all(files):
        name = located.spec.name
        if name not in first:
            first[name] = (path, located)
            continue
        other_path, other = first[name]
        where = f"{other_path}:{other.document.locate('name').line}"
        words = f"the name '{name}' is taken by the deployment at {where}"
        problems.append(_problem("SPEC012", words, path, located, ("name",)))
    return problems


def unrouted(files: Sequence[SpecFile]) -> list[Problem]:
    """Deployments that have no workload and no route that would bring them one."""
    targets = {route.to for _, located in _all(files) for route in located.spec.routes}
    return [
        _problem(
            "SPEC016",
            f"'{located.spec.name}' has no workload, and no route leads to it",
            path,
            located,
            (),
            "write who uses it: `workload: {users: 1000/day, tokens_per_session: 2000}`",
        )
        for path, located in _all(files)
        if located.spec.workload is None and located.spec.name not in targets
    ]


def misrouted(files: Sequence[SpecFile]) -> list[Problem]:
    """Routes to deployments that are not there, and routes that come back to where they start."""
    # A file that is broken may hold the target: then nobody can tell.
    complete = not any(file.problems for file in files)
    names = {located.spec.name: located for _, located in _all(files)}
    problems = []
    for path, located in _all(files):
        for number, route in enumerate(located.spec.routes):
            at: Path = ("routes", number, "to")
            if route.to not in names:
                if complete:
                    near = nearest(route.to, names)
                    advice = f"did you mean '{near}'?" if near else None
                    words = f"there is no deployment called '{route.to}'"
                    problems.append(_problem("SPEC014", words, path, located, at, advice))
            elif _reaches(route.to, located.spec.name, names):
                words = f"the route to '{route.to}' leads back to '{located.spec.name}'"
                problems.append(_problem("SPEC014", words, path, located, at))
    return problems


def _reaches(start: str, goal: str, names: dict[str, Located]) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen and name in names:
            seen.add(name)
            waiting.extend(route.to for route in names[name].spec.routes)
    return False


def _all(files: Sequence[SpecFile]) -> list[_Place]:
    return [(file.path, located) for file in files for located in file.deployments]


def _problem(
    code: str, words: str, path: str, located: Located, at: Path, advice: str | None = None
) -> Problem:
    return Problem(code, words, located.document.locate(at), at, help=advice, file=path)
