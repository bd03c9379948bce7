"""How long rules take: 200 of them over 1,000 specs, and remedies for each deployment.

`python -m benchmarks.rules` writes specs and an organisation's rules into a folder of its own, runs
`aispec check` on them as a process of its own, and says how long the whole run, its parts and the
search for remedies took. The same input every time; the figures are those of the machine.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import yaml

from aispec.record import replace

TODAY = date(2026, 11, 22)
SPECS = 1_000
RULES = 200
DEPLOYMENTS = 200
_SEED = 2026

_MODELS = ("llama-3.1-8b-instruct", "qwen2.5-32b-instruct", "mixtral-8x7b-instruct-v0.1", "phi-4")
_CARDS = ("l4", "l40s", "a100-80gb", "h100-sxm-80gb", "rtx-4090", "t4")
_FORMATS = ("bf16", "fp8", "int4-awq", "gguf:Q4_K_M")
_APIS = (("gpt-4o-mini", "openai"), ("claude-sonnet-4-5", "anthropic"), ("gpt-5.2", "azure"))
_FACTS = (
    ("memory.needed", "GiB", "memory.offered"),
    ("cost.month", "USD/month", "budget.monthly"),
    ("latency.ttft", "ms", "sla.ttft"),
    ("limits.tpm_needed", "tokens/min", "limits.tpm_plan"),
    ("context.used", "tokens", "context.limit"),
    ("workload.tokens_per_day", "tokens/day", "limits.tpd"),
)


def specs(number: int) -> Iterator[dict[str, Any]]:
    """Yield so many specs as teams write them: most self-hosted, some behind an API."""
    dice = random.Random(_SEED)
    for place in range(number):
        spec = _by_api(dice) if dice.random() < 0.25 else _self_hosted(dice)
        yield {"version": 1, "name": f"service-{place}", "owner": "team-bench"} | spec


def _self_hosted(dice: random.Random) -> dict[str, Any]:
    weights = dice.choice(_FORMATS)
    engine = "llama.cpp" if weights.startswith("gguf") else "vllm"
    hardware = {"accelerator": dice.choice(_CARDS), "count": dice.choice((1, 1, 2))}
    return {
        "environment": dice.choice(("production", "staging")),
        "model": {"id": dice.choice(_MODELS)},
        "precision": {"weights": weights},
        "engine": {"name": engine, "max_model_len": dice.choice((4096, 8192, 16384))},
        "hardware": hardware | {"price": f"{dice.choice((0.8, 1.9, 3.2))} USD/hour"},
        "workload": _load(dice),
        "sla": {"ttft": "800ms", "tps": 15},
        "budget": {"monthly": f"{dice.choice((500, 3000, 20000))} USD"},
    }


def _by_api(dice: random.Random) -> dict[str, Any]:
    model, provider = dice.choice(_APIS)
    return {
        "environment": "production",
        "model": {"id": model},
        "api": {"provider": provider, "tier": str(dice.choice((1, 2, 3)))},
        "workload": _load(dice),
        "limits": {"tpm": dice.choice((40_000, 400_000)), "rpm": 500},
        "budget": {"monthly": "2000 USD"},
    }


def _load(dice: random.Random) -> dict[str, Any]:
    return {
        "users": {"daily": dice.choice((200, 2_000, 20_000))},
        "requests_per_session": dice.choice((1, 3, 6)),
        "tokens": {
            "system": dice.randrange(100, 900),
            "context": dice.randrange(0, 4_000),
            "input": dice.randrange(50, 400),
            "output": dice.randrange(100, 800),
        },
    }


def rules(number: int) -> Iterator[dict[str, Any]]:
    """Yield so many rules of an organisation, no two alike: some find something, most do not."""
    dice = random.Random(_SEED)
    for place in range(number):
        fact, unit, other = _FACTS[place % len(_FACTS)]
        bound = round(10 ** dice.uniform(1, 6), 2)
        yield {
            "code": f"BENCH{place + 1:03}",
            "name": f"bench-{place + 1}",
            "summary": f"The deployment has more than {bound:g} of {fact}.",
            "severity": ("error", "warning", "note")[place % 3],
            "since": "0.1.0",
            "applies": f'known({fact}) and environment == "production"',
            "when": f"{fact} > {bound:g} {unit} and {fact} > {0.5 + place / number:.3f} * {other}",
            "at": ("hardware", "workload", "model")[place % 3],
            "message": f"{{{{ name }}}} has {{{{ {fact} | value }}}}, over {{{{ {other} }}}}",
            "help": "have less",
            "why": "It is here to be judged, and to be one of many such rules.",
            "examples": [{"title": "anything", "spec": {"version": 1}, "finds": "nothing"}],
        }


def lay_out(folder: Path, specs_wanted: int, rules_wanted: int) -> None:
    """Write specs, an organisation's rules and the settings that name them into a folder."""
    from aispec.policy.rule import load_builtin

    own = rules_wanted - sum(not rule.reader for rule in load_builtin())
    (folder / "policy").mkdir()
    for rule in rules(max(own, 0)):
        path = folder / "policy" / f"{rule['name']}.yaml"
        path.write_text(yaml.safe_dump(rule, sort_keys=False, width=200), encoding="utf-8")
    (folder / ".aispec.yaml").write_text("extends: [policy]\n", encoding="utf-8")
    for spec in specs(specs_wanted):
        home = folder / "deploy" / spec["name"]
        home.mkdir(parents=True)
        text = yaml.safe_dump(spec, sort_keys=False, width=200)
        (home / "ai-deploy.yaml").write_text(text, encoding="utf-8")


