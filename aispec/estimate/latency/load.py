"""What a load does to one replica: how many requests run at once, and how busy it is.

Closed loop: so many users wait for their answer and ask again. Open loop: requests arrive at a rate
whatever happens, and concurrency follows by Little's law, `concurrency = rate x time in system`.
"""

from __future__ import annotations

from dataclasses import dataclass

from aispec.estimate.latency.roofline import Roofline

_ROUNDS = 40
_MOST = 4096.0  # requests at once in one replica, where nothing else bounds it


@dataclass(frozen=True, slots=True)
class Load:
    """The steady state of one replica. Seconds, requests, requests/s."""

    running: float  # requests that decode together
    asked: float  # requests in flight, those that wait included
    rate: float  # requests/s of this replica
    capacity: float  # the most requests/s it can do
    slots: float  # requests it can run at once
    looped: bool  # users wait for their answers before they ask again

    @property
    def utilization(self) -> float:
        """Load as a share of the most it can do: of its slots if looped, else of its rate."""
        if self.looped:
            return self.asked / self.slots
        return self.rate / self.capacity if self.capacity else 1.0


def time_in_system(speed: Roofline, batch: float, prompt: float, output: float) -> float:
    """Seconds from a request's arrival to its last token with `batch` in flight."""
    first = speed.first_token(batch, prompt)
    return first + max(output - 1, 0) * speed.per_token(batch, prompt, output)


def closed(speed: Roofline, users: float, most: float, prompt: float, output: float) -> Load:
    """Return the state in which `users` requests are always in flight."""
    running = max(min(users, most), 1.0)
    rate = running / time_in_system(speed, running, prompt, output)
    return Load(running, users, rate, _capacity(speed, most, prompt, output), most, True)


def opened(speed: Roofline, rate: float, most: float, prompt: float, output: float) -> Load:
    """Return the state in which requests arrive at `rate`."""
    capacity = _capacity(speed, most, prompt, output)
    if rate >= capacity:
        return Load(most, most, rate, capacity, most, False)
    running = 0.0
    for _ in range(_ROUNDS):
        wanted = rate * time_in_system(speed, max(running, 1.0), prompt, output)
        if abs(wanted - running) < 1e-3 * max(wanted, 1e-9):
            break
        running = min((running + wanted) / 2 if running else wanted, most)
    return Load(max(running, 1e-9), running, rate, capacity, most, False)


def _capacity(speed: Roofline, most: float, prompt: float, output: float) -> float:
    """The most requests/s over batches up to `most`; larger batches never lower it."""
    batch, best = 1.0, 0.0
    while batch < min(most, _MOST):
        best = max(best, batch / time_in_system(speed, batch, prompt, output))
        batch *= 2
    last = min(max(most, 1.0), _MOST)
    return max(best, last / time_in_system(speed, last, prompt, output))
