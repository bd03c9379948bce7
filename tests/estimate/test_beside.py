"""What stands beside a model's weights, and which knob decides."""

from __future__ import annotations

import pytest

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.fact import Facts
from aispec.estimate.facts import Case, estimate
from aispec.estimate.quantity import Quantity
from aispec.spec.reader import read

SPEC = """\
version: 1
name: beside
model: {model}
precision: bf16
engine: {{name: vllm, version: "0.33"{knobs}}}
hardware: {{accelerator: {card}, price: 1 USD/hour}}
workload: {{users: {{concurrent: {users}}}, tokens: {{input: 1000, output: 200}}}}
"""
LLAMA = "{id: llama-3.1-8b-instruct}"


def facts(model: str = LLAMA, card: str = "l40s", knobs: str = "", users: int = 1) -> Facts:
    file = read(SPEC.format(model=model, card=card, knobs=knobs, users=users), "x.yaml")
    assert not file.problems
    spec = file.deployments[0].spec
    return estimate(Case(resolve(spec, Catalog.default()), spec.workload))


def weights(model: str) -> float:
    return facts(model)["memory.weights"].value


def test_adapters_take_room_by_count_and_rank() -> None:
    alone = weights(LLAMA)
    few = weights("{id: llama-3.1-8b-instruct, adapters: {count: 2, rank: 16}}")
    many = weights("{id: llama-3.1-8b-instruct, adapters: {count: 8, rank: 16}}")
    # A rank-16 adapter on all linear layers of an 8B Llama has 41.9M parameters.
    assert few - alone == pytest.approx(2 * 41_943_040 * 2 / 2**30, rel=0.01)
    assert many - alone == pytest.approx(4 * (few - alone), rel=0.001)


def test_a_draft_model_is_loaded_beside_the_target() -> None:
    drafted = weights("{id: llama-3.1-8b-instruct, draft: {id: llama-3.2-1b, tokens: 5}}")
    assert drafted - weights(LLAMA) == pytest.approx(2.30, rel=0.01)


def test_a_draft_that_nobody_knows_is_not_passed_in_silence() -> None:
    found = facts("{id: llama-3.1-8b-instruct, draft: {id: no-such-draft, tokens: 5}}")
    assert not found["memory.weights"].known
    assert "no-such-draft" in found["memory.weights"].reason
    assert str(found["memory.fits"]) != "yes"


def test_the_model_s_own_prediction_module_can_draft() -> None:
    bare = facts("{id: deepseek-v3}", "b200")["memory.weights"].value
    own = facts("{id: deepseek-v3, draft: {id: mtp, tokens: 1}}", "b200")["memory.weights"].value
    assert own > bare + 5


@pytest.mark.parametrize(
    ("model", "card", "knobs", "users", "said"),
    [
        (LLAMA, "rtx-3060", "", 1, "the weights: with the engine's own they take"),
        (LLAMA, "l4", "", 1, "max_model_len: it starts with "),
        (LLAMA, "l4", ", max_model_len: 4096", 200, "max_num_seqs: it fits with "),
        (LLAMA, "l40s", ", max_model_len: 4096", 1, "nothing is tight: "),
        (
            LLAMA,
            "rtx-4090",
            ", max_model_len: 2048, gpu_memory_utilization: 0.99",
            1,
            "gpu_memory_utilization: 0.99 leaves too little",
        ),
    ],
)
def test_the_deciding_knob_is_named(
    model: str, card: str, knobs: str, users: int, said: str
) -> None:
    assert str(facts(model, card, knobs, users)["memory.decided_by"]).startswith(said)


def test_the_context_it_names_does_start() -> None:
    said = str(facts(LLAMA, "l4")["memory.decided_by"])
    length = said.rpartition(" ")[2].replace(",", "")
    assert str(facts(LLAMA, "l4", f", max_model_len: {length}")["memory.boots"]) == "yes"


def test_an_engine_takes_its_context_from_the_model_s_own_file() -> None:
    # Qwen 2.5's card says 128k, its config.json 32,768.
    found = facts("{id: Qwen/Qwen2.5-7B-Instruct}")
    assert found["engine.context"].value == 32768
    assert found["model.context_length"].value == 131072


def test_a_shared_prefix_may_be_kept_once() -> None:
    def needed(hit: str) -> Quantity:
        text = SPEC.format(model=LLAMA, card="l40s", knobs=", max_model_len: 4096", users=10)
        text = text.replace("workload: {", f"workload: {{prefix_cache_hit: {hit}, ")
        spec = read(text, "x.yaml").deployments[0].spec
        return estimate(Case(resolve(spec, Catalog.default()), spec.workload))["memory.kv_needed"]

    plain, shared = needed("0%"), needed("80%")
    assert shared.value == plain.value == shared.high
    assert plain.low == plain.value
    # 80% of 1,000 of 1,200 tokens are the same in nine of ten requests.
    kept = 10 - 9 * 0.8 * 1000 / 1200
    assert shared.low == pytest.approx(plain.value / 10 * kept)


def test_a_draft_keeps_a_cache_of_its_own() -> None:
    def kept(model: str, card: str = "l40s") -> float:
        return facts(model, card)["memory.kv_per_sequence"].value

    drafted = kept("{id: llama-3.1-8b-instruct, draft: {id: llama-3.2-1b, tokens: 5}}")
    # 16 layers x 8 KV heads x 64 x 2 x 2 bytes beside the target's 131,072.
    assert drafted / kept(LLAMA) == pytest.approx(1 + 32768 / 131072)
    own = kept("{id: deepseek-v3, draft: {id: mtp, tokens: 1}}", "b200")
    assert own / kept("{id: deepseek-v3}", "b200") == pytest.approx(62 / 61)
