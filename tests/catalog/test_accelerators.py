"""The accelerator files: each holds to the schema, and a shared name is said to be shared."""

from __future__ import annotations

import jsonschema
import pytest

from aispec import resources
from aispec.catalog.compile import accelerator_names, read_entries
from aispec.catalog.entries import Accelerator
from aispec.catalog.names import key

ENTRIES = read_entries(resources.catalog_dir() / "accelerators")
BY_ID = {slug: Accelerator.from_dict(entry) for slug, entry in ENTRIES.items()}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = resources.schema("accelerator")
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("slug", ENTRIES)
def test_holds_to_the_schema(slug: str, validator: jsonschema.Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(ENTRIES[slug])] == []
    assert ENTRIES[slug]["id"] == slug


def test_all_are_there() -> None:
    assert len(ENTRIES) == 207


def test_a_plain_name_has_one_owner_and_a_shared_one_several() -> None:
    plain: dict[str, set[str]] = {}
    shared: dict[str, set[str]] = {}
    for slug, entry in ENTRIES.items():
        for name in accelerator_names(entry):
            plain.setdefault(key(name), set()).add(slug)
        for name in entry.get("ambiguous_aliases", ()):
            shared.setdefault(key(name), set()).add(slug)
    assert {name: slugs for name, slugs in plain.items() if len(slugs) > 1} == {}
    assert {name: slugs for name, slugs in shared.items() if len(slugs) < 2} == {}
    assert plain.keys() & shared.keys() == set()


@pytest.mark.parametrize("slug", ENTRIES)
def test_usable_memory_is_less_than_there_is(slug: str) -> None:
    card = BY_ID[slug]
    for option in (None, *card.options_gb):
        likely, low, high = card.usable_gib(option)
        if likely is None:
            continue
        assert low is not None
        assert high is not None
        assert low <= likely <= high
        assert likely <= (option or card.memory_gb or 0) * 1.001


def test_usable_memory_is_what_drivers_report() -> None:
    assert BY_ID["nvidia-h100-sxm-80gb"].usable_gib() == (79.19, 79.1, 79.65)
    assert BY_ID["nvidia-rtx-4080-16gb"].usable_gib() == (15.57, 15.56, 15.6)
    assert BY_ID["amd-mi308x-128gb"].usable_gib() == (None, None, None)


def test_usable_memory_follows_the_size_bought() -> None:
    m4_max = BY_ID["apple-m4-max"]
    assert m4_max.usable_gib(36) == (27.0, 27.0, 27.0)
    assert m4_max.usable_gib()[0] == 96.0
    half = BY_ID["cpu-intel-xeon-spr-8ch"].usable_gib(512)
    assert half[0] == pytest.approx(461)


def test_bandwidth_follows_the_variant() -> None:
    m4_max = BY_ID["apple-m4-max"]
    assert m4_max.bandwidth(36) == (410, 410, 410)
    assert m4_max.bandwidth() == (546, 410, 546)
    assert BY_ID["nvidia-l4-24gb"].bandwidth() == (300, 300, 300)
    assert BY_ID["google-coral-edgetpu"].bandwidth() == (None, None, None)


def test_compute_is_dense() -> None:
    assert BY_ID["nvidia-h100-sxm-80gb"].tflops("bf16") == 989.4
    assert BY_ID["nvidia-a100-sxm4-40gb"].tflops("fp8") is None
    assert BY_ID["nvidia-rtx-4090-24gb"].tflops("fp16") == 165.2
    assert BY_ID["google-tpu-v5e"].tflops("int8") == 393


def test_headline_figures_are_kept_apart_from_compute() -> None:
    orin = BY_ID["nvidia-jetson-agx-orin-64gb"]
    assert orin.advertised_tops is not None
    assert orin.advertised_tops["value"] == 275
    assert orin.tflops("int8") == 137.5
    assert BY_ID["apple-m4"].npu_tops == 38
    assert BY_ID["qualcomm-snapdragon-x-elite"].npu_tops == 45


def test_unified_memory_is_marked() -> None:
    assert BY_ID["apple-m1"].unified
    assert BY_ID["nvidia-gb10-128gb"].unified
    assert not BY_ID["nvidia-l4-24gb"].unified
