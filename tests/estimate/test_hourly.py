"""Prices by the hour from round figures: by purchase, by instance, over providers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from aispec.catalog.deployment import Machines
from aispec.catalog.instance_prices import InstancePrice
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.cost.hourly import (
    accelerator_price,
    age_in_days,
    hour_of,
    oldest,
    used_share,
)
from aispec.estimate.quantity import Quantity
from aispec.record import replace
from tests.estimate.deployments import LLAMA_8B, facts_of, figure, load, self_hosted


def price(provider: str = "one", hourly: float | None = 8.0, **given: Any) -> InstancePrice:
    usual: dict[str, Any] = {
        "provider": provider,
        "instance": f"{provider}/x",
        "accelerator": "nvidia-h100-sxm-80gb",
        "accelerators": 4.0,
        "region": "here",
        "on_demand": hourly,
        "spot": None,
        "reserved_1y": None,
        "as_of": "2026-08-01",
        "source": f"{provider}'s list",
        "kind": None,
    }
    return InstancePrice(**{**usual, **given})


def machines(*prices: InstancePrice, **given: Any) -> Machines:
    found = resolve(self_hosted(LLAMA_8B, "h100-sxm-80gb"), Catalog.default()).machines
    assert found
    return replace(found, **{"prices": prices, "price": None, "instance": None, **given})


def bounds(of: Quantity) -> tuple[float, float, float]:
    return of.value, of.low, of.high


def test_an_accelerator_costs_its_part_of_an_instance() -> None:
    found = accelerator_price(machines(price("one", 8.0), price("two", 12.0), price("three", 40.0)))
    assert bounds(found) == (3, 2, 10)
    assert found.how == "on-demand at 3 providers, 2026-08-01 or later"
    assert found.sources == ("one's list", "two's list", "three's list")
    many = accelerator_price(machines(*(price(name) for name in "abcdef")))
    assert len(many.sources) == 3


@pytest.mark.parametrize(
    ("purchase", "usd"), [("on-demand", 2.0), ("spot", 0.5), ("reserved-1y", 1.0), ("other", 2.0)]
)
def test_each_way_to_buy_has_its_price(purchase: str, usd: float) -> None:
    listed = price(hourly=8.0, spot=2.0, reserved_1y=4.0)
    assert accelerator_price(machines(listed, purchase=purchase)).value == usd


def test_what_nobody_sells_that_way_is_unknown() -> None:
    found = accelerator_price(machines(price(), purchase="spot"))
    assert found.reason == "no spot price is known for nvidia-h100-sxm-80gb"
    named = accelerator_price(machines(price(), purchase="spot", instance="one/x"))
    assert named.reason == "no spot price is known for one/x"
    assert not accelerator_price(machines()).known
    assert hour_of(machines(), accelerator_price(machines())).unit.name == "USD/hour"


def test_an_instance_is_paid_whole_and_a_bare_accelerator_alone() -> None:
    listed = price("one", 8.0)
    for count, instance, usd, share in (
        (1, None, 2.0, 1.0),
        (3, None, 6.0, 1.0),
        (1, "one/x", 8.0, 0.25),
        (4, "one/x", 8.0, 1.0),
        (5, "one/x", 16.0, 5 / 8),
    ):
        here = machines(listed, count=count, instance=instance)
        assert hour_of(here, accelerator_price(here)).value == pytest.approx(usd)
        assert used_share(here) == pytest.approx(share)
        three = replace(here, replicas=3)
        assert hour_of(three, accelerator_price(three)).value == pytest.approx(3 * usd)
    own = machines(listed, count=1, instance="one/x", price=1.5)
    assert hour_of(own, accelerator_price(own)).value == 1.5
    assert accelerator_price(own).how == "as written"


def test_the_oldest_price_dates_them_all() -> None:
    dated = (price(as_of="2026-08-01"), price(as_of="2026-05-01"), price(as_of=""))
    assert oldest(dated) == "2026-05-01"
    assert oldest((price(as_of=""),)) is None
    assert accelerator_price(machines(price(as_of=""))).how.endswith("an unknown day or later")
    told = accelerator_price(machines(price(), instance="one/x"))
    assert told.how == "one/x, on-demand, 2026-08-01"


@pytest.mark.parametrize(
    ("as_of", "least", "middle", "most"),
    [
        ("2026-11-12", 10, 10, 10),
        ("2026-11", 0, 10.5, 21),
        ("2026-10", 22, 37, 52),
        ("2025", 325, 507.5, 690),
        ("2026-12-01", 0, 0, 0),
    ],
)
def test_how_old_a_price_is(as_of: str, least: float, middle: float, most: float) -> None:
    assert bounds(age_in_days(as_of, date(2026, 11, 22))) == (middle, least, most)


def test_what_serves_nothing_has_no_cost_for_each() -> None:
    idle = self_hosted(price=1.0, name="vllm", workload=load(0, 0, at_once=None, daily=10))
    found = facts_of(idle)
    assert figure(found, "cost.per_million_tokens").reason == "nothing is served"
    assert figure(found, "cost.per_session").value == pytest.approx(24 / 10)
