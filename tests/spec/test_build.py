"""Short forms mean what their long forms say."""

from __future__ import annotations

from typing import Any

import pytest

from aispec.record import replace
from aispec.spec import model as m
from aispec.spec.reader import read
from tests.spec.specimens import DOOR, HOSTED, LONG, SHORT

HEAD = "version: 1\nname: x\nmodel: m\nhardware: h\n"


def spec(text: str) -> m.Spec:
    file = read(text, "ai-deploy.yaml")
    assert file.problems == ()
    [located] = file.deployments
    return located.spec


def test_the_short_spec() -> None:
    assert spec(SHORT) == m.Spec(
        version=1,
        name="support-chat",
        model=m.ModelRef(id="llama-3.1-8b-instruct"),
        precision=m.Precision(weights="bf16"),
        hardware=m.Hardware(accelerator="a100-40gb", count=1),
        workload=m.Workload(users=m.Users(daily=1000), tokens_per_session=2000),
        limits=m.Limits(tpm=40000),
        sla=m.Sla(ttft=m.Target(0.3), tps=m.Target(15)),
    )


def test_the_long_spec() -> None:
    long = spec(LONG)
    assert long.model == m.ModelRef(
        id="meta-llama/Llama-3.1-8B-Instruct",
        revision="0e9e39f249a16976918f6564b8830bc894c89659",
        path="./model",
        adapters=m.Adapters(4, 16),
        draft=m.Draft("llama-3.2-1b", 5),
        architecture={
            "type": "dense",
            "layers": 32,
            "hidden_size": 4096,
            "num_heads": 32,
            "vocab_size": 32000,
        },
    )
    assert long.engine == m.Engine(
        name="vllm",
        version="0.11",
        max_model_len=8192,
        max_num_seqs=64,
        max_num_batched_tokens=8192,
        gpu_memory_utilization=0.9,
        enforce_eager=False,
        cpu_offload=0,
    )
    assert long.hardware == m.Hardware(
        accelerator="h100-sxm-80gb",
        count=2,
        parallelism=m.Parallelism(tensor=2, pipeline=1, data=1, expert=1),
        replicas=3,
        instance="aws/p5.48xlarge",
        purchase="on-demand",
        price=2.99,
        hours=730,
        memory=128e9,
    )
    assert long.workload == m.Workload(
        users=m.Users(1000, 60),
        sessions_per_user=1,
        requests_per_session=4,
        tokens=m.Tokens(400, 600, 1200, 100, 300),
        prompts={"system": "prompts/system.txt"},
        languages={"en": 0.7, "hi": 0.3},
        prefix_cache_hit=0.6,
        images=m.Media(1, 1105),
        batch=(m.BatchJob("nightly", 10000, 400, 100, 7200),),
    )
    assert long.limits == m.Limits(tpm=40000, rpm=500, tpd=2e6)
    assert long.sla == m.Sla("chat", m.Target(0.3), None, m.Target(15), m.Target(10), 0.999)
    assert long.budget == m.Budget(500, 0.02, 0.25)
    assert long.assumptions == {"peak_hour_share": 0.15, "output_share": 0.25}


def test_an_architecture_is_held_to_the_catalogue_s_schema() -> None:
    text = LONG.replace("vocab_size: 32000", "vocab: 32000")
    (problem,) = read(text, "x.yaml").problems
    assert (problem.code, problem.path) == ("SPEC005", ("model", "architecture", "vocab"))


def test_a_hosted_spec_and_a_front_door() -> None:
    assert spec(HOSTED).api == m.Api(
        "openai", "2", False, m.ApiPrice(0.15, 0.6, 0.075), m.ApiLatency(0.35, 70)
    )
    assert spec(DOOR).routes == (m.Route("small-chat", 0.9), m.Route("large-chat", 0.1))


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("precision: fp8", "precision: {weights: fp8}"),
        ("engine: vllm", "engine: {name: vllm}"),
        ("engine: vllm 0.10", "engine: {name: vllm, version: 0.10}"),
        ("engine: vllm 0.10", 'engine: {name: vllm, version: "0.10"}'),
        ("workload: {users: 1000}", "workload: {users: {daily: 1000/day}}"),
        ("workload: {users: 1k/day}", "workload: {users: {daily: 1000}}"),
        ("limits: {tpm: 40k}", "limits: {tpm: 40000/min}"),
        ("sla: {ttft: 300}", "sla: {ttft: {p95: 300ms}}"),
        ("sla: {e2e: 10}", "sla: {e2e: {p95: 10s}}"),
        ("sla: {tpot: 30}", "sla: {tpot: {p95: 0.03s}}"),
        ("sla: {tps: 15}", "sla: {tps: {p95: 15 tokens/s}}"),
        ("budget: {monthly: 500}", "budget: {monthly: 500 USD/month}"),
        ("sla: {availability: 0.999}", "sla: {availability: 99.9%}"),
        ("owner: &o a\nuse: internal", "use: internal\nowner: a"),
    ],
)
def test_short_is_long(short: str, long: str) -> None:
    work = "" if "workload" in short else "workload: {users: 1}\n"
    assert spec(f"{HEAD}{work}{short}\n") == spec(f"{HEAD}{work}{long}\n")


@pytest.mark.parametrize(
    ("written", "count", "accelerator"),
    [
        ("h100", None, "h100"),
        ("1x h100", 1, "h100"),
        ("8 x h100-sxm-80gb", 8, "h100-sxm-80gb"),
        ("2× rtx 4090", 2, "rtx 4090"),
        ("4XH100", 4, "H100"),
        ("2x4090", 2, "4090"),
        ("4090", None, "4090"),
        ("m3 max", None, "m3 max"),
    ],
)
def test_hardware_in_short(written: str, count: int | None, accelerator: str) -> None:
    text = f"version: 1\nname: x\nmodel: m\nhardware: '{written}'\n"
    assert spec(text).hardware == m.Hardware(accelerator=accelerator, count=count)


def test_a_model_that_is_a_path() -> None:
    text = HEAD.replace("model: m", "model: ./weights.gguf")
    assert spec(text).model == m.ModelRef(path="./weights.gguf")


def test_percentiles() -> None:
    built = spec(f"{HEAD}sla: {{ttft: {{p99.9: 1s}}, tps: {{p50: 20}}}}\n").sla
    assert built == m.Sla(ttft=m.Target(1, 99.9), tps=m.Target(20, 50))


def test_figures_are_floats_and_knobs_whole() -> None:
    text = f"{HEAD}limits: {{tpm: 4e4}}\nengine: {{max_model_len: 1e3}}\n"
    built: Any = spec(text)
    assert type(built.limits.tpm) is float
    assert type(built.engine.max_model_len) is int


def test_what_is_left_out_is_left_out() -> None:
    bare = spec(HEAD)
    assert bare == replace(bare, workload=None, limits=m.Limits(), sla=m.Sla(), budget=m.Budget())
