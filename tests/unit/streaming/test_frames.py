"""The bytes of frames: what the event stream format allows, whatever a payload holds."""

import json

from hypothesis import given
from hypothesis import strategies as st

from streaming.cursor import Cursor, Position
from streaming.frames import KEEP_ALIVE, connected_frame, encode, gap_entry, gap_frame, sse_frame
from tests.support.scripted_stream import entry
from tests.support.sse_client import parse_block
from tfdrift.domain.timestamps import parse_time
from tfdrift.service.stream_ports import FeedBatch, FeedEntry, GapReason

AT = parse_time("2025-01-15T10:00:00Z")


@given(st.text())
def test_any_data_arrives_as_it_is_but_for_its_kind_of_line_end(data: str) -> None:
    block = parse_block(sse_frame("drift", data.encode(errors="replace").decode(), "e:1.1").decode()[:-2])

    sent = data.encode(errors="replace").decode()
    assert block.data == sent.replace("\r\n", "\n").replace("\r", "\n")
    assert (block.event, block.id) == ("drift", "e:1.1")


@given(st.dictionaries(st.text(), st.text()))
def test_json_is_always_one_data_line(payload: dict[str, str]) -> None:
    data = json.dumps(payload)

    block = parse_block(sse_frame("drift", data, "e:1.1").decode()[:-2])

    assert len(block.lines) == 3
    assert json.loads(block.data or "") == payload


def test_a_batch_numbers_its_events_from_one() -> None:
    batch = encode("e", FeedBatch(7, (entry("a"), entry("b", "falco", severity="low")), AT))

    assert [frame.data.split(b"\n")[1] for frame in batch.frames] == [b"id: e:7.1", b"id: e:7.2"]
    assert (batch.frames[1].type, batch.frames[1].severity) == ("falco", "low")
    assert batch.size == sum(len(frame.data) for frame in batch.frames)


def test_the_greeting_begins_with_the_retry_and_is_one_block() -> None:
    text = connected_frame("some-id", Cursor("e", Position(3)), 3000).decode()

    assert text.endswith("\n\n")
    assert text.count("\n\n") == 1
    block = parse_block(text[:-2])
    assert (block.fields["retry"], block.event, block.id) == ("3000", "connected", "e:3.0")


def test_a_gap_says_why_and_what_to_do() -> None:
    for reason in GapReason:
        data = json.loads(parse_block(gap_frame(reason, Cursor("e", Position(3))).decode()[:-2]).data or "")
        assert data["reason"] == reason
        assert "query the API" in data["message"]


def test_a_gap_in_the_feed_is_an_entry_as_others_are() -> None:
    gap = gap_entry(GapReason.TRIMMED, "shard")

    assert isinstance(gap, FeedEntry)
    assert gap.type == "gap"


def test_keep_alive_is_a_comment() -> None:
    assert KEEP_ALIVE == b": keep-alive\n\n"


def test_a_frame_keeps_what_filters_ask_for() -> None:
    entry = FeedEntry("1", "drift", "{}", "high", "aws_instance", "111122223333")
    (frame,) = encode("e", FeedBatch(7, (entry,), AT)).frames

    assert (frame.type, frame.severity, frame.resource_type) == ("drift", "high", "aws_instance")
    assert frame.account_id == "111122223333"


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_frame_gives_back_its_id_and_its_events_text(data: str) -> None:
    (frame,) = encode("e", FeedBatch(7, (FeedEntry("1", "drift", data),), AT)).frames

    assert frame.cursor == "e:7.1"
    assert frame.payload == data.replace("\r\n", "\n").replace("\r", "\n")
