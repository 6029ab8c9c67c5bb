"""Deploys the synthesised templates into the emulator by CloudFormation, as `cdk deploy` would into AWS."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from tfdrift.demo.assembly import AssembledStack, FileAsset, stacks
from tfdrift.demo.completion import complete
from tfdrift.demo.emulator import REGION, Emulator
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.emulator_gaps import adapt
from tfdrift.demo.synthesis import SynthesisError, bundle_functions, synthesise
from tfdrift.domain.json_value import JsonObject, JsonValue

# Who hands in the demo's CloudTrail records: nobody but AWS may put events whose source is AWS's own.
RECORD_SOURCE = "tfdrift.demo"
_BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
_BOOTSTRAP_VERSION = "28"
_POLL_SECONDS = 0.2
_POLLS = 600


class DeployError(Exception):
    """The stacks could not be synthesised or created; the text says which resource failed and why."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the stacks made: names, addresses and URLs, as their outputs give them.

    `outputs` holds all of them by name, those of optional parts too.
    """

    endpoint: str
    events_table: str
    events_stream_arn: str
    state_table: str
    feed_table: str
    cloudtrail_queue_url: str
    cloudtrail_dead_letters_url: str
    log_file_queue_url: str
    log_file_dead_letters_url: str
    state_queue_url: str
    state_dead_letters_url: str
    falco_queue_url: str
    falco_dead_letters_url: str
    falco_topic_arn: str
    log_file_bucket: str
    state_bucket: str
    cloudtrail_function: str
    log_files_function: str
    state_function: str
    falco_function: str
    api_function: str
    held_function: str
    load_balancer_name: str
    load_balancer_dns_name: str
    region: str = REGION
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def load_balancer_url(self) -> str:
        """Where the emulator answers for the load balancer."""
        return f"{self.endpoint}/_alb/{self.load_balancer_name}"

    @property
    def falco_url(self) -> str:
        """Where Falco's ``http_output`` posts its alerts."""
        return f"{self.load_balancer_url}/api/v1/falco/events"

    def app_environment(self) -> dict[str, str]:
        """Return the settings that the streaming container has in its task definition."""
        return {
            "TFDRIFT_EVENTS_TABLE": self.events_table,
            "TFDRIFT_STATE_TABLE": self.state_table,
            "TFDRIFT_FEED_TABLE": self.feed_table,
        }


def deploy(emulator: Emulator, *, name: str = "tfdrift") -> Deployment:
    """Bundle, synthesise and create every stack in the emulator; `name` is the prefix of the stacks' names.

    Raises
    ------
    DeployError
        If a step fails; what exists by then stays for a look at it.
    """
    return deploy_assembly(emulator, assemble(emulator, "emulator" if name == "tfdrift" else name, name=name))


def assemble(emulator: Emulator, folder: str, **options: JsonValue) -> Path:
    """Bundle the functions and synthesise a deployment with some options; returns the assembly's folder.

    `folder` names it among the assemblies. Raises DeployError.
    """
    try:
        bundle = bundle_functions(_interpreter(emulator))
        return synthesise(folder, {**deployment_context(bundle), **options})
    except SynthesisError as error:
        raise DeployError(str(error)) from error


def deployment_context(bundle: Path, name: str = "tfdrift") -> JsonObject:
    """Return the options of a deployment into the emulator."""
    return {"name": name, "lambda_bundle": str(bundle), "record_sources": [RECORD_SOURCE]}


def deploy_assembly(emulator: Emulator, assembly: Path, *, region: str = REGION) -> Deployment:
    """Create the stacks of a synthesised assembly, in `region` where they do not say another themselves.

    Raises DeployError as `deploy` does.
    """
    outputs: dict[str, str] = {}
    found = stacks(assembly)
    with ExitStack() as context:
        places = sorted({stack.region or region for stack in found})
        clients = {place: context.enter_context(EmulatorClients(emulator, place)) for place in places}
        for stack in found:
            place = stack.region or region
            outputs.update(create_stack(emulator, clients[place], stack, place))
    return _deployment(emulator, region, outputs)


def create_stack(
    emulator: Emulator,
    clients: EmulatorClients,
    stack: AssembledStack,
    region: str = REGION,
    **parameters: str,
) -> dict[str, str]:
    """Create one stack with its assets and return its outputs; raises DeployError as `deploy` does."""
    store = _Store(clients, clients("sts").get_caller_identity()["Account"], region)
    store.bootstrap()
    for asset in stack.assets:
        store.upload(asset)
    template = adapt(stack.template, RECORD_SOURCE).template
    url = f"{emulator.endpoint}/{store.keep_template(stack.name, template)}"
    outputs = _create(clients("cloudformation"), stack.name, url, parameters)
    complete(clients, stack.name, stack.template)
    return outputs


