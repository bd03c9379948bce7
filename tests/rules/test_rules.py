"""Every rule that comes with aispec: its file is sound and its examples hold on the pipeline."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from aispec.pipeline import Options, check
from aispec.policy.finding import Finding
from aispec.policy.rule import TOPICS, Rule
from aispec.policy.rulefile import load_rules
from aispec.policy.testing import NOTHING, evaluated, run_examples
from aispec.policy.waiver import PROBLEMS
from aispec.record import replace
from aispec.report.report import Report
from aispec.resources import rules_dir

TODAY = date(2026, 11, 22)
FIRST_LINE = "# yaml-language-server: $schema=../../schemas/rule.schema.json"
MAX_LINES = 60
PACKAGE = Path(__file__).parents[2] / "aispec"
RULES = load_rules([rules_dir()], builtin=True)
JUDGING = tuple(rule for rule in RULES if not rule.reader)


def judge(
    subject: Any,
    root: Path,
    today: date | None = None,
    files: dict[str, str] | None = None,
    before: Any = None,
) -> list[Finding]:
    """Every finding in a text, in the data of a spec or in that of several."""
    options = Options(root=str(root), today=today or TODAY, files=files or {})
    if before is not None:
        options = replace(options, before=report(before, options))
    return list(report(subject, options).every())


def report(subject: Any, options: Options) -> Report:
    if not isinstance(subject, str):
        documents = subject if isinstance(subject, list) else [subject]
        subject = yaml.safe_dump_all(documents, sort_keys=False)
    return check((), options, texts={"ai-deploy.yaml": subject})


def judge_in(
    root: Path,
    subject: Any,
    today: date | None,
    files: dict[str, str] | None = None,
    before: Any = None,
) -> list[Finding]:
    return judge(subject, root, today, files, before)


def each(rules: tuple[Rule, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", rules, ids=[f"{r.code}-{r.name}" for r in rules])


@each(RULES)
def test_examples_hold(rule: Rule, tmp_path: Path) -> None:
    failures = run_examples(rule, partial(judge_in, tmp_path))
    assert not failures, "\n".join(failures)


@each(RULES)
def test_file_is_where_and_what_its_rule_says(rule: Rule) -> None:
    assert rule.path == f"{rule.topic}/{rule.name}.yaml"
    assert rule.prefix == TOPICS[rule.topic]
    lines = (rules_dir() / rule.path).read_text(encoding="utf-8").splitlines()
    assert lines[0] == FIRST_LINE
    assert len(lines) <= MAX_LINES + 10 * max(len(rule.examples) - 2, 0)


@each(RULES)
def test_words_are_for_people(rule: Rule) -> None:
    assert rule.summary[0].isupper()
    assert rule.summary.endswith(".")
    assert not rule.message.endswith(".")
    assert 2 <= len(rule.why.splitlines()) <= 5
    assert rule.why.rstrip().endswith(".")
    titles = [example["title"] for example in rule.examples]
    assert len(set(titles)) == len(titles)


@each(JUDGING)
def test_finding_says_what_to_do_and_where_to_look_it_up(rule: Rule) -> None:
    assert rule.help or rule.remedies
    assert rule.sources


def test_every_topic_has_rules() -> None:
    assert {rule.topic for rule in RULES} == TOPICS.keys()


def test_names_and_summaries_are_unique() -> None:
    for field in ("code", "name", "summary"):
        counts = Counter(getattr(rule, field) for rule in RULES)
        assert max(counts.values()) == 1, (field, counts.most_common(1))


def test_no_two_rules_have_one_condition() -> None:
    conditions = Counter(re.sub(r"\s+", " ", f"{r.applies}; {r.when}") for r in JUDGING)
    assert max(conditions.values()) == 1, conditions.most_common(1)
    bare = Counter(re.sub(r"[\s()]+", "", rule.when) for rule in JUDGING)
    assert max(bare.values()) == 1, bare.most_common(1)


def test_no_two_rules_give_way_to_each_other() -> None:
    general = {rule.code: rule.instead_of for rule in RULES}
    for code, others in general.items():
        assert all(code not in general[other] for other in others), code


def test_what_the_reader_finds_is_documented() -> None:
    sources = (path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    written = {code for text in sources for code in re.findall(r'"(SPEC0\d{2})"', text)}
    documented = {rule.code for rule in RULES if rule.reader}
    assert documented == written | PROBLEMS.keys()


def test_broken_settings_are_found(tmp_path: Path) -> None:
    (tmp_path / ".aispec.yaml").write_text("fail_onn: warning\n", encoding="utf-8")
    example = next(rule for rule in RULES if rule.code == "SPEC015").examples[0]
    found = {finding.code for finding in judge(example["text"], tmp_path)}
    assert "SPEC015" in found


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("model", "no-such-model-7b", "SPEC101"),
        ("hardware", "1x no-such-card", "SPEC102"),
        ("precision", "int5", "SPEC104"),
    ],
)
def test_a_name_that_nobody_knows_is_said_once(
    field: str, value: str, code: str, tmp_path: Path
) -> None:
    spec = {
        "version": 1,
        "name": "support-chat",
        "model": "llama-3.1-8b-instruct",
        "hardware": "1x a100-40gb",
        "workload": {"users": "1000/day", "tokens_per_session": 2000},
        "sla": {"ttft": "300ms", "tps": 15, "e2e": "10s"},
    }
    found = judge(spec | {field: value}, tmp_path)
    assert [f.code for f in found if f.severity == "error" or f.certainty == "unknown"] == [code]


@each(tuple(rule for rule in JUDGING if rule.code != "FIT017"))  # no NPU's rate is published
def test_nothing_is_doubted_where_everything_is_known(rule: Rule, tmp_path: Path) -> None:
    for example in rule.examples:
        if example["finds"] == NOTHING:
            found = evaluated(example, partial(judge_in, tmp_path))
            assert not [f.message for f in found if f.certainty == "unknown"]
