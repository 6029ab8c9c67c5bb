"""Drives each function along all its paths, as AWS would: what comes once, twice, or cannot be taken."""

import copy
import gzip
import json
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from urllib.parse import quote

from tests.integration.handlers.conftest import ACCOUNT, GROUP, REGION, call, terraform_state
from tests.support.falco_alerts import alert
from tests.support.installation import Installation
from tests.support.lambda_events import (
    Context,
    alb_request,
    call_event,
    object_event,
    object_notification,
    sns_event,
    sqs_event,
)

TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 terraform-provider-aws/5.60.0 aws-sdk-go-v2/1.30.0"
APPLIER = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLE:apply",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/terraform-apply/apply",
    "accountId": ACCOUNT,
    "sessionContext": {
        "sessionIssuer": {
            "type": "Role",
            "principalId": "AROAEXAMPLE",
            "arn": f"arn:aws:iam::{ACCOUNT}:role/terraform-apply",
            "accountId": ACCOUNT,
            "userName": "terraform-apply",
        }
    },
}
ALERT = alert("driven")
CALL_IN_ALERT = {
    "ct.id": "a-1",
    "ct.name": "AuthorizeSecurityGroupIngress",
    "ct.src": "ec2.amazonaws.com",
    "ct.region": REGION,
    "ct.time": "2025-01-15T12:00:00Z",
    "ct.recipientaccountid": ACCOUNT,
    "ct.user": "oncall",
    "ct.user.accountid": ACCOUNT,
    "ct.user.identitytype": "IAMUser",
    "ct.request": json.dumps(call("any")["requestParameters"]),
}
KEY = "prod/terraform.tfstate"
LOG_FILE = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2025/01/15/calls.json.gz"
TOKEN = "a secret of the tests"
# More than one request of a batch write holds.
MANY_GROUPS = 60
READS = (
    "/api/v1/drifts?status=open&severity=critical&limit=1",
    "/api/v1/drifts?limit=2&page=2",
    "/api/v1/events?type=drift&limit=1",
    "/api/v1/events?limit=50",
    "/api/v1/state",
    "/api/v1/state/resources?limit=1",
    f"/api/v1/state/resource/{quote('aws_security_group.web')}",
    "/api/v1/graph",
    "/api/v1/graph/neighbours?address=aws_security_group.web",
    "/api/v1/graph/impact?address=aws_security_group.web",
    "/api/v1/timeline",
    f"/api/v1/timeline?principal={quote(f'arn:aws:iam::{ACCOUNT}:user/oncall')}",
    f"/api/v1/timeline?resource={GROUP}",
    "/api/v1/ignored",
    "/api/v1/unmanaged",
    "/api/v1/stats",
    "/api/v1/providers",
    "/health",
)


@dataclass(frozen=True, slots=True)
class Drive:
    """One function's way: the installation that it works on, and `later`, which moves a module's clock."""

    installation: Installation
    later: Callable[[ModuleType, timedelta], None]

    def upload(self, bucket: str, key: str, content: bytes) -> str:
        """Put an object; return its version."""
        answer = self.installation.clients["s3"].put_object(Bucket=bucket, Key=key, Body=content)
        return str(answer["VersionId"])


def by_hand(event_id: str, **fields: Any) -> dict[str, Any]:
    """Return the message of SSH being opened by hand."""
    return call_event(call(event_id, **fields))


def by_terraform(event_id: str, **fields: Any) -> dict[str, Any]:
    """Return the record of the same by Terraform, with what every configuration takes for Terraform."""
    record = call(event_id, userAgent=TERRAFORM, userIdentity=APPLIER, **fields)
    del record["sessionCredentialFromConsole"]
    return record


def opened_port(port: int) -> dict[str, Any]:
    """Return the parameters of a port being opened to the world."""
    request = copy.deepcopy(call("any")["requestParameters"])
    (permission,) = request["ipPermissions"]["items"]
    permission.update(fromPort=port, toPort=port)
    return {"requestParameters": request}


