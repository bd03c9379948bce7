"""The constants file, from a fit: `aispec/catalog/data/latency.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log
from pathlib import Path

from aispec.catalog import store
from tools.accuracy.figures import quantile
from tools.latency.compare import FIGURES, Pair
from tools.latency.form import KINDS

PATH = Path(store.__file__).parent / "data" / "latency.yaml"
_SMALL = 0.01  # factors nearer to 1 are left out
_CELL = 12  # rows from which a tag has bounds of its own
_PULL = 8.0  # rows that a parent's bounds weigh
_LOW, _HIGH = 0.05, 0.95
_HEAD = """\
# Constants of the latency estimate. Written by `python -m tools.latency --fit` from measurements
# in tests/truth/{speed,silicon,serving}.jsonl; edit tools/latency/form.py and fit again, not this.
#
# A constant is the product of `any` and of the factor of each tag that a deployment has: kind of
# hardware, chips, engine, engine on either, format of the weights, device, mixture of experts
# (`moe`), devices with no link but PCIe (`unlinked`). What no row supports has no factor, and falls
# back to its parents. Comments give rows and sources that bear on an engine or a kind of hardware.
"""
_SPREAD = [
    "spread: # of logarithms, from p99 over p50 of open-loop benchmarks (AccelMark)",
    "  tpot: 0.19",
]
_SAYS = {
    "bandwidth": "share of peak bandwidth at which weights are read",
    "cache_bandwidth": "the same for the KV cache",
    "decode_arithmetic": "share of peak arithmetic that decode reaches",
    "layer_us": "cost of a layer in a step: launches, and what does not overlap",
    "step_us": "cost of a step: scheduling, sampling",
    "sequence_us": "cost of one sequence in a step",
    "expert_factor": "bytes read for experts in a batch, over those of the experts touched",
    "collective_us": "cost of a layer's collectives for each doubling of the devices",
    "prefill": "share of peak arithmetic that prefill reaches",
    "prefill_scaling": "n devices prefill n to this power times as fast",
    "ramp": "tokens that a short prompt costs beyond its own",
    "attention_factor": "attention's arithmetic runs slower than matrix products, by this",
    "floor_ms": "what a request costs before and after its prefill",
    "queue": "prefills that a request waits for, for each doubling of the batch",
    "burst": "the same for each request in flight: benchmarks send the first ones at once",
    "wait_steps": "decode steps that a request waits for",
    "interference": "share of the other requests' prefill that delays a step",
    "slot_wait": "share of the wait for a slot that is seen, of that in a steady state",
}


def text(
    factors: Mapping[tuple[str, str], float],
    pairs: Sequence[Pair],
    by_source: Sequence[float],
    by_place: Sequence[float],
) -> str:
    """Return the file. Factors and residuals are logarithms."""
    lines = [_HEAD + "constants:"]
    for name in KINDS:
        lines.append(f"  {name}: # {_SAYS[name]}")
        mine = sorted((tag, value) for (of, tag), value in factors.items() if of == name)
        lines += [f"    any: {_digits(v)}" for tag, v in mine if tag == "any"]
        lines += [
            f"    {tag}: {_digits(value)}"
            for tag, value in mine
            if tag != "any" and abs(value) > _SMALL
        ]
    lines += _SPREAD
    return "\n".join([*lines, *_seen(pairs), *_bounds(pairs, by_source, by_place)]) + "\n"


def _digits(value: float) -> str:
    return f"{exp(value):.3g}" if abs(value) < 9 else f"{exp(value):.6f}"


def _seen(pairs: Sequence[Pair]) -> list[str]:
    """Return what the fit knew, and in brackets from how many rows of how many sources."""
    lines = ["seen: # what the fit knew; bounds are wider for the rest"]
    for name, place in (("engines", 3), ("hardware", 1), ("pairs", 4)):
        rows: dict[str, list[str]] = {}
        for pair in pairs:
            assert pair.speed is not None
            rows.setdefault(pair.speed.tags[place], []).append(pair.case.source)
        lines.append(f"  {name}:")
        lines += [
            f"    - {tag} # {len(found)} rows of {', '.join(sorted(set(found)))}"
            for tag, found in sorted(rows.items())
        ]
    return lines


def _bounds(
    pairs: Sequence[Pair], by_source: Sequence[float], by_place: Sequence[float]
) -> list[str]:
    lines = ["bounds: # measured over likely, 5th and 95th percentile of rows held out of the fit"]
    for figure in FIGURES:
        rows = [i for i, pair in enumerate(pairs) if pair.figure == figure]
        whole = _spread([by_place[i] for i in rows], None)
        apart = _spread([by_source[i] for i in rows], None)
        found = {"any": whole, "unfamiliar pair": _wider(whole, apart, 1.0)}
        found["unfamiliar"] = _wider(found["unfamiliar pair"], apart, 1.25)
        for tag, parent in _cells(pairs, rows):
            mine = [by_place[i] for i in rows if tag in _tags(pairs[i])]
            if len(mine) >= _CELL:
                found[tag] = _spread(mine, found.get(parent, whole))
        lines.append(f"  {figure}:")
        lines += [
            f"    {tag}: [{exp(low):.3g}, {exp(high):.3g}]"
            for tag, (low, high) in sorted(found.items())
        ]
    return lines


def _tags(pair: Pair) -> tuple[str, ...]:
    return pair.speed.tags if pair.speed else ()


def _cells(pairs: Sequence[Pair], rows: Sequence[int]) -> list[tuple[str, str]]:
    """Return tags that may have bounds of their own, with their parents, parents first."""
    engines, below, most = set(), set(), set()
    for i in rows:
        tags = _tags(pairs[i])
        engines.add((tags[3], "any"))
        below.add((tags[4], tags[3]))
        if "moe" in tags:
            below.add((f"{tags[3]} moe", tags[3]))
            most.add((f"{tags[3]} moe on {tags[1]}", f"{tags[3]} moe"))
    return [*sorted(engines), *sorted(below), *sorted(most)]


def _spread(left: Sequence[float], parent: tuple[float, float] | None) -> tuple[float, float]:
    """Return the bounds of measured over likely, pulled to a parent's where rows are few."""
    ranked = [-each for each in left]
    low, high = quantile(ranked, _LOW) or 0.0, quantile(ranked, _HIGH) or 0.0
    if parent is not None:
        share = len(left) / (len(left) + _PULL)
        low = share * low + (1 - share) * parent[0]
        high = share * high + (1 - share) * parent[1]
    return min(low, -log(1.1)), max(high, log(1.1))


def _wider(one: tuple[float, float], other: tuple[float, float], by: float) -> tuple[float, float]:
    return min(one[0], other[0]) * by, max(one[1], other[1]) * by
