"""Small questions to plan, with every candidate of them computed by brute force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from aispec.pipeline import Options
from aispec.planning.plan import as_written, searching
from aispec.planning.question import Question, subject
from aispec.planning.search import Found, Search
from aispec.planning.trial import FAILS, NO_LEVEL, Tried
from aispec.planning.wishes import Wishes
from aispec.record import replace

TODAY = date(2026, 11, 22)
CHAT: Mapping[str, Any] = {
    "version": 1,
    "name": "support-chat",
    "model": "llama-3.1-8b-instruct",
    "precision": "bf16",
    "hardware": "1x a100-40gb",
    "workload": {"users": "1000/day", "tokens_per_session": 2000},
    "limits": {"tpm": 40000},
    "sla": {"ttft": "300ms", "tps": 15},
}


def question(spec: Mapping[str, Any] = CHAT, **wishes: Any) -> Question:
    """A question about a spec given as data."""
    lists = {k: tuple(v) if isinstance(v, list) else v for k, v in wishes.items()}
    return Question("ai-deploy.yaml", None, Wishes(**lists), json.dumps(spec))


def options(**more: Any) -> Options:
    return replace(Options(root="/nonexistent", today=TODAY), **more)


def started(asked: Question, run: Options | None = None) -> tuple[Search, Tried]:
    """A search that is about to begin, and the deployment as it is written."""
    about = subject(asked, run or options())
    return searching(about, asked), as_written(about)


def pruned(asked: Question, run: Options | None = None) -> Found:
    search, now = started(asked, run)
    return search.run(now)


def brute(asked: Question, run: Options | None = None) -> list[Tried]:
    """Every candidate through the whole pipeline, and the written one where it is wished for."""
    search, now = started(asked, run)
    every = [search.trial.run(each) for each in search.space.candidates()]
    return [*every, now] if search.space.written else every


def best(every: list[Tried], *measures: str) -> Tried | None:
    """The best priced candidate that does not fail, by standing and then by some measures."""
    able = [each for each in every if each.standing < FAILS and each.priced]
    return min(able, key=lambda each: [_measure(each, m) for m in measures], default=None)


def _measure(each: Tried, name: str) -> Any:
    candidate = each.candidate
    return {
        "standing": each.standing,
        "cost": each.cost,
        "level": each.level,
        "order": each.order,
        "size": candidate.size,
        "parameters": candidate.parameters or float("inf"),
        "behind an API": not candidate.accelerators,
    }[name]


def front(every: list[Tried]) -> list[Tried]:
    """The candidates that no other beats, found by comparing all pairs."""
    able = [each for each in every if each.standing < FAILS and each.priced]
    left = [each for each in able if not any(_beats(other, each) for other in able)]
    return sorted(left, key=lambda each: (each.cost, each.level, each.order))


def _beats(one: Tried, other: Tried) -> bool:
    mine = (one.standing, one.cost, one.level)
    theirs = (other.standing, other.cost, other.level)
    if any(a > b for a, b in zip(mine, theirs, strict=True)):
        return False
    return mine != theirs or one.order < other.order


def seconds(each: Tried) -> int | None:
    return None if each.level == NO_LEVEL else each.level
