"""Runs made by hand, so that no price, constant or rule that changes moves a snapshot."""

from __future__ import annotations

from collections.abc import Callable

from aispec.catalog.deployment import Assumption
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Facts, Unknown
from aispec.estimate.quantity import Quantity, total
from aispec.policy.finding import Finding, Label, Remedy, Silence
from aispec.record import replace
from aispec.report.report import Judged, Report
from aispec.spec.location import Span

CHAT = """\
version: 1
name: support-chat
model: meta-llama/Llama-3.3-70B-Instruct
precision: bf16
hardware: {accelerator: h100-sxm-80gb, count: 2}
workload: {users: 1000/day, tokens_per_session: 2000}
sla: {ttft: 300ms}
"""
BOT = """\
version: 1
name: helper
model: gpt-4o-mini
workload: {users: 1000/day, tokens_per_session: 2000}
limits: {tpm: 40000}
"""


def chat_facts(weights: float = 65.7, fits: Answer = Answer.NO) -> Facts:
    """Facts of a model on accelerators."""
    parts = [
        Quantity(weights, "GiB", how="70,553,706,496 parameters x 16 bits over tensor 2"),
        Quantity(37.5, "GiB", low=35, high=40, how="40 sequences x 0.938 GiB"),
        Quantity(2.0, "GiB", low=1.5, high=2.5, how="driver and collectives"),
    ]
    device = Quantity(79.19, "GiB", how="NVIDIA H100", sources=("data sheet, 2026-09",))
    hour = Quantity(
        6, "USD/hour", how="2 accelerators x 3 USD an hour", sources=("price list, 2026-11-02",)
    )
    return {
        "model.id": "meta-llama/Llama-3.3-70B-Instruct",
        "model.max_output_tokens": Quantity.unknown("tokens", "not published"),
        "memory.weights": parts[0],
        "memory.kv_needed": parts[1],
        "memory.graphs": Quantity(0.6, "GiB", how="captured outside the engine's share"),
        "memory.runtime": parts[2],
        "memory.needed": total("GiB", parts, "weights + cache + runtime"),
        "memory.offered": Quantity(
            71.3, "GiB", how="0.90 x 79.19 GiB", inputs=(device,), sources=device.sources
        ),
        "memory.fits": fits,
        "latency.ttft": Quantity(
            326.4, "ms", low=160, high=720, how="prefill of 1,500 tokens", sources=("fit, 2026-10",)
        ),
        "limits.tpm_needed": Absent("no rate limit applies to it"),
        "limits.tpm_plan": Absent("no rate limit applies to it"),
        "cost.hour": hour,
        "cost.month": Quantity(
            4380, "USD/month", how="730 hours x 6 USD", inputs=(hour,), sources=hour.sources
        ),
        "cost.price_age_days": Quantity(20, "days", how="the price is of 2026-11-02"),
    }


def bot_facts() -> Facts:
    """Facts of a model behind an API."""
    return {
        "model.id": "openai/gpt-4o-mini",
        "memory.needed": Absent("it runs behind an API"),
        "memory.fits": Absent("it runs behind an API"),
        "latency.ttft": Quantity.unknown("ms", "the provider publishes none"),
        "limits.tpm_needed": Quantity(37_000, "tokens/min", low=31_000, high=43_000, how="at peak"),
        "limits.tpm_plan": Quantity(40_000, "tokens/min", how="as written"),
        "cost.month": Quantity(
            16, "USD/month", low=12, high=21, how="day x 30.4", sources=("list price, 2026-11",)
        ),
    }


def unknown_facts() -> Facts:
    """Facts of a model that nobody knows."""
    return {
        "model.known": Answer.NO,
        "memory.needed": Quantity.unknown("GiB", "the model is not known"),
        "memory.offered": Quantity(71.3, "GiB", how="0.90 x 79.19 GiB"),
        "memory.fits": Unknown("the model is not known"),
        "cost.month": Quantity.unknown("USD/month", "no price is known"),
    }


