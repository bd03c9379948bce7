"""vLLM's blocks, against what vLLM said that it needs; and what it keeps beside the tensors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.estimate.memory.dealing import deal
from aispec.estimate.memory.paged import Kind, State, group_size, pages_alike, sequence_bytes

GIB = 2**30


def test_windowed_layers_of_gemma_4_31b() -> None:
    """An error message of vLLM: 10.18 GiB for 195,000 tokens, 6,144 of a step, on two cards."""
    full, near = Kind(10, 4 * 512 * 2 * 2 / 2), Kind(50, 16 * 256 * 2 * 2 / 2, 1024)
    needed = sequence_bytes((full, near), None, 195_000, 6144)
    assert needed / GIB == pytest.approx(10.18, abs=0.005)


@pytest.mark.parametrize(
    ("kind", "state", "tokens", "gib"),
    [
        # Qwen3.6-27B drafting three tokens in a layer of its own, prefix caching on, fp8 cache.
        (Kind(17, 4 * 256 * 2), State(48, 3_268_608, 5), 180_000, 6.64),
        # Qwen3.6-35B-A3B with an fp8 cache: 4 GiB for 406,424 tokens.
        (Kind(10, 2 * 256 * 2), State(30, 2_146_304, 1), 262_144, 2.58),
    ],
)
def test_states_of_recurrent_layers(kind: Kind, state: State, tokens: float, gib: float) -> None:
    assert sequence_bytes((kind,), state, tokens, 0) / GIB == pytest.approx(gib, abs=0.005)


def test_groups_take_the_rarest_kind_unless_the_commonest_is_near() -> None:
    assert group_size([10, 52]) == 10
    assert group_size([10, 14]) == 14
    assert group_size([7]) == 7


def test_blocks_of_one_size_hold_kinds_that_divide() -> None:
    assert pages_alike([Kind(1, 4096), Kind(1, 8192)])
    assert not pages_alike([Kind(1, 576), Kind(1, 132)])


@given(
    layers=st.integers(1, 80),
    windowed=st.integers(0, 80),
    tokens=st.integers(1, 400_000),
    more=st.integers(0, 50_000),
    drafted=st.integers(0, 8),
)
def test_more_tokens_or_states_never_need_less(
    layers: int, windowed: int, tokens: int, more: int, drafted: int
) -> None:
    kinds = [Kind(layers, 4096)] + ([Kind(windowed, 4096, 1024)] if windowed else [])
    state = State(30, 2_000_000, 1 + drafted)
    plain = State(30, 2_000_000, 1)
    assert sequence_bytes(kinds, state, tokens + more, 2048) >= sequence_bytes(
        kinds, plain, tokens, 2048
    )
    assert sequence_bytes(kinds, None, tokens, 4096) >= sequence_bytes(kinds, None, tokens, 2048)


@given(layers=st.integers(1, 130), devices=st.integers(1, 16), host=st.integers(0, 130))
def test_layers_are_dealt_out_whole(layers: int, devices: int, host: int) -> None:
    placed = max(layers - host, 0)
    dealt = deal(layers, placed, devices)
    assert sum(dealt) == placed
    assert len(dealt) == devices
    assert max(dealt) - min(dealt) <= 2


def test_the_output_is_dealt_as_a_layer() -> None:
    """Apertus 70B over two cards: 3,280 MiB of cache on the first, 41 of its 80 layers."""
    assert deal(80, None, 2) == [41, 39]
    assert deal(32, None, 2) == [17, 15]
    assert deal(80, 40, 2) == [20, 20]
