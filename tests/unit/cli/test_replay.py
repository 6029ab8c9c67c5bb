"""`tfdrift replay` reads logs and states as they lie about, and answers people and programs."""

import json
import random
from pathlib import Path

import pytest

from tests.support.lifecycle_samples import (
    ACCOUNT,
    REGION,
    TERRAFORM_AGENT,
    function_entry,
    state_bytes,
    state_entry,
)
from tests.unit.cli.replaying import Replay, call, count, lines, write
from tfdrift.domain.drift_json import drift_from_json
from tfdrift.domain.json_value import JsonObject, JsonValue


def test_open_drift_exits_with_2_and_prints_the_record(replay: Replay) -> None:
    result = replay("--cloudtrail", write("log.json", {"Records": [call("e-1")]}), "--format", "jsonl")
    assert result.exit_code == 2
    (drift,) = lines(result)
    assert (drift["resource_address"], drift["attribute"]) == ("aws_lambda_function.orders", "memory_size")
    assert (drift["old_value"], drift["new_value"]) == (128, 1024)
    assert drift["user_identity"]["user_name"] == "oncall"
    assert drift["state"]["key"] == "prod.tfstate"
    assert drift["status"] == "open"
    drift_from_json(drift)


def test_nothing_open_exits_with_0(replay: Replay) -> None:
    reverted = write("log.jsonl", call("e-1"), call("e-2", 1, parameters={"memorySize": 128}))
    result = replay("--cloudtrail", reverted, "--format", "jsonl")
    assert result.exit_code == 0
    assert [drift["status"] for drift in lines(result)] == ["resolved"]
    assert "findings: 1 (0 open, 1 resolved)" in result.stderr


def test_a_made_up_id_that_several_calls_share_hides_none(replay: Replay) -> None:
    other = call("e-1", 1, eventName="DeleteFunction20150331", requestParameters={"functionName": "orders"})
    result = replay("--cloudtrail", write("log.jsonl", call("e-1"), other), "--format", "jsonl")
    assert [drift["attribute"] for drift in lines(result)] == ["memory_size", None]


def test_an_error_comes_before_open_drift(replay: Replay) -> None:
    result = replay("--cloudtrail", write("log.jsonl", call("e-1")), "missing.json", "--format", "jsonl")
    assert result.exit_code == 1
    assert len(lines(result)) == 1
    assert "missing.json: cannot be read" in result.stderr


def test_folders_are_read_with_all_below_them(replay: Replay) -> None:
    write("logs/2025/01/a.json.gz", {"Records": [call("e-1")]})
    write("logs/2025/02/b.jsonl", call("e-2", 1, parameters={"timeout": 60}))
    write("logs/.hidden/c.json", call("e-3", 2, parameters={"description": "x"}))
    Path("logs/README.md").write_text("not a log")
    result = replay("--cloudtrail", "logs", "--format", "jsonl")
    assert [drift["attribute"] for drift in lines(result)] == ["memory_size", "timeout"]


def test_standard_input_is_a_path(replay: Replay) -> None:
    result = replay("--cloudtrail", "-", "--format", "jsonl", stdin=json.dumps(call("e-1")).encode())
    assert len(lines(result)) == 1


def test_many_states_of_modules_and_indexes(replay: Replay) -> None:
    other = state_entry("aws_s3_bucket_versioning", "this", {"id": "b", "bucket": "b"}, index_key="a.b")
    other["module"] = "module.store[0]"
    Path("states").mkdir()
    Path("states/store.tfstate").write_bytes(state_bytes(other, lineage="lineage-2"))
    result = replay("states", "--cloudtrail", write("log.jsonl", call("e-1")))
    assert "states read: 2, with 2 managed resources" in result.stderr


