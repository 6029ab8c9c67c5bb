"""Reads a Terraform or OpenTofu state of version 4: its managed resources, with secrets already hidden."""

import json
from dataclasses import dataclass
from typing import NoReturn

from tfdrift.domain.drift import StateReference
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.json_reading import InvalidJson, checked
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.provider_scope import ProviderScopes
from tfdrift.domain.state_resource import MalformedEntry, resources_of_entry

VERSION = 4


class UnreadableState(ValueError):  # noqa: N818 - names what was found
    """The bytes are no state that can be read; says why, and what to do.

    Attributes
    ----------
    reason
        What was wrong; with line and column where the text is no JSON.
    hint
        What to do about it.
    line
        The line that was wrong, where the reason lies in one.
    """

    def __init__(self, reason: str, hint: str, line: int | None = None) -> None:
        super().__init__(f"{reason}; {hint}")
        self.reason = reason
        self.hint = hint
        self.line = line


@dataclass(frozen=True, slots=True)
class TerraformState:
    """One version of a state: what it is, and the resource instances that it manages, by address."""

    reference: StateReference
    terraform_version: str | None
    resources: tuple[ManagedResource, ...]


def parse_state(
    data: bytes,
    *,
    bucket: str | None,
    key: str,
    version_id: str | None = None,
    owner_id: str | None = None,
    fingerprint: Fingerprint,
) -> TerraformState:
    """Return what a state's bytes say.

    Source of the format: https://github.com/opentofu/opentofu/blob/main/internal/states/statefile/version4.go.
    Data sources are left out, and so are deposed objects, which Terraform is about to destroy. States of
    other provider versions load: an attribute that they lack is absent, nothing more
    (https://github.com/snyk/driftctl/issues/1671).

    Parameters
    ----------
    data
        The state's content.
    bucket, key, version_id
        Where it lies; for a file `bucket` is None and `key` its path.
    owner_id
        The account that it belongs to, where known: what goes by a name and tells no account lies there.
    fingerprint
        Hides the secrets (decision 9).

    Raises
    ------
    UnreadableState
        For what is no state, is broken, encrypted, or of another version.
    """
    document = _decode(data)
    _refuse_others(document)
    reference = StateReference(
        key=key,
        serial=_serial(document),
        lineage=_text(document.get("lineage")) or "",
        bucket=bucket,
        version_id=version_id,
    )
    entries = document.get("resources")
    entries = [] if entries is None else entries
    if not isinstance(entries, list):
        raise UnreadableState("field 'resources' is not a list", _PULL)
    resources: list[ManagedResource] = []
    scopes = ProviderScopes(owner_id)
    for index, entry in enumerate(entries):
        try:
            found = list(resources_of_entry(entry, reference, fingerprint))
        except MalformedEntry as error:
            raise UnreadableState(f"resources[{index}]: {error}", _PULL) from error
        except RecursionError as error:
            raise UnreadableState(f"resources[{index}] is nested too deep", _PULL) from error
        scopes.note(entry, found)
        resources += found
    resources = scopes.completed(resources)
    resources.sort(key=lambda resource: resource.address)
    return TerraformState(reference, _text(document.get("terraform_version")), tuple(resources))


_PULL = "fetch the state again, for example with `terraform state pull`"
_UPGRADE = "let Terraform 0.12 or newer write it once, for example with `terraform apply -refresh-only`"
_DECRYPT = "give the plain state: `tofu state pull` prints it where the encryption is configured"
_NOT_SHOWN = "give the state itself, which `terraform state pull` prints, not the output of `terraform show`"


def _decode(data: bytes) -> JsonObject:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableState(f"the text is not UTF-8 at line {line}", _PULL, line) from error
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        if "\\ud" in text or "\\uD" in text:
            value = checked(value)
    except json.JSONDecodeError as error:
        reason = f"the text is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise UnreadableState(reason, _PULL, error.lineno) from error
    except (InvalidJson, RecursionError, ValueError) as error:
        raise UnreadableState(f"the text is not JSON: {error}", _PULL) from error
    if not isinstance(value, dict):
        raise UnreadableState("the document is not a state: it is no JSON object", _PULL)
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidJson(f"{name} is not a JSON number")


def _refuse_others(document: JsonObject) -> None:
    if "encrypted_data" in document or "encryption_version" in document:
        raise UnreadableState("the state is encrypted by OpenTofu", _DECRYPT)
    version = document.get("version")
    if version == VERSION and not isinstance(version, bool):
        return
    if "format_version" in document:
        raise UnreadableState("the document is not a state but describes one", _NOT_SHOWN)
    if not isinstance(version, int) or isinstance(version, bool):
        raise UnreadableState("the document is not a state: it names no version", _PULL)
    if version < VERSION:
        written_by = _text(document.get("terraform_version"))
        writer = f", written by Terraform {written_by}" if written_by else ""
        raise UnreadableState(f"the state has version {version}{writer}; version 4 can be read", _UPGRADE)
    raise UnreadableState(
        f"the state has version {version}; version 4 can be read", "use a newer release of TFDrift"
    )


def _serial(document: JsonObject) -> int:
    serial = document.get("serial", 0)
    if isinstance(serial, bool) or not isinstance(serial, int) or serial < 0:
        raise UnreadableState("field 'serial' is not a whole number", _PULL)
    return serial


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None
