"""What people are told of each figure, for deployments of every kind: how it was made and of what.

Digits are left out: figures and constants are held by other tests, and may get better.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from syrupy.assertion import SnapshotAssertion

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact, Unknown
from aispec.estimate.quantity import Quantity
from aispec.pipeline import Options, check

TODAY = date(2026, 11, 22)
HEAD = "version: 1\nname: {}\n"
DAILY = "workload: {users: 2000/day, requests_per_session: 4, tokens_per_session: 8000}\n"
AT_ONCE = "workload: {users: {concurrent: 8}, tokens: {system: 400, input: 2000, output: 300}}\n"

SPECS = {
    "chat": """
model: llama-3.1-8b-instruct
precision: {weights: bf16, kv_cache: fp8}
engine: {name: vllm, version: "0.33", max_model_len: 8192}
hardware: {accelerator: a100-40gb, count: 2, replicas: 2, price: 1.29 USD/hour, hours: 12/day}
workload:
  users: {daily: 2000}
  sessions_per_user: 2
  requests_per_session: 4
  tokens: {system: 400, context: 1200, input: 100, output: 300}
  languages: {en: 70%, hi: 30%}
  prefix_cache_hit: 30%
  images: {count: 1, tokens: 500}
  batch: [{name: nightly, requests: 1000, tokens: {input: 400, output: 100}, deadline: 2h}]
limits: {tpm: 400k, rpm: 500, tpd: 20M}
sla: {ttft: {p99: 300ms}, tps: 15, e2e: {p50: 10s}}
budget: {monthly: 500 USD, per_session: 0.02 USD}
assumptions: {energy_price: 0.2}
""",
    "mixture": """
model: {id: gpt-oss-20b, adapters: {count: 4, rank: 16}}
engine: {name: sglang, version: "0.5"}
hardware: {accelerator: h100-sxm-80gb, count: 2, parallelism: {tensor: 1, data: 2}}
sla: {profile: chat}
"""
    + AT_ONCE,
    "laptop": """
model: {id: qwen3-32b, draft: {id: qwen3-0.6b, tokens: 4}}
precision: gguf:Q4_K_M
engine: {name: llama.cpp, gpu_layers: 30, max_model_len: 16384}
hardware: {accelerator: rtx-4090, count: 2}
"""
    + AT_ONCE,
    "ollama": """
model: gemma-3-27b-it
engine: ollama
hardware: {accelerator: m4-max, memory: 64GB}
"""
    + AT_ONCE,
    "latent": """
model: {id: deepseek-v3, draft: {id: mtp, tokens: 1}}
engine: {name: tensorrt-llm, version: "1.1"}
hardware: {accelerator: h200, count: 16, parallelism: {tensor: 8, pipeline: 2}}
"""
    + DAILY,
    "script": "model: qwen2.5-0.5b-instruct\nengine: transformers\nhardware: 1x t4\n" + AT_ONCE,
    "behind": """
model: gpt-4o-mini
api: {provider: openai, tier: 2, latency: {ttft: 350ms, tps: 70}}
workload:
  users: {daily: 3000}
  requests_per_session: 3
  tokens: {input: 2000, output: 300}
  prefix_cache_hit: 25%
  batch: [{name: nightly, requests: 100, tokens: {input: 400, output: 100}, deadline: 2h}]
""",
    "either": "model: llama-3.3-70b-instruct\nhardware: 4x a100\n" + DAILY,
    "nobody": "model: no-such-model\nhardware: 1x no-such-card\n" + DAILY,
    "unpriced": "model: no-such-model\napi: {provider: nobody}\n" + DAILY,
    "idle": "model: llama-3.1-8b-instruct\nhardware: 1x a100-40gb\nworkload: {tokens: {input: 9}}",
}
DOOR = """
routes: [{to: chat, share: 70%}, {to: behind, share: 30%}]
workload: {users: 5000/day, requests_per_session: 2, tokens: {input: 500, output: 200}}
"""


def told(name: str, fact: Fact) -> Iterator[str]:
    """A fact's own words, and below it those of what it was made of."""
    if isinstance(fact, Quantity):
        yield f"{name}: {'' if fact.known else 'unknown, '}{fact.unit.name or '-'}"
        yield from _lines(fact, 1)
    elif isinstance(fact, Unknown | Absent):
        yield f"{name}: {type(fact).__name__.lower()}, {fact.reason}"
    else:
        yield f"{name}: {fact.value if isinstance(fact, Answer) else fact}"


def _lines(of: Quantity, depth: int) -> Iterator[str]:
    sources = f"  ({len(of.sources)} sources)" if of.sources else ""
    yield "  " * depth + (of.how or "-") + sources
    if depth < 2:
        for part in of.inputs:
            yield from _lines(part, depth + 1)


def masked(text: str) -> str:
    """Texts without the digits of figures; names keep theirs."""
    return re.sub(r"(?<![\w.(-])\d[\d,.]*(e[+-]\d+)?", "#", text)


@pytest.mark.parametrize("name", [*SPECS, "front"])
def test_every_figure_says_how_it_was_made(name: str, snapshot: SnapshotAssertion) -> None:
    text = HEAD.format(name) + SPECS.get(name, DOOR)
    if name == "front":
        text += "".join(f"---\n{HEAD.format(to)}{SPECS[to]}" for to in ("chat", "behind"))
    options = Options(root="/nonexistent", today=TODAY, remedies=False)
    report = check((), options, {"ai-deploy.yaml": text})
    assert report.exit_code != 2, [f.message for f in report.every()]
    facts = report.deployments[0].facts
    assert snapshot == masked("\n".join(line for key in facts for line in told(key, facts[key])))
