"""By what means a call was made: one case a rule, and the order among the rules."""

from collections.abc import Sequence

import pytest

from tests.unit.evidence.samples import ACCOUNT, iam_user, record, role_session
from tfdrift.domain.drift import Confidence, Origin, OriginKind
from tfdrift.domain.json_value import JsonObject
from tfdrift.domain.origin import NOT_APPROVED, is_terraform, origin_of

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.14.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.0"
)
SERVICE_ROLE = role_session("AWSServiceRoleForRDS", "rds", path="aws-service-role/rds.amazonaws.com/")


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (CHROME, OriginKind.CONSOLE),
        ("AWS Signin, aws-internal/3 aws-sdk-java/1.12", OriginKind.CONSOLE),
        (f"[{CHROME}]", OriginKind.CONSOLE),
        ("AWS Internal", OriginKind.CONSOLE),
        ("console.amazonaws.com", OriginKind.CONSOLE),
        ("console.ec2.amazonaws.com", OriginKind.CONSOLE),
        ("signin.amazonaws.com", OriginKind.CONSOLE),
        ("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10]", OriginKind.CONSOLE),
        ("RDS Console, aws-internal/3 aws-sdk-java/1.11.975", OriginKind.CONSOLE),
        ("aws-internal/3 aws-sdk-java/1.11.590", OriginKind.CONSOLE),
        ("Coral/Jakarta", OriginKind.CONSOLE),
        ("AWSConsole", OriginKind.CONSOLE),
        ("aws-cli/2.31.0 md/awscrt#0.27.6", OriginKind.CLI),
        ("[aws-cli/2.17.32 exec-env/CloudShell Botocore/1.2]", OriginKind.CLI),
        ("AWS CLI/ElastiCache 1.10 API 2014-12-01", OriginKind.CLI),
        ("Boto3/1.26.165 Python/3.10.6 Botocore/1.29.165", OriginKind.SDK),
        ("aws-sdk-go/1.41.4 (go1.18.3; linux; amd64)", OriginKind.SDK),
        ("rusoto/0.47.0 rust/1.55.0 linux", OriginKind.SDK),
        (TERRAFORM, OriginKind.TERRAFORM),
        (f"[{TERRAFORM}]", OriginKind.TERRAFORM),
        (TERRAFORM.upper(), OriginKind.TERRAFORM),
        ("APN/1.0 OpenTofu-S3-Backend/1.0 OpenTofu/1.10.0 aws-sdk-go-v2/1.39.0", OriginKind.OPENTOFU),
        (f"{TERRAFORM} opentofu", OriginKind.OPENTOFU),
        ("APN/1.0 Pulumi/1.0 PulumiAwsNative/1.12 aws-sdk-go-v2/1.39.0", OriginKind.PULUMI),
        (f"APN/1.0 Pulumi/1.0 {TERRAFORM}", OriginKind.PULUMI),
        (f"{TERRAFORM} crossplane-provider-upjet-aws/1.17", OriginKind.SDK),
        ("cloudformation.amazonaws.com", OriginKind.CLOUDFORMATION),
        ("autoscaling.amazonaws.com", OriginKind.AWS_SERVICE),
        ("PostmanRuntime/7.28.0", OriginKind.UNKNOWN),
        ("[]", OriginKind.UNKNOWN),
        (None, OriginKind.UNKNOWN),
    ],
)
def test_a_user_agent_tells_the_means(agent: str | None, kind: OriginKind) -> None:
    assert origin_of(record(userAgent=agent)).kind is kind


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        ({"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}, OriginKind.AWS_SERVICE),
        ({"type": "AWSService"}, OriginKind.AWS_SERVICE),
        (iam_user(invokedBy="autoscaling.amazonaws.com"), OriginKind.AWS_SERVICE),
        (iam_user(invokedBy="cloudformation.amazonaws.com"), OriginKind.CLOUDFORMATION),
        (iam_user(invokedBy="signin.amazonaws.com"), OriginKind.CONSOLE),
        (iam_user(invokedBy="AWS Internal"), OriginKind.CLI),
        ({"accountId": ACCOUNT, "invokedBy": "AWS Internal"}, OriginKind.AWS_SERVICE),
        (SERVICE_ROLE, OriginKind.AWS_SERVICE),
    ],
)
def test_what_calls_on_behalf_of_a_caller_comes_before_the_user_agent(
    identity: JsonObject, kind: OriginKind
) -> None:
    assert origin_of(record(userIdentity=identity)).kind is kind


