"""The page on Terraform: its HCL parses and names what the provider has, and what it says of states holds."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import pytest

from handlers.tfstate.notices import read_notices
from infra.config import DeploymentConfig
from tests.support.lambda_events import object_event
from tests.support.pages import blocks, page_text
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.terraform_state import UnreadableState, parse_state
from tools.permissions.configurations import default_assembly
from tools.permissions.stacks import read_stacks

PAGE = "terraform.md"
_SCHEMA = Path(__file__).resolve().parents[1] / "unit/catalog/provider_schema.json"
# What every resource has by Terraform itself, and a mark of the parser.
_META = {"lifecycle", "depends_on", "count", "for_each", "provider", "__is_block__"}


def resources() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield type and content of every resource in the page's HCL."""
    for block in blocks(PAGE, "hcl"):
        for resource in hcl2.load(io.StringIO(block)).get("resource", []):
            for kind, named in resource.items():
                for name, content in named.items():
                    if name != "__is_block__":
                        yield kind.strip('"'), content


def unknown(content: dict[str, Any], schema: dict[str, Any], path: str) -> list[str]:
    """Return the arguments that the schema has not, nested blocks included."""
    found: list[str] = []
    for name, value in content.items():
        if name in _META:
            continue
        if name not in schema:
            found.append(f"{path}.{name}")
        for part in value if isinstance(value, list) else []:
            if isinstance(part, dict):
                found += unknown(part, schema[name], f"{path}.{name}")
    return found


@pytest.mark.parametrize("block", blocks(PAGE, "hcl"))
def test_every_example_is_hcl(block: str) -> None:
    assert hcl2.load(io.StringIO(block))


def test_every_argument_is_one_of_the_provider() -> None:
    schema = json.loads(_SCHEMA.read_text("utf-8"))["types"]
    found = list(resources())
    assert {"aws_s3_bucket_notification", "aws_iam_role", "aws_kms_grant"} <= {kind for kind, _ in found}
    assert [argument for kind, content in found for argument in unknown(content, schema[kind], kind)] == []


def test_the_bucket_is_told_to_tell_eventbridge() -> None:
    (notification,) = [content for kind, content in resources() if kind == "aws_s3_bucket_notification"]
    assert notification["eventbridge"] is True


def test_keys_of_workspaces_are_states_and_lock_files_are_none() -> None:
    # Given what S3 writes for a workspace's state, and for the lock beside it
    state, lock = "env:/staging/prod/terraform.tfstate", "prod/terraform.tfstate.tflock"
    # When the default's rule, by the ending of the key, and the reader see them
    suffixes = DeploymentConfig().state_key_suffixes
    (notice,) = read_notices(json.dumps(object_event("states", state)))
    (of_lock,) = read_notices(json.dumps(object_event("states", lock)))
    # Then the one is taken by its key and the other passed over
    assert state.endswith(suffixes)
    assert not lock.endswith(suffixes)
    assert (notice.key, notice.is_lock, of_lock.is_lock) == (state, False, True)


def test_an_encrypted_state_is_refused_in_the_words_of_the_page() -> None:
    encrypted = json.dumps({"encrypted_data": "x", "encryption_version": "v0"}).encode()
    with pytest.raises(UnreadableState, match="the state is encrypted by OpenTofu") as refused:
        parse_state(encrypted, bucket="states", key="a.tfstate", fingerprint=Fingerprint(b"key"))
    assert "tofu state pull" in str(refused.value)
    assert "the state is encrypted by OpenTofu" in page_text(PAGE)


def test_the_outputs_that_it_names_exist() -> None:
    outputs = {
        name for template in read_stacks(default_assembly()).values() for name in template.get("Outputs", {})
    }
    assert {"StateFunctionName", "StateBucketNames"} <= outputs
