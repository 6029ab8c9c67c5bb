"""Reads what S3 says of state objects: EventBridge events, S3 notifications, either inside SQS or SNS."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote_plus

from tfdrift.domain.json_reading import InvalidJson, decode, list_at, object_at, text_at
from tfdrift.domain.json_value import JsonObject, JsonValue

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_LOCK_SUFFIXES = (".tflock", ".tfstate.lock.info")
_MAX_WRAPPINGS = 4


class NoticeKind(StrEnum):
    """What happened to the object."""

    WRITTEN = "written"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class StateNotice:
    """An object that was written or deleted.

    `version_id` is None in a bucket without versioning, `bucket_owner_id` where the message does not tell the
    account that the bucket belongs to.
    """

    kind: NoticeKind
    bucket: str
    key: str
    version_id: str | None
    bucket_owner_id: str | None = None

    @property
    def is_lock(self) -> bool:
        """Whether this is the lock file that Terraform keeps beside a state."""
        return self.key.endswith(_LOCK_SUFFIXES)


class InvalidNotice(ValueError):  # noqa: N818 - names what was found
    """The message tells of no S3 object."""


def read_notices(text: str) -> tuple[StateNotice, ...]:
    """Return the notices of a message's body; none for S3's own test message.

    Raises
    ------
    InvalidNotice
        If it is not JSON, or of none of the known shapes.
    """
    try:
        value = decode(text)
    except InvalidJson as error:
        raise InvalidNotice(f"the message is not JSON: {error}") from error
    return notices_of(value)


def notices_of(value: JsonValue) -> tuple[StateNotice, ...]:
    """Return the notices of a decoded message; raises InvalidNotice as `read_notices` does."""
    return tuple(_open(value, _MAX_WRAPPINGS))


def _open(value: JsonValue, wrappings: int) -> Iterator[StateNotice]:
    if not isinstance(value, dict) or not wrappings:
        raise InvalidNotice("the message is no notice of S3")
    if "detail-type" in value:
        yield from _eventbridge(value)
    elif isinstance(value.get("Records"), list):
        for entry in list_at(value, "Records"):
            yield from _record(entry, wrappings)
    elif "Message" in value and "TopicArn" in value:
        yield from _open(_decoded(value["Message"]), wrappings - 1)
    elif value.get("Event") != "s3:TestEvent":
        raise InvalidNotice("the message is no notice of S3")


def _record(entry: JsonValue, wrappings: int) -> Iterator[StateNotice]:
    if not isinstance(entry, dict):
        raise InvalidNotice("an entry of Records is not an object")
    if entry.get("EventSource") == "aws:sns":
        yield from _open(_decoded(object_at(entry, "Sns").get("Message")), wrappings - 1)
    else:
        yield from _s3_record(entry)


def _decoded(text: JsonValue) -> JsonValue:
    if not isinstance(text, str):
        raise InvalidNotice("the SNS message has no text")
    try:
        return decode(text)
    except InvalidJson as error:
        raise InvalidNotice(f"the SNS message is not JSON: {error}") from error


def _eventbridge(event: JsonObject) -> Iterator[StateNotice]:
    """Read an S3 event of EventBridge.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: keys stand there as they are. The
    account is the bucket's owner, also where another account's rule handed the event on.
    """
    kinds = {"Object Created": NoticeKind.WRITTEN, "Object Deleted": NoticeKind.DELETED}
    kind = kinds.get(str(event.get("detail-type")))
    if event.get("source") != "aws.s3" or kind is None:
        raise InvalidNotice(
            f"EventBridge event {str(event.get('detail-type'))[:60]!r} is not of a state object"
        )
    detail = object_at(event, "detail")
    found = object_at(detail, "object")
    account = text_at(event, "account") or ""
    owner = account if _ACCOUNT.fullmatch(account) else None
    yield _notice(kind, detail.get("bucket"), found.get("key"), text_at(found, "version-id"), owner)


def _s3_record(entry: JsonObject) -> Iterator[StateNotice]:
    """Read one record of an S3 notification.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html: keys stand
    there encoded as in a form.
    """
    name = text_at(entry, "eventName") or ""
    # With the Lambda and SQS destinations the names come without the prefix that rules use.
    name = name.removeprefix("s3:")
    kinds = {
        "ObjectCreated": NoticeKind.WRITTEN,
        "ObjectRestore": NoticeKind.WRITTEN,
        "ObjectRemoved": NoticeKind.DELETED,
        "LifecycleExpiration": NoticeKind.DELETED,
    }
    kind = kinds.get(name.partition(":")[0])
    if kind is None:
        raise InvalidNotice(f"S3 notification {name[:60]!r} is not of a state object")
    s3 = object_at(entry, "s3")
    found = object_at(s3, "object")
    key = found.get("key")
    decoded = unquote_plus(key) if isinstance(key, str) else None
    yield _notice(kind, s3.get("bucket"), decoded, text_at(found, "versionId"))


def _notice(
    kind: NoticeKind, bucket: JsonValue, key: JsonValue, version_id: str | None, owner_id: str | None = None
) -> StateNotice:
    name = bucket.get("name") if isinstance(bucket, dict) else None
    if not isinstance(name, str) or not isinstance(key, str) or not name or not key:
        raise InvalidNotice("the notice names no bucket and key")
    return StateNotice(kind, name, key, version_id or None, owner_id)
