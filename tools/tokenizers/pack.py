"""From a `.tiktoken` file of ranks to the small form that travels with the package, and back.

The small form is an xz stream of one length byte for each token in the order of ranks, then all
tokens on end. Ranks have no gaps, so a token's place is its rank.
"""

from __future__ import annotations

import base64
import hashlib
import lzma
from pathlib import Path

_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "pb": 0}]


def pack(source: Path, target: Path, sha256: str) -> int:
    """Write the small form of a rank file and return its tokens.

    Raises ValueError where the file is not the one of that hash, or its ranks have gaps.
    """
    raw = source.read_bytes()
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise ValueError(f"{source.name} is not the file of sha256 {sha256}")
    rows = [line.split() for line in raw.splitlines() if line]
    if [int(rank) for _, rank in rows] != list(range(len(rows))):
        raise ValueError(f"{source.name} has gaps in its ranks")
    tokens = [base64.b64decode(token) for token, _ in rows]
    small = bytes(map(len, tokens)) + b"".join(tokens)
    target.write_bytes(lzma.compress(small, format=lzma.FORMAT_XZ, filters=_FILTERS))
    return len(tokens)


def unpack(ranks: dict[bytes, int]) -> bytes:
    """Return the `.tiktoken` file that ranks came from, byte for byte."""
    ordered = sorted(ranks.items(), key=lambda pair: pair[1])
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ordered)
