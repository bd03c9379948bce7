"""Records: what a frozen dataclass with slots does, for less at import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from typing import Any

import pytest

from aispec.record import default, fields, made, record, replace

MANY = 100
"""More than are made before a record's `__init__` is written."""


@record
class Point:
    """Fields without and with a default, one made anew, and one of its own."""

    x: int
    y: int = 2
    tags: list[str] = made(default_factory=list)
    seen: dict[str, int] = made(default_factory=dict, init=False)


@dataclass(frozen=True, slots=True)
class Twin:
    """The same by the standard library."""

    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)


@record
class Named(Point):
    """A field more than its parent's."""

    name: str = ""


@record(eq=False)
class Itself:
    """Equal to itself alone."""

    x: int


@record(frozen=False)
class State:
    """May change, and so can't be a key."""

    x: int = 0


def _worn() -> type[Point]:
    """Return a record of which so many were made that its `__init__` has been written."""

    @record
    class Worn:
        x: int
        y: int = 2
        tags: list[str] = made(default_factory=list)
        seen: dict[str, int] = made(default_factory=dict, init=False)

    for number in range(MANY):
        Worn(number)
    assert Worn.__init__.__code__.co_filename == "<string>"
    return Worn  # type: ignore[return-value]


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((1,), {}),
    ((1, 5), {}),
    ((1, 5, ["a"]), {}),
    ((1, 5, ["a"], {}), {}),
    ((1,), {"y": 7}),
    ((1,), {"x": 7}),
    ((), {"x": 1, "tags": ["b"]}),
    ((), {"y": 1}),
    ((), {"x": 1, "z": 1}),
    ((), {"y": 1, "z": 1}),
    ((1,), {"seen": {}}),
]


@pytest.mark.parametrize("worn", [False, True])
@pytest.mark.parametrize(("values", "named"), CALLS)
def test_calls_end_as_those_of_a_dataclass(
    values: tuple[Any, ...], named: dict[str, Any], worn: bool
) -> None:
    def ends(kind: Callable[..., Any]) -> object:
        try:
            one = kind(*values, **named)
        except TypeError:
            return TypeError
        return [getattr(one, each.name) for each in fields_of(Twin)]

    assert ends(_worn() if worn else Point) == ends(Twin)


@pytest.mark.parametrize("kind", [Point, _worn()])
def test_what_is_made_anew_is_not_shared(kind: type[Point]) -> None:
    one, other = kind(1), kind(1)
    one.tags.append("mine")
    one.seen["mine"] = 1
    assert (other.tags, other.seen) == ([], {})


def test_equal_when_class_and_fields_are() -> None:
    assert Point(1, 2) == Point(1)
    assert Point(1) != Point(2)
    assert Point(1) != Named(1)
    assert Itself(1) != Itself(1)
    one = Point(1)
    one.seen["kept"] = 1
    assert one == Point(1)


def test_hashed_by_fields_unless_it_may_change() -> None:
    @record
    class Key:
        x: int
        y: str

    assert hash(Key(1, "a")) == hash(Key(1, "a"))
    assert len({Key(1, "a"), Key(1, "a"), Key(2, "a")}) == 2
    assert len({Itself(1), Itself(1)}) == 2
    with pytest.raises(TypeError):
        hash(State())
    with pytest.raises(TypeError):
        hash(Point(1))  # its tags are a list


def test_shown_as_it_would_be_written() -> None:
    assert repr(Point(1, tags=["a"])) == "Point(x=1, y=2, tags=['a'])"
    assert repr(Named(1, name="b")) == "Named(x=1, y=2, tags=[], name='b')"


def test_a_copy_with_other_values() -> None:
    one = Named(1, 3, ["a"], "b")
    one.seen["kept"] = 1
    other = replace(one, y=4)
    assert (other.x, other.y, other.tags, other.name, other.seen) == (1, 4, ["a"], "b", {})
    assert one.y == 3
    with pytest.raises(TypeError):
        replace(one, z=1)


def test_it_has_its_fields_and_no_others() -> None:
    assert fields(Named) == fields(Named(1)) == ("x", "y", "tags", "name")
    with pytest.raises(AttributeError):
        Point(1).other = 1  # type: ignore[attr-defined]


def test_a_default_is_told() -> None:
    assert default(Point(1), "y") == default(Point, "y") == 2
    assert default(Point, "tags") == []
    with pytest.raises(KeyError):
        default(Point, "x")


def test_its_own_methods_stay() -> None:
    @record
    class Loud:
        x: int

        def __repr__(self) -> str:
            return "LOUD"

        def __hash__(self) -> int:
            return 7

    assert (repr(Loud(1)), hash(Loud(1))) == ("LOUD", 7)
