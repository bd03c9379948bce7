"""A set of rules made ready to judge one deployment after the other.

Conditions are compiled when they are first asked. Rules that cannot hold for what is absent are
left out: deployments that lack the same facts share one short list. What a rule can't do without
comes with those of a wheel, and is looked for in others after some tens of judgements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact
from aispec.policy.expression import condition
from aispec.policy.operations import Ask
from aispec.policy.rule import Rule

_FEW = 40  # judgements for which it does not pay to look what is absent
_MOST_LISTS = 1024
_TELLING = ("environment", "use", "hardware.class", "hardware.purchase", "model.kind")
"""Texts that rules ask for and that have few values: rules that ask for another are left out."""


class Seat:
    """One rule of a panel, with its conditions and all that does not change between deployments."""

    __slots__ = ("_applies", "_when", "rule")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._applies: Ask | None = None
        self._when: Ask | None = None

    def outcome(self, scope: Mapping[str, Fact]) -> Answer:
        """Return whether the rule's condition holds, where it applies."""
        if not self.rule.applies:
            return self._asked(scope)
        if self._applies is None:
            self._applies = condition(self.rule.applies).ask
        applies = self._applies(scope)
        if applies is Answer.NO:
            return applies
        when = self._asked(scope)
        return when if applies is Answer.YES else applies & when

    def _asked(self, scope: Mapping[str, Fact]) -> Answer:
        if self._when is None:
            self._when = condition(self.rule.when).ask
        return self._when(scope)

    @property
    def names(self) -> tuple[str, ...]:
        """The facts and fields that the rule's condition uses, sorted."""
        return names_of(self.rule.when, self.rule.applies)

    def indispensable(self) -> Iterable[str]:
        """Return the facts without which the rule finds nothing."""
        if self.rule.needs is not None:
            return self.rule.needs
        from aispec.policy.absence import indispensable

        applies = self.rule.applies
        return indispensable(self.rule.when) | (indispensable(applies) if applies else frozenset())

    def demanded(self) -> list[tuple[str, frozenset[str]]]:
        """Return texts that are asked for, with the words that the rule may hold with."""
        if self.rule.needs is not None:
            return [each for each in self.rule.words if each[0] in _TELLING]
        from aispec.policy.absence import demanded

        texts = (self.rule.when, self.rule.applies) if self.rule.applies else (self.rule.when,)
        return [each for text in texts for each in demanded(text) if each[0] in _TELLING]


@lru_cache(maxsize=1024)
def names_of(when: str, applies: str) -> tuple[str, ...]:
    """Return the facts and fields that a rule's conditions use, sorted; `applies` may be empty."""
    used = set(condition(when).names)
    if applies:
        used.update(condition(applies).names)
    return tuple(sorted(used))


class Panel:
    """Rules that judge, in their order; those of the reader have no condition and no seat."""

    __slots__ = ("_few", "_judged", "_lists", "_needs", "_words", "rules", "seats")

    def __init__(self, rules: Sequence[Rule], few: int = _FEW) -> None:
        self.rules = rules
        known = all(rule.needs is not None for rule in rules if not rule.reader)
        self._few = 0 if known else few
        self.seats = [Seat(rule) for rule in rules if not rule.reader]
        self._judged = 0
        self._needs: dict[str, list[int]] = {}
        self._words: list[tuple[int, str, frozenset[str]]] = []
        self._lists: dict[tuple[tuple[str, ...], ...], list[Seat]] = {}

    def holding(self, scope: Mapping[str, Fact]) -> list[tuple[Seat, Answer]]:
        """Return the rules whose condition holds, or may, with its answer."""
        return [
            (seat, answer)
            for seat in self._concerned(scope)
            if (answer := seat.outcome(scope)) is not Answer.NO
        ]

    def seat(self, code: str) -> Seat | None:
        """Return the place of a rule; none where it does not judge here."""
        return next((seat for seat in self.seats if seat.rule.code == code), None)

    def instead_of(self, code: str) -> list[Seat]:
        """Return the rules that speak in place of another."""
        return [seat for seat in self.seats if code in seat.rule.instead_of]

    def _concerned(self, scope: Mapping[str, Fact]) -> list[Seat]:
        self._judged += 1
        if self._judged <= self._few:
            return self.seats
        needs = self._needs or self._look()
        get = scope.get
        absent = tuple(
            [name for name in needs if (fact := get(name)) is None or type(fact) is Absent]
        )
        telling = tuple([str(fact) if type(fact := get(n)) is str else "" for n in _TELLING])
        found = self._lists.get((absent, telling))
        if found is None:
            found = self._left(absent, dict(zip(_TELLING, telling, strict=True)))
            if len(self._lists) < _MOST_LISTS:
                self._lists[absent, telling] = found
        return found

    def _left(self, absent: tuple[str, ...], telling: Mapping[str, str]) -> list[Seat]:
        """The rules that may hold without some facts and with such words."""
        gone = {place for name in absent for place in self._needs[name]}
        gone |= {
            place
            for place, name, words in self._words
            if telling[name] and telling[name] not in words
        }
        return [seat for place, seat in enumerate(self.seats) if place not in gone]

    def _look(self) -> dict[str, list[int]]:
        """Note by fact the places of the rules that cannot do without it, or without a word."""
        for place, seat in enumerate(self.seats):
            for name in sorted(seat.indispensable()):
                self._needs.setdefault(name, []).append(place)
            self._words += [(place, name, words) for name, words in seat.demanded()]
        return self._needs


_PANELS: list[Panel] = []
_MOST_PANELS = 8


def panel(rules: Sequence[Rule]) -> Panel:
    """Return the panel of a set of rules, made once for each tuple that holds them."""
    if not isinstance(rules, tuple):
        return Panel(rules)
    for made in _PANELS:
        if made.rules is rules:
            return made
    made = Panel(rules)
    _PANELS.insert(0, made)
    del _PANELS[_MOST_PANELS:]
    return made
