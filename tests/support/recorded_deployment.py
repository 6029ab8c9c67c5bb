"""Records, for each role of a deployment, what the code that runs under it calls in the emulator."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.driven_functions import DRIVES, Drive, forget_a_state, rotate, take_log_files
from tests.support.driven_notifications import announce, committed_batch, deliver, notified_targets
from tests.support.driven_streaming import drive_tasks
from tests.support.installation import ACCOUNT, Installation
from tests.support.recorded_calls import Recorder, Recording, listening
from tfdrift.demo.emulator import REGION
from tools.permissions.roles import Right, Role, functions_of, roles

Recordings = defaultdict[str, Recording]


@dataclass
class RecordedDeployment:
    """An installation, and what was called in it under each role, by the role's logical id."""

    installation: Installation
    recordings: Recordings

    @contextmanager
    def recording(self, role: Role) -> Iterator[None]:
        """Write down what clients call that are made in the context, as the role's doing."""
        found = self.recordings[role.logical_id]

        def seen(operation: str, right: Right) -> None:
            found.operations.add(operation)
            found.rights.add(Right(right.action, self.installation.resource(right.resource)))

        recorder = Recorder(ACCOUNT, REGION, seen=seen, missing=found.missing.add)
        with listening(recorder):
            yield

    def drive_functions(self, states: Sequence[str], log_files: Sequence[str]) -> None:
        """Drive the ingest stack's functions, with the buckets of states and of log files."""
        buckets = {"State": states[0], "LogFiles": log_files[0]}
        for name, drive in DRIVES:
            with self.running(name) as patch:
                drive(Drive(self.installation, _clock_of(patch)), buckets.get(name, ""))
        for name, again, others in (
            ("State", forget_a_state, states[1:]),
            ("LogFiles", take_log_files, log_files[1:]),
        ):
            with self.running(name) as patch:
                for bucket in others:
                    again(Drive(self.installation, _clock_of(patch)), bucket)

    def drive_rotation(self) -> None:
        """Drive the function that rotates a secret, where the deployment has one."""
        for stack, _, schedule in self.installation.stacks.resources("AWS::SecretsManager::RotationSchedule"):
            logical_id = schedule["RotationLambdaARN"]["Fn::GetAtt"][0]
            function = self.installation.stacks.templates[stack]["Resources"][logical_id]["Properties"]
            wanted = function["Role"]["Fn::GetAtt"][0]
            (role,) = (role for role in roles(self.installation.stacks) if role.logical_id == wanted)
            secret = self.installation.stacks.text(stack, schedule["SecretId"])
            with self._process(role, _variables_of(function)) as patch:
                rotate(Drive(self.installation, _clock_of(patch)), self.installation.aliases[secret])

    def drive_notifications(self) -> None:
        """Drive the functions that tell people, if the deployment has them."""
        if "Notify" not in self.installation.stacks.templates:
            return
        variables = self.installation.environment("Notify", self._variables("Notify"))
        batch = committed_batch(self.installation, variables["TFDRIFT_FEED_TABLE"])
        with notified_targets(self.installation, json.loads(variables["TFDRIFT_NOTIFICATIONS"])) as known:
            with self.running("Notify"):
                announce(batch)
            with self.running("Deliver"):
                deliver(self.installation, variables["TFDRIFT_OUTBOX_URL"], known)

    def drive_tasks(self, folder: Path) -> None:
        """Drive the container's process."""
        lines = folder / "calls.jsonl"
        ((stack, _, task),) = self.installation.stacks.resources("AWS::ECS::TaskDefinition")
        (container,) = task["ContainerDefinitions"]
        drive_tasks(self.installation, stack, container, folder, lines)
        found = self.recordings[task["TaskRoleArn"]["Fn::GetAtt"][0]]
        for line in lines.read_text("utf-8").splitlines():
            operation, action, resource = json.loads(line)
            found.operations.add(operation)
            found.rights.add(Right(action, self.installation.resource(resource)))

    @contextmanager
    def running(self, name: str) -> Iterator[pytest.MonkeyPatch]:
        """Be a function's process while the context lasts, its calls recorded."""
        with self._process(self._role(name), self._variables(name)) as patch:
            yield patch

    @contextmanager
    def _process(self, role: Role, variables: dict[str, Any]) -> Iterator[pytest.MonkeyPatch]:
        with pytest.MonkeyPatch.context() as patch, self.recording(role):
            self.installation.enter(patch, role.stack, variables)
            yield patch

    def _role(self, name: str) -> Role:
        (role,) = (role for role in roles(self.installation.stacks) if role.name == f"{name}Role")
        return role

    def _variables(self, name: str) -> dict[str, Any]:
        ((_, function),) = functions_of(self.installation.stacks, self._role(name))
        return _variables_of(function)


def _variables_of(function: dict[str, Any]) -> dict[str, Any]:
    variables: dict[str, Any] = function.get("Environment", {}).get("Variables", {})
    return variables


def _clock_of(patch: pytest.MonkeyPatch) -> Any:
    def later(module: ModuleType, by: timedelta) -> None:
        class Later(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return datetime.now(tz or UTC) + by

        patch.setattr(module, "datetime", Later)

    return later
