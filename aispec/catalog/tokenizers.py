"""Tokenizers: which one a model has, the encodings that travel with us, and what languages cost.

Nothing here reaches for the network: `tiktoken` is given ranks that lie beside the catalogue, and
never asked for an encoding by name, which it would fetch.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from aispec.catalog.model_names import slug
from aispec.catalog.store import data_file, load_data
from aispec.record import record

if TYPE_CHECKING:
    from tiktoken import Encoding

Spread = tuple[float, float, float]
_SAME: Spread = (1.0, 1.0, 1.0)


@record
class Tokenizer:
    """How the tokens of a model are counted.

    `encoding` is one of ours and counts exactly. `splintr` and `ctok` are names of vocabularies in
    those packages, which may not be installed; without them `plain` and `other` say how many tokens
    there are (likely, least and most) for one of o200k_base, in a text that is all ASCII and in one
    that is not, and `why` it is no better than that.
    """

    name: str
    encoding: str | None = None
    splintr: str | None = None
    ctok: str | None = None
    plain: Spread = _SAME
    other: Spread = _SAME
    why: str = ""


@lru_cache(maxsize=1024)
def tokenizer_of(model: str, said: str | None = None) -> Tokenizer:
    """The tokenizer of a model by its id or, failing that, by what its entry says of it.

    A model that is not known by either has the tokenizer "other", with a wide ratio.
    """
    data = _data()
    name = slug(model)
    parts = name.split("-")
    for length in range(len(parts), 0, -1):
        if found := data["models"].get("-".join(parts[:length])):
            return tokenizer(found)
    fitting = [start for start in data["said"] if (said or "").startswith(start)]
    return tokenizer(data["said"][max(fitting, key=len)] if fitting else "other")


@cache
def tokenizer(name: str) -> Tokenizer:
    """The tokenizer called `name`. Raises KeyError where there is none."""
    entry: Mapping[str, Any] = _data()["tokenizers"][name]
    measured = load_data("languages/inflation")["ratios"]
    ratio = entry.get("ratio") or measured.get(entry.get("near", name))
    plain, other = ratio or (_SAME, _SAME)
    near = f"its vocabulary is not at hand, {entry['near']}'s is near" if "near" in entry else ""
    return Tokenizer(
        name=name,
        encoding=entry.get("encoding"),
        splintr=entry.get("splintr"),
        ctok=entry.get("ctok"),
        plain=(plain[0], plain[1], plain[2]),
        other=(other[0], other[1], other[2]),
        why=entry.get("why", near),
    )


@cache
def encoding(name: str) -> Encoding:
    """One of our encodings, built from the ranks beside the catalogue.

    Raises KeyError where there is none of that name, and ImportError without `tiktoken`.
    """
    from tiktoken import Encoding

    entry = _data()["encodings"][name]
    made = Encoding(
        name,
        pat_str=entry["pattern"],
        mergeable_ranks=ranks(name),
        special_tokens={},
    )
    made._mergeable_ranks = {}  # it counts by its own copy; these take 26 MiB
    return made


def ranks(name: str) -> dict[bytes, int]:
    """The ranks of one of our encodings: each token with its number."""
    import lzma

    entry = _data()["encodings"][name]
    small = lzma.decompress(data_file(f"tokenizers/{entry['ranks']}").read_bytes())
    size = entry["tokens"]
    ends = accumulate(small[:size], initial=size)
    return {small[start:end]: rank for rank, (start, end) in enumerate(pairwise(ends))}


@lru_cache(maxsize=1024)
def inflation(language: str, name: str) -> Spread | None:
    """Tokens of a text in a language for one of the same text in English: likely, least, most.

    `language` is a code such as "de" or "pt-BR", `name` a tokenizer's. A tokenizer that was not
    measured has the range over those that were; None where the language was not measured.
    """
    code = language.strip().lower().replace("_", "-").partition("-")[0]
    if code == "en":
        return _SAME
    data = load_data("languages/inflation")
    near = _data()["tokenizers"].get(name, {}).get("near", name)
    own = data["inflation"].get("o200k_base" if near == "o200k_harmony" else near)
    rows = [own] if own else list(data["inflation"].values())
    found = [row[code] for row in rows if code in row]
    if not found:
        return None
    likely = sorted(row[0] for row in found)[len(found) // 2]
    return likely, min(row[1] for row in found), max(row[2] for row in found)


def _data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = load_data("tokenizers/encodings")
    return found
