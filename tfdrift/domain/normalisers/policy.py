"""IAM policy documents compared as documents, not as text."""

import json
from urllib.parse import unquote

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.normalisers.collections import sort_key
from tfdrift.domain.normalisers.plain import plain, text

_ONE_OR_MANY = frozenset({"Action", "NotAction", "Resource", "NotResource"})
_PRINCIPALS = frozenset({"Principal", "NotPrincipal"})


def document(value: JsonValue) -> JsonValue:
    """Return the JSON that a text holds, URL-encoded or not, as IAM returns it; other values as they are."""
    if not isinstance(value, str):
        return value
    for candidate in (value, unquote(value)):
        if candidate.lstrip().startswith(("{", "[")):
            try:
                decoded: JsonValue = json.loads(candidate)
            except (ValueError, RecursionError):
                continue
            return decoded
    return value


def json_document(value: JsonValue) -> JsonValue:
    """Return what a JSON text says, whatever its spaces and the order of its keys; empty ones are empty."""
    return plain(document(value))


def policy(value: JsonValue) -> JsonValue:
    """Return a policy document in one canonical form.

    Equal are: statements, actions, resources, principals and condition values in another order
    (https://github.com/snyk/driftctl/issues/551), a single value and a list of one, a single statement and a
    list of one, actions in another case, an empty ``Sid`` and none, ``"*"`` and ``{"AWS": "*"}``, an
    account's id and its root ARN, true and ``"true"`` in conditions. A value that is no document stays as
    it is.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    decoded = document(value)
    if not isinstance(decoded, dict):
        return decoded
    canonical: JsonObject = {key: inner for key, inner in decoded.items() if key != "Statement" and inner}
    statements = [_statement(item) for item in _many(decoded.get("Statement")) if isinstance(item, dict)]
    canonical["Statement"] = sorted(statements, key=sort_key)
    return canonical


def _statement(statement: JsonObject) -> JsonValue:
    canonical: JsonObject = {}
    for key, value in statement.items():
        if key in _ONE_OR_MANY:
            canonical[key] = _words(value, lower=key.endswith("Action"))
        elif key in _PRINCIPALS:
            canonical[key] = _principal(value)
        elif key == "Condition":
            canonical[key] = _condition(value)
        elif value or key != "Sid":
            canonical[key] = value
    return {key: value for key, value in canonical.items() if value not in ({}, [], None)}


def _principal(value: JsonValue) -> JsonValue:
    if value == "*":
        return {"AWS": ["*"]}
    if not isinstance(value, dict):
        return value
    return {kind: _words([_account(item) for item in _many(who)]) for kind, who in value.items()}


def _account(value: JsonValue) -> JsonValue:
    """Return an account's root ARN for its bare id, which means the same."""
    word = text(value)
    if isinstance(word, str) and len(word) == 12 and word.isdigit():
        return f"arn:aws:iam::{word}:root"
    return word


def _condition(value: JsonValue) -> JsonValue:
    if not isinstance(value, dict):
        return value
    return {
        operator: {key.lower(): _words(words) for key, words in tests.items()}
        for operator, tests in value.items()
        if isinstance(tests, dict)
    }


def _words(value: JsonValue, *, lower: bool = False) -> JsonValue:
    words = {_word(item, lower=lower) for item in _many(value)}
    return [*sorted(words)]


def _word(value: JsonValue, *, lower: bool) -> str:
    word = text(value)
    written = word if isinstance(word, str) else sort_key(word)
    return written.lower() if lower else written


def _many(value: JsonValue) -> list[JsonValue]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
