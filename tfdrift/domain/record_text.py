"""Finds bare CloudTrail records in JSON text, and decodes no more of each than is asked for.

Nine records in ten of a trail read or failed: their heads tell that, and the rest need not be decoded.
"""

from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from tfdrift.domain.cloudtrail_identity import boolean
from tfdrift.domain.cloudtrail_parser import (
    INSIGHT,
    Caller,
    RecordHead,
    caller_of,
    complete,
    operation_name,
    parse_record,
    structure,
)
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.json_reading import MAX_DEPTH, NOTHING_SAID, decode, meaningful
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.timestamps import InvalidTime, parse_time

CALLER_FIELD = "userIdentity"
BODY_FIELDS = (
    "requestParameters",
    "responseElements",
    "errorMessage",
    "sourceIPAddress",
    "userAgent",
    "requestID",
    "eventCategory",
    "sessionCredentialFromConsole",
    "resources",
    "addendum",
    "serviceEventDetails",
    "additionalEventData",
)
"""What `tfdrift.domain.cloudtrail_parser.complete` reads of a record beside its head and its caller."""

ENVELOPE_FIELDS = frozenset(
    (
        "Records",
        "detail",
        "detail-type",
        "awslogs",
        "messageType",
        "Type",
        "body",
        "Body",
        "Messages",
        "s3ObjectKey",
        "Event",
        "digestStartTime",
        "Events",
        "rule",
    )
)
"""Fields without any of which an object is no envelope: nearly every object is a bare record and has none."""


_NO_BEGINNING = frozenset({"", *NOTHING_SAID})


class RawHead(Protocol):
    """The short fields of a record as they are written, by CloudTrail's names in Python's writing."""

    event_id: str
    event_time: str
    event_source: str
    event_name: str
    aws_region: str
    recipient_account_id: str
    event_type: str | None
    read_only: bool | str | None
    error_code: str | None


class FastJson(Hashable, Protocol):
    """A faster decoder; it raises ValueError or RecursionError for whatever it is not sure of.

    It may leave to `tfdrift.domain.json_reading.decode` what it likes: texts that are no JSON, lone
    surrogates, numbers beyond its own.
    """

    def decode(self, text: str | bytes) -> JsonValue:
        """Return what `tfdrift.domain.json_reading.decode` returns."""
        ...

    def head(self, text: str) -> RawHead:
        """Return the short fields of an object that has them and none of `ENVELOPE_FIELDS`.

        All of the text is JSON by its form; numbers in it may be beyond a double, or too long.
        """
        ...

    def body(self, text: str) -> tuple[JsonObject, bytes]:
        """Return an object's `BODY_FIELDS`, and the JSON text of its `CALLER_FIELD`, empty without one."""
        ...

    def log_file(self, text: str) -> Sequence[str]:
        """Return the text of each entry of an object that holds the list ``Records`` and nothing else."""
        ...


class RecordText(NamedTuple):
    """A bare CloudTrail record of which the head was read, where it stands, and what decodes the rest."""

    head: RecordHead
    text: str
    where: str
    fast: FastJson

    def whole(self) -> CloudTrailRecord:
        """Return all of the record.

        Raises
        ------
        InvalidJson
            Where it holds a number that is none in JSON or too long a one, or is nested too deep.
        """
        if self.text.count("{") + self.text.count("[") > MAX_DEPTH:
            return parse_record(decode(self.text))
        try:
            body, caller = self.fast.body(self.text)
            return complete(self.head, body, _caller(caller, self.fast))
        except ValueError:
            return parse_record(decode(self.text))


def record_text(text: str, where: str, fast: FastJson) -> RecordText | None:
    """Return the record that a text holds; None if it holds something else, or if its head is unusual.

    A record without an id has one made of all its content, one without an account has its caller's, and an
    insight has its names further in: those are for `tfdrift.domain.cloudtrail_parser` to judge, as is
    whatever is unusable.
    """
    try:
        head = _head(fast.head(text))
    except (ValueError, RecursionError):
        return None
    return None if head is None else RecordText(head, text, where, fast)


def _head(raw: RawHead) -> RecordHead | None:
    """Return the head of a record; None where a field may be a placeholder, or is unusable."""
    firsts = {
        raw.event_id[:1],
        raw.event_source[:1],
        raw.event_name[:1],
        raw.aws_region[:1],
        raw.recipient_account_id[:1],
    }
    if raw.event_type == INSIGHT or not firsts.isdisjoint(_NO_BEGINNING):
        return None
    try:
        event_time = parse_time(raw.event_time)
    except InvalidTime:
        return None
    return RecordHead(
        raw.event_id,
        event_time,
        raw.event_source,
        operation_name(raw.event_name),
        raw.event_name,
        meaningful(raw.event_type) or "",
        raw.aws_region,
        raw.recipient_account_id,
        boolean(raw.read_only),
        meaningful(raw.error_code),
    )


# A session makes many calls, and the records of all name it in the same words.
@lru_cache(maxsize=4096)
def _caller(identity: bytes, fast: FastJson) -> Caller:
    return caller_of(structure(fast.decode(identity)) if identity else {})
