"""Prints what the smoke run saw: each expected event with its time, what was missing or too much."""

from rich.console import Console
from rich.table import Table

from tfdrift.demo.verdict import Verdict


def print_report(console: Console, verdict: Verdict) -> None:
    """Print the verdict as a table and a closing line."""
    table = Table(title="Smoke run: from handing in the evidence to the SSE client", title_justify="left")
    table.add_column("Step")
    table.add_column("Event")
    table.add_column("Milliseconds", justify="right")
    for one in verdict.seen:
        took = "did not arrive" if one.seconds is None else f"{one.seconds * 1000:.0f}"
        table.add_row(one.title, one.expected.type.value, took)
    console.print(table)
    for one in verdict.missing:
        console.print(f"missing: {one.title}: {dict(one.expected.fields)}", highlight=False)
    for arrival in verdict.unexpected:
        console.print(f"unexpected: {arrival.type} {arrival.payload}", highlight=False)
    arrived = len(verdict.seen) - len(verdict.missing)
    closing = (
        f"{arrived} of {len(verdict.seen)} expected events arrived, {len(verdict.unexpected)} unexpected"
    )
    console.print(f"{'PASSED' if verdict.passed else 'FAILED'}: {closing}", highlight=False)
