"""Prints what `tfdrift replay` found: a table for people, JSON for programs, the summary for both."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tfdrift.domain.drift import DriftRecord, DriftStatus, Severity
from tfdrift.domain.drift_json import drift_to_json
from tfdrift.domain.hidden_change import HiddenChange, hidden_change_to_json
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.timestamps import format_time
from tfdrift.service.replay import ReplayResult
from tfdrift.service.replay_evidence import Problem
from tfdrift.service.replay_summary import ReplaySummary

_LONGEST_VALUE = 200
_MOST_PROBLEMS = 100
_WIDTH_WITHOUT_TERMINAL = 160
_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def json_lines(drifts: Sequence[DriftRecord], hidden: Sequence[HiddenChange] = ()) -> Iterator[str]:
    """Yield one line of JSON a drift, as the stream and REST show it, then one a hidden change."""
    for drift in drifts:
        yield _dumps(drift_to_json(drift))
    for change in hidden:
        yield _dumps(hidden_change_to_json(change))


def json_document(
    drifts: Sequence[DriftRecord], result: ReplayResult, *, hidden: Sequence[HiddenChange] | None = None
) -> str:
    """Return one JSON document: the drifts, the counts, the notes, the problems, and what was hidden."""
    summary = asdict(result.summary)
    summary["unmapped_events"] = dict(result.summary.unmapped_events)
    problems: list[JsonValue] = [
        {"where": problem.where, "reason": problem.reason} for problem in result.problems
    ]
    document: JsonObject = {
        "drifts": [drift_to_json(drift) for drift in drifts],
        "summary": summary,
        "notes": list(result.notes),
        "problems": problems,
    }
    if hidden is not None:
        document["ignored"] = [hidden_change_to_json(change) for change in hidden]
    return json.dumps(document, ensure_ascii=False, indent=2)


def print_table(drifts: Sequence[DriftRecord], out: TextIO, hidden: Sequence[HiddenChange] = ()) -> None:
    """Print the drifts as a table, oldest change first, then what was hidden; nothing where there is none."""
    if not drifts and not hidden:
        return
    console = Console(file=out, highlight=False, width=None if out.isatty() else _WIDTH_WITHOUT_TERMINAL)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("when", "severity", "status"):
        table.add_column(name, no_wrap=True)
    for name, ratio in (("who", 3), ("what", 4), ("change", 5)):
        table.add_column(name, overflow="fold", ratio=ratio)
    table.expand = True
    for drift in drifts:
        table.add_row(*_cells(drift))
    for change in hidden:
        when, severity, _, *rest = _cells(change.drift)
        table.add_row(when, severity, Text(f"ignored, line {change.line}"), *rest)
    console.print(table)


def print_summary(result: ReplayResult, out: TextIO) -> None:
    """Print notes, problems and counts, for people."""
    out.writelines(f"note: {printable(note)}\n" for note in result.notes)
    out.writelines(f"error: {describe(problem)}\n" for problem in result.problems[:_MOST_PROBLEMS])
    if len(result.problems) > _MOST_PROBLEMS:
        out.write(f"error: and {len(result.problems) - _MOST_PROBLEMS} more\n")
    out.writelines(f"{line}\n" for line in summary_lines(result.summary))


def summary_lines(summary: ReplaySummary) -> Iterator[str]:
    """Yield the lines of the summary; every record is in one of its classes."""
    yield f"states read: {summary.states_read}, with {summary.resources} managed resources"
    yield (
        f"records read: {summary.records_read}, {summary.records_from_alerts} of them from Falco alerts "
        f"({summary.alerts_read} alerts read, {summary.duplicate_alerts} of them twice)"
    )
    for label, count in (
        ("duplicates", summary.duplicates),
        ("failed", summary.failed),
        ("read-only", summary.read_only),
        ("not API calls", summary.not_api_calls),
        ("no change of configuration", summary.not_a_change),
        ("Terraform's own", summary.terraform),
        ("unmapped", summary.unmapped),
        ("of nothing managed", summary.no_managed_resource),
        ("ignored by rules", summary.ignored_records),
        ("with findings", summary.finding_records),
    ):
        yield f"  {label}: {count}"
    yield f"messages without a record, skipped: {summary.skipped_messages}"
    yield (
        f"findings: {summary.drifts} ({summary.drifts_open} open, {summary.drifts_resolved} resolved), "
        f"{summary.unmanaged} of them unmanaged; {summary.ignored_findings} more ignored by rules"
    )
    yield f"errors: {summary.problems}"


def describe(problem: Problem) -> str:
    """Return a problem as one line."""
    return printable(f"{problem.where}: {problem.reason}")


def printable(text: str) -> str:
    """Return text without characters that could steer a terminal: logs hold what callers wrote."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _cells(drift: DriftRecord) -> tuple[Text, ...]:
    who = drift.user_identity.user_name or drift.user_identity.arn or drift.user_identity.type
    origin = f"{drift.origin.kind.value}, {drift.source_ip}" if drift.source_ip else drift.origin.kind.value
    what = drift.resource_address or f"{drift.resource_type} {drift.resource_id} (unmanaged)"
    status = drift.status.value
    if drift.status is DriftStatus.RESOLVED and drift.resolution is not None:
        status = f"{status}, {drift.resolution.how.value}"
    return (
        Text(format_time(drift.timestamp)),
        Text(drift.severity.value, style=_STYLES[drift.severity]),
        Text(status),
        Text(printable(f"{who} ({origin})")),
        Text(printable(what)),
        Text(printable(_change(drift))),
    )


def _change(drift: DriftRecord) -> str:
    call = drift.cause.event_name
    if drift.attribute is None:
        return f"{drift.change_type.value} by {call}"
    return f"{drift.attribute}: {_value(drift.old_value)} → {_value(drift.new_value)} by {call}"


def _value(value: JsonValue) -> str:
    text = _dumps(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _dumps(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
