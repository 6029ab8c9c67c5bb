"""Proposes rows of the catalog for the events of an AWS service that it does not know yet.

What changes what is read off the names: the operations and parameters of the AWS SDK's model beside the types
and attributes of the Terraform provider. Keep of a proposal what the documentation of both bears out:

    uv run python -m tools.propose_rows kinesis
    uv run python -m tools.propose_rows MODEL --source MODEL.amazonaws.com --bindings SITE_PACKAGES

Without `--bindings` (tools/provider_schema.py says how to install them) only types are proposed that the
catalog names somewhere.
"""

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
from botocore.model import OperationModel, Shape, StructureShape

from tfdrift.catalog import load_catalog
from tfdrift.domain.detection import READING
from tfdrift.domain.drift import ChangeType
from tfdrift.domain.normalisers.blocks import snake_case
from tools.provider_schema import SCHEMA_FILE, schema_of_bindings

_CREATING = ("Create", "Register", "Allocate", "Run", "Import")
_DELETING = ("Delete", "Deregister", "Release", "Terminate")
_WORD = re.compile(r"[a-z0-9]+")
_MOST_TYPES = 4

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A proposed row; without ids it needs a person to find out what the call names."""

    event: str
    types: tuple[str, ...]
    ids: tuple[str, ...]
    change: ChangeType
    attributes: tuple[tuple[str, str], ...] = ()


def main() -> None:
    """Print the proposal for a service as a file of the catalog."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", help="the service's name in the AWS SDK")
    parser.add_argument("--source", help="CloudTrail's eventSource [default: MODEL.amazonaws.com]")
    parser.add_argument("--bindings", type=Path, help="site-packages with the provider's bindings")
    given = parser.parse_args()
    source = given.source or f"{given.model}.amazonaws.com"
    known = {name for its_source, name in load_catalog().pairs() if its_source == source}
    schema = schema_of_bindings(given.bindings) if given.bindings else known_schema()
    rows, without = propose(given.model, schema, known)
    print(as_toml(given.model, source, rows, without))  # noqa: T201 - a tool


def known_schema() -> Schema:
    """Return the types that the catalog names, with their attributes."""
    types: Schema = json.loads(SCHEMA_FILE.read_text("utf-8"))["types"]
    return types


def propose(model: str, schema: Schema, known: set[str]) -> tuple[list[Row], list[str]]:
    """Return rows for the writes of a service that are not known, and the writes without a type.

    Parameters
    ----------
    model
        The service's name in the AWS SDK.
    schema
        The provider's types, each with its attributes, nested as its blocks are.
    known
        The names of events to leave out.
    """
    service = botocore.session.Session().get_service_model(model)
    names = [name for name in service.operation_names if name not in known and not READING.match(name)]
    service_words = {*_WORD.findall(model), *_WORD.findall(service.endpoint_prefix)}
    rows, without = [], []
    for name in names:
        noun = snake_case(name).partition("_")[2]
        types = _types_of_call(noun, service_words, schema)
        if types:
            rows.append(_row(service.operation_model(name), noun, types, schema))
        else:
            without.append(name)
    return rows, without


def as_toml(model: str, source: str, rows: list[Row], without: list[str]) -> str:
    """Return rows as a file of the catalog; those that lack an id, and what has no type, are comments."""
    head = (
        f"# {model}: proposed, to be borne out by the documentation.\n"
        f'event_source = "{source}"\nmodel = "{model}"\n'
    )
    parts = [head, *(_as_toml(row) for row in rows)]
    parts += [f"# {name}: no type of the provider has such a name.\n" for name in without]
    return "\n".join(parts)


def _as_toml(row: Row) -> str:
    lines = [
        "[[event]]",
        f'names = ["{row.event}"]',
        f"types = {json.dumps(row.types)}",
        f"ids = {json.dumps(row.ids)}",
    ]
    if row.change is not ChangeType.MODIFIED:
        lines.append(f'change = "{row.change}"')
    if row.attributes:
        lines += ["[event.attributes]", *(f'"{name}" = {value}' for name, value in row.attributes)]
    mark = "" if row.ids else "# "
    return "".join(f"{mark}{line}\n" for line in lines)


