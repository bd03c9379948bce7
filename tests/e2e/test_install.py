"""Wheel and source distribution carry rules, schemas and catalogue, and work from anywhere."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def build(source: Path, target: str, out: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)],
        cwd=source,
        check=True,
        capture_output=True,
        timeout=300,
    )
    return next(out.iterdir())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(installed: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "aispec", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_wheel_has_every_rule_and_schema(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert any(name.endswith(".dist-info/sboms/aispec.cdx.json") for name in names)
    for folder in ("rules", "schemas"):
        for path in (ROOT / folder).rglob("*.*"):
            assert f"aispec/_data/{path.relative_to(ROOT).as_posix()}" in names
    for kind in ("models", "accelerators"):
        for path in (ROOT / "aispec" / "catalog" / "data" / kind).glob("*.yaml"):
            assert f"aispec/_data/catalog/{kind}/{path.stem}.json" in names
    assert not [name for name in names if name.startswith(("tests/", "examples/"))]


def test_it_works_from_any_folder(installed: Path, tmp_path: Path) -> None:
    example = ROOT / "examples" / "llama-3.1-8b-a100.ai-deploy.yaml"
    (tmp_path / "ai-deploy.yaml").write_bytes(example.read_bytes())
    where = run(installed, "facts", "--format", "json", "ai-deploy.yaml", cwd=tmp_path)
    assert where.returncode == 0, where.stderr
    here = json.loads(where.stdout)["deployments"][0]["facts"]
    assert here["memory.weights"]["value"] == pytest.approx(14.99, rel=0.001)
    assert run(installed, "rules", "list", cwd=tmp_path).returncode == 0
    assert run(installed, "schema", cwd=tmp_path).returncode == 0
    assert run(installed, "explain", "FIT001", cwd=tmp_path).returncode == 0
    assert run(installed, "report", "--format", "html", cwd=tmp_path).returncode == 0


def test_a_first_spec_is_written_and_mended_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    source = ROOT / "tests" / "adopt" / "sources" / "vllm-deployment.yaml"
    made = run(installed, "init", "--from", str(source), "--hook", "--workflow", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert (tmp_path / ".github" / "workflows" / "aispec.yaml").is_file()
    assert run(installed, "fix", "--check", cwd=tmp_path).returncode == 0
    assert run(installed, "check", "--select", "SPEC", cwd=tmp_path).returncode == 0


def test_wheel_and_checkout_judge_alike(installed: Path, tmp_path: Path) -> None:
    for path in (ROOT / "examples").glob("*.ai-deploy.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    asked = ("check", "--format", "json", "--today", "2026-11-22")
    packed = run(installed, *asked, cwd=tmp_path)
    loose = run(ROOT, *asked, cwd=tmp_path)
    assert packed.stdout == loose.stdout
    assert packed.returncode == loose.returncode == 1


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = build(ROOT, "sdist", tmp_path / "sdist")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "source", filter="data")
    source = next((tmp_path / "source").iterdir())
    again = build(source, "wheel", tmp_path / "wheel")
    assert sorted(zipfile.ZipFile(again).namelist()) == sorted(zipfile.ZipFile(wheel).namelist())
