"""Gauges of what is used of a limit, however small the limit."""

from __future__ import annotations

import pytest

from aispec.estimate.quantity import Quantity
from aispec.record import replace
from aispec.report.html.gauges import targets
from tests.report.runs import chat_facts, judged


@pytest.mark.parametrize(("limit", "share"), [(200.0, "50%"), (0.0, ""), (1e-308, "")])
def test_a_share_is_told_where_it_can_be_computed(limit: float, share: str) -> None:
    each = replace(
        judged("chat", chat_facts()),
        facts={"latency.ttft": Quantity(100.0, "ms")},
        stated={"sla.ttft": Quantity(limit, "ms")},
    )
    [gauge] = [gauge for gauge in targets(each) if gauge.limit]
    assert gauge.share == share
