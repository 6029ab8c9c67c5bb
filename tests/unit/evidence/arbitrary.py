"""Arbitrary JSON, and arbitrary damage to sound JSON, for the tests that nothing undeclared is raised."""

import copy
from typing import Any

from hypothesis import strategies as st

# Lone surrogates included: JSON can write them, UTF-8 cannot.
texts = st.text(st.characters(), max_size=30)

# What decoded JSON may hold, and what a careless caller may pass besides.
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([1, 19, 4300, 5000]).map(lambda digits: -(10**digits)),
    st.floats(allow_nan=True, allow_infinity=True),
    texts,
    st.sampled_from(
        ["...", "", "-", "<NA>", "null", "{", '{"a": 1}', "HIDDEN_DUE_TO_SECURITY_REASONS", "\ud800"]
    ),
    st.binary(max_size=5),
)


def deep(depth: int) -> Any:
    """Return a list nested that deep."""
    nested: Any = "core"
    for _ in range(depth):
        nested = [nested]
    return nested


values = st.one_of(
    scalars,
    st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(st.one_of(texts, st.integers()), inner, max_size=4),
        ),
        max_leaves=12,
    ),
    st.sampled_from([99, 101, 5000]).map(deep),
)


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every part of a value down to the twentieth level, but of the value itself."""
    keys: list[Any] = []
    if len(prefix) < 20:
        keys = list(value) if isinstance(value, dict) else keys
        keys = list(range(len(value))) if isinstance(value, list) else keys
    found = [(*prefix, key) for key in keys]
    for key in keys:
        found += paths(value[key], (*prefix, key))
    return found


@st.composite
def damaged(draw: st.DrawFn, sound: Any) -> Any:
    """Return a copy of a sound value with up to four of its parts replaced or removed."""
    value = copy.deepcopy(sound)
    for _ in range(draw(st.integers(1, 4))):
        known = paths(value)
        if not known:
            break
        *way, last = draw(st.sampled_from(known))
        parent = value
        for key in way:
            parent = parent[key]
        if draw(st.booleans()):
            parent[last] = draw(values)
        else:
            del parent[last]
    return value


@st.composite
def damaged_bytes(draw: st.DrawFn, sound: bytes) -> bytes:
    """Return bytes that are cut short, or in which up to four bytes are others."""
    data = bytearray(sound)
    for _ in range(draw(st.integers(0, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))])
