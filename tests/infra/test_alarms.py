"""The alarms: everything that can fail silently is watched, and each alarm has its section in the runbook."""

import re
from pathlib import Path
from typing import Any

import pytest

from infra.alarm_rules import RULES, RUNBOOK
from streaming.embedded_metrics import NAMESPACE
from tests.support.templates import Template

ALARM = "AWS::CloudWatch::Alarm"
PROJECT = Path(__file__).resolve().parents[2]


def alarms_on(template: Template, metric: str) -> list[dict[str, Any]]:
    return [alarm for alarm in template.of_type(ALARM).values() if alarm.get("MetricName") == metric]


def watched(template: Template, metric: str, dimension: str) -> set[str]:
    """Return the logical ids of the resources that alarms on a metric name in a dimension."""
    ids = set()
    for alarm in alarms_on(template, metric):
        for entry in alarm["Dimensions"]:
            if entry["Name"] == dimension:
                value = entry["Value"]
                ids.add(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])
    return ids


def test_every_dead_letter_queue_rings_at_the_first_message(ingest: Template) -> None:
    dead = {name for name in ingest.of_type("AWS::SQS::Queue") if "DeadLetters" in name}
    assert watched(ingest, "ApproximateNumberOfMessagesVisible", "QueueName") == dead
    assert {alarm["Threshold"] for alarm in alarms_on(ingest, "ApproximateNumberOfMessagesVisible")} == {1}


def test_every_queue_that_a_function_reads_rings_when_evidence_waits(ingest: Template) -> None:
    read = {
        mapping["EventSourceArn"]["Fn::GetAtt"][0]
        for mapping in ingest.of_type("AWS::Lambda::EventSourceMapping").values()
    }
    assert watched(ingest, "ApproximateAgeOfOldestMessage", "QueueName") == read


def test_a_function_that_reads_the_feeds_stream_rings_when_it_falls_behind(
    configured: dict[str, Template],
) -> None:
    notify = configured["Notify"]
    reading = {
        mapping["FunctionName"]["Ref"]
        for mapping in notify.of_type("AWS::Lambda::EventSourceMapping").values()
        if "StartingPosition" in mapping
    }
    assert reading
    assert watched(notify, "IteratorAge", "FunctionName") == reading


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_is_watched(ingest: Template, metric: str) -> None:
    assert watched(ingest, metric, "FunctionName") == set(ingest.of_type("AWS::Lambda::Function"))


def test_a_scheduled_pass_that_falls_silent_rings(ingest: Template) -> None:
    (alarm,) = alarms_on(ingest, "Invocations")
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["ComparisonOperator"] == "LessThanThreshold"


def test_every_table_is_watched_for_throttling(data: Template) -> None:
    tables = set(data.of_type("AWS::DynamoDB::GlobalTable"))
    assert len(tables) == 3
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        assert watched(data, metric, "TableName") == tables


def test_missing_tasks_ring_below_the_number_that_was_asked_for(configured: dict[str, Template]) -> None:
    (alarm,) = alarms_on(configured["Stream"], "RunningTaskCount")
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (3, "LessThanThreshold")


def test_no_healthy_task_rings_even_without_any_data(stream: Template) -> None:
    (alarm,) = alarms_on(stream, "HealthyHostCount")
    assert (alarm["Threshold"], alarm["TreatMissingData"]) == (1, "breaching")


def test_errors_of_the_server_ring(stream: Template) -> None:
    for metric in ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"):
        assert len(alarms_on(stream, metric)) == 1


def test_alarms_tell_the_topic_that_was_named_and_nobody_else(
    templates: dict[str, Template], configured: dict[str, Template]
) -> None:
    for name, template in templates.items():
        for alarm in template.of_type(ALARM).values():
            assert "AlarmActions" not in alarm, name
    for template in configured.values():
        for alarm in template.of_type(ALARM).values():
            assert alarm["AlarmActions"] == alarm["OKActions"]
            assert alarm["AlarmActions"] == ["arn:aws:sns:us-east-1:111122223333:on-call"]


def test_every_alarm_says_what_it_means_and_where_to_go_on(
    configured: dict[str, Template], public: dict[str, Template]
) -> None:
    descriptions = {
        alarm["AlarmDescription"]
        for template in (*configured.values(), *public.values())
        for alarm in template.of_type(ALARM).values()
    }
    assert descriptions == {rule.description for rule in RULES}


def test_the_runbook_has_a_section_for_every_alarm_and_none_for_others() -> None:
    sections = re.findall(r"^## (\S+)$", (PROJECT / RUNBOOK).read_text("utf-8"), re.MULTILINE)
    assert sorted(sections) == sorted({rule.name for rule in RULES})


def test_a_tailer_that_lags_or_falls_silent_rings(stream: Template) -> None:
    (alarm,) = alarms_on(stream, "TailerLag")
    assert (alarm["Namespace"], alarm["TreatMissingData"]) == (NAMESPACE, "breaching")
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (60, "GreaterThanOrEqualToThreshold")


@pytest.mark.parametrize(("deployment", "service"), [("stream", "tfdrift-stream"), ("other", "drift-stream")])
def test_each_deployment_watches_the_lag_that_its_own_tasks_report(
    stream: Template, configured: dict[str, Template], deployment: str, service: str
) -> None:
    template = {"stream": stream, "other": configured["Stream"]}[deployment]
    (alarm,) = alarms_on(template, "TailerLag")
    assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]
    (app,) = template.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    variables = {entry["Name"]: entry["Value"] for entry in app["Environment"]}
    assert variables["TFDRIFT_METRICS_SERVICE"] == service
    assert variables["TFDRIFT_EMBEDDED_METRICS_SECONDS"] == "60"
