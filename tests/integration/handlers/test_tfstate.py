"""The tfstate function: states are indexed by version, older ones never win, deleted ones are forgotten."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.batches import PoisonMessageError
from handlers.cloudtrail.handler import handler as take_calls
from handlers.tfstate.handler import handler
from handlers.tfstate.notices import InvalidNotice
from tests.integration.handlers.conftest import ACCOUNT, GROUP, REGION, World, call, terraform_state
from tests.support.lambda_events import (
    Context,
    call_event,
    eventbridge,
    object_event,
    object_notification,
    sns_notification,
    sqs_event,
)

pytestmark = pytest.mark.emulator

KEY = "prod/terraform.tfstate"
Announce = Callable[..., dict[str, Any]]


def failed(answer: dict[str, Any] | None) -> list[str]:
    assert answer is not None
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def serial(world: World) -> int | None:
    states = world.product.states.states()
    return states[0].reference.serial if states else None


def changes(world: World) -> list[tuple[Any, Any, Any]]:
    return [
        (event.payload["resource"], event.payload["action"], event.payload["serial"])
        for event in world.events("state_change")
    ]


def found(world: World) -> list[str]:
    index = world.product.states
    return [each.address for each in index.find("aws_security_group", ACCOUNT, REGION, GROUP)]


@pytest.mark.parametrize(
    "message_of",
    [
        lambda announced: announced,
        lambda announced: sqs_event(announced),
        lambda announced: sqs_event(sns_notification(announced)),
    ],
    ids=["direct", "queue", "topic and queue"],
)
@pytest.mark.parametrize("announce", [object_event, object_notification])
def test_a_state_is_indexed_however_it_is_announced(
    world: World, announce: Announce, message_of: Callable[[Any], Any]
) -> None:
    key = "a folder/with + and ü/terraform.tfstate"
    version = world.upload(key, terraform_state(3))

    handler(message_of(announce(world.bucket, key, version)), Context())

    [state] = world.product.states.states()
    assert (state.reference.key, state.reference.serial) == (key, 3)
    assert state.reference.version_id == version
    assert state.resource_count == 1
    assert found(world) == ["aws_security_group.web"]


def test_each_altered_resource_is_one_event_however_often_it_is_delivered(world: World) -> None:
    first = world.upload(KEY, terraform_state(1))
    handler(sqs_event(*[object_event(world.bucket, KEY, first)] * 3), Context())
    second = world.upload(KEY, terraform_state(2, ingress=[{"from_port": 443, "protocol": "tcp"}]))
    handler(sqs_event(*[object_event(world.bucket, KEY, second)] * 3), Context())
    empty = json.loads(terraform_state(3))
    empty["resources"] = []
    third = world.upload(KEY, json.dumps(empty).encode())
    handler(sqs_event(*[object_event(world.bucket, KEY, third)] * 3), Context())

    assert sorted(changes(world), key=lambda change: change[2]) == [
        ("aws_security_group.web", "added", 1),
        ("aws_security_group.web", "modified", 2),
        ("aws_security_group.web", "removed", 3),
    ]
    assert serial(world) == 3
    assert found(world) == []


def test_a_lower_serial_never_replaces_a_higher_one(world: World) -> None:
    older = world.upload(KEY, terraform_state(6))
    newer = world.upload(KEY, terraform_state(7, ingress=[{"from_port": 443, "protocol": "tcp"}]))

    handler(
        sqs_event(object_event(world.bucket, KEY, newer), object_event(world.bucket, KEY, older)), Context()
    )

    assert serial(world) == 7
    assert [change[2] for change in changes(world)] == [7]


def test_a_deleted_state_is_forgotten(world: World) -> None:
    version = world.upload(KEY, terraform_state(1))
    handler(sqs_event(object_event(world.bucket, KEY, version)), Context())
    world.s3.delete_object(Bucket=world.bucket, Key=KEY)

    for _ in range(2):
        answer = handler(sqs_event(object_event(world.bucket, KEY, detail_type="Object Deleted")), Context())
        assert failed(answer) == []

    assert world.product.states.states() == ()
    assert found(world) == []
    assert changes(world)[-1][:2] == ("aws_security_group.web", "removed")


def test_the_deletion_of_an_old_version_forgets_nothing(world: World) -> None:
    old = world.upload(KEY, terraform_state(1))
    new = world.upload(KEY, terraform_state(2))
    handler(sqs_event(object_event(world.bucket, KEY, new)), Context())
    world.s3.delete_object(Bucket=world.bucket, Key=KEY, VersionId=old)

    gone = object_notification(world.bucket, KEY, old, "ObjectRemoved:Delete")
    handler(sqs_event(gone, object_event(world.bucket, KEY, old)), Context())

    assert serial(world) == 2
    assert found(world) == ["aws_security_group.web"]


def test_lock_files_are_no_states(world: World) -> None:
    world.upload(KEY + ".tflock", b'{"ID":"x"}')

    assert failed(handler(sqs_event(object_event(world.bucket, KEY + ".tflock")), Context())) == []
    assert world.product.states.states() == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b'{"version": 3, "serial": 1, "modules": []}',
        b'{"encrypted_data": "x", "meta": {}, "encryption_version": "v0"}',
        b'{"hello": "world"}',
    ],
)
def test_of_a_batch_only_what_is_no_state_fails(world: World, content: bytes) -> None:
    bad = world.upload("bad.tfstate", content)
    good = world.upload(KEY, terraform_state(1))
    batch = sqs_event(
        object_event(world.bucket, "bad.tfstate", bad),
        object_event(world.bucket, KEY, good),
        ids=["bad", "good"],
    )

    assert failed(handler(batch, Context())) == ["bad"]
    assert serial(world) == 1


def test_messages_that_are_no_notices_fail_alone(world: World) -> None:
    version = world.upload(KEY, terraform_state(1))
    batch = sqs_event(
        "{",
        [],
        eventbridge("aws.ec2", "Something", {}),
        {"Event": "s3:TestEvent"},
        object_event(world.bucket, KEY, version),
        ids=["text", "list", "foreign", "test", "good"],
    )

    assert failed(handler(batch, Context())) == ["text", "list", "foreign"]
    assert serial(world) == 1


def test_without_a_queue_what_cannot_be_read_fails_the_invocation(world: World) -> None:
    world.upload(KEY, b"not a state")

    with pytest.raises(PoisonMessageError):
        handler(object_event(world.bucket, KEY), Context())
    with pytest.raises(InvalidNotice):
        handler({"hello": "world"}, Context())


def test_a_bucket_that_is_not_watched_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from handlers.product import product

    version = world.upload(KEY, terraform_state(1))
    monkeypatch.setenv("TFDRIFT_STATE_BUCKETS", "another-bucket")
    product.cache_clear()

    answer = handler(sqs_event(object_event(world.bucket, KEY, version), ids=["foreign"]), Context())

    assert failed(answer) == ["foreign"]
    assert product().states.states() == ()


def test_a_drift_that_terraform_adopts_is_resolved(world: World) -> None:
    handler(sqs_event(object_event(world.bucket, KEY, world.upload(KEY, terraform_state(1)))), Context())
    take_calls(sqs_event(call_event(call("e-1"))), Context())
    [opened] = world.drifts()

    adopted = terraform_state(2, ingress=opened.new_value)
    handler(sqs_event(object_event(world.bucket, KEY, world.upload(KEY, adopted))), Context())

    [drift] = world.drifts()
    assert opened.status.value == "open"
    assert (drift.status.value, drift.resolution.how.value) == ("resolved", "adopted")


OTHER = "222233334444"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def attachment_state(serial: int = 1) -> bytes:
    """Return a state that manages what a user ``deploy`` may do, and names no account at all."""
    state = json.loads(terraform_state(serial))
    attributes = {"id": "deploy-1", "user": "deploy", "policy_arn": READ_ONLY}
    state["resources"][0].update(
        type="aws_iam_user_policy_attachment",
        name="deploy",
        instances=[{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}],
    )
    return json.dumps(state).encode()


def detached(account: str) -> dict[str, Any]:
    """Return CloudTrail's event of that right being taken from the account's own user ``deploy``."""
    record = call(
        f"e-{account}",
        eventSource="iam.amazonaws.com",
        eventName="DetachUserPolicy",
        awsRegion="us-east-1",
        requestParameters={"userName": "deploy", "policyArn": READ_ONLY},
        responseElements=None,
        recipientAccountId=account,
    )
    return call_event(record)


def member_event(bucket: str, key: str, version: str | None, account: str) -> dict[str, Any]:
    """Return an object's event as a member's rule hands it on: with the bucket owner's account."""
    return {**object_event(bucket, key, version), "account": account}


