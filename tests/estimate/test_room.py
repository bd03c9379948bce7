"""What fits into a device's memory, from budgets and sequences of round figures."""

from __future__ import annotations

from typing import Any

import pytest

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.answer import Answer
from aispec.estimate.memory import facts as memory
from aispec.estimate.memory.budget import Budget
from aispec.estimate.memory.cache import cache_of
from aispec.estimate.memory.facts import Room, sequences_that_fit
from aispec.estimate.memory.weights import weigh
from aispec.estimate.quantity import Quantity
from aispec.record import replace
from aispec.spec.model import Draft, ModelRef
from tests.estimate.deployments import LLAMA_8B, answer, facts_of, figure, load, self_hosted
from tests.estimate.test_budget import OVER, gib

ENOUGH, TOO_LITTLE, PERHAPS = gib(1), gib(-1), gib(0, -1, 1)
HERE = resolve(self_hosted(name="vllm", max_model_len=8192), Catalog.default())


def room(available: Quantity, **given: Any) -> Room:
    """Memory with so much for cache, where a request takes 2 GiB and the longest 8."""
    assert HERE.model
    assert HERE.weights
    weights = weigh(HERE.model, HERE.weights)
    assert weights
    usual = Room(
        budget=Budget(gib(15), OVER, gib(70), available, ENOUGH),
        loaded=weights,
        cache=cache_of(HERE),
        keeps_cache=True,
        per_sequence=gib(2, 1, 4),
        per_token=Quantity(2**17, "bytes"),
        full_length=gib(8, 8, 10),
        ranks=1,
        shared=0.0,
    )
    return replace(usual, **given)


def bounds(of: Quantity) -> tuple[float, float, float]:
    return of.value, of.low, of.high


def test_sequences_are_counted_whole_and_at_their_worst() -> None:
    assert bounds(sequences_that_fit(room(gib(11, 9, 13)))) == (5, 2, 13)
    assert bounds(sequences_that_fit(room(gib(11, 9, 13), ranks=3))) == (15, 6, 39)
    assert bounds(sequences_that_fit(room(gib(1, -5, 3)))) == (0, 0, 3)
    assert bounds(sequences_that_fit(room(gib(10), per_sequence=gib(2)))) == (5, 5, 5)
    none = sequences_that_fit(room(gib(10), per_sequence=gib(0)))
    assert none.reason == "this model keeps no cache"
    assert sequences_that_fit(room(gib(10), keeps_cache=False)).reason == none.reason
    blind = sequences_that_fit(room(Quantity.unknown("GiB", "no card")))
    assert blind.reason == "no card"


def test_capacity_is_what_the_cache_holds_in_tokens() -> None:
    assert bounds(memory._capacity(room(gib(16, 8, 24)))) == (2**17, 2**16, 3 * 2**16)
    assert memory._capacity(room(gib(16), ranks=4)).value == 2**19
    assert bounds(memory._capacity(room(gib(-1, -5, 8)))) == (0, 0, 2**16)
    assert memory._capacity(room(gib(16), cache=None)).reason == "this model keeps no cache"
    free = memory._capacity(room(gib(16), per_token=Quantity(0.0, "bytes")))
    assert free.value == 0


@pytest.mark.parametrize(
    ("available", "beside", "boots"),
    [
        (gib(10), ENOUGH, Answer.YES),
        (gib(9), ENOUGH, Answer.MAYBE),
        (gib(8), ENOUGH, Answer.MAYBE),
        (gib(7.9), ENOUGH, Answer.NO),
        (gib(20), TOO_LITTLE, Answer.NO),
        (gib(20), PERHAPS, Answer.MAYBE),
    ],
)
def test_it_starts_where_one_sequence_of_full_length_fits(
    available: Quantity, beside: Quantity, boots: Answer
) -> None:
    space = room(available)
    space = replace(space, budget=replace(space.budget, room=beside))
    assert HERE.setup
    assert memory._boots(space, HERE.setup) is boots
    bare = replace(space, keeps_cache=False, budget=replace(space.budget, kv_available=gib(-1)))
    assert memory._boots(bare, HERE.setup) is Answer.NO
    brink = replace(bare, budget=replace(bare.budget, kv_available=gib(0)))
    assert memory._boots(brink, HERE.setup) is Answer.YES


