"""`aispec fix` as people run it: what it writes, shows, refuses, and its exit codes."""

from pathlib import Path

import pytest

from tests.e2e.inside import inside
from tests.e2e.test_command import GOOD, aispec
from tests.e2e.test_init import on_a_terminal

TODAY = ("--today", "2026-11-22")
MISSPELT = """\
version: 1
nmae: chat            # keep me
model: GPT-4o-Mini
api: OpenAI
workload: {users: 1000 / day, tokens_per_session: 2 K}
sla: {ttft: 5 SEC}
"""
MENDED = """\
version: 1
name: chat            # keep me
model: gpt-4o-mini
api: openai
workload: {users: 1000/day, tokens_per_session: 2k}
sla: {ttft: 5s}
"""
TOO_LARGE = """\
# the large one
version: 1
name: large
model: llama-3.3-70b-instruct   # the model
precision: bf16
hardware: 1x h100-sxm-80gb      # one is not enough
workload: {users: 100/day, tokens_per_session: 2000}
budget: {monthly: 9000 USD}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "ai-deploy.yaml"
    path.write_text(MISSPELT, encoding="utf-8")
    return path


def test_what_it_mends_and_shows(spec: Path) -> None:
    run = aispec("fix", cwd=spec.parent)
    assert run.returncode == 0
    assert spec.read_text(encoding="utf-8") == MENDED
    assert b"--- a/ai-deploy.yaml\n+++ b/ai-deploy.yaml\n" in run.stdout
    assert b"-api: OpenAI\n" in run.stdout
    assert b"+api: openai\n" in run.stdout
    assert b"1 file mended" in run.stderr
    again = aispec("fix", cwd=spec.parent)
    assert (again.returncode, again.stdout) == (0, b"")
    assert spec.read_text(encoding="utf-8") == MENDED


def test_check_writes_nothing_and_exits_with_1(spec: Path) -> None:
    run = inside("fix", "--check", cwd=spec.parent)
    assert run.returncode == 1
    assert spec.read_text(encoding="utf-8") == MISSPELT
    spec.write_text(MENDED, encoding="utf-8")
    assert inside("fix", "--check", cwd=spec.parent).returncode == 0


@pytest.mark.parametrize("flag", ["--diff", "--dry-run"])
def test_a_dry_run_shows_and_writes_nothing(spec: Path, flag: str) -> None:
    run = inside("fix", flag, cwd=spec.parent)
    assert run.returncode == 0
    assert b"+name: chat" in run.stdout
    assert spec.read_text(encoding="utf-8") == MISSPELT


def test_standard_input_comes_out_mended(tmp_path: Path) -> None:
    run = inside("fix", "-", cwd=tmp_path, given=MISSPELT.encode())
    assert (run.returncode, run.stdout.decode()) == (0, MENDED)


def test_mode_line_ends_and_links_stay(spec: Path) -> None:
    spec.write_bytes(MISSPELT.replace("\n", "\r\n").encode())
    spec.chmod(0o640)
    link = spec.parent / "linked.ai-deploy.yaml"
    real = spec.parent / "real.yaml"
    real.write_text(MISSPELT.replace("chat", "other"), encoding="utf-8")
    link.symlink_to(real)
    assert inside("fix", "ai-deploy.yaml", "linked.ai-deploy.yaml", cwd=spec.parent).returncode == 0
    assert spec.read_bytes() == MENDED.replace("\n", "\r\n").encode()
    assert spec.stat().st_mode & 0o7777 == 0o640
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == MENDED.replace("chat", "other")
    assert sorted(p.name for p in spec.parent.iterdir() if p.name.startswith(".aispec")) == []


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    outside = tmp_path / "outside.yaml"
    outside.write_text(MISSPELT, encoding="utf-8")
    (repository / "ai-deploy.yaml").symlink_to(outside)
    run = inside("fix", "ai-deploy.yaml", cwd=repository)
    assert run.returncode == 2
    assert b"Traceback" not in run.stderr
    assert outside.read_text(encoding="utf-8") == MISSPELT


def test_what_is_left_unreadable_says_so(spec: Path) -> None:
    spec.write_text(MISSPELT + "zzz: 1\n", encoding="utf-8")
    run = inside("fix", cwd=spec.parent)
    assert run.returncode == 2
    assert b"unknown key 'zzz'" in run.stderr
    assert spec.read_text(encoding="utf-8") == MENDED + "zzz: 1\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.yaml",), b"there is no such file"),
        (("--remedy", "!!"), b"not a rule's code"),
        (("--interactive",), b"there is none: use --remedy"),
        (("--remedy", "FIT001", "--interactive"), b"not both"),
    ],
)
def test_bad_usage_says_what_to_do(spec: Path, arguments: tuple[str, ...], said: bytes) -> None:
    run = inside("fix", *arguments, cwd=spec.parent)
    assert run.returncode == 2
    assert said in run.stderr
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"\x00" * 99, b"a: [", b"", b"a: &a [*a]", b"x"]
)
def test_any_bytes_are_left_as_they_are(spec: Path, content: bytes) -> None:
    spec.write_bytes(content)
    run = inside("fix", cwd=spec.parent)
    assert run.returncode == 2
    assert spec.read_bytes() == content
    assert b"Traceback" not in run.stderr


def test_a_remedy_takes_its_finding_away_and_nothing_else(spec: Path) -> None:
    spec.write_text(TOO_LARGE, encoding="utf-8")
    before = inside("check", *TODAY, "--format", "concise", cwd=spec.parent)
    assert b"error[FIT002]" in before.stdout
    run = inside("fix", "--remedy", "FIT002", *TODAY, cwd=spec.parent)
    assert run.returncode == 0
    text = spec.read_text(encoding="utf-8")
    for comment in ("# the large one", "# the model", "# one is not enough"):
        assert comment in text
    assert b"large: FIT002: " in run.stderr
    after = inside("check", *TODAY, "--format", "concise", cwd=spec.parent)
    assert b"error" not in after.stdout
    again = inside("fix", "--remedy", "FIT002", *TODAY, cwd=spec.parent)
    assert again.returncode == 0
    assert b"no finding has a remedy that was asked for" in again.stderr
    assert spec.read_text(encoding="utf-8") == text


def test_the_second_remedy_is_another(spec: Path) -> None:
    spec.write_text(TOO_LARGE, encoding="utf-8")
    shown = [
        inside("fix", "--remedy", f"FIT002={number}", "--diff", *TODAY, cwd=spec.parent).stdout
        for number in (1, 2)
    ]
    assert shown[0]
    assert shown[1]
    assert shown[0] != shown[1]
    assert spec.read_text(encoding="utf-8") == TOO_LARGE


def test_a_number_beyond_the_remedies_is_told(spec: Path) -> None:
    spec.write_text(TOO_LARGE, encoding="utf-8")
    run = inside("fix", "--remedy", "FIT002=9", *TODAY, cwd=spec.parent)
    assert run.returncode == 2
    assert b"there is no remedy 9: FIT002 of large has " in run.stderr
    assert spec.read_text(encoding="utf-8") == TOO_LARGE


def test_remedies_can_be_chosen_on_a_terminal(spec: Path) -> None:
    spec.write_text(TOO_LARGE, encoding="utf-8")
    code, shown = on_a_terminal(spec.parent, "fix", "-i", *TODAY, typed="1\n" + "0\n" * 9)
    assert code == 0, shown
    assert "Apply which" in shown
    assert spec.read_text(encoding="utf-8") != TOO_LARGE


def test_good_specs_and_examples_have_nothing_to_mend(spec: Path) -> None:
    spec.write_text(GOOD, encoding="utf-8")
    run = inside("fix", "--check", cwd=spec.parent)
    assert (run.returncode, run.stdout) == (0, b"")
    examples = Path(__file__).parents[2]
    assert inside("fix", "--check", "examples", cwd=examples).returncode == 0


def test_the_difference_has_colour_only_where_it_is_wanted(spec: Path) -> None:
    assert b"\x1b" not in inside("fix", "--diff", cwd=spec.parent).stdout
    coloured = inside("fix", "--diff", cwd=spec.parent, FORCE_COLOR="1").stdout
    assert b"\x1b[32m+name" in coloured
    plain = inside("fix", "--diff", cwd=spec.parent, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert b"\x1b" not in plain


def test_escapes_in_a_spec_do_not_reach_the_terminal(spec: Path) -> None:
    spec.write_text(MISSPELT + "# \x9b31m \u202e \x1b[2J\n", encoding="utf-8")
    run = inside("fix", "--diff", cwd=spec.parent)
    assert b"\x1b" not in run.stdout + run.stderr
    assert "\u202e".encode() not in run.stdout


def test_a_file_that_cannot_be_written_is_one_error(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from aispec.surface.cli.fix_command import command

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(spec.parent)
    monkeypatch.setattr("os.replace", full)
    run = CliRunner().invoke(command, [], standalone_mode=False)
    assert str(run.exception) == "ai-deploy.yaml can't be written: No space left on device"
    assert spec.read_text(encoding="utf-8") == MISSPELT
    assert sorted(path.name for path in spec.parent.iterdir()) == [".git", "ai-deploy.yaml"]
