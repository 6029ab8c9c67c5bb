"""The notification stack: made where targets are named, with the rights that those targets ask for."""

import json
from typing import Any

import pytest

from tests.infra.conftest import NOTIFICATION_BUS, NOTIFICATION_TOPIC, SLACK_SECRET
from tests.infra.test_permissions import actions_on
from tests.support.templates import Template, as_list
from tfdrift.adapters.notifications.targets import parse_targets


@pytest.fixture(scope="session")
def notify(configured: dict[str, Template]) -> Template:
    return configured["Notify"]


def test_there_is_none_without_targets(templates: dict[str, Template]) -> None:
    assert "Notify" not in templates


def test_new_batches_of_the_feed_alone_invoke_the_announcing(notify: Template) -> None:
    sources = notify.of_type("AWS::Lambda::EventSourceMapping").values()
    (source,) = [each for each in sources if "StartingPosition" in each]
    (pattern,) = source["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"])["dynamodb"]["Keys"]["pk"]["S"] == [{"prefix": "FEED#"}]
    assert source["StartingPosition"] == "LATEST"
    assert "BisectBatchOnFunctionError" not in source
    assert "OnFailure" in source["DestinationConfig"]


def test_the_functions_are_told_of_the_same_targets(notify: Template) -> None:
    for function in notify.of_type("AWS::Lambda::Function").values():
        settings = function["Environment"]["Variables"]
        names = [target.name for target in parse_targets(settings["TFDRIFT_NOTIFICATIONS"])]
        assert names == ["platform", "mail", "bus"]
        assert settings["TFDRIFT_DASHBOARD_URL"] == "https://drift.example.com"


def test_who_delivers_may_reach_the_named_targets_alone(notify: Template) -> None:
    rights: dict[str, Any] = {}
    for name, statement in notify.statements():
        if not name.startswith("DeliverRole"):
            continue
        for action in as_list(statement["Action"]):
            rights[action] = as_list(statement["Resource"])
    assert rights["secretsmanager:GetSecretValue"] == [SLACK_SECRET]
    assert rights["sns:Publish"] == [NOTIFICATION_TOPIC]
    assert rights["events:PutEvents"] == [NOTIFICATION_BUS]
    assert actions_on(notify, "DeliverRole", "dynamodb", "DeliveriesTable") == {
        "DeleteItem",
        "GetItem",
        "PutItem",
        "UpdateItem",
    }


def test_who_announces_reads_the_feed_and_writes_to_the_outbox_alone(notify: Template) -> None:
    services = {
        action
        for name, statement in notify.statements()
        if name.startswith("NotifyRole")
        for action in as_list(statement["Action"])
    }
    stream = {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}
    assert {action for action in services if action.startswith("dynamodb:")} == {
        f"dynamodb:{name}" for name in {"Query"} | stream
    }
    assert not [action for action in services if action.startswith(("secretsmanager", "sns", "events"))]


def test_what_could_not_be_told_is_kept_and_rings(notify: Template) -> None:
    alarms = notify.of_type("AWS::CloudWatch::Alarm").values()
    watched = [alarm for alarm in alarms if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"]
    dead = [name for name in notify.of_type("AWS::SQS::Queue") if "DeadLetters" in name]
    assert len(watched) == len(dead) == 2
