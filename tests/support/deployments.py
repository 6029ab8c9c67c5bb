"""Deployments in an emulator of their own: what tests ask of the stacks, and of what was left out of them."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.waiting import wait_until
from tests.support.lambda_events import alb_request
from tests.support.tables import TableNames
from tfdrift.demo.assembly import AssembledStack, stacks
from tfdrift.demo.deploy import RECORD_SOURCE, Deployment, deploy_assembly
from tfdrift.demo.emulator import REGION, Emulator
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.emulator_gaps import REFUSED_VARIABLES, adapt

ARRIVES_WITHIN = 120.0
CALL = "AWS API Call via CloudTrail"


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment, its emulator, and the assembly that it was made of."""

    emulator: Emulator
    clients: EmulatorClients
    deployment: Deployment
    assembly: Path

    @property
    def outputs(self) -> Mapping[str, str]:
        """The stacks' outputs by name."""
        return self.deployment.outputs

    @property
    def tables(self) -> TableNames:
        """The product's tables."""
        found = self.deployment
        return TableNames(found.events_table, found.state_table, found.feed_table)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Invoke a function and return what it answers; fails if it raised."""
        answer = self.clients("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        said = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    def variables(self, function: str) -> dict[str, str]:
        """Return a function's variables."""
        found = self.clients("lambda").get_function_configuration(FunctionName=function)
        return dict(found["Environment"]["Variables"])

    def point(self, function: str, **variables: str) -> None:
        """Change some of a function's variables: addresses that only AWS has become those of a test."""
        self.clients("lambda").update_function_configuration(
            FunctionName=function, Environment={"Variables": {**self.variables(function), **variables}}
        )

    def data(self, path: str, **query: str) -> Any:
        """Return what the REST API's function answers to a load balancer's request."""
        answer = self.invoke(self.deployment.api_function, alb_request("GET", path, query))
        assert answer["statusCode"] == 200, answer
        return json.loads(answer["body"])["data"]

    def items(self, path: str, **query: str) -> list[Any]:
        """Return a listing of the REST API."""
        return list(self.data(path, **query)["items"])

    def put_states(self, states: dict[str, bytes], resources: int) -> None:
        """Put states into the deployment's bucket by key; return once so many resources are known."""
        for key, body in states.items():
            self.clients("s3").put_object(Bucket=self.deployment.state_bucket, Key=key, Body=body)
        eventually(lambda: len(self.items("/api/v1/state/resources", limit="200")) == resources)

    def container_environment(self) -> dict[str, str]:
        """Return the variables of the deployed task definition, but where it listens."""
        ecs = self.clients("ecs")
        services = ecs.describe_services(
            cluster=self.outputs["ClusterName"], services=[self.outputs["ServiceName"]]
        )["services"]
        task = ecs.describe_task_definition(taskDefinition=services[0]["taskDefinition"])["taskDefinition"]
        (container,) = task["containerDefinitions"]
        known = {entry["name"]: entry["value"] for entry in container["environment"]}
        return {name: known[name] for name in known if name not in ("TFDRIFT_HOST", "TFDRIFT_PORT")}

    def put_record(self, record: dict[str, Any], bus: str = "default") -> None:
        """Put CloudTrail's event of a call on a bus, as the demo hands it in."""
        entry = {
            "Source": RECORD_SOURCE,
            "DetailType": CALL,
            "Detail": json.dumps(record),
            "EventBusName": bus,
        }
        assert self.clients("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def deployed(emulator: Emulator, clients: EmulatorClients, assembly: Path, region: str = REGION) -> Deployed:
    """Deploy an assembly."""
    return Deployed(emulator, clients, deploy_assembly(emulator, assembly, region=region), assembly)


def with_text_replaced(assembly: Path, folder: Path, old: str, new: str) -> Path:
    """Lay out an assembly in another folder, with a text of its templates replaced; returns that folder."""
    for path in assembly.iterdir():
        if path.suffix == ".json" and path.is_file():
            (folder / path.name).write_text(path.read_text("utf-8").replace(old, new), "utf-8")
        else:
            (folder / path.name).symlink_to(path)
    return folder


def eventually(condition: Callable[[], object]) -> None:
    """Return once the condition holds; fails if it does not within two minutes."""
    wait_until(lambda: bool(condition()), ARRIVES_WITHIN, lambda: "it did not happen")


def left_out(assembly: Path) -> dict[str, list[str]]:
    """Return what is left out for the emulator: types and variables by stack."""
    return {stack.name: sorted(_left_out(stack)) for stack in stacks(assembly)}


def _left_out(stack: AssembledStack) -> Iterator[str]:
    resources: Any = stack.template["Resources"]
    for part in adapt(stack.template).left_out:
        yield part.partition(".")[2] or resources[part]["Type"]


def assert_all_else_is_as_synthesised(assembly: Path) -> None:
    """Fail if adapting the templates changes more than what is left out and which rules are widened."""
    for stack in stacks(assembly):
        assert stack.template["Resources"] != {}
        adapted = adapt(stack.template, RECORD_SOURCE)
        before: Any = copy.deepcopy(stack.template)
        after: Any = adapted.template
        gone = [part for part in adapted.left_out if "." not in part]
        for name in gone:
            del before["Resources"][name]
        for name, resource in before["Resources"].items():
            if "DependsOn" in resource:
                resource["DependsOn"] = [other for other in resource["DependsOn"] if other not in gone]
            if name in adapted.widened:
                resource["Properties"]["EventPattern"]["source"].append(RECORD_SOURCE)
            for container in resource["Properties"].get("ContainerDefinitions", []):
                container["Environment"] = [
                    entry for entry in container["Environment"] if entry["Name"] not in REFUSED_VARIABLES
                ]
        assert after == before, stack.name
