"""Property tests draw the same examples on every machine; `AISPEC_EXPLORE=1` draws new ones."""

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("AISPEC_EXPLORE") else "steady")
