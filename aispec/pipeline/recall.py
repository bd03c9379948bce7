"""What each deployment of a run was in the run that it is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from aispec.estimate.fact import Absent, Facts
from aispec.pipeline.options import Options
from aispec.pipeline.placed import Placed
from aispec.record import record

_NEW = Absent("it was not there before")


@record
class _Known:
    path: str
    name: str
    stated: Facts


def recall(placed: Sequence[Placed], options: Options) -> None:
    """Give each deployment its facts of before, where the run is compared with another."""
    if options.before is None:
        return
    from aispec.estimate.stated import stated
    from aispec.report.matching import match

    old = options.before.deployments
    known = [_Known(p.file.path, p.located.spec.name, stated(p.deployment)) for p in placed]
    found = match(old, known)
    for number, each in enumerate(placed):
        each.before = old[found[number]].facts if number in found else _NEW