OVERCOMMIT = Finding(
    code="FIT001",
    name="memory-overcommit",
    severity="error",
    certainty="certain",
    message="support-chat needs 105.2 GiB on each h100-sxm-80gb, which offers 71.3 GiB",
    path="deploy/ai-deploy.yaml",
    span=Span(5, 11, 5, 49),
    deployment="support-chat",
    note="4 of 40 sequences fit as written",
    labels=(Label(Span(4, 12, 4, 16), "weights, 65.7 GiB"),),
    remedies=(
        Remedy(
            "precision.weights: fp8",
            {"precision.weights": "fp8"},
            "fits with 18.1 GiB to spare, same cost",
            4380.0,
        ),
        Remedy("hardware.count: 4", {"hardware.count": 4}, "fits, +$4,380 a month", 8760.0),
    ),
    fingerprint="9f2c6d01e4b7a385",
)
NEAR_LIMIT = Finding(
    code="LIM004",
    name="little-rate-headroom",
    severity="warning",
    certainty="possible",
    message="helper may need 31,000 to 43,000 tokens/min of the 40,000 that its plan allows",
    path="deploy/ai-deploy.yaml",
    span=Span(5, 15, 5, 20),
    deployment="helper",
    help="ask for a higher tier",
    fingerprint="0123456789abcdef",
)
CANNOT_TELL = Finding(
    code="FIT001",
    name="memory-overcommit",
    severity="note",
    certainty="unknown",
    message="cannot tell whether the deployment fits: the model is not known",
    path="deploy/ai-deploy.yaml",
    span=Span(3, 8, 3, 41),
    deployment="support-chat",
    help="write hardware.memory, or add the model to a catalogue of your own",
    fingerprint="00000000000000aa",
)
BROKEN = Finding(
    code="SPEC002",
    name="broken-yaml",
    severity="error",
    certainty="certain",
    message="a flow mapping is not closed",
    path="deploy/broken.yaml",
    span=Span(2, 11, 2, 12),
    fingerprint="00000000000000bb",
    unreadable=True,
)
ASSUMED = (
    Assumption("hardware.replicas", "1", "none are asked for"),
    Assumption("engine.name", "vllm", "the usual server for this hardware"),
)


def judged(
    name: str = "support-chat",
    facts: Facts | None = None,
    *findings: Finding,
    line: int = 1,
    note: str | None = None,
) -> Judged:
    stated: Facts = {"sla.ttft": Quantity(300, "ms")} if name != "helper" else {}
    return Judged(
        path="deploy/ai-deploy.yaml",
        line=line,
        name=name,
        facts=chat_facts() if facts is None else facts,
        stated=stated,
        assumptions=ASSUMED,
        findings=findings,
        note=note,
    )


def run(
    *deployments: Judged, texts: dict[str, str] | None = None, findings: tuple[Finding, ...] = ()
) -> Report:
    shown = {"deploy/ai-deploy.yaml": CHAT} if texts is None else texts
    return Report(
        version="0.1.0",
        files=tuple(shown),
        deployments=deployments,
        findings=findings,
        lines={path: text.split("\n") for path, text in shown.items()},
    )


def _moved(finding: Finding, by: int) -> Finding:
    span = finding.span
    return replace(
        finding, span=Span(span.line + by, span.column, span.end_line + by, span.end_column)
    )


RUNS: dict[str, Callable[[], Report]] = {
    "fits": lambda: run(judged("support-chat", chat_facts(25.0, Answer.YES))),
    "does-not-fit": lambda: run(judged("support-chat", None, OVERCOMMIT)),
    "unknown-model": lambda: run(
        judged("support-chat", unknown_facts(), CANNOT_TELL, note="read as it is written")
    ),
    "broken-beside-good": lambda: run(
        judged("support-chat", chat_facts(25.0, Answer.YES)),
        texts={"deploy/ai-deploy.yaml": CHAT, "deploy/broken.yaml": "version: 1\nhardware: {a\n"},
        findings=(BROKEN,),
    ),
    "api": lambda: run(
        judged("helper", bot_facts(), NEAR_LIMIT), texts={"deploy/ai-deploy.yaml": BOT}
    ),
    "two-documents": lambda: run(
        judged("support-chat", None, OVERCOMMIT),
        judged(
            "helper",
            bot_facts(),
            _moved(NEAR_LIMIT, 8),
            replace(
                _moved(CANNOT_TELL, 8),
                deployment="helper",
                silenced=Silence("waiting for the provider", "2027-01-31", 9),
            ),
            line=9,
        ),
        texts={"deploy/ai-deploy.yaml": CHAT + "---\n" + BOT},
    ),
}
