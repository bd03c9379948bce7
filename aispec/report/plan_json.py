"""A plan as JSON: what was searched, every proposal with its facts and its spec, near misses."""

from __future__ import annotations

from typing import Any

from aispec.report.json_format import VERSION, fact_json
from aispec.report.plan_words import won
from aispec.report.proposal import Miss, Plan, Proposal

Json = dict[str, Any]

_FACTS = (
    *("cost.month", "latency.ttft", "latency.tps", "latency.e2e", "memory.needed"),
    *("memory.offered", "throughput.utilization", "hardware.accelerator", "hardware.count"),
    *("hardware.replicas", "model.id", "precision.weights", "precision.kv_cache", "engine.id"),
)


def plan_json(plan: Plan) -> Json:
    """Return a plan's data; proposals carry the numbers that `--write` takes."""
    front = {each.spec for each in plan.front}
    return {
        "version": VERSION,
        "path": plan.path,
        "name": plan.name,
        "constraints": list(plan.constraints),
        "excused": list(plan.excused),
        "judged": {
            "candidates": plan.tally.judged,
            "computed": plan.tally.computed,
            "refused": plan.tally.refused,
            "dominated": plan.tally.dominated,
        },
        "latency_step": plan.step,
        "now": {**_proposal(plan.now), "reasons": list(plan.now_reasons)},
        "proposals": [
            {
                "number": number,
                "awards": list(won(plan, each)),
                "front": each.spec in front,
                **_proposal(each),
                "spec": each.spec,
            }
            for number, each in enumerate(plan.numbered(), 1)
        ],
        "misses": [_miss(each) for each in plan.misses],
    }


def _proposal(each: Proposal) -> Json:
    return {
        "title": each.title,
        "standing": each.standing,
        "doubts": list(each.doubts),
        "warnings": list(each.warnings),
        "accelerators": each.accelerators,
        "market": each.market,
        "changes": dict(each.changes),
        "facts": _facts(each.facts),
    }


def _facts(facts: Any) -> Json:
    return {name: fact_json(facts[name]) for name in _FACTS}


def _miss(each: Miss) -> Json:
    return {
        "title": each.title,
        "codes": list(each.codes),
        "reasons": list(each.reasons),
        "facts": _facts(each.facts),
    }
