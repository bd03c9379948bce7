"""The comment on GitHub, against a server that is held to GitHub's own description."""

from collections.abc import Iterator
from email.message import Message as HTTPMessage
from urllib.parse import quote
from urllib.request import Request

import pytest

from aispec.surface.forge.forge import RefusedError, Source, UnavailableError
from aispec.surface.forge.github import GitHub
from aispec.surface.forge.http import _SameHost
from aispec.surface.forge.upsert import Outcome, Wish, publish
from tests.fakes import github as fakes

PULL = 7
USUAL = Wish()


@pytest.fixture
def hub() -> Iterator[fakes.GitHub]:
    with fakes.serving(fakes.GitHub()) as fake:
        yield fake
    assert fake.violations == []


def body(text: str = "one", run: str = "10.1", key: str = "default", sha: str = "abc") -> str:
    mark = f"<!-- aispec:report key={key} run={run} sha={sha} -->"
    return f"{mark}\n### aispec: {text}\n\n<sub>{run}</sub>\n"


def forge(hub: fakes.GitHub, token: str = "token") -> GitHub:
    return GitHub(hub.repository, token, hub.url, pause=lambda _: None)


def put(hub: fakes.GitHub, text: str, wish: Wish = USUAL, token: str = "token") -> Outcome:
    return publish(forge(hub, token), PULL, text, wish, pause=lambda _: None)


def test_a_first_comment_is_made_and_then_kept_up_to_date(hub: fakes.GitHub) -> None:
    made = put(hub, body("one"))
    assert (made.result, hub.bodies(PULL)) == ("created", [body("one")])
    assert made.url.endswith(f"#issuecomment-{hub.comments[PULL][0]['id']}")
    updated = put(hub, body("two", run="11.1"))
    assert (updated.result, updated.url) == ("updated", made.url)
    assert hub.bodies(PULL) == [body("two", run="11.1")]


def test_what_says_the_same_is_not_written_again(hub: fakes.GitHub) -> None:
    put(hub, body())
    hub.comments[PULL][0]["body"] = body().replace("\n", "\r\n")
    assert put(hub, body(run="11.2", sha="fff")).result == "unchanged"
    assert hub.writes == ["POST"]


def test_the_comment_is_found_behind_a_hundred_others(hub: fakes.GitHub) -> None:
    for number in range(100):
        hub.add(PULL, f"chatter {number}", fakes.PERSON)
    hub.add(PULL, body("old"))
    assert put(hub, body("new", run="11.1")).result == "updated"
    assert len(hub.bodies(PULL)) == 101
    assert hub.bodies(PULL)[-1] == body("new", run="11.1")


@pytest.mark.parametrize("user", [None, {"login": "OctoCat", "type": "User"}])
def test_a_strangers_comment_with_our_marker_is_left_alone(
    hub: fakes.GitHub, user: dict[str, str] | None
) -> None:
    hub.user = user
    hub.add(PULL, body("not ours"), {"login": "mallory", "type": "User"})
    hub.add(PULL, "> " + body("quoted"))
    assert put(hub, body("ours", run="11.1")).result == "created"
    assert put(hub, body("ours again", run="12.1")).result == "updated"
    assert hub.bodies(PULL) == [
        body("not ours"),
        "> " + body("quoted"),
        body("ours again", run="12.1"),
    ]


def test_a_persons_token_does_not_take_over_a_bots_comment(hub: fakes.GitHub) -> None:
    hub.user = fakes.PERSON
    hub.add(PULL, body("the bot's"), fakes.BOT)
    assert put(hub, body("mine", run="11.1")).result == "created"
    assert hub.bodies(PULL)[0] == body("the bot's")


def test_the_oldest_comment_wins_and_its_twins_go(hub: fakes.GitHub) -> None:
    for run in ("1.1", "2.1", "3.1"):
        hub.add(PULL, body("twin", run=run))
    assert put(hub, body("one", run="4.1")).result == "updated"
    assert hub.bodies(PULL) == [body("one", run="4.1")]


def test_twins_go_though_nothing_is_new(hub: fakes.GitHub) -> None:
    hub.add(PULL, body("same", run="1.1"))
    hub.add(PULL, body("other", run="1.1"))
    assert put(hub, body("same", run="4.1")).result == "unchanged"
    assert hub.bodies(PULL) == [body("same", run="1.1")]


