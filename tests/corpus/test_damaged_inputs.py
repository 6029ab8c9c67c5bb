"""A whole replay of damaged real records, alerts and states: nothing is raised, nothing wrongly managed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.corpus.classes import CLASSES
from tests.corpus.labelled import LabelledRecord, labelled_records, state_before, state_of
from tests.unit.evidence.arbitrary import damaged, damaged_bytes
from tests.unit.evidence.samples import raw_record
from tfdrift.adapters.fast_json import fast_json
from tfdrift.catalog import load_catalog
from tfdrift.domain.drift_json import drift_to_json
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.terraform_state import UnreadableState, parse_state
from tfdrift.service.replay import InputFile, ReplayInput, ReplayResult, replay

SETTINGS = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def written(value: Any) -> bytes:
    """Return JSON text; the example is given up where Python has no JSON for the damage."""
    try:
        return json.dumps(value).encode()
    except (TypeError, ValueError, RecursionError):
        assume(False)
        raise


def checked_replay(state: bytes, records: bytes = b"", alerts: bytes = b"") -> ReplayResult:
    """Replay, and see that every record is accounted for and only what the state holds is managed."""
    wanted = ReplayInput(
        states=[InputFile("state", lambda: state)],
        logs=[InputFile("records", lambda: records)],
        alerts=[InputFile("alerts", lambda: alerts)],
        fast=fast_json,
    )
    result = replay(wanted, load_catalog())
    assert sum(getattr(result.summary, name) for name in CLASSES) == result.summary.records_read
    managed = {drift.resource_address for drift in result.drifts if drift.managed}
    assert managed <= _addresses(state)
    json.dumps([drift_to_json(drift) for drift in result.drifts], allow_nan=False)
    return result


def _addresses(state: bytes) -> set[str | None]:
    try:
        found = parse_state(state, bucket=None, key="state", fingerprint=Fingerprint(b"key" * 11))
    except UnreadableState:
        return set()
    return {resource.address for resource in found.resources}


@pytest.fixture(scope="module")
def labelled(shared_data: Path) -> list[LabelledRecord]:
    return [one for one in labelled_records(shared_data / "cloudtrail.jsonl") if one.labels]


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> list[str]:
    return (shared_data / "cloudtrail.jsonl").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def alerts(shared_data: Path) -> list[str]:
    return (shared_data / "falco.jsonl").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def states(shared_data: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((shared_data / "tfstate").glob("*.json"))]


def test_changes_of_labelled_resources_are_found_in_their_states_by_a_whole_replay(
    labelled: list[LabelledRecord], lines: list[str]
) -> None:
    managed = 0
    for one in labelled:
        state = written(state_before(one.labels))
        result = checked_replay(state, lines[one.labels[0].line - 1].encode())
        managed += any(drift.managed for drift in result.drifts)
    assert managed > 130


@SETTINGS
@given(data=st.data())
def test_a_damaged_record_of_a_resource_of_the_state(
    labelled: list[LabelledRecord], lines: list[str], data: st.DataObject
) -> None:
    one = data.draw(st.sampled_from(labelled))
    record = data.draw(damaged(json.loads(lines[one.labels[0].line - 1])))
    checked_replay(written(state_before(one.labels)), written(record))


@SETTINGS
@given(data=st.data())
def test_a_damaged_state_of_the_resource_of_a_record(
    labelled: list[LabelledRecord], lines: list[str], data: st.DataObject
) -> None:
    one = data.draw(st.sampled_from(labelled))
    state = data.draw(damaged(state_before(one.labels)))
    checked_replay(written(state), lines[one.labels[0].line - 1].encode())


@SETTINGS
@given(data=st.data())
def test_damaged_alerts_and_recorded_states(
    alerts: list[str], states: list[bytes], data: st.DataObject
) -> None:
    alert = data.draw(damaged(json.loads(data.draw(st.sampled_from(alerts)))))
    state = data.draw(st.sampled_from(states))
    checked_replay(data.draw(damaged_bytes(state)), alerts=written(alert))


def test_a_record_of_more_than_a_megabyte_is_followed() -> None:
    group = {"id": "sg-0123456789abcdef0", "ingress": [], "egress": [], "description": "before"}
    network = {"items": [{"cidrIp": "10.0.0.0/8"}]}
    permissions = [
        {"ipProtocol": "tcp", "fromPort": port, "toPort": port, "ipRanges": network} for port in range(2_000)
    ]
    request = {
        "groupId": "sg-0123456789abcdef0",
        "ipPermissions": {"items": permissions},
        "padding": "x" * 1_000_000,
    }
    state = written(state_of(("aws_security_group", group)))
    result = checked_replay(state, written(raw_record(requestParameters=request)))
    (drift,) = result.drifts
    assert (drift.attribute, drift.managed) == ("ingress", True)
    assert isinstance(drift.new_value, list)
    assert len(drift.new_value) == 2_000
