"""What is tried, and what is written for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from aispec.catalog.engines import engine
from aispec.catalog.formats import cache_format, weight_format
from aispec.catalog.store import load_data
from aispec.planning.candidate import Base
from aispec.planning.plan import searching
from aispec.planning.question import subject
from aispec.planning.space import Space
from aispec.planning.wishes import PlanError
from tests.planning.questions import CHAT, options, question

ROOT = Path(__file__).parents[2]


def space(spec: Any = CHAT, **wishes: Any) -> Space:
    asked = question(spec, **wishes)
    return searching(subject(asked, options()), asked).space


def cards(bases: tuple[Base, ...]) -> set[str]:
    return {base.card.name for base in bases}


def test_the_choices_follow_their_schema_and_name_what_is_known() -> None:
    choices = load_data("planning")
    schema = json.loads((ROOT / "schemas/planning.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(choices, schema)
    for name in (*choices["engines"], *choices["formats"], *choices["caches"]):
        assert engine(name), name
    for name in (each for names in choices["formats"].values() for each in names):
        assert weight_format(name), name
    for name in (each for names in choices["caches"].values() for each in names):
        assert cache_format(name), name


def test_only_formats_that_a_card_computes_with_are_tried() -> None:
    found = {b.stored.name for b in space(accelerators=["t4-16gb"]).bases if b.card.entry}
    assert {"bf16", "fp8", "nvfp4", "mxfp4"} & found <= {"bf16"}  # written, so always tried
    assert {"fp16", "int8", "int4-awq"} <= found


def test_a_model_is_not_stored_with_more_bits_than_it_was_released_with() -> None:
    spec = {**CHAT, "model": "gpt-oss-20b", "precision": "mxfp4"}
    found = {b.stored.name for b in space(spec, accelerators=["h100-sxm-80gb"]).bases}
    assert "mxfp4" in found
    assert not {"bf16", "fp8", "gguf:Q8_0"} & found


def test_an_engine_is_tried_only_where_it_has_kernels() -> None:
    found = {(b.card.name, b.engine.name) for b in space(accelerators=["p40-24gb"]).bases}
    assert found == {("nvidia-p40-24gb", "llama.cpp")}


def test_degrees_divide_the_attention_heads() -> None:
    spec = {**CHAT, "model": "qwen2.5-7b-instruct"}  # 28 heads
    found = {b.layout.degrees.tensor for b in space(spec, accelerators=["h100-sxm-80gb"]).bases}
    assert found <= {None, 2, 4}


def test_accelerators_of_one_replica_share_a_machine_or_fill_machines() -> None:
    for base in space(accelerators=["h100-sxm-80gb", "l4-24gb"], max_gpus=16).bases:
        for offer in base.offers:
            assert offer.size is not None
            assert base.layout.count <= offer.size or base.layout.count % offer.size == 0
            assert base.layout.count <= offer.size or offer.size == base.card.entry.max_per_node


def test_marketplaces_are_offers_only_where_they_are_asked_for() -> None:
    def markets(**wishes: Any) -> set[str | None]:
        return {
            o.market
            for b in space(accelerators=["h100-sxm-80gb"], **wishes).bases
            for o in b.offers
        }

    assert "marketplace" not in markets()
    assert "marketplace" in markets(marketplaces=True)
    assert markets(providers=["vast"]) == {"marketplace"}


def test_what_is_kept_does_not_change() -> None:
    kept = space(keep=frozenset({"hardware", "precision"}))
    assert not [*kept.endpoints()]
    assert cards(kept.bases) == {"nvidia-a100-sxm4-40gb as written"}
    changed = {path for each in kept.candidates() for path in each.changes}
    assert changed <= {"engine.name", "engine.max_model_len", "engine.max_num_seqs"}


def test_a_limit_holds_over_all_replicas() -> None:
    assert max(each.accelerators for each in space(max_gpus=3).candidates()) == 3
    assert not space(max_gpus=0).bases


def test_providers_bound_clouds_and_apis() -> None:
    found = [*space(providers=["aws", "groq"], max_gpus=1).candidates()]
    assert {each.where for each in found if not each.accelerators} == {"groq", "bedrock"}
    offers = {each.values["offer"].partition("/")[0] for each in found if each.accelerators}
    assert offers == {"aws"}


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"accelerators": ["h100-sxm-90gb"]}, "does not know the accelerator .*; nearest: "),
        ({"providers": ["acme"]}, "nobody sells"),
        ({"models": ["lama-3.1-8b-instruc"]}, "does not know the model"),
        ({"models": ["qwen3-8b"], "keep": frozenset({"model"})}, "--keep model"),
    ],
)
def test_a_wish_that_cannot_be_meant_is_refused(wishes: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        _ = space(**wishes).bases


def test_there_is_no_hardware_to_keep_behind_an_api() -> None:
    spec = {k: v for k, v in CHAT.items() if k not in ("hardware", "precision")}
    with pytest.raises(PlanError, match="no hardware to keep"):
        _ = space({**spec, "api": "together"}, keep=frozenset({"hardware"})).bases
