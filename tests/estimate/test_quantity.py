from __future__ import annotations

from collections.abc import Callable
from math import isclose
from operator import add, mul, sub, truediv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.estimate.answer import Answer
from aispec.estimate.late import Late
from aispec.estimate.quantity import Quantity, largest, quantity, smallest, total
from aispec.estimate.units import UnitError, ratio, unit

Q = Quantity
Operation = Callable[[float, float], float]

_NUMBERS = st.floats(-1e9, 1e9, allow_subnormal=False)
_SIZES = ("bytes", "KiB", "MiB", "GiB", "TiB", "KB", "MB", "GB", "TB", "bits")


@st.composite
def spans(draw: st.DrawFn, numbers: st.SearchStrategy[float] = _NUMBERS) -> Q:
    low, value, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Q(value, low=low, high=high)


def inside(q: Q, share: float) -> float:
    """A number between the bounds."""
    return min(max(q.low + (q.high - q.low) * share, q.low), q.high)


def holds(q: Q, number: float) -> bool:
    slack = 1e-9 * max(abs(q.low), abs(q.high), abs(number)) + 1e-12
    return q.low - slack <= number <= q.high + slack


SHARES = st.floats(0, 1)


@pytest.mark.parametrize("operation", [add, sub, mul])
@given(spans(), spans(), SHARES, SHARES)
def test_a_result_holds_whatever_the_operands_may_be(
    operation: Operation, a: Q, b: Q, s: float, t: float
) -> None:
    result: Q = operation(a, b)
    assert result.low <= result.value <= result.high
    assert holds(result, operation(inside(a, s), inside(b, t)))
    assert isclose(result.value, operation(a.value, b.value), rel_tol=1e-12, abs_tol=1e-12)


@given(spans(), spans(st.floats(1e-6, 1e6)), st.sampled_from([1, -1]), SHARES, SHARES)
def test_a_quotient_holds_whatever_the_operands_may_be(
    a: Q, b: Q, sign: int, s: float, t: float
) -> None:
    divisor = b * sign
    result = a / divisor
    assert result.low <= result.value <= result.high
    assert holds(result, truediv(inside(a, s), inside(divisor, t)))


@given(spans(), spans())
def test_dividing_by_what_may_be_zero_is_unknown(a: Q, b: Q) -> None:
    if b.low <= 0 <= b.high:
        assert (a / b).reason == "division by what may be zero"
    else:
        # What overflows is unknown, too.
        assert (a / b).known or min(abs(b.low), abs(b.high)) < 1e-200


@given(spans(), spans())
def test_sums_and_products_commute(a: Q, b: Q) -> None:
    assert ((a + b).low, (a + b).high) == ((b + a).low, (b + a).high)
    assert ((a * b).low, (a * b).high) == ((b * a).low, (b * a).high)


@given(spans(), spans(), SHARES, SHARES)
def test_extremes_hold_pointwise(a: Q, b: Q, s: float, t: float) -> None:
    one, two = inside(a, s), inside(b, t)
    assert holds(largest(a, b), max(one, two))
    assert holds(smallest(a, b), min(one, two))
    assert smallest(a, b).value <= largest(a, b).value


@given(spans(st.floats(-1e6, 1e6)), st.sampled_from(_SIZES), st.sampled_from(_SIZES))
def test_conversions_come_back(q: Q, there: str, back: str) -> None:
    size = Q(q.value, there, low=q.low, high=q.high)
    again = size.to(back).to(there)
    assert again.low <= again.value <= again.high
    for one, two in ((again.low, size.low), (again.value, size.value), (again.high, size.high)):
        assert isclose(one, two, rel_tol=1e-12, abs_tol=1e-290)


@given(spans(), st.floats(0, 1), st.floats(1, 4))
def test_stretching_never_narrows(q: Q, low: float, high: float) -> None:
    wider = q.within(low, high)
    assert wider.low <= q.value <= wider.high
    assert wider.high >= q.high if q.high >= 0 else True


@given(spans(), spans())
def test_comparisons_agree_with_the_bounds(a: Q, b: Q) -> None:
    points = [(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    above = {x > y for x, y in points}
    expected = Answer.MAYBE if len(above) == 2 else Answer.of(above.pop())
    assert a.above(b) is expected
    assert b.below(a) is expected


@given(spans(), spans())
def test_equality_needs_two_exact_figures(a: Q, b: Q) -> None:
    assert a.equals(b) is b.equals(a)
    assert a.equals(a) is (Answer.YES if a.exact else Answer.MAYBE)
    if a.equals(b) is Answer.NO:
        assert Answer.YES in (a.above(b), a.below(b))


def test_gib_and_gb_are_never_mixed_up() -> None:
    assert Q(1, "GiB").to("bytes").value == 2**30
    assert Q(1, "GB").to("bytes").value == 10**9
    assert Q(24, "GB").to("GiB").value == pytest.approx(22.3517, abs=1e-4)
    assert (Q(1, "GiB") + Q(1, "GB")).to("bytes").value == pytest.approx(2**30 + 10**9)


@pytest.mark.parametrize(
    ("figure", "target", "value"),
    [
        (Q(1, "month"), "hours", 730),
        (Q(1, "day"), "hours", 24),
        (Q(60, "requests/min"), "requests/s", 1),
        (Q(0.15, "USD/Mtok"), "USD/tokens", 0.15e-6),
        (Q(2, "TFLOP/s"), "FLOP/s", 2e12),
        (Q(8, "bits"), "bytes", 1),
        (Q(250, "ms"), "s", 0.25),
        (Q(50, "%"), "", 0.5),
        (Q(73, "USD/month"), "USD/hour", 0.1),
    ],
)
def test_conversions(figure: Q, target: str, value: float) -> None:
    assert figure.to(target).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("GiB", "tokens"),
        ("USD/month", "USD"),
        ("tokens/s", "s"),
        ("GiB", ""),
        ("users", "requests"),
    ],
)
def test_unlike_units_do_not_add_or_compare(one: str, two: str) -> None:
    for clash in (add, sub, Q.above, Q.below, Q.equals, largest, smallest):
        with pytest.raises(UnitError):
            clash(Q(1, one), Q(1, two))
    with pytest.raises(UnitError):
        Q(1, one).to(two)
    with pytest.raises(UnitError):
        total(one, [Q(1, two)])


