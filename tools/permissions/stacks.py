"""Reads synthesised stacks and says what a value of a template comes to, as CloudFormation would."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
# CDK ends a logical id with eight hexadecimal digits of its path's hash.
_HASH = re.compile(r"[0-9A-F]{8}$")
# What an ARN names, by resource type; the type's own name stands in for the rest.
_ARNS = {
    "AWS::DynamoDB::GlobalTable": "dynamodb:{region}:{account}:table/{name}",
    "AWS::Events::Rule": "events:{region}:{account}:rule/{name}",
    "AWS::Events::EventBus": "events:{region}:{account}:event-bus/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}",
}
_REF_IS_ARN = {"AWS::SNS::Topic", "AWS::SecretsManager::Secret"}
STREAM = "/stream/current"


class UnknownValueError(Exception):
    """A template says something that this reader does not know; the text shows what."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the stacks stand, for values that speak of it, and where queues answer."""

    account: str = "111122223333"
    region: str = "us-east-1"
    queues: str = "https://sqs.us-east-1.amazonaws.com"


@dataclass
class Stacks:
    """The stacks of one deployment by construct id; `names` gives resources other names than their own.

    A resource is called by its logical id without CDK's hash, in small letters if it is a bucket.
    """

    templates: Mapping[str, Mapping[str, Any]]
    place: Place = field(default_factory=Place)
    names: Callable[[str], str] = field(default=lambda logical_id: readable(logical_id))

    def resources(self, resource_type: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield stack, logical id and properties of every resource of a type."""
        for stack, template in self.templates.items():
            for logical_id, resource in template["Resources"].items():
                if resource["Type"] == resource_type:
                    yield stack, logical_id, resource.get("Properties", {})

    def name(self, stack: str, logical_id: str) -> str:
        """Return what a resource is called."""
        resource = self.templates[stack]["Resources"][logical_id]
        named = self.names(logical_id)
        if resource["Type"] == "AWS::Events::EventBus":
            return str(resource["Properties"]["Name"])
        return named.lower() if resource["Type"] == "AWS::S3::Bucket" else named

    def arn(self, stack: str, logical_id: str) -> str:
        """Return a resource's ARN; raises UnknownValueError for types whose ARNs nothing asks for."""
        kind = self.templates[stack]["Resources"][logical_id]["Type"]
        if kind not in _ARNS:
            return f"arn:aws:{kind}:{self.name(stack, logical_id)}"
        place = self.place
        rest = _ARNS[kind].format(
            region=place.region, account=place.account, name=self.name(stack, logical_id)
        )
        return f"arn:aws:{rest}"

    def text(self, stack: str, value: object) -> str:
        """Return what a value of a stack's template comes to.

        Raises
        ------
        UnknownValueError
            For a function of CloudFormation that is not known here.
        """
        if isinstance(value, str):
            return value
        if not isinstance(value, dict) or len(value) != 1:
            raise UnknownValueError(f"{stack}: {json.dumps(value)}")
        [(function, argument)] = value.items()
        known: dict[str, Callable[[], str]] = {
            "Ref": lambda: self._ref(stack, argument),
            "Fn::GetAtt": lambda: self._attribute(stack, argument[0], argument[1]),
            "Fn::Join": lambda: argument[0].join(self.text(stack, part) for part in argument[1]),
            "Fn::Sub": lambda: _VARIABLE.sub(lambda found: self._ref(stack, found[1]), argument),
            "Fn::ImportValue": lambda: self._imported(argument),
            "Fn::Select": lambda: self._selected(stack, argument[0], argument[1]),
        }
        if function not in known:
            raise UnknownValueError(f"{stack}: {json.dumps(value)}")
        return known[function]()

    def _ref(self, stack: str, name: str) -> str:
        pseudo = {
            "AWS::AccountId": self.place.account,
            "AWS::Region": self.place.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }
        if name in pseudo:
            return pseudo[name]
        kind = self.templates[stack]["Resources"][name]["Type"]
        if kind in _REF_IS_ARN:
            return self.arn(stack, name)
        if kind == "AWS::SQS::Queue":
            return f"{self.place.queues}/{self.place.account}/{self.name(stack, name)}"
        return self.name(stack, name)

    def _attribute(self, stack: str, logical_id: str, attribute: str) -> str:
        if attribute == "Arn":
            return self.arn(stack, logical_id)
        if attribute == "StreamArn":
            return self.arn(stack, logical_id) + STREAM
        return f"{self.name(stack, logical_id)}.{attribute}"

    def _imported(self, export: str) -> str:
        for stack, template in self.templates.items():
            for output in template.get("Outputs", {}).values():
                if output.get("Export", {}).get("Name") == export:
                    return self.text(stack, output["Value"])
        raise UnknownValueError(f"nothing exports {export}")

    def _selected(self, stack: str, index: int, values: object) -> str:
        """Return one of several values; an attribute that is a list is named by its place in it."""
        if isinstance(values, list):
            return self.text(stack, values[index])
        if isinstance(values, dict) and "Fn::Split" in values:
            separator, whole = values["Fn::Split"]
            parts = self.text(stack, whole).split(separator)
            return parts[index] if index < len(parts) else f"{parts[0]}.{index}"
        return f"{self.text(stack, values)}.{index}"


def readable(logical_id: str) -> str:
    """Return a logical id without the hash at its end."""
    return _HASH.sub("", logical_id)


def read_stacks(assembly: Path) -> dict[str, dict[str, Any]]:
    """Return the templates of an assembly by the stack's construct id."""
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text("utf-8"))
        for path in sorted(assembly.glob("*.template.json"))
    }
