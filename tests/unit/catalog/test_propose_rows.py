"""Proposed rows fit the catalog's schema and mostly name what the catalog's own rows name."""

import tomllib

import pytest

from tests.unit.catalog.walker import CATALOG
from tfdrift.catalog.schema import ServiceFile
from tools.propose_rows import Row, as_toml, known_schema, propose

SCHEMA = known_schema()
MODELS = ("rds", "kinesis", "ecs", "elasticache", "sqs", "sns", "kms", "dynamodb", "eks", "redshift")


def proposed(model: str) -> dict[str, Row]:
    rows, _ = propose(model, SCHEMA, set())
    return {row.event: row for row in rows}


@pytest.mark.parametrize("model", MODELS)
def test_a_proposal_is_a_file_of_the_catalog(model: str) -> None:
    source = f"{model}.amazonaws.com"
    rows, without = propose(model, SCHEMA, set())
    read = ServiceFile.model_validate(tomllib.loads(as_toml(model, source, rows, without)))
    assert [row.names[0] for row in read.event] == [row.event for row in rows if row.ids]


def test_names_tell_type_id_and_attributes() -> None:
    rows = proposed("rds")
    assert rows["ModifyDBParameterGroup"].types[0] == "aws_db_parameter_group"
    modify = rows["ModifyDBInstance"]
    assert (modify.types, modify.change) == (("aws_db_instance",), "modified")
    assert "request.dBInstanceIdentifier" in modify.ids
    assert ("allocated_storage", '"request.allocatedStorage"') in modify.attributes
    delete = rows["DeleteDBInstance"]
    assert (delete.change, delete.attributes) == ("deleted", ())


def test_most_types_are_those_of_the_catalog_s_own_rows() -> None:
    right = total = 0
    for model in MODELS:
        for event, row in proposed(model).items():
            targets = [t for m in CATALOG.mappings(f"{model}.amazonaws.com", event) for t in m.targets]
            types = {name for target in targets for way in target.ways for name in way.types}
            if types - {"*"}:
                total += 1
                right += bool(types & set(row.types))
    assert total > 150
    assert right / total > 0.9


def test_what_is_known_or_only_reads_is_left_out() -> None:
    rows, without = propose("sqs", SCHEMA, {"CreateQueue"})
    names = {row.event for row in rows} | set(without)
    assert "CreateQueue" not in names
    assert not any(name.startswith(("Get", "List")) for name in names)
    assert "DeleteQueue" in names


def test_what_no_type_is_called_like_is_named() -> None:
    _, without = propose("sqs", {}, set())
    assert "DeleteQueue" in without
    assert "# DeleteQueue: no type" in as_toml("sqs", "sqs.amazonaws.com", [], without)
