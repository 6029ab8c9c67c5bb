"""What is kept of a call or an alert has no secrets, and a call judged again means the same."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lifecycle_samples import NOON, lambda_call
from tfdrift.domain.fingerprint import Fingerprint, is_fingerprint
from tfdrift.domain.hidden_parameters import alert_without_secrets, record_without_secrets, secret_texts
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.secret_attributes import is_secret, is_secret_parameter

SECRET = "hunter2-planted"
KEY = Fingerprint(b"a key for tests")


def kept(request: JsonObject, *known: str, source: str = "rds.amazonaws.com") -> JsonObject:
    record = replace(lambda_call("e-1", NOON), event_source=source, request=request, response=request)
    hidden = record_without_secrets(record, known, KEY)
    assert SECRET not in json.dumps(asdict(hidden), default=str)
    assert hidden.request == hidden.response
    return hidden.request


@pytest.mark.parametrize(
    "request_parameters",
    [
        {"masterUserPassword": SECRET},
        {"masterUserPassword": {"value": SECRET}},
        {"users": [{"password": SECRET}]},
        {"configuration": json.dumps({"password": SECRET})},
        {"masterUserPassword": SECRET, "note": f"it is {SECRET}!"},
        {"VpnTunnelOptions": [{"preSharedKey": SECRET}]},
    ],
)
def test_parameters_that_hold_secrets_by_name_are_hidden(request_parameters: JsonObject) -> None:
    assert "fingerprint:" in json.dumps(kept(request_parameters))


def test_texts_known_as_secrets_are_hidden_wherever_they_stand() -> None:
    hidden = kept({"description": SECRET, "document": json.dumps({"a": SECRET})}, SECRET)
    assert hidden["description"] == KEY.of(SECRET)
    assert json.loads(str(hidden["document"])) == {"a": KEY.of(SECRET)}


def test_a_short_secret_is_hidden_as_a_whole_and_not_within_other_texts() -> None:
    hidden = kept({"a": "abc", "b": "abcdef"}, "abc")
    assert (hidden["a"], hidden["b"]) == (KEY.of("abc"), "abcdef")


def test_a_secret_that_is_a_part_of_a_fingerprint_leaves_fingerprints_whole() -> None:
    hidden = kept({"password": "finger", "note": "finger and hunter2", "document": '{"password":"finger"}'})
    assert hidden["password"] == KEY.of("finger")
    assert hidden["note"] == f"{KEY.of('finger')} and hunter2"
    assert json.loads(str(hidden["document"])) == {"password": KEY.of("finger")}


def test_of_two_secrets_the_longer_one_is_hidden_whole() -> None:
    hidden = kept({"passwords": ["abcdef", "abcdefgh"], "note": "abcdefgh, abcdef"}, "abcdef", "abcdefgh")
    assert hidden["note"] == f"{KEY.of('abcdefgh')}, {KEY.of('abcdef')}"


def test_the_rest_stays_as_it_is() -> None:
    request: JsonObject = {
        "dBInstanceIdentifier": "orders",
        "manageMasterUserPassword": True,
        "password": "",
        "masterUserPassword": "****",
        "policy": '{ "Version": "2012-10-17" }',
        "text": "{ no JSON",
        "n": 1736935200123456789,
    }
    assert kept(request) == request


def test_hiding_twice_changes_nothing() -> None:
    once = kept({"masterUserPassword": SECRET})
    assert kept(once) == once


def test_a_name_may_hold_a_secret_in_one_service_only() -> None:
    assert kept({"value": "open"}) == {"value": "open"}
    assert is_fingerprint(kept({"value": SECRET}, source="ssm.amazonaws.com")["value"])


def test_an_alert_s_fields_and_its_sentence_are_hidden() -> None:
    payload: JsonObject = {
        "output": f"somebody set {SECRET}",
        "output_fields": {
            "ct.src": "rds.amazonaws.com",
            "ct.request": json.dumps({"masterUserPassword": SECRET}),
            "ct.request.masteruserpassword": SECRET,
            "proc.name": "aws",
        },
    }
    hidden = alert_without_secrets(payload, (), KEY)
    assert SECRET not in json.dumps(hidden)
    fields = hidden["output_fields"]
    assert isinstance(fields, dict)
    assert json.loads(str(fields["ct.request"])) == {"masterUserPassword": KEY.of(SECRET)}
    assert fields["proc.name"] == "aws"


def test_an_alert_without_a_call_stays_as_it_is() -> None:
    payload: JsonObject = {"output": "a shell", "output_fields": {"proc.cmdline": "sh"}}
    assert alert_without_secrets(payload, (), KEY) == payload


@pytest.mark.parametrize(
    ("plain", "hidden", "texts"),
    [
        ("x", KEY.of("x"), {"x"}),
        ({"a": "x", "b": "y"}, {"a": KEY.of("x"), "b": "y"}, {"x"}),
        (["x", ["y"]], [KEY.of("x"), [KEY.of("y")]], {"x", "y"}),
        ({"a": ["x"]}, KEY.of({"a": ["x"]}), {"x"}),
        (KEY.of("x"), KEY.of("x"), set()),
        ("x", "x", set()),
    ],
)
def test_the_hidden_texts_of_a_value_are_known(plain: JsonValue, hidden: JsonValue, texts: set[str]) -> None:
    assert set(secret_texts(plain, hidden)) == texts


@pytest.mark.parametrize(
    ("resource_type", "path"),
    [
        ("aws_elasticache_user", "authentication_mode[0].passwords"),
        ("aws_vpn_connection", "customer_gateway_configuration"),
        ("aws_codebuild_source_credential", "token"),
        ("aws_fsx_ontap_file_system", "fsx_admin_password"),
        ("aws_pinpoint_apns_channel", "token_key"),
        ("aws_secretsmanager_secret_version", "secret_string_wo"),
    ],
)
def test_attributes_that_the_provider_marks_are_known(resource_type: str, path: str) -> None:
    assert is_secret(resource_type, path)


def test_a_public_name_is_no_secret() -> None:
    assert not is_secret("aws_lambda_function", "token")
    assert not is_secret("aws_db_instance", "manage_master_user_password")
    assert not is_secret_parameter("iam.amazonaws.com", "accessKeyId")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.just(SECRET),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["password", "a", "value", "secretString", "n"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_whatever_a_call_holds_a_known_secret_is_not_kept_and_hiding_is_stable(value: JsonValue) -> None:
    once = kept({"parameter": value, "text": json.dumps(value)}, SECRET)
    assert kept(once) == once