def whole_run(folder: Path) -> tuple[float, float]:
    """Return the seconds of `aispec check` for the folder, as a process: all, and those of CPU."""
    command = (sys.executable, "-m", "aispec", "check", ".", "--today", str(TODAY))
    started, spent = perf_counter(), _cpu_of_children()
    run = subprocess.run(
        (*command, "--format", "concise", "--output", "report.txt"),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = perf_counter() - started
    if run.returncode not in (0, 1):
        raise SystemExit(run.stderr)
    return seconds, _cpu_of_children() - spent


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def parts(folder: Path) -> dict[str, float]:
    """Return the CPU seconds of each stage of a run in this process, cold."""
    from aispec import pipeline
    from aispec.pipeline import Options, check

    spent: dict[str, float] = {}
    stages = {"read_file": "reading", "place_all": "resolving", "give_facts": "estimating"}
    for name, told in (stages | {"judged": "judging"}).items():
        setattr(pipeline, name, _timed(getattr(pipeline, name), told, spent))
    options = Options(root=str(folder), repository=str(folder), today=TODAY, remedies=False)
    started = process_time()
    check(("deploy",), options)
    spent["in all"] = process_time() - started
    return spent


def _timed(work: Callable[..., Any], told: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        started = process_time()
        try:
            return work(*given, **named)
        finally:
            spent[told] = spent.get(told, 0.0) + process_time() - started

    return timed


def remedies(number: int) -> list[float]:
    """Return the CPU seconds that remedies take for each of so many broken deployments."""
    import json

    from aispec.pipeline import Options, check
    from tools.rewriting import broken_specs

    options = Options(root="/nonexistent", today=TODAY)
    taken = []
    for spec in broken_specs(number):
        text = {"ai-deploy.yaml": json.dumps(spec)}
        times = []
        for asked in (False, True):
            best = []
            for _ in range(3):
                started = process_time()
                check((), replace(options, remedies=asked), text)
                best.append(process_time() - started)
            times.append(min(best))
        taken.append(times[1] - times[0])
    return sorted(taken)


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--specs", type=int, default=SPECS)
    asked.add_argument("--rules", type=int, default=RULES)
    asked.add_argument("--deployments", type=int, default=DEPLOYMENTS)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder, given.specs, given.rules)
        print(f"{given.rules} rules over {given.specs} specs")
        taken, spent = min(whole_run(folder) for _ in range(3))
        print(f"  whole run     {taken:6.2f} s, {spent:.2f} s of CPU")
        gc.disable()  # as the command does
        for told, seconds in parts(folder).items():
            print(f"  {told:<13} {seconds:6.2f} s of CPU")
    times = remedies(given.deployments)
    print(f"remedies for each of {given.deployments} broken deployments")
    for share in (0.5, 0.9, 0.99, 1.0):
        place = min(int(share * len(times)), len(times) - 1)
        print(f"  p{share * 100:<12g} {times[place] * 1000:6.1f} ms of CPU")


if __name__ == "__main__":
    main()
