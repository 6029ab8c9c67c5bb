"""Whatever records are wrapped in, and however deep, exactly those records are found, in their order."""

import base64
import gzip
import json
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.evidence.samples import raw_record
from tfdrift.domain.envelopes import RecordFound, read_evidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfdrift.domain.json_value import JsonObject, JsonValue


def sqs_event(documents: "list[JsonValue]") -> "JsonValue":
    bodies = [json.dumps(document) for document in documents]
    return {"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": body} for body in bodies]}


def sns_event(documents: "list[JsonValue]") -> "JsonValue":
    messages = [json.dumps(document) for document in documents]
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": text}} for text in messages]}


def notifications(documents: "list[JsonValue]") -> "JsonValue":
    messages = [json.dumps(document) for document in documents]
    bodies = [{"Type": "Notification", "TopicArn": "arn:aws:sns:::t", "Message": text} for text in messages]
    return {"Messages": [{"MessageId": "m", "Body": json.dumps(body)} for body in bodies]}


def subscription(documents: "list[JsonValue]") -> "JsonValue":
    events = [{"id": "i", "message": json.dumps(document)} for document in documents]
    batch = {"messageType": "DATA_MESSAGE", "logEvents": events}
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()}}


WRAPPERS: "list[Callable[[list[JsonValue]], JsonValue]]" = [
    sqs_event,
    sns_event,
    notifications,
    subscription,
]


def written(documents: "list[JsonValue]", form: str) -> bytes:
    """Return a file's bytes: one document a line, indented, or side by side; gzip or plain."""
    indent = 2 if "indented" in form else None
    joint = "" if "joined" in form else "\n"
    data = joint.join(json.dumps(document, indent=indent) for document in documents).encode()
    return gzip.compress(data) if "gzip" in form else data


@settings(deadline=None)
@given(
    names=st.lists(st.text("ABCxyz", min_size=1), max_size=4),
    wrappers=st.lists(st.sampled_from(WRAPPERS), max_size=3),
    form=st.sampled_from(["lines", "joined", "indented", "gzip lines", "gzip joined", "gzip indented"]),
    copies=st.integers(1, 3),
)
def test_the_records_that_are_wrapped_are_those_that_are_found(
    names: list[str], wrappers: "list[Callable[[list[JsonValue]], JsonValue]]", form: str, copies: int
) -> None:
    records: list[JsonObject] = [raw_record(eventName=name) for name in names]
    document: JsonValue = {"Records": [*records]}
    for wrap in wrappers:
        document = wrap([document])

    found = list(read_evidence(written([document] * copies, form), name="file"))

    assert [type(one) for one in found] == [RecordFound] * (len(records) * copies)
    assert [one.obj for one in found if isinstance(one, RecordFound)] == records * copies
