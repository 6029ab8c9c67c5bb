"""Cases that users of such tools reported, each with the result that is right."""

from typing import TYPE_CHECKING

import pytest

from tests.unit.evidence.samples import ACCOUNT, raw_alert, raw_record, record, role_session
from tfdrift.domain.cloudtrail_parser import operation_name, parse_record
from tfdrift.domain.drift import OriginKind
from tfdrift.domain.envelopes import RecordFound, Skipped, unwrap
from tfdrift.domain.falco_alert import cloudtrail_evidence, parse_alert
from tfdrift.domain.origin import origin_of

if TYPE_CHECKING:
    from tfdrift.domain.json_value import JsonObject


@pytest.mark.parametrize(
    ("written", "operation"),
    [
        ("CreateFunction20150331", "CreateFunction"),
        ("UpdateFunctionConfiguration20150331v2", "UpdateFunctionConfiguration"),
        ("AddPermission20150331v2", "AddPermission"),
        ("TagResource20170331v2", "TagResource"),
    ],
)
def test_a_dated_event_name_is_its_operation(written: str, operation: str) -> None:
    """https://github.com/cloud-custodian/cloud-custodian/issues/3292."""
    assert operation_name(written) == operation
    assert record(eventName=written).event_name == operation


@pytest.mark.parametrize("code", ["AccessDenied", "Client.DryRunOperation"])
def test_a_failed_call_carries_its_error_code(code: str) -> None:
    """https://github.com/cloud-custodian/cloud-custodian/issues/9648."""
    assert record(errorCode=code).error_code == code


def test_an_event_of_another_detail_type_is_skipped_with_its_reason() -> None:
    """https://github.com/cloud-custodian/cloud-custodian/issues/3877."""
    event: JsonObject = {
        "version": "0",
        "id": "01234567-0123-0123-0123-0123456789ab",
        "detail-type": "EBS Volume Notification",
        "source": "aws.ec2",
        "account": ACCOUNT,
        "region": "us-east-1",
        "detail": {"result": "available", "cause": "", "event": "createVolume", "request-id": "x"},
    }

    assert list(unwrap(event, source="queue")) == [
        Skipped("EventBridge event 'EBS Volume Notification' is not CloudTrail's", "queue")
    ]


def test_a_record_without_address_agent_and_request_id_is_valid() -> None:
    """https://github.com/airbnb/streamalert/issues/1100, https://github.com/airbnb/streamalert/issues/447."""
    found = record("sourceIPAddress", "userAgent", "requestID")

    assert (found.source_ip, found.user_agent, found.request_id) == (None, None, None)


def test_an_insight_event_without_caller_is_read_as_what_it_is() -> None:
    """https://github.com/clearscale/cloudtrail-to-slack/issues/71."""
    insight = raw_record(
        "userIdentity", "eventSource", "eventName", "requestParameters", "responseElements", "readOnly"
    )
    insight |= {
        "eventType": "AwsCloudTrailInsight",
        "eventCategory": "Insight",
        "insightDetails": {
            "state": "Start",
            "eventSource": "ssm.amazonaws.com",
            "eventName": "UpdateInstanceInformation",
            "insightType": "ApiCallRateInsight",
        },
    }

    delivered = list(unwrap(insight, source="file"))
    found = parse_record(insight)

    assert delivered == [RecordFound(insight, "file")]
    assert (found.event_source, found.event_name) == ("ssm.amazonaws.com", "UpdateInstanceInformation")
    assert (found.event_type, found.event_category) == ("AwsCloudTrailInsight", "Insight")
    assert (found.identity.type, found.identity.user_name) == ("Unknown", None)


def test_an_alert_with_its_request_as_json_text_names_the_resource() -> None:
    """https://github.com/higakikeita/tfdrift-falco/issues/362."""
    alert = parse_alert(
        raw_alert(
            source="aws_cloudtrail",
            output_fields={
                "ct.id": "0b1c2d3e-0000-4000-8000-000000000001",
                "ct.src": "ec2.amazonaws.com",
                "ct.name": "AuthorizeSecurityGroupIngress",
                "ct.region": "ap-northeast-1",
                "ct.request": '{"groupId":"sg-0123456789abcdef0"}',
                "ct.request.name": None,
                "ct.user.accountid": ACCOUNT,
            },
        )
    )

    found = cloudtrail_evidence(alert)

    assert found is not None
    assert found.request == {"groupId": "sg-0123456789abcdef0"}
    assert found.key == (ACCOUNT, "0b1c2d3e-0000-4000-8000-000000000001")


@pytest.mark.parametrize(
    ("role", "session"),
    [
        ("deploy", "oncall"),
        ("AWSReservedSSO_AdministratorAccess_0123456789abcdef", "oncall@example.com"),
    ],
)
def test_the_session_of_a_shared_role_is_the_person(role: str, session: str) -> None:
    """https://github.com/higakikeita/tfdrift-falco/issues/325."""
    found = record(userIdentity=role_session(role, session, path="aws-reserved/sso.amazonaws.com/"))

    assert found.identity.user_name == session
    assert found.identity.session_name == session


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("AWS Internal", OriginKind.CONSOLE),
        ("[Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36]", OriginKind.CONSOLE),
        ("aws-cli/2.9.8 Python/3.9.11 Windows/10 exe/AMD64 prompt/off", OriginKind.CLI),
    ],
)
def test_the_consoles_and_the_command_lines_user_agents_are_told_apart(agent: str, kind: OriginKind) -> None:
    """https://github.com/cloudandthings/terraform-aws-clickops-notifier/issues/24, /issues/99, /issues/86."""
    assert origin_of(record(userAgent=agent)).kind is kind


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io)", OriginKind.TERRAFORM),
        ("APN/1.0 Pulumi/1.0 PulumiAws/6.0 terraform-provider-aws/5.0", OriginKind.PULUMI),
    ],
)
def test_tools_that_apply_infrastructure_are_never_the_console(agent: str, kind: OriginKind) -> None:
    """https://github.com/elastic/detection-rules/pull/6589."""
    found = origin_of(record(userAgent=agent, sessionCredentialFromConsole="true"))

    assert found.kind is kind
