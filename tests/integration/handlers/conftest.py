"""The functions' real handlers over the emulator, each test with tables and a bucket of its own."""

import asyncio
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.observability import logger_of
from tests.support.tables import TableNames, create_tables, delete_tables
from tfdrift.demo.cloudtrail_records import ssh_from_everywhere
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.feed_event import FeedEvent
from tfdrift.service.ports import DriftFilter, EventFilter, Page

ACCOUNT, REGION = "111122223333", "eu-west-1"
GROUP = "sg-0a1b2c3d4e5f60718"


@dataclass(frozen=True, slots=True)
class World:
    """One installation of the product: its tables, a bucket, and the product itself to look into."""

    emulator: Emulator
    s3: Any
    tables: TableNames
    bucket: str
    product: Any

    def events(self, *types: str) -> list[FeedEvent]:
        """Return the stored feed events, oldest first."""
        listing = self.product.events.find(EventFilter(), Page(1, 1000))
        found = [event for event in listing.items if not types or event.type.value in types]
        return sorted(found, key=lambda event: (event.timestamp, event.event_id))

    def drifts(self) -> list[Any]:
        """Return the stored drifts."""
        return list(self.product.drifts.find(DriftFilter(), Page(1, 1000)).items)

    def upload(self, key: str, content: bytes) -> str | None:
        """Put an object; return its version."""
        answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        version: str | None = answer.get("VersionId")
        return version


@pytest.fixture(scope="module")
def clients(emulator: Emulator) -> dict[str, Any]:
    """The emulator's clients by service; each takes a while to make."""
    return {service: emulator.client(service) for service in ("dynamodb", "s3")}


@pytest.fixture(autouse=True)
def _fresh_loggers() -> None:
    """Have each test's loggers write to the standard output of that test."""
    for service in ("cloudtrail", "falco", "tfstate", "held"):
        logger = logging.getLogger(f"tfdrift-{service}")
        logger.handlers.clear()
        logger.__dict__.update(init=False, powertools_handler=None)
    logger_of.cache_clear()


@pytest.fixture(autouse=True)
def _event_loop() -> Iterator[None]:
    """Give the adapter of HTTP functions a loop, as Lambda's main thread has, and close it after the test."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def world(aws: Emulator, clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    from handlers.api.handler import adapter as api_adapter
    from handlers.falco.handler import adapter as falco_adapter
    from handlers.product import product

    dynamodb, s3 = clients["dynamodb"], clients["s3"]
    tables = create_tables(dynamodb)
    bucket = f"bucket-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for name, value in {**tables.environment(), "TFDRIFT_FINGERPRINT_KEY": "a key of the tests"}.items():
        monkeypatch.setenv(name, value)
    for cached in (product, api_adapter, falco_adapter):
        cached.cache_clear()
    yield World(aws, s3, tables, bucket, product())
    for cached in (product, api_adapter, falco_adapter):
        cached.cache_clear()
    delete_tables(dynamodb, tables)


@pytest.fixture
def metrics(capsys: pytest.CaptureFixture[str]) -> Callable[[], dict[tuple[str, str], float]]:
    """Return what the metrics written since the last look say, by (name, outcome or event)."""

    def read() -> dict[tuple[str, str], float]:
        found: dict[tuple[str, str], float] = {}
        for line in capsys.readouterr().out.splitlines():
            written = json.loads(line)
            for directive in written.get("_aws", {}).get("CloudWatchMetrics", []):
                for metric in directive["Metrics"]:
                    dimension = written.get("outcome") or written.get("event")
                    found[metric["Name"], dimension] = written[metric["Name"]][0]
        return found

    return read


def terraform_state(serial: int, *, ingress: list[Any] | None = None, lineage: str = "lineage-1") -> bytes:
    """Return a state that manages one security group."""
    group = {
        "mode": "managed",
        "type": "aws_security_group",
        "name": "web",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [
            {
                "schema_version": 1,
                "attributes": {
                    "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{GROUP}",
                    "description": "web servers",
                    "egress": [],
                    "id": GROUP,
                    "ingress": ingress or [],
                    "name": "web",
                    "owner_id": ACCOUNT,
                    "tags": {},
                    "vpc_id": "vpc-1",
                },
                "sensitive_attributes": [],
            }
        ],
    }
    state = {
        "version": 4,
        "terraform_version": "1.9.5",
        "serial": serial,
        "lineage": lineage,
        "outputs": {},
        "resources": [group],
        "check_results": None,
    }
    return json.dumps(state).encode()


def call(event_id: str, **fields: Any) -> dict[str, Any]:
    """Return CloudTrail's record of SSH being opened to the world by hand."""
    return {
        "eventVersion": "1.10",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/oncall",
            "accountId": ACCOUNT,
            "userName": "oncall",
        },
        "eventTime": "2025-01-15T10:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "AuthorizeSecurityGroupIngress",
        "awsRegion": REGION,
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "AWS Internal",
        "requestParameters": ssh_from_everywhere(GROUP),
        "responseElements": {"_return": True, "requestId": "r-1"},
        "requestID": "r-1",
        "eventID": event_id,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "sessionCredentialFromConsole": "true",
        **fields,
    }
