"""Whatever bytes come as a state, they are read or refused with a reason, and never end otherwise."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.lifecycle_samples import function_entry, state_bytes, state_entry
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.terraform_state import TerraformState, UnreadableState, parse_state

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "id",
        "arn",
        "name",
        "index_key",
        "attributes",
        "attributes_flat",
        "sensitive_attributes",
        "deposed",
        "module",
    ]
)


def read(data: bytes) -> TerraformState | None:
    try:
        return parse_state(data, bucket=None, key="k", fingerprint=Fingerprint(b"k"))
    except UnreadableState as refused:
        said = (refused.reason, refused.hint)
    assert all(said)
    return None


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_bytes(data: bytes) -> None:
    read(data)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_document(value: Any) -> None:
    read(json.dumps(value).encode())
    read(json.dumps({"version": 4, "serial": value, "lineage": value, "resources": value}).encode())


@given(st.dictionaries(FIELDS, JSON, max_size=5), JSON)
@settings(max_examples=300, deadline=None)
def test_any_instance_beside_a_sound_one(instance: dict[str, Any], mode: Any) -> None:
    entry = state_entry("aws_instance", "x", {"id": "i-1"})
    entry["instances"] = [instance]
    state = read(state_bytes(entry, {**function_entry(), "mode": mode}, function_entry()))
    for resource in () if state is None else state.resources:
        assert resource.resource_type in {"aws_instance", "aws_lambda_function"}
        assert all(isinstance(identifier, str) and identifier for identifier in resource.identifiers)
        json.dumps(resource.attributes).encode("utf-8")


def test_every_recorded_state_cut_anywhere(shared_data: Path) -> None:
    for file in sorted((shared_data / "tfstate").glob("*.json")):
        data = file.read_bytes()
        read(data)
        for tenth in range(10):
            assert read(data[: len(data) * tenth // 10]) is None
