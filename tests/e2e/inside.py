"""The command in this process: as `aispec` in a process of its own, without starting one."""

from contextlib import chdir
from pathlib import Path
from subprocess import CompletedProcess

from click.testing import CliRunner

from aispec.surface.cli.app import run


def inside(
    *arguments: str, cwd: Path, given: bytes = b"", **environment: str
) -> CompletedProcess[bytes]:
    """Run the command with these arguments in a folder, and return what it printed."""
    cleared = dict.fromkeys(("FORCE_COLOR", "NO_COLOR", "AISPEC_DEBUG"))
    with chdir(cwd), CliRunner().isolation(given, env={**cleared, **environment}) as streams:
        code = run(arguments)
        shown = [stream.getvalue() for stream in streams[:2]]
    return CompletedProcess(arguments, code, *shown)
