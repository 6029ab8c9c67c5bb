"""The faster decoder changes nothing but the time: the same values, the same complaints."""

import json
from typing import Any

import pytest
from hypothesis import assume, given

from tests.unit.evidence.arbitrary import damaged_bytes, deep, texts, values
from tfdrift.adapters.fast_json import fast_json
from tfdrift.domain.documents import read_documents
from tfdrift.domain.json_reading import InvalidJson, decode, decode_fast


def outcome(text: str, *, fast: bool) -> str:
    try:
        # repr tells 1 from 1.0 and True, and shows the order of keys
        return repr(decode_fast(text, fast_json.decode) if fast else decode(text))
    except InvalidJson as error:
        return f"refused: {error}"


@given(values)
def test_any_value_is_read_the_same(value: Any) -> None:
    try:
        text = json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        assume(False)
    assert outcome(text, fast=True) == outcome(text, fast=False)


@given(texts)
def test_any_text_is_read_or_refused_the_same(text: str) -> None:
    assert outcome(text, fast=True) == outcome(text, fast=False)
    assert outcome(f'["{text}"]', fast=True) == outcome(f'["{text}"]', fast=False)


@pytest.mark.parametrize(
    "text",
    [
        "123456789012345678901234567890",
        "18446744073709551616",
        "-9223372036854775809",
        "-0",
        "-0.0",
        "0.1",
        "1e999",
        "1E5",
        "9" * 4400,
        "NaN",
        "[1,]",
        '{"a": 1, "b": 2, "a": 3}',
        r'"\ud800"',
        r'"\ud83d\ude00"',
        r'{"\udfff": 1}',
        json.dumps(deep(99)),
        json.dumps(deep(101)),
        "[" * 5000 + "]" * 5000,
        "",
        " {} ",
        "{} {}",
        "\ufeff{}",
    ],
)
def test_numbers_keys_surrogates_and_depth_are_read_the_same(text: str) -> None:
    assert outcome(text, fast=True) == outcome(text, fast=False)


@given(damaged_bytes(b'{"a": "\xc3\xbc", "b": [1, 2.5, null]}\n{"c": {"d": "\\u00e9"}}\n[true]\n'))
def test_a_damaged_file_is_read_the_same(data: bytes) -> None:
    with_it = list(read_documents(data, name="file", fast=fast_json))
    assert repr(with_it) == repr(list(read_documents(data, name="file")))


def test_lines_are_named_the_same() -> None:
    data = b'\n{"a": 1}\n{"b": 2} {"c": 3}\n\n{"d"\n:4}\n{"e": \n{"f": 5}\n'
    with_it = list(read_documents(data, name="file", fast=fast_json))
    assert with_it == list(read_documents(data, name="file"))
    assert len(with_it) >= 5
