"""`python -m tools.prices LITELLM.json [--write]`: what public price data say of our rows.

LITELLM.json is litellm's `model_prices_and_context_window_backup.json`, out of its wheel; the
second reading is the package genai-prices, which must be installed. Each row is renewed from the
source that it names, the other one being its second; what the source no longer has stays as it is.
Without `--write` the differences are printed and the exit code is 1 where there are any.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aispec.catalog.store import data_file, load_data
from tools.prices.files import render
from tools.prices.readings import Row, from_genai, from_litellm

# In and out of the hours that some provider charges more for.
_HOURS = (2, 12)
_BOTH = ("input", "output")


def renewed(row: Mapping[str, Any], first: Row, others: list[Row], second: str) -> Row:
    """Return a row with the first source's figures, and whether the second one has the same."""
    moved = any(name in row and row[name] != first[name] for name in _BOTH)
    # What hangs on a price that moved cannot stay as it was.
    gone = {"second", "batch_input", "batch_output", "long_context"} if moved else {"second"}
    found: Row = {**{name: value for name, value in row.items() if name not in gone}, **first}
    agrees = any(all(other[name] == first[name] for name in _BOTH) for other in others)
    if agrees:
        found["second"] = {"source": second, "agrees": True}
    elif others:
        read = {name: others[-1][name] for name in _BOTH}
        found["second"] = {"source": second, "agrees": False, **read}
    elif "second" in row:
        found["second"] = row["second"]
    return found


def readings(
    provider: str, row: Mapping[str, Any], litellm: Mapping[str, Any], today: datetime
) -> tuple[Row | None, list[Row], str]:
    """Return what the row's own source says, what the other one does, and the other one's name."""
    moments = tuple(today.replace(hour=hour) for hour in _HOURS)
    one = from_litellm(litellm, provider, row["model"])
    other = from_genai(provider, row["model"], moments)
    if row["source"] == "litellm":
        return one, other, "genai-prices"
    return (other[-1] if other else None), ([one] if one else []), "litellm"


def main(arguments: list[str]) -> int:
    """Compare or renew all files of API prices."""
    names = [argument for argument in arguments if not argument.startswith("--")]
    litellm = json.loads(Path(names[0]).read_text(encoding="utf-8"))
    today = datetime.now(UTC).replace(minute=30)
    moved = 0
    for provider in load_data("prices/providers")["priced"]:
        rows = []
        for row in load_data(f"prices/api/{provider}")["prices"]:
            first, others, second = readings(provider, row, litellm, today)
            rows.append(renewed(row, first, others, second) if first else row)
            if rows[-1] != row:
                moved += 1
                print(f"{provider}/{row['model']}\n  was {row}\n  now {rows[-1]}")
        if "--write" in arguments:
            data_file(f"prices/api/{provider}.yaml").write_text(render(rows), encoding="utf-8")
    return 1 if moved and "--write" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