def test_a_backup_of_a_state_is_left_out_with_a_note(replay: Replay) -> None:
    Path("prod.tfstate.backup").write_bytes(state_bytes(function_entry(memory_size=1024), serial=0))
    result = replay(
        "prod.tfstate.backup", "--cloudtrail", write("log.jsonl", call("e-1")), "--format", "jsonl"
    )
    assert len(lines(result)) == 1
    assert "note: prod.tfstate.backup: left out" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{"version": 3, "terraform_version": "0.11.14"}', "bad.tfstate: the state has version 3"),
        (b'{"encrypted_data": "x", "encryption_version": "v0"}', "bad.tfstate: the state is encrypted"),
        (b'{\n"version": 4,\n"resources": [}', "bad.tfstate:3: the text is not JSON"),
        (b"\xff\xfe", "bad.tfstate:1: the text is not UTF-8"),
    ],
)
def test_a_state_that_cannot_be_read_is_named_and_the_rest_goes_on(
    replay: Replay, content: bytes, complaint: str
) -> None:
    Path("bad.tfstate").write_bytes(content)
    result = replay("bad.tfstate", "--cloudtrail", write("log.jsonl", call("e-1")), "--format", "jsonl")
    assert complaint in result.stderr
    assert (result.exit_code, len(lines(result))) == (1, 1)


def test_a_broken_line_is_named_and_the_rest_goes_on(replay: Replay) -> None:
    good, later = json.dumps(call("e-1")), json.dumps(call("e-2", 1, parameters={"timeout": 9}))
    unusable = json.dumps(call("e-3", eventTime="..."))
    Path("log.jsonl").write_text(f'{good}\n{{"broken": \n{later}\n{unusable}\n')
    result = replay("--cloudtrail", "log.jsonl", "--format", "jsonl")
    assert "log.jsonl:2: " in result.stderr
    assert "log.jsonl:4: eventTime" in result.stderr
    assert (result.exit_code, len(lines(result)), count(result, "errors")) == (1, 2, 2)


def test_the_summary_accounts_for_every_record(replay: Replay) -> None:
    log = write(
        "log.jsonl",
        call("e-1"),
        call("e-1"),
        call("failed", errorCode="AccessDenied"),
        call("read", eventName="GetFunction20150331v2", readOnly=True),
        call("own", 5, agent=TERRAFORM_AGENT, parameters={"timeout": 60}),
        call("unmapped", eventSource="unheard-of.amazonaws.com", requestParameters=None),
        call("ignored", 6, parameters={"description": "expected"}),
        {"detail-type": "EBS Volume Notification", "source": "aws.ec2", "detail": {"event": "createVolume"}},
    )
    Path("rules").write_text("# expected\naws_lambda_function.*.description\n")
    result = replay("--cloudtrail", log, "--ignore", "rules", "--format", "jsonl")
    counts = {
        label: count(result, label)
        for label in (
            "records read",
            "duplicates",
            "failed",
            "read-only",
            "not API calls",
            "no change of configuration",
            "Terraform's own",
            "unmapped",
            "of nothing managed",
            "ignored by rules",
            "with findings",
            "messages without a record, skipped",
            "errors",
        )
    }
    assert list(counts.values()) == [7, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 0]
    assert "findings: 1 (1 open, 0 resolved), 0 of them unmanaged; 1 more ignored by rules" in result.stderr


def test_terraform_s_own_calls_are_not_reported_unless_the_caller_is_not_approved(replay: Replay) -> None:
    log = write("log.jsonl", call("e-1", agent=TERRAFORM_AGENT))
    assert replay("--cloudtrail", log, "--format", "jsonl").exit_code == 0
    approved = replay(
        "--cloudtrail", log, "--terraform-principal", "*assumed-role/ops/*", "--format", "jsonl"
    )
    assert (approved.exit_code, count(approved, "Terraform's own")) == (0, 1)
    other = replay("--cloudtrail", log, "--terraform-principal", "*/deploy/*", "--format", "jsonl")
    assert (other.exit_code, lines(other)[0]["origin"]["kind"]) == (2, "terraform")


def test_terraform_that_returns_the_value_ends_the_drift(replay: Replay) -> None:
    own = call("e-2", 1, agent=TERRAFORM_AGENT, parameters={"memorySize": 128})
    result = replay("--cloudtrail", write("log.jsonl", call("e-1"), own), "--format", "jsonl")
    assert [drift["resolution"]["how"] for drift in lines(result)] == ["applied"]
    assert result.exit_code == 0


def alert(event_id: str) -> JsonObject:
    return {
        "rule": "Lambda configuration changed",
        "priority": "Warning",
        "output": "changed",
        "source": "aws_cloudtrail",
        "time": "2025-01-15T12:00:00.000000001Z",
        "output_fields": {
            "ct.id": event_id,
            "ct.name": "UpdateFunctionConfiguration20150331v2",
            "ct.src": "lambda.amazonaws.com",
            "ct.region": REGION,
            "ct.time": "2025-01-15T12:00:00Z",
            "ct.user.accountid": ACCOUNT,
            "ct.user": "oncall",
            "ct.request.functionname": "orders",
        },
    }


