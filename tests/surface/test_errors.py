"""Bad questions get one error that says what to ask instead."""

from pathlib import Path

import pytest

from tests.e2e.inside import inside
from tests.e2e.test_command import GOOD


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--select", "ZZZ"), b"no rule is called 'ZZZ': see `aispec rules list`"),
        (("check", "--ignore", "FIT0001"), b"the nearest are FIT001"),
        (("check", "--today", "soon"), b"write it as 2026-01-31"),
        (("check", "--formt", "json"), b"--format"),
        (("explain", "ZZZ"), b"see `aispec rules list`"),
        (("explain", "memory.need"), b"the nearest are memory.needed"),
        (("rules", "list", "ZZZ"), b"`aispec rules list` lists all"),
        (("catalog", "models", "qwn3-8b"), b"the nearest are Qwen3-8B"),
        (("catalog", "accelerators", "zzzzzz"), b"try fewer words"),
        (("catalog", "prices", "gpt-4o-mni"), b"the nearest are gpt-4o-mini"),
        (("baseline", "--update"), b"leave --update out"),
        (("chek",), b"did you mean `check`"),
        (("ai-deploy.yaml",), b"`aispec check ai-deploy.yaml`"),
    ],
)
def test_an_error_says_what_to_do(arguments: tuple[str, ...], said: bytes, tmp_path: Path) -> None:
    (tmp_path / "ai-deploy.yaml").write_text(GOOD, encoding="utf-8")
    run = inside(*arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert said in run.stderr
    assert run.stdout == b""


def test_codes_may_be_in_small_letters(tmp_path: Path) -> None:
    (tmp_path / "ai-deploy.yaml").write_text(GOOD.replace("a100-40gb", "t4"), encoding="utf-8")
    run = inside("check", "--select", "fit", "--format", "concise", cwd=tmp_path)
    assert run.returncode == 1
    assert b"[FIT" in run.stdout
    assert run.stdout.count(b"\n") == run.stdout.count(b"[FIT")


@pytest.mark.parametrize("folder", ["examples", "examples/policy"])
def test_rules_of_ones_own_can_be_selected(folder: str) -> None:
    root = Path(__file__).parents[2]
    run = inside("check", "--select", "ACME", "--format", "concise", folder, cwd=root)
    assert b"no rule is called" not in run.stderr
    assert run.returncode in (0, 1)
