"""Which deployment of one run is which of another: by name, and where that changed, by the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from aispec.estimate.difference import same
from aispec.estimate.fact import Absent, Facts

_ALIKE = 0.5  # of what both specs state, in the same file
_MANY = 50  # deployments with one model that are tried each with each
_VERY_ALIKE = 0.8  # of it, in another file
_MODEL = ("model.asked", "model.path")
_IDENTITY = (*_MODEL, "hardware.asked", "api.provider")


class Named(Protocol):
    """What tells one deployment from another."""

    @property
    def path(self) -> str:
        """Its file."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def stated(self) -> Facts:
        """What its author wrote."""


def match(before: Sequence[Named], after: Sequence[Named]) -> dict[int, int]:
    """Return, by the place of a deployment in `after`, the place in `before` of what it was.

    The same name in the same file comes first, then the same name in another file. What is left is
    renamed where model and hosting are the same and most of the rest is: the most alike first.
    """
    found: dict[int, int] = {}
    _by(lambda each: (each.path, each.name), before, after, found)
    _by(lambda each: (each.name,), before, after, found)
    taken = set(found.values())
    lost = [old for old in range(len(before)) if old not in taken]
    fresh = [new for new in range(len(after)) if new not in found]
    near = [
        (-likeness, abs(place - old), place, old)
        for place, old in _alike(before, after, lost, fresh)
        if (likeness := _likeness(before[old], after[place]))
    ]
    for _, _, new, old in sorted(near):
        if new not in found and old not in taken:
            found[new] = old
            taken.add(old)
    return found


def _alike(
    before: Sequence[Named], after: Sequence[Named], lost: Sequence[int], fresh: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield what may be the same under another name: the same model and hosting.

    Of very many with one model only those that stand at the same place among them are.
    """
    waiting: dict[tuple[str, ...], list[int]] = {}
    for old in lost:
        waiting.setdefault(_identity(before[old]), []).append(old)
    places: Counter[tuple[str, ...]] = Counter()
    for new in fresh:
        key = _identity(after[new])
        olds = waiting.get(key, [])
        near = olds if len(olds) <= _MANY else olds[places[key] : places[key] + 1]
        places[key] += 1
        yield from ((new, old) for old in near)


def _identity(each: Named) -> tuple[str, ...]:
    return tuple(str(each.stated.get(name, "")) for name in _IDENTITY)


def _by(
    key: Callable[[Named], tuple[str, ...]],
    before: Sequence[Named],
    after: Sequence[Named],
    found: dict[int, int],
) -> None:
    """Add the pairs of equal keys, in the order in which they stand."""
    taken = set(found.values())
    waiting: dict[tuple[str, ...], list[int]] = {}
    for old, each in enumerate(before):
        if old not in taken:
            waiting.setdefault(key(each), []).append(old)
    for new, each in enumerate(after):
        if new not in found and (same_key := waiting.get(key(each))):
            found[new] = same_key.pop(0)


def _likeness(one: Named, other: Named) -> float:
    """The share of what both state that is the same, one more in the same file; else nothing."""
    if not all(same(one.stated.get(name), other.stated.get(name)) for name in _IDENTITY):
        return 0.0
    if all(_left_out(one, name) for name in _MODEL):
        return 0.0
    given = [
        name
        for name in {**one.stated, **other.stated}
        if name != "name" and not (_left_out(one, name) and _left_out(other, name))
    ]
    share = sum(same(one.stated.get(n), other.stated.get(n)) for n in given) / len(given)
    if one.path == other.path:
        return 1.0 + share if share >= _ALIKE else 0.0
    return share if share >= _VERY_ALIKE else 0.0


def _left_out(each: Named, name: str) -> bool:
    return isinstance(each.stated.get(name, Absent()), Absent)
