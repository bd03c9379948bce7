"""Azure's provisioned throughput, by Microsoft's own worked examples."""

from __future__ import annotations

import pytest

from aispec.catalog.limits import provisioned
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.provisioned import in_lots, is_provisioned, raw_units
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
