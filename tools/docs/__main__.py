"""`python -m tools.docs` names the pages that are not current; `--write` renews them all."""

from __future__ import annotations

import sys

from tools.docs.pages import ROOT, stale, write


def main() -> int:
    """Return 1 where a page is not current."""
    if "--write" in sys.argv[1:]:
        write()
        return 0
    old = stale()
    for path in old:
        print(f"{path.relative_to(ROOT)} is not current: run python -m tools.docs --write")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
