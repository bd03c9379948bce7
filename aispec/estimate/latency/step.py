"""One step of decode and one prefill, as bytes moved and operations done.

    step(B, c) = sqrt(memory^2 + arithmetic^2) + engine + B x sequence + layers x (layer + links)
    memory     = (dense + experts touched) / (bandwidth x share) + B x cache(c) / (same)
    prefill(p) = sqrt(arithmetic^2 + weights read^2) + layers x (layer + links + handed on) + floor
    arithmetic = (2 x active x (p + ramp) + 2 x routed x passes x expert ramp) / (peak x n^scaling
                 x share) + attention / (peak in 16 bits x n^scaling x share)

A batch of B touches `1 - (1 - k/E)^B` of the experts of a mixture. An engine prefills in passes of
so many tokens, each of which reads the weights and fills a tile of every expert it touches; devices
that hold a part of the layers each (llama.cpp's layer split) work on as many passes at once. What
layers hand on goes through memory, on which small models spend much of their time. A step of latent
attention works on compressed keys that every head shares, and sparse attention reads no more of the
cache than it picks. Constants are those of `aispec/catalog/data/latency.yaml`, fitted on published
measurements; a constant share of bandwidth alone is wrong by a factor of two on fast memory, which
is what the costs per layer and per step are for.
"""

from __future__ import annotations

from math import hypot, log2

from aispec.estimate.latency.constants import Constants
from aispec.record import made, record

_MICRO = 1e-6
PASS = 2048.0  # tokens that engines prefill at once
MOST_SHARE = 0.96  # share of peak bandwidth that nobody exceeds
GAIN = 0.9  # share of what more devices gain that exchanging results may take
EXCHANGES = 2 * 2 * 2  # all-reduces of a layer x bytes of a value x times each is moved


@record
class Draft:
    """Speculation: tokens proposed for each step, the share accepted, seconds to propose one."""

    tokens: float
    acceptance: float
    seconds: float

    @property
    def expected(self) -> float:
        """Tokens that one step yields: the accepted ones and one of the model's own."""
        if self.acceptance >= 1:
            return self.tokens + 1
        return (1 - float(self.acceptance ** (self.tokens + 1))) / (1 - self.acceptance)


