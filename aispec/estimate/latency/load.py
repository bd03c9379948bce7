"""What a load does to one replica: how many requests run at once, and how busy it is.

Closed loop: so many users wait for their answer and ask again. Open loop: requests arrive at a rate
whatever happens, and concurrency follows by Little's law, `concurrency = rate x time in system`.
Static batch: requests start together and the next ones wait for the last of them.
"""

from __future__ import annotations

from math import ceil

from aispec.estimate.latency.step import Roofline
from aispec.record import record

_ROUNDS = 30
_EXACT = 3e-3
_MOST = 4096.0  # requests at once in one replica, where nothing else bounds it


@record
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

    @property
    def overloaded(self) -> bool:
        """Whether requests come faster than they can be answered, so that the queue grows."""
        return not self.looped and self.rate >= self.capacity


def time_in_system(speed: Roofline, batch: float, prompt: float, output: float) -> float:
    """Seconds from a request's arrival to its last token with `batch` in flight."""
    first = speed.first_token(batch, prompt)
    return first + max(output - 1, 0) * speed.per_token(batch, prompt, output)


def slots(most: float, prompt: float, output: float) -> float:
    """Return the requests that run at once where `most` of full length fit.

    Answers are half written on average, and engines admit a request before it has grown.
    """
    mean = prompt + output / 2
    return max(most * (prompt + output) / mean, 1.0) if mean else max(most, 1.0)


def waiting(speed: Roofline, load: Load) -> float:
    """Seconds that the users beyond a closed loop's slots wait for one, on average."""
    beyond = load.asked - load.running
    return speed.own["slot_wait"] * beyond / load.rate if beyond > 0 and load.rate else 0.0


def closed(speed: Roofline, users: float, most: float, prompt: float, output: float) -> Load:
    """Return the state in which `users` requests are always in flight."""
    running = max(min(users, most), 1.0)
    rate = running / time_in_system(speed, running, prompt, output)
    return Load(running, users, rate, capacity(speed, most, prompt, output), most, True)


def opened(speed: Roofline, rate: float, most: float, prompt: float, output: float) -> Load:
    """Return the state in which requests arrive at `rate`."""
    top = capacity(speed, most, prompt, output)
    if rate >= top:
        return Load(most, most, rate, top, most, False)
    running = _settled(speed, rate, most, prompt, output)
    return Load(max(running, 1e-9), running, rate, top, most, False)


def _settled(speed: Roofline, rate: float, most: float, prompt: float, output: float) -> float:
    """Return the requests in flight at which as many leave as come, by the Illinois method."""

    def excess(running: float) -> float:
        return rate * time_in_system(speed, max(running, 1.0), prompt, output) - running

    low, over = 0.0, excess(0.0)
    high = min(2 * over, most)
    under = excess(high)
    if under >= 0:
        high, under = most, excess(most)
    if under >= 0:
        return most
    middle = low
    for _ in range(_ROUNDS):
        if not over > under:  # too small, or too large, to tell apart
            break
        middle = (low * under - high * over) / (under - over)
        left = excess(middle)
        if abs(left) < _EXACT * middle:
            return middle
        if left > 0:
            low, over, under = middle, left, under / 2
        else:
            high, under, over = middle, left, over / 2
    return middle


def static(speed: Roofline, batch: float, most: float, prompt: float, output: float) -> float:
    """Seconds until the last of `batch` requests that start together is answered."""
    waves = ceil(batch / max(most, 1.0))
    together = batch / waves
    first = speed.busy(prompt) + (together - 1) * speed.shared(prompt)
    return waves * (first + output * speed.one(together, speed.depth(prompt, output)))


def saturated(speed: Roofline, most: float, prompt: float, output: float) -> float:
    """Tokens/s of a replica that always has requests waiting, at a batch of `most`."""
    return output * capacity(speed, most, prompt, output)


def capacity(speed: Roofline, most: float, prompt: float, output: float) -> float:
    """The most requests/s: those of the largest batch, as no cost grows faster than the batch."""
    return _rate(speed, min(max(most, 1.0), _MOST), prompt, output)


def _rate(speed: Roofline, batch: float, prompt: float, output: float) -> float:
    """Requests/s at a batch: its prompts' work, and the steps that all of them share."""
    work = batch * speed.shared(prompt) * speed.own["interference"]
    return batch / (output * speed.one(batch, speed.depth(prompt, output)) + work)
