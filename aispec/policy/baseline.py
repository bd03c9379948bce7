"""The baseline: findings of the day it was taken, which wait while new ones count.

A finding is known by its rule, file, deployment and node, never by its line. One that was recorded
is hidden only there and only while it is no worse than it was; a new one never is. Files are named
relative to the baseline's own folder, so that it holds wherever a run starts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from aispec.policy.finding import SEVERITIES, Finding, Severity, Silence, fingerprint
from aispec.policy.selection import matches
from aispec.record import made, record, replace

NAME = ".aispec-baseline.json"
REASON = "baseline"
MAX_BYTES = 16 << 20


class BaselineError(ValueError):
    """A baseline file that cannot be used."""


@record
class Entry:
    """One finding as it was recorded."""

    code: str
    path: str
    deployment: str
    severity: Severity
    message: str


@record
class Baseline:
    """Recorded findings by their identity; `folder` is where the file lies."""

    folder: str
    entries: Mapping[str, Entry] = made(default_factory=dict)

    def hides(self, finding: Finding, root: str) -> bool:
        """Whether a finding was recorded and is no worse than then. `root` is where paths start."""
        entry = self.entries.get(identity(finding, root, self.folder))
        return entry is not None and _weight(finding.severity) >= _weight(entry.severity)


def identity(finding: Finding, root: str, folder: str) -> str:
    """Return what names a finding in a baseline of `folder`."""
    at = str(finding.data.get("at", ""))
    return fingerprint(finding.code, _named(finding, root, folder), finding.deployment, at)


def recorded(findings: Iterable[Finding], root: str, folder: str) -> Baseline:
    """Return the baseline of some findings: those of deployments that nothing silences."""
    entries = {
        identity(finding, root, folder): Entry(
            finding.code,
            _named(finding, root, folder),
            finding.deployment or "",
            finding.severity,
            finding.message,
        )
        for finding in findings
        if recordable(finding)
    }
    return Baseline(folder, entries)


def recordable(finding: Finding) -> bool:
    """Whether a finding can wait at all: not what kept a file from being read, nor a waiver."""
    return finding.deployment is not None and not finding.unreadable and finding.silenced is None


def hidden(
    findings: Iterable[Finding], baseline: Baseline, root: str, forbidden: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings, those that were recorded silenced; `forbidden` rules never are."""
    kept = tuple(forbidden)
    return tuple(
        replace(finding, silenced=Silence(REASON))
        if recordable(finding)
        and not any(matches(pattern, finding.code, finding.name) for pattern in kept)
        and baseline.hides(finding, root)
        else finding
        for finding in findings
    )


def read(path: str) -> Baseline:
    """Return the baseline of a file. Raises BaselineError where it is none."""
    import json

    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
        data = json.loads(raw) if len(raw) <= MAX_BYTES else None
        return Baseline(os.path.dirname(path) or ".", _entries(data))
    except OSError as error:
        reason = error.strerror or "no reason given"
        raise BaselineError(f"the baseline cannot be read: {reason}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        words = "the baseline is not one that `aispec baseline` wrote"
        raise BaselineError(words) from None


def written(baseline: Baseline) -> str:
    """Return the text of a baseline's file: the same findings give the same bytes."""
    import json

    listed = sorted(baseline.entries.items(), key=lambda each: (_place(each[1]), each[0]))
    findings = [
        {
            "fingerprint": name,
            "code": entry.code,
            "path": entry.path,
            "deployment": entry.deployment,
            "severity": entry.severity,
            "message": entry.message,
        }
        for name, entry in listed
    ]
    whole = {"version": 1, "findings": findings}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _entries(data: Any) -> dict[str, Entry]:
    if data["version"] != 1:
        raise ValueError("another version")
    entries = {}
    for one in data["findings"]:
        texts = [str(one[key]) for key in ("code", "path", "deployment", "severity", "message")]
        if texts[3] not in SEVERITIES:
            raise ValueError("not a severity")
        code, path, deployment, severity, message = texts
        entries[str(one["fingerprint"])] = Entry(
            code,
            path,
            deployment,
            severity,  # type: ignore[arg-type]  # one of them, as tested
            message,
        )
    return entries


def _place(entry: Entry) -> tuple[str, str, str]:
    return entry.path, entry.deployment, entry.code


def _named(finding: Finding, root: str, folder: str) -> str:
    full = os.path.join(root, finding.path)
    return os.path.relpath(full, folder).replace(os.sep, "/")


def _weight(severity: Severity) -> int:
    """The graver, the smaller."""
    return SEVERITIES.index(severity)
