"""Random specs that remember where each key and value stands, and faults put in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

MODELS = (
    *("meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-30B-A3B", "openai/gpt-oss-20b"),
    *("google/gemma-3-27b-it", "deepseek-ai/DeepSeek-V3", "Qwen/Qwen3.6-27B"),
)
DEVICES = ("h100-sxm-80gb", "a100-40gb", "rtx-4090", "l4", "mi300x", "t4", "m4-max-64gb")
FORMATS = ("bf16", "fp8", "int4-awq", "gguf:Q4_K_M", "nf4", "mxfp4")
ENGINES = ("vllm", "sglang", "tensorrt-llm", "tgi", "llama.cpp", "ollama", "mlx", "transformers")
PROVIDERS = ("openai", "anthropic", "together", "deepseek", "groq")

Path = tuple[str, ...]
Spec = dict[str, Any]


def valid(draw: Random) -> Spec:
    """A spec that the reader accepts, with some of all that a spec may say."""
    spec: Spec = {"version": 1, "name": f"d{draw.randrange(1000)}"}
    if draw.random() < 0.2:
        spec["owner"] = draw.choice(["team-a", "@team", "équipe"])
    if draw.random() < 0.5:
        spec["environment"] = draw.choice(["development", "staging", "production"])
    spec["model"] = {"id": draw.choice(MODELS)}
    if draw.random() < 0.8:
        spec |= _hosted(draw)
    else:
        spec["model"]["id"] = draw.choice((*MODELS, "gpt-4o-mini"))
        spec["api"] = {"provider": draw.choice(PROVIDERS)}
        if draw.random() < 0.4:
            spec["api"]["latency"] = {"ttft": "350ms", "tps": 70}
    spec["workload"] = _workload(draw)
    if draw.random() < 0.5:
        spec["limits"] = {"tpm": draw.choice([40000, "90k", "2M"]), "rpm": 500}
    if draw.random() < 0.6:
        spec["sla"] = {"ttft": {"p95": "300ms"}, "tps": 15, "availability": "99.9%"}
    if draw.random() < 0.5:
        spec["budget"] = {"monthly": draw.choice(["500 USD", "20k USD"])}
    return spec


def _hosted(draw: Random) -> Spec:
    made: Spec = {"precision": {"weights": draw.choice(FORMATS)}}
    if draw.random() < 0.7:
        engine: Spec = {"name": draw.choice(ENGINES)}
        if draw.random() < 0.5:
            engine["max_model_len"] = draw.choice([512, 8192, 131072])
        if draw.random() < 0.5:
            engine["max_num_seqs"] = draw.choice([1, 64, 1024])
        if draw.random() < 0.3:
            engine["gpu_memory_utilization"] = draw.choice([0.5, 0.9])
        made["engine"] = engine
    count = draw.choice([1, 2, 4, 8])
    made["hardware"] = {"accelerator": draw.choice(DEVICES), "count": count}
    if draw.random() < 0.3:
        made["hardware"]["replicas"] = draw.choice([1, 3])
    if draw.random() < 0.4:
        made["hardware"]["price"] = "2.99 USD/hour"
    return made


def _workload(draw: Random) -> Spec:
    made: Spec = {"users": {"daily": draw.choice([1, 1000, 100000])}}
    if draw.random() < 0.4:
        made["users"]["concurrent"] = draw.choice([1, 60, 5000])
    if draw.random() < 0.5:
        made["requests_per_session"] = draw.choice([1, 4, 300])
    made["tokens"] = {"system": 400, "input": draw.choice([10, 1000]), "output": 300}
    if draw.random() < 0.3:
        made["prefix_cache_hit"] = "60%"
    if draw.random() < 0.2:
        made["languages"] = {"en": "70%", "hi": "30%"}
    return made


@dataclass(frozen=True, slots=True)
class Written:
    """A spec's text, and the line and columns at which each path's key and value begin."""

    text: str
    keys: dict[Path, tuple[int, int]]
    values: dict[Path, tuple[int, int]]


def write(spec: Spec) -> Written:
    """Write a spec in blocks."""
    lines: list[str] = []
    keys: dict[Path, tuple[int, int]] = {}
    values: dict[Path, tuple[int, int]] = {}

    def put(part: Spec, path: Path) -> None:
        for key, value in part.items():
            indent = "  " * len(path)
            here = (*path, key)
            keys[here] = (len(lines) + 1, len(indent) + 1)
            if isinstance(value, dict) and value:
                lines.append(f"{indent}{key}:")
                values[here] = (len(lines) + 1, len(indent) + 3)
                put(value, here)
            else:
                values[here] = (len(lines) + 1, len(indent) + len(key) + 3)
                lines.append(f"{indent}{key}: {_scalar(value)}")

    put(spec, ())
    return Written("\n".join(lines) + "\n", keys, values)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if value is None:
        return "null"
    return str(value)


@dataclass(frozen=True, slots=True)
class Fault:
    """A spec with one thing wrong, what, and where a diagnosis must point."""

    kind: str
    text: str
    places: frozenset[tuple[int, int]]


_NAMES: dict[Path, str] = {
    ("model", "id"): "meta-llama/Lama-3.9-8B-Instrukt",
    ("hardware", "accelerator"): "h1000-sxm",
    ("precision", "weights"): "bf61",
    ("engine", "name"): "vlmm",
    ("api", "provider"): "opeani",
}
_FREE = {("owner",), ("name",)}  # any text will do


def faults(draw: Random, count: int) -> Iterator[Fault]:
    """Yield specs with a known fault, of all kinds."""
    kinds = (_wrong_type, _unknown_key, _wrong_unit, _negative, _unknown_name, _missing)
    made = 0
    while made < count:
        fault = draw.choice(kinds)(draw, valid(draw))
        if fault is not None:
            made += 1
            yield fault


def _leaves(spec: Spec, path: Path = ()) -> Iterator[Path]:
    for key, value in spec.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key)


def _parent(spec: Spec, path: Path) -> Spec:
    for key in path[:-1]:
        spec = spec[key]
    return spec


def _replaced(kind: str, spec: Spec, path: Path, value: Any) -> Fault:
    _parent(spec, path)[path[-1]] = value
    written = write(spec)
    return Fault(kind, written.text, frozenset({written.values[path], written.keys[path]}))


def _wrong_type(draw: Random, spec: Spec) -> Fault:
    path = draw.choice([path for path in _leaves(spec) if path != ("version",)])
    return _replaced("wrong type", spec, path, draw.choice([[1, 2], [["x"]], True]))


def _unknown_key(draw: Random, spec: Spec) -> Fault | None:
    path = draw.choice([p for p in _leaves(spec) if p[0] not in ("version", "name", "workload")])
    if path[:-1] == ("languages",):
        return None
    parent = _parent(spec, path)
    wrong = path[-1] + draw.choice(["s_", "_x", "zz"])
    parent[wrong] = parent[path[-1]]
    written = write(spec)
    return Fault("unknown key", written.text, frozenset({written.keys[(*path[:-1], wrong)]}))


def _wrong_unit(draw: Random, spec: Spec) -> Fault | None:
    wanted = {"ttft", "p95", "price", "monthly", "tpm", "availability", "prefix_cache_hit"}
    paths = [path for path in _leaves(spec) if path[-1] in wanted]
    if not paths:
        return None
    return _replaced("wrong unit", spec, draw.choice(paths), "12 bananas")


def _negative(draw: Random, spec: Spec) -> Fault | None:
    wanted = {"count", "max_model_len", "max_num_seqs", "daily", "input", "output", "rpm", "tps"}
    paths = [path for path in _leaves(spec) if path[-1] in wanted]
    return _replaced("negative", spec, draw.choice(paths), -5) if paths else None


def _unknown_name(draw: Random, spec: Spec) -> Fault | None:
    paths = [path for path in _leaves(spec) if path in _NAMES]
    path = draw.choice(paths)
    return _replaced("unknown name", spec, path, _NAMES[path])


def _missing(draw: Random, spec: Spec) -> Fault:
    key = draw.choice(["version", "name", "workload"])
    del spec[key]
    return Fault(f"no {key}", write(spec).text, frozenset({(1, 1)}))
