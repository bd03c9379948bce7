"""No command opens a socket unless it says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_socket_is_opened(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "ai-deploy.yaml").write_text(SHORT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FORBID, *arguments],
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"a socket was opened" not in done.stderr
    assert done.returncode in (0, 1), done.stderr


def test_the_guard_works() -> None:
    code = FORBID.replace(
        "from aispec.surface.cli.app import run\nsys.exit(run(sys.argv[1:]))", "socket.socket()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 99
