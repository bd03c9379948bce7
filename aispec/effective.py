"""Which rules govern a file, how severe each is there, and who decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aispec.governance import Governor
from aispec.policy.finding import Severity
from aispec.policy.rule import Rule, builtin_by_code
from aispec.policy.selection import closeness
from aispec.record import record
from aispec.spec.globs import matches
from aispec.spec.location import Path
from aispec.spec.settings import Override, Settings

THE_RULE = "the rule itself"


@record
class Effective:
    """One rule where a file is judged: `severity` is none where it does not run."""

    rule: Rule
    severity: Severity | None
    by: str


def effective(governor: Governor, path: str) -> list[Effective]:
    """Return every rule that is known where the spec at `path` lies, by code."""
    governance = governor.of(path)
    running = {rule.code: rule.severity for rule in governance.rules}
    settings, relative = governor.settings(path)
    layers = _Layers(settings, relative, governor.shown(settings.path))
    told = []
    for rule in sorted(governance.known, key=lambda rule: rule.code):
        admitted = governance.selection.admits(rule.code, rule.name)
        severity = running.get(rule.code, rule.severity if admitted else None)
        if severity is None:
            by = layers.who_left_out(rule)
        else:
            by = layers.who_weighed(rule) or layers.who_added(rule)
        told.append(Effective(rule, severity, by))
    return told


class _Layers:
    """The settings and those of their overrides that hold for a spec, with their places."""

    def __init__(self, settings: Settings, path: str, shown: str) -> None:
        self._settings = settings
        self._shown = shown
        overrides = enumerate(settings.overrides)
        self._layers: list[tuple[Path, Settings | Override]] = [
            ((), settings),
            *((("overrides", n), one) for n, one in overrides if matches(path, one.paths)),
        ]

    def who_left_out(self, rule: Rule) -> str:
        """Whoever keeps a rule from running: the closest pattern, or a selection without it."""
        found = [
            (closeness((pattern,), rule.code, rule.name), at)
            for at, pattern in (*self._patterns("ignore"), *self._off())
        ]
        best = max(found, key=lambda each: each[0], default=(-1, ()))
        if best[0] >= 0:
            return self._place(best[1])
        chosen = [at for at, layer in self._layers if layer.select is not None]
        return self._place((*chosen[-1], "select")) if chosen else THE_RULE

    def who_weighed(self, rule: Rule) -> str | None:
        """Whoever gave a rule its severity, where that is not its own."""
        best, place = -1, None
        for at, pattern, _ in self._severities():
            close = closeness((pattern,), rule.code, rule.name)
            if close >= max(best, 0):
                best, place = close, (*at, "severity", pattern)
        return self._place(place) if place else None

    def who_added(self, rule: Rule) -> str:
        """Whoever selected a rule or brought it along; itself where nobody had to."""
        for at, pattern in reversed([*self._patterns("select")]):
            if closeness((pattern,), rule.code, rule.name) >= 0:
                return self._place(at)
        own = self._settings.extends and rule.code not in builtin_by_code()
        return self._place(("extends",)) if own else THE_RULE

    def _patterns(self, field: str) -> Iterator[tuple[Path, str]]:
        for at, layer in self._layers:
            for number, pattern in enumerate(getattr(layer, field) or ()):
                yield (*at, field, number), pattern

    def _severities(self) -> Iterator[tuple[Path, str, str]]:
        for at, layer in self._layers:
            weights: Mapping[str, str] = layer.severity
            for pattern, word in weights.items():
                yield at, pattern, word

    def _off(self) -> Iterator[tuple[Path, str]]:
        for at, pattern, word in self._severities():
            if word == "off":
                yield (*at, "severity", pattern), pattern

    def _place(self, at: Path) -> str:
        document = self._settings.document
        line = document.locate(at).line if document else 1
        words = ".".join(str(step) for step in at if isinstance(step, str))
        return f"{self._shown}:{line} ({words})"
