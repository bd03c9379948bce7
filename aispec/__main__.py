"""Run the command line: `python -m aispec`."""

from aispec.surface.cli import main

if __name__ == "__main__":
    main()
