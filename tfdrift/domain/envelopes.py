"""Finds CloudTrail records and Falco alerts inside whatever AWS delivers them in."""

import base64
import binascii
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

from tfdrift.domain.cloudtrail_identity import account_text
from tfdrift.domain.cloudtrail_parser import INSIGHT
from tfdrift.domain.documents import Broken, Document, LogEntry, read_documents
from tfdrift.domain.json_reading import InvalidJson, checked, decode, list_at, object_at, text_at
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.record_text import ENVELOPE_FIELDS, FastJson, RecordText

__all__ = [
    "AlertFound",
    "Broken",
    "Document",
    "ObjectReference",
    "RecordFound",
    "RecordText",
    "Skipped",
    "Unwrapped",
    "read_documents",
    "read_evidence",
    "unwrap",
]

_MAX_WRAPPINGS = 24
_MAX_INFLATED = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RecordFound:
    """A CloudTrail record, unparsed, and the account that its envelope names."""

    obj: JsonObject
    where: str
    default_account: str | None = None


@dataclass(frozen=True, slots=True)
class AlertFound:
    """A Falco alert, unparsed."""

    obj: JsonObject
    where: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A sound message that carries no evidence: another service's event, a test, a confirmation."""

    reason: str
    where: str


@dataclass(frozen=True, slots=True)
class ObjectReference:
    """Names an S3 object that holds the evidence; whoever has access to S3 fetches it."""

    bucket: str
    key: str
    version_id: str | None
    size: int | None
    where: str


