"""The fixture that runs replay."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.support.lifecycle_samples import function_entry, state_bytes
from tests.unit.cli.replaying import Replay
from tfdrift.cli import app


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replay:
    """Run replay in a folder that holds ``prod.tfstate``; further arguments as given."""
    monkeypatch.chdir(tmp_path)
    Path("prod.tfstate").write_bytes(state_bytes(function_entry()))

    def run(*args: str, stdin: bytes | None = None) -> Result:
        result = CliRunner().invoke(app, ["replay", "--state", "prod.tfstate", *args], input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run
