"""Poison among good messages, on every queue at once: the good are counted, the poison is dead and whole."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.deployed.calls import Effect, Made, resized, with_memory, written
from bench.deployed.product import Product
from bench.waiting import wait_until
from tests.integration.deployed_faults.judge import (
    assert_nothing_twice,
    assert_told_once,
    await_told,
    upload_state,
)
from tests.integration.deployed_faults.poison import (
    POISON_ALERTS,
    POISON_STATES,
    poison_log_files,
    poison_messages,
)
from tests.support.lambda_events import call_event, object_notification
from tfdrift.domain.json_value import JsonObject

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(500)]

RESOURCES = 8 * 16
GOOD_MESSAGES = 10
# Five deliveries of each poison, so many seconds apart: long enough for a busy machine to finish a batch.
VISIBLE_AGAIN_SECONDS = 6
DEAD_WITHIN = 300.0
LATE_KEY = "late/records.json.gz"
ALERT = {
    "hostname": "node-1",
    "output": "Warning Sensitive file opened for reading",
    "priority": "Warning",
    "rule": "Read sensitive file untrusted",
    "source": "syscall",
    "time": "2026-01-15T10:00:00Z",
    "output_fields": {"fd.name": "/etc/shadow"},
}


@dataclass
class HandedIn:
    """What was handed in, and how it ended: good records by event id, poison by its queue."""

    effects: dict[str, Effect] = field(default_factory=dict)
    poison: dict[str, list[str]] = field(default_factory=dict)
    log_keys: dict[str, bytes] = field(default_factory=dict)
    state_keys: dict[str, bytes] = field(default_factory=dict)
    dead: dict[str, list[str]] = field(default_factory=dict)

    def good(self, made: Made) -> JsonObject:
        """Return the record of a call whose change must be told."""
        event_id = uuid.uuid4()
        self.effects[str(event_id)] = made.effect
        return written(made.call, event_id, datetime.now(UTC))


@pytest.fixture(scope="module")
def handed_in(product: Product, tmp_path_factory: pytest.TempPathFactory) -> HandedIn:
    """Good and poison, mixed, handed in at every door, once all of it is counted or dead."""
    upload_state(product, tmp_path_factory.mktemp("state"), RESOURCES)
    warm_up(product)
    made = HandedIn()
    for url in work_queues(product):
        product.clients("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBLE_AGAIN_SECONDS)}
        )
    hand_in_messages(product, made)
    hand_in_log_files(product, made)
    hand_in_states_and_alerts(product, made)
    await_told(product, {event_id: made.effects[event_id] for event_id in made.effects})
    dead = {name: len(bodies) for name, bodies in made.poison.items()}
    dead |= {"log files": len(made.log_keys), "states": len(made.state_keys)}
    urls = product.dead_letter_urls
    wait_until(
        lambda: (
            {name: product.waiting(url) for name, url in urls.items()} == dead
            and not any(product.waiting(url) for url in work_queues(product))
        ),
        DEAD_WITHIN,
        lambda: (dead, {name: product.waiting(url) for name, url in urls.items()}),
    )
    made.dead = {name: received(product, url, dead[name]) for name, url in urls.items()}
    return made


def work_queues(product: Product) -> list[str]:
    deployment = product.deployment
    return [
        deployment.cloudtrail_queue_url,
        deployment.log_file_queue_url,
        deployment.state_queue_url,
        deployment.falco_queue_url,
    ]


def warm_up(product: Product) -> None:
    """Have both CloudTrail functions running, so that no cold start makes a message come again."""
    made = HandedIn()
    product.put_events([made.good(resized(15, "m7i.large"))])
    product.put_log_file("warm-up", [made.good(with_memory(15, 1024))])
    await_told(product, made.effects)


def send(product: Product, queue: str, bodies: Sequence[str]) -> None:
    for body in bodies:
        product.clients("sqs").send_message(QueueUrl=queue, MessageBody=body)


@contextmanager
def held_back(product: Product, function: str) -> Iterator[None]:
    """Let a function's queues fill up while the context lasts."""
    functions = product.clients("lambda")
    mappings = functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    for is_on in (False, True):
        for mapping in mappings:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=is_on)
        if not is_on:
            yield


