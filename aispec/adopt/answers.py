"""Answers to the five questions, from flags or a terminal, put into a draft.

Each `put_…` raises AnswerError with what is wrong and what would be right; nothing is put then.
"""

from __future__ import annotations

import re

from aispec.adopt.draft import Draft
from aispec.adopt.engines import NAMES, of_name
from aispec.adopt.places import of_instance
from aispec.adopt.values import text as plain_text
from aispec.catalog.formats import format_names, weight_format
from aispec.catalog.names import nearest
from aispec.catalog.providers import canonical_provider, providers
from aispec.catalog.store import Catalog, Missing
from aispec.spec.build import HARDWARE, is_path
from aispec.spec.sense import leaves
from aispec.spec.units import UnitError, read
from aispec.spec.words import listed

_AT_ONCE = re.compile(r"(?:concurrent\s*=\s*)?(\S+?)\s*(?:at once|concurrent|simultaneous)?", re.I)
_PARTS = ("system", "history", "context", "input", "output")
_MOST = 100_000
_OTHER_ENGINES = ("mlx", "transformers")
_LONGEST = 200
_SPREAD = ("hardware.count", "hardware.parallelism")


class AnswerError(ValueError):
    """An answer that can't be used, in words."""


def put_model(draft: Draft, answer: str) -> str:
    """Set the model; return a remark where the catalogue does not have it, else nothing."""
    name = _line(answer, "the model")
    draft.drop("model")
    if is_path(name):
        if leaves(name):
            raise AnswerError(f"'{name}' leaves the repository: write a path relative to the spec")
        draft.put("model.path", name)
        return ""
    found = Catalog.default().model(name)
    near = _or_nothing(found.nearest) if isinstance(found, Missing) else ""
    if isinstance(found, Missing) and "/" not in name:
        raise AnswerError(
            f"there is no model '{name}'{near}; `aispec catalog models WORD` lists them, and a"
            " Hugging Face id (org/name) or a path (./folder) names one of your own"
        )
    draft.put("model.id", name)
    return f"the catalogue does not have '{name}'{near}" if isinstance(found, Missing) else ""


def put_place(draft: Draft, answer: str) -> None:
    """Set where it runs: a provider's name, or accelerators."""
    if canonical_provider(answer):
        put_api(draft, answer)
        return
    put_hardware(draft, answer)


def put_api(draft: Draft, answer: str) -> None:
    """Set the provider that is asked."""
    name = canonical_provider(_line(answer, "the provider"))
    if name is None:
        near = _or_nothing(nearest(answer, providers()))
        raise AnswerError(
            f"there is no provider '{answer}'{near}; known are {listed(providers(), 'and')}"
        )
    for part in ("hardware", "engine", "api", "precision"):
        draft.drop(part)
    draft.put("api.provider", name)


def put_hardware(draft: Draft, answer: str) -> None:
    """Set the accelerators of one replica: `2x h100-sxm-80gb`; or an instance."""
    match = HARDWARE.fullmatch(_line(answer, "the hardware"))
    count, name = (match[1], match[2]) if match else (None, answer)
    if count and not 1 <= int(count[:9]) <= _MOST:
        raise AnswerError(f"'{answer}' is not 1 to {_MOST:,} accelerators")
    rented = None if count else of_instance(name)
    found = Catalog.default().accelerator(name)
    if isinstance(found, Missing) and rented is None:
        raise AnswerError(
            f"there is no accelerator '{name}'{_or_nothing(found.nearest)};"
            " `aispec catalog accelerators WORD` lists them"
        )
    kept = ("hardware.replicas",) if count else ("hardware.replicas", *_SPREAD)
    before = {path: entry for path, entry in draft.fields.items() if path.startswith(kept)}
    draft.drop("hardware")
    draft.drop("api")
    if rented and isinstance(found, Missing):
        draft.put("hardware.instance", rented.instance)
        draft.put("hardware.accelerator", rented.accelerator)
        draft.put("hardware.count", rented.held)
    else:
        draft.put("hardware.accelerator", name)
        if count or "hardware.count" not in before:
            draft.put("hardware.count", int(count) if count else 1)
    for path, entry in before.items():
        draft.put(path, *entry)


def put_users(draft: Draft, answer: str) -> None:
    """Set who asks: `1000/day`, or people at once: `60 at once`."""
    said = _line(answer, "the users")
    match = _AT_ONCE.fullmatch(said)
    at_once = match is not None and match[1] != said
    number = match[1] if match and at_once else said
    value = _united("positive_count" if at_once else "per_day", number, "users", "1000/day")
    draft.drop("workload.users")
    draft.put("workload.users.concurrent" if at_once else "workload.users", value)


