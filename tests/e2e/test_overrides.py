"""Two folders may give one rule two severities: each file has its own."""

from datetime import date
from pathlib import Path

from aispec.pipeline import Options, check

SPEC = """\
version: 1
name: {name}
model: gpt-4o-mini
api: openai
workload: {{users: 1000/day, tokens: {{input: 1000, output: 100}}}}
budget: {{monthly: 1 USD}}
"""
SETTINGS = """\
overrides:
  - {paths: ["loose/**"], severity: {COST001: note}}
  - {paths: ["strict/**"], severity: {COST001: error}}
"""


def test_each_file_has_the_severity_of_its_own_override(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".aispec.yaml").write_text(SETTINGS, "utf-8")
    for name in ("loose", "strict"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-deploy.yaml").write_text(SPEC.format(name=name), "utf-8")
    report = check(["."], Options(root=str(tmp_path), today=date(2026, 11, 22), remedies=False))
    found = {f.deployment: f.severity for f in report.counted() if f.code == "COST001"}
    assert found == {"loose": "note", "strict": "error"}
