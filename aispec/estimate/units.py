"""Units of measurement: what may be added to what, and how one turns into another.

A unit is a product of powers of atoms (`USD/month`, `tokens/s`, `GiB`). Two units of the same
dimensions convert; two of different dimensions never mix. GiB is 2^30 bytes and GB is 10^9 bytes.
A month is 730 hours, that is 30.4 days.
"""

from __future__ import annotations

from functools import lru_cache

from aispec.record import record

_HOUR = 3600.0
MONTH_HOURS = 730.0
DAYS_A_MONTH = MONTH_HOURS / 24

ATOMS: dict[str, tuple[str, float]] = {
    "bytes": ("byte", 1.0),
    "KiB": ("byte", 2.0**10),
    "MiB": ("byte", 2.0**20),
    "GiB": ("byte", 2.0**30),
    "TiB": ("byte", 2.0**40),
    "KB": ("byte", 1e3),
    "MB": ("byte", 1e6),
    "GB": ("byte", 1e9),
    "TB": ("byte", 1e12),
    "bits": ("byte", 0.125),
    "us": ("second", 1e-6),
    "ms": ("second", 1e-3),
    "s": ("second", 1.0),
    "min": ("second", 60.0),
    "hour": ("second", _HOUR),
    "hours": ("second", _HOUR),
    "day": ("second", 24 * _HOUR),
    "days": ("second", 24 * _HOUR),
    "month": ("second", MONTH_HOURS * _HOUR),
    "tokens": ("token", 1.0),
    "token": ("token", 1.0),
    "ktok": ("token", 1e3),
    "Mtok": ("token", 1e6),
    "requests": ("request", 1.0),
    "request": ("request", 1.0),
    "sequences": ("sequence", 1.0),
    "sequence": ("sequence", 1.0),
    "sessions": ("session", 1.0),
    "session": ("session", 1.0),
    "users": ("user", 1.0),
    "user": ("user", 1.0),
    "USD": ("dollar", 1.0),
    "FLOP": ("flop", 1.0),
    "TFLOP": ("flop", 1e12),
    "parameters": ("parameter", 1.0),
    "parameter": ("parameter", 1.0),
    "weight": ("parameter", 1.0),
    "J": ("joule", 1.0),
    "W": ("watt", 1.0),
    "kWh": ("kilowatt-hour", 1.0),
    "%": ("", 0.01),
}

Dimensions = tuple[tuple[str, int], ...]


@record(eq=False)
class Unit:
    """A unit: its name as people read it, its dimensions, and its size in base units.

    `unit` and the products of units return one object for one spelling, so that units are compared
    and remembered by identity.
    """

    name: str
    dimensions: Dimensions
    factor: float

    def __mul__(self, other: Unit) -> Unit:
        return _product(self, other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _product(self, other, -1)

    def __str__(self) -> str:
        return self.name


class UnitError(ValueError):
    """Two figures whose units do not go together, or a unit nobody knows."""


NONE = Unit("", (), 1.0)
"""The unit of plain numbers, counts and ratios."""


@lru_cache(maxsize=512)
def unit(name: str) -> Unit:
    """Return the unit that `name` spells, such as `GiB`, `tokens/s` or `USD/month`.

    Raises `UnitError` when an atom in it is not known.
    """
    if not name:
        return NONE
    above, *below = name.split("/")
    powers: dict[str, int] = {}
    factor = _multiply_in(powers, above, 1) if above not in ("", "1") else 1.0
    for atom in below:
        factor *= _multiply_in(powers, atom, -1)
    return Unit(name, _dimensions(powers), factor)


def _multiply_in(powers: dict[str, int], atoms: str, sign: int) -> float:
    factor = 1.0
    for atom in atoms.split("·"):
        try:
            dimension, size = ATOMS[atom]
        except KeyError:
            raise UnitError(f"unknown unit {atom!r}") from None
        if dimension:
            powers[dimension] = powers.get(dimension, 0) + sign
        factor = factor * size if sign > 0 else factor / size
    return factor


def _dimensions(powers: dict[str, int]) -> Dimensions:
    return tuple(sorted((name, power) for name, power in powers.items() if power))


@lru_cache(maxsize=2048)
def _product(one: Unit, other: Unit, sign: int) -> Unit:
    if not other.dimensions:
        return one if one.dimensions else NONE
    if not one.dimensions and sign > 0:
        return other
    powers = dict(one.dimensions)
    for name, power in other.dimensions:
        powers[name] = powers.get(name, 0) + sign * power
    dimensions = _dimensions(powers)
    if not dimensions:
        return NONE
    if sign > 0:
        return Unit(f"{one.name}·{other.name}", dimensions, one.factor * other.factor)
    name = f"{one.name or '1'}/{other.name.replace('/', '·')}"
    return Unit(name, dimensions, one.factor / other.factor)


def ratio(source: Unit, target: Unit) -> float:
    """Return the number by which a figure in `source` is multiplied to be one in `target`.

    Raises `UnitError` when the two measure different things.
    """
    if source is target:
        return 1.0
    if source.dimensions != target.dimensions:
        raise UnitError(
            f"{source.name or 'a plain number'} is not {target.name or 'a plain number'}"
        )
    return source.factor / target.factor