def of_many_groups(serial: int) -> bytes:
    """Return a state of more resources than one request holds."""
    state = json.loads(terraform_state(serial))
    (group,) = state["resources"]
    for number in range(MANY_GROUPS):
        attributes = {**group["instances"][0]["attributes"], "id": f"sg-{number:08x}", "name": f"n{number}"}
        attributes["arn"] = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{attributes['id']}"
        instance = {**group["instances"][0], "attributes": attributes}
        state["resources"].append({**group, "name": f"n{number}", "instances": [instance]})
    return json.dumps(state).encode()


def index_states(drive: Drive, bucket: str) -> None:
    """Have a large state indexed, twice, replaced by a small one, and another come and go."""
    from handlers.tfstate.handler import handler

    first = drive.upload(bucket, KEY, of_many_groups(1))
    handler(sqs_event(object_event(bucket, KEY, first), object_event(bucket, KEY, first)), Context())
    second = drive.upload(bucket, KEY, terraform_state(2))
    handler(sqs_event(object_notification(bucket, KEY, second)), Context())
    forget_a_state(drive, bucket)


def forget_a_state(drive: Drive, bucket: str) -> None:
    """Have a state indexed, and forgotten when it is gone."""
    from handlers.tfstate.handler import handler

    other = drive.upload(bucket, "other.tfstate", terraform_state(1, lineage="lineage-2"))
    handler(sqs_event(_told_by_owner(object_event(bucket, "other.tfstate", other))), Context())
    drive.installation.clients["s3"].delete_object(Bucket=bucket, Key="other.tfstate")
    late = _told_by_owner(object_event(bucket, "other.tfstate"))
    gone = _told_by_owner(object_event(bucket, "other.tfstate", detail_type="Object Deleted"))
    handler(sqs_event(late, gone, "{"), Context())


def _told_by_owner(event: dict[str, Any]) -> dict[str, Any]:
    """Return S3's event as the account sends it that the bucket belongs to: this one or a member."""
    members = os.environ.get("TFDRIFT_MEMBER_ACCOUNTS", "")
    is_own = event["detail"]["bucket"]["name"] in os.environ["TFDRIFT_STATE_BUCKETS"].split(",")
    return event if is_own or not members else {**event, "account": members.split(",")[0]}


def take_calls(drive: Drive, _: str) -> None:
    """Have calls taken: by hand, twice, by Terraform, reverted, of nothing managed, and none at all."""
    from handlers.cloudtrail.handler import handler

    revoked = {"eventName": "RevokeSecurityGroupIngress", "eventTime": "2025-01-15T10:05:00Z"}
    other = {"groupId": "sg-0ffffffffffffffff", "ipPermissions": {"items": []}}
    for message in (
        by_hand("e-1"),
        by_hand("e-1"),
        by_hand("e-2", **revoked),
        by_hand("e-3", eventTime="2025-01-15T10:06:00Z"),
        by_hand("e-4", requestParameters=other),
        by_hand("e-5", errorCode="Client.UnauthorizedOperation"),
        call_event(by_terraform("e-6", eventTime="2025-01-15T10:07:00Z")),
        {"detail-type": "AWS API Call via CloudTrail", "detail": {}},
    ):
        handler(sqs_event(message), Context())


def take_log_files(drive: Drive, bucket: str) -> None:
    """Have a log file taken, by its version and as the newest: calls that are known, new, Terraform's."""
    from handlers.cloudtrail.handler import handler

    records = [
        call("e-1"),
        call("f-1", eventTime="2025-01-15T11:00:00Z", **opened_port(3389)),
        by_terraform("f-2", eventTime="2025-01-15T11:01:00Z", **opened_port(5432)),
    ]
    content = gzip.compress(json.dumps({"Records": records}).encode())
    version = drive.upload(bucket, LOG_FILE, content)
    handler(sqs_event(object_notification(bucket, LOG_FILE, version)), Context())
    handler(sqs_event(object_notification(bucket, LOG_FILE)), Context())


