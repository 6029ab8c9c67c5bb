"""Makes in the emulator what a deployment's functions work on, as its templates describe it."""

import os
from dataclasses import dataclass, field
from typing import Any

import pytest

from tfdrift.demo.emulator import REGION, Emulator
from tools.permissions.stacks import Place, Stacks, readable

ACCOUNT = "000000000000"
_SERVICES = ("dynamodb", "s3", "sqs", "secretsmanager", "sns", "events")


def stacks_in_emulator(emulator: Emulator, templates: dict[str, dict[str, Any]], prefix: str) -> Stacks:
    """Return the stacks with names that no other deployment in the emulator has."""
    place = Place(account=ACCOUNT, region=REGION, queues=emulator.endpoint)
    return Stacks(templates, place, names=lambda logical_id: f"{prefix}-{readable(logical_id)}")


@dataclass
class Installation:
    """The tables, buckets, queues and secrets of some stacks; `aliases` are what the emulator calls them.

    Its clients are made at once, before anybody listens to what is called.
    """

    emulator: Emulator
    stacks: Stacks
    aliases: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clients = {service: self.emulator.client(service) for service in _SERVICES}
        self._make_tables()
        self._make_buckets()
        for stack, logical_id, _ in self.stacks.resources("AWS::SQS::Queue"):
            self.clients["sqs"].create_queue(QueueName=self.stacks.name(stack, logical_id))
        for stack, logical_id, _ in self.stacks.resources("AWS::SecretsManager::Secret"):
            self.make_secret(self.stacks.arn(stack, logical_id), "a secret of the tests")

    def _make_tables(self) -> None:
        for stack, logical_id, properties in self.stacks.resources("AWS::DynamoDB::GlobalTable"):
            view = properties.get("StreamSpecification")
            request: dict[str, Any] = {
                "TableName": self.stacks.name(stack, logical_id),
                "BillingMode": "PAY_PER_REQUEST",
                **{name: properties[name] for name in ("KeySchema", "AttributeDefinitions")},
                **({"StreamSpecification": {"StreamEnabled": True, **view}} if view else {}),
            }
            if indexes := properties.get("GlobalSecondaryIndexes"):
                names = ("IndexName", "KeySchema", "Projection")
                request["GlobalSecondaryIndexes"] = [
                    {name: index[name] for name in names} for index in indexes
                ]
            self.clients["dynamodb"].create_table(**request)

    def _make_buckets(self) -> None:
        for stack, logical_id, _ in self.stacks.resources("AWS::S3::Bucket"):
            self.make_bucket(self.stacks.name(stack, logical_id))

    def make_bucket(self, name: str) -> None:
        """Make a versioned bucket."""
        self.clients["s3"].create_bucket(Bucket=name)
        self.clients["s3"].put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def make_secret(self, arn: str, text: str) -> None:
        """Make a secret that the templates, or who wrote the options, call so."""
        name = arn.rpartition(":")[2]
        made = self.clients["secretsmanager"].create_secret(Name=name, SecretString=text)
        self.aliases[arn] = made["ARN"]

    def environment(self, stack: str, variables: dict[str, Any]) -> dict[str, str]:
        """Return a function's or a container's variables as they are in the emulator."""
        return {name: self._named(self.stacks.text(stack, value)) for name, value in variables.items()}

    def _named(self, text: str) -> str:
        for ours, theirs in self.aliases.items():
            text = text.replace(ours, theirs)
        return text

    def resource(self, arn: str) -> str:
        """Return what the templates call a resource that was called in the emulator."""
        theirs = {emulated: ours for ours, emulated in self.aliases.items()}
        return theirs.get(arn, arn)

    def enter(self, patch: pytest.MonkeyPatch, stack: str, variables: dict[str, Any]) -> None:
        """Give this process a function's environment, and nothing that was made for another function."""
        from handlers.api.handler import adapter as api_adapter
        from handlers.falco.handler import adapter as falco_adapter
        from handlers.notifying import notifying
        from handlers.product import product
        from handlers.rotate_token.handler import rotation

        for name in [name for name in os.environ if name.startswith("TFDRIFT_")]:
            patch.delenv(name)
        for name, value in {**self.emulator.environment(), **self.environment(stack, variables)}.items():
            patch.setenv(name, value)
        for cached in (product, api_adapter, falco_adapter, notifying, rotation):
            cached.cache_clear()
