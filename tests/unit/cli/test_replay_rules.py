"""Rules of an installation in replay: what they hid can be listed, and they decide how severe a change is."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.replaying import Replay, call, lines, write

RULES = """
[[rule]]
severity = "critical"
reason = "memory is money"
types = ["aws_lambda_function"]
attributes = ["memory_size"]
"""


def ignoring(text: str) -> str:
    Path("rules").write_text(f"# a comment\n{text}\n")
    return "rules"


def test_what_the_rules_hid_is_listed_with_the_rule(replay: Replay) -> None:
    write("log.json", call("e-1", parameters={"memorySize": 1024, "timeout": 60}))
    rules = ignoring("aws_lambda_function.orders.memory_size")
    arguments = ("--cloudtrail", "log.json", "--ignore", rules, "--format", "jsonl")
    shown, hidden = lines(replay(*arguments, "--show-ignored"))
    assert (shown["attribute"], "ignored_by" in shown) == ("timeout", False)
    assert (hidden["attribute"], hidden["new_value"]) == ("memory_size", 1024)
    assert hidden["ignored_by"] == {"line": 2, "rule": "aws_lambda_function.orders.memory_size"}
    # and without the option it is only counted
    result = replay(*arguments)
    assert [drift["attribute"] for drift in lines(result)] == ["timeout"]
    assert "1 more ignored by rules" in result.stderr


def test_what_is_hidden_is_not_open(replay: Replay) -> None:
    write("log.json", call("e-1"))
    rules = ignoring("origin:cli")
    result = replay("--cloudtrail", "log.json", "--ignore", rules, "--show-ignored")
    assert result.exit_code == 0
    assert "ignored, line 2" in result.stdout
    document = replay("--cloudtrail", "log.json", "--ignore", rules, "--show-ignored", "--format", "json")
    assert [item["attribute"] for item in json.loads(document.stdout)["ignored"]] == ["memory_size"]


def test_a_rules_file_decides_the_severity(replay: Replay) -> None:
    write("log.json", call("e-1", parameters={"memorySize": 1024, "timeout": 60}))
    Path("severity.toml").write_text(RULES)
    found = lines(replay("--cloudtrail", "log.json", "--severity", "severity.toml", "--format", "jsonl"))
    by_attribute = {drift["attribute"]: (drift["severity"], drift["severity_reason"]) for drift in found}
    assert by_attribute["memory_size"] == ("critical", "memory is money (the severity rules)")
    assert by_attribute["timeout"][0] == "medium"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[rule]", "not TOML"),
        ('[[rule]]\nseverity = "grave"\nreason = "x"\n', "rule.1.severity"),
        ('[[rule]]\nseverity = "low"\nreason = "x"\ntest = "is_odd"\n', "no severity test"),
        ('[[rule]]\nseverity = "low"\n', "rule.1.reason"),
        ("rules = 1\n", "rule: Field required"),
    ],
)
def test_a_rules_file_that_is_wrong_is_refused_with_the_place(
    replay: Replay, text: str, complaint: str
) -> None:
    write("log.json", call("e-1"))
    Path("severity.toml").write_text(text)
    result = replay("--cloudtrail", "log.json", "--severity", "severity.toml")
    assert result.exit_code == 1
    assert complaint in result.stderr


def test_an_empty_rules_file_changes_nothing(replay: Replay) -> None:
    write("log.json", call("e-1"))
    Path("severity.toml").write_text("# none yet\n")
    result = replay("--cloudtrail", "log.json", "--severity", "severity.toml", "--format", "jsonl")
    assert [drift["severity"] for drift in lines(result)] == ["medium"]
