"""Reading a git repository: only its objects, by commands that change nothing but fetch."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TIMEOUT = 120.0  # seconds
_SECRETS = ("TOKEN", "AISPEC_", "ACTIONS_")


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone whose top folder is `folder`."""

    folder: str

    def run(self, *arguments: str, given: bytes | None = None) -> bytes | None:
        """Return what git prints; `None` where it fails, is not there or takes too long."""
        try:
            done = subprocess.run(
                ["git", "--no-pager", *arguments],
                cwd=self.folder,
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                capture_output=True,
                env=_environment(),
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None

    def parents(self, commit: str) -> list[str]:
        """Return a commit's parents by name, even those that a shallow clone has not."""
        text = self.run("cat-file", "-p", commit) or b""
        head = text.decode("utf-8", "replace").split("\n\n", 1)[0]
        return [line[7:] for line in head.splitlines() if line.startswith("parent ")]

    def resolve(self, ref: str) -> str | None:
        """Return the hash of the commit that a ref means here or at `origin`, if it is here."""
        for name in (ref, f"refs/remotes/origin/{ref}"):
            found = self.run(
                "rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"
            )
            if found:
                return found.decode("ascii", "replace").strip()
        return None

    def fetch(self, ref: str) -> str | None:
        """Fetch one commit from `origin` without its history, and return its hash."""
        quiet = ("--quiet", "--no-tags", "--depth=1", "--no-recurse-submodules")
        if self.run("fetch", *quiet, "--end-of-options", "origin", ref) is None:
            return None
        return self.resolve("FETCH_HEAD")

    def tree(self, commit: str) -> dict[str, str]:
        """Return the hash of every regular file of a commit, by path."""
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", commit) or b""
        files = {}
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            about, _, path = line.partition("\t")
            if about.startswith("100"):
                files[path] = about.split(" ")[2]
        return files

    def blobs(self, wanted: Sequence[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """Yield the path and bytes of each file that is named by path and hash and is here."""
        asked = "".join(f"{sha}\n" for _, sha in wanted).encode("ascii")
        told = self.run("cat-file", "--batch", given=asked) or b""
        at = 0
        for path, _ in wanted:
            line = told.find(b"\n", at)
            if line < 0:
                return
            words = told[at:line].split()
            at = line + 1
            if len(words) == 3:
                size = int(words[2])
                yield path, told[at : at + size]
                at += size + 1


def clone_above(folder: str) -> Clone | None:
    """Return the clone that a folder lies in, if it lies in one."""
    here = os.path.abspath(folder)
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above
    return Clone(here)


def _environment() -> dict[str, str]:
    """What git may know: it is never asked for a password, and never told a token."""
    kept = {k: v for k, v in os.environ.items() if not any(secret in k for secret in _SECRETS)}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
