"""The drift record as JSON: the one shape of REST, stream, storage and replay, and the way back."""

from tfdrift.domain.drift import (
    Acknowledgement,
    Cause,
    ChangeType,
    Confidence,
    DriftRecord,
    DriftStatus,
    Fidelity,
    HistoryEntry,
    Holder,
    Origin,
    OriginKind,
    Resolution,
    ResolutionHow,
    Severity,
    StateReference,
    TransitionName,
)
from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.proposed_import import proposed_import
from tfdrift.domain.timestamps import format_time, parse_time

DRIFT = "drift"
UNMANAGED = "unmanaged"


class InvalidDrift(ValueError):  # noqa: N818 - names what was found
    """The object is no drift record; the text names the field and what was wrong with it."""


def drift_to_json(record: DriftRecord) -> JsonObject:
    """Return the record as a JSON object; the fields of the stream's contract come first.

    `drift_from_json` is its inverse for a record without history; `drift_detail_to_json` adds that.
    `kind` and `import` follow from the rest: what was created without Terraform is a kind of its own, with a
    proposal of how to take it over.
    """
    return {
        "severity": record.severity.value,
        "resource_type": record.resource_type,
        "resource_id": record.resource_id,
        "old_value": record.old_value,
        "new_value": record.new_value,
        "user_identity": _identity_to_json(record.user_identity),
        "timestamp": format_time(record.timestamp),
        "id": record.id,
        "status": record.status.value,
        "change_type": record.change_type.value,
        "severity_reason": record.severity_reason,
        "provider": record.provider,
        "account_id": record.account_id,
        "region": record.region,
        "resource_address": record.resource_address,
        "managed": record.managed,
        "attribute": record.attribute,
        "origin": {
            "kind": record.origin.kind.value,
            "evidence": list(record.origin.evidence),
            "confidence": record.origin.confidence.value,
        },
        "source_ip": record.source_ip,
        "user_agent": record.user_agent,
        "detected_at": format_time(record.detected_at),
        "cause": _cause_to_json(record.cause),
        "state": None if record.state is None else state_reference_to_json(record.state),
        "fidelity": record.fidelity.value,
        "resolution": None if record.resolution is None else _resolution_to_json(record.resolution),
        "kind": UNMANAGED if record.is_unmanaged_creation else DRIFT,
        "group": f"{record.account_id}:{record.cause.event_id}",
        "also_managed_by": [_holder_to_json(holder) for holder in record.also_managed_by],
        "report_reason": record.report_reason,
        "acknowledgement": None
        if record.acknowledgement is None
        else _acknowledgement_to_json(record.acknowledgement),
        "import": _import_to_json(record),
    }


def drift_detail_to_json(record: DriftRecord) -> JsonObject:
    """Return the record as a JSON object with its history, oldest step first."""
    return {**drift_to_json(record), "history": [_entry_to_json(entry) for entry in record.history]}


def drift_from_json(obj: JsonObject) -> DriftRecord:
    """Return the record that `drift_to_json` or `drift_detail_to_json` wrote; other fields are left aside.

    Fields that earlier versions did not write may be missing.

    Raises
    ------
    ValueError
        A field is missing or holds something else than `drift_to_json` writes; the text names it.
    """
    state = obj.get("state")
    resolution = obj.get("resolution")
    return DriftRecord(
        id=_text(obj, "id"),
        status=DriftStatus(_text(obj, "status")),
        change_type=ChangeType(_text(obj, "change_type")),
        severity=Severity(_text(obj, "severity")),
        provider=_text(obj, "provider"),
        account_id=_text(obj, "account_id"),
        region=_text(obj, "region"),
        resource_type=_text(obj, "resource_type"),
        resource_id=_text(obj, "resource_id"),
        resource_address=_optional_text(obj, "resource_address"),
        managed=obj.get("managed") is True,
        attribute=_optional_text(obj, "attribute"),
        old_value=obj.get("old_value"),
        new_value=obj.get("new_value"),
        user_identity=_identity_from_json(_object(obj, "user_identity")),
        origin=_origin_from_json(_object(obj, "origin")),
        source_ip=_optional_text(obj, "source_ip"),
        user_agent=_optional_text(obj, "user_agent"),
        timestamp=parse_time(_text(obj, "timestamp")),
        detected_at=parse_time(_text(obj, "detected_at")),
        cause=_cause_from_json(_object(obj, "cause")),
        state=None if state is None else state_reference_from_json(_object(obj, "state")),
        fidelity=Fidelity(_text(obj, "fidelity")),
        severity_reason=_text(obj, "severity_reason"),
        resolution=None if resolution is None else _resolution_from_json(_object(obj, "resolution")),
        also_managed_by=tuple(_holder_from_json(item) for item in _objects(obj, "also_managed_by")),
        report_reason=_optional_text(obj, "report_reason"),
        acknowledgement=None
        if obj.get("acknowledgement") is None
        else _acknowledgement_from_json(_object(obj, "acknowledgement")),
        history=tuple(_entry_from_json(item) for item in _objects(obj, "history")),
    )


def state_reference_to_json(reference: StateReference) -> JsonObject:
    """Return a state's version as the `state` field of drifts and state changes holds it."""
    return {
        "bucket": reference.bucket,
        "key": reference.key,
        "serial": reference.serial,
        "lineage": reference.lineage,
        "version_id": reference.version_id,
    }


