"""PyYAML's parser, without what only its other half needs.

Importing PyYAML compiles the patterns of the readers and resolvers that are written in Python, one
of them of every printable character: a ninth of the time of a whole `aispec check` of one spec, for
patterns that libyaml's parser never asks. They are compiled when somebody does.
"""

from __future__ import annotations

from aispec.late import patterns_wait

with patterns_wait():
    from yaml import YAMLError, events

try:
    from yaml.cyaml import CParser as Parser  # type: ignore[attr-defined]
except ImportError:  # a PyYAML that was built without libyaml
    from yaml import Loader as Parser  # type: ignore[assignment]

__all__ = ["Parser", "YAMLError", "events"]
