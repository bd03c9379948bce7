"""What pages show is true: specs can be read, YAML parses, commands print what is shown."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from aispec.spec.discover import is_spec_name
from aispec.spec.document import parse
from aispec.spec.reader import read
from tools.docs.pages import ROOT, made, written
from tools.docs.shown import Block, blocks, command_of, renewed

PAGES = [*written(), ROOT / "docs" / "commands.md"]
NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]


def of(path: Path) -> list[Block]:
    return [*blocks(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_every_yaml_block_is_a_spec_or_yaml(path: Path) -> None:
    for block in of(path):
        if block.kind != "yaml":
            continue
        if block.body.startswith("version: 1") or (block.file and is_spec_name(block.file)):
            file = read(block.body, path.name)
            assert not file.problems, file.problems
            assert file.deployments
        else:
            documents, problems = parse(block.body)
            assert documents
            assert not problems, problems


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_every_command_of_a_page_exists_with_its_options(path: Path) -> None:
    for block in of(path):
        for line in block.commands:
            for part in line.split(" | "):
                words = shlex.split(part, comments=True)
                if words[:1] == ["aispec"]:
                    assert_parses(words[1:])


def assert_parses(words: list[str]) -> None:
    command, left = command_of(words)
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    known |= {"--help", "-h", "--version"}
    options = [word.partition("=")[0] for word in left if word.startswith("-") and word != "-"]
    assert set(options) <= known, words


def test_pages_show_output_at_all() -> None:
    showing = [path.name for path in written() if any(block.shows_output for block in of(path))]
    assert {"README.md", "index.md", "getting-started.md", "memory.md"} <= set(showing)


def test_generated_pages_are_not_taken_for_written_ones() -> None:
    assert not made().keys() & set(written())


SPEC = """\
<!-- file: ai-deploy.yaml -->
```yaml
version: 1
name: small
model: llama-3.1-8b-instruct
precision: fp8
hardware: {accelerator: l40s, price: 1 USD/hour}
workload: {users: {concurrent: 1}, tokens: {input: 100, output: 100}}
```
"""


def test_output_is_renewed_and_prose_is_not_touched() -> None:
    page = (
        f"{SPEC}\nprose\n\n```console\n$ aispec facts ai-deploy.yaml | grep fits\nold\n```\nend\n"
    )
    now = renewed(page)
    assert now.startswith(SPEC)
    assert now.endswith("```\nend\n")
    assert "old" not in now
    assert "memory.fits" in now
    assert renewed(now) == now


def test_a_block_of_commands_alone_is_not_run() -> None:
    page = "```console\n$ aispec baseline\n$ aispec check\n```\n"
    assert renewed(page) == page


def test_a_quoted_file_is_that_file() -> None:
    page = "<!-- from: examples/policy/.aispec.yaml -->\n```yaml\nold\n```\n"
    assert "forbid_silencing" in renewed(page)


@pytest.mark.parametrize(
    "command", ["ls", "aispec check | sort", "aispec chekc", "aispec explain FIT999"]
)
def test_what_is_no_command_of_aispec_or_fails_is_not_shown(command: str) -> None:
    page = f"```console\n$ aispec schema | head -1\n$ {command}\nx\n```\n"
    with pytest.raises((ValueError, click.UsageError)):
        renewed(page)
