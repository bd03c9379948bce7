"""What the Action asks of its clone besides reading: who a commit's parents are, and one commit."""

from __future__ import annotations

import subprocess

from aispec.surface.git import GitError, Repository, environment

_SECONDS = 120.0


def parents(repository: Repository, commit: str) -> list[str]:
    """Return a commit's parents by name, even those that a shallow clone has not."""
    text = _git(repository, "cat-file", "-p", commit)
    head = text.partition("\n\n")[0]
    return [line.split(" ")[1] for line in head.splitlines() if line.startswith("parent ")]


def found(repository: Repository, ref: str) -> str | None:
    """Return the commit that a ref means here, or at `origin`; fetched alone where it is nowhere.

    `None` where it can't be fetched.
    """
    for name in (ref, f"refs/remotes/origin/{ref}"):
        try:
            return repository.commit(name)
        except GitError:
            continue
    quiet = ("--quiet", "--no-tags", "--depth=1", "--no-recurse-submodules")
    _git(repository, "fetch", *quiet, "--end-of-options", "origin", ref)
    try:
        return repository.commit("FETCH_HEAD")
    except GitError:
        return None


def _git(repository: Repository, *arguments: str) -> str:
    """Return what git prints, nothing where it fails. It is told no token, and asks for none."""
    try:
        done = subprocess.run(
            ["git", "--no-pager", *arguments],
            cwd=repository.top,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment(),
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
