"""Figures of load, context, limits, money and compute with both bounds, worked out once and kept.

All of these follow by arithmetic from what the specs say, and from limits and shapes that are
published: nothing that was fitted on measurements has a part in them.
"""

from __future__ import annotations

from datetime import date

import pytest
from syrupy.assertion import SnapshotAssertion

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact
from aispec.estimate.quantity import Quantity
from aispec.pipeline import Options, check

TODAY = date(2026, 11, 22)
GROUPS = ("workload", "context", "limits", "cost", "compute", "energy")
FITTED = (
    *("workload.concurrency", "cost.idle_share"),
    *("compute.training_flops", "compute.modifier_flops"),
)
PRICE = "price: {input: 1 USD/Mtok, output: 4 USD/Mtok, cached_input: 0.5 USD/Mtok}"

SPECS = {
    "growing": f"""
model: gpt-4o-mini
api: {{provider: openai, tier: 2, {PRICE}}}
workload:
  users: {{daily: 1000}}
  sessions_per_user: 2
  requests_per_session: 3
  tokens: {{system: 400, context: 1200, input: 500, output: 300}}
budget: {{monthly: 500 USD}}
""",
    "stated history": f"""
model: gpt-4o-mini
api: {{provider: openai, tier: 1, {PRICE}}}
workload:
  users: {{daily: 500}}
  requests_per_session: 5
  tokens: {{system: 100, history: 900, input: 50, output: 150}}
  prefix_cache_hit: 40%
  languages: {{en: 50%, hi: 50%}}
  images: {{count: 2, tokens: 765}}
assumptions: {{peak_hour_share: 0.2}}
""",
    "batch beside users": f"""
model: gpt-4o-mini
api: {{provider: openai, tier: 1, {PRICE}}}
workload:
  users: {{daily: 100}}
  tokens: {{input: 2000, output: 200}}
  batch:
    - {{name: nightly, requests: 5000, tokens: {{input: 400, output: 100}}, deadline: 2h}}
    - {{name: small, requests: 10, tokens: {{input: 400, output: 100}}}}
limits: {{tpm: 40k, rpm: 500, tpd: 2M}}
""",
    "batch alone": f"""
model: gpt-4o-mini
api: {{provider: openai, tier: 3, batch: true, {PRICE}}}
workload:
  batch: [{{name: nightly, requests: 500000, tokens: {{input: 400, output: 100}}, deadline: 8h}}]
""",
    "split limits": f"""
model: claude-sonnet-4-5
api: {{provider: anthropic, tier: 1, {PRICE}}}
workload:
  users: {{daily: 4000}}
  tokens: {{input: 3000, output: 400}}
  prefix_cache_hit: 50%
""",
    "written limits": f"""
model: gpt-4o
api: {{provider: azure, {PRICE}}}
workload: {{users: 2000/day, requests_per_session: 2, tokens_per_session: 6000}}
limits: {{tpm: 100k, rpm: 600}}
assumptions: {{max_tokens: 1000, output_share: 0.4}}
""",
    "a sum and a price": """
model: mistral-large-2411
api: {provider: mistral, price: {input: 2 USD/Mtok, output: 6 USD/Mtok}}
workload: {users: {daily: 50}, sessions_per_user: 0.5, tokens_per_session: 1000}
""",
    "accelerators": """
model: llama-3.1-8b-instruct
engine: {name: vllm, version: "0.33", max_model_len: 8192}
hardware: {accelerator: a100-40gb, count: 2, replicas: 3, price: 1.29 USD/hour, hours: 12/day}
workload:
  users: {daily: 2000}
  requests_per_session: 4
  tokens: {system: 400, input: 600, output: 300}
  batch: [{name: nightly, requests: 1000, tokens: {input: 400, output: 100}, deadline: 2h}]
assumptions: {energy_price: 0.2, pue: 1.3}
""",
    "an instance": """
model: llama-3.1-8b-instruct
engine: vllm
hardware: {accelerator: h100-sxm-80gb, count: 2, instance: aws/p5.48xlarge, price: 3 USD/hour}
workload: {users: 900/day, tokens: {input: 600, output: 300}}
""",
    "units": """
model: gpt-5.2
api: {provider: azure, tier: ptu-datazone-month}
workload: {users: 400000/day, tokens: {input: 100, output: 50}, languages: {en: 50%, hi: 50%}}
""",
    "units at a price": """
model: gpt-5.2
api: {provider: azure, tier: ptu-regional}
workload: {users: 400000/day, tokens: {input: 100, output: 50}}
assumptions: {ptu_price: 0.5}
""",
    "a split window": f"""
model: gpt-5.2
api: {{provider: openai, tier: 4, {PRICE}}}
workload:
  users: {{daily: 100}}
  requests_per_session: 30
  tokens: {{system: 4000, input: 3000, output: 4000}}
  languages: {{de: 100%}}
""",
    "users at once": f"""
model: gpt-4o-mini
api: {{provider: openai, tier: 1, {PRICE}, latency: {{ttft: 400ms, tps: 50}}}}
workload: {{users: {{concurrent: 12}}, tokens: {{input: 500, output: 101}}}}
""",
    "nobody": f"""
model: gpt-4o-mini
api: {{provider: openai, tier: 1, {PRICE}}}
workload: {{tokens: {{input: 500, output: 100}}}}
""",
    "a mixture": """
model: deepseek-v3
hardware: {accelerator: h200, count: 8, price: 3 USD/hour}
workload: {users: 900/day, tokens: {input: 6000, output: 300}}
""",
}


def figures(name: str, fact: Fact) -> str:
    if not isinstance(fact, Quantity):
        return f"{name}: {fact.value if isinstance(fact, Answer) else fact}"
    if not fact.known:
        return f"{name}: {fact.reason}"
    bounds = "" if fact.exact else f" [{fact.low:.6g} to {fact.high:.6g}]"
    return f"{name}: {fact.value:.6g}{bounds} {fact.unit.name}"


@pytest.mark.parametrize("name", SPECS)
def test_figures_that_follow_from_the_spec(name: str, snapshot: SnapshotAssertion) -> None:
    text = "version: 1\nname: here\n" + SPECS[name]
    options = Options(root="/nonexistent", today=TODAY, remedies=False)
    report = check((), options, {"ai-deploy.yaml": text})
    assert report.exit_code != 2, [f.message for f in report.every()]
    facts = report.deployments[0].facts
    wanted = [key for key in facts if key.partition(".")[0] in GROUPS and key not in FITTED]
    assert snapshot == "\n".join(
        figures(key, facts[key]) for key in wanted if not isinstance(facts[key], Absent)
    )
