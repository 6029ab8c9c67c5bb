"""Values compared as Terraform sees them (decision 5)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdrift.domain.comparison import equal
from tfdrift.domain.normalisers import NORMALISERS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("normaliser", "one", "other"),
    [
        ("plain", "30", 30),
        ("plain", "true", True),
        ("plain", 3.0, 3),
        ("plain", None, ""),
        ("plain", [], None),
        ("version", 3306, "3306"),
        ("version", True, "true"),
        ("folded", "Sun:05:00-Sun:06:00", "sun:05:00-sun:06:00"),
        ("set", ["a", "b"], ["b", "a", "a"]),
        ("set", "a", ["a"]),
        ("set", [1, "2"], ["1", 2]),
        ("tags", [{"Key": "a", "Value": "b"}], {"a": "b"}),
        ("tags", [{"tagKey": "a", "tagValue": "1"}], {"a": 1}),
        ("tags", {"a": "b", "aws:cloudformation:stack-name": "x"}, {"a": "b"}),
        ("tags", None, {}),
        ("tags", [{"key": "key", "value": "x"}], {"key": "x"}),
        ("tags", [{"key": "key", "value": "x"}, {"key": "value", "value": "y"}], {"key": "x", "value": "y"}),
        ("named", "arn:aws:iam::111122223333:role/path/app", "app"),
        ("kms", "arn:aws:kms:eu-central-1:111122223333:key/1234", "1234"),
        ("kms", "arn:aws:kms:eu-central-1:111122223333:alias/a/b", "alias/a/b"),
        ("protocol", "6", "tcp"),
        ("protocol", -1, "-1"),
        ("number", "100", "100.0"),
        ("number", 0.5, "0.50"),
        ("json", '{"b": 1, "a": "2"}', '{"a":2,"b":"1"}'),
        ("json", "", None),
        ("pairs", [{"name": "InstanceId", "value": "i-1"}], {"InstanceId": "i-1"}),
        ("pairs", [], None),
        ("time", "Nov 1, 2022, 12:46:17 AM", "2022-11-01T00:46:17Z"),
        ("time", "Nov 1, 2022 12:46:17\u202fPM", "2022-11-01T12:46:17Z"),
        ("time", 1667263577, "2022-11-01T00:46:17Z"),
        ("time", "2022-11-01T00:46:17.000Z", "2022-11-01T00:46:17+00:00"),
        ("time", "Feb 30, 2022, 12:46:17 AM", "Feb 30, 2022, 12:46:17 AM"),
    ],
)
def test_equal_to_terraform(normaliser: str, one: Any, other: Any):
    assert equal(one, other, normaliser)
    assert equal(other, one, normaliser)


@pytest.mark.parametrize(
    ("normaliser", "one", "other"),
    [
        ("plain", "30", 31),
        ("plain", "007", 7),
        ("plain", ["a", "b"], ["b", "a"]),
        ("plain", False, None),
        ("plain", 0, None),
        ("set", ["a"], ["a", "b"]),
        ("tags", {"a": "b"}, {"a": "B"}),
        ("kms", "arn:aws:kms:eu-central-1:111122223333:alias/zach", "zach"),
        ("named", "arn:aws:iam::111122223333:role/a", "b"),
        ("blocks", {"a": [1, 2]}, {"a": [1]}),
    ],
)
def test_different_to_terraform(normaliser: str, one: Any, other: Any):
    assert not equal(one, other, normaliser)


@pytest.mark.parametrize("empty", [None, "", [], {}])
@pytest.mark.parametrize("default", [False, True, 3, "stop"])
def test_null_absent_and_empty_mean_the_attributes_default(empty: Any, default: Any):
    assert equal(empty, default, "plain", default)
    assert not equal(empty, "another", "plain", default)


def policy(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


READ = {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:ListBucket"],
    "Resource": ["a", "b"],
    "Principal": "*",
}
DENY = {
    "Effect": "Deny",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.mark.parametrize(
    "other",
    [
        policy(DENY, READ),
        policy({**READ, "Action": ["s3:listbucket", "s3:getobject"], "Resource": ["b", "a"]}, DENY),
        policy({**READ, "Principal": {"AWS": "*"}}, {**DENY, "Sid": ""}),
        policy({**READ, "Principal": {"AWS": ["*"]}}, {**DENY, "Action": ["*"]}),
        policy(READ, {**DENY, "Condition": {"Bool": {"AWS:SecureTransport": [False]}}}),
        policy(READ, DENY, Id=""),
    ],
)
def test_policies_that_say_the_same_are_equal(other: dict[str, Any]):
    assert equal(json.dumps(policy(READ, DENY)), other, "policy")
    assert equal(json.dumps(other, indent=3), policy(READ, DENY), "policy")


@pytest.mark.parametrize(
    "other",
    [
        policy(READ),
        policy({**READ, "Effect": "Deny"}, DENY),
        policy({**READ, "Resource": ["A", "b"]}, DENY),
        policy({**READ, "Principal": {"Service": "*"}}, DENY),
        policy(READ, {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
        "",
        None,
        "no document",
    ],
)
def test_policies_that_say_something_else_differ(other: Any):
    assert not equal(policy(READ, DENY), other, "policy")


@given(JSON, st.sampled_from(sorted(NORMALISERS)))
def test_a_value_always_equals_itself_and_its_normal_form_is_stable(value: Any, normaliser: str):
    assert equal(value, value, normaliser)
    json.dumps(NORMALISERS[normaliser](value))


@given(st.lists(st.text(max_size=5) | st.integers(), max_size=6), st.randoms())
def test_a_sets_order_says_nothing(values: list[Any], random: Any):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert equal(values, shuffled, "set")


@given(JSON)
def test_tags_of_anything_are_texts(value: Any):
    found = NORMALISERS["tags"](value)
    assert isinstance(found, dict)
    assert all(isinstance(inner, str) for inner in found.values())
