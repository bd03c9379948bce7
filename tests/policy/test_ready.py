"""What a wheel has checked of its rules' expressions is what a checkout finds in their texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aispec.policy import expression, machine_steps, message
from aispec.policy.compile import write_offered, write_rules
from aispec.policy.expression import Expression, compile_expression
from aispec.policy.message import Template, compile_template
from aispec.policy.ready import FILE, Ready, ready
from aispec.resources import rules_dir


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    out = tmp_path_factory.mktemp("built")
    write_rules(rules_dir(), out)
    return Ready(**json.loads(Path(out, FILE).read_text(encoding="utf-8")))


def plain(parts: object) -> object:
    """Parts as JSON has them."""
    return [*map(plain, parts)] if isinstance(parts, (tuple, list)) else parts


def told(each: Expression) -> object:
    return plain(each.parts), each.text, each.kind, each.unit, each.names, each.asks


def shown(each: Template) -> object:
    return [
        part
        if isinstance(part, str)
        else (told(part.expression), part.show, part.style, part.digits)
        for part in each.parts
    ]


def test_a_checkout_has_nothing_ready() -> None:
    assert ready() == Ready({}, {})


def test_expressions_of_a_wheel_are_those_of_their_texts(
    built: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expression, "ready", lambda: built)
    monkeypatch.setattr(message, "ready", lambda: built)
    assert len(built.expressions) > 100
    for text in built.expressions:
        assert told(expression.expression.__wrapped__(text)) == told(compile_expression(text))
    assert len(built.templates) > 100
    for text in built.templates:
        assert shown(message.template.__wrapped__(text)) == shown(compile_template(text))


def test_what_is_not_ready_is_compiled(built: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expression, "ready", lambda: built)
    text = "hardware.count > 17 and starts_with(name, 'x')"
    assert text not in built.expressions
    assert told(expression.expression.__wrapped__(text)) == told(compile_expression(text))


def test_accelerators_of_a_wheel_are_those_worked_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_offered(tmp_path)
    names = json.loads((tmp_path / "offered.json").read_text(encoding="utf-8"))
    worked_out = machine_steps.offered()
    assert names == [card.id for card in worked_out]
    monkeypatch.setattr(machine_steps.resources, "packaged", lambda: True)
    monkeypatch.setattr(machine_steps, "load_data", lambda _: names)
    assert machine_steps.offered.__wrapped__() == worked_out
