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
    gc.disable()  # a process that soon ends is a tenth quicker without looking for cycles
    from aispec.late import patterns_wait

    with patterns_wait():
        import click  # noqa: F401 - what it imports has patterns that nobody will ask
    from aispec.surface.cli.app import run

    _leave(run())


def _leave(code: int) -> None:
    """End the process without freeing all that it holds, which takes a seventh of a run.

    It ends as usual where something asked to be done first, or where output won't go out.
    """
    import atexit
    import os
    from contextlib import suppress

    waiting = getattr(atexit, "_ncallbacks", lambda: 1)()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
        if not waiting:
            os._exit(code)
    sys.exit(code)
