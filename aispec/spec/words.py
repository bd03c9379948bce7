"""Names and lists as messages say them, and the nearest known name to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aispec.spec.location import Path

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}
_YES = frozenset(("yes", "on", "y"))
_NO = frozenset(("no", "off", "n"))


def label(path: Path, root: str) -> str:
    """A path as a message names it: `workload.batch[0].name`; the root has a name of its own."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return clean(text.removeprefix("."), 120) or root


def clean(text: str, most: int = 40) -> str:
    """A text from a spec as a message can hold it: one line, printable, not long."""
    flat = " ".join(text[: 8 * most].split())
    flat = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in flat
    )
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def kind_of(name: str) -> str:
    """A type of JSON Schema in words."""
    return _TYPES[name]


def listed(names: Sequence[str], joint: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    *front, last = names
    return f"{', '.join(front)} {joint} {last}" if front else last


def quoted(names: Iterable[str], joint: str = "or") -> str:
    """Names in quotes, listed."""
    return listed([f"'{name}'" for name in names], joint)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a wrong one most likely stands for."""
    from difflib import get_close_matches

    spelled = {_plain(candidate): candidate for candidate in known}
    wrong = _plain(name[:100])
    found = get_close_matches(wrong, spelled, n=1, cutoff=0.6)
    if not found and len(wrong) > 2:
        found = [candidate for candidate in spelled if candidate.startswith(wrong)]
    return spelled[found[0]] if found else None


def truth(value: object) -> str | None:
    """What a word that meant yes or no in older YAML is written as."""
    word = value.lower() if isinstance(value, str) else ""
    return "write true" if word in _YES else "write false" if word in _NO else None


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")
