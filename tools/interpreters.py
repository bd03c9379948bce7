"""Whether every version of Python prints the same bytes.

    python -m tools.interpreters [PYTHON ...]

Installs this checkout into an environment of each interpreter (by default every python3.11 to
python3.14 on the path), judges the examples in every format, and compares what is printed with what
the first of them prints. Needs a package index.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
FORMATS = ("terminal", "json", "sarif", "github", "gitlab", "junit", "markdown", "html", "concise")
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def main() -> int:
    """Print a line for each interpreter; exit with 1 where one prints something else."""
    found = sys.argv[1:] or [path for v in VERSIONS if (path := shutil.which(f"python{v}"))]
    if not found:
        raise SystemExit("no interpreter is named, and none is on the path")
    first: dict[str, str] = {}
    differ = False
    for interpreter in found:
        with tempfile.TemporaryDirectory() as place:
            version, printed = _printed(interpreter, Path(place))
        first = first or printed
        others = [form for form in FORMATS if printed[form] != first[form]]
        differ |= bool(others)
        print(f"{version:8} {'differs in ' + ', '.join(others) if others else 'the same bytes'}")
    return int(differ)


def _printed(interpreter: str, place: Path) -> tuple[str, dict[str, str]]:
    """Return an interpreter's version, and a digest of what it prints in each format."""
    subprocess.run([interpreter, "-m", "venv", place], check=True)
    python = place / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", ROOT], check=True)
    asked: list[str | Path] = [python, "-c", "import platform; print(platform.python_version())"]
    version = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    judge: list[str | Path] = [
        python,
        "-I",
        "-m",
        "aispec",
        "check",
        "examples",
        "--today",
        "2026-01-31",
    ]
    printed = {}
    for form in FORMATS:
        run = subprocess.run([*judge, "--format", form], cwd=ROOT, capture_output=True, check=False)
        printed[form] = hashlib.sha256(run.stdout + b"%d" % run.returncode).hexdigest()
    return version, printed


if __name__ == "__main__":
    raise SystemExit(main())
