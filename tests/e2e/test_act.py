"""The Action in a workflow under act, where that is installed; without a network or containers."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import github as fakes
from tests.fakes.interpreter import write_stub
from tests.fakes.project import PULL, commit, git, payload, project, write
from tests.surface.test_action import BAD, BEFORE, CHAT

ROOT = Path(__file__).resolve().parents[2]
ACT = shutil.which(
    "act", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
)
WORKFLOW = """\
on: [pull_request]
permissions: {contents: read, pull-requests: write}
jobs:
  aispec:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - id: aispec
        uses: aispec/aispec@v1
        with: {python: PYTHON}
      - if: always()
        env:
          STATUS: ${{ steps.aispec.outputs.status }}
          ERRORS: ${{ steps.aispec.outputs.errors }}
          COMMENT: ${{ steps.aispec.outputs.comment-url }}
        run: echo "told $STATUS $ERRORS $COMMENT"
"""


@pytest.mark.skipif(ACT is None, reason="act is not installed")
def test_a_workflow_comments_fails_and_hands_on_its_outputs(tmp_path: Path) -> None:
    of = project(tmp_path / "project", BEFORE, {CHAT: BAD})
    work = of.clone(depth=0)
    git(work, "remote", "set-url", "origin", "https://github.com/acme/ai.git")
    stub = write_stub(tmp_path / "python")
    write(work, {".github/workflows/aispec.yml": WORKFLOW.replace("PYTHON", str(stub))})
    commit(work, "workflow")
    event = tmp_path / "event.json"
    event.write_text(json.dumps(payload("pull_request", of)), encoding="utf-8")
    # The stand-in for Python runs this checkout's code, so that act need not copy all of it.
    write(tmp_path / "action", {"action.yml": (ROOT / "action.yml").read_text("utf-8")})
    action = f"aispec/aispec@v1={tmp_path / 'action'}"
    checkout = f"actions/checkout@v5={tmp_path / 'action'}"
    with fakes.serving(fakes.GitHub(clone=of.origin)) as hub:
        done = subprocess.run(
            [
                *(str(ACT), "pull_request", "--eventpath", str(event)),
                *(
                    "--platform",
                    "ubuntu-latest=-self-hosted",
                    "--secret",
                    "GITHUB_TOKEN=ghs_secret",
                ),
                *("--env", f"GITHUB_API_URL={hub.url}"),
                *("--local-repository", action, "--local-repository", checkout),
            ],
            cwd=work,
            env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        (body,) = hub.bodies(PULL)
        assert hub.violations == []
    assert "### aispec: `chat` breaks its rate limits" in body
    url = hub.comments[PULL][0]["html_url"]
    assert f"told failed 2 {url}" in done.stdout
    assert "ghs_secret" not in done.stdout
