"""Reads a CloudTrail record as AWS delivers it, and refuses with a reason what cannot be used."""

import re
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from tfdrift.domain.cloudtrail_identity import account_text, boolean, parse_identity
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.json_reading import (
    InvalidJson,
    checked,
    decode,
    digest,
    list_at,
    object_at,
    text_at,
)
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.timestamps import InvalidTime, parse_time

INSIGHT = "AwsCloudTrailInsight"

# Lambda's and CloudFront's API versions: CreateFunction20150331, AddPermission20150331v2,
# CreateFunction2020_05_31 (https://github.com/cloud-custodian/cloud-custodian/issues/3292).
_DATED_SUFFIX = re.compile(r"(?<=.)(?:19|20)\d\d(_?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:v\d+)?\Z")


class RecordHead(NamedTuple):
    """What tells whether a record can be used, which call it is, and whether it may have changed anything.

    Most records of a trail read or failed; their heads are all that is needed of them. The fields are those
    of `CloudTrailRecord`.
    """

    event_id: str
    event_time: datetime
    event_source: str
    event_name: str
    raw_event_name: str
    event_type: str
    region: str
    account_id: str
    read_only: bool | None
    error_code: str | None

    @property
    def key(self) -> tuple[str, str]:
        """The identity under which a second delivery is recognised: (recipient account, event id)."""
        return (self.account_id, self.event_id)


class InvalidRecord(ValueError):  # noqa: N818 - names what was found; not a failure of this program
    """The object is no usable CloudTrail record; the text names the field and what was wrong with it."""


def parse_record(obj: object, *, default_account: str | None = None) -> CloudTrailRecord:
    """Return what a decoded CloudTrail record says.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html

    sourceIPAddress, userAgent, requestID, userIdentity and others may be missing
    (https://github.com/airbnb/streamalert/issues/1100, https://github.com/airbnb/streamalert/issues/447).
    A record of version 1.0 has no eventID, and a published sample may have it elided: the id is then made
    from the content, so that a second delivery is still recognised.

    Parameters
    ----------
    obj
        The decoded JSON object.
    default_account
        The account of the envelope that carried the record; used where the record names none.

    Raises
    ------
    InvalidRecord
        Where eventTime, eventSource, eventName, awsRegion or an account is missing or unusable.
    """
    record = _object(obj)
    return complete(parse_head(record, default_account=default_account), record)


def parse_head(record: JsonObject, *, default_account: str | None = None) -> RecordHead:
    """Return what a record says first of all, and refuse it where `parse_record` does, for the same reasons.

    `record` is a value that `tfdrift.domain.json_reading` decoded or checked.
    """
    event_type = text_at(record, "eventType") or ""
    raw_name = _needed(record, "eventName", event_type)
    return RecordHead(
        event_id=text_at(record, "eventID") or f"content-{digest(record)}",
        event_time=_time(record),
        event_source=_needed(record, "eventSource", event_type),
        event_name=operation_name(raw_name),
        raw_event_name=raw_name,
        event_type=event_type,
        region=_needed(record, "awsRegion", event_type),
        account_id=_account(record, default_account),
        read_only=boolean(record.get("readOnly")),
        error_code=text_at(record, "errorCode"),
    )


class Caller(NamedTuple):
    """What a record's userIdentity element says; the fields are those of `CloudTrailRecord`."""

    identity: UserIdentity
    invoked_by: str | None
    issuer_arn: str | None


def caller_of(element: JsonObject) -> Caller:
    """Return who made a call, given the userIdentity element of its record."""
    return Caller(
        parse_identity(element),
        text_at(element, "invokedBy"),
        text_at(object_at(object_at(element, "sessionContext"), "sessionIssuer"), "arn"),
    )