def adopt(drive: Drive, bucket: str) -> None:
    """Have a state indexed that holds what was found, so that drifts and held calls end."""
    from handlers.product import product
    from handlers.tfstate.handler import handler
    from tfdrift.service.ports import DriftFilter, Page

    for number in range(3, 6):
        drifts = list(product().drifts.find(DriftFilter(), Page(1, 10)).items)
        values = [drift.new_value for drift in drifts if drift.attribute == "ingress"]
        version = drive.upload(bucket, KEY, terraform_state(number, ingress=values[0] if values else []))
        handler(sqs_event(object_event(bucket, KEY, version)), Context())


def take_alerts(drive: Drive, _: str) -> None:
    """Have alerts taken by each way, twice, and what is none."""
    from handlers.falco.handler import handler

    cloud = {**ALERT, "source": "aws_cloudtrail", "output_fields": CALL_IN_ALERT}
    body = json.dumps(ALERT)
    token = {"x-api-key": TOKEN, "content-type": "application/json"}
    for headers in (token, {}):
        handler(alb_request("POST", "/api/v1/falco/events", None, body, **headers), Context())
    handler(sqs_event(ALERT, ALERT, cloud, "{"), Context())
    handler(sns_event(cloud), Context())


def answer(drive: Drive, _: str) -> None:
    """Ask for every page, acknowledge a drift and take that back."""
    from handlers.api.handler import handler

    def ask(method: str, path: str, body: str = "") -> Any:
        address, _, query = path.partition("?")
        parameters = dict(part.split("=", 1) for part in query.split("&") if part)
        request = alb_request(method, address, None, body, **{"x-api-key": TOKEN, **json_body})
        request["queryStringParameters"] = parameters
        return handler(request, Context())

    json_body = {"content-type": "application/json"}
    for path in READS:
        found = ask("GET", path)
        assert found["statusCode"] == 200, (path, found["body"][:300])
    drifts = json.loads(ask("GET", "/api/v1/drifts?status=open")["body"])["data"]["items"]
    events = json.loads(ask("GET", "/api/v1/events")["body"])["data"]["items"]
    assert drifts
    assert ask("GET", f"/api/v1/drifts/{drifts[0]['id']}")["statusCode"] == 200
    assert ask("GET", f"/api/v1/events/{quote(events[0]['event_id'], safe='')}")["statusCode"] == 200
    for verb in ("acknowledge", "unacknowledge"):
        done = ask("POST", f"/api/v1/drifts/{drifts[0]['id']}/{verb}", '{"by": "oncall"}')
        assert done["statusCode"] == 200, done["body"][:300]


def release(drive: Drive, _: str) -> None:
    """Let the grace of Terraform's calls pass, and an acknowledgement end."""
    import handlers.held.handler as module
    from handlers.product import product
    from tfdrift.service.ports import DriftFilter, Page

    scheduled: dict[str, Any] = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
    module.handler(scheduled, Context())
    drive.later(module, timedelta(minutes=20))
    released = module.handler(scheduled, Context())
    assert released["reported"], released
    drifts = list(product().drifts.find(DriftFilter(), Page(1, 10)).items)
    opened = [drift.id for drift in drifts if drift.status.value == "open"]
    until = datetime.now(UTC) + timedelta(minutes=5)
    product().use_cases.acknowledgements.acknowledge(opened[0], "oncall", until=until)
    assert module.handler(scheduled, Context())["reopened"]


def rotate(_: Drive, secret_arn: str) -> None:
    """Have a secret rotated, each step twice as Secrets Manager may."""
    from handlers.rotate_token.handler import handler

    version = str(uuid.uuid4())
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        for _ in range(2):
            request = {"Step": step, "SecretId": secret_arn, "ClientRequestToken": version}
            handler(request, Context())


# In the order in which one needs what another left.
DRIVES: Sequence[tuple[str, Callable[[Drive, str], None]]] = (
    ("State", index_states),
    ("CloudTrail", take_calls),
    ("State", adopt),
    ("LogFiles", take_log_files),
    ("Falco", take_alerts),
    ("Api", answer),
    ("Held", release),
)
