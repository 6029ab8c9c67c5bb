"""Least privilege: a role may do what its code calls and what AWS does in its name, no less and no more.

The handlers and the container's process run along all their paths against the emulator, and every call of
their AWS clients is written down as the right that IAM asks for; what AWS itself does is read from the
templates (tools/permissions/aws_uses.toml). A right that is missing fails, and so does one that nothing uses.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.conftest import MEMBER_STATES
from tests.support.installation import Installation, stacks_in_emulator
from tests.support.recorded_calls import Recording
from tests.support.recorded_deployment import RecordedDeployment
from tests.support.templates import Template
from tfdrift.demo.emulator import Emulator
from tools.permissions.keys import key_needs
from tools.permissions.roles import Right, Role, aws_uses, granted, roles, used_by_aws
from tools.permissions.stacks import Stacks

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(240)]

_ROOT = Path(__file__).resolve().parents[2]
# Calls of parts that not every configuration has, and what its templates have then.
ONLY_WITH = {
    "Publish": "TFDRIFT_NOTIFICATIONS",
    "PutEvents": "TFDRIFT_NOTIFICATIONS",
    "SendMessage": "TFDRIFT_NOTIFICATIONS",
    "DescribeSecret": "handlers.rotate_token",
    "PutSecretValue": "handlers.rotate_token",
    "UpdateSecretVersionStage": "handlers.rotate_token",
    "PutTraceSegments": "TFDRIFT_TRACES",
}
# A task asks so for batches that have expired, when it was away for longer than they are kept:
# tests/integration/streaming/test_following.py. IAM asks for GetItem, as for the lease.
NOT_DRIVEN = {"TransactGetItems"}
OTHERS_BUCKETS = {
    "organisation": {member["bucket"] for member in MEMBER_STATES} | {"trail-of-the-organisation"},
    "configured": {"states-of-team-a", "states-of-team-b", "trail-of-the-organisation"},
}
MEMBERS_KEYS = {
    member["bucket"]: member["kms_key_arn"] for member in MEMBER_STATES if "kms_key_arn" in member
}


@dataclass(frozen=True)
class Deployment:
    """A configuration's roles: what they are granted, and what was seen to be needed."""

    stacks: Stacks
    recordings: dict[str, Recording]

    def granted(self, role: Role) -> set[Right]:
        return granted(self.stacks, role)

    def needed(self, role: Role) -> set[Right]:
        found = self.recordings.get(role.logical_id, Recording())
        by_aws = {needed.right for needed in used_by_aws(self.stacks, role)}
        rights = found.rights | by_aws | _of_missing(found)
        return (
            rights | {needed.right for needed in key_needs(self.stacks, rights)} | self._of_foreign_keys(role)
        )

    def _of_foreign_keys(self, role: Role) -> set[Right]:
        """Return the use of the keys that members name for buckets which the role reads."""
        read = {_bucket_of(right) for right in self.recordings.get(role.logical_id, Recording()).rights}
        return {Right("kms:Decrypt", key) for bucket, key in MEMBERS_KEYS.items() if bucket in read}


def _bucket_of(right: Right) -> str:
    return right.resource.removeprefix("arn:aws:s3:::").partition("/")[0]


def _of_missing(found: Recording) -> set[Right]:
    return {
        Right(action, bucket) for bucket in found.missing for action in aws_uses()["missing_object"].actions
    }


def _buckets_of(stacks: Stacks, role_name: str) -> set[str]:
    """Return the buckets whose objects a role may read: those that it is told of."""
    (role,) = (role for role in roles(stacks) if role.name == role_name)
    return {_bucket_of(right) for right in granted(stacks, role) if right.action == "s3:GetObject"}


