"""Reads synthesised CloudFormation templates for the tests of the infrastructure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Template:
    """One stack's template."""

    body: dict[str, Any]

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Return the properties of all resources of a type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.body["Resources"].items()
            if resource["Type"] == resource_type
        }

    def only(self, resource_type: str) -> dict[str, Any]:
        """Return the properties of the one resource of a type."""
        (properties,) = self.of_type(resource_type).values()
        return properties

    def resource(self, logical_id_prefix: str, resource_type: str) -> dict[str, Any]:
        """Return the properties of the one resource of a type whose logical id starts so."""
        (properties,) = (
            properties
            for name, properties in self.of_type(resource_type).items()
            if name.startswith(logical_id_prefix)
        )
        return properties

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every statement of every policy that a role has, with the policy's logical id."""
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            for name, properties in self.of_type(kind).items():
                for statement in properties["PolicyDocument"]["Statement"]:
                    yield name, statement
        for name, properties in self.of_type("AWS::IAM::Role").items():
            for policy in properties.get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement


def read_templates(assembly: Path) -> dict[str, Template]:
    """Return an assembly's templates by the stack's construct id."""
    return {
        path.name.removesuffix(".template.json"): Template(json.loads(path.read_text()))
        for path in sorted(assembly.glob("*.template.json"))
    }


def as_list(value: Any) -> list[Any]:
    """Return a policy element as the list that it may stand for."""
    return value if isinstance(value, list) else [value]
