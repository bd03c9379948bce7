"""What one request looks like: its tokens, and those of the longest one of a session."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aispec.catalog.assumed import DEFAULTS
from aispec.catalog.tokenizers import inflation as measured
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.spec.model import Media, Workload

_NOTHING = Quantity(0.0, "tokens", how="nothing is written")


@record
class Request:
    """Tokens of the mean request, and of the longest."""

    input: Quantity
    output: Quantity
    longest: Quantity
    longest_input: Quantity
    cached_share: float
    per_session: float  # requests of a session
    sessions_per_user: float  # a day
    fixed: Quantity = _NOTHING  # what each request repeats: system, context and media
    turn: Quantity | None = None  # what a turn adds to the history, where there is one
    inflation: Quantity | None = None  # tokens for one in English, where languages are written
    counted: tuple[str, Quantity, float] | None = None  # a part, its file's count, its number


def request_of(
    workload: Workload,
    assumed: Mapping[str, float],
    prompts: Mapping[str, Quantity] = MappingProxyType({}),
    tokenizer: str = "other",
) -> Request:
    """Derive the request from the parts a workload states; counted prompts beat stated numbers.

    Stated numbers are tokens in English and are inflated for the workload's languages; a prompt is
    counted as it stands.

    A history that is left out grows by each turn's input and output: over n requests its mean is
    (n - 1) / 2 turns and its longest n - 1. One that is given is a mean.
    """
    turns = workload.requests_per_session or 1.0
    factor = _language_factor(workload.languages, assumed["language_inflation"], tokenizer)
    if workload.tokens_per_session is not None:
        return _from_session(workload, turns, assumed["output_share"], factor)
    parts = {
        name: _part(workload, name, prompts, factor)
        for name in ("system", "context", "input", "output")
    }
    fresh, output, media = parts["input"], parts["output"], _media(workload)
    fixed = parts["system"] + parts["context"] + media
    mean, longest = _history(workload.tokens.history, turns, fresh + output, factor)
    received = fixed + fresh + mean
    longest_input = fixed + fresh + longest
    shown = {**parts, "history": mean, "media": media}
    return Request(
        input=received.told(lambda: _parts_line(shown, factor, prompts)),
        output=output.told(lambda: f"{output.value:,.0f} output tokens of a request"),
        longest=(longest_input + output).told(
            lambda: f"{longest_input.value:,.0f} in + {output.value:,.0f} out, at its longest"
        ),
        longest_input=longest_input,
        cached_share=workload.prefix_cache_hit or 0.0,
        per_session=turns,
        sessions_per_user=workload.sessions_per_user or 1.0,
        fixed=fixed,
        turn=_growth(workload.tokens.history, turns, fresh + output, factor),
        inflation=factor if workload.languages and _guessed(workload, prompts) else None,
        counted=_furthest(workload, prompts),
    )


def _from_session(
    workload: Workload, turns: float, output_share: float, factor: Quantity
) -> Request:
    tokens = (workload.tokens_per_session or 0.0) / turns
    split = f"{workload.tokens_per_session:,.0f} tokens a session / {turns:g} requests"
    if not factor.exact:
        split += f", in English x {factor.value:.2f} for its languages"
    received = (Quantity(tokens * (1 - output_share), "tokens") * factor).told(
        f"{split}, {1 - output_share:.0%} of it input"
    )
    output = (Quantity(tokens * output_share, "tokens") * factor).told(
        f"{split}, {output_share:.0%} output"
    )
    return Request(
        input=received,
        output=output,
        longest=(received + output).told(split),
        longest_input=received,
        cached_share=workload.prefix_cache_hit or 0.0,
        per_session=turns,
        sessions_per_user=workload.sessions_per_user or 1.0,
        inflation=factor if workload.languages else None,
    )


def _guessed(workload: Workload, prompts: Mapping[str, Quantity]) -> bool:
    """Whether a part of what is received is a number and not a counted text."""
    parts = ("system", "history", "context", "input")
    return any(getattr(workload.tokens, p) is not None and p not in prompts for p in parts)


def _furthest(
    workload: Workload, prompts: Mapping[str, Quantity]
) -> tuple[str, Quantity, float] | None:
    """Return the part whose counted file is furthest from the number written beside it."""
    both = [
        (part, count, stated)
        for part, count in prompts.items()
        if count.known and (stated := getattr(workload.tokens, part, None)) is not None
    ]
    return max(both, key=lambda each: abs(each[1].value - each[2]) / max(each[2], 1), default=None)


def _part(
    workload: Workload, name: str, prompts: Mapping[str, Quantity], factor: Quantity
) -> Quantity:
    if name in prompts:
        return prompts[name]
    tokens = getattr(workload.tokens, name)
    written = _NOTHING if tokens is None else Quantity(tokens, "tokens", how=f"{name} as written")
    return written if factor.exact and factor.value == 1 else written * factor


def _history(
    given: float | None, turns: float, turn: Quantity, factor: Quantity
) -> tuple[Quantity, Quantity]:
    if given is None:
        return turn * ((turns - 1) / 2), turn * max(turns - 1, 0.0)
    mean = Quantity(given, "tokens") * factor
    # The author gave the mean; a history that grows evenly ends at twice that.
    return mean, mean.within(1.0, 2.0) if turns > 1 else mean


def _growth(given: float | None, turns: float, turn: Quantity, factor: Quantity) -> Quantity | None:
    """Tokens that each turn adds: all of it, or what brings the mean history about."""
    if turns <= 1:
        return None
    return turn if given is None else Quantity(given, "tokens") * factor * (2 / (turns - 1))


def _language_factor(languages: Mapping[str, float], inflation: float, tokenizer: str) -> Quantity:
    """Tokens for one English token, over the languages of the workload.

    Measured by language and tokenizer; one that was not measured, and all of them where the
    assumption was set, have the assumed inflation with wide bounds.
    """
    likely = low = high = 1.0
    for name, share in languages.items():
        found = measured(name, tokenizer)
        if found is None or (inflation != DEFAULTS["language_inflation"] and found != (1, 1, 1)):
            found = (inflation, 1.0, max(3.0, inflation))
        likely, low, high = (
            total + share * (each - 1)
            for total, each in zip((likely, low, high), found, strict=True)
        )
    if likely == low == high == 1.0:
        return Quantity(1.0)
    return Quantity(likely, low=min(low, likely), high=max(high, likely))


def _media(workload: Workload) -> Quantity:
    items: list[Media] = [m for m in (workload.images, workload.audio, workload.video) if m]
    tokens = sum(item.count * item.tokens for item in items)
    return Quantity(tokens, "tokens", how="images, audio and video of a request")


def _parts_line(
    parts: Mapping[str, Quantity], factor: Quantity, prompts: Mapping[str, Quantity]
) -> str:
    order = ("system", "history", "context", "input", "media")
    shown = [f"{parts[name].value:,.0f} {name}" for name in order if parts[name].value]
    notes = [" + ".join(shown) or "nothing"]
    if not factor.exact:
        notes.append(f"counts in English x {factor.value:.2f} for its languages")
    notes += [f"{name}: {count.how}" for name, count in prompts.items() if name in order]
    return "; ".join(notes)
