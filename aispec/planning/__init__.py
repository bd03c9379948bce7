"""Planning: the search for the deployments that meet what a spec promises.

The spec is changed in every way that its catalogue and the wishes leave open, and the pipeline says
what each comes to. Routes are planned target by target, because each has its own hardware.
"""

from __future__ import annotations

from aispec.planning.plan import plan
from aispec.planning.question import Question
from aispec.planning.wishes import KEPT, PlanError, Unplannable, Wishes
from aispec.report.proposal import Plan

__all__ = ["KEPT", "Plan", "PlanError", "Question", "Unplannable", "Wishes", "plan"]
