"""Silencing: `# aispec: allow FIT003 until 2027-01-31 -- waiting for H200s, team-infra`.

Such a comment counts for findings that start on its line, or, where it stands alone, on the next
line that is not such a comment. A reason is required and a date may be given, through which it
counts. What a file's reader finds, and what is found about waivers, can't be silenced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from aispec.estimate.display import plain
from aispec.late import pattern
from aispec.policy.amiss import suggestion
from aispec.policy.finding import Finding, Severity, Silence, fingerprint, in_order
from aispec.policy.rule import Rule
from aispec.policy.selection import Selection, matches
from aispec.record import record, replace
from aispec.spec.location import Span

PROBLEMS: dict[str, tuple[str, Severity]] = {
    "OPS901": ("waiver-without-reason", "error"),
    "OPS902": ("waiver-expired", "error"),
    "OPS903": ("waiver-unused", "warning"),
    "OPS904": ("waiver-malformed", "error"),
    "OPS905": ("waiver-forbidden", "error"),
}
"""What can be wrong with a waiver: code, name and severity."""

EXAMPLE = "# aispec: allow FIT003 until 2027-01-31 -- the reason, and who answers for it"
MAX_RULES = 20

_ADDRESS = pattern(r"#?\s*aispec:\s*")
_ALLOW = pattern(r"allow\s+(?P<rules>[^\s,]+(?:\s*,\s*[^\s,]+)*)(?:\s+until\s+(?P<until>\S+))?")


class Comment(Protocol):
    """A comment of a file."""

    @property
    def line(self) -> int:
        """Its line, from one."""

    @property
    def text(self) -> str:
        """Its text, with or without the `#`."""

    @property
    def has_code_before(self) -> bool:
        """Whether it ends a line that says something."""


@record
class Waiver:
    """One rule that one comment allows, on the line it counts for."""

    rule: str
    reason: str
    until: date | None
    line: int
    target: int

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is one that this allows."""
        same = self.rule in (finding.code, finding.name)
        return same and finding.span.line == self.target and silenceable(finding.code)


@record
class Terms:
    """What a waiver is judged by: the day, the rules there are, and those no one may silence."""

    path: str
    rules: Mapping[str, str]  # name by code
    today: date | None = None
    forbidden: tuple[str, ...] = ()


def silenceable(code: str) -> bool:
    """Whether a comment can silence a rule at all."""
    return not code.startswith("SPEC0") and code not in PROBLEMS


def apply(
    findings: Iterable[Finding],
    comments: Iterable[Comment],
    *,
    path: str,
    rules: Iterable[Rule],
    today: date | None = None,
    forbidden: Iterable[str] = (),
    selection: Selection | None = None,
) -> list[Finding]:
    """Return a file's findings, silenced where comments allow them, and what is wrong with these.

    `rules` are all there are, selected or not; `forbidden` are codes, beginnings of codes or names
    that settings keep from being silenced; `selection` decides over findings about waivers.
    """
    given = list(findings)
    terms = Terms(path, {r.code: r.name for r in rules}, today, tuple(forbidden))
    waivers: list[Waiver] = []
    problems: list[Finding] = []
    for comment, target in _targets(list(comments)):
        for outcome in _read(comment, target, terms):
            if isinstance(outcome, Waiver):
                waivers.append(outcome)
            else:
                problems.append(outcome)
    used: set[Waiver] = set()
    judged = [_silenced(finding, waivers, used) for finding in given]
    if not any(finding.unreadable for finding in given):
        idle = (waiver for waiver in waivers if waiver not in used)
        problems += [_unused(w, terms) for w in idle if _ran(w, terms, selection)]
    return in_order([*judged, *_chosen(problems, selection)])


def _targets(comments: Sequence[Comment]) -> list[tuple[Comment, int]]:
    """Each comment with the line it counts for."""
    alone = {comment.line for comment in comments if not comment.has_code_before}
    targets = []
    for comment in comments:
        line = comment.line
        while line in alone:
            line += 1
        targets.append((comment, line))
    return targets


