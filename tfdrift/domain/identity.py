"""The caller of an AWS API call, as a person would be named."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserIdentity:
    """Who made a call.

    Source: CloudTrail's ``userIdentity`` element,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html

    Attributes
    ----------
    type
        CloudTrail's own word: ``IAMUser``, ``AssumedRole``, ``Root``, ``AWSService``, …
    user_name
        The person's name: of a role session it is the session name, since the role is shared.
    arn
        The caller's ARN as delivered, a session's ARN for roles.
    principal_id
        The unique id; for a session ``<role id>:<session name>``.
    account_id
        The account that owns the caller.
    session_name
        The role session's name, or None for anything but an assumed role.
    mfa
        Whether the session was opened with MFA; None where the record does not say.
    """

    type: str
    user_name: str | None = None
    arn: str | None = None
    principal_id: str | None = None
    account_id: str | None = None
    session_name: str | None = None
    mfa: bool | None = None
