"""A step and a prefill on a machine of round figures, where each part can be worked out by hand."""

from __future__ import annotations

from math import hypot, inf

import pytest

from aispec.estimate.latency.step import MOST_SHARE, Draft
from tests.estimate.rooflines import plain


def near(seconds: float) -> object:
    return pytest.approx(seconds, rel=1e-4)


def test_a_step_reads_the_weights_and_each_sequence_s_cache() -> None:
    assert plain().step(1, 0) == near(0.010)
    cached = plain(groups=((1e5, inf),))  # 1e5 bytes of a token at 1e13 bytes/s
    assert cached.step(1, 1000) == near(0.010 + 1e-5)
    assert cached.step(64, 50_000) == near(0.010 + 64 * 5e-4)
    assert plain({"cache_bandwidth": 0.5}, groups=((1e5, inf),)).step(1, 1e6) == near(0.010 + 0.02)


def test_a_windowed_group_stops_growing_and_a_state_never_grows() -> None:
    windowed = plain(groups=((1e5, inf), (1e5, 1000.0)))
    assert windowed.step(1, 500) == near(0.010 + 2 * 500e-8)
    assert windowed.step(1, 1e6) == near(0.010 + 1e6 * 1e-8 + 1000e-8)
    recurrent = plain(state=1e11)
    assert recurrent.step(1, 0) == recurrent.step(1, 1e6) == near(0.020)
    assert recurrent.step(3, 0) == near(0.010 + 3 * 0.010)


def test_arithmetic_is_two_operations_a_parameter_and_a_token() -> None:
    slow = plain(peak=1e12, bandwidth=inf)
    assert slow.step(1, 0) == near(2 * 1e9 / 1e12)
    assert slow.step(16, 0) == near(16 * 2e-3)
    assert slow.step(1, 0, 5) == near(5 * 2e-3)
    assert plain({"decode_arithmetic": 0.25}, peak=1e12, bandwidth=inf).step(1, 0) == near(8e-3)


def test_attention_of_a_step_is_four_operations_a_value_of_every_head_a_token_and_a_layer() -> None:
    slow = plain(half_peak=1e9, bandwidth=inf)
    assert slow.step(1, 1000) == near(4 * 100 * 1000 * 10 / 1e9)
    assert slow.step(2, 1000) == near(2 * 4e-3)
    compressed = plain(half_peak=1e9, bandwidth=inf, absorbed=25.0)
    assert compressed.step(1, 1000) == near(1e-3)
    sparse = plain(half_peak=1e9, bandwidth=inf, chosen=250.0)
    assert sparse.step(1, 1000) == near(1e-3)
    assert sparse.step(1, 100) == near(0.4e-3)
    mixed = plain(half_peak=1e9, bandwidth=inf, everywhere=5, local=5, window=200)
    assert mixed.step(1, 1000) == near((5 * 1000 + 5 * 200) * 400 / 1e9)
    assert plain({"decode_attention": 0.5}, half_peak=1e9, bandwidth=inf).step(1, 1000) == near(
        8e-3
    )


def test_memory_and_arithmetic_overlap_and_the_rest_comes_on_top() -> None:
    own = {"step_us": 100.0, "sequence_us": 10.0, "layer_us": 1.0}
    assert plain(own, peak=1e12).step(1, 0) == near(hypot(0.010, 0.002) + 100e-6 + 10e-6 + 10e-6)
    assert plain(own, peak=1e12).step(8, 0) == near(hypot(0.010, 0.016) + 100e-6 + 80e-6 + 10e-6)


def test_nobody_reads_faster_than_most_of_the_peak() -> None:
    """STREAM and nvbandwidth reach 90 to 95% of what data sheets say."""
    for share in (0.5, 0.9, 1.2, 5.0):
        seconds = plain({"bandwidth": share}).step(1, 0)
        assert seconds > 1e10 / (1e13 * min(share, MOST_SHARE))
    at_once = plain({"bandwidth": MOST_SHARE}).step(1, 0)
    assert at_once == near(2 ** (1 / 6) * 1e10 / (1e13 * MOST_SHARE))
    assert plain({"bandwidth": 1000.0}).step(1, 0) == near(1e10 / (1e13 * MOST_SHARE))


@pytest.mark.parametrize(("batch", "touched"), [(1, 1 / 8), (2, 15 / 64), (3, 169 / 512)])
def test_a_batch_touches_more_experts_than_one_token(batch: int, touched: float) -> None:
    mixture = plain(dense_bytes=0.0, expert_bytes=8e10, expert_share=1 / 8)
    assert mixture.step(batch, 0) == near(0.080 * touched)
    assert mixture.step(1, 0, batch) == near(0.080 * touched)
    assert mixture.step(1e6, 0) == near(0.080)


