"""No secret leaves the state reader, and a change of a secret is still seen."""

import json
from dataclasses import asdict

import pytest

from tests.support.lifecycle_samples import state_bytes, state_entry
from tfdrift.domain.fingerprint import Fingerprint, hide_like, is_fingerprint
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.terraform_state import parse_state

SECRET = "hunter2-planted"
KEY = Fingerprint(b"a key for tests")


def attributes_of(
    attributes: JsonObject, sensitive: JsonValue, resource_type: str = "aws_x", key: Fingerprint = KEY
) -> JsonObject:
    entry = state_entry(resource_type, "x", {"id": "x", **attributes}, sensitive_attributes=sensitive)
    state = parse_state(state_bytes(entry), bucket=None, key="k", fingerprint=key)
    assert SECRET not in json.dumps([asdict(resource) for resource in state.resources], default=str)
    return state.resources[0].attributes


def attribute(name: str) -> JsonObject:
    return {"type": "get_attr", "value": name}


def index(value: JsonValue) -> JsonObject:
    return {"type": "index", "value": {"value": value, "type": "number"}}


@pytest.mark.parametrize(
    ("attributes", "sensitive"),
    [
        ({"custom": SECRET}, [[attribute("custom")]]),
        (
            {"env": [{"vars": {"A": SECRET, "B": "open"}}]},
            [[attribute("env"), index(0), attribute("vars"), index("A")]],
        ),
        ({"blocks": [{"x": SECRET}]}, [[attribute("blocks"), {"type": "unknown"}]]),
        ({"custom": SECRET}, ["custom"]),
        ({"custom": {"deep": [SECRET]}}, [[attribute("custom")]]),
        ({"password": SECRET}, []),
        ({"block": [{"inner": {"master_password": SECRET}}]}, []),
        ({"secret_string": SECRET}, None),
    ],
)
def test_marked_and_known_secrets_become_fingerprints(attributes: JsonObject, sensitive: JsonValue) -> None:
    hidden = attributes_of(attributes, sensitive)
    assert "fingerprint:" in json.dumps(hidden)


def test_what_is_not_secret_stays_readable() -> None:
    steps: list[JsonValue] = [attribute("env"), index(0), attribute("vars"), index("A")]
    hidden = attributes_of({"env": [{"vars": {"A": SECRET, "B": "open"}}], "password_length": 20}, [steps])
    assert hidden["password_length"] == 20
    assert json.loads(json.dumps(hidden))["env"][0]["vars"]["B"] == "open"


def test_a_parameter_s_value_is_secret_and_another_type_s_is_not() -> None:
    assert is_fingerprint(attributes_of({"value": SECRET}, [], "aws_ssm_parameter")["value"])
    assert attributes_of({"value": "open"}, [], "aws_route53_thing")["value"] == "open"


def test_nothing_set_stays_nothing() -> None:
    assert attributes_of({"password": None, "secret": "", "auth_token": []}, []) == {
        "id": "x",
        "password": None,
        "secret": "",
        "auth_token": [],
    }


def test_a_path_that_leads_nowhere_does_no_harm() -> None:
    assert attributes_of({"a": 1}, [[attribute("gone")], [], [attribute("a"), attribute("b")]])["id"] == "x"


def test_equal_secrets_have_equal_fingerprints_under_one_key_only() -> None:
    assert KEY.of("5") == KEY.of(5)
    assert KEY.of("a") != KEY.of("b")
    assert KEY.of("a") != Fingerprint(b"another").of("a")
    assert KEY.of(KEY.of("a")) == KEY.of("a")
    assert "test" not in repr(KEY)


@pytest.mark.parametrize(
    ("expected", "actual", "hidden"),
    [
        (KEY.of("a"), "b", KEY.of("b")),
        ({"x": KEY.of("a"), "y": "1"}, {"x": "b", "y": "2"}, {"x": KEY.of("b"), "y": "2"}),
        ([{"x": KEY.of("a")}], [{"x": "b"}], [{"x": KEY.of("b")}]),
        ([KEY.of("a")], ["b", "c"], [KEY.of("b"), KEY.of("c")]),
        ("a", "b", "b"),
    ],
)
def test_a_call_s_value_is_hidden_where_the_state_s_is(
    expected: JsonValue, actual: JsonValue, hidden: JsonValue
) -> None:
    assert hide_like(expected, actual, KEY) == hidden
