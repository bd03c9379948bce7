"""Property tests draw the same examples on every machine; `AISPEC_EXPLORE=1` draws new ones."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("AISPEC_EXPLORE") else "steady")
os.environ["AISPEC_CACHE_DIR"] = ""  # no test finds what another one kept, nor writes to a home


@pytest.fixture
def untraced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For a test that measures time or imports itself: coverage is not measured meanwhile."""
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(name, raising=False)
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)
