"""Whatever stands in a file, there is a diagnosis inside it, in every format, in bounded time.

`python -m tests.hardening.test_any_bytes COUNT [SEED]` tries as many inputs as you like.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from xml.etree import ElementTree

import pytest

from aispec.pipeline import Options, check
from aispec.report.report import Report
from aispec.surface.cli.formats import FORMATS, Run
from tests.hardening.bytes import inputs

COUNT = 150
SECONDS = 2.0
TODAY = date(2026, 11, 22)


def trouble(data: bytes) -> str | None:
    """Say what is wrong with how aispec takes this input; nothing when all is well."""
    began = time.process_time()
    report = check((), Options(today=TODAY, remedies=False), {"ai-deploy.yaml": data})
    texts = {form: write(Run(report), True) for form, write in FORMATS.items()}
    if time.process_time() - began > SECONDS:
        return "it took too long"
    if report.exit_code not in (0, 1, 2):
        return f"exit code {report.exit_code}"
    for form in ("json", "sarif", "gitlab"):
        json.loads(texts[form])
    ElementTree.fromstring(texts["junit"])
    return _astray(report) or _unsafe(texts)


def _astray(report: Report) -> str | None:
    """Name a finding whose place is not in the file."""
    lines = report.lines.get("ai-deploy.yaml", [])
    for finding in report.every():
        span = finding.span
        if span.line < 1 or span.column < 1:
            return f"{finding.code} at {span}"
        width = len(lines[span.line - 1]) if span.line <= len(lines) else 0
        if span.line > max(len(lines), 1) or span.column > width + 1:
            return f"{finding.code} at {span}, outside {len(lines)} lines"
    return None


def _unsafe(texts: dict[str, str]) -> str | None:
    """Name a format that lets control characters through."""
    for form, text in texts.items():
        bad = {c for c in text if (ord(c) < 32 and c not in "\n\t") or ord(c) in (0x202E, 0x9B)}
        if bad:
            return f"{form} holds {sorted(map(ord, bad))}"
    return None


@pytest.mark.parametrize("seed", [1, 2])
def test_every_input_has_a_diagnosis(seed: int) -> None:
    troubles = [(why, data) for data in inputs(seed, COUNT) if (why := trouble(data))]
    assert troubles == []


def test_inputs_are_the_same_everywhere() -> None:
    assert list(inputs(3, 20)) == list(inputs(3, 20))


def main(count: int, seed: int) -> int:
    """Try many inputs, and print what goes wrong."""
    failed = 0
    for data in inputs(seed, count):
        try:
            why = trouble(data)
        except Exception as error:  # whatever escapes is what this looks for
            why = f"{type(error).__name__}: {error}"
        if why:
            failed += 1
            print(why, data[:2000], sep="\n", end="\n\n")
    print(f"{count} inputs, {failed} with trouble")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