@record
class Roofline:
    """One replica's speed. Seconds, bytes, FLOP and FLOP/s throughout."""

    own: Constants
    tags: tuple[str, ...]
    layers: int
    everywhere: int  # layers that attend to the whole context
    local: int  # layers that attend to a window of it
    window: int  # tokens
    width: int  # values of one token between layers
    attended: float  # heads x values of a head
    absorbed: float  # the same for a step, where keys are compressed
    wider: float  # layers that attend to the whole context over those of a window, in values
    chosen: float  # tokens that sparse attention picks; without end where it is full
    active: float  # parameters
    routed: float  # parameters of all experts
    dense_bytes: float  # read by every step, on one device
    expert_bytes: float
    expert_share: float  # experts that one token touches, k / E
    ranks: int  # that share the experts and each have requests of their own
    devices: int  # that share the work of one layer
    stages: int  # that share the layers
    relays: int  # that hold a part of the layers each, and pass a prompt on pass by pass
    bandwidth: float
    peak: float
    half_peak: float  # in 16 bits, which attention is computed in
    link: float  # between devices
    chunk: float  # tokens of one pass of prefill
    groups: tuple[tuple[float, float], ...]  # cache: bytes of a token on one device, most tokens
    state: float  # cache: bytes of a sequence
    away: float = 0.0  # share of the weights that the accelerator's memory does not hold
    away_bandwidth: float = 1.0
    draft: Draft | None = None
    cached: float = 0.0  # tokens of each prompt that a prefix cache holds
    known: dict[tuple[float, float, float], float] = made(
        default_factory=dict, init=False
    )  # what prompts cost: no batch changes it, and every search asks for it again

    def step(self, batch: float, context: float, tokens: float = 1.0) -> float:
        """Seconds of a decode step with `batch` sequences of mean depth `context`.

        A step of speculation verifies `tokens` of each sequence at once.
        """
        own, together = self.own, max(batch / self.stages, 1.0)
        speed = self._speed()
        weights = self._weights(together * tokens)
        read = weights * (1 - self.away) / speed
        kept = together * self._kept(context) / (self.bandwidth * own["cache_bandwidth"])
        done = (
            2
            * self.active
            * together
            * tokens
            / (self.peak * self.devices * own["decode_arithmetic"])
        )
        done += self._attention(self.absorbed, together * tokens, context) / (
            self.half_peak * self.devices * own["decode_attention"]
        )
        late = weights * self.away / self.away_bandwidth + own["step_us"] * _MICRO
        late += together * own["sequence_us"] * _MICRO + self.layers * own["layer_us"] * _MICRO
        if self.devices > 1:
            late += self._collectives(together * tokens, read, kept, done, 1.0)
        return hypot(read + kept, done) + late

    def busy(self, tokens: float, before: float = 0.0, prompts: float = 1.0) -> float:
        """Seconds the accelerators work on prompts of `tokens` that follow `before` others."""
        asked = (tokens, before, prompts)
        found = self.known.get(asked)
        if found is None:
            found = self.known[asked] = self._busy(tokens, before, prompts)
        return found

    def _busy(self, tokens: float, before: float, prompts: float) -> float:
        """Return the seconds of the first pass, and of the others that devices work on at once."""
        whole, passes = self._passes(tokens, before, prompts), tokens * prompts / self.chunk
        if self.relays == 1 or passes <= 1:
            return whole
        first = self._passes(tokens / passes, before, prompts)
        return first + (whole - first) / self.relays

    def _passes(self, tokens: float, before: float, prompts: float) -> float:
        own, every = self.own, tokens * prompts
        scaling = min(own["prefill_scaling"], 1.0)
        passes = max(every / self.chunk, 1.0)
        middle = before + self.cached + tokens / 2
        attention = self._attention(self.attended, every, middle) * own["attention_factor"]
        matrices = 2 * self.active * (every + own["ramp"])
        if self.routed:
            matrices += (
                2
                * (self.routed / self.ranks)
                * self._touched(every / passes)
                * passes
                * own["expert_ramp"]
            )
        rate = float(self.devices**scaling) * own["prefill"]
        done = (matrices / self.peak + attention / self.half_peak) / rate
        weights = self._weights(every / passes) * passes
        read = weights * (1 - self.away) / self._speed()
        late = weights * self.away / self.away_bandwidth + self.layers * own["layer_us"] * _MICRO
        late += self._passed(every) * own["traffic"] / (self.bandwidth * self.devices)
        if self.devices > 1:
            late += self._collectives(every, read, 0.0, done, scaling)
        return hypot(read, done) + late

    def prefill(self, tokens: float, before: float = 0.0) -> float:
        """Seconds from a prompt's arrival to its first token where nothing else runs."""
        return self.busy(tokens, before) + self.own["floor_ms"] * 1e-3

    def first_token(self, batch: float, tokens: float, output: float = 256.0) -> float:
        """Seconds to the first token when `batch` requests are in flight, on average."""
        alone = self.prefill(tokens)
        if batch <= 1:
            return alone
        own = self.own
        queue = own["queue"] * log2(batch) + own["burst"] * (batch - 1)
        return (
            alone
            + self.shared(tokens) * queue
            + self.step(batch, self.depth(tokens, 0)) * own["wait_steps"]
        )

    def per_token(self, batch: float, tokens: float, output: float) -> float:
        """Seconds per output token, with the prefills of the other sequences in between."""
        between = (batch - 1) / max(output, 1) * self.shared(tokens) if batch > 1 else 0.0
        return self.one(batch, self.depth(tokens, output)) + between * self.own["interference"]

    def depth(self, tokens: float, output: float) -> float:
        """Tokens of context in the middle of an answer; steps read the cached ones too."""
        return self.cached + tokens + output / 2

    def one(self, batch: float, context: float) -> float:
        """Seconds of a step for each token it yields."""
        draft = self.draft
        if draft is None:
            return self.step(batch, context)
        whole = self.step(batch, context, draft.tokens + 1) + draft.tokens * draft.seconds
        return whole / draft.expected

    def shared(self, tokens: float) -> float:
        """Seconds a prompt costs a replica under load: short ones share a pass over the weights.

        Pipeline stages work on different prompts.
        """
        prompts = max(PASS / max(tokens, 1.0), 1.0)
        return self.busy(tokens, 0.0, prompts) / prompts / float(self.stages**0.8)

    def _speed(self) -> float:
        """Bytes/s at which weights are read: a share of the peak that bends below the whole."""
        share = self.own["bandwidth"]
        return self.bandwidth * share / float((1 + (share / MOST_SHARE) ** 6) ** (1 / 6))

    def _weights(self, tokens: float) -> float:
        """Bytes of weights that a pass over `tokens` reads, on one device."""
        if not self.expert_bytes:
            return self.dense_bytes
        factor = 1 + (self.own["expert_factor"] - 1) * (1 - 1 / max(tokens, 1))
        return self.dense_bytes + self.expert_bytes * min(self._touched(tokens) * factor, 1.0)

    def _touched(self, tokens: float) -> float:
        """Return the share of experts that some of these tokens, of each rank, are sent to."""
        return 1 - float((1 - self.expert_share) ** (max(tokens, 1) * self.ranks))

    def _attention(self, width: float, tokens: float, depth: float) -> float:
        """FLOP that attention takes for tokens that each see `depth` others."""
        whole = self.everywhere * min(depth, self.chosen) * self.wider
        if self.local:
            whole += self.local * min(depth, self.window)
        return 4 * width * tokens * whole

    def _passed(self, tokens: float) -> float:
        """Bytes in 16 bits of what layers hand on for these tokens."""
        return 2 * tokens * self.layers * self.width

    def _collectives(
        self, tokens: float, read: float, kept: float, done: float, scaling: float
    ) -> float:
        """Seconds of a pass over `tokens` that devices spend on exchanging results.

        Each doubling of the devices costs the same, but never more than most of what it gains:
        whoever deploys more devices than pay off uses them as fewer.
        """
        left, fewer, total = log2(self.devices), 1.0, 0.0
        moved = tokens * self.width * EXCHANGES * (self.devices - 1) / self.devices
        carried = moved / (self.link * self.own["link"])
        cost = self.layers * (self.own["collective_us"] * _MICRO + carried / max(left, 1.0))
        here = hypot(read + kept, done)
        while left > 0:
            part = left if left < 1 else 1.0
            fewer *= 2.0**part
            there = hypot(read * fewer + kept, done * fewer**scaling)
            spent, most = cost * part, GAIN * (there - here)
            total += spent if spent < most else most
            here, left = there, left - part
        return total

    def _kept(self, context: float) -> float:
        """Bytes of cache that one sequence reads in a step, on one device."""
        total = self.state
        for size, window in self.groups:
            total += size * min(context, window)
        return total
