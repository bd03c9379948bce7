"""`aispec comment`: finds its pull request, and believes nothing of a stored report."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aispec.surface.cli.app import run
from tests.fakes import github as fakes
from tests.fakes import gitlab
from tests.fakes.project import PULL, Project, environment, project
from tests.surface.test_action import BAD, CHAT, GOOD

HEAD, OTHER = "a" * 40, "b" * 40
REPORT = f"""\
<!-- aispec:report key=stolen run=999999.9 sha={OTHER} -->
### aispec: `chat` does not fit

Ask @acme/admins or see [this](https://evil.example/x) and #12 ![x](https://evil.example/y.png)
[`deploy/x.yaml:3`](https://github.test/acme/ai/blob/{HEAD}/deploy/x.yaml#L3)

<sub>aispec 0.1.0</sub>
"""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[fakes.GitHub]:
    with fakes.serving(fakes.GitHub(hidden_commits=True)) as fake:
        fake.pulls[PULL] = {"sha": HEAD, "owner": "fork", "branch": "change"}
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("GITHUB_TOKEN", "ghs_x")
        monkeypatch.delenv("GITLAB_CI", raising=False)
        follow(fake, monkeypatch, tmp_path)
        (tmp_path / "report.md").write_text(REPORT, encoding="utf-8")
        yield fake
    assert fake.violations == []


def follow(
    hub: fakes.GitHub, monkeypatch: pytest.MonkeyPatch, folder: Path, sha: str = HEAD, **about: Any
) -> None:
    """The environment of a `workflow_run` after a run on a fork's pull request."""
    of = Project(folder, OTHER, sha, OTHER)
    run_of = {
        "id": 500,
        "run_attempt": 2,
        "head_sha": sha,
        "head_branch": "change",
        "head_repository": {"owner": {"login": "fork"}},
        **about,
    }
    told = environment(hub, of, folder / "job", "workflow_run", workflow_run=run_of)
    for name, value in told.items():
        monkeypatch.setenv(name, value)


def test_a_stored_report_is_posted_for_a_fork_and_is_harmless(
    hub: fakes.GitHub, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["comment", "report.md"]) == 0
    (body,) = hub.bodies(PULL)
    assert body.startswith(f"<!-- aispec:report key=default run=500.2 sha={HEAD} -->\n### aispec: ")
    assert f"(https://github.test/acme/ai/blob/{HEAD}/deploy/x.yaml#L3)" in body
    assert "evil.example/x)" not in body
    assert "@acme" not in body
    assert "#12" not in body
    assert "stolen" not in body
    assert capfd.readouterr().out.startswith("comment created https://github.test/")


def test_it_is_the_same_comment_that_the_action_keeps(hub: fakes.GitHub) -> None:
    run(["comment", "report.md"])
    assert run(["comment", "report.md"]) == 0
    assert hub.writes == ["POST"]


def test_a_pull_request_that_was_pushed_to_since_is_left_alone(
    hub: fakes.GitHub,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    follow(hub, monkeypatch, tmp_path, sha=OTHER)
    assert run(["comment", "report.md"]) == 0
    assert hub.writes == []
    assert "comment skipped: no open pull request" in capfd.readouterr().out


def test_a_closed_pull_request_is_left_alone(
    hub: fakes.GitHub,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    of = Project(tmp_path, OTHER, HEAD, OTHER)
    pull = {"number": PULL, "state": "closed", "head": {"sha": HEAD}, "base": {"sha": OTHER}}
    told = environment(hub, of, tmp_path / "job", "pull_request", pull_request=pull)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert run(["comment", "report.md"]) == 0
    assert hub.requests == []
    assert "comment skipped: the pull request is closed" in capfd.readouterr().out


def test_a_refusal_is_a_warning(hub: fakes.GitHub, capfd: pytest.CaptureFixture[str]) -> None:
    hub.writable = False
    assert run(["comment", "report.md"]) == 0
    assert "comment refused: 403" in capfd.readouterr().out


def test_a_huge_report_is_cut_to_what_the_forge_takes(hub: fakes.GitHub, tmp_path: Path) -> None:
    section = "<details>\n<summary>one</summary>\n\n" + "x" * 30_000 + "\n\n</details>\n\n"
    (tmp_path / "report.md").write_text(REPORT + section * 9, encoding="utf-8")
    assert run(["comment", "report.md"]) == 0
    assert len(hub.bodies(PULL)[0]) <= 65_000
    (tmp_path / "report.md").write_text(REPORT + "@x [\n" * 1_000_000, encoding="utf-8")
    assert run(["comment", "report.md"]) == 2


@pytest.mark.parametrize(
    ("content", "said"), [("hello\n", "no report of aispec"), ("", "no report of aispec")]
)
def test_something_else_is_not_posted(
    hub: fakes.GitHub, tmp_path: Path, content: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report.md").write_text(content, encoding="utf-8")
    assert run(["comment", "report.md"]) == 2
    assert said in capfd.readouterr().err
    assert hub.requests == []


def test_outside_of_a_job_it_says_what_is_missing(
    hub: fakes.GitHub, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_EVENT_PATH", "/nonexistent")
    assert run(["comment", "report.md"]) == 2
    monkeypatch.delenv("GITHUB_REPOSITORY")
    assert run(["comment", "report.md"]) == 2
    assert "GITHUB_REPOSITORY and GITLAB_CI are not set" in capfd.readouterr().err


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[gitlab.GitLab]:
    monkeypatch.chdir(tmp_path)
    with fakes.serving(gitlab.GitLab(project="12"), gitlab.handler) as fake:
        for name, value in {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": fake.url,
            "CI_PROJECT_ID": "12",
            "CI_SERVER_URL": "https://gitlab.test",
            "CI_PROJECT_PATH": "acme/ai",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_PIPELINE_ID": "77",
            "CI_JOB_ID": "5",
            "CI_COMMIT_SHA": HEAD,
            "GITLAB_TOKEN": "glpat-x",
        }.items():
            monkeypatch.setenv(name, value)
        yield fake
    assert fake.violations == []


def test_a_stored_report_becomes_a_note(
    lab: gitlab.GitLab, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = REPORT.replace("github.test/acme/ai/blob", "gitlab.test/acme/ai/-/blob")
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    assert run(["comment", "report.md"]) == 0
    (note,) = lab.notes
    assert note["body"].startswith(f"<!-- aispec:report key=default run=77.5 sha={HEAD} -->")
    assert "https://gitlab.test/acme/ai/-/blob/" in note["body"]
    assert "merge_requests/7#note_500" in capfd.readouterr().out


def test_a_merge_request_is_compared_with_its_base(
    lab: gitlab.GitLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = project(tmp_path / "project", {CHAT: GOOD}, {CHAT: BAD})
    work = of.clone(of.head, depth=0)
    monkeypatch.chdir(work / "deploy")
    assert run(["comment", "--diff", of.before]) == 0
    (note,) = lab.notes
    assert "### aispec: `chat` breaks its rate limits" in note["body"]
    assert f"https://gitlab.test/acme/ai/-/blob/{HEAD}/{CHAT}#L" in note["body"]
    assert f"against {of.before[:7]}" in note["body"]


def test_a_merge_request_that_changes_nothing_gets_no_note(
    lab: gitlab.GitLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = project(tmp_path / "project", {CHAT: GOOD}, {"README.md": "new"})
    monkeypatch.chdir(of.clone(of.head, depth=0))
    assert run(["comment", "--diff", of.before]) == 0
    assert lab.notes == []


def test_what_cannot_be_compared_is_an_error(
    lab: gitlab.GitLab, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["comment"]) == 2
    assert run(["comment", "--diff", "no-such-ref"]) == 2
    assert "git repository" in capfd.readouterr().err
