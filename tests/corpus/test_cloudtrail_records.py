"""Every recorded CloudTrail record and envelope is read, or refused for a reason that is right."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.evidence.arbitrary import damaged
from tfdrift.adapters.fast_json import fast_json
from tfdrift.domain.cloudtrail_parser import InvalidRecord, parse_record
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import OriginKind
from tfdrift.domain.envelopes import RecordFound, Skipped, Unwrapped, read_evidence
from tfdrift.domain.origin import origin_of
from tfdrift.service.replay import InputFile
from tfdrift.service.replay_evidence import Evidence, Problem, read_evidence_files


def evidence(path: Path) -> list[Unwrapped]:
    return list(read_evidence(path.read_bytes(), name=path.name))


def parsed(found: list[Unwrapped]) -> tuple[dict[str, CloudTrailRecord], dict[str, str]]:
    """Return the records and the refusals, by where they stand."""
    records: dict[str, CloudTrailRecord] = {}
    refusals: dict[str, str] = {}
    for one in found:
        assert isinstance(one, RecordFound), one
        try:
            records[one.where] = parse_record(one.obj, default_account=one.default_account)
        except InvalidRecord as refusal:
            refusals[one.where] = str(refusal)
    return records, refusals


@pytest.fixture(scope="module")
def records(shared_data: Path) -> dict[str, CloudTrailRecord]:
    return parsed(evidence(shared_data / "cloudtrail.jsonl"))[0]


def test_every_record_is_read_but_those_that_are_unusable(shared_data: Path) -> None:
    found = evidence(shared_data / "cloudtrail.jsonl")

    records, refusals = parsed(found)

    assert len(found) == 840
    assert len(records) == 833
    no_account = "recipientAccountId: missing, and neither userIdentity nor the envelope names one"
    assert refusals == {
        "cloudtrail.jsonl:83": "eventTime: unusable value '...'",
        "cloudtrail.jsonl:476": no_account,
        "cloudtrail.jsonl:681": "eventTime: unusable value '...'",
        "cloudtrail.jsonl:701": no_account,
        "cloudtrail.jsonl:718": "awsRegion: unusable value '...'",
        "cloudtrail.jsonl:772": no_account,
        "cloudtrail.jsonl:793": "eventTime: unusable value '...'",
    }


def test_every_record_is_read_as_it_stands(shared_data: Path, records: dict[str, CloudTrailRecord]) -> None:
    lines = (shared_data / "cloudtrail.jsonl").read_text().splitlines()

    for where, found in records.items():
        written = json.loads(lines[int(where.partition(":")[2]) - 1])
        assert found.raw_event_name == written["eventName"]
        assert found.raw_event_name.startswith(found.event_name)
        assert (found.event_source, found.region) == (written["eventSource"], written["awsRegion"])
        assert found.event_time.strftime("%Y-%m-%d %H:%M:%S") == written["eventTime"][:19].replace("T", " ")
        assert found.error_code == (written.get("errorCode") or None)
        if isinstance(written.get("requestParameters"), dict):
            assert found.request == written["requestParameters"]
        if isinstance(written.get("responseElements"), dict):
            assert found.response == written["responseElements"]


def test_records_without_event_id_have_an_identity_each(records: dict[str, CloudTrailRecord]) -> None:
    made = [found.event_id for found in records.values() if found.event_id.startswith("content-")]

    assert len(made) == 22
    assert len(set(made)) == len(made)


def test_every_role_session_that_is_named_has_a_person(records: dict[str, CloudTrailRecord]) -> None:
    sessions = [found for found in records.values() if found.identity.type == "AssumedRole"]
    nameless = [found.identity.arn for found in sessions if not found.identity.user_name]

    assert len(sessions) == 201
    assert nameless == ["arn:aws:sts::111122223333:assumed-role/MakeStuffPublic"]


def test_the_origins_of_all_records(records: dict[str, CloudTrailRecord]) -> None:
    kinds = Counter(origin_of(found).kind for found in records.values())

    assert kinds == {
        OriginKind.CLI: 273,
        OriginKind.CONSOLE: 248,
        OriginKind.TERRAFORM: 115,
        OriginKind.UNKNOWN: 108,
        OriginKind.SDK: 41,
        OriginKind.AWS_SERVICE: 41,
        OriginKind.CLOUDFORMATION: 7,
    }


def test_no_record_that_names_terraform_has_another_origin(records: dict[str, CloudTrailRecord]) -> None:
    named = [found for found in records.values() if "terraform" in (found.user_agent or "").lower()]

    assert len(named) == 115
    assert {origin_of(found).kind for found in named} == {OriginKind.TERRAFORM}


def test_every_envelope_is_opened(shared_data: Path) -> None:
    found = evidence(shared_data / "envelopes.jsonl")

    skipped = [one for one in found if isinstance(one, Skipped)]
    records, refusals = parsed([one for one in found if not isinstance(one, Skipped)])

    assert [one.where for one in skipped] == [
        "envelopes.jsonl:5.awslogs.data.logEvents[0]",
        "envelopes.jsonl:5.awslogs.data.logEvents[1]",
    ]
    assert len(records) == 12
    assert refusals == {
        "envelopes.jsonl:3.detail": "eventTime: unusable value '...'",
        "envelopes.jsonl:4.detail": "awsRegion: unusable value '...'",
    }
    assert {found.account_id for found in records.values()} >= {"444444444444", "012345678901"}


@settings(
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_damaged_real_record_is_read_or_refused(shared_data: Path, data: st.DataObject) -> None:
    lines = (shared_data / "cloudtrail.jsonl").read_text().splitlines()
    sound = json.loads(data.draw(st.sampled_from(lines)))

    obj = data.draw(damaged(sound))

    try:
        found = parse_record(obj)
    except InvalidRecord:
        return
    assert origin_of(found).kind in OriginKind


@pytest.mark.parametrize("form", ["lines", "log file"])
def test_reading_heads_first_changes_nothing(form: str, shared_data: Path) -> None:
    lines = [line for line in (shared_data / "cloudtrail.jsonl").read_bytes().split(b"\n") if line]
    data = b"\n".join(lines) if form == "lines" else b'{"Records":[' + b",".join(lines) + b"]}"
    read: list[tuple[Evidence, list[Problem]]] = []
    for fast in (fast_json, None):
        problems: list[Problem] = []
        evidence = read_evidence_files([InputFile("file", lambda: data)], [], lambda _: (), problems, fast)
        read.append((evidence, problems))
    assert read[0] == read[1]
    assert read[0][0].records_read > 800
