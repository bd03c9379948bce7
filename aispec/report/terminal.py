"""What people see: each finding at its place in the source, the deployments, and the sum."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import join

from aispec.policy.finding import Finding
from aispec.report.ansi import Style, linked, painter
from aispec.report.cells import clip, columns, counted, pad, safe, width, wrap
from aispec.report.overview import Row, gravest_first, row
from aispec.report.report import Judged, Report
from aispec.report.snippet import Frame, gutter, snippet
from aispec.report.words import assumed, cost, counts, message, scope, worst

MAX_ROWS = 20
"""Deployments in the table, unless all are asked for."""

_MAX_NAME = 40
_HEADS = (
    "deployment",
    "memory, GiB",
    "",
    "cost a month",
    "tokens a minute",
    "first token",
)
_VERDICT: dict[str, Style] = {
    "error": "error",
    "warning": "warning",
    "note": "note",
    "unknown": "note",
    "good": "good",
}


def render(
    report: Report,
    *,
    colour: bool,
    width: int = 100,
    unicode: bool = True,
    verbose: bool = False,
    quiet: bool = False,
    folder: str | None = None,
) -> str:
    """Return a report for a terminal of so many cells.

    With a `folder`, absolute, places are links to the files below it. `verbose` lists all
    deployments, what was assumed about each, and what is silenced; `quiet` leaves out all but the
    findings.
    """
    frame = Frame(painter(colour), max(width, 40), unicode)
    lines: list[str] = []
    for finding in report.counted():
        lines += [*_finding(finding, report, frame, folder), ""]
    if quiet:
        return "".join(f"{line}\n" for line in lines)
    if table := [*_table(report, frame, verbose)]:
        lines += [*table, ""]
    if verbose:
        lines += _details(report, frame)
    lines += _sum(report, frame, verbose)
    return "".join(f"{line}\n" for line in lines)


def _finding(finding: Finding, report: Report, frame: Frame, folder: str | None) -> Iterator[str]:
    paint, unicode = frame.paint, frame.unicode
    kind = f"{finding.severity}[{safe(finding.code, unicode)}]"
    first, *rest = wrap(f"{kind}: {safe(message(finding), unicode)}", frame.width, "  ")
    yield paint(kind, finding.severity) + paint(first.removeprefix(kind), "strong")
    yield from (paint(line, "strong") for line in rest)
    yield _place(finding, report, frame, folder)
    yield from snippet(finding, report.lines.get(finding.path, ()), frame)
    yield from _asides(finding, frame)


def _place(finding: Finding, report: Report, frame: Frame, folder: str | None) -> str:
    arrow = frame.paint(" " * gutter(finding) + "-->", "gutter")
    span = finding.span
    place = f":{span.line}:{span.column}" if report.lines.get(finding.path) else ""
    text = f"{safe(finding.path, frame.unicode)}{place}"
    if folder and place and not finding.path.startswith("<"):
        text = linked(text, join(folder, finding.path))
    return f"{arrow} {text}"


def _asides(finding: Finding, frame: Frame) -> Iterator[str]:
    edge = " " * (gutter(finding) + 1)
    for name, text in (("note", finding.note), ("help", finding.help)):
        if text:
            lines = wrap(safe(text, frame.unicode), _room(edge, frame))
            yield from _aside(edge, name, lines, frame)
    if finding.remedies:
        yield from _aside(edge, "help", [*_remedies(finding, edge, frame)], frame)


def _room(edge: str, frame: Frame) -> int:
    return max(frame.width - len(edge) - len("= help: "), 20)


def _aside(edge: str, name: str, lines: list[str], frame: Frame) -> Iterator[str]:
    """A note or a help: `= help: text`, with what follows under its first line."""
    lead = f"{edge}{frame.paint('=', 'gutter')} {frame.paint(f'{name}:', 'strong')} "
    for line in lines:
        yield (lead + line).rstrip()
        lead = edge + " " * len("= help: ")


def _remedies(finding: Finding, edge: str, frame: Frame) -> Iterator[str]:
    """Each change beside what it leads to; a long change has a line of its own."""
    room = _room(edge, frame)
    changes = [safe(remedy.change, frame.unicode) for remedy in finding.remedies]
    short = [size for size in map(width, changes) if size <= room * 2 // 5]
    size = max(short, default=1)
    for change, remedy in zip(changes, finding.remedies, strict=True):
        if width(change) <= size:
            effect = wrap(safe(remedy.effect, frame.unicode), room - size - 3)
            yield f"{pad(change, size)}   {effect[0]}"
            yield from (" " * (size + 3) + line for line in effect[1:])
        else:
            yield from wrap(change, room)
            effect = wrap(safe(remedy.effect, frame.unicode), room - 4)
            yield from ("    " + line for line in effect)


def _table(report: Report, frame: Frame, verbose: bool) -> Iterator[str]:
    """One row a deployment, as many columns as there is room for, and what the others are."""
    every = list(report.deployments)
    shown = every if verbose or len(every) <= MAX_ROWS else gravest_first(every)[:MAX_ROWS]
    if not shown:
        return
    rows = [row(each) for each in shown]
    cells = [_HEADS, *(_cells(each, frame.unicode) for each in rows)]
    sizes = columns(cells)
    if not any(any(line[1:]) for line in cells[1:]):
        return
    kept = [0, *(i for i in range(1, len(_HEADS)) if any(line[i] for line in cells[1:]))]
    left_out: list[str] = []
    while len(kept) > 2 and sum(sizes[i] + 2 for i in kept) - 2 > frame.width:
        left_out.insert(0, _HEADS[kept.pop()] or "whether it fits")
    for number, line in enumerate(cells):
        style: Style = "dim" if number == 0 else _VERDICT[rows[number - 1].status]
        first = frame.paint(pad(line[0], sizes[0]), style)
        rest = "  ".join(pad(line[i], sizes[i]) for i in kept[1:]).rstrip()
        yield f"{first}  {frame.paint(rest, 'dim') if number == 0 else rest}".rstrip()
    if len(shown) < len(every):
        yield frame.paint(f"+ {len(every) - len(shown):,} more", "dim")
    if left_out:
        words = f"no room for {', '.join(left_out)}: a wider terminal shows more"
        yield from (frame.paint(line, "dim") for line in wrap(words, frame.width))


def _cells(each: Row, unicode: bool) -> tuple[str, ...]:
    texts = (
        " / ".join(filter(None, each.memory)),
        each.fits,
        each.cost,
        " / ".join(filter(None, each.tokens)),
        " / ".join(filter(None, each.first)),
    )
    name = clip(safe(each.name, unicode), _MAX_NAME, unicode)
    return (name, *(safe(text, unicode) for text in texts))


def _details(report: Report, frame: Frame) -> Iterator[str]:
    """What was assumed about each deployment."""
    for each in report.deployments:
        lines = [*_assumed(each, frame)]
        if lines:
            yield frame.paint(f"assumed for {safe(each.name, frame.unicode)}", "strong")
            yield from lines
            yield ""


def _assumed(each: Judged, frame: Frame) -> Iterator[str]:
    for field, value, why in assumed(each):
        text = f"  {field}: {value}, {why}"
        yield from wrap(safe(text, frame.unicode), frame.width, "    ")


def _sum(report: Report, frame: Frame, verbose: bool) -> Iterator[str]:
    silenced = report.silenced()
    if verbose:
        for finding in silenced:
            yield from wrap(_silenced(finding, frame), frame.width, "  ")
    if silenced:
        verb = "is" if len(silenced) == 1 else "are"
        yield f"{counted(len(silenced), 'finding')} {verb} silenced by comments or a baseline."
    first = worst(report)
    found = frame.paint(counts(report), first.severity if first else "good")
    money = cost(report)
    line = f"{scope(report)}: {found}{', ' + money if money else ''}."
    more = f" `aispec explain {safe(first.code, frame.unicode)}` says more." if first else ""
    yield line + more


def _silenced(finding: Finding, frame: Frame) -> str:
    silence = finding.silenced
    reason = silence.reason if silence else ""
    until = f" until {silence.until}" if silence and silence.until else ""
    place = f"{finding.path}:{finding.span.line}"
    return safe(f"silenced: {finding.code} at {place}{until}: {reason}", frame.unicode)