@pytest.mark.parametrize(("account", "key"), [(ACCOUNT, "one.tfstate"), (OTHER, "other.tfstate")])
def test_a_call_is_compared_with_the_state_of_its_own_account(world: World, account: str, key: str) -> None:
    # Given states of two accounts with a user of the same name, which name no account
    for owner, name in ((ACCOUNT, "one.tfstate"), (OTHER, "other.tfstate")):
        version = world.upload(name, attachment_state())
        handler(sqs_event(member_event(world.bucket, name, version, owner)), Context())

    # When one account's user is changed
    take_calls(sqs_event(detached(account)), Context())

    # Then that account's state is the one that it is compared with
    [drift] = world.drifts()
    assert (drift.account_id, drift.managed, drift.state.key) == (account, True, key)
    assert drift.also_managed_by == ()


def test_a_third_account_with_a_user_of_that_name_has_not_drifted(world: World) -> None:
    version = world.upload(KEY, attachment_state())
    handler(sqs_event(member_event(world.bucket, KEY, version, OTHER)), Context())

    take_calls(sqs_event(detached("333344445555")), Context())

    assert [drift for drift in world.drifts() if drift.managed] == []


def test_the_account_of_states_in_a_shared_bucket_is_named_by_their_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers.product import product

    monkeypatch.setenv("TFDRIFT_STATE_ACCOUNTS", f"{world.bucket}/other/={OTHER}")
    product.cache_clear()
    for name in ("one/x.tfstate", "other/x.tfstate"):
        version = world.upload(name, attachment_state())
        handler(sqs_event(object_event(world.bucket, name, version)), Context())

    take_calls(sqs_event(detached(OTHER)), Context())

    [drift] = world.drifts()
    assert (drift.account_id, drift.state.key) == (OTHER, "other/x.tfstate")


def test_members_are_taken_in_and_no_other_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from handlers.product import product

    monkeypatch.setenv("TFDRIFT_STATE_BUCKETS", "own-bucket")
    monkeypatch.setenv("TFDRIFT_MEMBER_ACCOUNTS", OTHER)
    product.cache_clear()
    versions = {name: world.upload(name, terraform_state(1)) for name in ("a.tfstate", "b.tfstate")}
    batch = sqs_event(
        member_event(world.bucket, "a.tfstate", versions["a.tfstate"], OTHER),
        member_event(world.bucket, "b.tfstate", versions["b.tfstate"], "333344445555"),
        object_notification(world.bucket, "b.tfstate", versions["b.tfstate"]),
        ids=["member", "stranger", "nobody"],
    )

    assert failed(handler(batch, Context())) == ["stranger", "nobody"]
    assert [state.reference.key for state in product().states.states()] == ["a.tfstate"]