def _interpreter(emulator: Emulator) -> Path:
    """Return the Python that the emulator runs functions with: the one of its own environment."""
    arguments: Any = emulator.process.args
    return Path(arguments[0]).with_name("python")


@dataclass(frozen=True, slots=True)
class _Store:
    """The bucket of an account's and region's assets, as `cdk bootstrap` makes it."""

    clients: EmulatorClients
    account_id: str
    region: str

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return f"cdk-hnb659fds-assets-{self.account_id}-{self.region}"

    def bootstrap(self) -> None:
        """Make what the templates ask for of `cdk bootstrap`: the bucket and the version."""
        self.clients("ssm").put_parameter(
            Name=_BOOTSTRAP_PARAMETER, Value=_BOOTSTRAP_VERSION, Type="String", Overwrite=True
        )
        # us-east-1 alone is a place that S3 does not want to be told.
        place = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        try:
            self.clients("s3").create_bucket(Bucket=self.bucket, **(place if self.region != REGION else {}))
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise

    def keep_template(self, name: str, template: JsonObject) -> str:
        """Put a template beside the assets, since inline it may have 51,200 bytes; returns its path."""
        key = f"templates/{name}.json"
        self.clients("s3").put_object(Bucket=self.bucket, Key=key, Body=json.dumps(template).encode())
        return f"{self.bucket}/{key}"

    def upload(self, asset: FileAsset) -> None:
        """Put an asset where the templates look for it."""
        self.clients("s3").put_object(
            Bucket=self._resolved(asset.bucket), Key=self._resolved(asset.key), Body=asset.content()
        )

    def _resolved(self, text: str) -> str:
        return (
            text.replace("${AWS::AccountId}", self.account_id)
            .replace("${AWS::Region}", self.region)
            .replace("${AWS::Partition}", "aws")
        )


def _create(
    cloudformation: Any,  # noqa: ANN401 - a boto3 client
    name: str,
    template_url: str,
    parameters: Mapping[str, str],
) -> dict[str, str]:
    """Create one stack and wait; returns its outputs."""
    try:
        cloudformation.create_stack(
            StackName=name,
            TemplateURL=template_url,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": _POLL_SECONDS, "MaxAttempts": _POLLS}
        )
    except ClientError as error:
        raise DeployError(f"stack {name}: {error}") from error
    except WaiterError as error:
        raise DeployError(f"stack {name} was not created: {_reasons(cloudformation, name)}") from error
    described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def _reasons(cloudformation: Any, name: str) -> str:  # noqa: ANN401 - a boto3 client
    """Return why resources of a stack failed."""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return "; ".join(
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in failed
    )


def _deployment(emulator: Emulator, region: str, outputs: dict[str, str]) -> Deployment:
    return Deployment(
        endpoint=emulator.endpoint,
        events_table=outputs["EventsTableName"],
        events_stream_arn=outputs["EventsStreamArn"],
        state_table=outputs["StateTableName"],
        feed_table=outputs["FeedTableName"],
        cloudtrail_queue_url=outputs["CloudTrailQueueUrl"],
        cloudtrail_dead_letters_url=outputs["CloudTrailQueueDeadLettersUrl"],
        log_file_queue_url=outputs["LogFileQueueUrl"],
        log_file_dead_letters_url=outputs["LogFileQueueDeadLettersUrl"],
        state_queue_url=outputs["StateQueueUrl"],
        state_dead_letters_url=outputs["StateQueueDeadLettersUrl"],
        falco_queue_url=outputs["FalcoQueueUrl"],
        falco_dead_letters_url=outputs["FalcoQueueDeadLettersUrl"],
        falco_topic_arn=outputs["FalcoTopicArn"],
        log_file_bucket=outputs["LogFileBucketName"],
        state_bucket=outputs["StateBucketNames"],
        cloudtrail_function=outputs["CloudTrailFunctionName"],
        log_files_function=outputs["LogFilesFunctionName"],
        state_function=outputs["StateFunctionName"],
        falco_function=outputs["FalcoFunctionName"],
        api_function=outputs["ApiFunctionName"],
        held_function=outputs["HeldFunctionName"],
        load_balancer_name=outputs["LoadBalancerName"],
        load_balancer_dns_name=outputs["LoadBalancerDnsName"],
        region=region,
        outputs=outputs,
    )
