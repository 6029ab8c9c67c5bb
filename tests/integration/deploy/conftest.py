"""The product's stacks in the emulator, with functions that write down what they are invoked with."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tfdrift.demo.deploy import Deployment, deploy_assembly, deployment_context
from tfdrift.demo.emulator import Emulator
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.synthesis import synthesise

PROBES = Path(__file__).parent / "probe_bundle"
ARRIVES_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Wired:
    """A deployment whose functions are probes."""

    clients: EmulatorClients
    deployment: Deployment
    assembly: Path

    def invocations(self, name: str) -> list[dict[str, Any]]:
        """Return the events that a function was invoked with."""
        answer = self.clients("dynamodb").query(
            TableName=self.deployment.events_table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"PROBE#{name}"}},
            ConsistentRead=True,
        )
        return [json.loads(item["event"]["S"]) for item in answer["Items"]]

    def bodies(self, name: str) -> list[Any]:
        """Return the decoded bodies of all queue messages that a function was invoked with."""
        return [
            json.loads(message["body"])
            for event in self.invocations(name)
            for message in event.get("Records", [])
        ]

    def await_body(self, name: str, wanted: Callable[[Any], bool]) -> Any:
        """Return the first message body that is wanted, once it arrives."""
        deadline = time.monotonic() + ARRIVES_WITHIN
        while time.monotonic() < deadline:
            for body in self.bodies(name):
                if wanted(body):
                    return body
            time.sleep(0.1)
        raise AssertionError(f"{name} was not invoked with it; it got {self.bodies(name)}")


@pytest.fixture(scope="session")
def clients(emulator: Emulator) -> Iterator[EmulatorClients]:
    """Clients of the emulator."""
    with EmulatorClients(emulator) as made:
        yield made


@pytest.fixture(scope="session")
def wired(emulator: Emulator, clients: EmulatorClients) -> Wired:
    """The default deployment, but for its functions' code."""
    assembly = synthesise("probes", deployment_context(PROBES, "probes"))
    return Wired(clients, deploy_assembly(emulator, assembly), assembly)