def complete(head: RecordHead, record: JsonObject, caller: Caller | None = None) -> CloudTrailRecord:
    """Return all that a record says, given its head, and its caller where that is known already."""
    identity, invoked_by, issuer_arn = caller or caller_of(structure(record.get("userIdentity")))
    request, omitted = _parameters(record.get("requestParameters"))
    response, _ = _parameters(record.get("responseElements"))
    return CloudTrailRecord(
        event_id=head.event_id,
        event_time=head.event_time,
        event_source=head.event_source,
        event_name=head.event_name,
        raw_event_name=head.raw_event_name,
        event_type=head.event_type,
        region=head.region,
        account_id=head.account_id,
        identity=identity,
        request=request,
        response=response,
        read_only=head.read_only,
        error_code=head.error_code,
        error_message=text_at(record, "errorMessage"),
        source_ip=text_at(record, "sourceIPAddress"),
        user_agent=text_at(record, "userAgent"),
        request_id=text_at(record, "requestID"),
        invoked_by=invoked_by,
        issuer_arn=issuer_arn,
        session_credential_from_console=boolean(record.get("sessionCredentialFromConsole")) is True,
        event_category=text_at(record, "eventCategory"),
        parameters_omitted=omitted,
        resource_arns=_resource_arns(record),
        original_event_id=text_at(object_at(record, "addendum"), "originalEventID"),
        service_event_details=structure(record.get("serviceEventDetails")),
        additional_event_data=structure(record.get("additionalEventData")),
    )


@lru_cache(maxsize=4096)
def operation_name(event_name: str) -> str:
    """Return an event's name without the date of the API's version, so that all versions are one operation.

    >>> operation_name("UpdateFunctionConfiguration20150331v2")
    'UpdateFunctionConfiguration'
    """
    return _DATED_SUFFIX.sub("", event_name)


def _object(obj: object) -> JsonObject:
    if not isinstance(obj, dict):
        raise InvalidRecord(f"a CloudTrail record is a JSON object, not {_kind(obj)}")
    try:
        value = checked(obj)
    except InvalidJson as error:
        raise InvalidRecord(str(error)) from error
    return value if isinstance(value, dict) else {}


def _kind(obj: object) -> str:
    names = {type(None): "null", list: "a list", str: "a string", bool: "a boolean", int: "a number"}
    return names.get(type(obj), type(obj).__name__)


def _needed(record: JsonObject, field: str, event_type: str) -> str:
    value = text_at(record, field)
    if value is None and event_type == INSIGHT:
        # An insight's event names what was unusual inside insightDetails
        # (https://github.com/clearscale/cloudtrail-to-slack/issues/71).
        value = text_at(object_at(record, "insightDetails"), field)
    if value is None:
        raise InvalidRecord(_complaint(record, field))
    return value


def _complaint(record: JsonObject, field: str) -> str:
    if field not in record:
        return f"{field}: missing"
    return f"{field}: unusable value {_shortened(record[field])}"


def _shortened(value: JsonValue) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _time(record: JsonObject) -> datetime:
    text = text_at(record, "eventTime")
    if text is None:
        raise InvalidRecord(_complaint(record, "eventTime"))
    try:
        return parse_time(text)
    except InvalidTime as error:
        raise InvalidRecord(f"eventTime: {error}") from error


def _account(record: JsonObject, default: str | None) -> str:
    account = account_text(record.get("recipientAccountId"))
    if account is None:
        element = structure(record.get("userIdentity"))
        account = parse_identity(element).account_id or account_text(default)
    if account is None:
        raise InvalidRecord(
            "recipientAccountId: missing, and neither userIdentity nor the envelope names one"
        )
    return account


def _parameters(value: JsonValue) -> tuple[JsonObject, bool]:
    """Return request parameters or response elements, and whether CloudTrail left them out.

    Beyond 100 KB CloudTrail writes ``{"omitted": true, "originalSize": …, "reason": "… too large"}`` instead;
    what it hides for security, or what is not an object, is as unusable as what it omits.
    """
    if value is None or value == "null":
        return {}, False
    content = structure(value)
    if boolean(content.get("omitted")) is True and set(content) <= {"omitted", "originalSize", "reason"}:
        return {}, True
    return content, not isinstance(value, dict) and not content


def structure(value: JsonValue) -> JsonObject:
    """Return an object that a record holds as such or as JSON text; empty for anything else."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = decode(value)
        except InvalidJson:
            return {}
    return value if isinstance(value, dict) else {}


def _resource_arns(record: JsonObject) -> tuple[str, ...]:
    entries = [entry for entry in list_at(record, "resources") if isinstance(entry, dict)]
    found = (text_at(entry, "ARN") or text_at(entry, "arn") for entry in entries)
    return tuple(arn for arn in found if arn is not None)