@pytest.mark.parametrize(
    ("written", "mine", "result"),
    [
        ("20.1", "19.3", "skipped"),
        ("20.2", "20.1", "skipped"),
        ("9.1", "10.1", "updated"),
        ("20.1", "20.1", "updated"),
        ("999999999999999999999.1", "10.1", "created"),  # no marker of ours has such a run
    ],
)
def test_an_older_run_writes_nothing(
    hub: fakes.GitHub, written: str, mine: str, result: str
) -> None:
    hub.add(PULL, body("there", run=written))
    assert put(hub, body("here", run=mine)).result == result


def test_legs_of_a_matrix_keep_a_comment_each(hub: fakes.GitHub) -> None:
    for key in ("a100 / fp8", "h100", "-->"):
        assert put(hub, body(key=quote(key, safe=""))).result == "created"
    assert len(hub.bodies(PULL)) == 3
    assert put(hub, body("new", key="h100", run="11.1")).result == "updated"
    assert len(hub.bodies(PULL)) == 3


def test_recreate_writes_anew_and_removes_the_old_one(hub: fakes.GitHub) -> None:
    put(hub, body("one"))
    hub.add(PULL, "chatter", fakes.PERSON)
    assert put(hub, body("two", run="11.1"), Wish(recreate=True)).result == "created"
    assert hub.bodies(PULL) == ["chatter", body("two", run="11.1")]
    assert put(hub, body("two", run="12.1"), Wish(recreate=True)).result == "unchanged"


def test_a_first_comment_that_is_not_worth_making_is_not_made(hub: fakes.GitHub) -> None:
    assert put(hub, body(), Wish(first=False)).result == "skipped"
    put(hub, body("one"))
    assert put(hub, body("two", run="11.1"), Wish(first=False)).result == "updated"


@pytest.mark.parametrize(("token", "status"), [("token", "403"), ("", "401")])
def test_a_token_that_may_not_write_is_no_error(hub: fakes.GitHub, token: str, status: str) -> None:
    hub.writable = False
    refused = put(hub, body(), token=token)
    assert refused.result == "refused"
    assert refused.reason.startswith(status)


@pytest.mark.parametrize(
    "fault",
    [
        fakes.Fault("GET", "/comments", 502),
        fakes.Fault("GET", "/comments", 429, {"Retry-After": "3"}),
        fakes.Fault("POST", "/comments", 403, {"Retry-After": "60"}),
        fakes.Fault(
            "GET", "/comments", 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}
        ),
        fakes.Fault("POST", "/comments", 503),
        fakes.Fault("POST", "/comments", 502, done=True),
    ],
)
def test_a_server_that_stumbles_is_asked_again_and_gets_one_comment(
    hub: fakes.GitHub, fault: fakes.Fault
) -> None:
    hub.faults = [fault]
    assert put(hub, body()).result == "created"
    assert hub.bodies(PULL) == [body()]


def test_a_server_that_stays_broken_or_asks_for_an_hour_is_given_up(hub: fakes.GitHub) -> None:
    hub.faults = [fakes.Fault("GET", "/comments", 502)] * 9
    assert put(hub, body()) == Outcome("refused", reason="502 not now")
    hub.faults = [fakes.Fault("POST", "/comments", 429, {"Retry-After": "3600"})]
    assert put(hub, body()).result == "refused"
    assert hub.bodies(PULL) == []


def test_waiting_is_as_long_as_asked_for(hub: fakes.GitHub) -> None:
    waited: list[float] = []
    hub.faults = [fakes.Fault("GET", "/user", 429, {"Retry-After": "7"})]
    hub.user = fakes.PERSON
    assert GitHub(hub.repository, "t", hub.url, pause=waited.append).whoami() == "octocat"
    assert waited == [7.0]


def test_two_runs_that_begin_together_end_with_one_comment(hub: fakes.GitHub) -> None:
    class Racing(GitHub):
        """Another run writes between this one's look and its own comment."""

        def create(self, pull: int, text: str):  # type: ignore[no-untyped-def]
            hub.add(PULL, body("theirs", run="9.1"))
            return super().create(pull, text)

    racing = Racing(hub.repository, "token", hub.url)
    assert publish(racing, PULL, body("mine"), USUAL).result == "updated"
    assert hub.bodies(PULL) == [body("mine")]