def test_a_falco_alert_is_evidence_and_its_call_counts_once(replay: Replay) -> None:
    alerts = write("falco.jsonl", alert("e-1"), alert("e-1"), alert("e-9"))
    result = replay("--cloudtrail", write("log.jsonl", call("e-1")), "--falco", alerts, "--format", "jsonl")
    # the record of CloudTrail tells the value, the alert of another call only that something changed
    assert sorted((drift["cause"]["event_id"], drift["fidelity"]) for drift in lines(result)) == [
        ("e-1", "exact"),
        ("e-9", "omitted"),
    ]
    assert "records read: 3, 2 of them from Falco alerts (3 alerts read, 1 of them twice)" in result.stderr
    alone = replay("--falco", alerts, "--format", "jsonl")
    assert alone.exit_code == 2


def test_output_is_the_same_for_any_order_of_the_input(replay: Replay) -> None:
    records: list[JsonValue] = [
        call(f"e-{number}", number, parameters={"memorySize": 128 + number, "timeout": 3 + number % 2})
        for number in range(12)
    ]
    outputs = set()
    for seed in range(4):
        random.Random(seed).shuffle(records)  # noqa: S311 - a repeatable order
        half = len(records) // 2
        files = [write("a.jsonl", *records[:half]), write("b.jsonl", *records[half:], *records[:3])]
        outputs.add(replay("--cloudtrail", *files, "--format", "jsonl").stdout)
    assert len(outputs) == 1


def test_json_has_drifts_counts_and_problems(replay: Replay) -> None:
    result = replay("--cloudtrail", write("log.jsonl", call("e-1")), "missing", "--format", "json")
    document = json.loads(result.stdout)
    assert len(document["drifts"]) == 1
    assert document["summary"]["finding_records"] == 1
    assert document["problems"] == [
        {"where": "missing", "reason": "cannot be read: No such file or directory"}
    ]


def test_the_table_shows_who_what_and_the_values(replay: Replay) -> None:
    result = replay("--cloudtrail", write("log.jsonl", call("e-1")))
    for text in ("oncall", "aws_lambda_function", "memory_size", "128", "1024", "2025-01-15T12:00"):
        assert text in result.stdout


def test_what_callers_wrote_cannot_steer_the_terminal(replay: Replay) -> None:
    hostile = call("e-1", agent="\x1b]0;owned\x07", parameters={"description": "\x1b[2J\x9b31m"})
    result = replay("--cloudtrail", write("log.jsonl", hostile), "no\x1bsuch")
    assert "\x1b" not in result.stdout + result.stderr
    assert "\x9b" not in result.stdout
    assert "memory" not in result.stdout
    assert "description" in result.stdout


def test_unmanaged_resources_can_be_left_out(replay: Replay) -> None:
    foreign = call(
        "e-1",
        eventSource="ec2.amazonaws.com",
        eventName="ModifyInstanceAttribute",
        requestParameters={"instanceId": "i-0123456789abcdef0", "instanceType": {"value": "t3.large"}},
    )
    log = write("log.jsonl", foreign)
    shown = replay("--cloudtrail", log, "--format", "jsonl")
    assert ([drift["managed"] for drift in lines(shown)], shown.exit_code) == ([False], 2)
    hidden = replay("--cloudtrail", log, "--managed-only", "--format", "jsonl")
    assert (hidden.stdout, hidden.exit_code) == ("", 0)
    assert "1 of them unmanaged" in hidden.stderr


def test_planted_secrets_are_never_printed(replay: Replay) -> None:
    entry = state_entry(
        "aws_db_instance", "db", {"id": "db-1", "identifier": "db", "password": "planted-secret"}
    )
    Path("db.tfstate").write_bytes(state_bytes(entry, lineage="lineage-2"))
    change = call(
        "e-1",
        eventSource="rds.amazonaws.com",
        eventName="ModifyDBInstance",
        requestParameters={"dBInstanceIdentifier": "db", "masterUserPassword": "planted-too"},
    )
    for output in ("table", "jsonl", "json"):
        result = replay("db.tfstate", "--cloudtrail", write("log.jsonl", change), "--format", output)
        assert "planted" not in result.stdout + result.stderr
        assert "password" in result.stdout
