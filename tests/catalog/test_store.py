"""Looking up: what people, clouds, registries and articles write finds what they mean."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from aispec import resources
from aispec.catalog import store
from aispec.catalog.compile import compile_data, read_yaml
from aispec.catalog.shelf import CatalogError, CompiledShelf, YamlShelf
from aispec.catalog.store import Ambiguous, Catalog, Match, Missing, load_data
from aispec.policy.compile import compile_rules

MODELS = {
    "GPT-3": "openai/gpt-3-175b",
    "LLaMA 2 70B": "meta-llama/Llama-2-70b-hf",
    "Gemini Ultra": "gemini-1.0-ultra",
    "Llama 3.1 8B": "meta-llama/Llama-3.1-8B",
    "Qwen 2.5 7B": "Qwen/Qwen2.5-7B-Instruct",
    "Qwen 2.5 14B": "Qwen/Qwen2.5-14B-Instruct",
    "Qwen 2.5 32B": "Qwen/Qwen2.5-32B-Instruct",
    "Phi-4": "microsoft/phi-4",
    "Phi-4 Mini": "microsoft/Phi-4-mini-instruct",
    "Llama 4 Scout 17B": "meta-llama/Llama-4-Scout-17B-16E-Instruct",
    "Llama 4 Maverick": "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
    "Devstral Small 24B": "mistralai/Devstral-Small-2-24B-Instruct-2512",
    "Mistral Large 3": "mistralai/Mistral-Large-3-675B-Instruct-2512",
    "DeepSeek V4 Pro": "deepseek-ai/DeepSeek-V4-Pro",
    "GPT-5.2": "gpt-5.2",
    "Qwen 3.7 Max": "qwen3.7-max",
    "Gemini 2.5 Pro": "gemini-2.5-pro",
    "GPT-4": "gpt-4",
    "Claude 3.5 Sonnet": "claude-3-5-sonnet",
    "Grok 3": "grok-3",
    "Llama 3.1 405B": "meta-llama/Llama-3.1-405B",
    "Llama 3 70B": "meta-llama/Meta-Llama-3-70B",
    "llama-3.1-8b-instruct": "meta-llama/Llama-3.1-8B",
    "meta-llama/Llama-3.1-8B-Instruct": "meta-llama/Llama-3.1-8B",
    "meta-llama/Llama-3.3-70B-Instruct": "meta-llama/Llama-3.3-70B-Instruct",
    "llama-3.2-1b": "meta-llama/Llama-3.2-1B",
    "llama3.1:8b": "meta-llama/Llama-3.1-8B",
    "gemma3:27b": "google/gemma-3-27b-it",
    "openai/gpt-4o": "gpt-4o",
    "dashscope/qwen3.8-max": "qwen3.8-max-api",
    "Qwen3-VL-8B": "Qwen/Qwen3-VL-8B-Instruct",
    "codellama:13b": "codellama/CodeLlama-13b-Instruct-hf",
    "google/gemma-7b": "google/gemma-7b-it",
    "meta-llama/Llama-3.2-11B-Vision": "meta-llama/Llama-3.2-11B-Vision-Instruct",
    "microsoft/WizardLM-2-8x22B": "alpindale/WizardLM-2-8x22B",
    "Qwen/Qwen2.5-VL-7B-Instruct": "Qwen/Qwen2.5-VL-7B-Instruct",
}

INFERRED = {
    "unsloth/Llama-3.1-8B-Instruct": "meta-llama/Llama-3.1-8B",
    "TheBloke/Mistral-7B-Instruct-v0.2-AWQ": "mistralai/Mistral-7B-Instruct-v0.2",
    "gpt-4o-2024-08-06": "gpt-4o",
    "llama3.1:8b-instruct-q4_K_M": "meta-llama/Llama-3.1-8B",
    "anthropic.claude-3-5-sonnet-20240620-v1:0": "claude-3-5-sonnet",
    "Kimi-VL-A3B-bf16": "moonshotai/Kimi-VL-A3B-Instruct",
}

ACCELERATORS = {
    "RTX 3060": "nvidia-rtx-3060-12gb",
    "RTX 3060 8GB": "nvidia-rtx-3060-8gb",
    "RTX 4060": "nvidia-rtx-4060-8gb",
    "RTX 4070 Ti": "nvidia-rtx-4070-ti-12gb",
    "RTX 4080": "nvidia-rtx-4080-16gb",
    "RTX 4090": "nvidia-rtx-4090-24gb",
    "NVIDIA RTX 4090": "nvidia-rtx-4090-24gb",
    "a100-40gb": "nvidia-a100-sxm4-40gb",
    "a100-80gb": "nvidia-a100-sxm4-80gb",
    "A100 40GB": "nvidia-a100-sxm4-40gb",
    "H100 SXM": "nvidia-h100-sxm-80gb",
    "h100-sxm-80gb": "nvidia-h100-sxm-80gb",
    "h200": "nvidia-h200-sxm-141gb",
    "l4": "nvidia-l4-24gb",
    "t4": "nvidia-t4-16gb",
    "mi300x": "amd-mi300x-192gb",
    "m4-max": "apple-m4-max",
    "M4": "apple-m4",
    "Apple M4 Neural Engine": "apple-m4",
    "Snapdragon X Elite": "qualcomm-snapdragon-x-elite",
    "TPU v5e": "google-tpu-v5e",
    "NVIDIA-H100-80GB-HBM3": "nvidia-h100-sxm-80gb",
    "NVIDIA-A100-SXM4-80GB": "nvidia-a100-sxm4-80gb",
    "nvidia.com/gpu.product=NVIDIA-L40S": "nvidia-l40s-48gb",
    "nvidia-tesla-t4": "nvidia-t4-16gb",
    "b200": "nvidia-b200-sxm-180gb",
}

AMBIGUOUS = {
    "a100": {"a100-sxm4-40gb", "a100-pcie-40gb", "a100-sxm4-80gb", "a100-pcie-80gb"},
    "H100": {"h100-sxm-80gb", "h100-pcie-80gb", "h100-nvl-94gb"},
    "v100": {"v100-sxm2-16gb", "v100-pcie-16gb", "v100-sxm2-32gb", "v100-pcie-32gb"},
    "rtx 4060 ti": {"rtx-4060-ti-8gb", "rtx-4060-ti-16gb"},
    "gh200": {"gh200-96gb", "gh200-144gb"},
    "Jetson AGX Orin": {"jetson-agx-orin-32gb", "jetson-agx-orin-64gb"},
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.default()


@pytest.mark.parametrize(("name", "expected"), MODELS.items())
def test_a_model_is_found(catalog: Catalog, name: str, expected: str) -> None:
    found = catalog.model(name)
    assert isinstance(found, Match)
    assert (found.entry.id, found.note) == (expected, None)
    assert found.how in {"id", "alias"}


@pytest.mark.parametrize(("name", "expected"), INFERRED.items())
def test_a_model_is_inferred_and_says_so(catalog: Catalog, name: str, expected: str) -> None:
    found = catalog.model(name)
    assert isinstance(found, Match)
    assert (found.entry.id, found.how) == (expected, "inferred")
    assert found.note is not None
    assert expected in found.note


@pytest.mark.parametrize(("name", "expected"), ACCELERATORS.items())
def test_an_accelerator_is_found(catalog: Catalog, name: str, expected: str) -> None:
    found = catalog.accelerator(name)
    assert isinstance(found, Match)
    assert (found.entry.id, found.note) == (expected, None)


@pytest.mark.parametrize(("name", "expected"), AMBIGUOUS.items())
def test_a_shared_name_gives_all_it_may_mean(
    catalog: Catalog, name: str, expected: set[str]
) -> None:
    found = catalog.accelerator(name)
    assert isinstance(found, Ambiguous)
    assert {each.id.removeprefix("nvidia-") for each in found.entries} == expected


def test_families_that_share_a_name(catalog: Catalog) -> None:
    for name, count in (("rtx 6000", 5), ("jetson orin", 6), ("rtx pro 6000", 3)):
        found = catalog.accelerator(name)
        assert isinstance(found, Ambiguous)
        assert len(found.entries) == count


def test_a_size_settles_a_shared_name(catalog: Catalog) -> None:
    found = catalog.accelerator("jetson-orin-64gb")
    assert isinstance(found, Match)
    assert (found.entry.id, found.how) == ("nvidia-jetson-agx-orin-64gb", "inferred")
    assert found.option_gb is None
    mac = catalog.accelerator("m4-max-64gb")
    assert isinstance(mac, Match)
    assert (mac.entry.id, mac.option_gb) == ("apple-m4-max", 64)
    assert isinstance(catalog.accelerator("rtx-4090-48gb"), Missing)


def test_an_unknown_name_gets_the_nearest(catalog: Catalog) -> None:
    started = time.process_time()
    model = catalog.model("lama-3.1-8b")
    assert isinstance(model, Missing)
    assert "Llama-3.1-8B" in model.nearest[:1]
    assert time.process_time() - started < 0.5  # some milliseconds, on a machine left alone
    card = catalog.accelerator("h100-sxn")
    assert isinstance(card, Missing)
    assert "H100 SXM" in card.nearest
    for name in ("", "🦙", "x" * 100_000, "/", "="):
        assert isinstance(catalog.model(name), Missing)
        assert isinstance(catalog.accelerator(name), Missing)


def test_lists_are_sorted_and_whole(catalog: Catalog) -> None:
    ids = [model.id for model in catalog.models()]
    assert ids == sorted(ids)
    assert len(set(ids)) == 548
    assert len(list(catalog.accelerators())) == 207


def test_search_wants_every_word(catalog: Catalog) -> None:
    found = [model.id for model in catalog.search_models("qwen 2.5 coder")]
    assert len(found) == 6
    assert all("Coder" in name for name in found)
    assert [card.name for card in catalog.search_accelerators("h100 nvl")] == [
        "NVIDIA H100 NVL 94GB"
    ]


MINE = """\
id: acme/house-8b
aliases: [llama-3.1-8b]
family: house
vendor: Acme
kind: open-weight
task: text-generation
license: proprietary
parameters: {total: 8000000000}
sources: [our own card]
checked: '2026-11-22'
"""


def overlay(folder: Path, text: str = MINE) -> Path:
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "house-8b.yaml").write_text(text, encoding="utf-8")
    return folder


def test_an_overlay_wins(tmp_path: Path) -> None:
    catalog = Catalog((overlay(tmp_path / "one"),))
    for name in ("house-8b", "llama-3.1-8b", "Llama 3.1 8B"):
        found = catalog.model(name)
        assert isinstance(found, Match)
        assert found.entry.id == "acme/house-8b"
    ours = catalog.model("llama-3.2-1b")
    assert isinstance(ours, Match)
    assert len(list(catalog.models())) == 549


def test_a_later_overlay_wins_over_an_earlier(tmp_path: Path) -> None:
    first = overlay(tmp_path / "one")
    second = overlay(tmp_path / "two", MINE.replace("8000000000", "9000000000"))
    found = Catalog((first, second)).model("acme/house-8b")
    assert isinstance(found, Match)
    assert found.entry.params_total == 9_000_000_000


BOMB = "".join(f"k{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 9)}]\n" for n in range(9))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (MINE + "colour: red\n", "colour"),
        ("id: [", "cannot be read"),
        ("- 1\n", "not of type"),
        ("a: &a [x]\nb: [*a, *a]\n", "required"),
        (BOMB, "cannot be read: line"),
        ("id: x\n" * 100_000, "cannot be read: line"),
        ("!!python/object/apply:os.system [echo]\n", "cannot be read"),
        ("[" * 500_000, "deep"),
        ("x" * (1 << 20) + "y", "larger"),
    ],
)
def test_an_overlay_is_not_trusted(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CatalogError, match=says):
        Catalog((overlay(tmp_path, text),)).model("anything")


def test_an_overlay_stays_in_its_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(MINE, encoding="utf-8")
    folder = tmp_path / "overlay" / "models"
    folder.mkdir(parents=True)
    (folder / "link.yaml").symlink_to(secret)
    with pytest.raises(CatalogError, match="leads out"):
        Catalog((tmp_path / "overlay",)).model("house-8b")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    ours = resources.catalog_dir()
    for kind, some in (("models", "llama-3*.yaml"), ("accelerators", "nvidia-a100*.yaml")):
        (data / kind).mkdir()
        for path in ours.glob(f"{kind}/{some}"):
            shutil.copyfile(path, data / kind / path.name)
    (data / "prices").mkdir()
    (data / "prices" / "api.yaml").write_text("on: 2026-01-02\n5: x\n", encoding="utf-8")
    (data / "prices" / "cloud.csv").write_text("a,b\n", encoding="utf-8")
    out = tmp_path_factory.mktemp("out") / "catalog"
    compile_data(data, out)
    return out


def test_compiled_and_read_agree(compiled: Path) -> None:
    shelf, plain = CompiledShelf(compiled), YamlShelf(resources.catalog_dir())
    for kind in ("models", "accelerators"):
        assert shelf.slugs(kind)
        for slug in shelf.slugs(kind):
            assert shelf.read(kind, slug) == plain.read(kind, slug)
    assert shelf.index("models")["slugs"]["llama3.1.8b"] == "llama-3.1-8b"
    assert len(shelf.index("accelerators")["slugs"]["a100"]) == 4


def test_other_data_keeps_its_place(compiled: Path) -> None:
    # YAML's dates and whole-number keys have no form in JSON, so a checkout reads strings too.
    data = json.loads((compiled / "prices" / "api.json").read_text(encoding="utf-8"))
    assert data == {"true": "2026-01-02", "5": "x"}
    assert (compiled / "prices" / "cloud.csv").read_text(encoding="utf-8") == "a,b\n"


def test_load_data_reads_a_name_under_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiled: Path
) -> None:
    monkeypatch.setattr(store.resources, "compiled", lambda _, name: str(compiled / name))
    monkeypatch.setattr(store.resources, "packaged", lambda: True)
    load_data.cache_clear()
    assert load_data("prices/api")["5"] == "x"
    assert load_data("prices/api") is load_data("prices/api")
    load_data.cache_clear()


def test_rules_are_listed_by_path(tmp_path: Path) -> None:
    for name in ("fit/b.yaml", "fit/a.yaml", "cost/c.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"code: {Path(name).stem.upper()}\n", encoding="utf-8")
    rules = compile_rules(tmp_path)
    assert [(rule["path"], rule["code"]) for rule in rules] == [
        ("cost/c.yaml", "C"),
        ("fit/a.yaml", "A"),
        ("fit/b.yaml", "B"),
    ]
    assert read_yaml(tmp_path / "fit" / "a.yaml") == {"code": "A"}


def test_the_default_is_made_once() -> None:
    assert Catalog.default() is Catalog.default()