@pytest.fixture(scope="module")
def loop() -> Iterator[None]:
    """Give the adapter of HTTP functions a loop, as Lambda's main thread has."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield
    made.close()
    asyncio.set_event_loop(None)


@pytest.fixture(
    scope="module", params=["templates", "public", "organisation", "configured"], ids=lambda name: name
)
def deployment(
    request: pytest.FixtureRequest,
    emulator: Emulator,
    tmp_path_factory: pytest.TempPathFactory,
    loop: None,
) -> Deployment:
    """A configuration, installed in the emulator and driven."""
    templates: dict[str, Template] = request.getfixturevalue(request.param)
    stacks = stacks_in_emulator(
        emulator, {name: template.body for name, template in templates.items()}, prefix=request.param
    )
    installation = Installation(emulator, stacks)
    recorded = RecordedDeployment(installation, defaultdict(Recording))
    own = {stacks.name(stack, logical_id) for stack, logical_id, _ in stacks.resources("AWS::S3::Bucket")}
    read = {
        # The deployment's own come first: what others hold may be of other accounts.
        name: sorted(_buckets_of(stacks, f"{name}Role"), key=lambda bucket: (bucket not in own, bucket))
        for name in ("State", "LogFiles")
    }
    for bucket in {*read["State"], *read["LogFiles"]} - own:
        installation.make_bucket(bucket)
    recorded.drive_functions(states=read["State"], log_files=read["LogFiles"])
    recorded.drive_rotation()
    recorded.drive_notifications()
    recorded.drive_tasks(tmp_path_factory.mktemp(request.param))
    return Deployment(stacks, dict(recorded.recordings))


def missing(needed: set[Right], rights: set[Right]) -> list[Right]:
    """Return what is needed and not granted."""
    return sorted(each for each in needed if not any(right.covers(each) for right in rights))


def unused(needed: set[Right], rights: set[Right]) -> list[Right]:
    """Return what is granted and not needed."""
    return sorted(right for right in rights if not any(right.covers(each) for each in needed))


def test_nothing_that_is_called_is_missing(deployment: Deployment) -> None:
    known = roles(deployment.stacks)
    assert known
    assert {
        role.name: found
        for role in known
        if (found := missing(deployment.needed(role), deployment.granted(role)))
    } == {}


def test_nothing_is_granted_that_nothing_uses(deployment: Deployment) -> None:
    known = roles(deployment.stacks)
    assert any(deployment.granted(role) for role in known)
    assert {
        role.name: found
        for role in known
        if (found := unused(deployment.needed(role), deployment.granted(role)))
    } == {}


def test_every_role_that_runs_code_was_driven(deployment: Deployment) -> None:
    running = {"lambda.amazonaws.com", "ecs-tasks.amazonaws.com"}
    silent = [
        role.name
        for role in roles(deployment.stacks)
        if role.service in running
        and not role.name.endswith("ExecutionRole")
        and not deployment.recordings[role.logical_id].rights
    ]
    assert silent == []


def test_every_call_in_the_source_was_made(deployment: Deployment) -> None:
    # Given the methods of AWS's clients that the adapters call, by their text
    text = "".join(path.read_text("utf-8") for path in (_ROOT / "tfdrift/adapters").rglob("*.py"))
    called = set(re.findall(r"\b(?:client|tables|streams)\.([a-z_]+)\(", text))
    operations = {"".join(part.title() for part in method.split("_")) for method in called}
    text = json.dumps(deployment.stacks.templates)
    operations -= {operation for operation, part in ONLY_WITH.items() if part not in text}
    # When they are compared with what the drives made
    made = {operation for found in deployment.recordings.values() for operation in found.operations}
    # Then there is no call that no drive reaches
    assert operations
    assert operations - made == NOT_DRIVEN


def test_a_right_that_is_taken_away_or_added_is_noticed(deployment: Deployment) -> None:
    # Given the role of a function, which has what it needs
    (role,) = (role for role in roles(deployment.stacks) if role.name == "CloudTrailRole")
    needed, rights = deployment.needed(role), deployment.granted(role)
    put = next(right for right in rights if right.action == "dynamodb:PutItem")
    # When it lacks a right, or has that of another action or of another resource
    scan = Right("dynamodb:Scan", put.resource)
    elsewhere = Right(put.action, put.resource.replace("EventsTable", "StateTable"))
    # Then the comparison names just that
    assert missing(needed, rights - {put}) == [put]
    assert unused(needed, rights | {scan, elsewhere}) == sorted([scan, elsewhere])


def test_the_buckets_that_the_options_name_were_read(
    deployment: Deployment, request: pytest.FixtureRequest
) -> None:
    configuration = request.node.callspec.params["deployment"]
    wanted = OTHERS_BUCKETS.get(configuration, set())
    read = {_bucket_of(right) for found in deployment.recordings.values() for right in found.rights}
    assert wanted <= read


def test_every_use_by_aws_is_one_of_a_configuration(
    templates: dict[str, Template], organisation: dict[str, Template], configured: dict[str, Template]
) -> None:
    seen = {
        needed.use.reason
        for found in (templates, organisation, configured)
        for stacks in [Stacks({name: template.body for name, template in found.items()})]
        for role in roles(stacks)
        for needed in used_by_aws(stacks, role)
    }
    known = {name: use.reason for name, use in aws_uses().items()}
    assert {name for name, reason in known.items() if reason not in seen} == {"missing_object"}
