"""Records whose heads are read first come out the same as records that are decoded whole."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.evidence.arbitrary import damaged, damaged_bytes, deep
from tests.unit.evidence.samples import raw_record
from tfdrift.adapters.fast_json import fast_json
from tfdrift.domain.documents import Broken, LogEntry, read_documents
from tfdrift.domain.record_text import RecordText, record_text
from tfdrift.service.replay import InputFile
from tfdrift.service.replay_evidence import Evidence, Problem, read_evidence_files


def evidence(data: bytes, *, fast: bool) -> tuple[Evidence, list[Problem]]:
    problems: list[Problem] = []
    file = InputFile("file", lambda: data)
    found = read_evidence_files([file], [], lambda _: (), problems, fast_json if fast else None)
    return found, problems


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def log_file(*records: Any) -> bytes:
    return json.dumps({"Records": records}, ensure_ascii=False).encode("utf-8", "surrogatepass")


READING = raw_record(eventName="DescribeVpcs", readOnly=True, eventID="reading")
FAILED = raw_record(errorCode="AccessDenied", eventID="failed", userAgent="日本語")


@pytest.mark.parametrize("written", [lines, log_file])
@given(data=st.data())
def test_damaged_records_are_read_and_refused_the_same(written: Any, data: st.DataObject) -> None:
    record = data.draw(damaged(raw_record()))
    try:
        content = written(READING, record, FAILED)
    except (TypeError, ValueError, RecursionError):
        assume(False)
    quick, plain = evidence(content, fast=True), evidence(content, fast=False)
    # A record's depth is counted from where the record begins, not from where its file does.
    assume(written is lines or not any("nested deeper" in problem.reason for problem in plain[1]))
    # Of a record that only read or failed the parts that nobody needs are not judged.
    assume(not (plain[1] and quick[0].failed + quick[0].read_only > plain[0].failed + plain[0].read_only))
    assert repr(quick) == repr(plain)


@given(damaged_bytes(lines(READING, raw_record(), FAILED)))
def test_damaged_bytes_are_read_and_refused_the_same(data: bytes) -> None:
    assert repr(evidence(data, fast=True)) == repr(evidence(data, fast=False))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"requestParameters": {"size": "1e999"}}, "inf is not a JSON number"),
        ({"requestParameters": {"size": "9" * 4301}}, "an integer has more than 4300 digits"),
        ({"responseElements": deep(101)}, "nested deeper than 100 levels"),
        ({"userIdentity": {"size": "1e999"}}, "inf is not a JSON number"),
    ],
)
def test_what_is_no_value_is_named_where_the_record_may_have_changed_something(
    changes: Any, complaint: str
) -> None:
    text = (
        json.dumps(raw_record(**changes)).replace('"1e999"', "1e999").replace(f'"{"9" * 4301}"', "9" * 4301)
    )
    found, problems = evidence(lines(READING) + text.encode() + b"\n" + lines(FAILED), fast=True)
    assert problems == [Problem("file:2", complaint)]
    assert (found.records_read, found.read_only, found.failed) == (2, 1, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"eventID": "..."},
        {"eventID": None},
        {"recipientAccountId": 111122223333},
        {"recipientAccountId": "-"},
        {"eventTime": "yesterday"},
        {"eventName": 7},
        {"eventType": "AwsCloudTrailInsight"},
        {"Type": "Notification"},
        {"detail": None},
        {"rule": "a rule"},
    ],
)
def test_an_unusual_head_is_left_to_those_who_read_it_all(changes: Any) -> None:
    assert record_text(json.dumps(raw_record(**changes)), "file", fast_json) is None


def test_exact_integers_and_the_last_of_doubled_keys_survive() -> None:
    text = json.dumps(raw_record(requestParameters={"size": 0}))
    text = text.replace('"size": 0', '"size": 1, "size": 12345678901234567890123')
    found = record_text(text, "file", fast_json)
    assert found is not None
    assert found.whole().request == {"size": 12345678901234567890123}


def test_records_are_named_by_their_place() -> None:
    def places(data: bytes) -> list[str]:
        found = list(read_documents(data, name="file", fast=fast_json))
        assert all(isinstance(one, RecordText) for one in found)
        return [one.where for one in found]

    assert places(lines(READING, FAILED)) == ["file:1", "file:2"]
    assert places(log_file(READING, FAILED)) == ["file.Records[0]", "file.Records[1]"]
    assert places(lines(READING)) == ["file"]


def test_the_depth_of_a_log_file_s_record_is_its_own() -> None:
    found, problems = evidence(log_file(READING, raw_record(requestParameters={"a": deep(98)})), fast=True)
    assert (found.records_read, problems) == (2, [])


def test_an_unusual_entry_leaves_its_neighbours_to_their_heads() -> None:
    content = log_file(READING, raw_record(eventID="..."), 7, FAILED)
    kinds = [type(one) for one in read_documents(content, name="file", fast=fast_json)]
    assert kinds == [RecordText, LogEntry, LogEntry, RecordText]
    assert repr(evidence(content, fast=True)) == repr(evidence(content, fast=False))


def test_a_line_that_is_not_utf_8_is_named_among_records() -> None:
    found = list(read_documents(lines(READING) + b'"\xff"\n' + lines(FAILED), name="file", fast=fast_json))
    assert [one.where for one in found if isinstance(one, RecordText)] == ["file:1", "file:3"]
    assert [one for one in found if isinstance(one, Broken)] == [
        Broken("not UTF-8 at byte 2 of the line", "file:2")
    ]
