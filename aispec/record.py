"""Records: classes of fields with slots, equality and a representation, cheap to define.

They are what frozen dataclasses with slots are, and do what the standard library's do when one is
made, compared or printed. What differs is when: a dataclass writes and compiles six methods while
its module is imported. A hundred of them were two fifths of the time of a whole `aispec check` of
one spec. A record shares its methods with all others, but for an `__init__` of its own that is
written once enough of its kind were made.

That nothing sets a field of a record is for the type checker to see, and isn't watched at run time:
it would make each of them three times as dear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, dataclass_transform, overload

_T = TypeVar("_T")
_BY_HAND = 32
"""How many are made before an `__init__` is written: about what writing it costs."""


class _Made:
    """What stands where a field has a default that is made anew for every record."""

    __slots__ = ("init", "maker")

    def __init__(self, maker: Callable[[], Any], init: bool) -> None:
        self.maker = maker
        self.init = init


def made(*, default_factory: Callable[[], Any], init: bool = True) -> Any:
    """Return the default of a field that is made for every record.

    With `init=False` it is the record's own affair: never given, copied, compared or shown.
    """
    return _Made(default_factory, init)


@overload
def record(cls: type[_T], /) -> type[_T]: ...
@overload
def record(*, frozen: bool = True, eq: bool = True) -> Callable[[type[_T]], type[_T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(made,))
def record(cls: Any = None, /, *, frozen: bool = True, eq: bool = True) -> Any:
    """Make a record of a class whose annotations are its fields; use it as a decorator.

    Records are equal when they are of one class and their fields are; with `eq=False` each is equal
    to itself alone. They are hashable when their fields are and they are frozen.
    """
    return _record(cls, frozen, eq) if cls is not None else lambda own: _record(own, frozen, eq)


def replace(one: _T, /, **changes: Any) -> _T:
    """Return a record like `one` with other values in some of its fields.

    Raises TypeError where it has no such field.
    """
    names = fields(one)
    if unknown := changes.keys() - {*names}:
        raise TypeError(f"{type(one).__qualname__} has no field {', '.join(sorted(unknown))}")
    made = object.__new__(type(one))
    for name in names:
        setattr(made, name, changes[name] if name in changes else getattr(one, name))
    for name, own in type(one)._own.items():  # type: ignore[attr-defined]
        setattr(made, name, own.maker())
    return made


def fields(one: object) -> tuple[str, ...]:
    """Return the names of the fields of a record or of its class, in order."""
    names: tuple[str, ...] = one.__match_args__  # type: ignore[attr-defined]
    return names


def default(one: object, name: str) -> Any:
    """Return what a field of a record is where nothing is given; KeyError where it must be."""
    value = one._defaults[name]  # type: ignore[attr-defined]
    return value.maker() if isinstance(value, _Made) else value


def _record(cls: type, frozen: bool, eq: bool) -> type:
    names: tuple[str, ...] = ()
    defaults: dict[str, Any] = {}
    for base in cls.__bases__:
        names += getattr(base, "__match_args__", ())
        defaults |= getattr(base, "_defaults", {})
    space = dict(cls.__dict__)
    own = tuple(space.get("__annotations__", ()))
    defaults |= {name: space.pop(name) for name in own if name in space}
    names += tuple(name for name in own if not _private(defaults.get(name)))
    space.pop("__dict__", None)
    space.pop("__weakref__", None)
    private = {name: value for name, value in defaults.items() if _private(value)}
    space |= {"__slots__": own, "__match_args__": names, "_defaults": defaults, "_own": private}
    space.setdefault("__repr__", _told)
    if eq:
        space.setdefault("__eq__", _equal)
        space.setdefault("__hash__", _hashed if frozen else None)
    ready: Any = type(cls)(cls.__name__, cls.__bases__, space)
    ready.__init__ = _by_hand(ready, names, defaults)
    return ready  # type: ignore[no-any-return]


def _private(default: object) -> bool:
    return isinstance(default, _Made) and not default.init


def _by_hand(cls: Any, names: tuple[str, ...], defaults: dict[str, Any]) -> Callable[..., None]:
    """Return an `__init__` that sets fields one by one, and makes way for a better one in time."""
    made_so_far = 0
    private = [name for name in defaults if name not in names]
    every = {*names, *private}

    def start(self: Any, *values: Any, **named: Any) -> None:
        nonlocal made_so_far
        made_so_far += 1
        known = {**defaults, **named}
        right = not private or named.keys().isdisjoint(private)
        if values:
            known.update(zip(names, values, strict=False))
            once = named.keys().isdisjoint(names[: len(values)])
            right = right and once and len(values) <= len(names)
        if made_so_far > _BY_HAND or not right or known.keys() != every:
            cls.__init__ = _written(names, defaults)
            cls.__init__(self, *values, **named)  # which tells what a wrong call lacks
            return
        for name, value in known.items():
            setattr(self, name, value.maker() if value.__class__ is _Made else value)

    return start


def _written(names: tuple[str, ...], defaults: Mapping[str, Any]) -> Callable[..., None]:
    """Return an `__init__` that sets the fields from its arguments, as one would write it."""
    head = ["self"]
    body = []
    for name in names:
        head.append(f"{name}=_{name}" if name in defaults else name)
        made_anew = isinstance(defaults.get(name), _Made)
        value = f"_{name}.maker() if {name} is _{name} else {name}" if made_anew else name
        body.append(f"    self.{name} = {value}")
    body += [f"    self.{name} = _{name}.maker()" for name in defaults if name not in names]
    lines = [f"def __init__({', '.join(head)}):", *(body or ["    pass"])]
    space = {f"_{name}": value for name, value in defaults.items()}
    exec("\n".join(lines), space)  # the names are those of our own classes, and no one's text
    return space["__init__"]  # type: ignore[no-any-return]


def _values(one: Any) -> tuple[Any, ...]:
    return tuple([getattr(one, name) for name in one.__match_args__])


def _equal(self: Any, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _values(self) == _values(other)


def _hashed(self: Any) -> int:
    return hash(_values(self))


def _told(self: Any) -> str:
    told = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({told})"
