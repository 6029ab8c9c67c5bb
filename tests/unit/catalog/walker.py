"""Walks the catalog: every row, way and attribute, and the AWS SDK's models beside them."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, Shape

from tfdrift.catalog import load_catalog
from tfdrift.catalog.schema import AttributeRow, ServiceFile, WayRow
from tfdrift.domain.parameters import path_steps, selector

CATALOG = load_catalog()
# The services whose answers CloudTrail records without the one key around them.
_ONE_KEY_AROUND = ("rds", "elasticache")
_SESSION = botocore.session.Session()


@cache
def service_model(name: str) -> Any:
    return _SESSION.get_service_model(name)


def services() -> tuple[ServiceFile, ...]:
    return tuple(CATALOG.service_file(source) for source in CATALOG.sources)


def operations(service: ServiceFile, event_name: str) -> tuple[OperationModel, ...]:
    """Return the SDK's operations of an event, one of each model that has it; none is an unknown event."""
    model, _, name = service.operations.get(event_name, event_name).rpartition(":")
    models = [service_model(each) for each in ((model,) if model else (service.model, *service.more_models))]
    return tuple(each.operation_model(name) for each in models if name in each.operation_names)


def ways() -> Iterator[tuple[ServiceFile, tuple[str, ...], WayRow]]:
    """Yield each way of each row, with its service and the row's events."""
    for service in services():
        for row in service.event:
            for way in (row, *row.otherwise):
                yield service, row.names, way


def paths_of(way: WayRow) -> Iterator[str]:
    """Yield every path of a way: of ids, parents, attributes, their fields and conditions."""
    for template in (*way.ids, *way.parent_ids):
        if template.startswith("="):
            continue
        parts = (
            [part.partition("}")[0] for part in template.split("{")[1:]] if "{" in template else [template]
        )
        yield from (part.partition("|")[0] for part in parts)
    for row in (way, *way.attributes.values()):
        yield from _of_row(row)


def _of_row(row: WayRow | AttributeRow | str) -> Iterator[str]:
    if isinstance(row, str):
        yield row
        return
    yield from getattr(row, "when", {})
    yield from getattr(row, "when_present", ())
    yield from getattr(row, "when_absent", ())
    if isinstance(row, AttributeRow) and row.kind not in ("constant", "clear"):
        given = getattr(row, row.kind)
        paths = [given] if isinstance(given, str) else given
        yield from paths
        yield from (f"{path}.{field}" for path in paths for field in row.fields.values())


def unknown_segment(shape: Shape | None, path: str, spelling: dict[str, str]) -> str | None:
    """Return the first segment of a path without its root that a shape does not have, None if it has all."""
    for written in path_steps(path):
        chosen = selector(written)
        name = chosen[0] if chosen else written.removesuffix("[]").removesuffix("[0]")
        shape = _below(shape, name, spelling)
        if shape is None or (chosen and _below(shape, chosen[1], spelling) is None):
            return name
    return None


def response_shape(found: OperationModel) -> Shape | None:
    """Return the shape of what CloudTrail records of an answer, without the one key around it."""
    shape: Any = found.output_shape
    if shape is None or len(shape.members) != 1 or found.service_model.service_name not in _ONE_KEY_AROUND:
        return shape
    (only,) = shape.members.values()
    return only if only.type_name == "structure" else shape


def _below(shape: Shape | None, name: str, spelling: dict[str, str]) -> Shape | None:
    while shape is not None and shape.type_name == "list":
        if shape.member.serialization.get("name", "").casefold() == name.casefold():
            return shape.member
        shape = shape.member
    if shape is None:
        return None
    if shape.type_name == "structure":
        found = _member(shape, name) or _member(shape, spelling.get(name) or name)
        return shape if found is None and spelling.get(name) == "" else found
    # A level that CloudTrail writes around a plain value of the model.
    return shape if name == "value" or spelling.get(name) == "" else None


def _member(shape: Any, name: str) -> Shape | None:
    folded = name.casefold()
    for member, inner in shape.members.items():
        if folded in (member.casefold(), inner.serialization.get("name", "").casefold()):
            return inner
    return None