def test_a_service_event_is_the_services_own() -> None:
    found = origin_of(record("userIdentity", eventType="AwsServiceEvent", userAgent="AWS Internal"))

    assert found.kind is OriginKind.AWS_SERVICE


def test_a_console_session_decides_where_the_user_agent_names_an_sdk() -> None:
    found = origin_of(record(userAgent="aws-sdk-java/1.12.1", sessionCredentialFromConsole="true"))

    assert found == Origin(OriginKind.CONSOLE, ("sessionCredentialFromConsole is true",), Confidence.HIGH)


def test_the_command_line_inside_the_console_is_the_command_line() -> None:
    found = origin_of(
        record(userAgent="aws-cli/2.17.9 exec-env/CloudShell", sessionCredentialFromConsole="true")
    )

    assert found.kind is OriginKind.CLI


def test_a_source_address_alone_may_tell_the_service() -> None:
    assert origin_of(record("userAgent", sourceIPAddress="rds.amazonaws.com")).kind is OriginKind.AWS_SERVICE


def test_all_agreeing_evidence_is_told() -> None:
    found = origin_of(record(userAgent=CHROME, sessionCredentialFromConsole="true"))

    assert found.evidence == ("sessionCredentialFromConsole is true", "user agent is a browser")


@pytest.mark.parametrize(
    ("fields", "confidence"),
    [
        ({"sessionCredentialFromConsole": "true", "userAgent": CHROME}, Confidence.HIGH),
        ({"userAgent": CHROME}, Confidence.MEDIUM),
        ({"userAgent": "aws-cli/2.31.0"}, Confidence.MEDIUM),
        ({"userAgent": TERRAFORM}, Confidence.MEDIUM),
        ({"userAgent": "something else"}, Confidence.LOW),
        ({"eventType": "AwsServiceEvent"}, Confidence.HIGH),
    ],
)
def test_what_aws_records_is_fact_and_what_a_caller_writes_a_claim(
    fields: dict[str, str], confidence: Confidence
) -> None:
    assert origin_of(record(**fields)).confidence is confidence


APPLY = role_session("terraform-apply", "run-7", path="ci/")
APPLIER = f"arn:aws:iam::{ACCOUNT}:role/ci/terraform-*"


@pytest.mark.parametrize(
    ("agent", "principals", "held"),
    [
        (TERRAFORM, (), True),
        (f"{TERRAFORM} opentofu", (), True),
        (TERRAFORM, (APPLIER,), True),
        (TERRAFORM, (f"arn:aws:sts::{ACCOUNT}:assumed-role/terraform-apply/*",), True),
        (TERRAFORM, (f"arn:aws:iam::{ACCOUNT}:role/other", APPLIER), True),
        (TERRAFORM, (f"arn:aws:iam::{ACCOUNT}:role/other",), False),
        (f"Pulumi/3.0 {TERRAFORM}", (), False),
        ("aws-cli/2.31.0", (APPLIER,), False),
    ],
)
def test_a_call_is_held_for_its_user_agent_and_an_approved_principal(
    agent: str, principals: Sequence[str], held: bool
) -> None:
    found = record(userIdentity=APPLY, userAgent=agent)

    assert is_terraform(found, principals) is held


def test_an_approved_caller_makes_terraforms_user_agent_credible_and_others_make_it_doubtful() -> None:
    found = record(userIdentity=APPLY, userAgent=TERRAFORM)
    approved = origin_of(found, (APPLIER,))
    doubtful = origin_of(found, ("arn:aws:iam::*:role/other",))

    assert (approved.kind, approved.confidence) == (OriginKind.TERRAFORM, Confidence.HIGH)
    assert approved.evidence[-1] == f"the caller is approved by {APPLIER}"
    assert (doubtful.kind, doubtful.confidence) == (OriginKind.TERRAFORM, Confidence.LOW)
    assert doubtful.evidence[-1] == NOT_APPROVED


def test_a_caller_without_arn_is_no_approved_principal() -> None:
    found = record(userIdentity={"type": "Unknown", "accountId": ACCOUNT}, userAgent=TERRAFORM)

    assert is_terraform(found, ("*",)) is False
