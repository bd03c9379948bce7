"""The schemas are sound, say everything, and mean the same to every reader of JSON Schema."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec.resources import schema
from aispec.spec.document import parse
from aispec.spec.schema import check
from aispec.spec.units import KINDS, UnitError, read
from tests.spec.specimens import DOOR, HOSTED, LONG, SHORT

SPEC = schema("ai-deploy")
ORACLE = jsonschema.Draft202012Validator(SPEC)
SECOND = jsonschema_rs.Draft202012Validator(SPEC)
UNITED = {
    kind: jsonschema_rs.Draft202012Validator({"$defs": SPEC["$defs"], "$ref": f"#/$defs/{kind}"})
    for kind in sorted(KINDS)
}
VALUES = st.sampled_from(
    [
        *(None, True, False, 0, 1, 2, -1, 0.5, 60, 1.0, 10**19, "", "x", "a\nb", "y" * 201, [], {}),
        *(
            [1],
            ["x"],
            {"id": "m"},
            {"p95": 3},
            {"p50": 1, "p95": 2},
            {"x": 1},
            "2x h100",
            "vllm 0.11",
        ),
        *("60%", "300ms", "40k", "1000/day", "500 USD", "80GiB", "2.99 USD/hour", "vlm", "yes"),
        *([{"to": "a", "share": "100%"}], {"daily": 3}, {"count": 1, "tokens": 5}, {"en": "50%"}),
    ]
)


def nodes(part: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found = [(path, part)] if isinstance(part, dict) else []
    items = (
        part.items()
        if isinstance(part, dict)
        else enumerate(part)
        if isinstance(part, list)
        else ()
    )
    for key, value in items:
        if key != "examples":
            found += nodes(value, (*path, str(key)))
    return found


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


@pytest.mark.parametrize("name", ["ai-deploy", "config"])
def test_the_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"https://aispec.dev/schemas/{name}.schema.json"


@pytest.mark.parametrize("name", ["ai-deploy", "config"])
def test_every_property_is_described_and_shown(name: str) -> None:
    whole = schema(name)
    for path, part in nodes(whole):
        named = len(path) > 1 and path[-2] in ("properties", "$defs")
        if named and "dependentSchemas" not in path:
            assert part.get("description"), path
            assert part.get("examples"), path
        for example in part.get("examples", []) if isinstance(part.get("examples"), list) else []:
            validator = jsonschema_rs.Draft202012Validator({**part, "$defs": whole["$defs"]})
            assert validator.is_valid(example), (path, example)


@pytest.mark.parametrize("text", [SHORT, LONG, HOSTED, DOOR])
def test_the_whole_format_is_taken(text: str) -> None:
    data = parse(text)[0][0].data
    assert ORACLE.is_valid(data)
    assert SECOND.is_valid(data)
    assert check(parse(text)[0][0], SPEC) == []


@settings(max_examples=600, deadline=None)
@given(st.sampled_from([SHORT, LONG, HOSTED, DOOR]), st.data())
def test_three_readers_agree(text: str, draw: st.DataObject) -> None:
    data = copy.deepcopy(parse(text)[0][0].data)
    for _ in range(draw.draw(st.integers(1, 3))):
        data = change(data, draw) or data
    document = parse(yaml.safe_dump(data, allow_unicode=True))[0][0]
    problems = check(document, SPEC)
    assert ORACLE.is_valid(document.data) == SECOND.is_valid(document.data)
    if not problems:
        assert SECOND.is_valid(document.data)
    elif SECOND.is_valid(document.data):
        # A pattern cannot compare: "160%" looks like a percentage.
        assert {problem.code for problem in problems} <= {"SPEC009", "SPEC010"}


def change(data: Any, draw: st.DataObject) -> Any:
    *above, last = draw.draw(st.sampled_from([place for place in places(data) if place]))
    holder = data
    for step in above:
        holder = holder[step]
    what = draw.draw(st.sampled_from(["set", "drop", "add"]))
    if what == "drop":
        del holder[last]
    elif what == "add" and isinstance(holder, dict):
        key = draw.draw(st.sampled_from([*SPEC["properties"], "id", "nmae"]))
        holder[key] = copy.deepcopy(draw.draw(VALUES))
    else:
        holder[last] = copy.deepcopy(draw.draw(VALUES))
    return data


@settings(max_examples=1500, deadline=None)
@given(
    st.sampled_from(sorted(UNITED)),
    st.one_of(
        st.integers(-5, 10**20),
        st.floats(allow_nan=False, allow_infinity=False),
        st.from_regex(r"\A\$? ?[0-9]{0,4}(\.[0-9]{0,2})?(e[0-9]{1,2})? ?[kKMGTiBb%mshd]{0,3}"
                      r"(USD)?( ?/ ?(s|min|day|d|h|hour|month|Mtok|ktok))?\Z"),
        st.sampled_from(["500 USD", "$5k/month", "24 h/day", "15 tokens/s", "3 per 1M tok", "0"]),
    ),
)  # fmt: skip
def test_patterns_and_units_agree(kind: str, value: float | str) -> None:
    try:
        read(kind, value)
        code = None
    except UnitError as error:
        code = error.code
    valid = UNITED[kind].is_valid(value)
    if code is None:
        assert valid
    elif valid:
        assert code == "SPEC010" or kind.endswith(("share", "growth")), (kind, value)