def test_experts_cost_more_than_their_bytes_once_a_step_has_several_tokens() -> None:
    mixture = plain({"expert_factor": 3.0}, expert_bytes=8e10, expert_share=1 / 8)
    assert mixture.step(1, 0) == near(0.010 + 0.010)
    assert mixture.step(2, 0) == near(0.010 + 0.080 * 15 / 64 * 2)
    assert mixture.step(100, 0) == near(0.010 + 0.080)


def test_stages_share_a_batch() -> None:
    staged = plain(groups=((1e5, inf),), stages=4)
    assert staged.step(8, 1e4) == near(0.010 + 2 * 1e-4)
    assert staged.step(1, 1e4) == near(0.010 + 1e-4)


def test_weights_elsewhere_come_at_their_own_pace() -> None:
    away = plain(away=0.25, away_bandwidth=1e10)
    assert away.step(1, 0) == near(0.75 * 0.010 + 0.25)
    assert away.prefill(100) == near(0.75 * 0.010 + 0.25)


@pytest.mark.parametrize(
    ("acceptance", "tokens", "expected"),
    # Leviathan et al. 2023, equation 1.
    [(0.0, 4, 1.0), (0.5, 1, 1.5), (0.8, 4, 3.3616), (0.9, 7, 5.6953), (1.0, 5, 6.0)],
)
def test_tokens_that_a_verified_draft_yields(
    acceptance: float, tokens: int, expected: float
) -> None:
    draft = Draft(tokens, acceptance, 0.001)
    assert draft.expected == pytest.approx(expected, abs=5e-5)
    spoken = plain(draft=draft)
    assert spoken.one(1, 0) == near((0.010 + tokens * 0.001) / expected)
    assert plain().one(1, 0) == near(0.010)


def test_a_prefill_computes_every_token_and_reads_the_weights_once() -> None:
    quick = plain(peak=1e15)
    assert quick.busy(1000) == near(hypot(0.010, 2e9 * 1000 / 1e15))
    assert quick.busy(100_000) == near(hypot(0.010, 0.2))
    assert plain({"floor_ms": 5.0}).prefill(10) == near(0.010 + 0.005)
    assert plain({"ramp": 500.0}, peak=1e12, bandwidth=inf).busy(500) == near(2.0)
    assert plain({"prefill": 0.5}, peak=1e12, bandwidth=inf).busy(500) == near(2.0)
    assert plain({"layer_us": 100.0}).busy(10) == near(0.011)


def test_each_pass_of_a_prefill_reads_the_weights() -> None:
    assert plain(chunk=512.0).busy(512) == near(0.010)
    assert plain(chunk=512.0).busy(2048) == near(0.040)
    assert plain(chunk=512.0).busy(256, 0, 4) == near(0.020)
    assert plain(chunk=512.0).busy(100) == near(0.010)


def test_a_layer_split_works_on_as_many_passes_as_there_are() -> None:
    alone = plain(chunk=500.0)
    split = plain(chunk=500.0, relays=4)
    assert split.busy(500) == near(alone.busy(500))
    assert split.busy(1000) == near(alone.busy(1000) * 5 / 8)
    assert split.busy(500_000) == pytest.approx(alone.busy(500_000) / 4, rel=0.01)


def test_a_split_answers_no_longer_prompt_sooner() -> None:
    own = {"layer_us": 1e5, "ramp": 300.0}
    split = plain(own, chunk=500.0, relays=8, peak=1e12)
    times = [split.busy(float(tokens)) for tokens in range(100, 3000, 25)]
    assert times == sorted(times)


def test_layers_hand_on_what_they_worked_out() -> None:
    slow = plain({"traffic": 30.0}, bandwidth=1e9, dense_bytes=0.0)
    assert slow.busy(1000) == near(30 * 2 * 1000 * 10 * 100 / 1e9)
    shared = plain({"traffic": 30.0}, bandwidth=1e9, dense_bytes=0.0, devices=2)
    assert shared.busy(1000) == near(30 * 2 * 1000 * 10 * 100 / 1e9 / 2)


def test_heads_that_see_everything_may_be_wider() -> None:
    slow = plain(half_peak=1e9, bandwidth=inf, everywhere=4, local=6, window=100, wider=2.0)
    assert slow.busy(1000) == near(4 * 100 * 1000 * (4 * 500 * 2 + 6 * 100) / 1e9)


