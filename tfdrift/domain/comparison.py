"""Compares values as Terraform sees them (decision 5)."""

import json

from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.normalisers import NORMALISERS, VERSION
from tfdrift.domain.normalisers.blocks import snake_case
from tfdrift.domain.normalisers.collections import sort_key
from tfdrift.domain.normalisers.plain import plain, text
from tfdrift.domain.normalisers.policy import document

FINGERPRINT = "fingerprint:"
"""How a secret that the state reader replaced begins (decision 9)."""

_PRESENTED_AS_NORMALISED = frozenset({"tags", "pairs", "acl_grants", "bucket_grants", "time"})
_PORTS = ("from_port", "to_port")


def equal(expected: JsonValue, actual: JsonValue, normaliser: str, default: JsonValue = None) -> bool:
    """Return whether two values are the same to Terraform.

    Both pass the normaliser; null, absent and empty mean the attribute's default. A version of fewer parts
    stands for all that begin with it, as the provider holds it (engine_version of
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance).
    """
    if normaliser == VERSION and isinstance(expected, str) and isinstance(actual, str):
        return actual == expected or (expected != "" and actual.startswith(f"{expected}."))
    normalise = NORMALISERS[normaliser]
    return _defaulted(normalise(expected), default) == _defaulted(normalise(actual), default)


def is_empty(value: JsonValue) -> bool:
    """Return whether a value is null or an empty text, list or map: to Terraform, nothing is set."""
    return value is None or value in ("", [], {})


def _defaulted(value: JsonValue, default: JsonValue) -> JsonValue:
    return default if is_empty(value) else value


def holds_secret(value: JsonValue) -> bool:
    """Return whether a state's value holds a fingerprint in place of a secret, at any depth."""
    if isinstance(value, str):
        return value.startswith(FINGERPRINT)
    if isinstance(value, dict):
        return any(holds_secret(inner) for inner in value.values())
    return isinstance(value, list) and any(holds_secret(inner) for inner in value)


def presented(actual: JsonValue, expected: JsonValue, normaliser: str) -> JsonValue:
    """Return a call's value in the form in which Terraform writes the expected one.

    A reader then sees 1024 beside 128, and a policy as text beside text.
    """
    if normaliser in ("policy", "json"):
        return _as_document_text(actual)
    if normaliser in _PRESENTED_AS_NORMALISED:
        return NORMALISERS[normaliser](actual)
    if normaliser == "set" and isinstance(actual, list):
        distinct = {sort_key(element): element for element in actual}
        return [distinct[key] for key in sorted(distinct)]
    if normaliser in ("blocks", "structure"):
        return _as_blocks(actual)
    if normaliser == "acl_entries" and isinstance(actual, list):
        return [_with_ports(entry) for entry in actual]
    return _as_type_of(actual, expected)


def _with_ports(entry: JsonValue) -> JsonValue:
    """Return a network ACL's entry with the ports that a call for all protocols leaves out."""
    return {**entry, **{port: entry.get(port, 0) for port in _PORTS}} if isinstance(entry, dict) else entry


def _as_type_of(actual: JsonValue, expected: JsonValue) -> JsonValue:
    if isinstance(actual, str) and isinstance(expected, bool | int | float):
        return plain(actual)
    if isinstance(expected, str) and isinstance(actual, bool | int | float):
        return text(actual)
    if isinstance(actual, float) and actual.is_integer():
        return int(actual)
    return actual


def _as_document_text(actual: JsonValue) -> JsonValue:
    decoded = document(actual)
    if isinstance(decoded, dict) and decoded:
        return json.dumps(decoded, ensure_ascii=False, separators=(",", ":"))
    return decoded or None


def _as_blocks(actual: JsonValue) -> JsonValue:
    if isinstance(actual, list):
        return [_as_block(item) for item in actual]
    return [_as_block(actual)] if isinstance(actual, dict) and actual else actual


def _as_block(item: JsonValue) -> JsonValue:
    if not isinstance(item, dict):
        return item
    kept = {key: inner for key, inner in item.items() if not key.startswith("xmlns")}
    return {snake_case(key): _as_blocks(inner) for key, inner in kept.items()}
