"""The policies that members are shown give the function what it may ask for, and no more."""

import json
from typing import Any

import pytest

from tests.infra.conftest import STATE_KEY
from tests.infra.test_organisation import rights_of
from tests.support.templates import Template, as_list
from tfdrift.demo.synthesis import PROJECT_ROOT

EXAMPLES = PROJECT_ROOT / "docs/examples/organisation"
BUCKET = "arn:aws:s3:::states-of-payments"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text("utf-8"))


def allowed_on(resource: str) -> set[str]:
    """Return the actions that the bucket's example allows on a resource."""
    statements = example("state-bucket-policy.json")
    return {
        action
        for statement in statements
        if statement["Resource"] == resource
        for action in as_list(statement["Action"])
    }


def test_a_members_bucket_allows_what_the_function_may_do_there(organisation: dict[str, Template]) -> None:
    (rights,) = (
        statement
        for statement in rights_of(organisation["Ingest"], "MemberStatesReading")
        if BUCKET.removeprefix("arn:aws") in statement[2]
    )
    actions, _, resources = rights
    assert {f"arn:aws{resource}" for resource in resources} == {BUCKET, f"{BUCKET}/*.tfstate"}
    of_the_bucket = {action for action in actions if action.startswith("s3:List")}
    assert allowed_on(BUCKET) == of_the_bucket
    assert allowed_on(f"{BUCKET}/*.tfstate") == set(actions) - of_the_bucket


def test_a_members_key_allows_what_the_function_may_do_with_it(organisation: dict[str, Template]) -> None:
    (granted,) = (
        statement
        for name, statement in organisation["Ingest"].statements()
        if name.startswith("StateRole") and STATE_KEY in as_list(statement["Resource"])
    )
    shown = example("state-key-policy.json")
    assert as_list(shown["Action"]) == as_list(granted["Action"])
    ((kind, keys),) = granted["Condition"].items()
    assert {kind: {name: as_list(value) for name, value in shown["Condition"][kind].items()}} == {kind: keys}


@pytest.mark.parametrize("name", ["state-bucket-policy.json", "state-key-policy.json"])
def test_nobody_but_the_functions_role_is_allowed(name: str, organisation: dict[str, Template]) -> None:
    role = organisation["Ingest"].body["Outputs"]["MemberStatesRoleArn"]["Value"]["Fn::GetAtt"][0]
    for statement in as_list(example(name)):
        assert statement["Effect"] == "Allow"
        assert f":role/tfdrift-ingest-{role}-" in statement["Principal"]["AWS"]