def received(product: Product, queue: str, count: int) -> list[str]:
    """Return the bodies of a dead-letter queue's messages."""
    bodies: list[str] = []
    while len(bodies) < count:
        answer = product.clients("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        assert answer.get("Messages"), f"only {len(bodies)} of {count} messages"
        bodies += [message["Body"] for message in answer["Messages"]]
    return bodies


def hand_in_messages(product: Product, made: HandedIn) -> None:
    """Send poison and good messages, shuffled, so that batches hold both."""
    poison = list(
        poison_messages(written(resized(14, "m7i.large").call, uuid.uuid4(), datetime.now(UTC))).values()
    )
    good = [
        json.dumps(call_event(made.good(resized(number, "m7i.large")))) for number in range(GOOD_MESSAGES)
    ]
    mixed = [*poison, *good]
    random.Random(8).shuffle(mixed)  # noqa: S311 - a repeatable test
    with held_back(product, product.deployment.cloudtrail_function):
        send(product, product.deployment.cloudtrail_queue_url, mixed)
    made.poison["events"] = poison


def hand_in_log_files(product: Product, made: HandedIn) -> None:
    """Put good and poison log files, and name one in a message before it is there."""
    queue, bucket = product.deployment.log_file_queue_url, product.deployment.log_file_bucket
    send(product, queue, [json.dumps(object_notification(bucket, LATE_KEY))])
    beside = made.good(with_memory(0, 1024))
    lost = written(with_memory(14, 1024).call, uuid.uuid4(), datetime.now(UTC))
    for name, content in poison_log_files(beside, lost).items():
        made.log_keys[product.put_log_object(f"poison-{name.replace(' ', '-')}", content)] = content
    product.put_log_file("good", [made.good(with_memory(number, 1024)) for number in range(1, 6)])
    function = product.deployment.log_files_function
    wait_until(
        lambda: any(LATE_KEY in line and "ObjectMissing" in line for line in product.log_lines(function)),
        DEAD_WITHIN,
        lambda: "the message that names a missing log file has not failed",
    )
    late = made.good(with_memory(6, 1024))
    product.clients("s3").put_object(
        Bucket=bucket, Key=LATE_KEY, Body=json.dumps({"Records": [late]}).encode()
    )


def hand_in_states_and_alerts(product: Product, made: HandedIn) -> None:
    for name, content in POISON_STATES.items():
        key = f"poison/{name}.tfstate"
        product.put_state(key, content)
        made.state_keys[key] = content
    made.poison["alerts"] = list(POISON_ALERTS.values())
    send(product, product.deployment.falco_queue_url, [*POISON_ALERTS.values(), json.dumps(ALERT)])


def test_the_good_beside_poison_are_told_once(product: Product, handed_in: HandedIn) -> None:
    assert_told_once(product, handed_in.effects)
    assert_nothing_twice(product)
    url = f"{product.deployment.load_balancer_url}/api/v1/events?type=falco"
    (alert,) = httpx.get(url, timeout=60).raise_for_status().json()["data"]["items"]
    assert "Read sensitive file untrusted" in json.dumps(alert)


def test_a_function_failed_parts_of_batches_and_only_those_came_again(
    product: Product, handed_in: HandedIn
) -> None:
    outcomes = product.outcomes(product.deployment.cloudtrail_function)
    assert any(one.get("findings") and one.get("broken") for one in outcomes)
    # Each good message was taken once, and each poison one until it was dead.
    total = Counter[str]()
    for one in outcomes:
        total.update({name: int(str(count)) for name, count in one.items()})
    assert total["drift_opened"] == GOOD_MESSAGES + 1
    assert total["broken"] >= 5 * len(handed_in.poison["events"])


@pytest.mark.parametrize("queue", ["events", "alerts"])
def test_poison_messages_are_dead_byte_for_byte(handed_in: HandedIn, queue: str) -> None:
    assert sorted(handed_in.dead[queue]) == sorted(handed_in.poison[queue])


def test_notices_of_poison_objects_are_dead_and_the_objects_as_they_were(
    product: Product, handed_in: HandedIn
) -> None:
    notices: list[Any] = [json.loads(body)["Records"][0]["s3"] for body in handed_in.dead["log files"]]
    assert {notice["object"]["key"] for notice in notices} == set(handed_in.log_keys)
    events: list[Any] = [json.loads(body)["detail"] for body in handed_in.dead["states"]]
    assert {event["object"]["key"] for event in events} == set(handed_in.state_keys)
    kept = [(product.deployment.log_file_bucket, handed_in.log_keys)]
    kept += [(product.deployment.state_bucket, handed_in.state_keys)]
    for bucket, contents in kept:
        for key, content in contents.items():
            body = product.clients("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            assert body == content


def test_no_function_logs_what_is_in_poison(product: Product, handed_in: HandedIn) -> None:
    lines = "\n".join(product.log_lines(product.deployment.cloudtrail_function))
    assert "Somebody typed this" not in lines
    assert "message fails" in lines


def test_messages_wait_for_a_secret_that_is_missing(
    product: Product, handed_in: HandedIn, tmp_path: Path
) -> None:
    # Given that the key of the fingerprints was deleted, and functions that start anew
    secrets, functions = product.clients("secretsmanager"), product.clients("lambda")
    (arn,) = [s["ARN"] for s in secrets.list_secrets()["SecretList"] if "fingerprint" in s["Description"]]
    secrets.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    function = product.deployment.cloudtrail_function
    functions.update_function_configuration(FunctionName=function, MemorySize=1536)
    # When changes come, and the key is restored after they failed
    made = HandedIn()
    product.put_events([made.good(resized(number, "c7g.large")) for number in (11, 12, 13)])
    wait_until(
        lambda: any("InvalidRequestException" in line for line in product.log_lines(function)),
        DEAD_WITHIN,
        lambda: product.log_lines(function)[-5:],
    )
    secrets.restore_secret(SecretId=arn)
    # Then each is told once
    await_told(product, made.effects)
    assert_told_once(product, made.effects)
    assert product.waiting(product.deployment.cloudtrail_dead_letters_url) == len(handed_in.poison["events"])
