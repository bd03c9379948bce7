"""The Action in every situation that a workflow can be in, against a forge on loopback."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aispec.surface.action.run import run
from aispec.surface.cli.app import run as command
from tests.fakes import github as fakes
from tests.fakes.interpreter import write_stub
from tests.fakes.project import PULL, Project, commit, environment, git, project, write
from tests.fakes.runner import Ran, Runner, outputs_of

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
CHAT, SEARCH = "deploy/chat.ai-deploy.yaml", "deploy/search.ai-deploy.yaml"


def spec(name: str, users: int = 1000, tpm: int = 40_000) -> str:
    """A deployment behind an API, quickly judged; it breaks its rate limit with many users."""
    return (
        f"version: 1\nname: {name}\nmodel: gpt-4o-mini\napi: {{provider: openai, tier: 1}}\n"
        f"workload: {{users: {users}/day, tokens_per_session: 2000}}\n"
        f"limits: {{tpm: {tpm}}}\nbudget: {{monthly: 9000 USD}}\n"
    )


GOOD, BAD = spec("chat"), spec("chat", users=100_000)
BEFORE: dict[str, str] = {CHAT: GOOD, SEARCH: spec("search")}


@dataclass
class Job:
    """One workflow's job: a checkout, a forge and a runner."""

    hub: fakes.GitHub
    folder: Path
    of: Project
    work: Path
    event: str = "pull_request"
    changes: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    token: str = "ghs_of_the_workflow"
    at: str = "."

    def told(self) -> dict[str, str]:
        said = environment(self.hub, self.of, self.folder / "job", self.event, **self.changes)
        return {**said, **self.variables}

    def composite(self, **inputs: str) -> Ran:
        """Run action.yml step by step, as a runner does."""
        stub = str(write_stub(self.folder / "python"))
        runner = Runner(self.folder / "job", self.work, self.told(), self.token)
        return runner.run(ROOT, python=stub, **inputs)

    def run(self, **inputs: str) -> Ran:
        """Run what the last step runs, in this process."""
        temp = self.folder / "job" / "temp"
        temp.mkdir(parents=True, exist_ok=True)
        files = {name: self.folder / "job" / name for name in ("output", "summary")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        told = {
            **self.told(),
            **{f"AISPEC_{name.upper()}": value for name, value in inputs.items()},
            "GITHUB_TOKEN": self.token,
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_WORKSPACE": str(self.work),
            "RUNNER_TEMP": str(temp),
        }
        os.chdir(self.work / self.at)
        code = run(told, TODAY)
        return Ran(code, outputs_of(files["output"]), files["summary"].read_text("utf-8"))

    @property
    def comments(self) -> list[str]:
        return self.hub.bodies(PULL)


@pytest.fixture
def hub() -> Iterator[fakes.GitHub]:
    with fakes.serving(fakes.GitHub()) as fake:
        yield fake
    assert fake.violations == []


@pytest.fixture
def make(hub: fakes.GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return what makes a job on a pull request that changes some files."""
    monkeypatch.chdir(tmp_path)

    def made(
        after: dict[str, str | None], before: dict[str, str] | None = None, **about: Any
    ) -> Job:
        of = project(tmp_path / "project", BEFORE if before is None else before, after)
        hub.clone = of.origin
        hub.pulls[PULL] = {"sha": of.head, "owner": "acme", "branch": "change"}
        return Job(hub, tmp_path, of, of.clone(), **about)

    return made


def test_a_pull_request_gets_a_comment_a_summary_files_and_outputs(make) -> None:
    job = make({CHAT: BAD})
    ran = job.composite()
    assert ran.code == 1, ran.log
    out = ran.outputs
    assert (out["status"], out["errors"], out["comment"]) == ("failed", "2", "created")
    assert out["comment-url"].startswith("https://github.test/acme/ai/pull/7#issuecomment-")
    assert float(out["cost-after"]) > float(out["cost-before"]) > 0
    assert (out["currency"], out["fits"]) == ("USD", "true")
    (comment,) = job.comments
    assert comment.startswith(f"<!-- aispec:report key=default run=9183.1 sha={job.of.head} -->\n")
    assert comment.splitlines()[1].startswith("### aispec: `chat` breaks its rate limits")
    assert f"https://github.test/acme/ai/blob/{job.of.head}/{CHAT}#L" in comment
    assert "→" in comment
    assert ran.summary.startswith("### aispec: `chat` breaks its rate limits")
    for name in ("report", "json", "sarif"):
        file = Path(out[name])
        assert (job.folder / "job" / "temp") in file.parents
        assert file.stat().st_size > 0
    assert json.loads(Path(out["json"]).read_text("utf-8"))["summary"]["errors"] == 2


def test_nothing_is_written_to_the_workspace_and_the_token_is_never_printed(make) -> None:
    job = make({CHAT: BAD})
    ran = job.composite()
    assert git(job.work, "status", "--porcelain", "--ignored") == ""
    written = "".join(
        file.read_text("utf-8", "replace")
        for file in (job.folder / "job").rglob("*")
        if file.is_file()
    )
    assert job.token not in ran.log + written + "".join(job.comments)
    assert job.hub.requests[0].token == job.token


def test_a_checkout_that_shadows_modules_is_not_imported(make) -> None:
    trap = "raise SystemExit('the checkout was run')\n"
    traps = {f"{name}.py": trap for name in ("json", "click", "pip", "venv", "yaml")}
    job = make({CHAT: GOOD + "owner: me\n", "aispec/__init__.py": trap, **traps})
    ran = job.composite()
    assert (ran.code, ran.outputs["status"]) == (0, "passed"), ran.log


def test_specs_in_a_working_directory_are_named_from_the_top(make) -> None:
    job = make({CHAT: BAD})
    ran = job.composite(working_directory="deploy", paths="chat.ai-deploy.yaml\n")
    assert ran.code == 1
    assert f"/{CHAT}#L" in job.comments[0]
    assert "search" not in job.comments[0]


def test_a_push_updates_the_comment_and_a_rerun_writes_nothing(make) -> None:
    job = make({CHAT: BAD})
    assert job.run().outputs["comment"] == "created"
    job.variables = {"GITHUB_RUN_ATTEMPT": "2"}
    assert job.run().outputs["comment"] == "unchanged"
    write(job.work, {CHAT: spec("chat", users=200_000)})
    job.variables = {"GITHUB_RUN_ID": "9190"}
    updated = job.run()
    assert updated.outputs["comment"] == "updated"
    assert job.hub.writes == ["POST", "PATCH"]
    assert "run=9190.1" in job.comments[0]


def test_a_run_that_is_older_writes_nothing(make) -> None:
    job = make({CHAT: BAD})
    job.run()
    write(job.work, {CHAT: GOOD})
    job.variables = {"GITHUB_RUN_ID": "9000"}
    assert job.run().outputs["comment"] == "skipped"
    assert "run=9183.1" in job.comments[0]


def test_a_change_taken_back_is_told(make) -> None:
    job = make({CHAT: BAD})
    job.run()
    write(job.work, {CHAT: GOOD})
    job.variables = {"GITHUB_RUN_ID": "9190"}
    ran = job.run()
    assert (ran.code, ran.outputs["comment"]) == (0, "updated")
    assert "breaks" not in job.comments[0]


@pytest.mark.parametrize(("after", "code"), [(BAD, 1), (spec("chat", 1100), 0)])
def test_a_refused_comment_changes_nothing_else(
    make, capfd: pytest.CaptureFixture[str], after: str, code: int
) -> None:
    job = make({CHAT: after})
    job.hub.writable = False
    ran = job.run()
    assert (ran.code, ran.outputs["comment"], ran.outputs["comment-url"]) == (code, "refused", "")
    assert "### aispec" in ran.summary
    assert "::warning title=aispec::the comment was refused (403 Resource" in capfd.readouterr().out


@pytest.mark.parametrize("api", ["http://127.0.0.1:9", "gopher://x"])
def test_an_unreachable_api_turns_nothing_red(
    make, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    job = make({CHAT: spec("chat", 1100)}, variables={"GITHUB_API_URL": api})
    ran = job.run()
    assert (ran.code, ran.outputs["status"]) == (0, "passed")
    assert ran.outputs["comment"] == "refused"


def test_without_a_token_the_comment_is_refused(make) -> None:
    job = make({CHAT: BAD}, token="")
    assert job.run().outputs["comment"] == "refused"
    assert job.hub.requests == []


def test_a_merge_queue_has_a_status_and_no_comment(make) -> None:
    job = make({CHAT: BAD}, event="merge_group")
    ran = job.run()
    assert (ran.code, ran.outputs["comment"]) == (1, "none")
    assert f"against {job.of.before[:7]}" in ran.summary
    assert job.hub.requests == []


def test_a_push_is_compared_with_what_was_there_before(make) -> None:
    job = make({CHAT: BAD}, event="push")
    ran = job.run()
    assert (ran.code, ran.outputs["comment"]) == (1, "none")
    assert f"against {job.of.before[:7]}" in ran.summary


def test_a_new_branch_is_compared_with_the_default_one(make) -> None:
    job = make({CHAT: BAD}, event="push", changes={"before": "0" * 40})
    assert f"against {job.of.before[:7]}" in job.run().summary


def test_a_schedule_is_compared_with_the_default_branch(make) -> None:
    job = make({CHAT: BAD}, event="push", changes={"before": None})
    job.variables = {"GITHUB_EVENT_NAME": "schedule"}
    assert f"against {job.of.before[:7]}" in job.run().summary


def test_the_base_is_the_merges_parent_even_if_the_event_is_stale(make) -> None:
    job = make({CHAT: BAD})
    stale = job.of.before
    write(job.of.origin, {SEARCH: spec("search", users=1200)})
    newer = commit(job.of.origin, "main moves on")
    git(job.of.origin, "merge", "--quiet", "--no-ff", "-m", "merge", job.of.head)
    job.of.merge = git(job.of.origin, "rev-parse", "HEAD")
    job.work = job.of.clone()
    assert job.told()["GITHUB_SHA"] == job.of.merge
    ran = job.run()
    assert f"against {newer[:7]}" in ran.summary
    assert stale[:7] not in ran.summary


def test_a_checkout_of_the_head_is_compared_with_the_events_base(make) -> None:
    job = make({CHAT: BAD})
    job.work = job.of.clone(job.of.head)
    assert f"against {job.of.before[:7]}" in job.run().summary


def test_a_shallow_clone_lacks_the_base_and_gets_it(make) -> None:
    job = make({CHAT: BAD})
    assert git(job.work, "rev-list", "--all", "--count") == "1"
    assert float(job.run().outputs["cost-before"]) > 0
    assert not [request for request in job.hub.requests if "/contents/" in request.path]


def test_without_credentials_the_base_is_asked_of_the_api(make) -> None:
    job = make({CHAT: BAD, "notes.md": "new\n"})
    git(job.work, "remote", "set-url", "origin", str(job.folder / "nowhere"))
    ran = job.run()
    assert float(ran.outputs["cost-before"]) > 0
    asked = [request.path for request in job.hub.requests if "/contents/" in request.path]
    assert asked == [f"/repos/acme/ai/contents/{CHAT}"]  # what is the same is not asked for
    assert f"against {job.of.before[:7]}" in ran.summary


def test_a_base_that_cannot_be_had_is_said_and_is_no_failure(
    make, capfd: pytest.CaptureFixture[str]
) -> None:
    job = make({CHAT: spec("chat", 1100)})
    git(job.work, "remote", "remove", "origin")
    job.hub.clone = job.folder  # the API has no such commit, either
    job.hub.files[PULL] = [{"filename": CHAT}]
    ran = job.run()
    assert (ran.code, ran.outputs["status"]) == (0, "passed")
    assert ran.outputs["cost-before"] == ""
    assert "→" not in job.comments[0]
    assert "can't be had" in job.comments[0]
    assert "nothing is compared" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("changed", "comment", "code"),
    [
        (CHAT, "created", 1),
        ("other.ai-deploy.yaml", "created", 0),
        ("prompts/system.md", "skipped", 1),  # it may decide over any deployment
    ],
)
def test_without_a_base_the_changed_files_decide(
    make, changed: str, comment: str, code: int
) -> None:
    job = make({CHAT: BAD})
    job.hub.files[PULL] = [{"filename": changed}]
    ran = job.run(base="none", scope="changed")
    assert ran.outputs["comment"] == comment
    assert ran.code == code


def test_a_tree_too_large_for_the_api_is_said(make) -> None:
    job = make({CHAT: BAD})
    git(job.work, "remote", "remove", "origin")
    job.hub.truncated = True
    assert "too many files" in job.run().summary


def test_a_base_can_be_named(make) -> None:
    job = make({CHAT: BAD})
    assert f"against {job.of.before[:7]}" in job.run(base="main").summary
    assert "against" not in job.run(base="none").summary


@pytest.mark.parametrize(
    "inputs",
    [
        {"base": "--upload-pack=x"},
        {"fail_on": "erorr"},
        {"comment": "new"},
        {"annotations": "yes"},
        {"config": "no-such.yaml"},
        {"paths": "../elsewhere"},
        {"config": "/etc/passwd"},
    ],
)
def test_a_wrong_input_is_invalid(
    make, inputs: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    job = make({CHAT: GOOD})
    ran = job.run(**inputs)
    assert (ran.code, ran.outputs) == (2, {"status": "invalid"})
    assert capfd.readouterr().out.startswith("::error title=aispec::")


@pytest.mark.parametrize("fail_on", ["", "error", "never"])
def test_an_unreadable_spec_is_invalid_whatever_may_pass(make, fail_on: str) -> None:
    job = make({CHAT: "name: [unclosed\n"})
    ran = job.run(fail_on=fail_on)
    assert (ran.code, ran.outputs["status"]) == (2, "invalid")
    assert ran.outputs["fits"] == "unknown"
    assert "cannot be read" in job.comments[0]


def test_fail_on_decides(make) -> None:
    job = make({CHAT: BAD})
    never = job.run(fail_on="never")
    assert (never.code, never.outputs["status"], never.outputs["errors"]) == (0, "passed", "2")
    assert job.run(fail_on="error").code == 1


def test_settings_decide_where_the_workflow_does_not(make) -> None:
    strict = {".aispec.yaml": "fail_on: note\nseverity: {LIM001: note, LIM009: note}\n"}
    job = make({CHAT: BAD, **strict})
    assert job.run().outputs["status"] == "failed"
    assert job.run(fail_on="error").outputs["status"] == "passed"


def test_a_config_elsewhere_governs(make) -> None:
    job = make({CHAT: BAD, "ci/lenient.yaml": "ignore: [LIM, COST]\n"})
    assert job.run().code == 1
    assert job.run(config="ci/lenient.yaml").code == 0


@pytest.mark.parametrize(
    ("after", "code"),
    [
        ({SEARCH: spec("search", 1100)}, 0),  # the failing one is not touched
        ({CHAT: BAD + "owner: me\n"}, 1),  # it is, though nothing else comes of it
        ({SEARCH: spec("search", 100_000)}, 1),
        ({"README.md": "new\n"}, 0),
    ],
)
def test_scope_holds_the_line(make, after: dict[str, str | None], code: int) -> None:
    job = make(after, before={**BEFORE, CHAT: BAD})
    assert job.run(scope="changed").code == code
    assert job.run(scope="all").code == 1


def test_no_spec_is_a_warning_unless_one_is_named(make, capfd: pytest.CaptureFixture[str]) -> None:
    job = make({"README.md": "new\n"}, before={})
    ran = job.run()
    assert (ran.code, ran.outputs["status"], ran.outputs["comment"]) == (0, "passed", "skipped")
    assert "::warning title=aispec::there is no spec" in capfd.readouterr().out
    named = job.run(paths="deploy/\n")
    assert (named.code, named.outputs["status"]) == (2, "invalid")


def test_removing_the_last_spec_is_a_change_and_no_failure(make) -> None:
    job = make({CHAT: None, SEARCH: None})
    ran = job.run()
    assert (ran.code, ran.outputs["comment"]) == (0, "created")
    assert "chat" in job.comments[0]


@pytest.mark.parametrize(
    ("after", "when", "result"),
    [
        ({"README.md": "new\n"}, "changed", "skipped"),
        ({"README.md": "new\n"}, "always", "created"),
        ({"README.md": "new\n"}, "findings", "skipped"),
        ({CHAT: spec("chat", 1100)}, "changed", "created"),
        ({CHAT: spec("chat", 1100)}, "findings", "skipped"),
        ({CHAT: BAD}, "findings", "created"),
    ],
)
def test_when_a_first_comment_is_worth_making(
    make, after: dict[str, str | None], when: str, result: str
) -> None:
    assert make(after).run(comment_when=when).outputs["comment"] == result


def test_a_comment_can_be_written_anew_or_never(make) -> None:
    job = make({CHAT: BAD})
    assert job.run(comment="never").outputs["comment"] == "none"
    assert job.hub.requests == []
    job.run()
    write(job.work, {CHAT: spec("chat", users=200_000)})
    assert job.run(comment="recreate").outputs["comment"] == "created"
    assert len(job.comments) == 1


def test_a_closed_pull_request_gets_no_comment(make) -> None:
    job = make({CHAT: BAD})
    event = json.loads((ROOT / "tests/fakes/events.json").read_text("utf-8"))["pull_request"]
    pull = {**event["pull_request"], "number": PULL, "state": "closed"}
    job.changes = {"pull_request": pull}
    assert job.run().outputs["comment"] == "skipped"


def test_legs_of_a_matrix_write_a_comment_each(make) -> None:
    job = make({CHAT: BAD})
    for key in ("a100, fp8", "h100 -->"):
        assert job.run(comment_key=key).outputs["comment"] == "created"
    assert job.run(comment_key="h100 -->").outputs["comment"] == "unchanged"
    assert len(job.comments) == 2


def test_the_comment_is_found_behind_a_hundred_others(make) -> None:
    job = make({CHAT: BAD})
    for number in range(100):
        job.hub.add(PULL, f"chatter {number}", fakes.PERSON)
    assert job.run().outputs["comment"] == "created"
    assert job.run().outputs["comment"] == "unchanged"
    assert len(job.comments) == 101


def test_an_enterprise_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    of = project(tmp_path / "project", BEFORE, {CHAT: BAD})
    with fakes.serving(fakes.GitHub(prefix="/api/v3", clone=of.origin)) as hub:
        job = Job(hub, tmp_path, of, of.clone())
        job.variables = {"GITHUB_SERVER_URL": "https://git.corp.test:8443"}
        git(job.work, "remote", "remove", "origin")
        ran = job.run()
        assert ran.outputs["comment"] == "created"
        assert float(ran.outputs["cost-before"]) > 0
        assert "https://git.corp.test:8443/acme/ai/blob/" in job.comments[0]
        assert "github.com" not in job.comments[0]
        assert hub.violations == []


def test_a_report_too_long_for_a_comment_is_whole_in_its_file(make) -> None:
    many = "---\n".join(spec(f"chat-{number}-{'x' * 40}", 100_000) for number in range(120))
    job = make({CHAT: many}, before={})
    ran = job.run()
    (comment,) = job.comments
    assert len(comment.encode("utf-16-le")) // 2 <= 65_000
    assert "https://github.test/acme/ai/actions/runs/9183" in comment
    assert len(ran.summary.encode()) <= 1_000_000
    assert len(Path(ran.outputs["report"]).read_text("utf-8")) > len(comment)


def test_what_looks_like_a_command_in_a_spec_is_not_obeyed(
    make, capfd: pytest.CaptureFixture[str]
) -> None:
    evil = 'chat"\nname: "x'.replace("\n", "\\n") + " ::error::pwned ::add-mask::a"
    job = make({CHAT: GOOD.replace("name: chat", f'name: "{evil}"').replace("\\n", "")})
    job.run()
    lines = capfd.readouterr().out.splitlines()
    stop = next(line for line in lines if line.startswith("::stop-commands::"))
    end = f"::{stop.removeprefix('::stop-commands::')}::"
    held = range(lines.index(stop), lines.index(end))
    for number, line in enumerate(lines):
        if re.match(r"\s*::(error::pwned|add-mask)", line):
            assert number in held


def test_a_fault_of_ours_is_no_pass(make, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    job = make({CHAT: GOOD})
    monkeypatch.setattr("aispec.surface.action.run.compare", broken)
    with pytest.raises(RuntimeError):
        job.run()
    assert outputs_of(job.folder / "job" / "output") == {"status": "failed"}


def test_findings_are_marked_on_their_lines_unless_asked_not_to(
    make, capfd: pytest.CaptureFixture[str]
) -> None:
    job = make({CHAT: BAD})
    job.run()
    said = capfd.readouterr().out
    assert f"::error file={CHAT},line=" in said
    job.run(annotations="false")
    assert "::error file=" not in capfd.readouterr().out


def test_annotations_name_files_from_the_top_and_sarif_does_too(
    make, capfd: pytest.CaptureFixture[str]
) -> None:
    job = make({CHAT: BAD}, at="deploy")
    ran = job.run()
    assert f"::error file={CHAT},line=" in capfd.readouterr().out
    (found, *_) = json.loads(Path(ran.outputs["sarif"]).read_text("utf-8"))["runs"]
    places = [r["locations"][0]["physicalLocation"] for r in found["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {CHAT, SEARCH}


def test_the_increase_that_a_budget_allows_is_judged_against_the_base(make) -> None:
    before = GOOD.replace("9000 USD", "9000 USD, increase: 25%")
    job = make({CHAT: before.replace("1000/day", "1900/day")}, before={CHAT: before})
    assert job.run().code == 1
    assert "COST005" in job.comments[0]
    assert job.run(base="none").code == 0


def test_a_fork_gets_its_comment_from_the_second_workflow(
    make, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make({CHAT: BAD})
    job.hub.writable = False  # a fork's token may only read
    first = job.run()
    assert (first.code, first.outputs["comment"]) == (1, "refused")
    job.hub.writable, job.hub.hidden_commits = True, True
    job.hub.pulls[PULL]["owner"] = "fork"
    followed = {
        "id": 9183,
        "run_attempt": 1,
        "head_sha": job.of.head,
        "head_branch": "change",
        "head_repository": {"owner": {"login": "fork"}},
    }
    second = environment(
        job.hub, job.of, job.folder / "second", "workflow_run", workflow_run=followed
    )
    for name, value in {**second, "GITHUB_TOKEN": job.token}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITLAB_CI", raising=False)
    assert command(["comment", first.outputs["report"]]) == 0
    assert len(job.comments) == 1
    assert job.run().outputs["comment"] == "unchanged"  # it is what the Action would have written