def test_attention_of_a_prefill_sees_half_the_prompt_and_all_before_it() -> None:
    slow = plain(half_peak=1e9, bandwidth=inf)
    assert slow.busy(1000) == near(4 * 100 * 1000 * 10 * 500 / 1e9)
    assert slow.busy(1000, 2000) == near(4 * 100 * 1000 * 10 * 2500 / 1e9)
    assert plain(half_peak=1e9, bandwidth=inf, cached=2000.0).busy(1000) == slow.busy(1000, 2000)
    assert plain({"attention_factor": 3.0}, half_peak=1e9, bandwidth=inf).busy(1000) == near(6.0)


def test_the_experts_of_a_prefill_are_padded_to_tiles() -> None:
    own = {"expert_ramp": 10.0}
    mixture = plain(own, peak=1e12, bandwidth=inf, routed=8e9, expert_share=1 / 8)
    assert mixture.busy(1) == near((2e9 + 2 * 8e9 / 8 * 10) / 1e12)
    assert mixture.busy(1000) == near((2e9 * 1000 + 2 * 8e9 * 10) / 1e12)
    chunked = plain(own, peak=1e12, bandwidth=inf, routed=8e9, expert_share=1 / 8, chunk=500.0)
    assert chunked.busy(1000) == near((2e9 * 1000 + 2 * 2 * 8e9 * 10) / 1e12)


def test_devices_share_the_arithmetic_as_far_as_prefill_scales() -> None:
    def seconds(scaling: float) -> float:
        own = {"prefill_scaling": scaling}
        return plain(own, peak=1e12, bandwidth=inf, devices=4).busy(1000)

    assert seconds(1.0) == near(0.5)
    assert seconds(0.5) == near(1.0)
    assert seconds(2.0) == near(0.5)
    assert plain(peak=1e12, bandwidth=inf, devices=4).step(1, 0) == near(0.5e-3)


def test_each_doubling_of_devices_adds_a_collective_to_every_layer() -> None:
    own = {"collective_us": 10.0}
    assert plain(own, devices=2).step(1, 0) == near(0.010 + 10 * 10e-6)
    assert plain(own, devices=4).step(1, 0) == near(0.010 + 2 * 10 * 10e-6)
    assert plain(own, devices=8).step(1, 0) == near(0.010 + 3 * 10 * 10e-6)
    assert plain(own).step(1, 0) == near(0.010)


def test_what_a_link_carries_grows_with_the_tokens() -> None:
    # Two all-reduces of a layer move (n - 1) / n of 100 values of two bytes twice each.
    moved = 1000 * 100 * 8 / 2
    linked = plain(devices=2, link=1e9)
    assert linked.step(1000, 0) == near(0.010 + 10 * moved / 1e9)
    assert plain({"link": 0.5}, devices=2, link=1e9).step(1000, 0) == near(0.010 + 0.008)


def test_more_devices_never_lose_more_than_most_of_what_they_gain() -> None:
    slow = {"collective_us": 1e9}
    one = plain(slow, dense_bytes=2e10).step(1, 0)
    two = plain(slow, devices=2).step(1, 0)  # each of the two holds half the weights
    assert one == near(0.020)
    assert two == near(0.010 + 0.9 * (0.020 - 0.010))


def test_short_prompts_share_a_pass_and_stages_work_at_once() -> None:
    assert plain().shared(2048) == near(0.010)
    assert plain().shared(512) == near(0.010 / 4)
    assert plain().shared(8192) == near(0.010)
    assert plain(stages=2).shared(2048) == near(0.010 / 2**0.8)


def test_a_first_token_waits_for_prompts_and_steps_of_others() -> None:
    own = {"queue": 0.5, "burst": 0.1, "wait_steps": 2.0}
    assert plain(own).first_token(1, 2048) == near(0.010)
    assert plain(own).first_token(0.5, 2048) == near(0.010)
    waited = 0.010 * (0.5 * 3 + 0.1 * 7) + 2 * 0.010
    assert plain(own).first_token(8, 2048) == near(0.010 + waited)


def test_a_token_waits_for_the_prefills_of_others() -> None:
    own = {"interference": 0.5}
    assert plain(own).per_token(1, 2048, 100) == near(0.010)
    assert plain(own).per_token(11, 2048, 100) == near(0.010 + 10 / 100 * 0.010 * 0.5)
    assert plain(own).per_token(11, 2048, 0) == near(0.010 + 10 * 0.010 * 0.5)


def test_a_step_is_taken_in_the_middle_of_an_answer() -> None:
    assert plain(cached=500.0).depth(1000, 300) == 1650
    assert plain(groups=((1e6, inf),)).per_token(1, 1000, 200) == near(0.010 + 1100 * 1e-7)
