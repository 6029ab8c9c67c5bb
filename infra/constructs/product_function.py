"""A Lambda function of the product: code from the shared bundle, its own role, its own log group."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import CfnOutput, Duration, Names, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledge import acknowledge, acknowledge_own_policy
from infra.constructs.dead_letters import DeadLetters
from infra.constructs.encryption import Encryption
from infra.constructs.single_grants import allow
from infra.constructs.work_queue import WorkQueue

# The price of a millisecond is a fifth lower than on x86_64, and every dependency has an aarch64 wheel.
ARCHITECTURE = lambda_.Architecture.ARM_64
_BATCH_SIZE = 10
_NEWEST_RUNTIME = "Python 3.13 is the newest version that the product and its locked wheels support."
_OUTSIDE_VPC = (
    "It opens no port, and calls over TLS, AWS by its role alone; inside a VPC each service would need an "
    "endpoint by the hour, or all of them a NAT."
)
_UNRESERVED = (
    "What is reserved is taken from all other functions, and the first quota of an account has none to give; "
    "event sources bound the functions that read queues."
)
_NOT_ASYNCHRONOUS = (
    "A queue or a stream that redrives hands it its work, or somebody who waits for the answer; Lambda's own "
    "dead letters are of asynchronous invocations alone."
)
_READ_QUEUE = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


@dataclass(frozen=True, slots=True)
class ProductFunctionProps:
    """One function.

    Attributes
    ----------
    handler
        Name of the package below ``handlers``.
    code
        The bundle that all functions share.
    timeout, memory_mib
        Its limits; CPU grows with memory.
    environment
        The product's settings.
    log_retention
        How long its log lines are kept.
    encryption
        What encrypts environment and log lines.
    dead_letters
        What takes the events that a function failed for good which is invoked asynchronously.
    """

    handler: str
    code: lambda_.Code
    timeout: Duration
    memory_mib: int
    log_retention: logs.RetentionDays
    encryption: Encryption
    environment: Mapping[str, str] = field(default_factory=dict)
    dead_letters: DeadLetters | None = None


class ProductFunction(Construct):
    """The function ``handlers.<name>.handler.handler``, traced, logging JSON, with no policy but grants."""

    def __init__(self, scope: Construct, construct_id: str, props: ProductFunctionProps) -> None:
        super().__init__(scope, construct_id)
        log_group = logs.LogGroup(
            self, "Logs", retention=props.log_retention, removal_policy=RemovalPolicy.DESTROY
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.role)
        props.encryption.cover(log_group)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=ARCHITECTURE,
            handler=f"handlers.{props.handler}.handler.handler",
            code=props.code,
            role=self.role,
            timeout=props.timeout,
            memory_size=props.memory_mib,
            environment={
                "POWERTOOLS_SERVICE_NAME": f"tfdrift-{props.handler}",
                "POWERTOOLS_METRICS_NAMESPACE": "TFDrift",
                **props.environment,
            },
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
            dead_letter_queue=props.dead_letters.queue if props.dead_letters else None,
        )
        props.encryption.cover(self.function)
        if props.dead_letters is not None:
            props.dead_letters.encryption.grant_write(self.role)
        self._acknowledge(is_asynchronous=props.dead_letters is not None)
        CfnOutput(Stack.of(self), f"{construct_id}FunctionName", value=self.function.function_name)

    def _acknowledge(self, *, is_asynchronous: bool) -> None:
        acknowledge_own_policy(self.role)
        acknowledge(
            self.role,
            "AwsSolutions-IAM5[Resource::*]",
            "xray:PutTraceSegments and xray:PutTelemetryRecords know no resource to be restricted to.",
        )
        acknowledge(self.function, "AwsSolutions-L1", _NEWEST_RUNTIME)
        acknowledge(self.function, "NIST.800.53.R5-LambdaInsideVPC", _OUTSIDE_VPC)
        acknowledge(self.function, "NIST.800.53.R5-LambdaConcurrency", _UNRESERVED)
        if not is_asynchronous:
            acknowledge(self.function, "NIST.800.53.R5-LambdaDLQ", _NOT_ASYNCHRONOUS)

    def read_from(self, work: WorkQueue, *, max_concurrency: int, batch_size: int = _BATCH_SIZE) -> None:
        """Invoke the function with batches of the queue's messages; those it reports come back alone."""
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html; CDK's own way allows more.
        allow(self.role, _READ_QUEUE, work.queue.queue_arn)
        work.encryption.grant_read(self.role)
        self.function.add_event_source_mapping(
            f"SqsEventSource:{Names.node_unique_id(work.queue.node)}",
            event_source_arn=work.queue.queue_arn,
            batch_size=batch_size,
            report_batch_item_failures=True,
            max_concurrency=max_concurrency,
        )
