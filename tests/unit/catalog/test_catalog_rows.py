"""Every row of the catalog, against the AWS SDK's models and the Terraform provider's schema."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.model import OperationModel
from pydantic import ValidationError

from tests.unit.catalog.walker import (
    CATALOG,
    operations,
    paths_of,
    response_shape,
    services,
    unknown_segment,
    ways,
)
from tfdrift.catalog import InvalidCatalog, load_catalog
from tfdrift.catalog.loader import Catalog
from tfdrift.catalog.schema import ServiceFile
from tfdrift.domain.mapping import ANY_TYPE, AttributeKind, EventMapping
from tfdrift.domain.parameters import path_steps

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "provider_schema.json").read_text("utf-8"))[
    "types"
]

ROW = """event_source = "x.amazonaws.com"
model = "x"
[[event]]
names = ["A"]
types = ["aws_x"]
ids = ["request.id"]
"""


def test_the_catalog_knows_at_least_700_pairs_on_220_types_and_450_exactly():
    changing = [pair for pair in CATALOG.pairs() if CATALOG.mappings(*pair)[0].changes]
    types = {name for _, _, way in ways() for name in way.types} - {ANY_TYPE}
    exact = [pair for pair in changing if _tells_a_value(CATALOG.mappings(*pair)[0])]
    assert (len(changing) >= 700, len(types) >= 220, len(exact) >= 450) == (True, True, True)


def _tells_a_value(mapping: EventMapping) -> bool:
    """Return whether a call says what one of a resource's attributes is now."""
    rules = [rule for target in mapping.targets for way in target.ways for rule in way.attributes]
    return any(rule.kind is not AttributeKind.HIDDEN and not rule.partial for rule in rules)


def test_every_event_is_an_operation_of_the_sdk_or_says_why_not():
    unknown = []
    for service in services():
        names = {name for row in service.event for name in row.names} | set(service.not_changes)
        named = sorted(names - set(service.outside_model))
        unknown += [(service.event_source, name) for name in named if not operations(service, name)]
    assert unknown == []


def test_every_path_is_in_the_operations_model():
    unknown = set()
    for service, names, way in ways():
        for name in names:
            if name in service.outside_model:
                continue
            for path in paths_of(way):
                segments = [_unknown(shapes, path, service) for shapes in operations(service, name)]
                if segments and None not in segments:
                    unknown.add((name, path, segments[0]))
    assert sorted(unknown) == []


def _unknown(shapes: OperationModel, path: str, service: ServiceFile) -> str | None:
    """Return the first segment of a path that an operation's model does not have."""
    root, _, rest = path.partition(".")
    if root not in ("request", "response"):
        return None
    shape = shapes.input_shape if root == "request" else response_shape(shapes)
    return unknown_segment(shape, rest, service.spelling)


def test_every_type_is_the_providers():
    named = {name for _, _, way in ways() for name in (*way.types, *way.parent_types)}
    assert sorted(named - set(SCHEMA) - {ANY_TYPE}) == []


def test_no_attribute_is_one_that_no_state_can_hold():
    unknown = set()
    for _, _, way in ways():
        types = [name for name in way.types if name != ANY_TYPE]
        for attribute in (*way.attributes, *way.requires):
            if types and not any(_has(SCHEMA[name], attribute) for name in types):
                unknown.add((types[0], attribute))
    assert sorted(unknown) == []


def test_every_type_of_a_row_has_one_of_its_attributes():
    strange = set()
    for _, names, way in ways():
        if not way.attributes or ANY_TYPE in way.types:
            continue
        for name in way.types:
            if not any(_has(SCHEMA[name], attribute) for attribute in way.attributes):
                strange.add((names[0], name))
    assert sorted(strange) == []


def _has(schema: dict[str, Any], path: str) -> bool:
    for step in path.split("."):
        name = step.partition("[")[0]
        if name not in schema:
            return False
        schema = schema[name]
    return True


def test_every_spelling_is_used():
    for service in services():
        written = {
            segment.partition("[")[0]
            for row in service.event
            for way in (row, *row.otherwise)
            for path in paths_of(way)
            for segment in path_steps(path)
        }
        assert sorted(set(service.spelling) - written) == [], service.event_source


def test_every_exception_from_the_model_is_of_an_event():
    for service in services():
        names = {name for row in service.event for name in row.names} | set(service.not_changes)
        assert set(service.outside_model) | set(service.operations) <= names, service.event_source


def test_a_name_that_services_share_is_never_guessed():
    # decision 7
    assert {"kms.amazonaws.com", "lambda.amazonaws.com"} <= set(load_catalog().sources_of("TagResource"))
    assert load_catalog().mappings("unheard-of.amazonaws.com", "TagResource") == ()
    assert load_catalog().mappings("kms.amazonaws.com", "TagResource") != load_catalog().mappings(
        "lambda.amazonaws.com", "TagResource"
    )


def test_a_service_without_a_file_is_unknown_and_no_path():
    assert load_catalog().mappings("../severity.amazonaws.com", "Anything") == ()
    assert load_catalog().mappings("", "") == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('event_source = "x.amazonaws.com"\nmodel = "x"\n[[event]]\nnames = ["A"]', "types"),
        ("event_source = [", "x.toml"),
        ('event_source = "y.amazonaws.com"\nmodel = "x"', "must be the source's"),
        (
            f'{ROW}attributes = {{ a = {{ set = "request.a", as = "magic" }} }}',
            "magic",
        ),
        (
            f'{ROW}attributes = {{ a = {{ set = "request.a", clear = true }} }}',
            "exactly one",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(tmp_path: Path, text: str, named: str):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.toml").write_text(text, "utf-8")
    (tmp_path / "severity.toml").write_text("rule = []", "utf-8")
    with pytest.raises(InvalidCatalog, match=named):
        Catalog(tmp_path).mappings("x.amazonaws.com", "A")


def test_rows_cannot_be_changed_by_who_reads_them():
    row = services()[0].event[0]
    with pytest.raises(ValidationError):
        row.names = ()
