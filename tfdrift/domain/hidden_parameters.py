"""Hides secrets in what is kept of calls and alerts: parameters by name, and texts known as secrets."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.fingerprint import PATTERN, Fingerprint, is_fingerprint
from tfdrift.domain.json_reading import InvalidJson, decode
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.new_value import is_masked
from tfdrift.domain.secret_attributes import is_secret_parameter

_LONG_ENOUGH = 6
"""Characters from which a secret is looked for within other texts: a shorter one is in any text by chance."""
_FALCO_PARAMETERS = ("ct.request", "ct.response")


def secret_texts(plain: JsonValue, hidden: JsonValue) -> Iterator[str]:
    """Yield the texts of a value that its hidden form shows as fingerprints."""
    if isinstance(plain, str) and plain and is_fingerprint(hidden) and not is_fingerprint(plain):
        yield plain
    elif is_fingerprint(hidden):
        yield from _texts(plain)
    elif isinstance(plain, dict) and isinstance(hidden, dict):
        for name, inner in plain.items():
            yield from secret_texts(inner, hidden.get(name))
    elif isinstance(plain, list) and isinstance(hidden, list):
        for one, other in zip(plain, hidden, strict=False):
            yield from secret_texts(one, other)


def record_without_secrets(
    record: CloudTrailRecord, known: Iterable[str], fingerprint: Fingerprint
) -> CloudTrailRecord:
    """Return a call as it may be stored while it waits; judged again, it means the same.

    What CloudTrail itself masked stays as it is: a mask says that the value is not known.
    """
    hider = _Hider(record.event_source, fingerprint, set(known))
    request, response = hider.by_name(record.request), hider.by_name(record.response)
    return replace(
        record,
        request=_object(hider.by_text(request)),
        response=_object(hider.by_text(response)),
        service_event_details=_object(hider.by_text(record.service_event_details)),
        additional_event_data=_object(hider.by_text(record.additional_event_data)),
        error_message=_optional_text(hider.by_text(record.error_message)),
    )


def alert_without_secrets(payload: JsonObject, known: Iterable[str], fingerprint: Fingerprint) -> JsonObject:
    """Return an alert's payload without the secrets of the call that it tells of.

    The plugin's fields ``ct.request`` and ``ct.response`` hold JSON texts, ``ct.request.<parameter>`` single
    values. What was found there is hidden in the alert's own sentence too.
    """
    fields = payload.get("output_fields")
    source = fields.get("ct.src") if isinstance(fields, dict) else None
    hider = _Hider(source if isinstance(source, str) else "", fingerprint, set(known))
    if isinstance(fields, dict):
        payload = {**payload, "output_fields": hider.fields(fields)}
    return _object(hider.by_text(payload))


@dataclass(slots=True)
class _Hider:
    """Hides what the names tell, learns the texts from it, and hides those wherever they stand."""

    event_source: str
    fingerprint: Fingerprint
    known: set[str] = field(default_factory=set)

    def fields(self, fields: JsonObject) -> JsonObject:
        """Return an alert's fields with those of the call's parameters hidden by name."""
        return {
            name: self._named(name.rpartition(".")[2], value) if name.startswith(_FALCO_PARAMETERS) else value
            for name, value in fields.items()
        }

    def by_name(self, value: JsonValue) -> JsonValue:
        """Return a value with what stands under the name of a secret replaced, JSON in texts included."""
        if isinstance(value, dict):
            return {name: self._named(name, inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.by_name(item) for item in value]
        if isinstance(value, str) and value[:1] in ("{", "["):
            return self._json_text(value)
        return value

    def by_text(self, value: JsonValue) -> JsonValue:
        """Return a value with the known secrets replaced in every text."""
        if not self.known:
            return value
        if isinstance(value, dict):
            return {name: self.by_text(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.by_text(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _named(self, name: str, value: JsonValue) -> JsonValue:
        if not is_secret_parameter(self.event_source, name):
            return self.by_name(value)
        if value is None or isinstance(value, bool) or value in ("", [], {}) or is_masked(value):
            return value
        self.known.update(_texts(value))
        return self._leaves(value)

    def _leaves(self, value: JsonValue) -> JsonValue:
        """Return a secret's value with each leaf replaced, so that it keeps its shape."""
        if isinstance(value, dict):
            return {name: self._leaves(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._leaves(item) for item in value]
        return value if value is None or isinstance(value, bool) else self.fingerprint.of(value)

    def _json_text(self, text: str) -> str:
        try:
            inner = decode(text)
        except InvalidJson:
            return text
        hidden = self.by_name(inner)
        return text if hidden == inner else json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))

    def _text(self, text: str) -> str:
        if text in self.known:
            return str(self.fingerprint.of(text))
        forms = {
            form: secret for secret in self.known if len(secret) >= _LONG_ENOUGH for form in _forms(secret)
        }
        # Fingerprints are passed over: a secret may be a part of one, as "finger" is.
        parts = [PATTERN, *map(re.escape, sorted(forms, key=len, reverse=True))]
        return re.sub("|".join(parts), lambda found: self._replaced(found[0], forms), text)

    def _replaced(self, found: str, forms: dict[str, str]) -> str:
        return str(self.fingerprint.of(forms[found])) if found in forms else found


def _forms(secret: str) -> set[str]:
    """Return how a secret may stand in a text: as it is, and within JSON."""
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        if value and not is_fingerprint(value):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _optional_text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
