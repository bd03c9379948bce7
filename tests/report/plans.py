"""Plans made by hand, so that no price, constant or rule that changes moves a snapshot."""

from __future__ import annotations

from typing import Any

from aispec.estimate.fact import Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.estimate.vocabulary import FACTS
from aispec.record import replace
from aispec.report.proposal import Miss, Plan, Proposal, Standing, Tally


def facts(cost: float | None, seconds: float | None) -> Facts:
    """The facts that a plan shows, of a deployment with this cost and this latency."""
    made: dict[str, Any] = {name: Unknown("not of this test") for name in FACTS}
    made["cost.month"] = (
        Quantity(cost, "USD/month", low=cost * 0.9, high=cost * 1.2)
        if cost is not None
        else Quantity.unknown("USD/month", "no price is known")
    )
    if seconds is None:
        made["latency.e2e"] = Quantity.unknown("s", "measured only")
        return made
    made["latency.ttft"] = Quantity(seconds * 20, "ms", low=seconds * 15, high=seconds * 40)
    made["latency.tps"] = Quantity(300 / seconds, "tokens/s", low=200 / seconds, high=400 / seconds)
    made["latency.e2e"] = Quantity(seconds, "s", low=seconds * 0.7, high=seconds * 1.5)
    return made


def proposal(
    title: str,
    cost: float | None,
    seconds: float | None,
    standing: Standing = "meets",
    **more: Any,
) -> Proposal:
    """A proposal that changes one thing."""
    changes = more.pop("changes", {"hardware.instance": title, "hardware.price": None})
    spec = f"version: 1\nname: support-chat\nhardware: {{instance: {title}}}\n"
    return Proposal(title, standing, facts(cost, seconds), changes, spec, accelerators=1, **more)


def a_plan() -> Plan:
    """A plan with something of each kind."""
    now = replace(proposal("1x a100-sxm4-40gb", 1500, 8, "fails", changes={}), doubts=("LAT001",))
    cheap = proposal("1x l4-24gb (gcp/g2-standard-4), fp8, vllm", 420, 9)
    maybe = proposal("1x t4-16gb (aws/g4dn.xlarge)", 250, 11, "possibly", doubts=("LAT001",))
    quick = proposal("8x b200-sxm-180gb (aws/p6-b200.48xlarge)", 70_000, 0.9, market="marketplace")
    api = proposal(
        "groq by API", 3.5, None, "cannot tell", doubts=("LAT001",), warnings=("LIM004",)
    )
    middle = proposal("1x h100-sxm-80gb (lambda/gpu_1x_h100_sxm5)", 2900, 2.5)
    return Plan(
        version="0.0.0",
        path="deploy/ai-deploy.yaml",
        name="support-chat",
        now=now,
        now_reasons=("the first token of support-chat takes 410 ms, and the target is 300 ms",),
        cheapest=cheap,
        fastest=quick,
        smallest=cheap,
        smallest_model=None,
        front=(api, maybe, cheap, middle, quick),
        apis=(api,),
        unpriced=(proposal("1x jetson-agx-orin-64gb", None, 14),),
        misses=(
            Miss(
                "2x l4-24gb (gcp/g2-standard-24)",
                facts(800, 9),
                ("the first token of support-chat takes 410 ms, and the target is 300 ms",),
                ("LAT001",),
            ),
        ),
        tally=Tally(138, 13_427, 291_299),
        constraints=("at most 8 accelerators",),
        excused=("OPS001",),
        step=0.05,
    )


def nothing_found() -> Plan:
    """A plan without a proposal."""
    return replace(
        a_plan(),
        cheapest=None,
        fastest=None,
        smallest=None,
        front=(),
        apis=(),
        unpriced=(),
        constraints=(),
        excused=(),
    )


HOSTILE = "</title><script>alert(1)</script> | @everyone \x1b[31m #1 `x` \u202e"


def hostile() -> Plan:
    """A plan whose every text is an attacker's."""
    evil = proposal(HOSTILE, 10, 2, changes={HOSTILE: HOSTILE}, doubts=(HOSTILE,))
    evil = replace(evil, spec=HOSTILE, warnings=(HOSTILE,), market=HOSTILE)
    miss = Miss(HOSTILE, facts(1, 1), (HOSTILE,), (HOSTILE,))
    return replace(
        a_plan(),
        path=HOSTILE,
        name=HOSTILE,
        now=replace(evil, changes={}),
        now_reasons=(HOSTILE,),
        cheapest=evil,
        fastest=evil,
        smallest=evil,
        front=(evil,),
        apis=(replace(evil, spec=HOSTILE + "2"),),
        misses=(miss,),
        constraints=(HOSTILE,),
        excused=(HOSTILE,),
    )
