"""Each example gives, byte for byte, the reports stored beside it, and none is left out."""

from pathlib import Path

import pytest

from aispec.pipeline import Options, check
from tests.examples import FOLDER, TODAY, reports, specs
from tools.docs.example_page import listed


@pytest.mark.parametrize("spec", specs(), ids=lambda path: path.name)
def test_an_example_gives_its_stored_reports(spec: Path) -> None:
    for path, text in reports(spec).items():
        assert path.read_text(encoding="utf-8") == text


def test_no_report_without_an_example() -> None:
    wanted = {path for spec in specs() for path in reports(spec)}
    assert set(FOLDER.glob("*.report.*")) == wanted


def test_the_index_lists_every_example() -> None:
    names = [spec.name.removesuffix(".ai-deploy.yaml") for spec in specs()]
    assert sorted(listed()) == sorted(names)


def facts(name: str) -> dict[str, object]:
    report = check([f"{name}.ai-deploy.yaml"], Options(root=str(FOLDER), today=TODAY))
    (only,) = report.deployments
    return only.facts


# Weights and cache in GiB over all devices, and the verdict: an exact inventory of the tensors and
# the allocation rules of vLLM 0.33 and llama.cpp.
REFERENCE = {
    "llama-3.1-8b-a100": (1, 14.96, 1.00, "yes"),
    "llama-3.1-8b-a100-32-users": (1, 14.96, 32.0, "no"),
    "llama-3.3-70b-4xa100": (4, 131.42, 2.50, "yes"),
    "llama-3.3-70b-fp8-2xh100": (2, 67.67, 10.0, "yes"),
    "llama-3.1-8b-rtx-4060": (1, 4.30, 1.00, "yes"),
    "qwen2.5-32b-awq-rtx-4090": (1, 18.00, 2.00, "yes"),
    "mixtral-8x7b-2xa100": (2, 86.99, 1.00, "yes"),
    "deepseek-v3-8xh200": (8, 626.9, 8 * 2.145, "yes"),
    "gemma-3-27b-h100": (1, 51.10, 14.2, "yes"),
}


@pytest.mark.parametrize("name", REFERENCE)
def test_weights_cache_and_verdict_agree_with_the_reference(name: str) -> None:
    devices, weights, cache, verdict = REFERENCE[name]
    found = facts(name)
    assert found["memory.weights"].value * devices == pytest.approx(weights, rel=0.02)
    assert found["memory.kv_needed"].value * devices == pytest.approx(cache, rel=0.02)
    assert str(found["memory.fits"]) == verdict


def test_six_times_the_price_is_six_times_the_bill() -> None:
    small, large = facts("support-chat-8b-api"), facts("support-chat-70b-api")
    assert small["cost.day"].value == pytest.approx(0.30)
    assert large["cost.day"].value == pytest.approx(1.80)
    assert large["cost.month"].value / small["cost.month"].value == pytest.approx(6.0)
    assert small["workload.tokens_per_day"].value == 2_000_000


def test_ten_thousand_prompts_take_two_hours_and_five_minutes() -> None:
    assert facts("nightly-batch-api")["limits.batch_duration"].value == 125


@pytest.mark.parametrize(
    ("model", "card"), [("llama-4-scout", "rtx-4070-ti"), ("mistral-large-3", "rtx-4090")]
)
def test_a_mixture_is_refused_at_every_quantization(model: str, card: str) -> None:
    from aispec.catalog.formats import format_names
    from aispec.policy.message import template

    for name in format_names():
        text = (
            f"version: 1\nname: x\nmodel: {model}\nprecision: '{name}'\n"
            f"hardware: {{accelerator: {card}, price: 0 USD/hour}}\n"
            "workload: {users: {concurrent: 1}, tokens: {input: 100, output: 100}}\n"
        )
        report = check((), Options(today=TODAY), {"x.yaml": text})
        (only,) = report.deployments
        assert str(only.facts["memory.fits"]) == "no", name
        errors = [f for f in only.findings if f.code.startswith("FIT") and f.severity == "error"]
        sizes = [
            template(f"{{{{ memory.weights | value | round({digits}) }}}}").render(only.facts)
            for digits in (0, 1)
        ]
        assert any(size in f.message for f in errors for size in sizes), (name, sizes, errors)
        assert report.exit_code == 1
