"""A deployment for an organisation: its accounts' events on one bus, and everything that is optional."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint_file

from infra.members import MOST_MEMBER_BUCKETS
from tests.infra.conftest import BUNDLE, STATE_KEY
from tests.infra.test_permissions import RESOURCELESS
from tests.infra.test_synthesis import IGNORED
from tests.support.templates import Template, as_list, read_templates
from tfdrift.demo.synthesis import PROJECT_ROOT, synthesis_environment, synthesise

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


def printed(folder: Path, *arguments: str) -> str:
    """Return what the forwarder's command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.forwarder", *arguments],
        cwd=PROJECT_ROOT,
        env=synthesis_environment(folder, {}),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def forwarder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template for a StackSet, as the command prints it."""
    folder = tmp_path_factory.mktemp("forwarder")
    path = folder / "forwarder.json"
    path.write_text(printed(folder, BUS_ARN))
    return path


def test_the_forwarder_needs_nothing_of_the_account_it_goes_to(forwarder: Path) -> None:
    body = json.loads(forwarder.read_text())
    assert all("Default" in parameter for parameter in body["Parameters"].values())
    types = sorted(resource["Type"] for resource in body["Resources"].values())
    assert [name.removeprefix("AWS::") for name in types] == [
        "Events::Rule",
        "Events::Rule",
        "Events::Rule",
        "IAM::ManagedPolicy",
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
    template = Template(json.loads(forwarder.read_text()))
    assert pattern(template, "Rule") == pattern(organisation["Ingest"], "CentralBusRule")
    for forwarding, taking in (("StateRule", "MemberStatesRule1"), ("LogFileRule", "MemberLogFilesRule1")):
        forwarded, taken = pattern(template, forwarding), pattern(organisation["Ingest"], taking)
        for field in ("source", "detail-type"):
            assert forwarded[field] == taken[field]
        assert forwarded["detail"]["object"] == taken["detail"]["object"]


@pytest.mark.parametrize("kind", ["State", "LogFile"])
def test_buckets_whose_objects_are_forwarded_are_parameters(forwarder: Path, kind: str) -> None:
    body = json.loads(forwarder.read_text())
    parameter = body["Parameters"][f"{kind}BucketNames"]
    rule = Template(body).resource(f"{kind}Rule", "AWS::Events::Rule")
    assert parameter["Type"] == "CommaDelimitedList"
    assert rule["EventPattern"]["detail"]["bucket"] == {"name": {"Ref": f"{kind}BucketNames"}}
    assert "DeadLetterConfig" in rule["Targets"][0]
    # without a bucket the rule is off, and what stands in its pattern is no bucket's name
    assert rule["State"] == {"Fn::If": [f"Has{kind}Buckets", "ENABLED", "DISABLED"]}
    assert len(parameter["Default"]) < 3
    for name, fits in (("states-of-payments", True), ("-", True), ("Not_A_Bucket", False), ("", False)):
        assert bool(re.fullmatch(parameter["AllowedPattern"], name)) is fits


def test_the_endings_of_states_keys_are_chosen_with_the_template(tmp_path: Path) -> None:
    chosen = ["--state-key-suffix", ".tfstate", "--state-key-suffix", "/state.json"]
    template = Template(json.loads(printed(tmp_path, BUS_ARN, *chosen)))
    assert pattern(template, "StateRule")["detail"]["object"] == {
        "key": [{"suffix": ".tfstate"}, {"suffix": "/state.json"}]
    }


def test_members_objects_come_over_the_bus_and_from_the_named_buckets_and_accounts_alone(
    organisation: dict[str, Template],
) -> None:
    ingest = organisation["Ingest"]
    rule = ingest.resource("MemberStatesRule1", "AWS::Events::Rule")
    assert "CentralBus" in str(rule["EventBusName"])
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created", "Object Deleted"],
        "account": ["222233334444", "333344445555"],
        "detail": {
            "bucket": {"name": ["states-of-payments", "more-states-of-search", "states-of-search"]},
            "object": {"key": [{"suffix": ".tfstate"}]},
        },
    }
    (target,) = rule["Targets"]
    assert "StateQueue" in str(target["Arn"])
    files = ingest.resource("MemberLogFilesRule1", "AWS::Events::Rule")
    assert files["EventPattern"]["account"] == ["999988887777"]
    assert files["EventPattern"]["detail"]["object"] == {"key": [{"suffix": ".json.gz"}]}
    assert "LogFileQueue" in str(files["Targets"][0]["Arn"])


def rights_of(template: Template, policy: str) -> list[tuple[list[str], Any, list[str]]]:
    """Return actions, condition and resources of each statement of a policy, without the partition."""
    (properties,) = (
        properties
        for name, properties in template.of_type("AWS::IAM::ManagedPolicy").items()
        if name.startswith(policy)
    )
    return [
        (
            as_list(statement["Action"]),
            statement["Condition"],
            [resource["Fn::Join"][1][-1] for resource in as_list(statement["Resource"])],
        )
        for statement in properties["PolicyDocument"]["Statement"]
    ]


def test_members_buckets_are_read_while_they_are_that_accounts(organisation: dict[str, Template]) -> None:
    ingest = organisation["Ingest"]
    reads = ["s3:GetObject", "s3:GetObjectVersion"]

    def owned(account: str) -> Any:
        return {"StringEquals": {"s3:ResourceAccount": account}}

    assert rights_of(ingest, "MemberStatesReading") == [
        (
            [*reads, "s3:ListBucket"],
            owned("222233334444"),
            [":s3:::states-of-payments", ":s3:::states-of-payments/*.tfstate"],
        ),
        (
            [*reads, "s3:ListBucket"],
            owned("333344445555"),
            [
                ":s3:::more-states-of-search",
                ":s3:::more-states-of-search/*.tfstate",
                ":s3:::states-of-search",
                ":s3:::states-of-search/*.tfstate",
            ],
        ),
    ]
    assert rights_of(ingest, "MemberLogFilesReading") == [
        (reads, owned("999988887777"), [":s3:::trail-of-the-organisation/*.json.gz"])
    ]
    outputs = ingest.body["Outputs"]
    for name, role in (("MemberStatesRoleArn", "StateRole"), ("MemberLogFilesRoleArn", "LogFilesRole")):
        assert role in str(outputs[name]["Value"])


def test_a_members_key_is_used_by_way_of_s3_alone(organisation: dict[str, Template]) -> None:
    (statement,) = (
        statement
        for name, statement in organisation["Ingest"].statements()
        if name.startswith("StateRole") and STATE_KEY in as_list(statement["Resource"])
    )
    assert as_list(statement["Action"]) == ["kms:Decrypt"]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com"]}}


def test_own_buckets_are_read_while_they_are_own(configured: dict[str, Template]) -> None:
    # whoever is given the name of a deleted bucket next is not read from
    reading = [
        statement
        for _, statement in configured["Ingest"].statements()
        if any(action.startswith("s3:") for action in as_list(statement["Action"]))
    ]
    assert len(reading) > 2
    for statement in reading:
        owner = statement["Condition"]["StringEquals"]["s3:ResourceAccount"]
        assert owner == {"Ref": "AWS::AccountId"}


def test_the_state_function_knows_the_members_and_whose_states_are_whose(
    organisation: dict[str, Template],
) -> None:
    function = organisation["Ingest"].resource("StateFunction", "AWS::Lambda::Function")
    variables = function["Environment"]["Variables"]
    assert variables["TFDRIFT_MEMBER_ACCOUNTS"] == "222233334444,333344445555"
    assert variables["TFDRIFT_STATE_ACCOUNTS"] == "shared-states/payments/=444455556666"


@pytest.fixture(scope="module")
def large() -> Template:
    """The ingest stack for as many members as there may be, each with a bucket and a key of its own."""
    members = [
        {
            "bucket": f"team-{number:03d}-terraform-states-production",
            "account": f"{100_000_000_000 + number}",
            "kms_key_arn": STATE_KEY.replace("222233334444", f"{100_000_000_000 + number}"),
        }
        for number in range(MOST_MEMBER_BUCKETS)
    ]
    context: dict[str, object] = {
        "lambda_bundle": str(BUNDLE),
        "organization_id": "o-a1b2c3d4e5",
        "member_states": members,
    }
    return read_templates(synthesise("tests-large", context))["Ingest"]


def test_a_large_organisation_fits_into_what_aws_allows(large: Template) -> None:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    policies = [
        policy["PolicyDocument"]
        for policy in large.of_type("AWS::IAM::ManagedPolicy").values()
        if "StateRole" in str(policy["Roles"])
    ]
    inline = large.resource("StateRoleDefaultPolicy", "AWS::IAM::Policy")["PolicyDocument"]
    assert 1 < len(policies) <= 10
    assert max(characters(policy) for policy in policies) <= 6_144
    assert characters(inline) <= 10_240
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
    statements = [
        len(policy["PolicyDocument"]["Statement"])
        for policy in large.of_type("AWS::SQS::QueuePolicy").values()
    ]
    assert 10 < max(statements) <= 20
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    patterns = [
        json.dumps(rule["EventPattern"])
        for name, rule in large.of_type("AWS::Events::Rule").items()
        if name.startswith("MemberStates")
    ]
    assert max(map(len, patterns)) <= 2_048
    assert sum(pattern.count("terraform-states") for pattern in patterns) == MOST_MEMBER_BUCKETS
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    variables = large.resource("StateFunction", "AWS::Lambda::Function")["Environment"]["Variables"]
    assert sum(len(name) + characters(value) for name, value in variables.items()) <= 4_096


PARTITIONED = re.compile(r'\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"(.*?)"\]\]\}')


def characters(value: object) -> int:
    """Return the length that a part of a template has when it is resolved, or more."""
    return len(PARTITIONED.sub(r'"arn:aws-us-gov\1"', json.dumps(value, separators=(",", ":"))))


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


def test_no_right_of_what_is_optional_is_a_wildcard(
    organisation: dict[str, Template], public: dict[str, Template]
) -> None:
    for template in (*organisation.values(), *public.values()):
        for name, statement in template.statements():
            actions = as_list(statement["Action"])
            assert not [action for action in actions if "*" in action], name
            if "*" in as_list(statement["Resource"]):
                assert set(actions) <= RESOURCELESS, name


@pytest.mark.parametrize("stack", ["Data", "Ingest", "Stream", "GlobalServices"])
def test_the_linter_finds_nothing(organisation_assembly: Path, stack: str) -> None:
    found = lint_file(organisation_assembly / f"{stack}.template.json", ManualArgs(ignore_checks=IGNORED))
    assert [str(match) for match in found] == []


def test_the_linter_finds_nothing_in_the_forwarder(forwarder: Path) -> None:
    found = lint_file(forwarder, ManualArgs(ignore_checks=IGNORED))
    assert [str(match) for match in found] == []
