"""What a deployment may have besides: tables' own key, more tasks, a firewall, a dashboard of its metrics."""

import json

from tests.infra.test_permissions import actions_on
from tests.support.templates import Template


def test_tables_use_the_own_key_and_roles_may_use_it(organisation: dict[str, Template]) -> None:
    data = organisation["Data"]
    assert data.only("AWS::KMS::Key")["EnableKeyRotation"] is True
    for table in data.of_type("AWS::DynamoDB::GlobalTable").values():
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
        assert "Key" in str(table["Replicas"][0]["SSESpecification"]["KMSMasterKeyId"])
    write = {"Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"}
    for template, role in (("Ingest", "CloudTrailRole"), ("Stream", "StreamingTaskTaskRole")):
        assert actions_on(organisation[template], role, "kms", "Key") == write


def test_tasks_grow_with_clients_and_cpu(organisation: dict[str, Template]) -> None:
    stream = organisation["Stream"]
    target = stream.only("AWS::ApplicationAutoScaling::ScalableTarget")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 6)
    policies = [
        policy["TargetTrackingScalingPolicyConfiguration"]
        for policy in stream.of_type("AWS::ApplicationAutoScaling::ScalingPolicy").values()
    ]
    (clients,) = (policy for policy in policies if "CustomizedMetricSpecification" in policy)
    metric = clients["CustomizedMetricSpecification"]
    assert (metric["MetricName"], metric["Statistic"]) == ("Clients", "Average")
    assert metric["Dimensions"] == [{"Name": "service", "Value": "tfdrift-stream"}]
    (cpu,) = (policy for policy in policies if "PredefinedMetricSpecification" in policy)
    assert cpu["PredefinedMetricSpecification"]["PredefinedMetricType"] == "ECSServiceAverageCPUUtilization"


def test_tasks_do_not_grow_unless_they_are_allowed_to(stream: Template) -> None:
    assert stream.of_type("AWS::ApplicationAutoScaling::ScalableTarget") == {}


def test_the_firewall_limits_the_rate_and_keeps_secrets_out_of_its_log(
    organisation: dict[str, Template],
) -> None:
    stream = organisation["Stream"]
    acl = stream.only("AWS::WAFv2::WebACL")
    (rate,) = (rule for rule in acl["Rules"] if "RateBasedStatement" in rule["Statement"])
    assert rate["Statement"]["RateBasedStatement"] == {"AggregateKeyType": "IP", "Limit": 2000}
    assert rate["Action"] == {"Block": {}}
    logging = stream.only("AWS::WAFv2::LoggingConfiguration")
    redacted = {field["SingleHeader"]["Name"] for field in logging["RedactedFields"]}
    assert redacted == {"authorization", "cookie", "x-amzn-oidc-data", "x-api-key"}
    assert "LoadBalancer" in str(stream.only("AWS::WAFv2::WebACLAssociation")["ResourceArn"])


def test_the_dashboard_shows_every_queue_and_function(stream: Template, ingest: Template) -> None:
    body = json.dumps(stream.only("AWS::CloudWatch::Dashboard"))
    for metric in ("TailerLag", "Clients", "ApproximateAgeOfOldestMessage", "Errors", "Throttles"):
        assert metric in body
    exported = {name for name in ingest.of_type("AWS::Lambda::Function") if name in body}
    assert exported == set(ingest.of_type("AWS::Lambda::Function"))
