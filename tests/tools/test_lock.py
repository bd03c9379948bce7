"""The locks and the bill of materials are of what the project asks for; else they are stale."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools.lock import BILL, DEVELOPMENT, ROOT, RUNTIME, pinned, project

RENEW = "run python -m tools.lock --write"
LINUX = {
    "python_version": "3.11",
    "sys_platform": "linux",
    "platform_python_implementation": "CPython",
}


def asked(*extras: str) -> list[Requirement]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [*told["dependencies"]]
    for extra in extras:
        listed += told["optional-dependencies"][extra]
    return [Requirement(each) for each in listed]


@pytest.mark.parametrize(("lock", "extras"), [(DEVELOPMENT, ("dev", "docs")), (RUNTIME, ())])
def test_all_that_is_asked_for_is_pinned(lock: Path, extras: tuple[str, ...]) -> None:
    versions = {each.name: each.version for each in pinned(lock)}
    for each in asked(*extras):
        if each.marker and not each.marker.evaluate(LINUX):
            continue
        name = re.sub(r"[-_.]+", "-", each.name).lower()
        assert name in versions, RENEW
        assert versions[name] in each.specifier, RENEW
    if not extras:
        direct = {each.name for each in pinned(lock) if "aispec" in each.needed_by}
        assert direct == {re.sub(r"[-_.]+", "-", each.name).lower() for each in asked()}, RENEW


@pytest.mark.parametrize("lock", [DEVELOPMENT, RUNTIME])
def test_every_package_has_hashes_and_none_an_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    found = list(pinned(lock))
    assert len(found) == len(re.findall(r"^[^\s#]", text, re.MULTILINE))
    assert all(each.hashes for each in found)
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)


def test_the_bill_is_of_the_lock() -> None:
    bill = json.loads(BILL.read_text(encoding="utf-8"))
    parts = {part["name"]: part["version"] for part in bill["components"]}
    assert parts == {each.name: each.version for each in pinned(RUNTIME)}, RENEW
    whole = bill["metadata"]["component"]
    assert (whole["name"], whole["version"]) == project(), RENEW
    assert bill["bomFormat"] == "CycloneDX"
    assert "serialNumber" not in bill
    assert "timestamp" not in bill["metadata"]
    known = {part["bom-ref"] for part in (*bill["components"], whole)}
    for each in bill["dependencies"]:
        assert {each["ref"], *each.get("dependsOn", ())} <= known
