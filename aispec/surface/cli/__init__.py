"""The command line, `aispec`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line; `--version` is answered before anything is imported."""
    if sys.argv[1:] == ["--version"]:
        from aispec import __version__

        sys.stdout.write(f"aispec {__version__}\n")
        return
    if sys.argv[1:2] != ["lsp"]:
        gc.disable()  # a process that soon ends is a tenth quicker without looking for cycles
    from aispec.surface.cli.app import run

    sys.exit(run())
