"""Command lines, read and never run."""

import pytest

from aispec.adopt.draft import AdoptError
from aispec.adopt.shell import commands, expand, unwrapped


def argvs(script: str) -> list[tuple[str, ...]]:
    return [command.argv for command in commands(script)]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("vllm serve x # a comment", [("vllm", "serve", "x")]),
        ("a 'b c' \"d e\"", [("a", "b c", "d e")]),
        ("a \\\n  b \\\n  c\nd", [("a", "b", "c"), ("d",)]),
        ("a && b || c; d & e | f", [("a",), ("b",), ("c",), ("d",), ("e",), ("f",)]),
        ("X=1 Y=2 a $X ${Y} ${Z:-3} $Q", [("a", "1", "2", "3", "$Q")]),
        ("export M=x/y\nvllm serve $M", [("vllm", "serve", "x/y")]),
        ("M=x/y\nvllm serve $M", [("vllm", "serve", "x/y")]),
        ("sudo nohup exec a", [("a",)]),
        ("$ a b", [("a", "b")]),
        ("a --json '{\n \"k\": 1}'", [("a", "--json", '{\n "k": 1}')]),
        ("a 'b\\'\nc", [("a", "b\\"), ("c",)]),
        ('a "b\\" c"\nd', [("a", 'b" c'), ("d",)]),
        ("a # it's\nb", [("a",), ("b",)]),
        ("a --json '{\"k\": 1}'", [("a", "--json", '{"k": 1}')]),
    ],
)
def test_words_of_a_script(script: str, words: list[tuple[str, ...]]) -> None:
    assert argvs(script) == words


def test_substitutions_are_left_alone() -> None:
    assert expand("$(rm -rf /) `id` $(HOME)", {"HOME": "x"}) == "$(rm -rf /) `id` x"


def test_a_shell_within_a_list_is_opened() -> None:
    found = unwrapped(["/bin/bash", "-euc", "sleep 1; vllm serve $M"], {"M": "x/y"})
    assert [command.argv for command in found] == [("sleep", "1"), ("vllm", "serve", "x/y")]


def test_an_open_quote_is_an_error() -> None:
    with pytest.raises(AdoptError, match="quote"):
        commands("a 'b")
