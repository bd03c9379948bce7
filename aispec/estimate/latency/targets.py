"""The highest rate at which answers still come as fast as was promised.

Requests in flight n and their rate are tied by Little's law, `rate = n / time in system(n)`, and
both times grow with n: so the most requests in flight that keep every target are found by
bisection, and their rate with them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt

from aispec.catalog.profiles import latency_profile
from aispec.estimate.latency.load import Load, capacity
from aispec.estimate.latency.queueing import Seen, unlucky
from aispec.estimate.latency.step import Roofline
from aispec.record import made, record
from aispec.spec.model import Sla

_USUAL = 95.0  # the percentile of a target that names none
_FEWEST = 1e-3  # requests in flight; a target that they miss is missed at every rate
_EXACT = 1.02  # how far the search closes in


@record
class Percentiles:
    """The percentiles that targets are written in; `None` where there is no target."""

    ttft: float | None = None
    tpot: float | None = None

    @classmethod
    def of(cls, sla: Sla) -> Percentiles:
        """Return those of a spec's targets; a profile has its own for TTFT, and p95 else."""
        profile = latency_profile(sla.profile) if sla.profile else None
        usual = _USUAL if profile else None
        first = sla.ttft or sla.e2e
        step = sla.tpot or sla.tps or sla.e2e
        own = float(profile.percentile) if profile and profile.percentile else usual
        return cls(first.percentile if first else own, step.percentile if step else usual)


@record
class Targets:
    """The most seconds that users were promised; without end where nothing was."""

    ttft: float = inf
    tpot: float = inf
    e2e: float = inf

    @classmethod
    def of(cls, sla: Sla) -> Targets:
        """Return a spec's targets; a profile fills in those that are not given."""
        profile = latency_profile(sla.profile) if sla.profile else None
        usual = profile.ttft_ms if profile else None
        slowest = sla.tps.value if sla.tps else profile.tps if profile else None
        return cls(
            sla.ttft.value if sla.ttft else usual * 1e-3 if usual is not None else inf,
            min(sla.tpot.value if sla.tpot else inf, 1 / slowest if slowest else inf),
            sla.e2e.value if sla.e2e else inf,
        )

    @property
    def any(self) -> bool:
        """Whether there is a target at all."""
        return min(self.ttft, self.tpot, self.e2e) < inf

    def kept(self, seen: Seen, steps: float) -> bool:
        """Whether these times keep every target, with so many tokens after the first."""
        whole = seen.ttft + steps * seen.tpot
        return seen.ttft <= self.ttft and seen.tpot <= self.tpot and whole <= self.e2e


@record
class Asked:
    """Requests of one kind to one replica, and the percentiles they are judged at."""

    speed: Roofline
    most: float  # requests that run at once
    prompt: float  # tokens
    output: float  # tokens
    percentiles: Percentiles

    usual: dict[float, Seen] = made(default_factory=dict, init=False)

    def rate(self, targets: Targets, first: float = 1.0, step: float = 1.0) -> float:
        """Return the highest requests/s that keep the targets, with all times by these factors.

        Zero where a request that nobody disturbs misses them.
        """
        top = capacity(self.speed, self.most, self.prompt, self.output)
        alone = self.speed.prefill(self.prompt)
        steps = max(self.output - 1, 0.0)
        at = (self.percentiles.ttft, self.percentiles.tpot)

        def kept(running: float) -> float | None:
            usual = self._usual(running)
            rate = running / (usual.ttft + steps * usual.tpot)
            if rate >= top:
                return None
            load = Load(running, running, rate, top, self.most, False)
            seen = unlucky(self.speed, load, alone, usual, at)
            seen = Seen(seen.ttft * first, seen.tpot * step)
            return rate / step if targets.kept(seen, steps) else None

        return _largest(kept, self.most)

    def _usual(self, running: float) -> Seen:
        """Return the mean times with so many requests in flight."""
        together = max(running, 1.0)
        found = self.usual.get(together)
        if found is None:
            first = self.speed.first_token(together, self.prompt, self.output)
            step = self.speed.per_token(together, self.prompt, self.output)
            found = self.usual[together] = Seen(first, step)
        return found


def _largest(value: Callable[[float], float | None], most: float) -> float:
    """Return the value at the largest argument up to `most` that has one; zero if none has.

    By bisection of the logarithm, above one or below it.
    """
    whole = value(most)
    if whole is not None:
        return whole
    low, high = 1.0, most
    found = value(low)
    if found is None:
        low, high = _FEWEST, 1.0
        found = value(low)
    if found is None:
        return 0.0
    while high > low * _EXACT:
        middle = sqrt(low * high)
        here = value(middle)
        if here is None:
            high = middle
        else:
            low, found = middle, here
    return found
