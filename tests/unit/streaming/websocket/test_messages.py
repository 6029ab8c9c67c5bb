"""Clients' messages: ours are read, all other text is refused with a close code, never with a fault."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.websocket.faults import CloseCode, ProtocolFault
from streaming.websocket.messages import Ping, Query, Subscribe, Unsubscribe, parse_message

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KNOWN = st.sampled_from(["subscribe", "unsubscribe", "ping", "query"])
FIELDS = st.dictionaries(
    st.sampled_from(
        ["topic", "topics", "types", "severity", "last_event_id", "since", "query", "params", "payload", "x"]
    ),
    JSON,
)


def test_fields_stand_beside_the_type_or_in_the_payload() -> None:
    beside = parse_message('{"type":"subscribe","topic":"drifts","severity":["high"],"since":"a:1.0"}')
    within = parse_message(
        '{"type":"subscribe","topic":"drifts","payload":{"severity":"high","since":"a:1.0"}}'
    )

    assert beside == within
    assert isinstance(beside, Subscribe)
    assert beside.filters() == {
        "types": (),
        "severity": ("high",),
        "resource_type": (),
        "account_id": (),
    }


def test_unknown_fields_change_nothing() -> None:
    assert parse_message('{"type":"ping","later":1}') == Ping(type="ping")
    assert parse_message('{"type":"unsubscribe","topic":"all","x":{}}') == Unsubscribe(
        type="unsubscribe", topic=("all",)
    )


def test_parameters_are_what_a_query_string_would_hold() -> None:
    text = '{"type":"query","query":"drifts","params":{"page":2,"status":["open"],"all":true,"none":null}}'

    message = parse_message(text)

    assert isinstance(message, Query)
    assert message.params == {"page": ("2",), "status": ("open",), "all": ("true",), "none": ()}


@pytest.mark.parametrize(
    "text", ["", "}", "[1]", '"ping"', "NaN", '{"type":"ping","payload":NaN}', "[" * 16_000]
)
def test_what_is_no_json_object_is_not_understood(text: str) -> None:
    with pytest.raises(ProtocolFault) as fault:
        parse_message(text)

    assert fault.value.code == CloseCode.NOT_UNDERSTOOD


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"type":"shout"}',
        '{"type":[]}',
        '{"type":"query"}',
        '{"type":"subscribe","topic":{}}',
        '{"type":"subscribe","last_event_id":7}',
        '{"type":"ping","request_id":{}}',
    ],
)
def test_what_is_no_message_of_ours_breaks_the_policy(text: str) -> None:
    with pytest.raises(ProtocolFault) as fault:
        parse_message(text)

    assert fault.value.code == CloseCode.POLICY
    assert fault.value.reason


@given(st.text() | JSON.map(json.dumps) | st.builds(lambda k, f: json.dumps({"type": k, **f}), KNOWN, FIELDS))
def test_any_text_is_a_message_or_a_fault_whose_reason_fits_a_close_frame(text: str) -> None:
    fault = fault_of(text)

    assert fault is None or (fault.code in {1003, 1008} and 0 < len(fault.reason.encode()) <= 123)


def fault_of(text: str) -> ProtocolFault | None:
    try:
        parse_message(text)
    except ProtocolFault as fault:
        return fault
    return None
