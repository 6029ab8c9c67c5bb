"""Detection over the recorded calls and states: never an exception, and counts that say what is known."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.engine.scene import States
from tfdrift.catalog import load_catalog
from tfdrift.domain.cloudtrail_parser import InvalidRecord, parse_record
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.detection import Detection, DetectionOutcome, Finding, StateValues, detect
from tfdrift.domain.drift import StateReference
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.mapping import EventMapping
from tfdrift.domain.terraform_state import UnreadableState, parse_state

FINGERPRINT = Fingerprint(b"a key for tests")


@pytest.fixture(scope="module")
def records(shared_data: Path) -> tuple[CloudTrailRecord, ...]:
    lines = (shared_data / "cloudtrail.jsonl").read_text("utf-8").splitlines()
    return tuple(_records(lines))


def _records(lines: list[str]) -> Iterator[CloudTrailRecord]:
    for line in lines:
        try:
            yield parse_record(json.loads(line), default_account="123456789012")
        except InvalidRecord:
            continue


@pytest.fixture(scope="module")
def resources(shared_data: Path) -> tuple[ManagedResource, ...]:
    found: list[ManagedResource] = []
    for path in sorted((shared_data / "tfstate").glob("*.json")):
        try:
            state = parse_state(path.read_bytes(), bucket=None, key=path.name, fingerprint=FINGERPRINT)
        except UnreadableState:
            continue
        found.extend(state.resources)
    return tuple(found)


def mappings_of(record: CloudTrailRecord) -> tuple[EventMapping, ...]:
    return load_catalog().mappings(record.event_source, record.event_name)


def outcome(record: CloudTrailRecord, states: States) -> Detection:
    return detect(record, mappings_of(record), states, StateValues())


def test_every_record_has_an_outcome_against_no_state(records: tuple[CloudTrailRecord, ...]):
    counts = Counter(outcome(record, States()).outcome for record in records)
    assert sum(counts.values()) == len(records)
    assert counts == {
        DetectionOutcome.FAILED: 232,
        DetectionOutcome.READ_ONLY: 190,
        DetectionOutcome.NOT_A_CHANGE: 44,
        DetectionOutcome.UNMAPPED: 26,
        DetectionOutcome.NO_MANAGED_RESOURCE: 344,
    }


def test_no_call_is_of_a_resource_of_the_recorded_states(
    records: tuple[CloudTrailRecord, ...], resources: tuple[ManagedResource, ...]
):
    # The recordings come from other accounts than the states; whatever account is taken, no id is shared.
    anywhere = States([replace(resource, account_id=None, region=None) for resource in resources])
    found = [outcome(record, anywhere) for record in records]
    managed = [finding for detection in found for finding in detection.findings if finding.managed]
    assert [(finding.address, finding.attribute) for finding in managed] == []
    assert len(resources) > 200


def test_every_mapped_change_is_found_once_a_state_holds_its_resource(records: tuple[CloudTrailRecord, ...]):
    missed = []
    for record in records:
        unmanaged = [f for f in outcome(record, States()).findings if f.differs or f.attribute is None]
        if not unmanaged:
            continue
        again = outcome(record, States([_adopted(finding) for finding in unmanaged]))
        if again.outcome is not DetectionOutcome.FINDINGS:
            missed.append((record.event_source, record.event_name, [f.resource_id for f in unmanaged]))
    assert missed == []


def _adopted(finding: Finding) -> ManagedResource:
    """Return a resource that a state might hold in place of an unmanaged one, its attributes unset."""
    attribute = (finding.attribute or "id").partition("[")[0]
    return ManagedResource(
        address=f"{finding.resource_type}.{attribute}",
        resource_type=finding.resource_type,
        resource_id=finding.resource_id,
        provider="registry.terraform.io/hashicorp/aws",
        attributes={"id": finding.resource_id, attribute: None},
        identifiers=(
            finding.resource_id,
            *(f"{name}={finding.resource_id}" for name in ("group", "resource_arn")),
        ),
        state=StateReference("terraform.tfstate", 1, "lineage"),
    )


def test_findings_are_json_sorted_and_the_same_again(
    records: tuple[CloudTrailRecord, ...], resources: tuple[ManagedResource, ...]
):
    states = States(resources)
    for record in records:
        first, second = outcome(record, states), outcome(record, states)
        assert first == second
        order = [(f.address or "", f.resource_type, f.resource_id, f.attribute or "") for f in first.findings]
        assert order == sorted(order)
        json.dumps([[finding.expected, finding.actual] for finding in first.findings], allow_nan=False)


def test_an_unmapped_change_has_its_count(records: tuple[CloudTrailRecord, ...]):
    unmapped = {
        record.event_source
        for record in records
        if outcome(record, States()).outcome is DetectionOutcome.UNMAPPED
    }
    own = {source for source, _ in load_catalog().pairs()}
    # Of the services that the catalog knows: types that the provider dropped or does not have, and a search.
    left = Counter(
        record.event_name
        for record in records
        if record.event_source in own and outcome(record, States()).outcome is DetectionOutcome.UNMAPPED
    )
    assert len(unmapped) >= 19
    assert left == {
        "AuthorizeDBSecurityGroupIngress": 2,
        "RevokeDBSecurityGroupIngress": 1,
        "CreateServiceLinkedChannel": 1,
        "SearchUsers": 1,
        "UpdateSsoConfiguration": 1,
    }
