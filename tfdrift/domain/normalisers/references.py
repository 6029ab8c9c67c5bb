"""References to other resources, where state and call may write an ARN, an id or a name."""

import re

from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.normalisers.plain import plain

_KMS_ARN = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:(?P<rest>(?:key|alias)/.+)")


def named(value: JsonValue) -> JsonValue:
    """Return the name that an ARN ends in, so that an ARN equals the bare name or id."""
    if not isinstance(value, str) or not value.startswith("arn:"):
        return plain(value)
    return value.rpartition("/")[2] if "/" in value else value.rpartition(":")[2]


def kms_reference(value: JsonValue) -> JsonValue:
    """Return a key's id, or an alias with its prefix: an alias is never a key's id.

    https://github.com/cloud-custodian/cloud-custodian/issues/9616
    """
    if not isinstance(value, str):
        return value
    match = _KMS_ARN.fullmatch(value)
    return (match["rest"] if match else value).removeprefix("key/")
