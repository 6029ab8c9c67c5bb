"""The grants of a bucket's access control list: in headers, in a body, in either of Terraform's resources."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.normalisers.collections import sort_key

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html
_HEADERS = {
    "x-amz-grant-full-control": "FULL_CONTROL",
    "x-amz-grant-read": "READ",
    "x-amz-grant-read-acp": "READ_ACP",
    "x-amz-grant-write": "WRITE",
    "x-amz-grant-write-acp": "WRITE_ACP",
}
_GRANTEE = re.compile(r"\s*(id|uri|emailAddress)\s*=\s*\"?([^\",]+)\"?\s*(?:,|\Z)")
_NAMES = {"id": "id", "uri": "uri", "emailaddress": "email_address", "email_address": "email_address"}
_TYPES = {"id": "CanonicalUser", "uri": "Group", "email_address": "AmazonCustomerByEmail"}


class _Grant(NamedTuple):
    """A permission, and to whom it is given: by what kind of name, and the name."""

    by: str
    name: str
    permission: str


class _Unknown(Exception):  # noqa: N818 - passed within this module only
    """The value is no list of grants."""


def acl_grants(value: JsonValue) -> JsonValue:
    """Return grants as the blocks of an `aws_s3_bucket_acl`, one a permission; what is none as it is."""
    try:
        found = sorted(set(_grants(value)))
    except _Unknown:
        return value
    return [
        {"grantee": [{"type": _TYPES[one.by], one.by: one.name}], "permission": one.permission}
        for one in found
    ]


def bucket_grants(value: JsonValue) -> JsonValue:
    """Return grants as the blocks of an `aws_s3_bucket`, one a grantee; what is none as it is."""
    try:
        found = sorted(set(_grants(value)))
    except _Unknown:
        return value
    permissions: dict[tuple[str, str], list[JsonValue]] = {}
    for one in found:
        permissions.setdefault((one.by, one.name), []).append(one.permission)
    blocks: list[JsonValue] = [
        {"type": _TYPES[by], by: name, "permissions": given} for (by, name), given in permissions.items()
    ]
    return sorted(blocks, key=sort_key)


def _grants(value: JsonValue) -> Iterator[_Grant]:
    if isinstance(value, dict) and any(name.lower() in _HEADERS for name in value):
        for name, text in value.items():
            yield from _of_header(name.lower(), text)
        return
    if value is not None and not isinstance(value, dict | list):
        raise _Unknown
    for block in _list(value):
        yield from _of_block(block)


def _of_header(name: str, value: JsonValue) -> Iterator[_Grant]:
    for text in _list(value):
        position = 0
        while isinstance(text, str) and position < len(text):
            match = _GRANTEE.match(text, position)
            if match is None or name not in _HEADERS:
                raise _Unknown
            yield _Grant(_NAMES[match[1].lower()], match[2].strip(), _HEADERS[name])
            position = match.end()


def _of_block(block: JsonValue) -> Iterator[_Grant]:
    """Read a grant of a request's XML, or of either resource's blocks."""
    fields = _fields(block)
    grantees = _list(fields.get("grantee")) if "grantee" in fields else [block]
    permissions = _list(fields.get("permissions", fields.get("permission")))
    for grantee in grantees:
        by, name = _named(_fields(grantee))
        for permission in permissions:
            if not isinstance(permission, str):
                raise _Unknown
            yield _Grant(by, name, permission)


def _named(grantee: JsonObject) -> tuple[str, str]:
    for field, by in _NAMES.items():
        name = grantee.get(field)
        if isinstance(name, str) and name:
            return by, name
    raise _Unknown


def _fields(block: JsonValue) -> JsonObject:
    if not isinstance(block, dict):
        raise _Unknown
    return {key.lower(): inner for key, inner in block.items()}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]
