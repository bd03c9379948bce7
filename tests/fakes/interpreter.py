"""Stands in for a Python that installs: `-m venv` makes a link to this file, `-m pip` does nothing.

`-m aispec` runs the package of this checkout, so that a test of the Action needs no network.
"""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> None:
    isolated, flag, module, *rest = arguments
    if (isolated, flag) != ("-I", "-m"):
        sys.exit(f"not isolated: {arguments}")
    if module == "venv":
        _environment(Path(rest[0]))
    elif module == "aispec":
        sys.path[0] = str(ROOT)
        sys.argv = [module, *rest]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    elif module != "pip":
        sys.exit(f"unexpected: {arguments}")


def _environment(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    link = folder / "bin" / "python"
    if not os.path.lexists(link):
        write_stub(link)


def write_stub(path: Path) -> Path:
    """Write a program that runs this file with the Python that runs the tests."""
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


if __name__ == "__main__":
    main(sys.argv[1:])
