"""Words that every format of a plan shares: what a proposal comes to, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.estimate.display import figure
from aispec.estimate.fact import Fact
from aispec.estimate.quantity import Quantity
from aispec.report.cells import counted
from aispec.report.proposal import Plan, Proposal, Scalar, Standing

MOST_LISTED = 12
"""Proposals of the front that are listed; a chart shows all of them."""


_UNSURE: dict[Standing, str] = {"possibly": ", possibly", "cannot tell": ", for all one can tell"}


def awards(plan: Plan, proposal: Proposal) -> str:
    """Return what a proposal is, and how sure that is: `cheapest and smallest, possibly`."""
    names = won(plan, proposal)
    return " and ".join(names) + (_UNSURE.get(proposal.standing, "") if names else "")


def won(plan: Plan, proposal: Proposal) -> tuple[str, ...]:
    """Return by which measures a proposal is the best."""
    found = [
        (plan.cheapest, "cheapest"),
        (plan.fastest, "fastest"),
        (plan.smallest, "smallest"),
        (plan.smallest_model, "smallest model"),
    ]
    return tuple(name for each, name in found if each and each.spec == proposal.spec)


def outcome(proposal: Proposal) -> str:
    """Return what a proposal comes to: cost, first token, speed, a whole answer."""
    facts = proposal.facts
    parts = [
        cost(proposal),
        _known(facts.get("latency.ttft"), "first token in {}"),
        _known(facts.get("latency.tps"), "{}"),
        _known(facts.get("latency.e2e"), "a whole answer in {}"),
    ]
    if not any(parts[1:]):
        parts.append("latency not known here")
    return ", ".join(part for part in parts if part)


def cost(proposal: Proposal) -> str:
    """Return a month's cost in words, with the kind of price where it is no list price."""
    month = proposal.facts.get("cost.month")
    if not (isinstance(month, Quantity) and month.known):
        return "price unknown"
    kind = f" ({proposal.market} price)" if proposal.market else ""
    return figure(month) + kind


def _known(fact: Fact | None, sentence: str) -> str:
    if not (isinstance(fact, Quantity) and fact.known):
        return ""
    return sentence.format(figure(fact))


def doubt(proposal: Proposal) -> str:
    """Return what is not sure of a proposal in few words; nothing where all is."""
    words = {"possibly": "possibly", "cannot tell": "nobody can tell", "fails": "fails"}
    if proposal.standing == "meets":
        return ""
    return f"{words[proposal.standing]}: {', '.join(proposal.doubts)}"


def verdict(proposal: Proposal) -> str:
    """Return how a proposal stands to what is required, and what it is warned of."""
    doubts = ", ".join(proposal.doubts)
    said = {
        "meets": "meets every target",
        "possibly": f"possibly meets every target: {doubts} can't be ruled out",
        "cannot tell": f"nobody can tell here whether it meets {doubts}",
        "fails": f"fails {doubts}",
    }[proposal.standing]
    warned = f"; warns of {', '.join(proposal.warnings)}" if proposal.warnings else ""
    return said + warned


def changes(proposal: Proposal) -> Iterator[str]:
    """Yield each changed field as `engine.name: vllm`, and each that goes away."""
    for path, value in proposal.changes.items():
        if value is not None:
            yield f"{path}: {scalar(value)}"
    gone = [path for path, value in proposal.changes.items() if value is None]
    if gone:
        yield f"without {', '.join(gone)}"


def scalar(value: Scalar) -> str:
    """Return a value as a spec's author writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def judged(plan: Plan) -> str:
    """Return how many candidates were judged, and how."""
    tally = plan.tally
    return (
        f"{counted(tally.judged, 'candidate')}: {tally.computed:,} computed in full,"
        f" {tally.refused:,} proven to fail, {tally.dominated:,} proven to be no better than one"
        " of these"
    )


def listed(plan: Plan) -> tuple[Proposal, ...]:
    """Return the proposals of the front beside the awarded, thinned out evenly to what fits."""
    named = {each.spec for each in (*_awarded(plan), *plan.apis)}
    rest = [each for each in plan.front if each.spec not in named]
    if len(rest) <= MOST_LISTED:
        return tuple(rest)
    step = (len(rest) - 1) / (MOST_LISTED - 1)
    return tuple(rest[round(n * step)] for n in range(MOST_LISTED))


def awarded(plan: Plan) -> tuple[Proposal, ...]:
    """Return the proposals that are best by a measure, each once."""
    return tuple({each.spec: each for each in _awarded(plan)}.values())


def _awarded(plan: Plan) -> list[Proposal]:
    found = (plan.cheapest, plan.fastest, plan.smallest, plan.smallest_model)
    return [each for each in found if each]


def behind_api(plan: Plan) -> tuple[Proposal, ...]:
    """Return the proposals behind an API that are not awarded anything."""
    shown = {each.spec for each in awarded(plan)}
    return tuple(each for each in plan.apis if each.spec not in shown)


def numbers(plan: Plan) -> dict[str, int]:
    """Return the number of each proposal by its spec, from 1."""
    return {each.spec: number for number, each in enumerate(plan.numbered(), 1)}


def notes(plan: Plan) -> Iterator[str]:
    """Yield what a reader has to know beside the proposals."""
    if plan.constraints:
        yield f"Searched with {'; '.join(plan.constraints)}."
    if plan.excused:
        yield f"Not required here, because the file silences it: {', '.join(plan.excused)}."
    if not plan.numbered():
        yield (
            "Nothing meets every target: loosen one, allow more accelerators, or name more models."
        )
    if any(each.standing == "cannot tell" for each in plan.apis):
        yield (
            "An API's latency is known by measurement only: write api.latency to have it judged."
        )
    yield (
        "Fewer bits change what a model answers: compare a proposal on your own cases first."
        " Latencies within 5% of each other count as equal."
    )
