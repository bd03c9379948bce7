"""What can be said of one run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from aispec.policy.rule import Rule
from aispec.record import made, record
from aispec.report.report import FailOn, Report


@record
class Options:
    """How a run differs from the usual one."""

    root: str = "."
    repository: str | None = None  # the folder that settings and paths may not leave
    config: str | None = None  # settings that govern every file, in place of the nearest
    today: date | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: FailOn | None = None
    strict: bool = False
    prices: str | None = None  # a file that goes before the settings' and the catalogue's
    baseline: str | None = None  # a file; None is the one beside the settings, "" none at all
    remedies: bool | None = None  # None: unless there are very many findings
    files: Mapping[str, str] = made(default_factory=dict)  # not on disk, by the name in a spec
    before: Report | None = None  # the run that this one is compared with
    rules: tuple[Rule, ...] = ()  # beside those that come with aispec and those settings name
