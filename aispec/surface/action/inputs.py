"""The Action's inputs, as `action.yml` hands them over in the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from aispec.record import record
from aispec.surface.action.failure import InvalidError

FailOn = Literal["", "error", "warning", "never"]


@record
class Inputs:
    """What the workflow asks for. An empty text leaves the choice to the settings or the event."""

    paths: tuple[str, ...] = ()
    config: str = ""
    base: str = ""
    fail_on: FailOn = ""
    scope: Literal["all", "changed"] = "all"
    comment: Literal["update", "recreate", "never"] = "update"
    when: Literal["always", "changed", "findings"] = "changed"
    key: str = "default"
    annotations: bool = True
    token: str = ""


def read(environment: Mapping[str, str]) -> Inputs:
    """Return the inputs. Raises `InvalidError` for a word that an input does not take."""

    def chosen(name: str, words: Sequence[str], usual: str = "") -> str:
        given = environment.get(_variable(name), "").strip().lower() or usual
        if given and given not in words:
            raise InvalidError(f"{name} is '{given}'; it is one of {', '.join(words)}")
        return given

    usual = Inputs()
    fail_on = chosen("fail-on", ("error", "warning", "never"))
    scope = chosen("scope", ("all", "changed"), usual.scope)
    comment = chosen("comment", ("update", "recreate", "never"), usual.comment)
    when = chosen("comment-when", ("always", "changed", "findings"), usual.when)
    annotations = chosen("annotations", ("true", "false"), "true")
    lines = environment.get(_variable("paths"), "").splitlines()
    return Inputs(
        paths=tuple(line.strip() for line in lines if line.strip()),
        config=environment.get(_variable("config"), "").strip(),
        base=environment.get(_variable("base"), "").strip(),
        fail_on=cast(FailOn, fail_on),
        scope=cast(Literal["all", "changed"], scope),
        comment=cast(Literal["update", "recreate", "never"], comment),
        when=cast(Literal["always", "changed", "findings"], when),
        key=environment.get(_variable("comment-key"), "").strip() or usual.key,
        annotations=annotations == "true",
        token=environment.get("GITHUB_TOKEN", "").strip(),
    )


def _variable(name: str) -> str:
    return "AISPEC_" + name.replace("-", "_").upper()
