"""Facts for all deployments of a run, targets before the front doors over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aispec.estimate.difference import cost_increase
from aispec.estimate.facts import Case, estimate, prompt_tokens
from aispec.estimate.routes import blend, loads
from aispec.pipeline.options import Options
from aispec.pipeline.placed import Placed
from aispec.pipeline.recall import recall
from aispec.spec.model import Workload


def give_facts(placed: Sequence[Placed], options: Options) -> None:
    """Give each deployment its load and its facts, targets before the front doors over them."""
    recall(placed, options)
    carried = loads([each.located.spec for each in placed])
    named = {_files(each.workload): each.prompts for each in placed if each.prompts}
    doors = []
    for each in placed:
        each.workload = carried.get(each.located.spec.name, each.workload)
        each.prompts = named.get(_files(each.workload), each.prompts)
        if each.located.spec.routes and each.workload:
            doors.append(each)
        else:
            each.facts = estimate(
                Case(each.deployment, each.workload, options.today, each.prompts, each.before)
            )
    by_name = {each.located.spec.name: each for each in placed}
    for each in sorted(doors, key=lambda door: _depth(door, by_name)):
        targets = [by_name[r.to].facts for r in each.located.spec.routes if r.to in by_name]
        assert each.workload is not None
        texts = prompt_tokens(Case(each.deployment, each.workload, prompts=each.prompts))
        each.facts = blend(each.deployment, each.workload, [t for t in targets if t], texts)
        each.facts["cost.increase"] = cost_increase(each.before, each.facts)


def _files(workload: Workload | None) -> int:
    """Whose files a workload names: a share of a front door's names the door's own."""
    return id(workload.prompts) if workload else 0


def _depth(door: Placed, by_name: Mapping[str, Placed], seen: tuple[str, ...] = ()) -> int:
    """How many front doors lie below this one; a route back to where it came from counts none."""
    name = door.located.spec.name
    below = [by_name[r.to] for r in door.located.spec.routes if r.to in by_name]
    inner = [each for each in below if each.located.spec.name not in (*seen, name)]
    return 1 + max((_depth(each, by_name, (*seen, name)) for each in inner), default=-1)
