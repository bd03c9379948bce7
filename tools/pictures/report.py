"""Renews the picture of the HTML report: `python -m tools.pictures.report`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from aispec.pipeline import Options
from aispec.pipeline.gathered import gather
from aispec.pipeline.run import report_on
from aispec.pipeline.sweep import studies
from aispec.report import html
from tools.pictures.browser import browser, opened

TARGET = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "report.png"
TODAY = date(2026, 11, 22)
SPEC = """\
version: 1
name: support-chat
owner: team-support
model: {id: llama-3.1-8b-instruct, revision: 0e9e39f249a16976918f6564b8830bc894c89659}
precision: bf16
engine: {name: vllm, version: "0.11", max_model_len: 8192, max_num_seqs: 64}
hardware: {accelerator: a100-40gb, price: 1.29 USD/hour}
workload:
  users: {daily: 8000}
  requests_per_session: 4
  tokens: {system: 400, context: 1200, input: 100, output: 300}
limits: {tpm: 300k}
sla: {ttft: 2s, tps: 15, e2e: 15s}
budget: {monthly: 1500 USD}
"""

_CUT = """\
document.querySelectorAll(".deployment > .block:nth-last-of-type(-n + 2), .top")
  .forEach(each => each.remove())
Object.assign(document.querySelector(".deployment").style, {border: 0, padding: "8px 16px"})
document.body.style.padding = 0
"""


def page() -> str:
    """Return the page that the picture is of."""
    options = Options(root="/nonexistent", today=TODAY)
    gathered = gather([], options, {"deploy/ai-deploy.yaml": SPEC})
    report = report_on(gathered.files, gathered.problems, gathered.governor, options)
    return html.render(report, studies=studies(gathered, options, html.wanted(report)))


def main() -> None:
    """Write the picture: a deployment's section as far as its latency, to keep it small."""
    with TemporaryDirectory() as folder, browser() as started:
        file = Path(folder) / "report.html"
        file.write_text(page(), encoding="utf-8")
        with opened(started, file, width=1060) as shown:
            shown.evaluate(_CUT)
            shown.locator("section.deployment").screenshot(path=str(TARGET))


if __name__ == "__main__":
    main()