def test_an_unknown_atom_is_no_unit() -> None:
    with pytest.raises(UnitError, match="'parsec'"):
        unit("parsec")


@pytest.mark.parametrize(
    ("product", "equal"),
    [
        (unit("GiB") / unit("s"), "GiB/s"),
        (unit("USD/hour") * unit("hour"), "USD"),
        (unit("tokens") / unit("tokens/s"), "s"),
        (unit("USD/Mtok") * unit("tokens"), "USD"),
        (unit("s") / unit("ms"), ""),
    ],
)
def test_units_multiply_out(product: object, equal: str) -> None:
    assert product.dimensions == unit(equal).dimensions


def test_products_keep_their_size() -> None:
    assert (Q(0.15, "USD/Mtok") * Q(2e6, "tokens")).to("USD").value == pytest.approx(0.30)
    assert (Q(2, "GiB") / Q(1, "MiB")).value == pytest.approx(2048)
    assert (Q(2.99, "USD/hour") * Q(730, "hours")).to("USD").value == pytest.approx(2182.7)
    assert ratio(unit("GiB"), unit("GiB")) == 1


def test_what_is_unknown_stays_unknown() -> None:
    missing = Q.unknown("GiB", "no architecture is published")
    for result in (
        missing + Q(1, "GiB"),
        Q(1, "GiB") - missing,
        missing * 2,
        2 / missing,
        Q(1, "GiB") / missing,
        -missing,
        missing.to("bytes"),
        missing.within(0.5, 2),
        missing.told("a sum"),
        largest(Q(1, "GiB"), missing),
        smallest(missing, Q(1, "GiB")),
        total("GiB", [Q(1, "GiB"), missing]),
    ):
        assert not result.known
        assert result.reason == "no architecture is published"
        with pytest.raises(ValueError, match="no architecture"):
            _ = result.value
    assert missing.above(Q(1, "GiB")) is Answer.UNKNOWN
    assert Q(1, "GiB").below(missing) is Answer.UNKNOWN
    assert missing.equals(missing) is Answer.UNKNOWN


def test_an_unknown_figure_still_has_its_unit() -> None:
    with pytest.raises(UnitError):
        Q.unknown("GiB", "") + Q(1, "tokens")
    assert (Q.unknown("GiB", "") / Q(1, "s")).unit.dimensions == unit("GiB/s").dimensions


@pytest.mark.parametrize(("low", "high"), [(2.0, 3.0), (0.0, 0.5)])
def test_a_value_outside_its_bounds_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="low <= value <= high"):
        Q(1.0, low=low, high=high)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_overflows_is_unknown(number: float) -> None:
    assert Q(number, "GiB").reason == "it is beyond what can be computed"
    assert not (Q(1e308) * 1e308).known
    assert not (Q(1e308) + 1e308).known
    assert not (Q(1) / 1e-320).known


def test_derivation_and_sources_travel() -> None:
    weights = Q(1, "GiB", sources=("config.json",))
    cache = Q(2, "GiB", sources=("vLLM log", "config.json"))
    both = (weights + cache).told(lambda: "weights + cache", sources=("sum",))
    assert both.how == "weights + cache"
    assert both.inputs == (weights, cache)
    assert both.sources == ("sum", "config.json", "vLLM log")
    assert weights.to("MiB").sources == ("config.json",)


def test_plain_numbers_join_in() -> None:
    assert (2 * Q(3, "GiB")).unit is unit("GiB")
    assert (1 + Q(0.5)).value == 1.5
    assert (1 - Q(0.25, low=0.2, high=0.4)).low == pytest.approx(0.6)
    assert quantity(3).exact


def test_a_product_s_unit_names_both() -> None:
    assert (Q(2, "GiB") * Q(3, "tokens")).unit.name == "GiB·tokens"


def test_a_late_figure_is_computed_once_and_only_when_it_is_asked_for() -> None:
    asked = []

    def compute() -> Q:
        asked.append("once")
        return Q(3, "GiB", low=2, high=4, how="counted", inputs=(Q(1),), sources=("here",))

    late = Late(compute)
    assert isinstance(late, Q)
    assert not hasattr(late, "pages")
    assert asked == []
    assert (late + Q(1, "GiB")).high == 5
    assert (late.value, late.low, late.how, late.sources) == (3, 2, "counted", ("here",))
    assert repr(late) == repr(compute())
    assert asked == ["once", "once"]


def test_a_late_figure_may_turn_out_unknown() -> None:
    late = Late(lambda: Q.unknown("GiB", "nobody says"))
    assert not late.known
    assert late.how == "nobody says"
    assert late.above(1 * Q(1, "GiB")) is Answer.UNKNOWN
