"""The changes: mutmut's operators on every expression and statement of the packages on trial.

mutmut itself leaves alone what stands outside functions or is decorated, and runs tests in
processes that have filled their caches of rules and catalogue before the change, where a change of
what fills them goes unseen. So its operators are taken, and `tools.mutation.trial` does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random

import libcst as cst
from mutmut.mutation.file_mutation import NEVER_MUTATE_FUNCTION_CALLS
from mutmut.mutation.mutators import mutation_operators

from tools.mutation.mutant import ON_TRIAL, ROOT, Mutant


@dataclass(frozen=True, slots=True)
class _Change:
    path: str
    module: cst.Module
    node: cst.CSTNode
    changed: cst.CSTNode


class _Changes(cst.CSTVisitor):
    """Gathers the nodes of a module with what each operator makes of them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Gather the changes of a node, and go on below it where tests could tell."""
        if _unheard(node):
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self.found.extend((node, changed) for changed in operator(node))
        return True


def sampled(sample: int, seed: int, only: str = "") -> tuple[list[Mutant], int]:
    """Return changes, one drawn from each of equal stretches of the code, and how many there are.

    The same seed draws the same changes of the same code. They come in no order, so that who stops
    early has tried some of everywhere. A `sample` of 0 takes them all; `only` is how the paths
    wanted begin.
    """
    changes = [change for path in _paths(only) for change in _changes(path)]
    total = len(changes)
    wanted = min(sample or total, total)
    draw = Random(seed)
    ends = [step * total // wanted for step in range(wanted + 1)] if wanted else []
    made = [_made(changes[draw.randrange(start, end)]) for start, end in pairwise(ends)]
    draw.shuffle(made)
    return made, total


def _unheard(node: cst.CSTNode) -> bool:
    """Whether no test could tell a change: nothing reads annotations and exports as it runs."""
    if isinstance(node, cst.Annotation | cst.Decorator):
        return True
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
        return node.func.value in NEVER_MUTATE_FUNCTION_CALLS
    if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Name):
        return node.targets[0].target.value == "__all__"
    return False


def _paths(only: str) -> list[str]:
    found = (path for folder in ON_TRIAL for path in (ROOT / folder).rglob("*.py"))
    names = sorted(path.relative_to(ROOT).as_posix() for path in found)
    return [name for name in names if name.startswith(only)]


def _changes(path: str) -> list[_Change]:
    module = cst.parse_module((ROOT / path).read_text(encoding="utf-8"))
    visitor = _Changes()
    module.visit(visitor)
    return [_Change(path, module, node, changed) for node, changed in visitor.found]


def _made(change: _Change) -> Mutant:
    changed = change.module.deep_replace(change.node, change.changed)
    assert isinstance(changed, cst.Module)
    before, after = change.module.code.splitlines(), changed.code.splitlines()
    alike = _alike(before, after)
    beneath = _alike(before[alike:][::-1], after[alike:][::-1])
    last, after_last = len(before) - beneath, len(after) - beneath
    return Mutant(
        change.path,
        alike + 1,
        max(last, alike + 1),
        _squeezed(before[alike:last]),
        _squeezed(after[alike:after_last]),
        changed.code,
    )


def _alike(one: list[str], other: list[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _squeezed(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)
