"""Terraform's nested blocks beside AWS's structures: a block is a list of one, what is empty is not there."""

import re
from collections.abc import Callable

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.normalisers.collections import sort_key
from tfdrift.domain.normalisers.plain import plain, text
from tfdrift.domain.normalisers.policy import policy

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PROTOCOLS = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
_COUNTED_LIST = {"quantity", "items"}
_NOT_STRUCTURE = ("xmlns", "xsi:type")


def blocks(value: JsonValue) -> JsonValue:
    """Return nested blocks in one form: lists of one opened, sets sorted, names in snake case, empties gone.

    False and zero are empty too: a block that leaves an optional switch out and one that says false are the
    same to the provider's comparison.
    """
    return _opened(_pruned(plain(value)))


def snake_case(name: str) -> str:
    """Return AWS's ``SSEAlgorithm`` as Terraform's ``sse_algorithm``.

    CloudTrail writes the first letter alone in lower case: ``hTTPPort`` is ``http_port``. Terraform writes
    CloudWatch as one word.
    """
    words = _WORD.sub("_", name[:1].upper() + name[1:] if name[1:2].isupper() else name).lower()
    return words.replace("cloud_watch", "cloudwatch")


def structure(value: JsonValue) -> JsonValue:
    """Return nested blocks as `blocks` does, but what is empty and there is told from what is not there.

    An action of AWS WAF is an empty object: ``{"block": {}}``, in a state ``[{"block": [{}], "allow": []}]``.
    """
    return _opened(_marked(plain(value)))


def _marked(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        marked = {snake_case(key): _marked(inner) for key, inner in value.items()}
        return {key: inner for key, inner in marked.items() if not _nothing(inner)} or True
    if isinstance(value, list):
        return sorted((_marked(item) for item in value), key=sort_key)
    return value


def _pruned(value: JsonValue) -> JsonValue:
    if isinstance(value, dict) and value and set(value) <= _COUNTED_LIST:
        return _pruned(value.get("items"))
    if isinstance(value, dict):
        pruned = {snake_case(k): _pruned(v) for k, v in value.items() if not k.startswith(_NOT_STRUCTURE)}
        return {key: inner for key, inner in pruned.items() if not _nothing(inner)}
    if isinstance(value, list):
        kept = [inner for inner in (_pruned(item) for item in value) if not _nothing(inner)]
        return sorted(kept, key=sort_key)
    return value


def _opened(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        opened = [_opened(item) for item in value]
        return opened[0] if len(opened) == 1 else opened
    if isinstance(value, dict):
        return {key: _opened(inner) for key, inner in value.items()}
    return value


def _nothing(value: JsonValue) -> bool:
    return value is None or value is False or value in (0, "", [], {})


def parameters(value: JsonValue) -> JsonValue:
    """Return a group's parameters by name; how and when each is applied is no difference of the value.

    The provider itself leaves ``apply_method`` out of its comparison where it can:
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_parameter_group
    """
    return _by_name(value, "name", lambda block: text(block.get("value")))


def inline_policies(value: JsonValue) -> JsonValue:
    """Return a role's inline policies by name, as documents; a block without name stands for none."""
    return _by_name(value, "name", lambda block: policy(block.get("policy")))


def acl_entries(value: JsonValue) -> JsonValue:
    """Return a network ACL's entries by rule number, protocols by name."""
    return _by_name(value, "rule_no", _acl_entry)


def protocol(value: JsonValue) -> JsonValue:
    """Return a protocol by its name, for the number of it (https://www.iana.org/assignments/protocol-numbers)."""
    word = text(value)
    return _PROTOCOLS.get(word, word) if isinstance(word, str) else word


def _acl_entry(block: JsonObject) -> JsonValue:
    rest = {key: inner for key, inner in block.items() if key not in ("rule_no", "protocol")}
    pruned = _pruned(plain(rest))
    entry: JsonObject = dict(pruned) if isinstance(pruned, dict) else {}
    return {**entry, "protocol": protocol(block.get("protocol"))}


def _by_name(value: JsonValue, key: str, of: Callable[[JsonObject], JsonValue]) -> JsonValue:
    found = value if isinstance(value, list) else [value]
    named = [block for block in found if isinstance(block, dict) and block.get(key) not in (None, "")]
    return {str(text(block[key])): of(block) for block in named}
