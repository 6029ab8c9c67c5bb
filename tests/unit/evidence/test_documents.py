"""Files of JSON are read in every form, and what is broken is named while the rest goes on."""

import gzip
import json

import pytest

from tfdrift.domain import documents
from tfdrift.domain.documents import Broken, Document, read_documents

FOLLOWS = "other data follows the gzip data"


def read(data: bytes | str) -> list[Document | Broken]:
    return list(read_documents(data.encode() if isinstance(data, str) else data, name="file"))


def values(data: bytes | str) -> list[object]:
    return [found.value for found in read(data) if isinstance(found, Document)]


def complaints(data: bytes | str) -> list[tuple[str, str]]:
    return [(found.where, found.reason) for found in read(data) if isinstance(found, Broken)]


@pytest.mark.parametrize("data", ["", "   \n\n\t", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_an_empty_file_holds_nothing(data: bytes | str) -> None:
    assert read(data) == []


def test_one_document_is_named_by_the_file() -> None:
    assert read('{\n  "a": 1\n}\n') == [Document({"a": 1}, "file")]


def test_documents_a_line_are_named_by_their_line() -> None:
    assert read('{"a": 1}\n\n{"a": 2}\r\n[3]\n') == [
        Document({"a": 1}, "file:1"),
        Document({"a": 2}, "file:3"),
        Document([3], "file:4"),
    ]


def test_documents_one_after_the_other_are_all_read() -> None:
    assert values('{"a": 1}{"a": 2} {"a":\n 3}') == [{"a": 1}, {"a": 2}, {"a": 3}]


def test_indented_documents_one_after_the_other_are_all_read() -> None:
    text = "\n".join(json.dumps({"a": [number]}, indent=2) for number in range(3))

    assert read(text) == [
        Document({"a": [0]}, "file:1"),
        Document({"a": [1]}, "file:6"),
        Document({"a": [2]}, "file:11"),
    ]


def test_a_broken_line_is_named_and_the_next_ones_read() -> None:
    text = '{"a": 1}\n{"a": \n{"a": 3}\nnot JSON\nat all\n{"a": 6}'

    assert values(text) == [{"a": 1}, {"a": 3}, {"a": 6}]
    assert [where for where, _ in complaints(text)] == ["file:2", "file:4"]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert values(b'\xef\xbb\xbf{"a": 1}') == [{"a": 1}]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_by_name(encoding: str) -> None:
    assert complaints(("\ufeff" + '{"a": 1}').encode(encoding)) == [
        ("file", "the text is UTF-16; JSON is UTF-8")
    ]


def test_a_line_with_foreign_bytes_is_named_and_the_others_read() -> None:
    data = b'{"a": 1}\n{"a": "\xff"}\n{"a": 3}\n'

    assert values(data) == [{"a": 1}, {"a": 3}]
    assert complaints(data) == [("file:2", "not UTF-8 at byte 8 of the line")]


def test_gzip_is_known_by_its_first_bytes_and_may_have_several_members() -> None:
    assert values(gzip.compress(b'{"a": 1}\n') + gzip.compress(b'{"a": 2}\n')) == [{"a": 1}, {"a": 2}]


def test_of_a_gzip_file_that_is_cut_short_the_whole_records_are_read() -> None:
    records = [{"eventName": f"Call{number}", "filler": f"{number:064x}" * 40} for number in range(200)]
    whole = gzip.compress(json.dumps({"Records": records}).encode())
    cut = whole[: len(whole) // 2]

    found = values(cut)

    assert 0 < len(found) < 200
    assert found == records[: len(found)]
    assert complaints(cut)[-1] == ("file", "the gzip data is cut short or larger than 256 MiB")


def test_gzip_that_would_fill_the_memory_is_read_to_the_bound_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_MAX_INFLATED", 20)

    assert values(gzip.compress(b'{"a": 1}\n' * 1000)) == [{"a": 1}, {"a": 1}]
    assert complaints(gzip.compress(b'{"a": 1}\n' * 1000))[-1][1].startswith("the gzip data is cut short")


@pytest.mark.parametrize(("tail", "complaint"), [(b"\0" * 512, []), (b"tail", [("file", FOLLOWS)])])
def test_what_follows_gzip_data_is_named_unless_it_is_padding(tail: bytes, complaint: list[object]) -> None:
    data = gzip.compress(b'{"a": 1}') + tail

    assert values(data) == [{"a": 1}]
    assert complaints(data) == complaint


def test_damaged_gzip_is_named() -> None:
    assert complaints(b"\x1f\x8b" + b"\x00" * 20)[0][1].startswith("the gzip data is damaged")


def test_of_a_log_file_that_is_cut_short_the_whole_records_are_read() -> None:
    text = '{"Records": [{"a": 1}, {"a": 2}, {"a": '

    assert read(text)[:2] == [
        Document({"a": 1}, "file:1.Records[0]"),
        Document({"a": 2}, "file:1.Records[1]"),
    ]
    assert complaints(text)[0][0] == "file:1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": NaN}', "NaN is not a JSON number"),
        ('{"a": -Infinity}', "-Infinity is not a JSON number"),
        ('{"a": 1e999}', "inf is not a JSON number"),
        ('{"a": ' + "9" * 5000 + "}", "an integer has more than 4300 digits"),
        ("[" * 200 + "]" * 200, "nested deeper than 100 levels"),
        ("[" * 100_000 + "]" * 100_000, "nested deeper than 100 levels"),
        ('{"a": "' + "\n" + '"}', "Invalid control character at at line 1, column 8"),
    ],
)
def test_what_json_has_no_word_for_is_named(text: str, reason: str) -> None:
    assert values(text) == []
    assert ("file:1", reason) in complaints(text)


def test_long_integers_stay_exact() -> None:
    assert values('{"evt.time": 1736935200123456789012345}') == [{"evt.time": 1736935200123456789012345}]


def test_of_a_key_that_stands_twice_the_last_value_counts() -> None:
    assert values('{"a": 1, "a": 2}') == [{"a": 2}]


def test_a_lone_surrogate_becomes_a_character_that_can_be_sent() -> None:
    assert values('{"\\ud800": "x\\udfffy\\ud83d\\ude00"}') == [{"\ufffd": "x\ufffdy\U0001f600"}]
