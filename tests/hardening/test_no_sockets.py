"""No command opens a socket unless it says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click import Context, Group

from tests.hardening.test_crashes import RULE
from tests.spec.specimens import SHORT

FORBID = """\
import socket, sys
def refuse(*arguments, **named):
    sys.stderr.write("a socket was opened")
    raise SystemExit(99)
socket.socket.__init__ = socket.create_connection = socket.getaddrinfo = refuse
from aispec.surface.cli.app import run
sys.exit(run(sys.argv[1:]))
"""
COMMANDS = (
    ("check",),
    ("check", "--format", "json"),
    ("facts", "ai-deploy.yaml"),
    ("explain", "FIT001"),
    ("explain", "memory.needed", "ai-deploy.yaml"),
    ("rules", "list"),
    ("catalog", "models", "llama"),
    ("catalog", "prices", "gpt-4o-mini"),
    ("tokens", "ai-deploy.yaml", "--model", "gpt-4o-mini"),
    ("baseline",),
    ("schema",),
    ("init", "--from", "vllm serve Qwen/Qwen3-8B", "new.yaml"),
    ("report", "--format", "html"),
    ("diff", "ai-deploy.yaml", "ai-deploy.yaml"),
    ("diff", "HEAD"),
    ("plan", "ai-deploy.yaml", "--max-gpus", "1"),
    ("fix",),
    ("rules", "new", "a-rule"),
    ("rules", "test", "rules"),
    ("catalog", "accelerators", "h100"),
    ("completion", "bash"),
)
THAT_SAY_SO = {"comment"}  # and the Action, which nobody types


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_socket_is_opened(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "ai-deploy.yaml").write_text(SHORT, encoding="utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULE, encoding="utf-8")
    for git in (("init", "-q"), ("add", "."), ("commit", "-qm", "x")):
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", *who, *git], cwd=tmp_path, check=True)
    done = subprocess.run(
        [sys.executable, "-c", FORBID, *arguments],
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"a socket was opened" not in done.stderr
    assert done.returncode in (0, 1), done.stderr


def test_every_command_is_tried() -> None:
    from aispec.surface.cli.app import application

    tried = {arguments[0] for arguments in COMMANDS}
    assert tried == set(application.list_commands(Context(application))) - THAT_SAY_SO
    for name in ("rules", "catalog"):
        group = application.get_command(Context(application), name)
        assert isinstance(group, Group)
        assert set(group.commands) == {a[1] for a in COMMANDS if a[0] == name}


def test_the_guard_works() -> None:
    code = FORBID.replace(
        "from aispec.surface.cli.app import run\nsys.exit(run(sys.argv[1:]))", "socket.socket()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 99
