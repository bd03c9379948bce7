"""One change in a process of its own, and the tests that run the changed lines.

The process is a fork of one that has imported the libraries but none of aispec, so that all there
is of aispec is made from the changed source, and the files of the repository stay as they are.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType, ModuleType

import pytest

from tools.mutation.mutant import ROOT, Mutant

_LIBRARIES = (
    *("hypothesis", "syrupy", "yaml", "jinja2", "jsonschema", "jsonschema_rs", "click"),
    *("tiktoken", "pathspec", "cmarkgfm", "xmlschema"),
)
_MEMORY = 3 * 2**30
_LATE = (signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM)
_ROOM = 4.0  # a slow machine, and what the import and the collection of tests take
_START = 20.0
_PATIENCE = 20  # seconds on the clock for one of work, on a machine that others use


def warm() -> None:
    """Import what every trial would import for itself, and leave what is here alone from now on."""
    for name in _LIBRARIES:
        import_module(name)
    gc.collect()
    gc.freeze()  # or each trial would copy it all as it looks for what it could free


def begin(mutant: Mutant | None, tests: Sequence[str], seconds: float) -> int:
    """Start a trial and return its process; no `mutant` tries the code as it is."""
    child = os.fork()
    if child:
        return child
    code = 3
    try:
        code = _judge(mutant, tests, seconds)
    finally:
        os._exit(code)


def verdict(status: int) -> str:
    """Say in a word what the end of a trial's process means."""
    if os.WIFSIGNALED(status):
        return "timeout" if os.WTERMSIG(status) in _LATE else "killed"
    return {0: "survived", 5: "untested"}.get(os.WEXITSTATUS(status), "killed")


def _judge(mutant: Mutant | None, tests: Sequence[str], seconds: float) -> int:
    os.setsid()
    limit = int(_ROOM * seconds + _START)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    signal.alarm(_PATIENCE * limit)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silence, stream)
    if mutant:
        sys.meta_path.insert(0, _Changed(mutant))
    os.chdir(ROOT)
    files = sorted({test.partition("::")[0] for test in tests})
    asked = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:pytest_cov"]
    return int(pytest.main([*asked, *files], plugins=[_Chosen(tests)]))


class _Source(SourceFileLoader):
    """Loads a module from a changed text."""

    text: str

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the changed text."""
        return compile(self.text, self.path, "exec")


class _Changed(MetaPathFinder):
    """Finds the changed module before anybody finds the file."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for one module alone."""
        if fullname != self.mutant.module:
            return None
        file = str(ROOT / self.mutant.path)
        loader = _Source(fullname, file)
        loader.text = self.mutant.source
        return spec_from_file_location(fullname, file, loader=loader)


class _Chosen:
    """Runs the chosen tests in their order, and spends no time on finding the simplest failure."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.order = {test: place for place, test in enumerate(tests)}

    def pytest_sessionstart(self) -> None:
        """Let property tests look for a failure, not shrink it, and take their time."""
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "trial",
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("trial")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the chosen tests, the cheapest first."""
        kept = [item for item in items if item.nodeid in self.order]
        items[:] = sorted(kept, key=lambda item: self.order[item.nodeid])
