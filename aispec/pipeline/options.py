"""What can be said of one run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from aispec.record import made, record

if TYPE_CHECKING:
    from aispec.policy.rule import Rule
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
    kept: str | None = None  # a folder of earlier results; reports then have overviews only
    rules: tuple[Rule, ...] = ()  # beside those that come with aispec and those settings name


MOST_DEPLOYMENTS = 50
"""With more deployments that something is found in, remedies are looked for only when asked."""


def seeking(wanting: int, options: Options) -> bool:
    """Whether remedies are looked for in a run in which so many deployments want one."""
    return wanting <= MOST_DEPLOYMENTS if options.remedies is None else options.remedies
