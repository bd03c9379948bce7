"""Azure's provisioned throughput, by Microsoft's own worked examples."""

from __future__ import annotations

import pytest

from aispec.catalog.limits import provisioned, provisioned_price
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.provisioned import in_lots, is_provisioned, raw_units, scope_of, term_of
from aispec.record import replace
from aispec.spec.model import Api, ModelRef, Spec, Tokens, Users, Workload
from tests.estimate.deployments import facts_of, figure

A_DAY = 1000 * 60 / 0.15  # requests of a day whose busiest hour has 1,000 a minute


def behind_azure(
    received: float, sent: float, cached: float, tier: str, model: str = "gpt-5.2"
) -> Facts:
    workload = Workload(
        Users(A_DAY), tokens=Tokens(input=received, output=sent), prefix_cache_hit=cached
    )
    return facts_of(
        Spec(1, "here", model=ModelRef(model), api=Api("azure", tier), workload=workload)
    )


@pytest.mark.parametrize(
    ("received", "sent", "cached", "raw", "bought"),
    [
        (100, 50, 0, 147.06, 150),
        (100, 50, 0.25, 139.71, 150),
        (500, 200, 0, 617.65, 650),
        (500, 200, 0.25, 580.88, 600),
    ],
)
def test_the_four_worked_examples(
    received: float, sent: float, cached: float, raw: float, bought: int
) -> None:
    rate = provisioned("azure", "gpt-5.2", regional=True)
    assert rate
    assert raw_units(rate, 1000, received, sent, cached) == pytest.approx(raw, abs=0.005)
    facts = behind_azure(received, sent, cached, "ptu-regional")
    assert figure(facts, "limits.ptu_needed").value == bought


@pytest.mark.parametrize(("cached", "raw", "bought"), [(0, 105.88, 110), (0.5, 76.47, 80)])
def test_the_data_zone_example(cached: float, raw: float, bought: int) -> None:
    rate = provisioned("azure", "gpt-5.2")
    assert rate
    assert raw_units(rate, 1000, 200, 20, cached) == pytest.approx(raw, abs=0.005)
    assert figure(behind_azure(200, 20, cached, "ptu"), "limits.ptu_needed").value == bought


def test_a_minimum_holds_and_an_exact_lot_is_not_rounded_up() -> None:
    rate = provisioned("azure", "gpt-5.2")
    assert rate
    assert in_lots(rate, 0.1) == 15
    assert in_lots(rate, 110.0) == 110
    assert in_lots(rate, 110.01) == 115
    llama = provisioned("azure", "meta-llama/Llama-3.3-70B-Instruct", regional=True)
    assert llama
    assert (llama.minimum, llama.increment) == (100, 100)


def test_provisioned_throughput_has_no_tokens_a_minute() -> None:
    facts = behind_azure(100, 50, 0, "ptu")
    assert isinstance(facts["limits.tpm_plan"], Absent)
    standard = behind_azure(100, 50, 0, "1")
    assert figure(standard, "limits.tpm_plan").value == 1_000_000
    assert figure(standard, "limits.ptu_needed").value == 150


def test_others_sell_none() -> None:
    assert provisioned("openai", "gpt-5.2") is None
    assert provisioned("azure", "grok-4") is None
    assert isinstance(behind_azure(100, 50, 0, "ptu", "grok-4")["limits.ptu_needed"], Absent)
    assert is_provisioned("PTU")
    assert not is_provisioned("1")
    assert not is_provisioned(None)


@pytest.mark.parametrize(
    ("tier", "scope", "term"),
    [
        ("ptu", "global", "hour"),
        ("PTU Regional", "regional", "hour"),
        ("ptu-data-zone-month", "datazone", "month"),
        ("ptu_datazone_yearly", "datazone", "year"),
        (None, "global", "hour"),
    ],
)
def test_a_tier_says_where_units_serve_and_how_they_are_paid(
    tier: str | None, scope: str, term: str
) -> None:
    assert (scope_of(tier), term_of(tier)) == (scope, term)


@pytest.mark.parametrize(
    ("tier", "units", "month"),
    [
        ("ptu", 150, 150 * 1.0 * 730),
        ("ptu-month", 150, 150 * 260),
        ("ptu-year", 150, 150 * 2652 / 12),
        ("ptu-datazone", 150, 150 * 1.1 * 730),
        ("ptu-datazone-year", 150, 150 * 2916 / 12),
        ("ptu-regional", 150, 150 * 2.0 * 730),
        ("ptu-regional-month", 150, 150 * 286),
    ],
)
def test_units_are_paid_by_scope_and_term(tier: str, units: int, month: float) -> None:
    facts = behind_azure(100, 50, 0, tier)
    assert figure(facts, "limits.ptu_needed").value == units
    paid = figure(facts, "cost.month")
    assert paid.value == pytest.approx(month)
    assert figure(facts, "cost.hour").value == pytest.approx(month / 730)
    assert paid.sources


def test_units_are_compared_with_the_load_by_the_token() -> None:
    rented, listed = behind_azure(100, 50, 0, "ptu-year"), behind_azure(100, 50, 0, "5")
    by_token = figure(listed, "cost.month").value
    assert figure(rented, "cost.pay_as_you_go_month").value == pytest.approx(by_token)
    terms = [figure(listed, f"cost.provisioned_{n}ly").value for n in ("hour", "month", "year")]
    assert terms == [150 * 730, 150 * 260, 150 * 221]
    # A day's 400,000 requests of 100 and 50 tokens at 1.75 and 14 USD a million.
    assert by_token == pytest.approx(A_DAY * (100 * 1.75 + 50 * 14) / 1e6 * 730 / 24)
    nearby = figure(behind_azure(100, 50, 0, "ptu-regional"), "cost.pay_as_you_go_month")
    assert nearby.high == pytest.approx(1.1 * nearby.low)


def test_a_price_of_ones_own_goes_before_the_catalogue() -> None:
    workload = Workload(Users(A_DAY), tokens=Tokens(input=100, output=50))
    spec = Spec(1, "here", model=ModelRef("gpt-5.2"), api=Api("azure", "ptu"), workload=workload)
    own = replace(spec, assumptions={"ptu_price": 0.5})
    assert figure(facts_of(own), "cost.month").value == pytest.approx(150 * 0.5 * 730)
    assert isinstance(facts_of(own)["cost.price_age_days"], Absent)


def test_what_cannot_be_rented_has_no_cost_and_others_no_units() -> None:
    assert not figure(behind_azure(100, 50, 0, "ptu", "grok-4"), "cost.month").known
    assert isinstance(behind_azure(100, 50, 0, "1", "grok-4")["cost.provisioned_hourly"], Absent)
    assert provisioned_price("openai", "global") is None
    assert provisioned_price("azure", "elsewhere") is None


def test_both_readings_of_the_prices_agree() -> None:
    for scope in ("global", "datazone", "regional"):
        price = provisioned_price("azure-openai", scope)
        assert price
        assert price.agrees
        assert price.as_of == "2026-10-09"
        assert price.year / 12 < price.month < price.hour * 730