Unwrapped = RecordFound | AlertFound | Skipped | Broken | ObjectReference


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the document the walk is, and within how many envelopes."""

    where: str
    wrappings: int = 0

    def inside(self, step: str) -> "_Place":
        """Return the place one wrapping further in."""
        return _Place(f"{self.where}{step}", self.wrappings + 1)


_Opener = Callable[[JsonObject, _Place], Iterator[Unwrapped]]


def unwrap(document: object, *, source: str) -> Iterator[Unwrapped]:
    """Yield everything that a decoded document carries, in its order.

    Understood, in each other as deep as AWS ever nests them: S3 log files (``Records``), bare records, lists
    of them, EventBridge events, CloudWatch Logs subscriptions (base64 and gzip), SQS events and messages, SNS
    events, notifications and raw bodies, S3 event notifications and CloudTrail's own SNS notifications (as
    references), `aws cloudtrail lookup-events` output, Falco alerts. Nothing is raised: what cannot be used
    is a `Broken` or `Skipped` with its reason.

    Parameters
    ----------
    document
        A decoded JSON value.
    source
        Where it came from (file and line, message id); every result's `where` begins with it.
    """
    try:
        value = checked(document)
    except InvalidJson as error:
        yield Broken(str(error), source)
        return
    yield from _walk(value, _Place(source))


def read_evidence(data: bytes, *, name: str) -> Iterator[Unwrapped]:
    """Yield everything that a file carries: `read_documents`, then `unwrap` of each."""
    for found in read_evidence_fast(data, name=name, fast=None):
        if not isinstance(found, RecordText):
            yield found


def read_evidence_fast(data: bytes, *, name: str, fast: FastJson | None) -> Iterator[Unwrapped | RecordText]:
    """Yield what `read_evidence` does, bare records as a `RecordText` each if there is a faster decoder."""
    for document in read_documents(data, name=name, fast=fast):
        if isinstance(document, Document):
            yield from _walk(document.value, _Place(document.where))
        elif isinstance(document, LogEntry):
            yield from _entry(document.value, _Place(document.where, wrappings=1))
        else:
            yield document


def _walk(value: JsonValue, place: _Place) -> Iterator[Unwrapped]:
    if place.wrappings > _MAX_WRAPPINGS:
        yield Broken(f"wrapped more than {_MAX_WRAPPINGS} times", place.where)
    elif isinstance(value, dict):
        yield from _object(value, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, place.inside(f"[{index}]"))
    elif isinstance(value, str):
        yield from _text(value, place)
    else:
        yield Broken("neither a CloudTrail record nor a known envelope", place.where)


def _text(text: str, place: _Place) -> Iterator[Unwrapped]:
    try:
        value = decode(text)
    except InvalidJson as error:
        yield Broken(f"the message is not JSON: {error}", place.where)
        return
    yield from _walk(value, place.inside(""))


def _object(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    if ENVELOPE_FIELDS.isdisjoint(obj) and _is_record(obj):
        yield RecordFound(obj, place.where)
        return
    for applies, open_envelope in _ENVELOPES:
        if applies(obj):
            yield from open_envelope(obj, place)
            return
    yield Broken("neither a CloudTrail record nor a known envelope", place.where)


def _eventbridge(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    kind, detail = obj.get("detail-type"), obj.get("detail")
    inner = place.inside(".detail")
    if isinstance(detail, dict) and (_is_record(detail) or _is_insight(detail)):
        yield RecordFound(detail, inner.where, account_text(obj.get("account")))
    elif isinstance(detail, dict) and text_at(obj, "source") == "aws.s3" and kind == "Object Created":
        yield _reference_in_detail(detail, inner)
    elif isinstance(kind, str) and kind.endswith("via CloudTrail"):
        yield Broken(f"EventBridge event {kind!r} holds no CloudTrail record", inner.where)
    else:
        # https://github.com/cloud-custodian/cloud-custodian/issues/3877
        yield Skipped(f"EventBridge event {_named(kind)} is not CloudTrail's", place.where)


def _named(value: JsonValue) -> str:
    return repr(value[:80]) if isinstance(value, str) else "without detail-type"


def _reference_in_detail(detail: JsonObject, place: _Place) -> Unwrapped:
    entry = object_at(detail, "object")
    bucket, key = text_at(object_at(detail, "bucket"), "name"), entry.get("key")
    return _reference(bucket, key, entry.get("version-id"), entry.get("size"), place)


def _reference(
    bucket: JsonValue, key: JsonValue, version: JsonValue, size: JsonValue, place: _Place
) -> Unwrapped:
    if not isinstance(bucket, str) or not isinstance(key, str) or not bucket or not key:
        return Broken("the S3 notification names no bucket and key", place.where)
    return ObjectReference(
        bucket,
        key,
        version if isinstance(version, str) and version else None,
        size if isinstance(size, int) and not isinstance(size, bool) else None,
        place.where,
    )


def _records(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    for index, entry in enumerate(list_at(obj, "Records")):
        yield from _entry(entry, place.inside(f".Records[{index}]"))


def _entry(entry: JsonValue, place: _Place) -> Iterator[Unwrapped]:
    """Open one entry of a ``Records`` list: a record of a log file, or one message of a Lambda event."""
    if not isinstance(entry, dict):
        yield Broken("an entry of Records is not an object", place.where)
        return
    opener = _LAMBDA_SOURCES.get(str(entry.get("eventSource") or entry.get("EventSource") or ""))
    if opener is not None:
        yield from opener(entry, place)
    else:
        yield from _object(entry, place)


def _s3_notification(entry: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    name = text_at(entry, "eventName") or ""
    if not name.startswith("ObjectCreated:"):
        yield Skipped(f"S3 notification {name!r} announces no new object", place.where)
        return
    s3 = object_at(entry, "s3")
    found = object_at(s3, "object")
    key = found.get("key")
    # S3 encodes keys in notifications as forms do:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    decoded = unquote_plus(key) if isinstance(key, str) else None
    yield _reference(
        text_at(object_at(s3, "bucket"), "name"), decoded, found.get("versionId"), found.get("size"), place
    )


def _body(message: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    yield from _walk(message.get("body", message.get("Body")), place.inside(".body"))


def _sns_record(entry: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    yield from _walk(object_at(entry, "Sns").get("Message"), place.inside(".Sns.Message"))


def _kinesis_record(entry: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    yield from _compressed(object_at(entry, "kinesis").get("data"), place.inside(".kinesis.data"))


def _sns_notification(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    if obj.get("Type") == "Notification":
        yield from _walk(obj.get("Message"), place.inside(".Message"))
    else:
        yield Skipped(f"SNS message of type {_named(obj.get('Type'))}", place.where)


def _subscription(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    yield from _compressed(object_at(obj, "awslogs").get("data"), place.inside(".awslogs.data"))


def _compressed(data: JsonValue, place: _Place) -> Iterator[Unwrapped]:
    """Open base64 text of gzip or plain JSON.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
    """
    try:
        raw = base64.b64decode(data if isinstance(data, str) else "", validate=True)
        text = _inflated(raw) if raw.startswith(b"\x1f\x8b") else raw.decode("utf-8")
    except (binascii.Error, zlib.error, UnicodeDecodeError, ValueError) as error:
        yield Broken(f"not base64 of gzip: {error}", place.where)
        return
    yield from _text(text, place)


def _inflated(raw: bytes) -> str:
    inflater = zlib.decompressobj(wbits=31)
    text = inflater.decompress(raw, _MAX_INFLATED)
    if not inflater.eof:
        raise ValueError("the gzip data is cut short or larger than 64 MiB")
    return text.decode("utf-8")


def _log_batch(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    if obj.get("messageType") != "DATA_MESSAGE":
        yield Skipped(f"CloudWatch Logs message {_named(obj.get('messageType'))}", place.where)
        return
    # `owner` is the log group's account, which an organisation's trail does not share with its records.
    for index, event in enumerate(list_at(obj, "logEvents")):
        inner = place.inside(f".logEvents[{index}]")
        message = event.get("message") if isinstance(event, dict) else None
        if isinstance(message, str) and not message.lstrip().startswith("{"):
            yield Skipped("a log line that is no JSON object", inner.where)
        else:
            yield from _walk(message, inner)


def _lookup_events(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    for index, event in enumerate(list_at(obj, "Events")):
        inner = place.inside(f".Events[{index}]")
        yield from _walk(event.get("CloudTrailEvent") if isinstance(event, dict) else None, inner)


def _messages(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    for index, message in enumerate(list_at(obj, "Messages")):
        yield from _walk(message, place.inside(f".Messages[{index}]"))


def _log_file_notice(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    """Open CloudTrail's own SNS notification.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
    """
    for key in list_at(obj, "s3ObjectKey"):
        yield _reference(obj.get("s3Bucket"), key, None, None, place)


def _record(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    yield RecordFound(obj, place.where)


def _alert(obj: JsonObject, place: _Place) -> Iterator[Unwrapped]:
    yield AlertFound(obj, place.where)


def _skip(reason: str) -> _Opener:
    def opener(_: JsonObject, place: _Place) -> Iterator[Unwrapped]:
        yield Skipped(reason, place.where)

    return opener


def _is_record(obj: JsonObject) -> bool:
    return isinstance(obj.get("eventName"), str) and isinstance(obj.get("eventSource"), str)


def _is_insight(obj: JsonObject) -> bool:
    return obj.get("eventType") == INSIGHT


def _is_message(obj: JsonObject) -> bool:
    return ("body" in obj and "messageId" in obj) or ("Body" in obj and "MessageId" in obj)


def _is_alert(obj: JsonObject) -> bool:
    return "rule" in obj and "priority" in obj and ("output" in obj or "output_fields" in obj)


_LAMBDA_SOURCES: dict[str, _Opener] = {
    "aws:s3": _s3_notification,
    "aws:sqs": _body,
    "aws:sns": _sns_record,
    "aws:kinesis": _kinesis_record,
}

_ENVELOPES: tuple[tuple[Callable[[JsonObject], bool], _Opener], ...] = (
    (lambda obj: isinstance(obj.get("Records"), list), _records),
    (lambda obj: "detail-type" in obj or ("detail" in obj and "source" in obj), _eventbridge),
    (lambda obj: isinstance(obj.get("awslogs"), dict), _subscription),
    (lambda obj: "messageType" in obj and "logEvents" in obj, _log_batch),
    (lambda obj: "Type" in obj and "TopicArn" in obj, _sns_notification),
    (_is_message, _body),
    (lambda obj: isinstance(obj.get("Messages"), list), _messages),
    (lambda obj: isinstance(obj.get("s3ObjectKey"), list), _log_file_notice),
    (lambda obj: obj.get("Event") == "s3:TestEvent", _skip("S3's test message of a new notification")),
    (lambda obj: "digestStartTime" in obj, _skip("CloudTrail's digest file")),
    (lambda obj: isinstance(obj.get("Events"), list), _lookup_events),
    (_is_alert, _alert),
    (lambda obj: _is_record(obj) or _is_insight(obj), _record),
)
