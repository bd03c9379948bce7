"""The constants file, from a fit: `aispec/catalog/data/latency.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path

from aispec.catalog import store
from tools.latency.calibrate import PLACES, Calibrated
from tools.latency.compare import Pair
from tools.latency.form import KINDS

PATH = Path(store.__file__).parent / "data" / "latency.yaml"
_SMALL = 0.01  # factors nearer to 1 are left out
_HEAD = """\
# Constants of the latency estimate. Written by `python -m tools.latency --fit` from measurements
# in tests/truth/{speed,silicon,serving}.jsonl; edit tools/latency/form.py and fit again, not this.
#
# A constant is the product of `any` and of the factor of each tag that a deployment has: kind of
# hardware, chips, engine, engine on either, format of the weights, device, mixture of experts
# (`moe`), devices with no link but PCIe (`unlinked`), how layers mix tokens, and versions of an
# engine before or since a change. What no row supports has no factor, and falls back to its
# parents. Comments give rows and sources that bear on an engine or a kind of hardware.
"""
_SPREAD = [
    "spread: # of logarithms, from p99 over p50 of open-loop benchmarks (AccelMark)",
    "  tpot: 0.19",
]
_SAYS = {
    "bandwidth": "share of peak bandwidth at which weights are read",
    "cache_bandwidth": "the same for the KV cache",
    "decode_arithmetic": "share of peak arithmetic that decode reaches",
    "decode_attention": "share of peak arithmetic in 16 bits that a step's attention reaches",
    "layer_us": "cost of a layer in a step: launches, and what does not overlap",
    "step_us": "cost of a step: scheduling, sampling",
    "sequence_us": "cost of one sequence in a step",
    "expert_factor": "bytes read for experts in a batch, over those of the experts touched",
    "collective_us": "cost of a layer's collectives for each doubling of the devices",
    "link": "share of the links' rate that exchanged results reach",
    "prefill": "share of peak arithmetic that prefill reaches",
    "prefill_scaling": "n devices prefill n to this power times as fast",
    "ramp": "tokens that a short prompt costs beyond its own",
    "expert_ramp": "tokens that a pass costs each expert it touches, beyond its own",
    "attention_factor": "attention's arithmetic runs slower than matrix products, by this",
    "traffic": "values that a layer hands on for each token, over its width",
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
    found: Calibrated,
) -> str:
    """Return the file. Factors are logarithms."""
    lines = [_HEAD + "constants:"]
    for name in KINDS:
        lines.append(f"  {name}: # {_SAYS[name]}")
        mine = {tag: value for (of, tag), value in factors.items() if of == name}
        lines += _listed(mine, "    ")
    lines += _SPREAD
    return "\n".join([*lines, *_seen(pairs), *_bounds(found)]) + "\n"


def _listed(factors: Mapping[str, float], indent: str) -> list[str]:
    """Return a line for each factor, `any` first; those near to 1 are left out."""
    rest = sorted(tag for tag, value in factors.items() if tag != "any" and abs(value) > _SMALL)
    return [f"{indent}{tag}: {_digits(factors[tag])}" for tag in ("any", *rest)]


def _digits(value: float) -> str:
    return f"{exp(value):.3g}" if abs(value) < 9 else f"{exp(value):.6f}"


def _seen(pairs: Sequence[Pair]) -> list[str]:
    """Return what the fit knew, and in comments from how many rows of which sources."""
    lines = ["seen: # what the fit knew; bounds are wider for the rest"]
    for name, place in PLACES.items():
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


def _bounds(found: Calibrated) -> list[str]:
    """Return the scales of residuals, and the bounds in units of them."""
    lines = ["bounds: # logarithms of measured over likely, from rows held out of the fit"]
    for figure, spread in found.spreads.items():
        lines.append(f"  {figure}:")
        lines.append(f"    reach: [{spread.reach[0]:.3g}, {spread.reach[1]:.3g}]")
        lines.append("    spread:")
        lines += _listed({**spread.factors, **found.widening}, "      ")
    return lines
