"""Deploys the synthesised templates into the emulator by CloudFormation, as `cdk deploy` would into AWS."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from tfdrift.demo.assembly import FileAsset, stacks
from tfdrift.demo.completion import complete
from tfdrift.demo.emulator import REGION, Emulator
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.emulator_gaps import adapt
from tfdrift.demo.synthesis import SynthesisError, bundle_functions, synthesise
from tfdrift.domain.json_value import JsonObject

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
    """What the stacks made: names, addresses and URLs, as their outputs give them."""

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
    try:
        bundle = bundle_functions(_interpreter(emulator))
        assembly = synthesise("emulator" if name == "tfdrift" else name, deployment_context(bundle, name))
    except SynthesisError as error:
        raise DeployError(str(error)) from error
    return deploy_assembly(emulator, assembly)


def deployment_context(bundle: Path, name: str = "tfdrift") -> JsonObject:
    """Return the options of a deployment into the emulator."""
    return {"name": name, "lambda_bundle": str(bundle), "record_sources": [RECORD_SOURCE]}


def deploy_assembly(emulator: Emulator, assembly: Path) -> Deployment:
    """Create the stacks of a synthesised assembly; raises DeployError as `deploy` does."""
    outputs: dict[str, str] = {}
    with EmulatorClients(emulator) as clients:
        account_id: str = clients("sts").get_caller_identity()["Account"]
        _bootstrap(clients, account_id)
        for stack in stacks(assembly):
            for asset in stack.assets:
                _upload(clients, asset, account_id)
            template = adapt(stack.template).template
            url = f"{emulator.endpoint}/{_store_template(clients, stack.name, template, account_id)}"
            outputs.update(_create(clients("cloudformation"), stack.name, url))
            complete(clients, stack.name, template)
    return _deployment(emulator, outputs)


def _interpreter(emulator: Emulator) -> Path:
    """Return the Python that the emulator runs functions with: the one of its own environment."""
    arguments: Any = emulator.process.args
    return Path(arguments[0]).with_name("python")


def _bootstrap(clients: EmulatorClients, account_id: str) -> None:
    """Make what `cdk bootstrap` makes and the templates ask for: the bucket of assets and the version."""
    clients("ssm").put_parameter(
        Name=_BOOTSTRAP_PARAMETER, Value=_BOOTSTRAP_VERSION, Type="String", Overwrite=True
    )
    try:
        clients("s3").create_bucket(Bucket=_asset_bucket(account_id))
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def _asset_bucket(account_id: str) -> str:
    return f"cdk-hnb659fds-assets-{account_id}-{REGION}"


def _store_template(clients: EmulatorClients, name: str, template: JsonObject, account_id: str) -> str:
    """Put a template beside the assets, as CDK does: inline it may have 51,200 bytes; returns its path."""
    bucket, key = _asset_bucket(account_id), f"templates/{name}.json"
    clients("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(template).encode())
    return f"{bucket}/{key}"


def _upload(clients: EmulatorClients, asset: FileAsset, account_id: str) -> None:
    bucket = _resolved(asset.bucket, account_id)
    clients("s3").put_object(Bucket=bucket, Key=_resolved(asset.key, account_id), Body=asset.content())


def _resolved(text: str, account_id: str) -> str:
    return (
        text.replace("${AWS::AccountId}", account_id)
        .replace("${AWS::Region}", REGION)
        .replace("${AWS::Partition}", "aws")
    )


def _create(cloudformation: Any, name: str, template_url: str) -> dict[str, str]:  # noqa: ANN401 - a boto3 client
    """Create one stack and wait; returns its outputs."""
    try:
        cloudformation.create_stack(
            StackName=name,
            TemplateURL=template_url,
            Capabilities=["CAPABILITY_IAM"],
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


def _deployment(emulator: Emulator, outputs: dict[str, str]) -> Deployment:
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
    )
