from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec.policy.expression import ExpressionError, check_condition, compile_expression

ERRORS = [
    (
        "memory.neded > 3 GiB",
        1,
        13,
        "memory.neded is not the name of a fact or a field",
        "did you mean memory.needed",
    ),
    ("environment == production", 16, 26, "production is not the name", 'in quotes: "production"'),
    ("memory.needed > 24", 17, 19, "memory.needed is in GiB: write 24 GiB", ""),
    ("24 < memory.needed", 1, 3, "memory.needed is in GiB: write 24 GiB", ""),
    ("memory.needed + 3 > 4 GiB", 17, 18, "memory.needed is in GiB: write 3 GiB", ""),
    ("hardware.count > 24 GiB", 18, 24, "hardware.count is a plain number: write 24", ""),
    (
        "memory.needed > latency.ttft",
        1,
        29,
        "memory.needed is in GiB and latency.ttft in ms: they cannot be compared",
        "",
    ),
    (
        "memory.needed - latency.ttft > 1 ms",
        1,
        29,
        "memory.needed is in GiB and latency.ttft in ms: they cannot be subtracted",
        "",
    ),
    (
        "min(memory.needed, 3 ms) > 1 GiB",
        5,
        24,
        "memory.needed is in GiB and 3 ms in ms: they cannot be compared",
        "",
    ),
    ("memory.needed > 3 GiBs", 19, 23, "GiBs is not a unit", "did you mean GiB"),
    (
        "precision.weights > 8",
        1,
        22,
        "precision.weights is a text and 8 is a plain number: they cannot be compared",
        "",
    ),
    ('model.id > "a"', 1, 15, "model.id is a text: it is equal to another or not, never >", ""),
    ("model.id + 1 > 2", 1, 9, "model.id is a text: arithmetic takes numbers", ""),
    ("-memory.fits", 2, 13, "memory.fits is an answer: a sign takes numbers", ""),
    ("memory.needed and yes", 1, 14, "memory.needed is in GiB, not a condition", ""),
    (
        "memory.fits == memory.boots",
        1,
        28,
        "an answer is compared with yes, no, maybe or unknown",
        "",
    ),
    (
        'model.kind == "open"',
        15,
        21,
        'model.kind is never "open": it is open-weight or api',
        "",
    ),
    (
        'environment in ["prod"]',
        17,
        23,
        'environment is never "prod": it is development, staging or production',
        "",
    ),
    ('"colo" == hardware.class', 1, 7, 'hardware.class is never "colo"', ""),
    (
        "cost.idle_share > 90",
        1,
        21,
        "cost.idle_share > 90 never holds: cost.idle_share is at most 100%",
        "write 90%",
    ),
    ("cost.idle_share > 120%", 1, 23, "cost.idle_share > 120% never holds", ""),
    ("120% < cost.idle_share", 1, 23, "cost.idle_share > 120% never holds", ""),
    ("not cost.idle_share <= 2", 5, 25, "cost.idle_share > 2 never holds", "write 2%"),
    (
        "hardware.count < 0",
        1,
        19,
        "hardware.count < 0 never holds: hardware.count is never negative",
        "",
    ),
    ("hardware.count == -1", 1, 21, "hardware.count == -1 never holds", ""),
    ("memory.offered < 0 GiB", 1, 23, "memory.offered < 0 GiB never holds", ""),
    ("hardware.count = 2", 16, 17, "'=' has no meaning in an expression", "write == to compare"),
    ("memory.fits && memory.boots", 13, 14, "'&' has no meaning", "write and"),
    ("!memory.fits", 1, 2, "'!' has no meaning", "write not"),
    ("hardware.count % 2 == 0", 16, 17, "'%' has no meaning", "follows a number"),
    ("(1 + 2", 1, 2, "this bracket is never closed", ""),
    ("1 +", 4, 5, "the expression breaks off here", ""),
    ("", 1, 2, "an expression is missing", ""),
    ("   ", 4, 5, "an expression is missing", ""),
    ("  memory.neded", 3, 15, "memory.neded is not the name", ""),
    ('name == "a', 9, 11, "this text has no closing quote", ""),
    ("hardware.count ** 2 > 1", 1, 20, "the only operators are + - * /", ""),
    ("hardware.count // 2 > 1", 1, 20, "the only operators are + - * /", ""),
    ("maximum(1, 2) > 1", 1, 8, "maximum is not a function", "did you mean max"),
    ("xyzzy(1) > 1", 1, 6, "xyzzy is not a function", "functions are"),
    ("name.upper() == name", 1, 11, "name.upper is not a function", ""),
    ("min() > 1", 1, 6, "min is not used like this", "min(number, …)"),
    ("min(*[1, 2]) > 1", 1, 13, "min is not used like this", ""),
    ("round(1, 0.5) > 1", 1, 14, "round is not used like this", "round(number, digits)"),
    ("round(1, 99) > 1", 1, 13, "round is not used like this", ""),
    ("given(1)", 1, 9, "given is not used like this", "given(name)"),
    ("any(memory.fits)", 1, 17, "any is not used like this", "any([condition, …])"),
    ("name in name", 9, 13, "in takes a list of literals", 'write ["a", "b"]'),
    ("name in [owner]", 10, 15, "in takes a list of literals", ""),
    ("name in []", 9, 11, "in takes a list of literals", ""),
    ("name is name", 9, 13, "is compares nothing here", "write == or !="),
    ("[1, 2]", 1, 7, "this is not part of the language", ""),
    ("True", 1, 5, "this is not part of the language", ""),
    ("~hardware.count", 1, 2, "'~' has no meaning", ""),
    ("1.2.3 > 1", 1, 5, "this number cannot be read", ""),
    ("1e99 > 1", 1, 5, "no figure is that large", ""),
    (
        "1 if memory.boots else name",
        24,
        28,
        "name is a text: a choice that starts so takes numbers",
        "",
    ),
    ('name == "a"_', 9, 13, "this text cannot be read", ""),
    ("né == name", 2, 3, "'é' has no meaning", ""),
    (
        "memory.needed + latency.ttft > 1 ms",
        1,
        29,
        "memory.needed is in GiB and latency.ttft in ms: they cannot be added",
        "",
    ),
    (
        "(1 GiB if memory.fits else 3 ms) > 2 GiB",
        2,
        32,
        "1 GiB is in GiB and 3 ms in ms: they cannot be alternatives",
        "",
    ),
    ("len(name, owner) > 1", 1, 17, "len is not used like this", "len(text): how many"),
    ("len(1) > 2", 5, 6, "1 is a plain number: len takes texts", ""),
    ("starts_with(name)", 1, 18, "starts_with is not used like this", "whether it begins so"),
    ("contains(name, 2)", 16, 17, "2 is a plain number: contains takes texts", ""),
    ("abs(1, 2) > 1", 1, 10, "abs is not used like this", "abs(number): without its sign"),
    ("abs(name) > 1", 5, 9, "name is a text: abs takes numbers", ""),
    ("round(1, 1, 1) > 1", 1, 15, "round is not used like this", "rounded to so many decimals"),
    ("round(1, 1 GiB) > 1", 1, 16, "round is not used like this", ""),
    ("known(name, owner)", 1, 19, "known is not used like this", "whether the fact has a value"),
    ("all([])", 1, 8, "all is not used like this", "all([condition, …]): whether each holds"),
    ("any()", 1, 6, "any is not used like this", "any([condition, …]): whether one holds"),
    ("-" * 900 + "1", 22, 902, "an expression is at most 20 levels deep", ""),
]


