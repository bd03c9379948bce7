"""What a page's tables and bars say is what the facts say."""

from __future__ import annotations

import pytest

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Facts, Unknown
from aispec.estimate.quantity import Quantity, total
from aispec.record import replace
from aispec.report.html.bar import bar
from aispec.report.html.costs import Costs, costs
from aispec.report.html.gauges import limits, rates, targets
from aispec.report.html.latency import curves
from aispec.report.html.memory import Memory, memory
from aispec.report.html.study import Point, Sweep

from ..runs import bot_facts, chat_facts, judged, unknown_facts


def gib(value: float, low: float | None = None, high: float | None = None) -> Quantity:
    return Quantity(value, "GiB", low=low, high=high)


def stack(needed: float = 40.0) -> Facts:
    parts = [gib(15, 14, 16), gib(needed - 17, 5, needed), gib(2, 1, 3)]
    return {
        "hardware.memory_per_device": gib(40),
        "memory.weights": parts[0],
        "memory.kv_needed": parts[1],
        "memory.runtime": parts[2],
        "memory.graphs": gib(0.6),
        "memory.needed": total("GiB", parts),
        "memory.offered": gib(36),
        "memory.fits": Answer.MAYBE,
    }


def test_parts_begin_where_the_one_before_ends_and_end_at_the_sum() -> None:
    made = memory(stack())
    assert isinstance(made, Memory)
    parts = [row for row in made.rows if row.kind == "part"]
    assert [row.title for row in parts] == ["Weights", "KV cache", "Runtime"]
    ends = [row.bar.start + row.bar.size for row in parts]
    assert [row.bar.start for row in parts] == pytest.approx([0, *ends[:-1]], abs=0.02)
    needed = next(row for row in made.rows if row.kind == "needed")
    assert ends[-1] == pytest.approx(needed.bar.size, abs=0.02)
    assert made.stack == tuple(row.bar for row in parts)


def test_marks_and_bars_are_on_one_scale() -> None:
    made = memory(stack())
    assert isinstance(made, Memory)
    needed = next(row for row in made.rows if row.kind == "needed")
    assert made.offered is not None
    assert made.card is not None
    assert made.offered / 36 == pytest.approx(made.card / 40, abs=1e-3)
    assert needed.bar.size / 40 == pytest.approx(made.card / 40, abs=1e-3)


def test_what_is_short_or_left_over_is_said() -> None:
    short, left = memory(stack(40)), memory(stack(30))
    assert isinstance(short, Memory)
    assert isinstance(left, Memory)
    assert {row.title: row.likely for row in short.rows}["Short by"] == "4"
    assert {row.title: row.likely for row in left.rows}["Left over"] == "6"


def test_a_part_that_no_fact_names_is_shown_as_the_rest() -> None:
    facts = stack()
    parts = facts["memory.needed"].inputs
    facts["memory.needed"] = total("GiB", [*parts, gib(5)])
    made = memory(facts)
    assert isinstance(made, Memory)
    assert {row.title: row.likely for row in made.rows}["Everything else"] == "5"


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (Quantity.unknown("GiB", "the model is not known"), "Unknown: the model is not known."),
        (Absent("it runs behind an API"), "Does not apply: it runs behind an API."),
        (Unknown("nobody says"), "Unknown: nobody says."),
        (None, "Not computed."),
    ],
)
def test_memory_that_is_not_there_has_a_reason(fact: object, said: str) -> None:
    assert memory({"memory.needed": fact} if fact else {}) == said  # type: ignore[dict-item]


def test_bars_keep_bounds_in_their_room() -> None:
    made = bar(Quantity(50, low=-10, high=float("inf")), 100)
    assert (made.start, made.size, made.low, made.high) == (0, 50, 0, 100)
    assert bar(Quantity(0.0), 0.0).size == 0


def test_a_gauge_compares_with_the_bounds() -> None:
    (tokens,) = limits(judged("helper", bot_facts()))
    assert (tokens.title, tokens.used, tokens.span) == (
        "Tokens a minute",
        "37,000 tokens/min",
        "31,000 to 43,000",
    )
    assert (tokens.limit, tokens.share) == ("40,000 tokens/min", "92%")
    assert (tokens.verdict, tokens.state) == ("may be over", "warning")
    assert tokens.bar
    assert tokens.bar.size / tokens.limit_at == pytest.approx(37 / 40, abs=1e-3)


def test_units_of_a_gauge_are_made_alike() -> None:
    each = replace(judged(facts=chat_facts()), stated={"sla.ttft": Quantity(0.5, "s")})
    (first,) = targets(each)
    assert (first.limit, first.share, first.verdict) == ("500 ms", "65%", "may be over")


