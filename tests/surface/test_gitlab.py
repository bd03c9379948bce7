"""The same comment as a note on a merge request."""

from collections.abc import Iterator

import pytest

from aispec.surface.forge.forge import Source
from aispec.surface.forge.gitlab import GitLab
from aispec.surface.forge.upsert import Outcome, Wish, publish
from tests.fakes import gitlab as fakes
from tests.fakes.github import serving
from tests.surface.test_forge import body

USUAL = Wish()


@pytest.fixture
def lab() -> Iterator[fakes.GitLab]:
    with serving(fakes.GitLab(), fakes.handler) as fake:
        yield fake
    assert fake.violations == []


def forge(lab: fakes.GitLab, token: str = "token") -> GitLab:
    return GitLab("acme/ai", token, lab.url, "https://gitlab.test/acme/ai", pause=lambda _: None)


def put(lab: fakes.GitLab, text: str, wish: Wish = USUAL, token: str = "token") -> Outcome:
    return publish(forge(lab, token), 7, text, wish, pause=lambda _: None)


def bodies(lab: fakes.GitLab) -> list[str]:
    return [note["body"] for note in lab.notes]


def test_a_note_is_made_then_kept_then_left(lab: fakes.GitLab) -> None:
    made = put(lab, body("one"))
    assert made == Outcome("created", "https://gitlab.test/acme/ai/-/merge_requests/7#note_500")
    assert put(lab, body("two", run="11.1")).result == "updated"
    assert put(lab, body("two", run="12.1")).result == "unchanged"
    assert put(lab, body("late", run="10.1")).result == "skipped"
    assert bodies(lab) == [body("two", run="11.1")]


def test_a_note_is_found_behind_a_hundred_others_and_recreated(lab: fakes.GitLab) -> None:
    for number in range(120):
        lab.add(f"chatter {number}", "octocat", system=number % 2 == 0)
    lab.add(body("old"))
    assert put(lab, body("new", run="11.1"), Wish(recreate=True)).result == "created"
    assert bodies(lab)[120:] == [body("new", run="11.1")]


@pytest.mark.parametrize("user", [None, "project_12_bot_5f"])
def test_a_strangers_note_is_left_alone(lab: fakes.GitLab, user: str | None) -> None:
    lab.user = user
    lab.add(body("not ours"), "mallory_bot")
    assert put(lab, body("ours", run="11.1")).result == "created"
    assert put(lab, body("again", run="12.1")).result == "updated"
    assert bodies(lab) == [body("not ours"), body("again", run="12.1")]


def test_a_token_that_may_not_write_is_no_error(lab: fakes.GitLab) -> None:
    lab.writable = False
    assert put(lab, body()) == Outcome("refused", reason="403 403 Forbidden")
    assert put(lab, body(), token="").reason.startswith("401")


def test_what_a_merge_request_changes_and_which_one_it_is(lab: fakes.GitLab) -> None:
    lab.diffs = [{"new_path": "b.yaml", "old_path": "a.yaml"}]
    lab.merge_requests = [
        {"iid": 6, "state": "merged", "sha": "a" * 40},
        {"iid": 7, "state": "opened", "sha": "a" * 40},
    ]
    assert forge(lab).changed_files(7) == ["b.yaml", "a.yaml"]
    assert forge(lab).pull_with(Source("a" * 40)) == 7
    assert forge(lab).pull_with(Source("b" * 40)) is None