@pytest.mark.parametrize(("text", "column", "end", "message", "advice"), ERRORS)
def test_mistakes_are_found_when_the_rule_is_loaded(
    text: str, column: int, end: int, message: str, advice: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    error = caught.value
    assert error.message.startswith(message)
    assert (error.column, error.end_column) == (column, end)
    assert advice in (error.help or "")
    assert error.help is None or error.help


@pytest.mark.parametrize("text", ["memory.needed", '"a"', "1 + 2"])
def test_a_condition_is_an_answer(text: str) -> None:
    with pytest.raises(ExpressionError, match="not a condition"):
        check_condition(compile_expression(text))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1_000,
        "[" * 61 + "]" * 61,
        "-" * 1_999 + "1",
        "not " * 499 + "yes",
        "1" * 2_000,
        "1+" * 999 + "1",
        "yes and " * 220 + "yes",
        "x" * 2_001,
        "name." * 390 + "a",
        "a if b else " * 160 + "c",
        "\x00",
        "1\n+\n",
        '"' * 1_999,
        "__import__('os').system('true')",
        "().__class__",
        "lambda: 1",
        "[name for name in name]",
        "f'{name}'",
        "yield",
        "await name",
        "name := 1",
    ],
)
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(text)


@given(st.text(max_size=300) | st.text(alphabet="()[]<>=!+-*/.,_ \"'a1%eninotrd", max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_an_expression_or_an_error_in_it(text: str) -> None:
    error = None
    try:
        compile_expression(text)
    except ExpressionError as caught:
        error = caught
    assert error is None or 1 <= error.column <= error.end_column


@pytest.mark.parametrize(
    ("text", "span", "message"),
    [
        ("memory.needed > memory.needed", (1, 30), "it compares memory.needed with itself"),
        ("3 > 2", (1, 6), "it compares two literals"),
        (
            "memory.needed > 5 GiB and memory.needed < 3 GiB",
            (1, 48),
            "memory.needed > 5 GiB and memory.needed < 3 GiB never hold together",
        ),
        ("10 GiB < memory.needed < 5000 MiB", (1, 34), "never hold together"),
        ("hardware.count >= 4 and not hardware.count > 3", (1, 47), "never hold together"),
        ("hardware.count > 4 and given(owner) and hardware.count == 4", (1, 60), "never hold"),
        (
            'hardware.class == "consumer" and hardware.class == "npu" or given(owner)',
            (1, 57),
            "never hold together",
        ),
        ("memory.fits == yes and memory.fits == maybe", (1, 44), "never hold together"),
    ],
)
def test_what_can_never_hold(text: str, span: tuple[int, int], message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert message in caught.value.message
    assert (caught.value.column, caught.value.end_column) == span


@pytest.mark.parametrize(
    "text",
    [
        "memory.needed > 5 GiB or memory.needed < 3 GiB",
        "memory.needed > 5 GiB and any([memory.needed < 3 GiB, given(owner)])",
        "not (memory.needed > 5 GiB and memory.needed < 3 GiB)",
        "hardware.count >= 4 and hardware.count <= 4",
        "hardware.count > 4 and (1 if hardware.count < 2 else 2) > 1",
        "hardware.count > 4 and (hardware.count < 2 or given(owner))",
        "memory.needed > 5 GiB and memory.offered < 3 GiB",
    ],
)
def test_what_may_hold_is_let_through(text: str) -> None:
    compile_expression(text)