def test_an_unreachable_server_is_no_error() -> None:
    nowhere = GitHub("acme/ai", "t", "http://127.0.0.1:9", pause=lambda _: None)
    outcome = publish(nowhere, PULL, body(), USUAL)
    assert outcome.result == "refused"
    assert "can't be reached" in outcome.reason
    with pytest.raises(UnavailableError, match="not an http address"):
        GitHub("acme/ai", "t", "file:///etc").comments(PULL)


def test_the_token_does_not_follow_to_another_host(hub: fakes.GitHub) -> None:
    with fakes.serving(fakes.GitHub()) as other:
        hub.faults = [fakes.Fault("GET", "/user", 302, {"Location": other.url + "/user"})]
        assert forge(hub).whoami() is None
        assert other.requests == []


def test_a_pull_request_is_found_by_its_head(hub: fakes.GitHub) -> None:
    hub.pulls = {
        3: {"sha": "a" * 40, "owner": "acme", "branch": "old", "state": "closed"},
        4: {"sha": "a" * 40, "owner": "acme", "branch": "new"},
        5: {"sha": "b" * 40, "owner": "fork", "branch": "new"},
    }
    assert forge(hub).pull_with(Source("a" * 40)) == 4
    assert forge(hub).pull_with(Source("a" * 40, "acme", "new")) == 4
    assert forge(hub).pull_with(Source("a" * 40, "stranger", "new")) is None  # its commit, copied
    hub.hidden_commits = True  # as a fork's are
    assert forge(hub).pull_with(Source("b" * 40)) is None
    assert forge(hub).pull_with(Source("b" * 40, "fork", "new")) == 5
    assert forge(hub).pull_with(Source("c" * 40, "fork", "new")) is None  # pushed to since


def test_changed_files_are_all_pages_and_both_names(hub: fakes.GitHub) -> None:
    hub.files[PULL] = [{"filename": f"f{n}.yaml"} for n in range(130)]
    hub.files[PULL].append({"filename": "new.yaml", "previous_filename": "old.yaml"})
    names = forge(hub).changed_files(PULL)
    assert len(names) == 132
    assert names[-2:] == ["new.yaml", "old.yaml"]


def test_an_enterprise_servers_address_is_taken_as_it_is() -> None:
    with fakes.serving(fakes.GitHub(prefix="/api/v3")) as hub:
        assert put(hub, body()).result == "created"
        assert hub.violations == []


def test_a_comment_too_long_for_the_forge_is_refused_with_its_reason(hub: fakes.GitHub) -> None:
    assert put(hub, body("x" * 70_000)).reason.startswith("422")
    with pytest.raises(RefusedError):
        forge(hub).create(PULL, "x" * 70_000)


class Odd:
    """A client whose server answers in shapes that no description has."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def get(self, *_: object, **__: object) -> object:
        return self.answer

    send = get

    def pages(self, *_: object, **__: object) -> list[object]:
        return [self.answer]


@pytest.mark.parametrize("answer", [None, [], "a", {}, {"id": "x"}, 5])
def test_odd_answers_are_a_forges_fault(answer: object, monkeypatch: pytest.MonkeyPatch) -> None:
    there = GitHub("acme/ai", "token", "http://127.0.0.1:9", pause=lambda _: None)
    monkeypatch.setattr(there, "_client", Odd(answer))
    for ask in (lambda: there.comments(1), lambda: there.create(1, "x"), lambda: there.tree("a")):
        with pytest.raises(UnavailableError, match="another shape"):
            ask()
    assert publish(there, 1, body(), USUAL, pause=lambda _: None).result == "refused"


@pytest.mark.parametrize(
    ("url", "shown"),
    [("https://x/y#z-1", "https://x/y#z-1"), ("https://x\n::error::no", ""), ("javascript:x", "")],
)
def test_an_address_is_one_or_nothing(
    url: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = GitHub("acme/ai", "token", "http://127.0.0.1:9", pause=lambda _: None)
    monkeypatch.setattr(there, "_client", Odd({"id": 1, "html_url": url}))
    assert there.create(1, "x").url == shown


@pytest.mark.parametrize(
    ("there", "followed"),
    [("https://api.x/b", True), ("http://api.x/b", False), ("https://api.y/b", False)],
)
def test_a_token_follows_no_other_host_and_no_plainer_way(there: str, followed: bool) -> None:
    asked = Request("https://api.x/a", headers={"Authorization": "Bearer t"})
    given = _SameHost("api.x").redirect_request(asked, None, 302, "", HTTPMessage(), there)
    assert (given is not None) is followed
