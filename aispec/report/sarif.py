"""SARIF 2.1.0, for code scanning: results with their rules, places, fingerprints and fixes.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. GitHub takes 25,000 results of a
run and 20 tags of a rule, reads `partialFingerprints.primaryLocationLineHash`, and opens alerts for
suppressed results, too: what is silenced is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from aispec.policy.finding import Finding, Label, Remedy
from aispec.policy.rule import Rule
from aispec.report.json_format import Json, dumps
from aispec.report.shown import Replacement, Shown, distinct, words
from aispec.spec.location import Span

MAX_RESULTS = 25_000
HOME = "https://github.com/aispec/aispec"

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_WEIGHT = {"error": "error", "warning": "warning", "note": "recommendation"}


def render(shown: Shown, rules: Iterable[Rule]) -> str:
    """Return a run as SARIF; `rules` are those that may have found something."""
    found = shown.gravest_first()
    chosen = frozenset(found[:MAX_RESULTS])
    kept = [finding for finding in shown.report.counted() if finding in chosen][:MAX_RESULTS]
    by_code = {rule.code: rule for rule in rules}
    codes = sorted({finding.code for finding in kept})
    driver = {
        "name": "aispec",
        "version": shown.report.version,
        "semanticVersion": shown.report.version,
        "informationUri": HOME,
        "rules": [_rule(code, by_code.get(code), kept) for code in codes],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(shown, len(found) - len(kept))],
        "results": [
            _result(finding, name, codes.index(finding.code), shown)
            for finding, name in distinct(kept)
        ],
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _invocation(shown: Shown, left_out: int) -> Json:
    """Whether the question could be answered; an unreadable file is a result, not a crash."""
    made: Json = {"executionSuccessful": True, "exitCode": shown.report.exit_code}
    if left_out:
        text = f"{left_out:,} findings are left out: a run has at most {MAX_RESULTS:,}"
        made["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return made


def _rule(code: str, rule: Rule | None, found: Sequence[Finding]) -> Json:
    """A rule as its file tells it; of one that is not to be had, what its findings say."""
    if rule is None:
        name = next(finding.name for finding in found if finding.code == code)
        return {"id": code, "name": name, "shortDescription": {"text": name}}
    told = rule.why.strip() or rule.summary
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": told},
        "help": {"text": _help_text(rule, told), "markdown": _help_markdown(rule, told)},
        "helpUri": f"{HOME}/blob/main/docs/rules/{code}.md",
        "defaultConfiguration": {"level": rule.severity},
        "properties": {
            "tags": ["ai-deployment", rule.prefix.lower()],
            "precision": "high",
            "problem.severity": _WEIGHT[rule.severity],
        },
    }


def _help_text(rule: Rule, told: str) -> str:
    sources = "".join(f"\nSource: {source}" for source in rule.sources)
    silence = f"Silence it on its line: # aispec: allow {rule.name} -- the reason"
    return f"{rule.summary}\n\n{told}\n\n{silence}{sources}"


def _help_markdown(rule: Rule, told: str) -> str:
    from aispec.report.escape import code, text

    sources = "".join(f"\n- <{source}>" for source in rule.sources if _plain(source))
    silence = code(f"# aispec: allow {rule.name} -- the reason")
    told = "\n\n".join(text(part) for part in told.split("\n\n"))
    return f"**{text(rule.summary)}**\n\n{told}\n\nSilence it on its line: {silence}\n{sources}"


def _plain(source: str) -> bool:
    return source.startswith("https://") and not any(c in source for c in "<> \n")


def _result(finding: Finding, name: str, index: int, shown: Shown) -> Json:
    made: Json = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": _unlinked(words(finding))},
        "locations": [_location(shown.path(finding), finding.span)],
        "partialFingerprints": {"aispec/v1": name, "primaryLocationLineHash": f"{name}:1"},
        "properties": {"certainty": finding.certainty},
    }
    if finding.deployment is not None:
        made["properties"]["deployment"] = finding.deployment
    if finding.labels:
        made["relatedLocations"] = [
            _related(number, label, shown.path(finding))
            for number, label in enumerate(finding.labels, 1)
        ]
    if shown.new is not None:
        made["baselineState"] = "new" if finding.fingerprint in shown.new else "unchanged"
    fixes = [*_fixes(finding, shown)]
    if fixes:
        made["fixes"] = fixes
    return made


def _unlinked(text: str) -> str:
    """A message in which no brackets are an embedded link: SARIF 2.1.0, 3.11.6."""
    return text.replace("](", "] (")


def _location(path: str, span: Span) -> Json:
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(path),
            "region": {
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": span.end_line,
                "endColumn": span.end_column,
            },
        }
    }


def _artifact(path: str) -> Json:
    uri = quote(path.encode("utf-8", "replace"), safe="/")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _related(number: int, label: Label, path: str) -> Json:
    return {"id": number, "message": {"text": _unlinked(label.text)}, **_location(path, label.span)}


def _fixes(finding: Finding, shown: Shown) -> Iterable[Json]:
    """The remedies that are an edit of the finding's own file."""
    for remedy in finding.remedies:
        edits = shown.fixes.get((finding.fingerprint, remedy.change))
        if edits:
            yield _fix(remedy, edits, shown.path(finding))


def _fix(remedy: Remedy, edits: Sequence[Replacement], path: str) -> Json:
    change = {"artifactLocation": _artifact(path), "replacements": [*map(_replaced, edits)]}
    return {
        "description": {"text": f"{remedy.change}: {remedy.effect}"},
        "artifactChanges": [change],
    }


def _replaced(edit: Replacement) -> Json:
    region = {
        "startLine": edit.line,
        "startColumn": edit.column,
        "endLine": edit.end_line,
        "endColumn": edit.end_column,
    }
    return {"deletedRegion": region, "insertedContent": {"text": edit.text}}
