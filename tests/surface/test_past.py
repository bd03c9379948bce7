"""What of a commit is unpacked, from a store that holds whatever a stranger put there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from aispec.surface import git, past
from aispec.surface.git import Entry, GitError
from aispec.surface.past import unpacked

CHAT = b"""\
version: 1
name: chat
model: llama-3.1-8b-instruct
hardware: 1x a100-40gb
workload: {users: 1000/day, tokens_per_session: 2000, prompts: {system: PROMPT}}
"""
SETTINGS = b"""\
extends: rules
overlays: catalog
prices: our.csv
specs: m/*.yaml
"""


class Store:
    """A repository's store, with any names at all."""

    def __init__(self, files: dict[str, bytes], sizes: dict[str, int] | None = None) -> None:
        self.held = files
        self.sizes = sizes or {}
        self.asked: list[str] = []

    def files(self, commit: str) -> Iterator[Entry]:
        for path, content in self.held.items():
            yield Entry(path, path, self.sizes.get(path, len(content)))

    def contents(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        for entry in entries:
            self.asked.append(entry.path)
            yield entry, self.held[entry.path]


def written(store: Store) -> list[str]:
    with unpacked(store, "commit") as folder:
        return sorted(
            str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()
        )


@pytest.mark.parametrize(
    "path",
    [
        *("../ai-deploy.yaml", "a/../../ai-deploy.yaml", "/tmp/ai-deploy.yaml", "./ai-deploy.yaml"),
        *(".git/hooks/ai-deploy.yaml", "a/.GIT/ai-deploy.yaml", "a//ai-deploy.yaml"),
        "..\\ai-deploy.yaml",
    ],
)
def test_no_name_leads_out_of_the_folder(path: str) -> None:
    store = Store({path: CHAT, "good/ai-deploy.yaml": CHAT})
    assert written(store) == ["good/ai-deploy.yaml"]
    assert store.asked == ["good/ai-deploy.yaml"]


def test_only_what_specs_and_settings_name_is_read() -> None:
    store = Store(
        {
            "deploy/ai-deploy.yaml": CHAT.replace(b"PROMPT", b"../prompts/a.txt"),
            "prompts/a.txt": b"one",
            "prompts/b.txt": b"two",
            "src/main.py": b"print()",
            ".aispec.yaml": SETTINGS,
            "rules/cost/a.yaml": b"code: X",
            "catalog/models/x.yaml": b"id: x",
            "our.csv": b"provider,price",
            "m/one.yaml": CHAT,
            "m/deep/two.yaml": CHAT,
            "node_modules/ai-deploy.yaml": CHAT,
        }
    )
    assert written(store) == [
        *(".aispec.yaml", "catalog/models/x.yaml", "deploy/ai-deploy.yaml", "m/one.yaml"),
        *("our.csv", "prompts/a.txt", "rules/cost/a.yaml"),
    ]


def test_prompts_do_not_lead_out_either() -> None:
    store = Store({"ai-deploy.yaml": CHAT.replace(b"PROMPT", b"../../etc/passwd"), "etc": b"x"})
    assert written(store) == ["ai-deploy.yaml"]


def test_large_files_and_pointers_are_left_out() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    store = Store(
        {"ai-deploy.yaml": pointer, "b.ai-deploy.yaml": CHAT}, {"b.ai-deploy.yaml": 1 << 30}
    )
    assert written(store) == []


def test_a_prompt_may_be_larger_than_other_files() -> None:
    spec = CHAT.replace(b"PROMPT", b"long.txt") + b"---\n"
    spec += CHAT.replace(b"PROMPT", b"huge.txt").replace(b"chat", b"other")
    spec += b"---\n" + CHAT.replace(b"llama-3.1-8b-instruct", b"{path: model}").replace(
        b"chat", b"c"
    )
    files = {"ai-deploy.yaml": spec, "long.txt": b"x", "huge.txt": b"x", "model/a.gguf": b"x"}
    sizes = {"long.txt": 5 << 20, "huge.txt": (64 << 20) + 1, "model/a.gguf": 5 << 20}
    assert written(Store(files, sizes)) == ["ai-deploy.yaml", "long.txt"]


def test_git_is_asked_for_few_bytes_at_once() -> None:
    sizes = [1 << 20, 4 << 20, 4 << 20, 40 << 20, 1, 8 << 20, 1]
    entries = [Entry(str(n), str(n), size) for n, size in enumerate(sizes)]
    batches = [[entry.path for entry in batch] for batch in git._batches(entries)]
    assert batches == [["0", "1"], ["2"], ["3"], ["4"], ["5"], ["6"]]
    assert [*git._batches([])] == []


def test_a_commit_that_is_too_much_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MAX_FILES", 3)
    store = Store({f"{n}.ai-deploy.yaml": CHAT for n in range(4)})
    with pytest.raises(GitError, match="too much to compare"):
        written(store)


def test_the_folder_is_private_and_goes_away() -> None:
    with unpacked(Store({"ai-deploy.yaml": CHAT}), "commit") as folder:
        assert os.stat(folder).st_mode & 0o077 == 0
    assert not os.path.exists(folder)
