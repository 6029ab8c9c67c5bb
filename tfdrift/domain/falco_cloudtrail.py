"""Makes CloudTrail evidence of an alert of Falco's cloudtrail plugin, whose ct.* fields are a record's."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tfdrift.domain.cloudtrail_identity import type_of_arn
from tfdrift.domain.cloudtrail_parser import InvalidRecord, parse_record
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.json_reading import InvalidJson, decode, text_at
from tfdrift.domain.json_value import JsonObject, JsonValue

SourcesOf = Callable[[str], Sequence[str]]

# https://github.com/falcosecurity/plugins/blob/main/plugins/cloudtrail/README.md
_FIELDS = {
    "ct.id": "eventID",
    "ct.time": "eventTime",
    "ct.name": "eventName",
    "ct.region": "awsRegion",
    "ct.error": "errorCode",
    "ct.errormessage": "errorMessage",
    "ct.recipientaccountid": "recipientAccountId",
    "ct.srcip": "sourceIPAddress",
    "ct.useragent": "userAgent",
    "ct.requestid": "requestID",
    "ct.readonly": "readOnly",
    "ct.eventtype": "eventType",
    "ct.eventcategory": "eventCategory",
    "ct.sessioncredentialfromconsole": "sessionCredentialFromConsole",
    "ct.serviceeventdetails": "serviceEventDetails",
    "ct.additionaleventdata": "additionalEventData",
}
_IDENTITY_FIELDS = {
    "ct.user.arn": "arn",
    "ct.user.principalid": "principalId",
    "ct.user.accountid": "accountId",
}

# The plugin's one-parameter fields are named in lower case; these are the parameters' own names.
_PARAMETERS = (
    "availabilityZone",
    "bucketName",
    "cluster",
    "dBInstanceIdentifier",
    "functionName",
    "groupId",
    "groupName",
    "Host",
    "instanceId",
    "instanceType",
    "keyId",
    "name",
    "policy",
    "policyArn",
    "policyName",
    "reservationId",
    "roleName",
    "serialNumber",
    "serviceName",
    "subnetId",
    "taskDefinition",
    "userName",
)
_PARAMETER_NAMES = {name.lower(): name for name in _PARAMETERS}


def record_of_fields(
    fields: JsonObject, *, fallback_id: str, fallback_time: str | None, sources_of: SourcesOf | None = None
) -> CloudTrailRecord | None:
    """Return the CloudTrail record that ct.* fields tell of, or None where they tell too little.

    Needed are ``ct.name``, ``ct.region``, an account, a time, and the service. Where the alert does not carry
    the whole ``ct.request`` the record's parameters count as omitted, and what single fields tell is kept.

    Parameters
    ----------
    fields
        The alert's output fields.
    fallback_id, fallback_time
        Used where ``ct.id`` and ``ct.time`` are missing.
    sources_of
        Returns the event sources that have an operation of a name. Asked where the alert names no service; an
        answer of more than one is no answer.
    """
    name = text_at(fields, "ct.name")
    source = _event_source(fields, name, sources_of) if name is not None else None
    if source is None:
        return None
    written = _as_record(fields)
    written["eventSource"] = source
    written.setdefault("eventID", fallback_id)
    written.setdefault("eventTime", fallback_time)
    try:
        record = parse_record(written)
    except InvalidRecord:
        return None
    whole = isinstance(_decoded(fields.get("ct.request")), dict)
    return record if whole else replace(record, parameters_omitted=True)


def _event_source(fields: JsonObject, name: str, sources_of: SourcesOf | None) -> str | None:
    source, short = text_at(fields, "ct.src"), text_at(fields, "ct.shortsrc")
    if source is not None:
        return source
    if short is not None:
        return f"{short}.amazonaws.com"
    known = tuple(sources_of(name)) if sources_of is not None else ()
    return known[0] if len(known) == 1 else None


def _as_record(fields: JsonObject) -> JsonObject:
    record: JsonObject = {
        ours: fields[theirs] for theirs, ours in _FIELDS.items() if text_at(fields, theirs) is not None
    }
    record["userIdentity"] = _identity(fields)
    record["requestParameters"] = _structure(fields, "ct.request")
    record["responseElements"] = _structure(fields, "ct.response")
    record["resources"] = _decoded(fields.get("ct.resources"))
    return record


def _identity(fields: JsonObject) -> JsonObject:
    identity: JsonObject = {
        ours: fields[theirs] for theirs, ours in _IDENTITY_FIELDS.items() if theirs in fields
    }
    kind = text_at(fields, "ct.user.identitytype") or text_at(fields, "ct.user.type")
    identity["type"] = kind or type_of_arn(text_at(fields, "ct.user.arn"))
    # For a role session the plugin's ct.user is the role's name, and for a service the caller's invokedBy.
    identity["invokedBy" if kind == "AWSService" else "userName"] = fields.get("ct.user")
    return identity


def _structure(fields: JsonObject, name: str) -> JsonObject:
    """Return parameters from the whole ones as JSON text, else from the one-parameter fields."""
    whole = _decoded(fields.get(name))
    if isinstance(whole, dict):
        return whole
    prefix = f"{name}."
    single = {key.removeprefix(prefix): value for key, value in fields.items() if key.startswith(prefix)}
    return {_PARAMETER_NAMES.get(key, key): value for key, value in single.items()}


def _decoded(value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        return value
    try:
        return decode(value)
    except InvalidJson:
        return None
