"""Reduces GitHub's published examples of event payloads to one an event, without addresses.

    npm pack @octokit/webhooks-examples && tar xzf octokit-webhooks-examples-*.tgz
    python -m tests.fakes.extract_events package

The examples are GitHub's, under the MIT licence; the notice is carried in the result.
"""

import json
import sys
from pathlib import Path
from typing import Any

USED = {"pull_request": "opened", "push": None, "merge_group": None, "workflow_run": "completed"}
RESULT = Path(__file__).with_name("events.json")


def extract(package: Path) -> dict[str, Any]:
    whole = json.loads((package / "api.github.com" / "index.json").read_text("utf-8"))
    about = json.loads((package / "package.json").read_text("utf-8"))
    examples = {each["name"]: each["examples"] for each in whole}
    return {
        "source": f"npm @octokit/webhooks-examples {about['version']}, reduced",
        "licence": f"{about['license']}, Copyright (c) 2020 Octokit contributors",
        **{name: _reduced(_first(examples[name], action)) for name, action in USED.items()},
    }


def _first(examples: list[dict[str, Any]], action: str | None) -> dict[str, Any]:
    return next(each for each in examples if action is None or each.get("action") == action)


def _reduced(value: Any) -> Any:
    if isinstance(value, list):
        return [_reduced(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _reduced(each)
        for key, each in value.items()
        if not (key == "url" or key.endswith(("_url", "_links")))
    }


if __name__ == "__main__":
    text = json.dumps(extract(Path(sys.argv[1])), indent=1, ensure_ascii=False)
    RESULT.write_text(text + "\n", encoding="utf-8")
