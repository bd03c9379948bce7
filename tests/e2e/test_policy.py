"""An organisation's settings and rules, as its people meet them: on the command line."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from aispec.policy.rule import load_builtin
from aispec.surface.cli.app import run

PACK = Path(__file__).parents[2] / "examples" / "policy"
SPEC = """version: 1
name: {name}
model: llama-3.3-70b-instruct
precision: bf16
engine: {{name: vllm, version: "0.11", max_model_len: 8192}}
hardware: {{accelerator: h100-sxm-80gb, count: 2, price: 2 USD/hour}}
workload: {{users: {{concurrent: 20}}, tokens: {{input: 3000, output: 500}}}}
sla: {{ttft: 60s}}
"""
DAY = ["--today", "2026-11-22"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    write(root / "deploy" / "chat.ai-deploy.yaml", SPEC.format(name="chat"))
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def check(capfd: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    """What a check says: each finding's severity by code and deployment, and the exit code."""
    capfd.readouterr()
    code = run(["check", "--format", "json", "--no-remedies", *DAY, *more])
    data = json.loads(capfd.readouterr().out)
    found = [*data["findings"], *(f for each in data["deployments"] for f in each["findings"])]
    return {
        "exit": code,
        "found": {f["code"]: f["severity"] for f in found},
        "by": {(f["deployment"], f["code"]) for f in found},
        "messages": [f["message"] for f in found],
        "silenced": [f["code"] for f in data["silenced"]],
        "data": data,
    }


def settings(root: Path, text: str) -> None:
    write(root / ".aispec.yaml", text)


