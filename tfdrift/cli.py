"""The command line: `tfdrift replay`, `tfdrift tables` and `tfdrift demo`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from tfdrift.adapters.fast_json import fast_json
from tfdrift.catalog import load_catalog
from tfdrift.catalog.severity_rules import InvalidSeverityRules, parse_severity_rules
from tfdrift.command_line import ERROR, ManyValuesCommand, OneForErrors
from tfdrift.domain.drift import DriftRecord, DriftStatus
from tfdrift.domain.hidden_change import HiddenChange
from tfdrift.domain.ignore_rules import IgnoreRules, parse_ignore_rules
from tfdrift.domain.mapping import NO_RULES, SeverityRules
from tfdrift.replay_files import EVIDENCE_ENDINGS, STANDARD_INPUT, STATE_ENDINGS, input_files
from tfdrift.replay_output import json_document, json_lines, print_summary, print_table
from tfdrift.replay_report import ReportPageMissing, html_report, report_page
from tfdrift.service.replay import Progress, ReplayInput, ReplayResult, replay

if TYPE_CHECKING:
    from tfdrift.service.replay_evidence import Problem

OPEN_DRIFT = 2
_LONG_INPUT = 1000

app = typer.Typer(
    cls=OneForErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tells who changed what that Terraform manages.",
)


class OutputFormat(StrEnum):
    """How drifts are printed."""

    TABLE = "table"
    JSONL = "jsonl"
    JSON = "json"
    HTML = "html"


@app.callback()
def _commands() -> None:
    """Tell who changed what that Terraform manages."""


@app.command(name="replay", cls=ManyValuesCommand)
def replay_command(
    state: Annotated[list[str], typer.Option(metavar="PATH…", help="Terraform states: files, folders, -")],
    cloudtrail: Annotated[
        list[str] | None, typer.Option(metavar="PATH…", help="CloudTrail logs: files, folders, -")
    ] = None,
    falco: Annotated[
        list[str] | None, typer.Option(metavar="PATH…", help="Falco alerts: files, folders, -")
    ] = None,
    ignore: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Rules that hide changes, as in .driftignore")
    ] = None,
    severity: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Severity rules that come before the catalog's own")
    ] = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How drifts are printed")
    ] = OutputFormat.TABLE,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where they are written [default: standard output]"
        ),
    ] = None,
    terraform_principal: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB…", help="ARNs of the callers that may run Terraform [default: any]"),
    ] = None,
    managed_only: Annotated[  # noqa: FBT002 - the name of the option
        bool, typer.Option("--managed-only", help="Leave out what no state holds")
    ] = False,
    show_ignored: Annotated[  # noqa: FBT002 - the name of the option
        bool, typer.Option("--show-ignored", help="Print what the rules hid, too")
    ] = False,
) -> None:
    """Find out from log files who changed what that Terraform manages; no AWS account needed.

    Prints the drifts on standard output or into a file, notes, errors and counts on standard error. Exit
    code: 0 nothing is open, 2 drift is open, 1 something could not be read (also where drift is open).
    """
    logs, alerts = cloudtrail or [], falco or []
    _refuse(
        not logs and not alerts, "nothing to replay: give --cloudtrail or --falco with a file, a folder or -"
    )
    _refuse([*state, *logs, *alerts].count(STANDARD_INPUT) > 1, "standard input (-) can be read only once")
    _refuse(output is not None and not output.parent.is_dir(), f"{output}: there is no such folder")
    problems: list[Problem] = []
    wanted = ReplayInput(
        states=input_files(state, STATE_ENDINGS, problems),
        logs=input_files(logs, EVIDENCE_ENDINGS, problems),
        alerts=input_files(alerts, EVIDENCE_ENDINGS, problems),
        ignore=_ignore_rules(ignore),
        terraform_principals=tuple(terraform_principal or ()),
        problems=tuple(problems),
        fast=fast_json,
        severities=_severity_rules(severity),
    )
    page = _report_page() if output_format is OutputFormat.HTML else ""
    with _progress() as progress:
        result = replay(wanted, load_catalog(), progress)
    shown = [drift for drift in result.drifts if drift.managed or not managed_only]
    hidden = result.hidden if show_ignored else None
    with _opened(output) as out:
        _print(output_format, shown, result, out, hidden=hidden, page=page)
    print_summary(result, sys.stderr)
    raise typer.Exit(_exit_code(shown, result))


@app.command()
def tables() -> None:
    """Make the three DynamoDB tables where no template does, as in an emulator; those that are there stay.

    Which tables, and where, is told by the environment: TFDRIFT_EVENTS_TABLE, TFDRIFT_STATE_TABLE,
    TFDRIFT_FEED_TABLE, and the AWS SDK's own variables.
    """
    from tfdrift.tables import main

    raise typer.Exit(main())


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the page on this machine")] = 8080,
    smoke: Annotated[  # noqa: FBT002 - the name of the option
        bool, typer.Option("--smoke", help="Check what arrives, without a terminal, and end")
    ] = False,
) -> None:
    """Run the whole product on this machine against an AWS emulator, with a story of changes."""
    from tfdrift.demo.run import main

    raise typer.Exit(main(port=port, smoke=smoke))


def _refuse(condition: bool, message: str) -> None:  # noqa: FBT001 - what is refused
    if condition:
        typer.echo(f"tfdrift: {message}", err=True)
        raise typer.Exit(ERROR)


def _ignore_rules(file: Path | None) -> IgnoreRules:
    if file is None:
        return IgnoreRules()
    try:
        return parse_ignore_rules(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"tfdrift: {file}: cannot be read as rules: {error}", err=True)
        raise typer.Exit(ERROR) from error


def _severity_rules(file: Path | None) -> SeverityRules:
    if file is None:
        return NO_RULES
    try:
        return parse_severity_rules(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, InvalidSeverityRules) as error:
        typer.echo(f"tfdrift: {file}: cannot be read as severity rules: {error}", err=True)
        raise typer.Exit(ERROR) from error


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Show a bar on standard error while the context lasts, if that is a terminal and the input is long."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("replaying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ProgressBar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("replaying", visible=False, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=total >= _LONG_INPUT)

        yield advance


def _report_page() -> str:
    try:
        return report_page()
    except ReportPageMissing as error:
        typer.echo(f"tfdrift: {error}", err=True)
        raise typer.Exit(ERROR) from error


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    """Open where the drifts go; what a log holds may be no text, and is written as escapes."""
    if file is None:
        out = typer.get_text_stream("stdout", encoding="utf-8", errors="backslashreplace")
        yield out
        out.flush()
        return
    try:
        with file.open("w", encoding="utf-8", errors="backslashreplace") as out:
            yield out
    except OSError as error:
        typer.echo(f"tfdrift: {file}: cannot be written: {error}", err=True)
        raise typer.Exit(ERROR) from error


def _print(
    output_format: OutputFormat,
    drifts: Sequence[DriftRecord],
    result: ReplayResult,
    out: TextIO,
    *,
    hidden: Sequence[HiddenChange] | None,
    page: str,
) -> None:
    match output_format:
        case OutputFormat.TABLE:
            print_table(drifts, out, hidden or ())
        case OutputFormat.JSONL:
            out.writelines(f"{line}\n" for line in json_lines(drifts, hidden or ()))
        case OutputFormat.JSON:
            out.write(json_document(drifts, result, hidden=hidden) + "\n")
        case OutputFormat.HTML:
            out.write(html_report(page, json_document(drifts, result, hidden=hidden)))


def _exit_code(drifts: Sequence[DriftRecord], result: ReplayResult) -> int:
    """Return the exit code; an error comes first, since what was not read might have been drift."""
    if result.problems:
        return ERROR
    return OPEN_DRIFT if any(drift.status is not DriftStatus.RESOLVED for drift in drifts) else 0