def test_a_rate_of_tokens_is_to_be_reached() -> None:
    facts: Facts = {"latency.tps": Quantity(10, "tokens/s", low=8, high=12)}
    stated: Facts = {"sla.tps": Quantity(15, "tokens/s")}
    (speed,) = targets(replace(judged(facts=facts), stated=stated))
    assert (speed.limit, speed.verdict, speed.state) == (
        "at least 15 tokens/s",
        "too slow",
        "error",
    )


def test_unknown_use_of_a_known_limit_says_why() -> None:
    facts: Facts = {
        "limits.tpm_needed": Quantity.unknown("tokens/min", "no rate is known"),
        "limits.tpm_plan": Quantity(40_000, "tokens/min"),
    }
    (tokens,) = rates(judged(facts=facts))
    assert (tokens.used, tokens.verdict, tokens.why) == (
        "unknown",
        "cannot tell",
        "no rate is known",
    )
    assert tokens.bar is None


def test_a_limit_that_nobody_knows_is_said() -> None:
    facts: Facts = {
        "limits.tpm_needed": Quantity(500, "tokens/min"),
        "limits.tpm_plan": Quantity.unknown("tokens/min", "the tier is not known"),
    }
    (tokens,) = rates(judged(facts=facts))
    assert (tokens.used, tokens.limit, tokens.why) == (
        "500 tokens/min",
        "unknown",
        "the tier is not known",
    )


def test_a_limit_that_is_not_there_has_no_gauge() -> None:
    assert limits(judged(facts=unknown_facts())) == []


def test_a_latency_without_a_target_is_shown_without_a_verdict() -> None:
    facts: Facts = {"latency.tpot": Quantity(20, "ms", low=15, high=30)}
    (step,) = targets(judged(facts=facts))
    assert (step.used, step.span, step.limit, step.verdict) == (
        "20 ms",
        "15 to 30",
        "",
        "no target",
    )


def test_costs_have_their_parts_on_one_scale() -> None:
    parts = {"Input": Quantity(4, "USD/month"), "Output": Quantity(12, "USD/month", low=8, high=17)}
    made = costs(bot_facts(), parts)
    assert isinstance(made, Costs)
    assert [(part.title, part.likely, part.span) for part in made.parts] == [
        ("Input", "$4", ""),
        ("Output", "$12", "$8 to $17"),
    ]
    assert made.month.likely == "$16"
    sizes = [part.bar.size for part in made.parts if part.bar]
    assert made.month.bar
    assert sum(sizes) == pytest.approx(made.month.bar.size, abs=0.02)


def test_an_unknown_cost_has_a_reason() -> None:
    assert costs(unknown_facts(), {}) == "Unknown: no price is known."


def sweep(*loads: float, now: float = 2.0) -> Sweep:
    def at(load: float) -> Facts:
        if load > 4:
            lost = Quantity.unknown("ms", "the wait has no end")
            return {"latency.ttft": lost, "latency.tpot": lost, "latency.e2e": lost}
        return {
            "latency.ttft": Quantity(100 * load, "ms", low=80 * load, high=150 * load),
            "latency.tpot": Quantity(10 * load, "ms", low=8 * load, high=15 * load),
            "latency.e2e": Quantity(5 * load, "s", low=4 * load, high=6 * load),
        }

    most = Quantity(4, "requests/s", low=3, high=5)
    axis = "requests/s in the busiest hour"
    return Sweep(axis, now, most, tuple(Point(load, at(load)) for load in loads))


def test_charts_say_what_they_show_in_words() -> None:
    made = curves(sweep(1, 2, 4, 8), {"sla.ttft": Quantity(0.25, "s")})
    first, step, whole = made.panels
    assert first.told == (
        "From 100 ms at 1 to 400 ms at 4 requests/s in the busiest hour; 200 ms, between 160 ms"
        " and 300 ms, at the expected 2; the target 250 ms is met up to 2."
    )
    assert step.chart.target is None
    assert whole.unit == "s"
    assert made.most == "4 requests/s (3 to 5)"


def test_the_table_beside_the_charts_has_every_load() -> None:
    made = curves(sweep(1, 2, 8), {})
    assert [(line.load, line.now) for line in made.lines] == [
        ("1", False),
        ("2", True),
        ("8", False),
    ]
    assert made.lines[0].cells == ("100 (80 to 150)", "10 (8 to 15)", "5 (4 to 6)")
    assert set(made.lines[2].cells) == {"unknown"}


def test_a_rate_of_tokens_is_a_target_for_the_time_of_one() -> None:
    step = curves(sweep(1, 2), {"sla.tps": Quantity(40, "tokens/s")}).panels[1]
    assert step.chart.target
    assert step.chart.target.text == "target 40 tokens/s"
    assert step.chart.target.at == pytest.approx(100 - 100 * 25 / 30, abs=0.01)


def test_an_unknown_at_the_expected_load_is_said() -> None:
    first = curves(sweep(1, 2, 8, now=8), {}).panels[0]
    assert "unknown at the expected 8" in first.told
    assert first.chart.value is None
