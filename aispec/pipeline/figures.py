"""Facts for all deployments of a run, targets before the front doors over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aispec.estimate.difference import cost_increase
from aispec.estimate.facts import Case, estimate
from aispec.estimate.routes import blend, loads
from aispec.pipeline.options import Options
from aispec.pipeline.placed import Placed, prompts
from aispec.pipeline.recall import recall


def give_facts(placed: Sequence[Placed], options: Options) -> None:
    """Give each deployment its load and its facts, targets before the front doors over them."""
    recall(placed, options)
    carried = loads([each.located.spec for each in placed])
    doors = []
    for each in placed:
        each.workload = carried.get(each.located.spec.name, each.workload)
        if each.located.spec.routes and each.workload:
            doors.append(each)
        else:
            texts = prompts(each, options)
            each.facts = estimate(
                Case(each.deployment, each.workload, options.today, texts, each.before)
            )
    by_name = {each.located.spec.name: each for each in placed}
    for each in sorted(doors, key=lambda door: _depth(door, by_name)):
        targets = [by_name[r.to].facts for r in each.located.spec.routes if r.to in by_name]
        assert each.workload is not None
        each.facts = blend(each.deployment, each.workload, [t for t in targets if t])
        each.facts["cost.increase"] = cost_increase(each.before, each.facts)


def _depth(door: Placed, by_name: Mapping[str, Placed], seen: tuple[str, ...] = ()) -> int:
    """How many front doors lie below this one; a route back to where it came from counts none."""
    name = door.located.spec.name
    below = [by_name[r.to] for r in door.located.spec.routes if r.to in by_name]
    inner = [each for each in below if each.located.spec.name not in (*seen, name)]
    return 1 + max((_depth(each, by_name, (*seen, name)) for each in inner), default=-1)
