"""The package's formulas of latency on arrays of all rows, so that a fit takes minutes.

They are those of `aispec/estimate/latency/step.py` and `load.py`, for rows without speculation,
offload and cached prefixes; a fit ends by comparing both, row by row. Needs numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np  # type: ignore[import-not-found, unused-ignore]

from aispec.estimate.latency.step import EXCHANGES, GAIN, MOST_SHARE, PASS
from tools.latency.compare import Pair

_MICRO = 1e-6
_MOST = 4096.0
_FIELDS = (
    "layers", "everywhere", "local", "window", "width", "attended", "absorbed", "wider", "chosen",
    "active", "ranks", "relays", "routed", "dense_bytes", "expert_bytes", "expert_share",
    "devices", "stages", "bandwidth", "peak", "half_peak", "link", "chunk", "state",
)  # fmt: skip

Constants = Mapping[str, Any]


class Rows:
    """Rows that are estimated in one way, as arrays."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.here = _columns(pairs)

    def estimate(self, way: str, own: Constants) -> Any:
        """Return the seconds of each row."""
        return getattr(self, f"_by_{way}")(own)

    def _by_step(self, own: Constants) -> Any:
        return self._step(own, self.here.batch, self.here.depth)

    def _by_whole(self, own: Constants) -> Any:
        here = self.here
        waves = np.ceil(here.batch / np.maximum(here.most, 1))
        together = here.batch / waves
        first = self._busy(own, here.received) + (together - 1) * self._shared(own, here.received)
        steps = here.sent * self._step(own, together, here.received + here.sent / 2)
        return waves * (first + steps) / here.sent

    def _by_busy(self, own: Constants) -> Any:
        return self._busy(own, self.here.received, self.here.depth)

    def _by_arrival(self, own: Constants) -> Any:
        return self._prefill(own)

    def _by_saturated(self, own: Constants) -> Any:
        here = self.here
        batch = np.minimum(np.maximum(here.batch, 1), _MOST)
        work = batch * self._shared(own, here.received) * own["interference"]
        steps = here.sent * self._step(own, batch, here.received + here.sent / 2)
        return (steps + work) / (batch * here.sent * here.data)

    def _by_steady(self, own: Constants) -> Any:
        return self._per_token(own, self.here.batch)

    def _by_first(self, own: Constants) -> Any:
        here = self.here
        running = np.minimum(here.batch, here.most)
        first = self._first_token(own, running)
        beyond = np.maximum(here.batch - np.maximum(running, 1), 0)
        whole = first + np.maximum(here.sent - 1, 0) * self._per_token(own, running)
        wait = own["slot_wait"] * beyond * whole / np.maximum(running, 1)
        return first + np.where(here.batch > here.most, wait, 0)

    def _per_token(self, own: Constants, batch: Any) -> Any:
        here = self.here
        between = np.maximum(batch - 1, 0) / np.maximum(here.sent, 1)
        steps = self._step(own, batch, here.received + here.sent / 2)
        return steps + between * self._shared(own, here.received) * own["interference"]

    def _first_token(self, own: Constants, batch: Any) -> Any:
        here = self.here
        others = np.maximum(batch, 1)
        queue = own["queue"] * np.log2(others) + own["burst"] * (others - 1)
        late = self._shared(own, here.received) * queue
        late += self._step(own, batch, here.received) * own["wait_steps"]
        return self._prefill(own) + np.where(batch > 1, late, 0)

    def _prefill(self, own: Constants) -> Any:
        return self._busy(own, self.here.received) + own["floor_ms"] * 1e-3

    def _shared(self, own: Constants, tokens: Any) -> Any:
        prompts = np.maximum(PASS / np.maximum(tokens, 1), 1)
        return self._busy(own, tokens, 0.0, prompts) / prompts / self.here.stages**0.8

    def _step(self, own: Constants, batch: Any, context: Any) -> Any:
        here, together = self.here, np.maximum(batch / self.here.stages, 1)
        read = self._weights(own, together) / self._speed(own)
        kept = together * self._kept(context) / (here.bandwidth * own["cache_bandwidth"])
        rate = here.peak * here.devices * own["decode_arithmetic"]
        done = 2 * here.active * together / rate
        rate = here.half_peak * here.devices * own["decode_attention"]
        done = done + self._attention(here.absorbed, together, context) / rate
        late = own["step_us"] + together * own["sequence_us"] + here.layers * own["layer_us"]
        links = self._collectives(own, together, read, kept, done, 1.0)
        return np.hypot(read + kept, done) + late * _MICRO + links

    def _busy(self, own: Constants, tokens: Any, before: Any = 0.0, prompts: Any = 1.0) -> Any:
        whole = self._passes(own, tokens, before, prompts)
        passes = np.maximum(tokens * prompts / self.here.chunk, 1)
        first = self._passes(own, tokens / passes, before, prompts)
        return first + (whole - first) / self.here.relays

    def _passes(self, own: Constants, tokens: Any, before: Any, prompts: Any) -> Any:
        here, every = self.here, tokens * prompts
        scaling = np.minimum(own["prefill_scaling"], 1)
        passes = np.maximum(every / here.chunk, 1)
        attention = self._attention(here.attended, every, before + tokens / 2)
        touched = self._touched(every / passes) * passes
        matrices = 2 * here.active * (every + own["ramp"])
        matrices = matrices + 2 * here.routed / here.ranks * touched * own["expert_ramp"]
        rate = here.devices**scaling * own["prefill"]
        done = matrices / here.peak + attention * own["attention_factor"] / here.half_peak
        read = self._weights(own, every / passes) * passes / self._speed(own)
        late = here.layers * own["layer_us"] * _MICRO
        late = late + 2 * every * here.layers * here.width * own["traffic"] / (
            here.bandwidth * here.devices
        )
        links = self._collectives(own, every, read, 0.0, done / rate, scaling)
        return np.hypot(read, done / rate) + late + links

    def _collectives(
        self, own: Constants, tokens: Any, read: Any, kept: Any, done: Any, scaling: Any
    ) -> Any:
        here = self.here
        left = np.log2(here.devices)
        moved = tokens * here.width * EXCHANGES * (here.devices - 1) / here.devices
        carried = moved / (here.link * own["link"]) / np.maximum(left, 1)
        cost = here.layers * (own["collective_us"] * _MICRO + carried)
        fewer, total, now = np.ones(left.size), np.zeros(left.size), np.hypot(read + kept, done)
        while (left > 0).any():
            part = np.clip(left, 0, 1)
            fewer = fewer * 2.0**part
            there = np.hypot(read * fewer + kept, done * fewer**scaling)
            total = total + np.minimum(cost * part, GAIN * (there - now))
            now, left = there, left - part
        return total

    def _weights(self, own: Constants, tokens: Any) -> Any:
        many = np.maximum(tokens, 1)
        factor = 1 + (own["expert_factor"] - 1) * (1 - 1 / many)
        touched = np.minimum(self._touched(many) * factor, 1)
        return self.here.dense_bytes + self.here.expert_bytes * touched

    def _touched(self, tokens: Any) -> Any:
        return 1 - (1 - self.here.expert_share) ** (np.maximum(tokens, 1) * self.here.ranks)

    def _attention(self, width: Any, tokens: Any, depth: Any) -> Any:
        here = self.here
        whole = here.everywhere * np.minimum(depth, here.chosen) * here.wider
        return 4 * width * tokens * (whole + here.local * np.minimum(depth, here.window))

    def _kept(self, context: Any) -> Any:
        here = self.here
        return here.state + (here.sizes * np.minimum(context[:, None], here.windows)).sum(1)

    def _speed(self, own: Constants) -> Any:
        share = own["bandwidth"]
        return self.here.bandwidth * share / (1 + (share / MOST_SHARE) ** 6) ** (1 / 6)


def _columns(pairs: Sequence[Pair]) -> Any:
    speeds = [pair.speed for pair in pairs if pair.speed is not None]
    here = SimpleNamespace(
        **{name: np.array([getattr(s, name) for s in speeds], float) for name in _FIELDS}
    )
    for name in ("batch", "most", "received", "sent", "depth"):
        setattr(here, name, np.array([getattr(pair, name) for pair in pairs], float))
    here.data = np.array([pair.case.data for pair in pairs], float)
    most = max(len(speed.groups) for speed in speeds)
    padded = [(*speed.groups, *[(0.0, 1.0)] * (most - len(speed.groups))) for speed in speeds]
    here.sizes = np.array([[size for size, _ in groups] for groups in padded])
    here.windows = np.array([[window for _, window in groups] for groups in padded])
    return here
