"""vLLM's cache of one sequence, block by block (`v1/core/kv_cache_utils.py`).

Layers with equal caches form groups of one size, the smaller kinds padded up, and all groups share
blocks of one size in bytes. A block of a windowed layer holds as many tokens as fit; a recurrent
layer's state fills a block whole, for which blocks of attention are made long enough. Checked
against what vLLM says it needs: 10.18 GiB for 195,000 tokens of Gemma 4 31B on two cards, 6.64 GiB
for 180,000 of Qwen3.6-27B that drafts three tokens, 2.58 GiB for 262,144 of Qwen3.6-35B-A3B.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from aispec.record import record

_BLOCK = 16  # tokens of the smallest block


@record
class Kind:
    """Layers with equal caches: `token_bytes` of one token in one layer on one device.

    A `window` of 0 means that nothing is forgotten.
    """

    layers: int
    token_bytes: float
    window: int = 0


@record
class State:
    """Recurrent layers: bytes of one sequence in one layer, and the states kept of a sequence.

    Beside the one in use there is one for each drafted token, and with prefix caching another.
    """

    layers: int
    layer_bytes: float
    kept: int


def group_size(counts: Sequence[int]) -> int:
    """Layers of a group: the rarest kind's, or the commonest one's where these are close."""
    fewest, most = min(counts), max(counts)
    return most if most < 1.5 * fewest else fewest


def pages_alike(kinds: Sequence[Kind]) -> bool:
    """Whether the kinds' tokens divide one another, so that blocks of one size hold them all."""
    widest = max(kind.token_bytes for kind in kinds)
    return all((widest / kind.token_bytes).is_integer() for kind in kinds)


def sequence_bytes(
    kinds: Sequence[Kind], state: State | None, tokens: float, in_flight: float
) -> float:
    """Bytes that one sequence takes on a device; `in_flight` are the tokens of running steps."""
    counts = [kind.layers for kind in kinds] + ([state.layers] if state else [])
    size = group_size(counts)
    widest = max(kind.token_bytes for kind in kinds)
    page = _BLOCK * widest
    if state:
        page = ceil(state.layer_bytes / page) * page
    blocks = 0
    for kind in kinds:
        block = page / kind.token_bytes
        whole = ceil(tokens / block)
        if kind.window:
            whole = min(ceil((kind.window - 1 + in_flight) / block) + 1, whole)
        blocks += ceil(kind.layers / size) * whole
    if state:
        blocks += ceil(state.layers / size) * state.kept
    return blocks * size * page
