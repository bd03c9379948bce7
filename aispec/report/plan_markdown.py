"""A plan as Markdown, for an issue or a wiki."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.report.escape import code, text
from aispec.report.plan_words import (
    awarded,
    awards,
    behind_api,
    changes,
    cost,
    judged,
    listed,
    notes,
    numbers,
    outcome,
    verdict,
)
from aispec.report.proposal import Plan, Proposal

_HEAD = ("", "Deployment", "Cost and latency", "Targets")


def render(plan: Plan) -> str:
    """Return a plan as Markdown; texts of strangers are shown as they are and never obeyed."""
    return "\n".join(_blocks(plan)) + "\n"


def _blocks(plan: Plan) -> Iterator[str]:
    yield f"### aispec plan: {code(plan.name)} {_said(plan)}"
    yield ""
    yield f"{text(judged(plan))}."
    yield ""
    yield from _table(plan)
    yield ""
    for each in awarded(plan):
        yield from _patch(plan, each)
    if plan.misses:
        yield "Near, but no:"
        yield ""
        for miss in plan.misses:
            yield f"- {text(miss.title)}: {text('; '.join(miss.reasons))}"
        yield ""
    for note in notes(plan):
        yield f"{text(note)}"
        yield ""


def _said(plan: Plan) -> str:
    best = plan.cheapest
    if best is None:
        return "nothing meets every target"
    doubt = {"meets": "", "possibly": "possibly "}.get(best.standing, "if it is fast enough, ")
    return f"{doubt}from {text(cost(best))}"


def _table(plan: Plan) -> Iterator[str]:
    yield f"| {' | '.join(_HEAD)} |"
    yield "| :-- | :-- | :-- | :-- |"
    yield _row("now", plan.now)
    number_of = numbers(plan)
    groups = (awarded(plan), listed(plan), behind_api(plan), plan.unpriced)
    for each in (one for group in groups for one in group):
        names = awards(plan, each)
        yield _row(f"{number_of[each.spec]} {f'**{names}**' if names else ''}".strip(), each)


def _row(lead: str, each: Proposal) -> str:
    cells = (lead, text(each.title), text(outcome(each)), text(verdict(each)))
    return f"| {' | '.join(cells)} |"


def _patch(plan: Plan, each: Proposal) -> Iterator[str]:
    yield f"{awards(plan, each).capitalize()}:"
    yield ""
    for line in changes(each):
        yield f"- {code(line)}"
    if not each.changes:
        yield "- as it is written"
    yield ""
