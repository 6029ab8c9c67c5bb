"""The demo's live terminal table: the story's steps on top, the events as they arrive below."""

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tfdrift.demo.verdict import Played, Verdict
from tfdrift.demo.watch import Arrival
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.json_value import JsonObject, JsonValue

_STYLES = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
}
_NEWEST = 14
_WIDEST_VALUE = 48


def board(url: str, played: tuple[Played, ...], verdict: Verdict, arrivals: tuple[Arrival, ...]) -> Group:
    """Return the whole picture for this moment."""
    head = Text.assemble(
        ("TFDrift demo  ", "bold"),
        (url, f"bold cyan link {url}"),
        "   The emulator writes no CloudTrail: the demo writes the records.  Ctrl-C ends it.",
    )
    return Group(Panel(head), _steps(played, verdict), _events(arrivals))


def _steps(played: tuple[Played, ...], verdict: Verdict) -> Table:
    table = Table(title="Story", title_justify="left", expand=True)
    table.add_column("Step", ratio=3)
    table.add_column("On the stream", ratio=2)
    for one in played:
        table.add_row(one.step.title, _outcome(one, verdict))
    return table


def _outcome(one: Played, verdict: Verdict) -> Text:
    if not one.step.expected:
        return Text("silent, as it must be" if not verdict.unexpected else "see below", style="green")
    waits = [seen for seen in verdict.seen if seen.expected in one.step.expected]
    slowest = max((seen.seconds for seen in waits if seen.seconds is not None), default=None)
    if slowest is None or any(seen.arrival is None for seen in waits):
        return Text("waiting …", style="yellow")
    return Text(f"arrived after {slowest * 1000:.0f} ms", style="green")


def _events(arrivals: tuple[Arrival, ...]) -> Table:
    table = Table(title="Events from the stream, newest first", title_justify="left", expand=True)
    for heading in ("Severity", "Event", "Resource or rule", "Attribute", "Old → new", "Who"):
        table.add_column(heading, overflow="fold")
    for arrival in reversed(arrivals[-_NEWEST:]):
        table.add_row(*_row(arrival))
    return table


def _row(arrival: Arrival) -> tuple[Text, ...]:
    payload = arrival.payload
    if arrival.type == EventType.DRIFT:
        name = payload.get("resource_address") or payload.get("resource_id")
        change = f"{_short(payload.get('old_value'))} → {_short(payload.get('new_value'))}"
        what = f"drift {payload.get('status')}"
        return (
            _severity(payload),
            Text(what),
            _text(name),
            _text(payload.get("attribute")),
            Text(change),
            _who(payload),
        )
    if arrival.type == EventType.FALCO:
        return (
            _severity(payload),
            Text("falco"),
            _text(payload.get("rule")),
            Text(),
            Text(),
            _text(payload.get("hostname")),
        )
    what = f"state {payload.get('action')}"
    serial = f"serial {payload.get('serial')}"
    return (
        Text(),
        Text(what, style="dim"),
        _text(payload.get("resource")),
        Text(),
        Text(serial, style="dim"),
        Text(),
    )


def _severity(payload: JsonObject) -> Text:
    severity = str(payload.get("severity"))
    return Text(severity, style=_STYLES.get(severity, ""))


def _who(payload: JsonObject) -> Text:
    identity, origin = payload.get("user_identity"), payload.get("origin")
    name = identity.get("user_name") if isinstance(identity, dict) else None
    kind = origin.get("kind") if isinstance(origin, dict) else None
    return Text(f"{name} ({kind})")


def _text(value: JsonValue) -> Text:
    return Text("" if value is None else str(value))


def _short(value: JsonValue) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= _WIDEST_VALUE else f"{text[: _WIDEST_VALUE - 1]}…"
