"""A stranger's text is shown wherever it stands, and obeyed by nothing that shows it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from aispec.pipeline import Options, check
from aispec.surface.cli.app import run
from aispec.surface.formats import FORMATS, Run
from tests.hardening.sound import FORMS, steering, unsound
from tests.hardening.stranger import TEXTS, places, repository, specs

OPTIONS = Options(today=date(2026, 11, 22), remedies=False)
COMMAND = re.compile(r"^\s*::[a-z]|##\[|##vso\[", re.IGNORECASE | re.MULTILINE)
TODAY = ("--today", "2026-11-22")
COMMANDS: dict[str, tuple[str, ...]] = {
    **{
        f"check {form}": ("check", "--format", form, "-v", *TODAY)
        for form in FORMATS
        if form != "x"
    },
    "report": ("report", *TODAY),
    "report html": ("report", "--format", "html", *TODAY),
    "facts": ("facts", *TODAY),
    "facts json": ("facts", "--format", "json", *TODAY),
    "explain a rule": ("explain", "ACME001"),
    "explain a figure": ("explain", "cost.month", *TODAY),
    "explain a licence": ("explain", "model.license", *TODAY),
    "rules list": ("rules", "list", "--effective", "ai-deploy.yaml"),
    "rules test": ("rules", "test", "policy"),
    "fix": ("fix", "--diff", *TODAY),
    "baseline": ("baseline", *TODAY),
    "no such file": ("check", "FILE"),
    "no such rule": ("explain", "TEXT"),
    "no such command": ("TEXT",),
    "no such model": ("catalog", "models", "TEXT"),
    "no such price": ("catalog", "prices", "TEXT"),
    **{
        f"plan {form}": ("plan", "SPEC", "--max-gpus", "1", "--format", form, *TODAY)
        for form in ("terminal", "json", "markdown", "html")
    },
    **{
        f"diff {form}": ("diff", "before.yaml", "SPEC", "--format", form, *TODAY)
        for form in ("terminal", "json", "markdown")
    },
}
BEFORE = """\
version: 1
name: d
model: llama-3.1-8b-instruct
hardware: 1x a100-40gb
workload: {users: 1000/day, tokens_per_session: 2000}
"""


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_field_and_key_of_a_spec(text: str) -> None:
    seen = set()
    for some, spec in specs(text):
        seen.update(some)
        report = check((), OPTIONS, {"ai-deploy.yaml": json.dumps(spec)})
        texts = {form: write(Run(report), True) for form, write in FORMATS.items()}
        assert unsound(texts) is None, (some, spec)
    assert seen == set(places())
    assert len(seen) > 150


@pytest.fixture(params=TEXTS.values(), ids=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def here(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    repository(tmp_path, text)
    (tmp_path / "before.yaml").write_text(BEFORE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command(
    name: str, text: str, here: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    spec = next(path for path in sorted(here.rglob("0.ai-deploy.yaml")))
    stand = {"TEXT": text, "SPEC": str(spec.relative_to(here)), "FILE": text.replace("\0", "")}
    arguments = [stand.get(word, word) for word in COMMANDS[name]]
    assert run(arguments) in (0, 1, 2)
    told, errors = (each.decode("utf-8") for each in capfdbinary.readouterr())
    form = name.partition(" ")[2]
    if name.startswith("check") or form in ("html", "markdown"):
        assert unsound({form: told}) is None
    if form in FORMS and form != "github":
        assert len(told) > 500
    assert steering({"output": told, "errors": errors}) is None
    assert not COMMAND.search(errors)
    if form not in ("github", "html", "junit"):
        assert not COMMAND.search(told)
