"""Evidence at each door reaches the right deployed function; what fails ends in dead letters, whole."""

import gzip
import json
import time
from uuid import uuid4

import httpx
import pytest

from tests.integration.deploy.conftest import ARRIVES_WITHIN, Wired
from tfdrift.demo.deploy import RECORD_SOURCE

pytestmark = pytest.mark.emulator


def put_event(wired: Wired, source: str, detail_type: str, detail: dict[str, str]) -> None:
    answer = wired.clients("events").put_events(
        Entries=[{"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail)}]
    )
    assert answer["FailedEntryCount"] == 0


def test_a_cloudtrail_event_reaches_its_function_through_bus_and_queue(wired: Wired) -> None:
    # Given a record on the event bus
    event_id = str(uuid4())
    # When it is put there under the detail type of CloudTrail's API calls
    put_event(wired, RECORD_SOURCE, "AWS API Call via CloudTrail", {"eventID": event_id})
    # Then the function gets the envelope as EventBridge wraps it
    body = wired.await_body("cloudtrail", lambda body: body.get("detail", {}).get("eventID") == event_id)
    assert body["detail-type"] == "AWS API Call via CloudTrail"


def test_events_of_strangers_and_of_other_kinds_are_left_alone(wired: Wired) -> None:
    # Given events that are no CloudTrail record, or claim to be one from an unknown source
    strange, other, proper = (str(uuid4()) for _ in range(3))
    put_event(wired, "somebody.else", "AWS API Call via CloudTrail", {"eventID": strange})
    put_event(wired, RECORD_SOURCE, "EBS Volume Notification", {"eventID": other})
    # When a proper one is put after them
    put_event(wired, RECORD_SOURCE, "AWS API Call via CloudTrail", {"eventID": proper})
    wired.await_body("cloudtrail", lambda body: body.get("detail", {}).get("eventID") == proper)
    # Then only that one arrived
    text = json.dumps(wired.bodies("cloudtrail"))
    assert strange not in text
    assert other not in text


def test_a_new_log_file_reaches_a_function_of_the_same_code_by_a_queue_of_its_own(wired: Wired) -> None:
    key = f"AWSLogs/111122223333/CloudTrail/us-east-1/2025/01/15/{uuid4()}.json.gz"
    wired.clients("s3").put_object(
        Bucket=wired.deployment.log_file_bucket, Key=key, Body=gzip.compress(b'{"Records":[]}')
    )
    body = wired.await_body("cloudtrail", lambda body: key in json.dumps(body))
    assert body["Records"][0]["s3"]["bucket"]["name"] == wired.deployment.log_file_bucket
    (queue,) = {
        message["eventSourceARN"].rpartition(":")[2]
        for event in wired.invocations("cloudtrail")
        for message in event["Records"]
        if key in message["body"]
    }
    assert queue == wired.deployment.log_file_queue_url.rpartition("/")[2]


def test_a_new_state_reaches_its_function(wired: Wired) -> None:
    key = f"team/{uuid4()}/terraform.tfstate"
    wired.clients("s3").put_object(Bucket=wired.deployment.state_bucket, Key=key, Body=b"{}")
    body = wired.await_body("tfstate", lambda body: body["detail"]["object"]["key"] == key)
    assert body["detail"]["bucket"]["name"] == wired.deployment.state_bucket


def test_a_states_lock_file_is_left_alone(wired: Wired) -> None:
    key = f"team/{uuid4()}/terraform.tfstate"
    s3 = wired.clients("s3")
    s3.put_object(Bucket=wired.deployment.state_bucket, Key=f"{key}.tflock", Body=b"{}")
    s3.put_object(Bucket=wired.deployment.state_bucket, Key=key, Body=b"{}")
    wired.await_body("tfstate", lambda body: body["detail"]["object"]["key"] == key)
    assert f"{key}.tflock" not in json.dumps(wired.bodies("tfstate"))


def test_an_alert_reaches_falcos_function_by_topic_and_by_queue(wired: Wired) -> None:
    by_topic, by_queue = str(uuid4()), str(uuid4())
    wired.clients("sns").publish(
        TopicArn=wired.deployment.falco_topic_arn, Message=json.dumps({"rule": by_topic})
    )
    wired.clients("sqs").send_message(
        QueueUrl=wired.deployment.falco_queue_url, MessageBody=json.dumps({"rule": by_queue})
    )
    wired.await_body("falco", lambda body: by_topic in json.dumps(body))
    wired.await_body("falco", lambda body: by_queue in json.dumps(body))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/falco/events", "falco"),
        ("/api/v1/drifts", "api"),
        ("/api/v1/state/resources?page=2", "api"),
    ],
)
def test_the_load_balancer_hands_a_path_to_its_function(wired: Wired, path: str, name: str) -> None:
    answer = httpx.get(f"{wired.deployment.load_balancer_url}{path}", timeout=ARRIVES_WITHIN)
    assert (answer.status_code, answer.text) == (200, name)
    assert any(event.get("path") == path.partition("?")[0] for event in wired.invocations(name))


@pytest.mark.parametrize("path", ["/api/v1/stream", "/ws", "/health", "/"])
def test_the_load_balancer_keeps_the_containers_paths_from_the_functions(wired: Wired, path: str) -> None:
    # The emulator runs no container, so its target group is empty: 503, where a function would answer 200.
    answer = httpx.get(f"{wired.deployment.load_balancer_url}{path}", timeout=ARRIVES_WITHIN)
    assert answer.status_code == 503


def test_the_functions_speak_to_the_emulator(wired: Wired) -> None:
    put_event(wired, RECORD_SOURCE, "AWS API Call via CloudTrail", {"eventID": "endpoint"})
    wired.await_body("cloudtrail", lambda body: body.get("detail", {}).get("eventID") == "endpoint")
    items = wired.clients("dynamodb").query(
        TableName=wired.deployment.events_table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "PROBE#cloudtrail"}},
    )["Items"]
    assert {item["endpoint"]["S"] for item in items} == {wired.deployment.endpoint}


def test_a_poison_message_ends_in_dead_letters_whole(wired: Wired) -> None:
    # Given a message that its function reports as failed, and a queue that gives it back at once
    sqs = wired.clients("sqs")
    body = json.dumps({"rule": f"poison {uuid4()}"})
    sqs.set_queue_attributes(QueueUrl=wired.deployment.falco_queue_url, Attributes={"VisibilityTimeout": "1"})
    # When it has been received as often as the queue allows
    sqs.send_message(QueueUrl=wired.deployment.falco_queue_url, MessageBody=body)
    # Then it is among the dead letters, unchanged
    deadline = time.monotonic() + ARRIVES_WITHIN
    while time.monotonic() < deadline:
        received = sqs.receive_message(
            QueueUrl=wired.deployment.falco_dead_letters_url, WaitTimeSeconds=1, MaxNumberOfMessages=10
        )
        if received.get("Messages"):
            break
    assert [message["Body"] for message in received.get("Messages", [])] == [body]


def test_the_events_table_streams_new_images(wired: Wired) -> None:
    described = wired.clients("dynamodbstreams").describe_stream(
        StreamArn=wired.deployment.events_stream_arn
    )["StreamDescription"]
    assert (described["StreamViewType"], described["TableName"]) == (
        "NEW_IMAGE",
        wired.deployment.events_table,
    )
