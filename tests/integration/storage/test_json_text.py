"""JSON as stored text: round trips, and bounds that hold whatever the value."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfdrift.adapters.json_text import bounded, dumps, loads, pack, unpack

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    LEAVES | st.text(min_size=300, max_size=600),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(), inner, max_size=8),
    max_leaves=60,
)


@given(VALUES)
def test_text_reads_back_as_the_value(value: object) -> None:
    assert json.dumps(loads(dumps(value))) == json.dumps(value)


@given(VALUES, st.integers(256, 4000))
@settings(max_examples=300)
def test_a_bounded_value_fits(value: object, limit: int) -> None:
    shorter = bounded(value, limit)

    assert len(dumps(shorter).encode("utf-8")) <= limit
    assert (shorter == value) == (len(dumps(value).encode("utf-8")) <= limit)
    assert type(shorter) is type(value) or isinstance(value, int | float)


def test_an_object_of_endless_names_fits() -> None:
    assert list(bounded({"k" * 10_000: 1}, 300)) == ["…"]
    assert len(dumps(bounded({f"k{n}": n for n in range(10_000)}, 1000)).encode()) <= 1000


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_json_does_not_have_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        dumps(value)


def test_long_text_is_packed_and_short_text_is_readable() -> None:
    short, long = "ü" * 100, "ü" * 100_000

    assert pack("record", short) == {"record": {"S": short}}
    packed = pack("record", long)
    assert packed is not None
    assert list(packed) == ["record_packed"]
    assert unpack("record", packed) == long
    assert pack("record", long, limit=10) is None
