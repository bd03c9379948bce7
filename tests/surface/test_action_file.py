"""`action.yml` by GitHub's schema and by zizmor, and against what its code reads and writes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from aispec.record import fields
from aispec.surface.action.inputs import Inputs, read

ROOT = Path(__file__).resolve().parents[2]
SAID = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
CI = ROOT / "examples" / "ci"
WORKFLOWS = sorted(CI.glob("github-*.yml"))


def tool(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_passes_githubs_schema() -> None:
    schema = ("--builtin-schema", "vendor.github-actions")
    run(tool("check-jsonschema"), *schema, str(ROOT / "action.yml"))


def test_workflows_pass_githubs_schema() -> None:
    schema = ("--builtin-schema", "vendor.github-workflows")
    run(tool("check-jsonschema"), *schema, *map(str, WORKFLOWS))


@pytest.mark.parametrize("file", [ROOT / "action.yml", *WORKFLOWS], ids=lambda file: file.name)
def test_zizmor_has_nothing_to_say(file: Path) -> None:
    run(tool("zizmor"), "--offline", "--no-progress", "--persona", "pedantic", str(file))


def test_it_is_a_composite_without_other_actions() -> None:
    assert SAID["runs"]["using"] == "composite"
    for step in SAID["runs"]["steps"]:
        assert "uses" not in step
        assert "${{" not in step["run"], "an input in a script is code"


def test_every_input_reaches_the_code_with_its_usual_value() -> None:
    *_, check = SAID["runs"]["steps"]
    given = dict(re.findall(r"(\w+): \$\{\{ inputs\.([\w-]+) \}\}", yaml.safe_dump(check["env"])))
    assert {*given.values(), "working-directory", "python"} == set(SAID["inputs"])
    told = {name: str(SAID["inputs"][field]["default"]) for name, field in given.items()}
    told["GITHUB_TOKEN"] = ""
    assert read(told) == Inputs()
    assert len(fields(Inputs)) == len(given)


def test_every_output_is_one_that_the_code_writes() -> None:
    written = {
        *("status", "errors", "warnings", "fits", "cost-before", "cost-after", "currency"),
        *("report", "json", "sarif", "comment", "comment-url"),
    }
    assert set(SAID["outputs"]) == written
    for name, said in SAID["outputs"].items():
        assert said["value"] == f"${{{{ steps.check.outputs.{name} }}}}"


def test_the_documentation_names_every_input_and_output_as_the_file_does() -> None:
    page = (ROOT / "docs" / "ci" / "github.md").read_text("utf-8")
    for name, said in SAID["inputs"].items():
        usual = f" `{said['default']}` " if said["default"] else " "
        assert f"| `{name}` | {said['description']} |{usual}|\n" in page
    for name, said in SAID["outputs"].items():
        assert f"| `{name}` | {said['description']} |\n" in page
    for link in re.findall(r"\(([./]+examples/[^)]+)\)", page):
        assert (ROOT / "docs" / "ci" / link).exists(), link


def test_no_example_runs_a_strangers_code_with_rights() -> None:
    for file in WORKFLOWS:
        text = file.read_text("utf-8")
        assert "pull_request_target" not in text
        workflow = yaml.safe_load(text)
        assert "permissions" in workflow, file.name
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                if "uses" in step:
                    assert re.search(r"@[0-9a-f]{40}$", step["uses"]), step["uses"]