def test_select_and_ignore(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    everything = check(capfd)["found"]
    assert {"FIT001", "COST004"} <= everything.keys()
    settings(repository, "select: [FIT, COST004]\n")
    assert check(capfd)["found"].keys() == {"FIT001", "COST004"}
    settings(repository, "select: [FIT, COST004]\nignore: [FIT]\n")
    result = check(capfd)
    assert (result["found"].keys(), result["exit"]) == ({"COST004"}, 0)
    assert check(capfd, "--select", "FIT001,COST")["found"].keys() >= {"COST004"}


def test_severity_and_fail_on(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings(repository, "select: [FIT001]\nseverity: {FIT001: note}\n")
    result = check(capfd)
    assert (result["found"]["FIT001"], result["exit"]) == ("note", 0)
    assert check(capfd, "--fail-on", "note")["exit"] == 1
    settings(repository, "select: [FIT001]\nseverity: {FIT001: note}\nfail_on: note\n")
    assert check(capfd)["exit"] == 1
    settings(repository, 'select: [FIT001]\nseverity: {FIT001: "off"}\n')
    assert check(capfd)["found"] == {}


def test_overrides_hold_for_their_paths(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(repository / "legacy" / "old.ai-deploy.yaml", SPEC.format(name="old"))
    settings(
        repository,
        'select: [FIT001]\noverrides:\n  - paths: "legacy/**"\n    severity: {FIT001: warning}\n',
    )
    data = check(capfd)["data"]
    found = {
        each["name"]: [f["severity"] for f in each["findings"]] for each in data["deployments"]
    }
    assert found == {"chat": ["error"], "old": ["warning"]}


def test_assumptions_change_the_figures(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spec = SPEC.format(name="daily").replace("{concurrent: 20}", "{daily: 20000}")
    write(repository / "deploy" / "chat.ai-deploy.yaml", spec)
    peak = "workload.peak_requests_per_second"
    before = check(capfd)["data"]["deployments"][0]["facts"][peak]["value"]
    settings(repository, "assumptions: {peak_hour_share: 30%}\n")
    after = check(capfd)["data"]["deployments"][0]["facts"][peak]["value"]
    assert after == pytest.approx(2 * before)


def test_what_an_organisation_forbids_cannot_be_silenced(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    above = "# aispec: allow memory-overcommit -- we know, team-chat\nhardware:"
    spec = SPEC.format(name="chat").replace("hardware:", above)
    write(repository / "deploy" / "chat.ai-deploy.yaml", spec)
    assert check(capfd)["silenced"] == ["FIT001"]
    settings(repository, "forbid_silencing: [FIT]\n")
    result = check(capfd)
    assert result["silenced"] == []
    assert {"FIT001", "OPS905"} <= result["found"].keys()


def test_the_pack_in_a_folder_governs(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(PACK / "rules", repository / "policy")
    settings(repository, "extends: policy\nselect: [ACME]\n")
    assert check(capfd)["found"] == {"ACME004": "error", "ACME005": "error"}


def test_the_pack_in_an_installed_package_governs_and_does_not_run(
    repository: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = repository.parent / "site" / "acme_ai_policy"
    shutil.copytree(PACK / "rules", package / "rules")
    write(package / "__init__.py", "raise SystemExit('a policy is data')\n")
    monkeypatch.syspath_prepend(str(package.parent))
    for name in ("pkg:acme-ai-policy", "acme-ai-policy", "acme_ai_policy"):
        settings(repository, f"extends: [{name!r}]\nselect: [ACME]\n")
        assert check(capfd)["found"].keys() == {"ACME004", "ACME005"}
    assert "acme_ai_policy" not in sys.modules


@pytest.mark.parametrize("name", ["no-such-policy", "pkg:os", "pkg:a.b", "../outside", "pkg:"])
def test_a_policy_that_is_not_there_is_an_error_of_the_settings(
    name: str, repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (repository.parent / "outside").mkdir()
    settings(repository, f"extends: [{name!r}]\n")
    result = check(capfd)
    assert result["exit"] == 2
    assert any(name in message for message in result["messages"])


def effective(capfd: pytest.CaptureFixture[str], path: str) -> dict[str, tuple[str, str]]:
    capfd.readouterr()
    assert run(["rules", "list", "--effective", path, "--format", "json"]) == 0
    rules = json.loads(capfd.readouterr().out)["rules"]
    return {rule["code"]: (rule["severity"], rule["by"]) for rule in rules}


def test_who_decided_over_a_rule(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(PACK / "rules", repository / "policy")
    settings(
        repository,
        "extends: policy\n"
        "ignore: [LAT]\n"
        "severity:\n"
        "  COST: warning\n"
        "  COST001: note\n"
        "  FIT004: 'off'\n"
        "overrides:\n"
        "  - paths: legacy/**\n"
        "    ignore: [ACME004]\n",
    )
    here = effective(capfd, "deploy/chat.ai-deploy.yaml")
    assert here["FIT001"] == ("error", "the rule itself")
    assert here["ACME004"] == ("error", ".aispec.yaml:1 (extends)")
    assert here["LAT001"] == ("off", ".aispec.yaml:2 (ignore)")
    assert here["COST001"] == ("note", ".aispec.yaml:5 (severity.COST001)")
    assert here["COST004"] == ("warning", ".aispec.yaml:4 (severity.COST)")
    assert here["FIT004"] == ("off", ".aispec.yaml:6 (severity.FIT004)")
    legacy = effective(capfd, "legacy/old.ai-deploy.yaml")
    assert legacy["ACME004"] == ("off", ".aispec.yaml:9 (overrides.ignore)")
    settings(repository, "select: [FIT]\n")
    here = effective(capfd, "deploy/chat.ai-deploy.yaml")
    assert here["FIT001"] == ("error", ".aispec.yaml:1 (select)")
    assert here["LAT001"] == ("off", ".aispec.yaml:1 (select)")
    assert run(["rules", "list", "FIT", "--effective", "deploy/chat.ai-deploy.yaml"]) == 0
    number = sum(rule.prefix == "FIT" for rule in load_builtin())
    assert f"{number} of {number} rules run here." in capfd.readouterr().out


def test_the_example_pack_holds(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PACK)
    assert run(["rules", "test", "rules"]) == 0
    assert "5 rules, 10 examples: all as they say" in capfd.readouterr().out
    assert check(capfd)["exit"] == 0
    assert run(["explain", "ACME003"]) == 0
    assert "interruptible-production" in capfd.readouterr().out


def test_a_rule_is_begun_filled_in_and_tested(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", "new", "nameless-service", "--prefix", "ACME"]) == 0
    assert run(["rules", "new", "loud-service", "--prefix", "ACME", "--topic", "cost"]) == 0
    first = repository / "rules" / "operations" / "nameless-service.yaml"
    second = repository / "rules" / "cost" / "loud-service.yaml"
    assert "code: ACME001" in first.read_text(encoding="utf-8")
    assert "code: ACME002" in second.read_text(encoding="utf-8")
    second.unlink()
    assert run(["rules", "test", "rules"]) == 0
    text = first.read_text(encoding="utf-8")
    write(first, text.replace("not given(owner)", "given(owner)"))
    assert run(["rules", "test", "rules"]) == 1
    assert "it finds nothing, not: support-chat" in capfd.readouterr().out
    write(first, text.replace("not given(owner)", "not given(ownr)"))
    assert run(["rules", "test", "rules"]) == 2
    assert "ownr is not the name of a fact or a field" in capfd.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["Not A Name"], ["ok", "--prefix", "FIT"], ["ok", "--prefix", "x"], ["ok", "--topic", "../x"]],
)
def test_a_rule_that_cannot_be(arguments: list[str], repository: Path) -> None:
    assert run(["rules", "new", *arguments]) == 2
    assert not (repository / "rules").exists()


def test_three_values_and_strict(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Certain is an error, possible a warning, unknown a note; strict counts what is unknown."""
    spec = SPEC.format(name="chat") + "budget: {monthly: BUDGET USD}\n"
    file = repository / "deploy" / "chat.ai-deploy.yaml"
    wide = spec.replace(", price: 2 USD/hour", "")
    cases = (("5", spec, "error"), ("9000", wide, "warning"))
    for budget, text, severity in cases:
        write(file, text.replace("BUDGET", budget))
        assert check(capfd, "--select", "COST001")["found"] == {"COST001": severity}
    unknown = wide.replace("h100-sxm-80gb, count: 2", "tesla-k80, count: 2")
    unknown = unknown.replace("tesla-k80", "rtx-2080-ti")
    write(file, unknown.replace("BUDGET", "9000"))
    result = check(capfd, "--select", "COST001")
    assert (result["found"], result["exit"]) == ({"COST001": "note"}, 0)
    assert result["messages"][0].startswith("cannot tell whether")
    result = check(capfd, "--select", "COST001", "--strict")
    assert (result["found"], result["exit"]) == ({"COST001": "error"}, 1)
