"""The machines' token: rotated by a function that may do just that, with nobody cut off."""

import pytest

from infra.config import ConfigError, DeploymentConfig
from tests.infra.conftest import BUNDLE, OIDC
from tests.support.templates import Template, as_list, read_templates
from tfdrift.demo.synthesis import synthesise

ROTATE = {"DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"}


@pytest.fixture(scope="module")
def by_hand() -> Template:
    """The ingest stack of a deployment whose token is changed by hand."""
    context: dict[str, object] = {
        "lambda_bundle": str(BUNDLE),
        "certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/6d2c8ad9",
        "sign_in": OIDC,
        "token_rotation_days": 0,
    }
    return read_templates(synthesise("tests-by-hand", context))["Ingest"]


def test_the_token_is_rotated_each_quarter_unless_another_time_is_chosen(
    public: dict[str, Template], whole: dict[str, Template]
) -> None:
    days = {
        name: templates["Ingest"].only("AWS::SecretsManager::RotationSchedule")["RotationRules"]
        for name, templates in (("public", public), ("whole", whole))
    }
    assert days == {"public": {"AutomaticallyAfterDays": 90}, "whole": {"AutomaticallyAfterDays": 30}}


def test_a_change_of_the_schedule_does_not_rotate(public: dict[str, Template]) -> None:
    schedule = public["Ingest"].only("AWS::SecretsManager::RotationSchedule")
    assert schedule["RotateImmediatelyOnUpdate"] is False
    assert "MachineToken" in str(schedule["SecretId"])


def test_the_schedule_waits_until_its_function_may_do_it(public: dict[str, Template]) -> None:
    # Secrets Manager tries the function while the schedule is made.
    (resource,) = (
        each
        for each in public["Ingest"].body["Resources"].values()
        if each["Type"] == "AWS::SecretsManager::RotationSchedule"
    )
    waits_for = " ".join(as_list(resource["DependsOn"]))
    assert "RotationInvocation" in waits_for
    assert "TokenRotationRoleDefaultPolicy" in waits_for


def test_this_accounts_secrets_manager_alone_invokes_the_function(public: dict[str, Template]) -> None:
    (permission,) = (
        each
        for each in public["Ingest"].of_type("AWS::Lambda::Permission").values()
        if each["Principal"] == "secretsmanager.amazonaws.com"
    )
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert "TokenRotationFunction" in str(permission["FunctionName"])


def test_the_function_runs_its_handler_and_may_rotate_that_secret_alone(public: dict[str, Template]) -> None:
    ingest = public["Ingest"]
    function = ingest.resource("TokenRotationFunction", "AWS::Lambda::Function")
    assert function["Handler"] == "handlers.rotate_token.handler.handler"
    rights = {
        (action.partition(":")[2], str(as_list(statement["Resource"])))
        for name, statement in ingest.statements()
        if name.startswith("TokenRotationRole")
        for action in as_list(statement["Action"])
        if action.startswith("secretsmanager:")
    }
    assert {action for action, _ in rights} == ROTATE
    ((secret,),) = ({resource for _, resource in rights},)
    assert "MachineTokenSecret" in secret


def test_a_rotation_that_fails_rings(public: dict[str, Template]) -> None:
    alarm = public["Ingest"].resource("AlarmsTokenRotationFails", "AWS::CloudWatch::Alarm")
    assert (alarm["MetricName"], alarm["Threshold"], alarm["Period"]) == ("Errors", 1, 3600)
    assert "runbook.md#token-rotation" in alarm["AlarmDescription"]


def test_it_can_be_left_to_people(by_hand: Template) -> None:
    assert by_hand.of_type("AWS::SecretsManager::RotationSchedule") == {}
    assert not [name for name in by_hand.of_type("AWS::Lambda::Function") if "Rotation" in name]
    assert "MachineTokenSecretArn" in by_hand.body["Outputs"]


def test_without_a_token_nothing_rotates(ingest: Template) -> None:
    assert not [name for name in ingest.of_type("AWS::Lambda::Function") if "Rotation" in name]


@pytest.mark.parametrize("days", [-1, 1001, "monthly"])
def test_a_time_that_makes_no_sense_is_refused(days: object) -> None:
    with pytest.raises(ConfigError, match="token_rotation_days"):
        DeploymentConfig.from_context({"token_rotation_days": days})
