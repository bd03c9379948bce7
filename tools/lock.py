"""Pins what aispec is developed and run with, and says in a bill of materials what it is made of.

`python -m tools.lock --write`, with the extra `lock` installed, renews three files: `.ci/dev.txt`
and `.ci/runtime.txt` have every package that pip installs with its version and hashes, for Python
3.11 on Linux; `.ci/aispec.cdx.json` tells programs of those of the second, and goes into the wheel.
The bill has no day and no random number: the same packages give the same bytes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component

ROOT = Path(__file__).resolve().parents[1]
DEVELOPMENT = ROOT / ".ci" / "dev.txt"
RUNTIME = ROOT / ".ci" / "runtime.txt"
BILL = ROOT / ".ci" / "aispec.cdx.json"
_PINNED = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>[^\s;\\]+)[^\n]*(?P<hashes>(?:\n    --hash=\S+[ \\]*)*)"
    r"(?P<via>(?:\n    #[^\n]*)*)",
    re.MULTILINE,
)


class Pinned(NamedTuple):
    """A package of a lock: its version, the hashes of its files, and which others need it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    needed_by: tuple[str, ...]


def pinned(lock: Path) -> Iterator[Pinned]:
    """Read the packages of a lock, by name."""
    for found in _PINNED.finditer(lock.read_text(encoding="utf-8")):
        hashes = re.findall(r"sha256:([0-9a-f]{64})", found["hashes"])
        via = re.findall(r"^ +#(?: +via)? +([a-z0-9-]+)", found["via"], re.MULTILINE)
        yield Pinned(found["name"], found["version"], tuple(hashes), tuple(via))


def project() -> tuple[str, str]:
    """Return the project's own name and version."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    source = (ROOT / told["tool"]["hatch"]["version"]["path"]).read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "([^"]+)"', source, re.MULTILINE)
    assert version
    return told["project"]["name"], version[1]


def _compile(lock: Path, *extras: str) -> None:
    from uv import find_uv_bin

    options = ["--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
    options += ["--python-version", "3.11", "--python-platform", "linux", "--quiet"]
    options += [option for extra in extras for option in ("--extra", extra)]
    command = [find_uv_bin(), "pip", "compile", "pyproject.toml", *options]
    subprocess.run([*command, "--output-file", str(lock)], cwd=ROOT, check=True)


def bill() -> str:
    """Return the bill of materials of what the lock of the runtime has, as CycloneDX 1.6."""
    from cyclonedx.output.json import JsonV1Dot6

    written = json.loads(JsonV1Dot6(_bill()).output_as_string())
    del written["serialNumber"], written["metadata"]["timestamp"]
    return json.dumps(written, indent=2, sort_keys=True) + "\n"


def _bill() -> Bom:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType

    name, version = project()
    whole = Component(
        name=name, version=version, type=ComponentType.APPLICATION, bom_ref=f"{name}@{version}"
    )
    made = Bom()
    made.metadata.component = whole
    parts = {name: whole} | {each.name: _component(each) for each in pinned(RUNTIME)}
    made.components.update(part for part in parts.values() if part is not whole)
    for above in parts:
        needed = (each.name for each in pinned(RUNTIME) if above in each.needed_by)
        made.register_dependency(parts[above], [parts[each] for each in needed])
    return made


def _component(each: Pinned) -> Component:
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    named = PackageURL("pypi", name=each.name, version=each.version)
    return Component(
        name=each.name,
        version=each.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{each.name}@{each.version}",
        purl=named,
    )


def write() -> None:
    """Renew the locks and the bill."""
    _compile(DEVELOPMENT, "dev", "docs")
    _compile(RUNTIME)
    BILL.write_text(bill(), encoding="utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    write()
