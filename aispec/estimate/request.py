"""What one request looks like: its tokens, and those of the longest one of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aispec.estimate.quantity import Quantity
from aispec.spec.model import Media, Workload

_NOTHING = Quantity(0.0, "tokens", how="nothing is written")


@dataclass(frozen=True, slots=True)
class Request:
    """Tokens of the mean request, and of the longest."""

    input: Quantity
    output: Quantity
    longest: Quantity
    longest_input: Quantity
    cached_share: float
    per_session: float  # requests of a session
    sessions_per_user: float  # a day


def request_of(
    workload: Workload,
    assumed: Mapping[str, float],
    prompts: Mapping[str, Quantity] = MappingProxyType({}),
) -> Request:
    """Derive the request from the parts a workload states; counted prompts beat stated numbers.

    A history that is left out grows by each turn's input and output: over n requests its mean is
    (n - 1) / 2 turns and its longest n - 1. One that is given is a mean.
    """
    turns = workload.requests_per_session or 1.0
    if workload.tokens_per_session is not None:
        return _from_session(workload, turns, assumed["output_share"])
    factor = _language_factor(workload.languages, assumed["language_inflation"])
    fresh = _part(workload, "input", prompts) * factor
    output = _part(workload, "output", prompts) * factor
    fixed = _part(workload, "system", prompts) + _part(workload, "context", prompts)
    steady = fixed * factor + fresh
    mean, longest = _history(workload.tokens.history, turns, fresh + output, factor)
    media = _media(workload)
    received = steady + media + mean
    longest_input = steady + media + longest
    return Request(
        input=received.told(lambda: _parts_line(workload, mean, media, factor)),
        output=output.told(lambda: f"{output.value:,.0f} output tokens of a request"),
        longest=(longest_input + output).told(
            lambda: f"{longest_input.value:,.0f} in + {output.value:,.0f} out, at its longest"
        ),
        longest_input=longest_input,
        cached_share=workload.prefix_cache_hit or 0.0,
        per_session=turns,
        sessions_per_user=workload.sessions_per_user or 1.0,
    )


def _from_session(workload: Workload, turns: float, output_share: float) -> Request:
    tokens = (workload.tokens_per_session or 0.0) / turns
    split = f"{workload.tokens_per_session:,.0f} tokens a session / {turns:g} requests"
    received = Quantity(
        tokens * (1 - output_share), "tokens", how=f"{split}, {1 - output_share:.0%} of it input"
    )
    output = Quantity(tokens * output_share, "tokens", how=f"{split}, {output_share:.0%} output")
    return Request(
        input=received,
        output=output,
        longest=(received + output).told(split),
        longest_input=received,
        cached_share=workload.prefix_cache_hit or 0.0,
        per_session=turns,
        sessions_per_user=workload.sessions_per_user or 1.0,
    )


def _part(workload: Workload, name: str, prompts: Mapping[str, Quantity]) -> Quantity:
    if name in prompts:
        return prompts[name]
    tokens = getattr(workload.tokens, name)
    return _NOTHING if tokens is None else Quantity(tokens, "tokens", how=f"{name} as written")


def _history(
    given: float | None, turns: float, turn: Quantity, factor: Quantity
) -> tuple[Quantity, Quantity]:
    if given is None:
        return turn * ((turns - 1) / 2), turn * max(turns - 1, 0.0)
    mean = Quantity(given, "tokens") * factor
    # The author gave the mean; a history that grows evenly ends at twice that.
    return mean, mean.within(1.0, 2.0) if turns > 1 else mean


def _language_factor(languages: Mapping[str, float], inflation: float) -> Quantity:
    """Tokens for one English token, over the languages of the workload."""
    foreign = sum(share for name, share in languages.items() if not name.lower().startswith("en"))
    if not foreign:
        return Quantity(1.0)
    likely = 1 + foreign * (inflation - 1)
    return Quantity(likely, low=1.0, high=max(1 + foreign * 2.0, likely))


def _media(workload: Workload) -> Quantity:
    items: list[Media] = [m for m in (workload.images, workload.audio, workload.video) if m]
    tokens = sum(item.count * item.tokens for item in items)
    return Quantity(tokens, "tokens", how="images, audio and video of a request")


def _parts_line(workload: Workload, history: Quantity, media: Quantity, factor: Quantity) -> str:
    tokens = workload.tokens
    parts = [
        ("system", tokens.system or 0.0),
        ("history", history.value),
        ("context", tokens.context or 0.0),
        ("input", tokens.input or 0.0),
        ("media", media.value),
    ]
    line = " + ".join(f"{size:,.0f} {name}" for name, size in parts if size) or "nothing"
    return line if factor.exact else f"{line}, x {factor.value:.2f} for its languages"
