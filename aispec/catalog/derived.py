"""The model that a repackaged or tuned one is made from, read from its repository's name.

Only known words are dropped, and what is left must be a name of the catalogue: nothing is guessed
from how alike two names are. The words stand in `data/derived.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from aispec.catalog.endings import Endings, table
from aispec.catalog.names import LONGEST, key, organisation
from aispec.record import record

_BETWEEN_WORDS = re.compile(r"[^A-Za-z0-9.]+|(?<![0-9])\.|\.(?![0-9])")
_MOST_WORDS = 24
_LONGEST_NAME = 10
_SIZE = re.compile(r"(?:\d+x)?\d+(?:\.\d+)?[bmt]|[ae]\d+(?:\.\d+)?b")
#: Words that look like a way to store weights.
_STORED = re.compile(
    r"(?:[a-z]{0,2}q|w|int|fp|nf|mxfp|nvfp)\d+(?:a\d+)?|[\d.]+bits?|[a-z]*quant[a-z]*|attn(?:fp|int)\d+"
)
_VERSION = re.compile(r"v?\d+(?:\.\d+)*")

Span = tuple[int, int]


@record
class Derived:
    """What a name says: the model to look up, and how this copy of it differs.

    `format` is a weight format's canonical name, None where the name says none; `context` the
    tokens the name claims.
    """

    name: str
    base: str
    format: str | None = None
    context: int | None = None

    @property
    def note(self) -> str:
        """One sentence on how the name is read."""
        return self.read_as(self.base)

    def read_as(self, model: str) -> str:
        """The sentence with the catalogue's own name of the model."""
        said = f" in {self.format}" if self.format else ""
        said += f" with a context of {self.context:,} tokens" if self.context else ""
        return f"{self.name[:LONGEST]} is read as {model}{said}."


class Inside(NamedTuple):
    """A name of the catalogue found whole in another, and the format said beside it."""

    base: str
    format: str | None


def derive(name: str) -> Derived | None:
    """What `name` says of its base, None where it has none of the words known to be added."""
    words = _words(name)
    tagged = ":" in name.rpartition("/")[2]
    endings = Endings([word.lower() for word in words], organisation(name), tagged)
    left = "-".join(words[: len(endings.words)])
    known = next((to for form in bases(left) if (to := table().known.get(form.lower()))), None)
    if known is None and len(endings.words) == len(words):
        return None
    return Derived(name, known or left, endings.format(), endings.context)


def bases(name: str) -> Iterator[str]:
    """The name, and without an organisation's before it (`google_gemma-3-27b-it`)."""
    yield name
    words = _words(name)
    for count in (2, 1):
        prefix = "-".join(words[:count]).lower()
        if len(words) > count and prefix in table().prefixes:
            yield "-".join(words[count:])


def named_within(name: str, look_up: Callable[[str], object | None]) -> Inside | None:
    """The one name of the catalogue that stands whole in `name`, None where none or two do.

    It must have a size in it (`llama-3.1-8b`), and what is around it no other size, no version and
    no word for another kind of model. `look_up` says what a `key` leads to, None if nowhere.
    """
    words = [word.lower() for word in _words(name)]
    found = {span: to for span in _sized(words) if (to := look_up(key(_joined(words, span))))}
    whole = [one for one in found if not any(_within(one, other) for other in found)]
    if len({found[span] for span in whole}) != 1:
        return None
    start, end = whole[0]
    around = words[:start] + words[end:]
    if (end < len(words) and _VERSION.fullmatch(words[end])) or not _same_kind(around):
        return None
    stored = {table().formats[word] for word in around if word in table().formats}
    if len(stored) > 1:
        return None
    return Inside(_joined(words, whole[0]), next(iter(stored), None))


def _same_kind(around: list[str]) -> bool:
    words = table()
    unread = words.another_kind | words.unread
    for word in around:
        if word in unread or _SIZE.fullmatch(word):
            return False
        if _STORED.fullmatch(word) and word not in words.formats:
            return False
    return True


def _sized(words: list[str]) -> list[Span]:
    """Every run of words with a size among them."""
    sizes = [place for place, word in enumerate(words) if _SIZE.fullmatch(word)]
    return [
        (start, end)
        for start in range(len(words))
        for end in range(start + 1, min(start + _LONGEST_NAME, len(words)) + 1)
        if any(start <= place < end for place in sizes)
    ]


def _words(name: str) -> list[str]:
    last = name[:LONGEST].strip().rpartition("/")[2]
    return [word for word in _BETWEEN_WORDS.split(last) if word][:_MOST_WORDS]


def _joined(words: list[str], span: Span) -> str:
    return "-".join(words[span[0] : span[1]])


def _within(one: Span, other: Span) -> bool:
    return one != other and other[0] <= one[0] and one[1] <= other[1]
