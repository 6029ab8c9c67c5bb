"""The deployed product itself: evidence in at the doors of the stacks, drifts out of the API."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.integration.deploy.conftest import ARRIVES_WITHIN
from tfdrift.demo.deploy import RECORD_SOURCE, Deployment, deploy
from tfdrift.demo.emulator import Emulator
from tfdrift.demo.emulator_clients import EmulatorClients

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(180)]

GROUP = "sg-0a1b2c3d4e5f60718"
ACCOUNT = "111122223333"


@pytest.fixture(scope="module")
def product(emulator: Emulator) -> Deployment:
    """The default deployment."""
    return deploy(emulator)


def state(serial: int) -> bytes:
    instance = {
        "schema_version": 1,
        "attributes": {
            "id": GROUP,
            "arn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:security-group/{GROUP}",
            "name": "web",
            "description": "HTTPS only",
            "owner_id": ACCOUNT,
            "vpc_id": "vpc-0a1b2c3d",
            "ingress": [],
            "egress": [],
            "tags": {},
        },
        "sensitive_attributes": [],
    }
    return json.dumps(
        {
            "version": 4,
            "terraform_version": "1.9.5",
            "serial": serial,
            "lineage": "7d0f9c3a-2f0b-4a62-9a0e-0f6c1d2e3b4a",
            "outputs": {},
            "resources": [
                {
                    "mode": "managed",
                    "type": "aws_security_group",
                    "name": "web",
                    "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                    "instances": [instance],
                }
            ],
        }
    ).encode()


def opened_to_the_world(event_id: str) -> dict[str, Any]:
    return {
        "eventVersion": "1.10",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLEEXAMPLE123",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/oncall",
            "accountId": ACCOUNT,
            "userName": "oncall",
        },
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "ec2.amazonaws.com",
        "eventName": "AuthorizeSecurityGroupIngress",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.17.0",
        "requestParameters": {
            "groupId": GROUP,
            "ipPermissions": {
                "items": [
                    {
                        "ipProtocol": "tcp",
                        "fromPort": 22,
                        "toPort": 22,
                        "groups": {},
                        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
                        "ipv6Ranges": {},
                        "prefixListIds": {},
                    }
                ]
            },
        },
        "responseElements": {"_return": True},
        "requestID": "7b1c1f0e-1f2d-4c55-9b5a-3f8f5f0f9d11",
        "eventID": event_id,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def await_items(url: str, enough: Callable[[list[Any]], bool]) -> list[Any]:
    """Return a listing's items once they are enough."""
    deadline = time.monotonic() + 2 * ARRIVES_WITHIN
    answer = httpx.get(url, timeout=ARRIVES_WITHIN)
    while time.monotonic() < deadline:
        answer = httpx.get(url, timeout=ARRIVES_WITHIN)
        if answer.is_success and enough(answer.json()["data"]["items"]):
            return list(answer.json()["data"]["items"])
        time.sleep(0.3)
    raise AssertionError(f"{url} answers {answer.status_code}: {answer.text[:500]}")


def test_a_change_by_hand_becomes_a_drift(product: Deployment, clients: EmulatorClients) -> None:
    # Given a state in its bucket, indexed by the deployed function
    clients("s3").put_object(
        Bucket=product.state_bucket, Key="production/terraform.tfstate", Body=state(serial=1)
    )
    await_items(f"{product.load_balancer_url}/api/v1/state/resources", bool)
    # When CloudTrail's record of a change by hand comes over the event bus
    detail = json.dumps(opened_to_the_world("1e0f7a52-93d3-4c57-8f0f-0c1d5b6f7a81"))
    clients("events").put_events(
        Entries=[{"Source": RECORD_SOURCE, "DetailType": "AWS API Call via CloudTrail", "Detail": detail}]
    )
    # Then the API shows who opened what
    (drift,) = await_items(f"{product.load_balancer_url}/api/v1/drifts", bool)
    assert drift["resource_address"] == "aws_security_group.web"
    assert (drift["attribute"], drift["severity"], drift["status"]) == ("ingress", "critical", "open")
    assert drift["user_identity"]["user_name"] == "oncall"


def test_an_alert_posted_to_the_load_balancer_becomes_an_event(product: Deployment) -> None:
    # Given an alert as Falco's http_output posts it
    alert = {
        "hostname": "node-1",
        "output": "Notice A shell was spawned in a container",
        "priority": "Notice",
        "rule": "Terminal shell in container",
        "source": "syscall",
        "tags": ["container"],
        "time": "2025-01-15T10:00:00.123456789Z",
        "output_fields": {"container.id": "abc123"},
    }
    # When it is posted
    answer = httpx.post(product.falco_url, json=alert, timeout=ARRIVES_WITHIN)
    # Then it is taken, and among the events
    assert answer.is_success, answer.text
    (event,) = await_items(f"{product.load_balancer_url}/api/v1/events?type=falco", bool)
    assert "Terminal shell in container" in json.dumps(event)


def test_no_evidence_ended_in_dead_letters(product: Deployment, clients: EmulatorClients) -> None:
    for url in (
        product.cloudtrail_dead_letters_url,
        product.log_file_dead_letters_url,
        product.state_dead_letters_url,
        product.falco_dead_letters_url,
    ):
        answer = clients("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        assert answer["Attributes"]["ApproximateNumberOfMessages"] == "0"
