from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def prices(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aispec", "catalog", "prices", *arguments],
        capture_output=True,
        text=True,
    )


def test_prices_carry_their_age() -> None:
    shown = prices("gpt-4o-mini", "--today", "2026-12-31")
    assert shown.returncode == 0, shown.stderr
    assert "the oldest was read in 2026-11-22, 39 days before 2026-12-31" in shown.stdout


def test_a_file_of_one_s_own_goes_before(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(
        "as_of: 2026-11-01\n"
        "tokens: [{provider: openai, model: gpt-4o-mini, input: 0.11, output: 0.44}]\n"
    )
    shown = prices("gpt-4o-mini", "--prices", str(file))
    assert "0.11" in shown.stdout
    assert "2026-11-01" in shown.stdout
    file.write_text("tokens: 3")
    refused = prices("gpt-4o-mini", "--prices", str(file))
    assert refused.returncode == 2
    assert "line 1" in refused.stderr
