"""The bytes of Server-Sent Events: each event is encoded once, for all clients."""

import json
import re
from dataclasses import dataclass

from streaming.cursor import Cursor, Position
from tfdrift.service.stream_ports import GAP, FeedBatch, FeedEntry, GapReason

CONNECTED_MESSAGE = "Connected to TFDrift-Falco SSE stream"
KEEP_ALIVE = b": keep-alive\n\n"
_LINE_ENDS = re.compile("\r\n|\r|\n")

_GAP_MESSAGES = {
    GapReason.TRIMMED: "The change stream lost records before they were read",
    GapReason.EXPIRED: "The feed keeps no events that old any more",
    GapReason.UNKNOWN_ID: "The last event id is not of this feed",
    GapReason.STREAM_REPLACED: "The table's change stream was replaced",
}
_GAP_ADVICE = "events may be missing here, query the API for the present state"


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as bytes, with what filters ask for."""

    type: str
    severity: str | None
    resource_type: str | None
    data: bytes
    account_id: str | None = None

    @property
    def cursor(self) -> str:
        """Return the frame's id."""
        return self._lines()[1].removeprefix("id: ")

    @property
    def payload(self) -> str:
        """Return the event's own text; taken from the bytes, so that the ring keeps each event once."""
        return "\n".join(line.removeprefix("data: ") for line in self._lines()[2:])

    def _lines(self) -> list[str]:
        return self.data.removesuffix(b"\n\n").decode().split("\n")


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """A batch of the feed as frames, and their size in bytes."""

    n: int
    frames: tuple[Frame, ...]
    size: int


def sse_frame(event: str, data: str, event_id: str) -> bytes:
    """Return the frame of an event; a line end within the data would end the line, so each gets its own."""
    lines = "\ndata: ".join(_LINE_ENDS.split(data))
    return f"event: {event}\nid: {event_id}\ndata: {lines}\n\n".encode()


def connected_frame(stream_id: str, cursor: Cursor, retry_milliseconds: int) -> bytes:
    """Return the greeting; its id is where the client stands, so that a drop right after it loses nothing."""
    data = json.dumps({"stream_id": stream_id, "message": CONNECTED_MESSAGE}, separators=(",", ":"))
    return f"retry: {retry_milliseconds}\n".encode() + sse_frame("connected", data, str(cursor))


def gap_data(reason: GapReason) -> str:
    """Return the payload that tells a client that events are missing, and what to do."""
    message = f"{_GAP_MESSAGES[reason]}: {_GAP_ADVICE}"
    return json.dumps({"reason": reason.value, "message": message}, separators=(",", ":"))


def gap_frame(reason: GapReason, cursor: Cursor) -> bytes:
    """Return the frame that tells one client that events are missing before `cursor`."""
    return sse_frame(GAP, gap_data(reason), str(cursor))


def gap_entry(reason: GapReason, about: str) -> FeedEntry:
    """Return the feed's own entry that tells every client that events are missing."""
    return FeedEntry(event_id=f"gap:{reason.value}:{about}", type=GAP, data=gap_data(reason))


def encode(epoch: str, batch: FeedBatch) -> EncodedBatch:
    """Return a batch as frames, with ids `epoch:n.i`."""
    frames = tuple(
        Frame(
            entry.type,
            entry.severity,
            entry.resource_type,
            sse_frame(entry.type, entry.data, str(Cursor(epoch, Position(batch.n, number)))),
            entry.account_id,
        )
        for number, entry in enumerate(batch.entries, start=1)
    )
    return EncodedBatch(batch.n, frames, sum(len(frame.data) for frame in frames))
