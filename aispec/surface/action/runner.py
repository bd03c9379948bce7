"""What a step tells the runner: outputs, the job summary, annotations, report files."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from aispec.report.cells import safe
from aispec.surface.terminal import emit

MAX_SUMMARY = 1_000_000
"""Bytes of a job summary; over 1 MiB GitHub drops it whole."""


def write_outputs(environment: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Hand outputs to later steps, each between delimiters that no value can know."""
    path = environment.get("GITHUB_OUTPUT", "")
    if not path:
        return
    lines = []
    for name, value in outputs.items():
        end = f"aispec-{secrets.token_hex(16)}"
        lines.append(f"{name}<<{end}\n{value}\n{end}\n")
    with open(path, "a", encoding="utf-8", newline="\n") as file:
        file.write("".join(lines))


def room_in_summary(environment: Mapping[str, str]) -> int:
    """Return the bytes that the job summary of this step still takes."""
    path = environment.get("GITHUB_STEP_SUMMARY", "")
    used = os.path.getsize(path) if path and os.path.exists(path) else 0
    return max(0, MAX_SUMMARY - used)


def write_summary(environment: Mapping[str, str], markdown: str) -> None:
    """Add to the job summary."""
    path = environment.get("GITHUB_STEP_SUMMARY", "")
    if path:
        with open(path, "a", encoding="utf-8", newline="\n") as file:
            file.write(markdown)


def new_folder(environment: Mapping[str, str]) -> Path:
    """Return a new folder for report files, outside the workspace."""
    above = environment.get("RUNNER_TEMP", "") or None
    return Path(tempfile.mkdtemp(prefix="aispec-report-", dir=above))


def say(kind: str, message: str) -> None:
    """Show a message on the run's page: an `error`, a `warning` or a `notice`."""
    text = safe(message).replace("%", "%25")
    emit(f"::{kind} title=aispec::{text}\n", exact=True)


def log(text: str) -> None:
    """Print to the job's log; what looks like a command in it is not obeyed."""
    token = f"aispec-{secrets.token_hex(16)}"
    emit(f"::stop-commands::{token}\n{text.rstrip()}\n::{token}::\n", exact=True)
