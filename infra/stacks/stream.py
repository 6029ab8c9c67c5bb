"""The stream stack: network, streaming tasks, and the load balancer in front of everything."""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import DeploymentConfig
from infra.constructs.alarms import Alarms
from infra.constructs.front_door import FrontDoor, FrontDoorProps
from infra.constructs.log_bucket import AccessLogBucket
from infra.constructs.network import CIDR, Network
from infra.constructs.streaming_service import StreamingService, StreamingServiceProps
from infra.settings import product_settings
from infra.stacks.data import DataStack
from infra.stacks.ingest import IngestStack


@dataclass(frozen=True, slots=True)
class StreamProps:
    """The options, the tables, and the functions that share the load balancer."""

    config: DeploymentConfig
    data: DataStack
    ingest: IngestStack
    log_retention: logs.RetentionDays


class StreamStack(Stack):
    """What people and programs connect to; internal to its VPC."""

    def __init__(self, scope: Construct, construct_id: str, props: StreamProps, *, stack_name: str) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description="TFDrift: live stream, dashboard, front door",
        )
        metrics_service = f"{props.config.name}-stream"
        network = Network(self, "Network", log_retention=props.log_retention)
        streaming = StreamingService(
            self,
            "Streaming",
            StreamingServiceProps(
                vpc=network.vpc,
                tasks=props.config.tasks,
                environment={
                    **product_settings(props.config, props.data),
                    "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": network.streams_url,
                    "TFDRIFT_TRUSTED_PROXIES": CIDR,
                    "TFDRIFT_METRICS_SERVICE": metrics_service,
                },
                log_retention=props.log_retention,
            ),
        )
        props.data.events.grant_read(streaming.task_role)
        props.data.events.grant_stream(streaming.task_role)
        props.data.state.grant_read(streaming.task_role)
        props.data.feed.grant_read_write(streaming.task_role)
        door = FrontDoor(
            self,
            "FrontDoor",
            FrontDoorProps(
                vpc=network.vpc,
                service=streaming.service,
                api=props.ingest.api.function,
                falco=props.ingest.falco.function,
                access_logs=AccessLogBucket(self, "AccessLogs").bucket,
                client_networks=props.config.client_networks or (CIDR,),
                certificate_arn=props.config.certificate_arn,
            ),
        )
        alarms = Alarms(self, "Alarms", topic_arn=props.config.alarm_topic_arn)
        alarms.watch_service(streaming.cluster, streaming.service, props.config.tasks)
        alarms.watch_tailer(metrics_service)
        alarms.watch_load_balancer(door.load_balancer, door.tasks)