def _types_of_call(noun: str, service_words: set[str], schema: Schema) -> tuple[str, ...]:
    """Return the types that a call is about: ``stream_warm_throughput`` is a stream's."""
    words = noun.split("_")
    shorter = ("_".join(words[:length]) for length in range(len(words), 0, -1))
    return next((types for text in shorter if (types := _types(text, service_words, schema))), ())


def _types(noun: str, service_words: set[str], schema: Schema) -> tuple[str, ...]:
    """Return the types that are called like a noun, but for words of the service's own name before it."""
    found = []
    for name in schema:
        words = name.removeprefix("aws_")
        before = words.removesuffix(noun).rstrip("_").split("_") if words.endswith(noun) else ["?"]
        if set(before) - {""} <= service_words:
            found.append(name)
    return tuple(sorted(found, key=lambda name: (len(name), name))[:_MOST_TYPES])


def _row(operation: OperationModel, noun: str, types: tuple[str, ...], schema: Schema) -> Row:
    change = _change(operation.name)
    request = operation.input_shape
    things = {noun, *_endings(noun), *(end for name in types for end in _endings(name))}
    ids = [f"request.{_camel(name)}" for name in _naming(request, things)]
    if change is ChangeType.CREATED:
        ids = [*_of_answer(operation.output_shape, things), *ids]
    told = _attributes(request, schema[types[0]], "request", "") if change is ChangeType.MODIFIED else ()
    names = {f'"{path}"' for path in ids}
    attributes = tuple((name, value) for name, value in told if value not in names)
    return Row(operation.name, types, tuple(dict.fromkeys(ids)), change, attributes)


def _change(name: str) -> ChangeType:
    if name.startswith(_CREATING):
        return ChangeType.CREATED
    return ChangeType.DELETED if name.startswith(_DELETING) else ChangeType.MODIFIED


def _endings(name: str) -> Iterator[str]:
    """Yield what a thing may be called for short: of ``aws_db_parameter_group`` also ``parameter_group``."""
    words = name.split("_")
    return ("_".join(words[first:]) for first in range(len(words)))


def _naming(shape: Shape | None, things: set[str]) -> Iterator[str]:
    """Yield the parameters that name one of some things, the most exact first."""
    for end in ("arn", "id", "identifier", "name"):
        names = {end, *(f"{thing}_{end}" for thing in things)}
        yield from (name for name in _members(shape) if snake_case(name) in names)


def _of_answer(shape: Shape | None, things: set[str]) -> Iterator[str]:
    yield from (f"response.{_camel(name)}" for name in _naming(shape, things))
    for outer, inner in _members(shape).items():
        if inner.type_name == "structure":
            yield from (f"response.{_camel(outer)}.{_camel(name)}" for name in _naming(inner, things))


def _attributes(shape: Shape | None, known: Schema, path: str, attribute: str) -> Iterator[tuple[str, str]]:
    """Yield each attribute that is called like a parameter, with what the row says of it."""
    for name, inner in _members(shape).items():
        word = snake_case(name)
        if word not in known:
            continue
        here, there = f"{path}.{_camel(name)}", f"{attribute}{word}"
        if word == "tags":
            yield there, f'{{ set = "{here}", as = "tags" }}'
        elif inner.type_name == "structure":
            yield from _attributes(inner, known[word], here, f"{there}[0].")
        elif inner.type_name == "list":
            blocks = "blocks" if known[word] else "set"
            yield there, f'{{ set = "{here}[]", as = "{blocks}" }}'
        else:
            yield there, f'"{here}"'


def _members(shape: Shape | None) -> Mapping[str, Shape]:
    return shape.members if isinstance(shape, StructureShape) else {}


def _camel(name: str) -> str:
    """Return a member's name as CloudTrail writes it: with a small first letter."""
    return name[:1].lower() + name[1:]


if __name__ == "__main__":
    main()
