"""Replaces secret values by keyed fingerprints, so that a change is seen and the secret is not."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field

from tfdrift.domain.json_value import JsonValue

PREFIX = "fingerprint:"
_DIGITS = 32
PATTERN = rf"{PREFIX}[0-9a-f]{{{_DIGITS}}}"
"""A regular expression for fingerprints within a text."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Fingerprints values under a secret key, without which guesses of a short secret could be tried out.

    Values that Terraform holds to be the same scalar (``5`` and ``"5"``) have the same fingerprint.
    """

    key: bytes = field(repr=False)

    def of(self, value: JsonValue) -> JsonValue:
        """Return ``fingerprint:<32 hex digits>`` for a value; null and a fingerprint stay what they are."""
        if value is None or is_fingerprint(value):
            return value
        text = _canonical(value).encode("utf-8", "surrogatepass")
        return PREFIX + hmac.new(self.key, text, hashlib.sha256).hexdigest()[:_DIGITS]


def is_fingerprint(value: JsonValue) -> bool:
    """Return whether a value is a fingerprint already."""
    return isinstance(value, str) and value.startswith(PREFIX) and len(value) == len(PREFIX) + _DIGITS


def hide_like(expected: JsonValue, actual: JsonValue, fingerprint: Fingerprint) -> JsonValue:
    """Return `actual` with fingerprints wherever `expected` has one, so that the two can be compared.

    A new entry beside entries that are secrets is hidden as well: nothing tells that it is none.
    """
    if is_fingerprint(expected):
        return fingerprint.of(actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        beside_secrets = any(is_fingerprint(inner) for inner in expected.values())
        return {
            name: fingerprint.of(value)
            if beside_secrets and name not in expected
            else hide_like(expected.get(name), value, fingerprint)
            for name, value in actual.items()
        }
    if isinstance(expected, list) and isinstance(actual, list):
        if any(is_fingerprint(item) for item in expected):
            return [fingerprint.of(item) for item in actual]
        padded = [*expected, *([None] * len(actual))]
        return [hide_like(before, value, fingerprint) for before, value in zip(padded, actual, strict=False)]
    return actual


def _canonical(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
