"""The tables of the accuracy page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tools.accuracy.compare import KV, Compared, Pair
from tools.accuracy.figures import FIGURES, Cases, comparable, errors, pairs, quantile, sides

KINDS = {
    "weights": "weights",
    "kv_per_token": "cache of a token",
    "kv_sequence": "cache of a sequence",
    "kv_total": "cache of a sequence on all devices",
    "pool": "vLLM's cache",
    "activations": "activations, compute buffer",
    "runtime": "runtime beside the framework",
    "graphs": "CUDA graphs",
    "allocated": "all that Transformers allocates",
    "needed": "all that the process takes",
}
"""What each kind of figure is called on the page."""

_ANSWERS = ("yes", "maybe", "no", "unknown")
_GROUPED = {"weights": ("weights",), "cache": KV, "vLLM's cache": ("pool",)}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def headline(cases: Cases) -> str:
    """Every figure with its bar, for all cases and by side."""
    parts = sides(cases)
    rows = []
    for figure in FIGURES:
        found = [figure.measure(part) for part in parts.values()]
        held = "yes" if figure.holds(found[0][0]) else "**no**"
        rows.append([figure.says, figure.bar, held, *(_cell(*each) for each in found)])
    return table(["figure", "bar", "held", "all", "fit", "held out"], rows)


def _cell(value: float | None, of: int) -> str:
    return f"{percent(value)} of {of}"


def percent(value: float | None) -> str:
    """A share as a percentage: two digits where it is small."""
    if value is None:
        return "-"
    return f"{value:.1%}" if abs(value) >= 0.0995 else f"{value:.2%}"


def by_kind(cases: Cases) -> str:
    """Errors of each kind of figure."""
    return table(
        ["figure", "cases", "median error", "90th percentile", "inside bounds"],
        [
            [name, *_spread(pairs(cases, kind))]
            for kind, name in KINDS.items()
            if pairs(cases, kind)
        ],
    )


def by_group(cases: Cases, name: str, group: Callable[[Compared], str | None]) -> str:
    """Errors of weights and cache for each group of cases."""
    members = sorted({member for each in cases if each.case.counted and (member := group(each))})
    rows = [
        [member, label, *_spread(found)]
        for member in members
        for label, kinds in _GROUPED.items()
        if (found := pairs([each for each in cases if group(each) == member], *kinds))
    ]
    head = [name, "figure", "cases", "median error", "90th percentile", "inside bounds"]
    return table(head, rows)


def _spread(found: Sequence[Pair]) -> list[str]:
    missed = errors(found)
    inside = sum(pair.inside for pair in found) / len(found)
    return [
        str(len(found)),
        percent(quantile(missed, 0.5)),
        percent(quantile(missed, 0.9)),
        f"{inside:.0%}",
    ]


def verdicts(cases: Cases) -> str:
    """How often each verdict was given, by what happened and by engine."""
    counted = [each for each in cases if each.case.counted and each.verdict]
    rows = [
        [name, outcome, str(len(found)), *(str(found.count(word)) for word in _ANSWERS)]
        for name in ["all", *sorted({each.case.engine for each in counted})]
        for outcome in ("runs", "fails")
        if (found := _given(counted, name, outcome))
    ]
    return table(["engine", "it", "cases", "yes", "maybe", "no", "cannot tell"], rows)


def _given(cases: Cases, engine: str, outcome: str) -> list[str | None]:
    return [
        each.verdict
        for each in cases
        if each.case.outcome == outcome and engine in ("all", each.case.engine)
    ]


def every(cases: Cases) -> str:
    """Every case with its figures and its verdict."""
    return table(
        ["case", "deployment", "predicted / measured", "outcome", "verdict"],
        [
            [f"[{each.case.id}]({each.case.url})", deployment(each), _figures(each), *_ending(each)]
            for each in cases
        ],
    )


def deployment(each: Compared) -> str:
    """A case in one line."""
    case = each.case
    named = [
        f"{case.engine} {case.version}" if case.version else case.engine,
        case.model or "a model not named",
        case.format or "as released",
        f"{case.count} x {case.gpu}" if case.gpu else f"{case.count} x a device not named",
    ]
    knobs = {
        "tensor": case.tensor,
        "pipeline": case.pipeline,
        "context": case.context,
        "sequences": case.sequences,
        "utilization": case.utilization,
    }
    said = [f"{name} {value}" for name, value in knobs.items() if value is not None]
    return ", ".join([*named, *said])


def _figures(each: Compared) -> str:
    return "<br>".join(line(each, pair) for pair in each.pairs) or "-"


def line(each: Compared, pair: Pair) -> str:
    """One figure as predicted, with its bounds, and as measured."""
    name, measured = KINDS[pair.kind], number(pair.kind, pair.measured)
    if pair.likely is None:
        return f"{name}: not estimated / {measured}"
    low, likely, high = (number(pair.kind, value) for value in (pair.low, pair.likely, pair.high))
    bounds = "" if low == high else f" ({low} to {high})"
    apart = "" if comparable(each, pair) else ", not counted"
    return f"{name}: {likely}{bounds} / {measured}{apart}"


def number(kind: str, value: float) -> str:
    """A figure with its unit."""
    return f"{value:,.0f} B" if kind == "kv_per_token" else f"{value:.2f} GiB"


def _ending(each: Compared) -> list[str]:
    case = each.case
    if not case.supported:
        return [case.outcome or "-", "another engine, not counted"]
    apart = ", not counted" if case.suspect else ""
    judged = f"{case.judge}: {each.verdict}" if each.verdict else "-"
    return [case.outcome or "-", judged.replace("unknown", "cannot tell") + apart]