def test_llama_cpp_starts_with_the_cache_of_every_slot() -> None:
    spec = self_hosted(name="llama.cpp", weights="gguf:Q8_0", max_num_seqs=4, max_model_len=8192)
    setup = resolve(spec, Catalog.default()).setup
    assert setup
    assert memory._boots(room(gib(40)), setup) is Answer.YES
    assert memory._boots(room(gib(36)), setup) is Answer.MAYBE
    assert memory._boots(room(gib(31)), setup) is Answer.NO
    assert memory._allocated(room(gib(40)), setup).value == 32
    assert memory._allocated(room(gib(40)), setup).how == "4 slots x 8.000 GiB, at start"


@pytest.mark.parametrize(
    ("users", "ranks", "most", "held"),
    [(10, 1, None, 10), (10, 4, None, 3), (0.2, 1, None, 1), (10, 1, 8, 8), (100, 4, 8, 8)],
)
def test_a_rank_holds_its_share_up_to_its_limit(
    users: float, ranks: int, most: int | None, held: float
) -> None:
    assert memory._held(Quantity(users), ranks, most).value == held


def test_shares_are_rounded_up_at_both_bounds() -> None:
    held = memory._held(Quantity(10, low=4.1, high=20.5), 4, 5)
    assert bounds(held) == (3, 2, 5)
    unknown = Quantity.unknown("", "why")
    assert memory._held(unknown, 4, 5) is unknown


def test_a_load_s_cache_is_that_of_its_sequences() -> None:
    needed = memory._cache_of_load(room(gib(99)), Quantity(5.0))
    assert bounds(needed) == (10, 5, 20)
    assert needed.how == "5 sequences x 2.000 GiB"
    shared = memory._cache_of_load(room(gib(99), shared=0.5), Quantity(5.0))
    assert bounds(shared) == (10, 3, 20)  # 1 GiB of each, of four of them but a half
    assert memory._cache_of_load(room(gib(99), keeps_cache=False), Quantity(5.0)).value == 0


def test_layers_left_to_the_host_have_their_cache_there() -> None:
    def kept(layers: int | None) -> float:
        spec = self_hosted(
            *(LLAMA_8B, "rtx-4090", 1, "gguf:Q4_K_M"),
            name="llama.cpp",
            max_model_len=8192,
            gpu_layers=layers,
        )
        return figure(facts_of(spec), "memory.kv_per_sequence").value

    assert kept(16) == pytest.approx(kept(None) / 2)
    assert kept(8) == pytest.approx(kept(99) / 4)
    assert kept(0) == 0


def test_a_model_without_a_prediction_module_cannot_draft_for_itself() -> None:
    spec = self_hosted(LLAMA_8B, name="vllm")
    found = facts_of(replace(spec, model=ModelRef(LLAMA_8B, draft=Draft("mtp", 2))))
    weights = figure(found, "memory.weights")
    assert weights.reason == "the model has no published prediction module"
    assert weights.unit.name == "GiB"
    assert answer_or_none(found["memory.fits"]) is None


def answer_or_none(fact: object) -> Answer | None:
    return fact if isinstance(fact, Answer) else None


def test_verdicts_go_together() -> None:
    roomy = facts_of(self_hosted(name="vllm", max_model_len=8192))
    assert [answer(roomy, f"memory.{name}") for name in ("boots", "serves", "fits")] == (
        [Answer.YES] * 3
    )
    crowded = facts_of(
        self_hosted(name="vllm", max_model_len=8192, workload=load(at_once=4000), max_num_seqs=4096)
    )
    assert answer(crowded, "memory.boots") is Answer.YES
    assert answer(crowded, "memory.serves") is Answer.NO
    assert answer(crowded, "memory.fits") is Answer.NO
    headroom = figure(roomy, "memory.offered").value - figure(roomy, "memory.needed").value
    assert figure(roomy, "memory.headroom").value == pytest.approx(headroom)
