"""Git, asked for what it has stored: commits, names and contents. Nothing is checked out.

Only plumbing that runs no hook, filter or driver of the repository is called, with the network
refused; a name that a caller was given is never read as an option.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator

from aispec.record import record

MAX_LISTING = 64 << 20
"""Bytes of a commit's list of files; some 500,000 of them."""

_SECONDS = 60.0
_BATCH = 8 << 20  # bytes that are asked of git at once
_SECRETS = ("TOKEN", "AISPEC_", "ACTIONS_")
_FILE_MODES = (b"100644", b"100755")


class GitError(Exception):
    """What git cannot give us, in words, and what to do about it."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    @property
    def words(self) -> str:
        """Both, for people."""
        return "\n  ".join(filter(None, (self.message, self.advice)))


@record
class Entry:
    """A file of a commit: its path from the repository's root, what it is stored as, its bytes."""

    path: str
    blob: str
    size: int


@record
class Repository:
    """A repository by its top folder, which has the working tree."""

    top: str

    @classmethod
    def around(cls, folder: str) -> Repository:
        """Return the repository that a folder lies in. Raises `GitError` where there is none."""
        asked = _run(["rev-parse", "--show-toplevel"], folder)
        if asked.returncode:
            said = _said(asked)
            if "dubious ownership" in said:
                raise GitError("git does not trust this repository: its owner is another", said)
            raise GitError(
                "this folder is in no git repository",
                "compare two files or two folders: aispec diff BEFORE AFTER",
            )
        return cls(os.path.realpath(os.fsdecode(asked.stdout.rstrip(b"\n"))))

    def commit(self, ref: str) -> str:
        """Return the full name of the commit that a ref, tag or short name means.

        Raises `GitError` where there is none in this clone.
        """
        if not ref or ref.startswith("-") or not ref.isprintable():
            raise GitError(f"'{ref[:80]}' is not the name of a commit, branch or tag")
        asked = _run(
            ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"], self.top
        )
        found = asked.stdout.decode("ascii", "replace").split()
        if asked.returncode or not found:
            raise GitError(f"there is no commit '{ref[:80]}' in this repository", self._fetch(ref))
        return found[-1]

    def files(self, commit: str) -> Iterator[Entry]:
        """Yield the plain files of a commit; links and submodules are left out.

        Raises `GitError` where they are too many, or not all here.
        """
        asked = _run(["ls-tree", "-r", "-z", "-l", "--full-tree", commit], self.top)
        if asked.returncode:
            raise GitError("the commit's files can't be listed", self._fetch(commit))
        if len(asked.stdout) > MAX_LISTING:
            raise GitError("the commit has too many files to compare")
        for line in asked.stdout.split(b"\0"):
            facts, _, path = line.partition(b"\t")
            mode, _, blob, size = (*facts.split(), b"", b"", b"", b"")[:4]
            if mode in _FILE_MODES and size.isdigit():
                yield Entry(os.fsdecode(path), blob.decode("ascii"), int(size))

    def contents(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield the bytes of files. Raises `GitError` where one is not in this clone.

        Few are held at once, however many there are.
        """
        for some in _batches(entries):
            yield from self._contents(some)

    def _contents(self, wanted: list[Entry]) -> Iterator[tuple[Entry, bytes]]:
        asked = "".join(f"{entry.blob}\n" for entry in wanted).encode("ascii")
        answer = _run(["cat-file", "--batch"], self.top, asked).stdout
        at = 0
        for entry in wanted:
            end = answer.find(b"\n", at)
            head = answer[at:end].split()
            if end < 0 or len(head) != 3 or not head[2].isdigit():
                raise GitError(f"{entry.path} is not in this clone", self._fetch("the commit"))
            start, size = end + 1, int(head[2])
            yield entry, answer[start : start + size]
            at = start + size + 1

    def _fetch(self, ref: str) -> str:
        """What to do about a commit that is not here."""
        asked = _run(["rev-parse", "--is-shallow-repository"], self.top)
        if asked.stdout.strip() == b"true":
            return (
                f"this clone is shallow: fetch it with `git fetch --depth=1 origin {ref[:80]}`,"
                " or clone the whole history (fetch-depth: 0 of actions/checkout)"
            )
        return "`git fetch` may have it; `git branch --all` and `git tag` list what there is"


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The files in runs of few bytes, one at least."""
    batch: list[Entry] = []
    room = _BATCH
    for entry in entries:
        if batch and entry.size > room:
            yield batch
            batch, room = [], _BATCH
        batch.append(entry)
        room -= entry.size
    if batch:
        yield batch


def environment() -> dict[str, str]:
    """Return what git is told of ours: no token, and never to ask for one."""
    kept = {k: v for k, v in os.environ.items() if not any(word in k for word in _SECRETS)}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _run(
    arguments: list[str], folder: str, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run git. Raises `GitError` where it is not installed or does not end."""
    quiet = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false"]
    command += ["-c", "protocol.allow=never", *arguments]
    try:
        return subprocess.run(
            command,
            cwd=folder,
            input=given,
            capture_output=True,
            env={**environment(), **quiet},
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise GitError("git is not installed, or not on the PATH") from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git gave no answer within {_SECONDS:.0f} seconds") from None


def _said(asked: subprocess.CompletedProcess[bytes]) -> str:
    return " ".join(asked.stderr.decode("utf-8", "replace").split())
