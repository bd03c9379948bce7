"""The four answers a question about uncertain figures can have."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Answer(Enum):
    """Yes, maybe, no, or cannot tell.

    `MAYBE` says that the figures' bounds allow both outcomes, `UNKNOWN` that a figure is missing.
    The four form a logic in which what is certain wins: `no and unknown` is no, `yes or unknown` is
    yes, and unknown outweighs maybe, because a missing figure could still turn out either way.
    """

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """Refuse to be a truth value: a caller must say what a maybe means to it."""
        raise TypeError("an Answer is not a truth value; compare it with Answer.YES")

    def __str__(self) -> str:
        return self.value

    def __invert__(self) -> Answer:
        if self is Answer.YES:
            return Answer.NO
        return Answer.YES if self is Answer.NO else self

    def __and__(self, other: Answer) -> Answer:
        if Answer.NO in (self, other):
            return Answer.NO
        return Answer.UNKNOWN if Answer.UNKNOWN in (self, other) else _weaker(self, other)

    def __or__(self, other: Answer) -> Answer:
        return ~(~self & ~other)

    @classmethod
    def of(cls, fact: bool) -> Answer:
        """Answer for something that is known exactly."""
        return cls.YES if fact else cls.NO

    @classmethod
    def all(cls, answers: Iterable[Answer]) -> Answer:
        """Yes when every answer is; yes for none at all."""
        result = cls.YES
        for answer in answers:
            result = result & answer
        return result

    @classmethod
    def any(cls, answers: Iterable[Answer]) -> Answer:
        """Yes when one answer is; no for none at all."""
        result = cls.NO
        for answer in answers:
            result = result | answer
        return result


def _weaker(one: Answer, other: Answer) -> Answer:
    return one if one is Answer.MAYBE else other