def put_tokens(draft: Draft, answer: str) -> None:
    """Set the tokens: all of a session, `2000`; or a request's, `input=1200,output=300`."""
    said = _line(answer, "the tokens")
    draft_parts: dict[str, int | str] = {}
    if "=" in said or ":" in said:
        for each in re.split(r"[,;\s]+", said):
            part, _, number = each.replace(":", "=").partition("=")
            if part not in _PARTS:
                raise AnswerError(f"'{part}' is no part of a request: {listed(_PARTS)}")
            draft_parts[part] = _united("count", number, f"{part} tokens", "1200")
    whole = None if draft_parts else _united("positive_count", said, "tokens", "2000")
    draft.drop("workload.tokens")
    draft.drop("workload.tokens_per_session")
    draft.put("workload.tokens_per_session", whole)
    for part in _PARTS:
        draft.put(f"workload.tokens.{part}", draft_parts.get(part))


def put_targets(draft: Draft, answer: str) -> None:
    """Set both targets from one answer: `500ms, 15`; `none` sets none."""
    if answer.strip().lower() in ("none", "no", "-"):
        return
    parts = [part for part in re.split(r"[,;]\s*|\s{2,}", answer.strip()) if part]
    if not 1 <= len(parts) <= 2:
        raise AnswerError("say the time to the first token, and tokens a second: 500ms, 15")
    put_ttft(draft, parts[0])
    if parts[1:]:
        put_tps(draft, parts[1])


def put_ttft(draft: Draft, answer: str) -> None:
    """Set the target for the first token."""
    value = _united("milliseconds", answer, "the time to the first token", "500ms")
    draft.drop("sla.ttft")
    draft.put("sla.ttft", value)


def put_tps(draft: Draft, answer: str) -> None:
    """Set the target for the speed after it."""
    value = _united("tokens_per_second", answer, "tokens a second", "15")
    draft.drop("sla.tps")
    draft.put("sla.tps", value)


def put_budget(draft: Draft, answer: str) -> None:
    """Set what a month may cost."""
    draft.put("budget.monthly", _united("usd_per_month", answer, "the budget", "500 USD"))


def put_name(draft: Draft, answer: str) -> None:
    """Set the deployment's name."""
    name = _line(answer, "the name")
    draft.drop("name")
    draft.put("name", name)


def put_engine(draft: Draft, answer: str) -> None:
    """Set the engine, with its version after a space: `vllm 0.11`."""
    written, _, version = _line(answer, "the engine").partition(" ")
    name = of_name(written) or (written.lower() if written.lower() in _OTHER_ENGINES else None)
    if name is None:
        near = _or_nothing(nearest(written, (*NAMES, *_OTHER_ENGINES), 1))
        raise AnswerError(
            f"there is no engine '{written}'{near};"
            f" known are {listed((*NAMES, *_OTHER_ENGINES), 'and')}"
        )
    if draft.value("engine.name") not in (None, name):
        draft.drop("engine")
    draft.drop("engine.name")
    draft.put("engine.name", name)
    if version.strip():
        draft.drop("engine.version")
        draft.put("engine.version", version.strip())


def put_precision(draft: Draft, answer: str) -> None:
    """Set the format of the weights."""
    found = weight_format(_line(answer, "the precision"))
    if found is None:
        near = _or_nothing(nearest(answer, format_names()))
        raise AnswerError(f"there is no format '{answer}'{near}")
    draft.drop("precision.weights")
    draft.put("precision.weights", found.name)


def _line(answer: str, what: str) -> str:
    value = plain_text(answer)
    if not isinstance(value, str) or not value or len(value) > _LONGEST:
        raise AnswerError(f"{what} must be one line of text")
    return value


def _united(kind: str, answer: str, what: str, example: str) -> int | str:
    """Return a quantity as it is written, a bare whole number as a number."""
    said = answer.strip()
    try:
        read(kind, said)
    except UnitError as error:
        raise AnswerError(
            f"{what} {error.message}" + (f": {error.help}" if error.help else "")
        ) from None
    if not _line(said, what):
        raise AnswerError(f"{what}: write it as {example}")
    return int(said) if re.fullmatch(r"[0-9]{1,15}", said) else said


def _or_nothing(near: tuple[str, ...]) -> str:
    return f"; the nearest are {', '.join(near)}" if near else ""
