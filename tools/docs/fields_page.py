"""References of the spec and of the settings, made from their schemas."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from aispec.catalog.assumed import DEFAULTS
from aispec.catalog.profiles import latency_profiles
from aispec.policy.rule import load_builtin
from tools.docs.rule_links import Lookers, by_field, linked
from tools.docs.schema_walk import Field, fields

_ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = Path(__file__).with_name("left_out.yaml")

_SPEC_INTRO = """\
# The spec, field by field

Every field of `ai-deploy.yaml`, from [its schema](../schemas/ai-deploy.schema.json): what it takes,
what happens where it is left out, and which rules look at it. `version`, `name` and `workload` have
to be there, and `model` with `hardware` or with `api`, or `routes` in their place. A key that is
not here is an error, with the nearest name that is.

For editors, `aispec schema` prints the schema; in the file's first line,
`# yaml-language-server: $schema=…` names it. [The YAML dialect](dialect.md) says how scalars are
read, and [units](#units) which units a value may have.
"""
_SETTINGS_INTRO = """\
# Settings, field by field

Every field of `.aispec.yaml`, from [its schema](../schemas/config.schema.json). The nearest file at
or above a spec governs it, up to the root of the repository; settings do not add up over folders.
Paths and globs are relative to the file. `aispec rules list --effective FILE` says which rules
govern a spec and who decided. [Policies](policies.md) tells how the settings work together.
"""
_UNITS = """\
## Units

| kind | bare number | written with its unit |
| --- | --- | --- |
"""
_KINDS = (
    ("count", "pieces"),
    ("per_minute", "a minute"),
    ("per_day", "a day"),
    ("tokens_per_second", "tokens a second"),
    ("milliseconds", "milliseconds"),
    ("seconds", "seconds"),
    ("hours_per_month", "hours a month"),
    ("size", "refused, except 0"),
    ("share", "0 to 1"),
    ("usd_per_month", "US dollars a month"),
    ("usd_per_session", "US dollars a session"),
    ("usd_per_hour", "US dollars an hour"),
    ("usd_per_mtok", "US dollars a million tokens"),
)


@cache
def left_out() -> Mapping[str, Mapping[str, Any]]:
    """Return what happens where fields are left out, by document and path."""
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(_LEFT_OUT.read_text(encoding="utf-8"))
    return found


@cache
def schema(name: str) -> Mapping[str, Any]:
    """Return a schema of the repository as data."""
    text = (_ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def spec_page() -> str:
    """Return the reference of the spec."""
    listed = [*fields(schema("ai-deploy"))]
    rules = by_field(load_builtin(told=True), (each.path for each in listed))
    lines = [_SPEC_INTRO, *_sections(listed, left_out()["spec"], rules)]
    lines += [*_assumptions(), *_profiles(), _UNITS + "\n".join(_units()), ""]
    return "\n".join(lines)


def settings_page() -> str:
    """Return the reference of `.aispec.yaml`."""
    listed = [*fields(schema("config"))]
    nobody = {each.path: Lookers() for each in listed}
    return "\n".join([_SETTINGS_INTRO, *_sections(listed, left_out()["settings"], nobody)])


def _sections(
    listed: Iterable[Field], defaults: Mapping[str, Any], rules: Mapping[str, Lookers]
) -> Iterator[str]:
    for _, group in groupby(listed, key=lambda each: each.top):
        for number, each in enumerate(group):
            yield from _entry(each, 2 if number == 0 else 3, defaults[each.path], rules[each.path])


def _entry(each: Field, level: int, default: Mapping[str, Any], rules: Lookers) -> Iterator[str]:
    yield f"{'#' * level} `{each.path}`"
    yield ""
    yield each.meaning
    yield ""
    yield f"- Takes: {'; '.join(each.takes)}"
    if not each.required:
        yield f"- Left out: {default['text']}"
    else:
        yield "- Required"
    if each.examples:
        shown = " or ".join(f"`{each.name}: {_flow(value)}`" for value in each.examples)
        yield f"- Example: {shown}"
    if rules.looking:
        yield f"- Rules: {linked(rules.looking)}"
    if rules.changing:
        yield f"- Changed by the remedies of: {linked(rules.changing)}"
    yield ""


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=4096)
    return text.strip().removesuffix("...").strip()


def _assumptions() -> Iterator[str]:
    meanings = left_out()["assumptions"]
    yield "## Assumptions by name"
    yield ""
    yield "Figures that stand in for what a spec leaves out. `aispec check --verbose` prints what"
    yield "was assumed; `assumptions` in the spec or in `.aispec.yaml` sets them."
    yield ""
    yield "| name | default | meaning |"
    yield "| --- | --: | --- |"
    for name, meaning in meanings.items():
        default = f"{DEFAULTS[name]:g}" if name in DEFAULTS else "not set"
        yield f"| `{name}` | {default} | {meaning} |"
    yield ""


def _profiles() -> Iterator[str]:
    yield "## Profiles of latency targets"
    yield ""
    yield "`sla.profile` fills in the targets that `sla` does not give. A standard one quotes its"
    yield "source; an editorial one is this project's own reading."
    yield ""
    yield "| profile | time to first token | tokens a second | basis | source |"
    yield "| --- | --: | --: | --- | --- |"
    taken = schema("ai-deploy")["$defs"]["sla"]["properties"]["profile"]["enum"]
    for profile in latency_profiles():
        names = [name for name in (profile.name, *profile.aliases) if name in taken]
        if not names:
            continue
        ttft = "none" if profile.ttft_ms is None else f"{profile.ttft_ms:g} ms"
        if profile.percentile:
            ttft += f" at p{profile.percentile}"
        tps = "none" if profile.tps is None else f"{profile.tps:g}"
        shown = ", ".join(f"`{name}`" for name in names)
        yield f"| {shown} | {ttft} | {tps} | {profile.basis} | {profile.source} |"
    yield ""


def _units() -> Iterator[str]:
    for name, bare in _KINDS:
        kind = schema("ai-deploy")["$defs"][name]
        written = ", ".join(f"`{_flow(value)}`" for value in kind["examples"])
        yield f"| {kind['title']} | {bare} | {written} |"