def state_reference_from_json(obj: JsonObject) -> StateReference:
    """Return the reference that `state_reference_to_json` wrote; ValueError names a field that is wrong."""
    serial = obj.get("serial")
    if not isinstance(serial, int):
        raise InvalidDrift("field 'serial' is not a whole number")
    return StateReference(
        key=_text(obj, "key"),
        serial=serial,
        lineage=_text(obj, "lineage"),
        bucket=_optional_text(obj, "bucket"),
        version_id=_optional_text(obj, "version_id"),
    )


def _identity_to_json(identity: UserIdentity) -> JsonObject:
    return {
        "type": identity.type,
        "user_name": identity.user_name,
        "arn": identity.arn,
        "principal_id": identity.principal_id,
        "account_id": identity.account_id,
        "session_name": identity.session_name,
        "mfa": identity.mfa,
    }


def _identity_from_json(obj: JsonObject) -> UserIdentity:
    mfa = obj.get("mfa")
    return UserIdentity(
        type=_text(obj, "type"),
        user_name=_optional_text(obj, "user_name"),
        arn=_optional_text(obj, "arn"),
        principal_id=_optional_text(obj, "principal_id"),
        account_id=_optional_text(obj, "account_id"),
        session_name=_optional_text(obj, "session_name"),
        mfa=mfa if isinstance(mfa, bool) else None,
    )


def _origin_from_json(obj: JsonObject) -> Origin:
    evidence = obj.get("evidence")
    facts = evidence if isinstance(evidence, list) else []
    return Origin(
        kind=OriginKind(_text(obj, "kind")),
        evidence=tuple(str(fact) for fact in facts),
        confidence=Confidence(_optional_text(obj, "confidence") or Confidence.LOW),
    )


def _cause_to_json(cause: Cause) -> JsonObject:
    return {
        "event_id": cause.event_id,
        "event_source": cause.event_source,
        "event_name": cause.event_name,
        "request_id": cause.request_id,
    }


def _cause_from_json(obj: JsonObject) -> Cause:
    return Cause(
        event_id=_text(obj, "event_id"),
        event_source=_text(obj, "event_source"),
        event_name=_text(obj, "event_name"),
        request_id=_optional_text(obj, "request_id"),
    )


def _resolution_to_json(resolution: Resolution) -> JsonObject:
    return {
        "how": resolution.how.value,
        "by": resolution.by,
        "at": format_time(resolution.at),
        "event_id": resolution.event_id,
    }


def _resolution_from_json(obj: JsonObject) -> Resolution:
    return Resolution(
        how=ResolutionHow(_text(obj, "how")),
        by=_optional_text(obj, "by"),
        at=parse_time(_text(obj, "at")),
        event_id=_optional_text(obj, "event_id"),
    )


def _holder_to_json(holder: Holder) -> JsonValue:
    return {"resource_address": holder.address, "state": state_reference_to_json(holder.state)}


def _holder_from_json(obj: JsonObject) -> Holder:
    return Holder(_text(obj, "resource_address"), state_reference_from_json(_object(obj, "state")))


def _acknowledgement_to_json(taken: Acknowledgement) -> JsonObject:
    return {
        "by": taken.by,
        "at": format_time(taken.at),
        "note": taken.note,
        "until": None if taken.until is None else format_time(taken.until),
    }


def _acknowledgement_from_json(obj: JsonObject) -> Acknowledgement:
    until = _optional_text(obj, "until")
    return Acknowledgement(
        by=_text(obj, "by"),
        at=parse_time(_text(obj, "at")),
        note=_optional_text(obj, "note"),
        until=None if until is None else parse_time(until),
    )


def _entry_to_json(entry: HistoryEntry) -> JsonValue:
    return {
        "transition": entry.transition.value,
        "status": entry.status.value,
        "at": format_time(entry.at),
        "by": entry.by,
        "reason": entry.reason,
        "event_id": entry.event_id,
    }


def _entry_from_json(obj: JsonObject) -> HistoryEntry:
    return HistoryEntry(
        transition=TransitionName(_text(obj, "transition")),
        status=DriftStatus(_text(obj, "status")),
        at=parse_time(_text(obj, "at")),
        by=_optional_text(obj, "by"),
        reason=_optional_text(obj, "reason"),
        event_id=_text(obj, "event_id"),
    )


def _import_to_json(record: DriftRecord) -> JsonValue:
    if not record.is_unmanaged_creation:
        return None
    proposal = proposed_import(record.resource_type, record.resource_id)
    return {"address": proposal.address, "id": proposal.import_id, "block": proposal.block}


def _objects(obj: JsonObject, name: str) -> list[JsonObject]:
    value = obj.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidDrift(f"field '{name}' is not a list")
    items = [item for item in value if isinstance(item, dict)]
    if len(items) != len(value):
        raise InvalidDrift(f"field '{name}' holds something else than objects")
    return items


def _object(obj: JsonObject, name: str) -> JsonObject:
    value = obj.get(name)
    if not isinstance(value, dict):
        raise InvalidDrift(f"field '{name}' is not an object")
    return value


def _text(obj: JsonObject, name: str) -> str:
    value = obj.get(name)
    if not isinstance(value, str):
        raise InvalidDrift(f"field '{name}' is not a text")
    return value


def _optional_text(obj: JsonObject, name: str) -> str | None:
    return None if obj.get(name) is None else _text(obj, name)
