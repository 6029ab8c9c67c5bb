"""A deployment for an organisation: its accounts' events on one bus, and everything that is optional."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint_file

from tests.infra.test_permissions import RESOURCELESS, actions_on
from tests.infra.test_synthesis import IGNORED
from tests.support.templates import Template, as_list
from tfdrift.demo.synthesis import PROJECT_ROOT, synthesis_environment

BUS_ARN = "arn:aws:events:eu-central-1:111122223333:event-bus/tfdrift"


def pattern(template: Template, prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = template.resource(prefix, "AWS::Events::Rule")["EventPattern"]
    return found


def test_members_of_the_organisation_alone_put_events_on_the_bus(organisation: dict[str, Template]) -> None:
    policy = organisation["Ingest"].only("AWS::Events::EventBusPolicy")["Statement"]
    assert policy["Action"] == "events:PutEvents"
    assert policy["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    assert "Bus" in str(policy["Resource"])


def test_what_comes_over_the_bus_goes_to_the_calls_queue(organisation: dict[str, Template]) -> None:
    ingest = organisation["Ingest"]
    rule = ingest.resource("CentralBusRule", "AWS::Events::Rule")
    (target,) = rule["Targets"]
    assert "CloudTrailQueue" in str(target["Arn"])
    assert "DeadLetterConfig" in target
    # Whoever may put events can name any source but AWS's: those EventBridge takes from AWS alone.
    assert pattern(ingest, "CentralBusRule")["source"] == [{"prefix": "aws."}]


def test_global_services_are_forwarded_from_where_they_are_told_of(
    organisation: dict[str, Template], organisation_assembly: Path
) -> None:
    manifest = json.loads((organisation_assembly / "manifest.json").read_text())
    assert manifest["artifacts"]["GlobalServices"]["environment"] == "aws://unknown-account/us-east-1"
    (target,) = organisation["GlobalServices"].only("AWS::Events::Rule")["Targets"]
    assert ":eu-central-1:" in json.dumps(target["Arn"])
    assert "DeadLetterConfig" in target


def test_in_the_global_region_itself_nothing_is_forwarded(templates: dict[str, Template]) -> None:
    assert "GlobalServices" not in templates
    assert templates["Ingest"].of_type("AWS::Events::EventBus") == {}


def test_the_region_of_cdks_command_counts(tmp_path: Path) -> None:
    code = (
        "from infra.composition import _located; from infra.config import DeploymentConfig;"
        "print(_located(DeploymentConfig()).forwards_global_services)"
    )
    for region, expected in (("eu-west-1", "True"), ("us-east-1", "False"), ("", "False")):
        environment = {**synthesis_environment(tmp_path, {}), "CDK_DEFAULT_REGION": region}
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=PROJECT_ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == expected


@pytest.fixture(scope="module")
def forwarder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template for a StackSet, as the command prints it."""
    folder = tmp_path_factory.mktemp("forwarder")
    done = subprocess.run(
        [sys.executable, "-m", "infra.forwarder", BUS_ARN],
        cwd=PROJECT_ROOT,
        env=synthesis_environment(folder, {}),
        capture_output=True,
        text=True,
        check=True,
    )
    path = folder / "forwarder.json"
    path.write_text(done.stdout)
    return path


def test_the_forwarder_needs_nothing_of_the_account_it_goes_to(forwarder: Path) -> None:
    body = json.loads(forwarder.read_text())
    assert "Parameters" not in body
    types = sorted(resource["Type"] for resource in body["Resources"].values())
    assert [name.removeprefix("AWS::") for name in types] == [
        "Events::Rule",
        "IAM::Policy",
        "IAM::Role",
        "SQS::Queue",
        "SQS::QueuePolicy",
    ]
    assert "cdk-bootstrap" not in forwarder.read_text()


def test_the_forwarder_may_put_events_on_that_bus_alone(forwarder: Path) -> None:
    statements = [statement for _, statement in Template(json.loads(forwarder.read_text())).statements()]
    (statement,) = statements
    assert as_list(statement["Action"]) == ["events:PutEvents"]
    assert as_list(statement["Resource"]) == [BUS_ARN]


def test_the_forwarder_hands_on_what_the_deployment_takes(
    forwarder: Path, organisation: dict[str, Template]
) -> None:
    forwarded = pattern(Template(json.loads(forwarder.read_text())), "Rule")
    assert forwarded == pattern(organisation["Ingest"], "CentralBusRule")


def test_what_is_no_bus_is_refused_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.forwarder", "tfdrift"],
        cwd=PROJECT_ROOT,
        env=synthesis_environment(tmp_path, {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "CentralBusArn" in done.stderr
    assert "Traceback" not in done.stderr


def test_tables_use_the_own_key_and_roles_may_use_it(organisation: dict[str, Template]) -> None:
    data = organisation["Data"]
    assert data.only("AWS::KMS::Key")["EnableKeyRotation"] is True
    for table in data.of_type("AWS::DynamoDB::GlobalTable").values():
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
        assert "Key" in str(table["Replicas"][0]["SSESpecification"]["KMSMasterKeyId"])
    write = {"Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"}
    for template, role in (("Ingest", "CloudTrailRole"), ("Stream", "StreamingTaskTaskRole")):
        assert actions_on(organisation[template], role, "kms", "Key") == write


def test_no_right_of_what_is_optional_is_a_wildcard(
    organisation: dict[str, Template], public: dict[str, Template]
) -> None:
    for template in (*organisation.values(), *public.values()):
        for name, statement in template.statements():
            actions = as_list(statement["Action"])
            assert not [action for action in actions if "*" in action], name
            if "*" in as_list(statement["Resource"]):
                assert set(actions) <= RESOURCELESS, name


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


@pytest.mark.parametrize("stack", ["Data", "Ingest", "Stream", "GlobalServices"])
def test_the_linter_finds_nothing(organisation_assembly: Path, stack: str) -> None:
    found = lint_file(organisation_assembly / f"{stack}.template.json", ManualArgs(ignore_checks=IGNORED))
    assert [str(match) for match in found] == []


def test_the_linter_finds_nothing_in_the_forwarder(forwarder: Path) -> None:
    found = lint_file(forwarder, ManualArgs(ignore_checks=IGNORED))
    assert [str(match) for match in found] == []
