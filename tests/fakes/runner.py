"""Runs a composite action as GitHub's runner does: each step a process, told by its environment.

Expressions may be a whole value or a part of one, and name inputs, `github.token` or a step's
output. `uses:` is refused, since the action may not have any.
"""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_OUTPUT = re.compile(r"^([\w-]+)<<(\S+)\n(.*?)\n?^\2$", re.MULTILINE | re.DOTALL)
_SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
_KEPT = ("PATH", "HOME", "LANG")


@dataclass
class Ran:
    """What an action did: its last exit code, outputs, summaries of all steps, and its log."""

    code: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    log: str = ""


@dataclass
class Runner:
    """`folder` holds the runner's own files; `environment` is what GitHub sets for every job."""

    folder: Path
    workspace: Path
    environment: dict[str, str]
    token: str = "ghs_of_the_workflow"

    def run(self, action: Path, **inputs: str) -> Ran:
        """Run an action; an input's `-` is written as `_`."""
        said = yaml.safe_load((action / "action.yml").read_text("utf-8"))
        assert said["runs"]["using"] == "composite"
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert set(given) <= set(said["inputs"]), "an input that the action has not"
        known = {"github.token": self.token}
        for name, about in said["inputs"].items():
            known[f"inputs.{name}"] = given.get(name, self._filled(about["default"], known))
        ran = Ran()
        for number, step in enumerate(said["runs"]["steps"]):
            self._step(step, number, action, known, ran)
            if ran.code:
                break
        ran.outputs = {
            name: self._filled(about["value"], known) for name, about in said["outputs"].items()
        }
        return ran

    def _step(self, step: dict, number: int, action: Path, known: dict[str, str], ran: Ran) -> None:
        assert "uses" not in step
        output, summary, script = (
            self.folder / f"{name}-{number}" for name in ("output", "summary", "script.sh")
        )
        for file in (output, summary):
            file.write_text("", encoding="utf-8")
        script.write_text(self._filled(step["run"], known), encoding="utf-8")
        (self.folder / "temp").mkdir(exist_ok=True)
        own = {name: self._filled(value, known) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            [*_SHELLS[step["shell"]], str(script)],
            cwd=self.workspace / self._filled(step.get("working-directory", "."), known),
            env={
                **{name: os.environ[name] for name in _KEPT if name in os.environ},
                "GITHUB_ACTIONS": "true",
                "CI": "true",
                "GITHUB_ACTION_PATH": str(action),
                "GITHUB_WORKSPACE": str(self.workspace),
                "RUNNER_TEMP": str(self.folder / "temp"),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                **self.environment,
                **own,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        ran.code = done.returncode
        ran.log += done.stdout.decode("utf-8")
        ran.summary += summary.read_text("utf-8")
        for name, value in outputs_of(output).items():
            known[f"steps.{step.get('id')}.outputs.{name}"] = value

    @staticmethod
    def _filled(text: str, known: dict[str, str]) -> str:
        return _EXPRESSION.sub(lambda match: known.get(match[1], ""), text)


def outputs_of(file: Path) -> dict[str, str]:
    """What a step wrote to its file of outputs."""
    return {name: value for name, _, value in _OUTPUT.findall(file.read_text("utf-8"))}