def _read(comment: Comment, target: int, terms: Terms) -> list[Waiver | Finding]:
    """The waivers of a comment, and what is wrong with it."""
    body, _, reason = _ADDRESS.sub("", comment.text, count=1).partition("--")
    allow = _ALLOW.fullmatch(body.strip())
    if allow is None:
        return [_problem("OPS904", comment, terms, "this comment cannot be read", EXAMPLE)]
    until = _day(allow["until"]) if allow["until"] else None
    if allow["until"] and until is None:
        message = f"{plain(allow['until'])} is not a date"
        return [_problem("OPS904", comment, terms, message, "write it as 2027-01-31")]
    if not reason.strip():
        message = f"{plain(allow['rules'])} is allowed without a reason"
        return [_problem("OPS901", comment, terms, message, f"write {EXAMPLE}")]
    if until and terms.today and until < terms.today:
        message = f"{plain(allow['rules'])} was allowed until {until}: {plain(reason.strip())}"
        return [_problem("OPS902", comment, terms, message)]
    named = dict.fromkeys(re.split(r"\s*,\s*", allow["rules"]))
    return [_waiver(name, comment, target, reason, until, terms) for name in [*named][:MAX_RULES]]


def _waiver(
    name: str, comment: Comment, target: int, reason: str, until: date | None, terms: Terms
) -> Waiver | Finding:
    code = name if name in terms.rules else _code_of(name, terms)
    if code is None:
        known = (*terms.rules, *terms.rules.values())
        message = f"there is no rule {plain(name)}"
        return _problem("OPS904", comment, terms, message, suggestion(name[:80], known), name)
    if not silenceable(code):
        return _problem("OPS905", comment, terms, f"{code} cannot be silenced", None, name)
    if any(matches(pattern, code, terms.rules[code]) for pattern in terms.forbidden):
        message = f"the settings keep {code} from being silenced"
        return _problem("OPS905", comment, terms, message, None, name)
    return Waiver(name, plain(reason.strip()), until, comment.line, target)


def _ran(waiver: Waiver, terms: Terms, selection: Selection | None) -> bool:
    """Whether the rule was selected at all: a waiver for one that was not is no waste."""
    code = waiver.rule if waiver.rule in terms.rules else _code_of(waiver.rule, terms)
    return selection is None or code is None or selection.admits(code, terms.rules[code])


def _code_of(name: str, terms: Terms) -> str | None:
    return next((code for code, known in sorted(terms.rules.items()) if known == name), None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _silenced(finding: Finding, waivers: Sequence[Waiver], used: set[Waiver]) -> Finding:
    covering = [waiver for waiver in waivers if waiver.covers(finding)]
    used.update(covering)
    if not covering:
        return finding
    first = covering[0]
    until = first.until.isoformat() if first.until else None
    return replace(finding, silenced=Silence(first.reason, until, first.line))


def _unused(waiver: Waiver, terms: Terms) -> Finding:
    message = f"{waiver.rule} is allowed here and finds nothing"
    return _about("OPS903", waiver.line, terms, message, "delete the comment", waiver.rule)


def _problem(
    code: str,
    comment: Comment,
    terms: Terms,
    message: str,
    advice: str | None = None,
    at: str | None = None,
) -> Finding:
    return _about(
        code, comment.line, terms, message, advice, plain(comment.text if at is None else at)
    )


def _about(
    code: str, line: int, terms: Terms, message: str, advice: str | None, at: str
) -> Finding:
    name, severity = PROBLEMS[code]
    return Finding(
        code=code,
        name=name,
        severity=severity,
        certainty="certain",
        message=message,
        path=terms.path,
        span=Span(line, 1, line, 1),
        help=advice,
        fingerprint=fingerprint(code, terms.path, None, at),
    )


def _chosen(problems: Iterable[Finding], selection: Selection | None) -> list[Finding]:
    if selection is None:
        return list(problems)
    return [
        replace(f, severity=selection.severity_of(f.code, f.name, f.severity))
        for f in problems
        if selection.admits(f.code, f.name)
    ]
