"""People take note of drifts over REST; the answers carry the drift with its history."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.integration.rest.answers import error
from tests.integration.rest.conftest import Stored
from tests.support.http import serving
from tests.support.lifecycle_samples import drift, event, minutes
from tests.support.tables import TableNames
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.hidden_log import DynamoHiddenLog
from tfdrift.bootstrap import Product
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.drift import ChangeType, DriftRecord, DriftStatus
from tfdrift.domain.hidden_change import HiddenChange

pytestmark = pytest.mark.emulator


def put(stored: Stored, resource_id: str, **changes: Any) -> DriftRecord:
    record = drift("ingress", resource_id, **changes)
    assert stored.drifts.record(record, event(f"put-{resource_id}"), expected_version=0)
    return record


def say(client: httpx.Client, record: DriftRecord, what: str, **body: Any) -> httpx.Response:
    return client.post(f"/api/v1/drifts/{record.id}/{what}", json={"by": "oncall", **body})


def test_a_drift_is_acknowledged_with_by_note_and_until(client: httpx.Client, stored: Stored) -> None:
    record = put(stored, "sg-ack-1")
    until = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = say(client, record, "acknowledge", note="until the release", until=until)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["status"] == "acknowledged"
    taken = data["acknowledgement"]
    assert (taken["by"], taken["note"], taken["until"]) == ("oncall", "until the release", until)
    # then the detail has the history, and each of its steps an event
    detail = client.get(f"/api/v1/drifts/{record.id}").json()["data"]
    assert detail.items() >= data.items()
    (step,) = detail["history"]
    assert (step["transition"], step["status"], step["by"]) == ("acknowledged", "acknowledged", "oncall")
    told = client.get(f"/api/v1/events/{step['event_id']}").json()["data"]["payload"]
    assert (told["id"], told["transition"], told["status"]) == (record.id, "acknowledged", "acknowledged")
    listed = client.get("/api/v1/drifts?status=acknowledged").json()["data"]["items"]
    assert record.id in [item["id"] for item in listed]
    assert all("history" not in item for item in listed)


def test_an_acknowledgement_is_taken_back(client: httpx.Client, stored: Stored) -> None:
    record = put(stored, "sg-ack-2")
    say(client, record, "acknowledge")
    answer = say(client, record, "unacknowledge", note="it is urgent")
    data = answer.json()["data"]
    assert (answer.status_code, data["status"], data["acknowledgement"]) == (200, "open", None)
    assert [entry["transition"] for entry in data["history"]] == ["acknowledged", "reopened"]
    # and once more changes nothing
    assert len(say(client, record, "unacknowledge").json()["data"]["history"]) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_request"),
        ({"by": "  "}, 422, "invalid_request"),
        ({"by": "oncall", "hours": 3}, 422, "invalid_request"),
        ({"by": "oncall", "until": "soon"}, 400, "invalid_until"),
        ({"by": "oncall", "until": "2020-01-01T00:00:00Z"}, 400, "invalid_until"),
    ],
)
def test_a_faulty_body_is_refused(
    client: httpx.Client, stored: Stored, body: dict[str, Any], status: int, code: str
) -> None:
    answer = client.post(f"/api/v1/drifts/{drift('ingress', 'sg-1').id}/acknowledge", json=body)
    assert error(answer) == (status, code)


def test_what_is_not_there_or_over_cannot_be_acknowledged(client: httpx.Client, stored: Stored) -> None:
    missing = client.post(f"/api/v1/drifts/{'0' * 33}/acknowledge", json={"by": "oncall"})
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "drift_not_found")
    over = put(stored, "sg-ack-3", status=DriftStatus.RESOLVED)
    for what in ("acknowledge", "unacknowledge"):
        answer = say(client, over, what)
        assert error(answer) == (409, "drift_is_over")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_that_another_origin_s_page_may_send_is_refused(
    client: httpx.Client, stored: Stored, kind: str | None
) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    answer = client.post(
        f"/api/v1/drifts/{drift().id}/acknowledge", content=b'{"by":"oncall"}', headers=headers
    )
    assert error(answer) == (415, "unsupported_media_type")


def test_where_a_token_is_set_it_is_needed(stored: Stored, product_environment: pytest.MonkeyPatch) -> None:
    record = put(stored, "sg-ack-4")
    product_environment.setenv("TFDRIFT_API_TOKEN", "a token of the tests")
    with serving(Product.from_environment().rest_app()) as client:
        assert say(client, record, "acknowledge").status_code == 401
        client.headers["X-API-Key"] = "a token of the tests"
        assert say(client, record, "acknowledge").status_code == 200


def test_what_was_created_without_terraform_is_listed_by_its_call(
    client: httpx.Client, stored: Stored
) -> None:
    for number in (1, 2):
        record = drift(
            None,
            f"sg-made-{number}",
            minutes(99),
            managed=False,
            resource_address=None,
            state=None,
            change_type=ChangeType.CREATED,
        )
        stored.drifts.record(record, event(f"made-{number}"), expected_version=0)
    data = client.get("/api/v1/unmanaged?limit=1").json()["data"]
    assert data["total"] == 1
    (group,) = data["items"]
    assert [item["resource_id"] for item in group["drifts"]] == ["sg-made-1", "sg-made-2"]
    assert group["cause"]["event_name"] == "AuthorizeSecurityGroupIngress"
    assert group["import_blocks"] == (
        'import {\n  to = aws_security_group.sg_made_1\n  id = "sg-made-1"\n}\n\n'
        'import {\n  to = aws_security_group.sg_made_2\n  id = "sg-made-2"\n}\n'
    )


def test_what_the_rules_hid_is_listed(client: httpx.Client, tables: TableNames, emulator: Emulator) -> None:
    log = DynamoHiddenLog(Table(emulator.client("dynamodb"), tables.events), timedelta(days=1))
    log.keep(HiddenChange(drift("tags", "sg-hidden"), 3, "aws_security_group.*.tags"))
    data = client.get("/api/v1/ignored").json()["data"]
    assert data["total"] == 1
    assert data["items"][0]["resource_id"] == "sg-hidden"
    assert data["items"][0]["ignored_by"] == {"line": 3, "rule": "aws_security_group.*.tags"}
