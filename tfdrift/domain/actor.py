"""Who did what an event tells of, from where and by what means."""

from dataclasses import dataclass

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import OriginKind
from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.json_reading import text_at
from tfdrift.domain.json_value import JsonObject


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something.

    Attributes
    ----------
    principal
        Names the caller, and nobody else in any account: the ARN, a session's ARN for roles; without one
        ``<account>:<unique id or name>``; for a person who used TFDrift itself the name that was given.
    user_name, session_name
        As of `tfdrift.domain.identity.UserIdentity`.
    account_id
        The account that owns the caller.
    origin, source_ip
        By what means and from where; None where that is not known.
    """

    principal: str
    user_name: str | None = None
    session_name: str | None = None
    account_id: str | None = None
    origin: OriginKind | None = None
    source_ip: str | None = None


def caller_of(record: CloudTrailRecord, origin: OriginKind | None = None) -> Actor | None:
    """Return who made a call; None where the record does not say."""
    identity = record.identity
    principal = principal_of(identity, record.account_id)
    if principal is None:
        return None
    account = identity.account_id or record.account_id
    return Actor(principal, identity.user_name, identity.session_name, account, origin, record.source_ip)


def principal_of(identity: UserIdentity, account_id: str) -> str | None:
    """Return what names a caller as an actor's `principal`; None where nothing does.

    `account_id` is where the call was made, for callers whose own account is not known.
    """
    name = identity.principal_id or identity.user_name
    return identity.arn or (f"{identity.account_id or account_id}:{name}" if name else None)


def actor_to_json(actor: Actor) -> JsonObject:
    """Return the actor as a JSON object."""
    return {
        "principal": actor.principal,
        "user_name": actor.user_name,
        "session_name": actor.session_name,
        "account_id": actor.account_id,
        "origin": None if actor.origin is None else actor.origin.value,
        "source_ip": actor.source_ip,
    }


def actor_from_json(obj: JsonObject) -> Actor:
    """Return the actor that `actor_to_json` wrote."""
    origin = text_at(obj, "origin")
    return Actor(
        principal=text_at(obj, "principal") or "",
        user_name=text_at(obj, "user_name"),
        session_name=text_at(obj, "session_name"),
        account_id=text_at(obj, "account_id"),
        origin=None if origin is None else OriginKind(origin),
        source_ip=text_at(obj, "source_ip"),
    )
