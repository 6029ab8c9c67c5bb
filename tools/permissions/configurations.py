"""The deployments that the page is made of: with nothing configured, and with all that adds rights."""

import json
from pathlib import Path

from tfdrift.demo.synthesis import PROJECT_ROOT, synthesise

# Its functions' code does not matter here.
_BUNDLE = PROJECT_ROOT / "tests/infra/bundle"
_COMPLETE = Path(__file__).with_name("complete.json")


def default_assembly() -> Path:
    """Return the assembly of a deployment with nothing configured."""
    return synthesise("tests", {"lambda_bundle": str(_BUNDLE)})


def complete_assembly() -> Path:
    """Return the assembly of a deployment with all that adds a role or a right."""
    return synthesise(
        "permissions", {"lambda_bundle": str(_BUNDLE), **json.loads(_COMPLETE.read_text("utf-8"))}
    )
