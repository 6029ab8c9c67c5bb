"""The deployed product itself: evidence in at the doors of the stacks, drifts out of the API."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.integration.deploy.conftest import ARRIVES_WITHIN
from tests.support.changed_resources import opened_to_the_world, security_group, state_of
from tests.support.falco_alerts import alert
from tfdrift.demo.deploy import RECORD_SOURCE, Deployment, deploy
from tfdrift.demo.emulator import Emulator
from tfdrift.demo.emulator_clients import EmulatorClients

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(180)]

GROUP = "sg-0a1b2c3d4e5f60718"
ACCOUNT, REGION = "111122223333", "us-east-1"


@pytest.fixture(scope="module")
def product(emulator: Emulator) -> Deployment:
    """The default deployment."""
    return deploy(emulator)


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
    group = security_group(ACCOUNT, REGION, GROUP, "web")
    clients("s3").put_object(
        Bucket=product.state_bucket,
        Key="production/terraform.tfstate",
        Body=state_of(group, lineage="7d0f9c3a-2f0b-4a62-9a0e-0f6c1d2e3b4a"),
    )
    await_items(f"{product.load_balancer_url}/api/v1/state/resources", bool)
    # When CloudTrail's record of a change by hand comes over the event bus
    detail = json.dumps(opened_to_the_world(ACCOUNT, REGION, GROUP))
    clients("events").put_events(
        Entries=[{"Source": RECORD_SOURCE, "DetailType": "AWS API Call via CloudTrail", "Detail": detail}]
    )
    # Then the API shows who opened what
    (drift,) = await_items(f"{product.load_balancer_url}/api/v1/drifts", bool)
    assert drift["resource_address"] == "aws_security_group.web"
    assert (drift["attribute"], drift["severity"], drift["status"]) == ("ingress", "critical", "open")
    assert drift["user_identity"]["user_name"] == "oncall"


def test_an_alert_posted_to_the_load_balancer_becomes_an_event(product: Deployment) -> None:
    # When an alert is posted as Falco's http_output posts it
    answer = httpx.post(product.falco_url, json=alert("deployed"), timeout=ARRIVES_WITHIN)
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
