"""What the server says: every message is an object of type, topic, timestamp and payload."""

import json
from datetime import UTC, datetime

from streaming.cursor import Cursor
from streaming.frames import Frame, gap_data
from streaming.websocket.topics import Topic, topic_of
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.timestamps import format_time
from tfdrift.service.stream_ports import GapReason

WELCOME_MESSAGE = "Connected to TFDrift-Falco WebSocket"


def now_text() -> str:
    """Return the present moment as messages write it."""
    return format_time(datetime.now(UTC))


def reply(
    kind: str,
    payload: JsonValue,
    *,
    topic: Topic | None = None,
    cursor: Cursor | None = None,
    request_id: str | int | None = None,
) -> str:
    """Return a message's text; the cursor is its `id`, the client's own `request_id` comes back."""
    message: JsonObject = {"type": kind, "topic": topic, "timestamp": now_text()}
    if cursor is not None:
        message["id"] = str(cursor)
    if request_id is not None:
        message["request_id"] = request_id
    message["payload"] = payload
    return _text(message)


def error_reply(code: str, message: str, request_id: str | int | None) -> str:
    """Return the answer to a message that was understood and cannot be fulfilled."""
    return reply("error", {"code": code, "message": message}, request_id=request_id)


def gap_message(reason: GapReason, cursor: Cursor) -> str:
    """Return the message that tells one client that events are missing before `cursor`."""
    return _event_text("gap", Topic.ALL, str(cursor), gap_data(reason))


def event_message(frame: Frame) -> str:
    """Return an event's text: its payload as it is stored, `timestamp` the time at which it happened."""
    return _event_text(frame.type, topic_of(frame.type), frame.cursor, frame.payload)


def _event_text(kind: str, topic: Topic, cursor: str, payload: str) -> str:
    head = {"type": kind, "topic": topic, "timestamp": _happened(payload), "id": cursor}
    return f'{json.dumps(head, separators=(",", ":"))[:-1]},"payload":{payload}}}'


def _happened(payload: str) -> str:
    """Return the payload's own time; an event without one is as old as its message."""
    found = json.loads(payload)
    timestamp = found.get("timestamp") if isinstance(found, dict) else None
    return timestamp if isinstance(timestamp, str) else now_text()


def _text(message: JsonObject) -> str:
    """Return JSON; text that UTF-8 cannot hold goes out as escapes."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(message, separators=(",", ":"))
    return text
