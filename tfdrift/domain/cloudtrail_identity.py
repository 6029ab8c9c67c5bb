"""Reads who made a call out of a CloudTrail record's userIdentity element."""

from functools import lru_cache

from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.json_reading import object_at, text_at
from tfdrift.domain.json_value import JsonObject, JsonValue

UNKNOWN = "Unknown"


def parse_identity(element: JsonObject) -> UserIdentity:
    """Return the caller, named as a person would be.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html

    A role is shared, so the session's name is the person
    (https://github.com/higakikeita/tfdrift-falco/issues/325); IAM Identity Center sets it to the person's
    user name. The root user's ``userName`` is the account's alias, so root is named ``root``. A service is
    named by ``invokedBy``. A missing type is read off the ARN.
    """
    arn = text_at(element, "arn")
    principal = text_at(element, "principalId") or _on_behalf_of(element)
    kind = text_at(element, "type") or type_of_arn(arn)
    session = _session_name(kind, arn, principal)
    return UserIdentity(
        type=kind,
        user_name=session or _name(kind, element, arn, principal),
        arn=arn,
        principal_id=principal,
        account_id=account_text(element.get("accountId")) or _account_of_arn(arn),
        session_name=session,
        mfa=_mfa(element),
    )


def account_text(value: JsonValue) -> str | None:
    """Return an account id as text; a number has lost its leading zeros, which are given back."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value).zfill(12) if 0 < value < 10**12 else None
    return text_at({"": value}, "")


def type_of_arn(arn: str | None) -> str:
    """Return the identity type that an ARN's form tells, for records that leave the type out."""
    resource = _resource_of_arn(arn)
    if resource == "root":
        return "Root"
    prefixes = {"assumed-role/": "AssumedRole", "federated-user/": "FederatedUser", "user/": "IAMUser"}
    return next((kind for prefix, kind in prefixes.items() if resource.startswith(prefix)), UNKNOWN)


def _session_name(kind: str, arn: str | None, principal: str | None) -> str | None:
    resource = _resource_of_arn(arn)
    if resource.startswith("assumed-role/"):
        parts = resource.split("/")
        return (parts[-1] if len(parts) > 2 else "") or _after_colon(principal)
    return _after_colon(principal) if kind == "AssumedRole" else None


def _name(kind: str, element: JsonObject, arn: str | None, principal: str | None) -> str | None:
    if kind == "Root":
        return "root"
    if kind == "AWSService":
        return text_at(element, "invokedBy")
    if kind == "FederatedUser":
        return _resource_of_arn(arn).partition("federated-user/")[2] or _after_colon(principal)
    return (
        text_at(element, "userName")
        or _user_of_arn(arn)
        or _issuer_name(element)
        or _after_colon(principal)
        or _on_behalf_of(element)
        or text_at(element, "invokedBy")
    )


def _user_of_arn(arn: str | None) -> str | None:
    resource = _resource_of_arn(arn)
    return resource.rpartition("/")[2] or None if resource.startswith("user/") else None


def _issuer_name(element: JsonObject) -> str | None:
    return text_at(object_at(object_at(element, "sessionContext"), "sessionIssuer"), "userName")


def _on_behalf_of(element: JsonObject) -> str | None:
    return text_at(object_at(element, "onBehalfOf"), "userId")


def _after_colon(principal: str | None) -> str | None:
    return (principal or "").rpartition(":")[2] or None if ":" in (principal or "") else None


def _resource_of_arn(arn: str | None) -> str:
    return _parts_of_arn(arn)[1]


def _account_of_arn(arn: str | None) -> str | None:
    return _parts_of_arn(arn)[0] or None


@lru_cache(maxsize=4096)
def _parts_of_arn(arn: str | None) -> tuple[str, str]:
    """Return an ARN's account and resource, empty for what is no ARN."""
    parts = (arn or "").split(":", 5)
    return (parts[4], parts[5]) if len(parts) == 6 and parts[0] == "arn" else ("", "")


def _mfa(element: JsonObject) -> bool | None:
    """Return whether AWS itself saw a second factor; None for sessions whose sign-in AWS did not see.

    A federated session (IAM Identity Center, SAML, OIDC) says ``false`` whatever its identity provider asked
    for: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
    """
    context = object_at(element, "sessionContext")
    said = boolean(object_at(context, "attributes").get("mfaAuthenticated"))
    role = text_at(object_at(context, "sessionIssuer"), "userName") or ""
    federated = role.startswith("AWSReservedSSO_") or bool(object_at(context, "webIdFederationData"))
    return None if federated and said is False else said


def boolean(value: JsonValue) -> bool | None:
    """Return a truth value that CloudTrail wrote as a boolean or as the string ``true`` or ``false``."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False}
    return words.get(value.strip().lower()) if isinstance(value, str) else None
