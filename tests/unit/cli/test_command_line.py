"""Options take several values, and mistakes exit with 1."""

import pytest
from typer.testing import CliRunner

from tfdrift.cli import app
from tfdrift.command_line import repeat_options


@pytest.mark.parametrize(
    ("args", "expanded"),
    [
        (["--state", "a", "b", "--falco", "c"], ["--state", "a", "--state", "b", "--falco", "c"]),
        (["--state", "-", "b"], ["--state", "-", "--state", "b"]),
        (["--state", "a", "--state", "b", "c"], ["--state", "a", "--state", "b", "--state", "c"]),
        (["--format", "json", "x"], ["--format", "json", "x"]),
        (["x", "--state"], ["x", "--state"]),
        ([], []),
    ],
)
def test_each_value_gets_its_option_s_name(args: list[str], expanded: list[str]) -> None:
    assert list(repeat_options(args, {"--state", "--falco"})) == expanded


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["replay"], "--state"),
        (["replay", "--state", "x"], "nothing to replay"),
        (["replay", "--state", "-", "--cloudtrail", "-"], "only once"),
        (["replay", "--state", "x", "--cloudtrail", "y", "--format", "xml"], "--format"),
        (["replay", "--unknown"], "--unknown"),
        (["replay", "--state", "x", "--cloudtrail", "y", "--ignore", "no-such-file"], "no-such-file"),
        (["unknown"], "unknown"),
    ],
)
def test_a_mistake_in_the_arguments_exits_with_1_and_says_what(args: list[str], complaint: str) -> None:
    # 2 would say that drift is open
    result = CliRunner().invoke(app, args, env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"})
    assert result.exit_code == 1
    assert complaint in result.stderr
    assert result.stdout == ""
