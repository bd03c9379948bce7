"""Rewrites broken specs with the first remedy of their errors, again and again, until they pass.

`python -m tools.rewriting` does so for all of them and prints the share that ends well, the
stubborn ones, and how long the search for remedies takes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter
from typing import Any

from aispec.pipeline import Options, check
from aispec.policy.finding import Finding, Remedy

TODAY = date(2026, 11, 22)
NUMBER = 200
MOST_ROUNDS = 12

_MODELS = (
    "llama-3.1-8b-instruct",
    "llama-3.3-70b-instruct",
    "mistral-7b-instruct-v0.3",
    "qwen2.5-32b-instruct",
    "mixtral-8x7b-instruct-v0.1",
    "qwen3-30b-a3b",
    "gemma-2-27b-it",
    "phi-4",
    "deepseek-r1-distill-qwen-14b",
    "llama-3.1-405b-instruct",
)
_CARDS = (
    "t4",
    "l4",
    "a10g",
    "rtx-4090",
    "l40s",
    "a100-40gb",
    "a100-80gb",
    "h100-sxm-80gb",
    "h200-sxm-141gb",
    "b200-180gb",
)
_FORMATS = ("bf16", "fp16", "fp8", "int4-awq", "gguf:Q8_0", None)
_APIS = (
    ("gpt-4o-mini", "openai"),
    ("gpt-4o", "openai"),
    ("gpt-4.1", "openai"),
    ("claude-sonnet-4-5", "anthropic"),
    ("llama-3.3-70b-instruct", "groq"),
)


@dataclass(slots=True)
class Rewritten:
    """What became of a spec: the remedies applied, and the errors that no remedy took away."""

    spec: dict[str, Any]
    applied: list[Remedy] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)


def broken_specs(number: int = NUMBER) -> Iterator[dict[str, Any]]:
    """Yield so many specs in which something is an error, the same ones each time."""
    dice = random.Random(2026)
    found = 0
    while found < number:
        spec = _by_api(dice) if dice.random() < 0.2 else _self_hosted(dice)
        spec |= {"version": 1, "name": f"service-{found}"}
        if errors(spec, remedies=False):
            found += 1
            yield spec


def errors(spec: dict[str, Any], *, remedies: bool = True) -> list[Finding]:
    """Return the errors of a spec, by place."""
    options = Options(root="/nonexistent", today=TODAY, remedies=remedies)
    report = check((), options, {"ai-deploy.yaml": json.dumps(spec)})
    return [finding for finding in report.counted() if finding.severity == "error"]


def rewrite(spec: dict[str, Any]) -> Rewritten:
    """Apply the first remedy of the first error that has one until there is none."""
    result = Rewritten(json.loads(json.dumps(spec)))
    for _ in range(MOST_ROUNDS):
        result.left = errors(result.spec)
        remedy = next((f.remedies[0] for f in result.left if f.remedies), None)
        if remedy is None:
            break
        result.applied.append(remedy)
        for path, value in remedy.set.items():
            _put(result.spec, path.split("."), value)
    return result


def _put(data: dict[str, Any], steps: list[str], value: object) -> None:
    *way, last = steps
    for name in way:
        data = data.setdefault(name, {})
    if value is None:
        data.pop(last, None)
    else:
        data[last] = value


def _self_hosted(dice: random.Random) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "model": {"id": dice.choice(_MODELS)},
        "hardware": {"accelerator": dice.choice(_CARDS), "count": dice.choice((1, 1, 2, 4))},
        "workload": _load(dice),
    }
    weights = dice.choice(_FORMATS)
    if weights:
        spec["precision"] = {"weights": weights}
    length = dice.choice((None, 4096, 8192, 32768))
    if length and not (weights or "").startswith("gguf"):
        spec["engine"] = {"name": "vllm", "version": "0.11", "max_model_len": length}
    return spec | _promises(dice)


def _by_api(dice: random.Random) -> dict[str, Any]:
    model, provider = dice.choice(_APIS)
    spec: dict[str, Any] = {
        "model": {"id": model},
        "api": {"provider": provider, "tier": str(dice.choice((1, 2)))},
        "workload": _load(dice),
    }
    limits = dice.choice((None, {"tpm": 40_000}, {"tpm": 200_000, "rpm": 100}))
    budget = dice.choice((None, {"monthly": "500 USD"}, {"per_session": "0.002 USD"}))
    return spec | {k: v for k, v in (("limits", limits), ("budget", budget)) if v}


def _load(dice: random.Random) -> dict[str, Any]:
    users = dice.choice(
        ({"concurrent": 8}, {"concurrent": 64}, {"daily": 1_000}, {"daily": 50_000})
    )
    context, output = dice.choice((0, 1_000, 6_000)), dice.choice((200, 600, 1_500))
    tokens = {"system": 300, "context": context, "input": 200, "output": output}
    return {"users": users, "requests_per_session": dice.choice((1, 4)), "tokens": tokens}


def _promises(dice: random.Random) -> dict[str, Any]:
    sla = dice.choice((None, {"ttft": "500ms", "tps": 15}, {"profile": "chat"}, {"e2e": "20s"}))
    budget = dice.choice((None, None, {"monthly": "1500 USD"}, {"monthly": "10000 USD"}))
    return {k: v for k, v in (("sla", sla), ("budget", budget)) if v}


def main() -> None:
    """Rewrite all and say how it went."""
    started, passing, rounds = perf_counter(), 0, 0
    for spec in broken_specs():
        result = rewrite(spec)
        rounds += len(result.applied)
        if result.left:
            print(json.dumps(result.spec))
            print(*(f"  {f.code}: {f.message}" for f in result.left), sep="\n")
        else:
            passing += 1
    seconds = perf_counter() - started
    print(f"{passing} of {NUMBER} pass in the end, after {rounds} remedies, in {seconds:.0f} s")


if __name__ == "__main__":
    main()
