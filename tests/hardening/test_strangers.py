"""What a stranger's repository, file names or forge may not do."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from aispec.adopt import shell
from aispec.mend.units import respelled
from aispec.pipeline import Options, check
from aispec.policy.finding import Finding, Remedy
from aispec.report.ansi import linked
from aispec.report.report import Report
from aispec.surface import formats
from aispec.surface.cli import remedying
from aispec.surface.cli.app import run
from tests.spec.specimens import SHORT


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "ai-deploy.yaml").write_text(SHORT, encoding="utf-8")
    return folder


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("named", ["link", "link/ai-deploy.yaml", "file.ai-deploy.yaml"])
def test_a_named_link_does_not_lead_out(outside: Path, repository: Path, named: str) -> None:
    (repository / "link").symlink_to(outside)
    (repository / "file.ai-deploy.yaml").symlink_to(outside / "ai-deploy.yaml")
    report = check([named], Options(root=str(repository), repository=str(repository)))
    assert not report.deployments
    assert [f.message for f in report.findings] == ["this is a link that leaves the repository"]


SECRET = "password: hunter2\nuser: [root, admin]\n"
LEADING_OUT = {
    "settings": ({".aispec.yaml": "secret.yaml"}, ""),
    "settings in a folder": ({"sub/.aispec.yaml": "secret.yaml"}, ""),
    "a rule": ({"policy/x.yaml": "secret.yaml"}, "extends: policy"),
    "a folder of rules": ({"policy": "."}, "extends: policy"),
    "a model": ({"catalog/models/x.yaml": "secret.yaml"}, "overlays: catalog"),
    "a catalogue": ({"catalog": "."}, "overlays: catalog"),
    "prices": ({"prices.yaml": "secret.yaml"}, "prices: prices.yaml"),
    "a baseline": ({".aispec-baseline.json": "secret.yaml"}, ""),
    "a rule above": ({}, "extends: ../outside"),
    "a rule by its whole name": ({}, "extends: OUTSIDE"),
    "a catalogue above": ({}, "overlays: ../outside"),
    "prices above": ({}, "prices: ../outside/secret.yaml"),
    "prices by their whole name": ({}, "prices: OUTSIDE/secret.yaml"),
}


@pytest.mark.parametrize("name", LEADING_OUT)
def test_no_link_or_path_leads_out(outside: Path, repository: Path, name: str) -> None:
    (outside / "secret.yaml").write_text(SECRET, encoding="utf-8")
    (repository / "sub").mkdir()
    (repository / "sub" / "ai-deploy.yaml").write_text(SHORT, encoding="utf-8")
    links, settings = LEADING_OUT[name]
    if settings:
        (repository / ".aispec.yaml").write_text(settings.replace("OUTSIDE", str(outside)))
    for link, target in links.items():
        (repository / link).parent.mkdir(parents=True, exist_ok=True)
        (repository / link).symlink_to(outside / target)
    report = check(["."], Options(root=str(repository), repository=str(repository)))
    assert report.exit_code == 2
    assert "SPEC015" in [finding.code for finding in report.findings]
    text = formats.FORMATS["json"](formats.Run(report), True)
    assert not re.search("hunter2|password|admin", text)


def test_a_link_that_stays_is_followed(repository: Path) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "ai-deploy.yaml").write_text(SHORT, encoding="utf-8")
    (repository / "shared.yaml").write_text("ignore: [OPS, COST, LIM, LAT, CMP]", encoding="utf-8")
    (repository / "sub" / ".aispec.yaml").symlink_to("../shared.yaml")
    report = check(["."], Options(root=str(repository), repository=str(repository)))
    assert report.exit_code == 0
    assert not [f for f in report.every() if f.code.startswith(("OPS", "COST", "SPEC"))]


def test_what_is_named_outside_is_read(outside: Path, repository: Path) -> None:
    report = check([str(outside)], Options(root=str(repository), repository=str(repository)))
    assert len(report.deployments) == 1


def test_fix_writes_nothing_through_a_linked_folder(outside: Path, repository: Path) -> None:
    spec = outside / "ai-deploy.yaml"
    spec.write_text(SHORT.replace("bf16", "BF16"), encoding="utf-8")
    before = spec.read_bytes()
    (repository / "sub").symlink_to(outside)
    assert run(["fix", "sub/ai-deploy.yaml"]) == 2
    assert spec.read_bytes() == before


def test_a_pipe_is_written_to_and_a_link_is_followed(repository: Path) -> None:
    (repository / "ai-deploy.yaml").write_text(SHORT, encoding="utf-8")
    (repository / "real.json").write_text("", encoding="utf-8")
    (repository / "link.json").symlink_to("real.json")
    assert run(["check", "--output", "json=link.json", "--output", "concise=/dev/null"]) == 0
    assert (repository / "link.json").is_symlink()
    assert (repository / "real.json").read_text(encoding="utf-8").startswith("{")
    assert not os.path.isfile("/dev/null")


def test_variables_do_not_multiply() -> None:
    assert len(shell.expand("$A" * 100_000, {"A": "x" * 300_000})) <= 20_000


@pytest.mark.usefixtures("untraced")
def test_blank_lines_cost_no_time() -> None:
    from aispec.adopt.draft import AdoptError
    from aispec.adopt.sources import drafts

    began = time.process_time()
    with pytest.raises(AdoptError):
        drafts("hello" + "\n" * 60_000)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("kind", "value", "better"),
    [("share", 60, "60%"), ("share", 1.1, None), ("share", 2, None), ("growth", 50, None)],
)
def test_numbers_in_doubt_are_left(kind: str, value: float, better: str | None) -> None:
    assert respelled(kind, value) == better


def test_a_link_to_a_name_that_is_not_utf_8() -> None:
    assert "%FF" in linked("x", "/a/\udcff.yaml")


def test_an_error_moves_no_terminal(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "x\x1b[31m.yaml"]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fields", "chosen"), [(("budget.monthly", "precision.weights"), 1), (("sla.ttft",), None)]
)
def test_all_remedies_keep_promises(fields: tuple[str, ...], chosen: int | None) -> None:
    remedies = tuple(Remedy(field, {field: 1}, "") for field in fields)
    finding = Finding("A1", "a", "error", "certain", "m", "p", remedies=remedies)
    wanted = None if chosen is None else remedies[chosen]
    assert remedying.chosen((remedying.asked("all"),))(finding) is wanted


def test_edits_of_a_sarif_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr("aispec.mend.mend.with_fields", lambda text, *_: tried.append(1) or text)
    remedies = tuple(Remedy(str(n), {"precision.weights": "fp8"}, "") for n in range(400))
    finding = Finding("A1", "a", "error", "certain", "m", "p", deployment="d", remedies=remedies)
    formats._fixes(Report("0", ("p",), (), (finding,), lines={"p": ["name: d"]}))
    assert 0 < len(tried) < 100
