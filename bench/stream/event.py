"""The event that every server under test delivers: about 300 bytes as a frame, counted and timed."""

import json
import re
import time

FRAME_BYTES = 300
# Occurs once an event and nowhere else in a response, so that a reader counts events without parsing them.
MARK = b"~"
_ID = b"\nid: "
_STAMP = re.compile(rb'"seq":(\d+),"at":(\d+)')
SEVERITIES = ("critical", "high", "medium", "low")
RESOURCE_TYPES = ("aws_security_group", "aws_iam_policy", "aws_instance", "aws_s3_bucket")
# What a frame has beside the payload: the lines' names and an id.
_AROUND = len("event: drift\nid: 65aaf94db792:1000.1\ndata: \n\n")


def severity(number: int) -> str:
    """Return the severity of an event by its number: each is a quarter of all."""
    return SEVERITIES[number % len(SEVERITIES)]


def resource_type(number: int) -> str:
    """Return the resource type of an event by its number, independent of its severity."""
    return RESOURCE_TYPES[number // len(SEVERITIES) % len(RESOURCE_TYPES)]


def payload(number: int) -> str:
    """Return an event's JSON text, stamped with its number and the machine's monotonic nanoseconds."""
    fields = {
        "seq": number,
        "at": time.monotonic_ns(),
        "severity": severity(number),
        "resource_type": resource_type(number),
        "resource_id": "sg-0a1b2c3d4e5f60718",
        "user_identity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ci"},
    }
    text = json.dumps(fields, separators=(",", ":"))
    missing = FRAME_BYTES - _AROUND - len(text) - len(',"rest":"~"')
    return f'{text[:-1]},"rest":"~{"x" * max(0, missing)}"}}'


def stamps(data: bytes) -> list[tuple[int, int]]:
    """Return number and time of each event whose beginning is in the bytes."""
    return [(int(number), int(at)) for number, at in _STAMP.findall(data)]


def last_id(data: bytes) -> str:
    """Return the id of the last event in the bytes; empty if there is none."""
    start = data.rfind(_ID)
    return "" if start < 0 else data[start + len(_ID) : data.find(b"\n", start + 1)].decode("ascii")
