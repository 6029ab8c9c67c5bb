"""The forms in which AWS calls name a resource, brought to the form that Terraform's ids have."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from tfdrift.domain.dns_names import hosted_zone, record_name
from tfdrift.domain.encoded_ids import decoded
from tfdrift.domain.json_value import JsonValue

IdForm = Callable[[JsonValue], tuple[str, ...]]

# function-name, account:function:name, arn:…:function:name, each with an optional :qualifier
# https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html (FunctionName)
_FUNCTION = re.compile(
    r"(?:(?:arn:[\w-]+:lambda:[\w-]+:)?(?:\d{12}:)?function:)?(?P<name>[\w-]+)(?::\$?[\w-]+)?"
)
_KEY_ARN = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:key/(?P<id>[\w-]+)")
_QUEUE_URL = re.compile(r"https?://[^/]+/\d{12}/(?P<name>[\w-]+(?:\.fifo)?)")
_LOG_GROUP_ARN = re.compile(r"arn:[\w-]+:logs:[\w-]+:\d{12}:log-group:(?P<name>[^:*]+)(?::\*)?")
_ALIAS_ARN = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:(?P<name>alias/.+)")


def lambda_name(value: JsonValue) -> tuple[str, ...]:
    """Return a function's name, without ARN and qualifier."""
    match = _FUNCTION.fullmatch(value) if isinstance(value, str) else None
    return (match["name"],) if match and match["name"].strip("-") else ()


def kms_key(value: JsonValue) -> tuple[str, ...]:
    """Return a key's id out of its id or ARN; an alias names no key by itself.

    The last part of an alias ARN is not an id
    (https://github.com/cloud-custodian/cloud-custodian/issues/9616).
    """
    if not isinstance(value, str) or not value or "alias/" in value:
        return ()
    match = _KEY_ARN.fullmatch(value)
    if match:
        return (match["id"],)
    return () if value.startswith("arn:") else (value,)


def kms_alias(value: JsonValue) -> tuple[str, ...]:
    """Return an alias's name (``alias/…``, which may hold slashes) out of its name or ARN."""
    if not isinstance(value, str):
        return ()
    match = _ALIAS_ARN.fullmatch(value)
    if match:
        return (match["name"],)
    return (value,) if value.startswith("alias/") else ()


def last_part(value: JsonValue) -> tuple[str, ...]:
    """Return the name that an ARN ends in, or a plain name as it is."""
    if not isinstance(value, str) or not value:
        return ()
    return (
        (value.rpartition("/")[2] or value,)
        if value.startswith("arn:") and "/" in value
        else ((value.rpartition(":")[2],) if value.startswith("arn:") else (value,))
    )


def queue_name(value: JsonValue) -> tuple[str, ...]:
    """Return the name that a queue's URL ends in: one queue has URLs of several hosts.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
    """
    match = _QUEUE_URL.fullmatch(value) if isinstance(value, str) else None
    return (match["name"],) if match else ()


def log_group(value: JsonValue) -> tuple[str, ...]:
    """Return a log group's name out of its name or ARN, with or without the ``:*`` for its streams."""
    if not isinstance(value, str) or not value:
        return ()
    if not value.startswith("arn:"):
        return (value,)
    match = _LOG_GROUP_ARN.fullmatch(value)
    return (match["name"],) if match else ()


def arn(value: JsonValue) -> tuple[str, ...]:
    """Return a value that is an ARN, where a call takes a name too that is no id by itself."""
    return (value,) if isinstance(value, str) and value.startswith("arn:") else ()


def base_path(value: JsonValue) -> tuple[str, ...]:
    """Return a path mapping's path, none for ``(none)``, which stands for the empty one.

    https://docs.aws.amazon.com/apigateway/latest/api/API_CreateBasePathMapping.html
    """
    return (value,) if isinstance(value, str) and value not in ("", "(none)") else ()


def lower(value: JsonValue) -> tuple[str, ...]:
    """Return an id in lower case, as RDS stores identifiers.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    (DBInstanceIdentifier: stored as a lowercase string)
    """
    return (value.lower(),) if isinstance(value, str) and value else ()


FORMS: Mapping[str, IdForm] = MappingProxyType(
    {
        "lambda_name": lambda_name,
        "kms_key": kms_key,
        "kms_alias": kms_alias,
        "last_part": last_part,
        "queue_name": queue_name,
        "log_group": log_group,
        "lower": lower,
        "arn": arn,
        "base_path": base_path,
        "decoded": decoded,
        "hosted_zone": hosted_zone,
        "record_name": record_name,
    }
)
"""The forms that a path may end in, by name."""
