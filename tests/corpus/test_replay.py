"""Replay over all recorded inputs: no traceback, every record accounted for, the same output each time."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.corpus.classes import CLASSES
from tfdrift.cli import app
from tfdrift.domain.drift_json import drift_from_json


def replay(data: Path, *args: str) -> tuple[int, str, str]:
    """Return exit code, output and messages of a replay over every state, record, envelope and alert."""
    inputs = ("--state", str(data / "tfstate"), "--cloudtrail", str(data / "cloudtrail.jsonl"))
    more = (str(data / "envelopes.jsonl"), "--falco", str(data / "falco.jsonl"))
    result = CliRunner().invoke(app, ["replay", *inputs, *more, *args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def document(shared_data: Path) -> dict[str, Any]:
    exit_code, output, _ = replay(shared_data, "--format", "json")
    # some of the states are of older versions, and some records are elided documentation samples
    assert exit_code == 1
    return dict(json.loads(output))


def test_every_record_is_accounted_for(document: dict[str, Any], shared_data: Path) -> None:
    summary, problems = document["summary"], document["problems"]
    assert sum(summary[name] for name in CLASSES) == summary["records_read"]
    # each line of the records is either read or named as a problem
    lines = len((shared_data / "cloudtrail.jsonl").read_text("utf-8").splitlines())
    broken = [problem for problem in problems if "cloudtrail.jsonl" in problem["where"]]
    from_envelopes = summary["records_read"] - summary["records_from_alerts"] - (lines - len(broken))
    assert lines == 840
    assert 0 < from_envelopes < 40
    assert len(broken) < 10


def test_every_alert_and_state_is_accounted_for(document: dict[str, Any], shared_data: Path) -> None:
    summary = document["summary"]
    assert summary["alerts_read"] == len((shared_data / "falco.jsonl").read_text("utf-8").splitlines())
    states = len(list((shared_data / "tfstate").glob("*.json")))
    refused = [problem for problem in document["problems"] if "/tfstate/" in problem["where"]]
    left_out = [note for note in document["notes"] if "newer version of the same state" in note]
    assert summary["states_read"] + len(refused) + len(left_out) == states
    for problem in refused:
        assert "the state has version" in problem["reason"], problem


def test_the_counts_are_those_of_the_recorded_inputs(document: dict[str, Any]) -> None:
    summary = document["summary"]
    assert summary["failed"] > 150
    assert summary["read_only"] > 150
    assert summary["terraform"] > 20
    assert summary["duplicates"] > 20
    assert summary["finding_records"] > 0
    assert summary["problems"] == len(document["problems"])
    assert summary["drifts_open"] + summary["drifts_resolved"] == len(document["drifts"])


def test_problems_name_file_and_line(document: dict[str, Any]) -> None:
    for problem in document["problems"]:
        assert "/tfstate/" in problem["where"] or ".jsonl:" in problem["where"], problem


def test_each_drift_is_a_whole_record(document: dict[str, Any]) -> None:
    ids = [drift["id"] for drift in document["drifts"]]
    assert len(ids) == len(set(ids))
    for drift in document["drifts"]:
        record = drift_from_json(drift)
        assert record.managed == (record.resource_address is not None)


def test_the_output_is_deterministic_in_each_format(shared_data: Path) -> None:
    for output in ("jsonl", "table"):
        first, second = (replay(shared_data, "--format", output) for _ in range(2))
        assert first == second
        assert first[1]


def test_a_state_of_the_account_s_records_finds_its_resources_managed(
    shared_data: Path, tmp_path: Path
) -> None:
    # given a state made of the resources that the records name without a state
    exit_code, output, _ = replay(shared_data, "--format", "json")
    assert exit_code == 1
    unmanaged = [
        drift
        for drift in json.loads(output)["drifts"]
        if drift["resource_type"] == "aws_instance" and drift["resource_id"].startswith("i-")
    ]
    assert unmanaged
    entries = [
        {
            "mode": "managed",
            "type": "aws_instance",
            "name": f"r{number}",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"attributes": {"id": resource_id, "instance_type": "none"}}],
        }
        for number, resource_id in enumerate(sorted({drift["resource_id"] for drift in unmanaged}))
    ]
    state = tmp_path / "made.tfstate"
    state.write_text(json.dumps({"version": 4, "serial": 1, "lineage": "made", "resources": entries}))
    # when the same records are replayed with it
    _, output, _ = replay(shared_data, "--state", str(state), "--format", "json")
    # then none of them is unmanaged, and what was more than their creation is drift of theirs
    drifts = json.loads(output)["drifts"]
    named = {drift["resource_id"] for drift in unmanaged}
    assert not named & {drift["resource_id"] for drift in drifts if not drift["managed"]}
    changed = {drift["resource_id"] for drift in unmanaged if drift["change_type"] != "created"}
    assert changed
    assert changed <= {drift["resource_id"] for drift in drifts if drift["managed"]}
