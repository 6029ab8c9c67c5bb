"""The stream stack: network, streaming tasks, and the load balancer in front of everything."""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import DeploymentConfig
from infra.constructs import table_access as access
from infra.constructs.alarms import Alarms
from infra.constructs.domain import Domain
from infra.constructs.front_door import FrontDoor, FrontDoorProps
from infra.constructs.log_bucket import AccessLogBucket
from infra.constructs.network import Network, Placement, place_in
from infra.constructs.operations_dashboard import DashboardProps, OperationsDashboard
from infra.constructs.people import People
from infra.constructs.streaming_service import StreamingService, StreamingServiceProps
from infra.constructs.web_firewall import WebFirewall, WebFirewallProps
from infra.settings import load_balancer_name, product_settings
from infra.stacks.data import DataStack
from infra.stacks.ingest import IngestStack

_EVERYBODY = ("0.0.0.0/0",)


@dataclass(frozen=True, slots=True)
class StreamProps:
    """The options, the tables, and the functions that share the load balancer."""

    config: DeploymentConfig
    data: DataStack
    ingest: IngestStack
    log_retention: logs.RetentionDays


class StreamStack(Stack):
    """What people and programs connect to; internal to its VPC unless it is asked to be public."""

    def __init__(self, scope: Construct, construct_id: str, props: StreamProps, *, stack_name: str) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description="TFDrift: live stream, dashboard, front door",
        )
        self._props = props
        metrics_service = f"{props.config.name}-stream"
        environment = {
            **product_settings(props.config, props.data),
            "TFDRIFT_METRICS_SERVICE": metrics_service,
        }
        if props.config.trace_tasks:
            environment["TFDRIFT_TRACES"] = "true"
        network = self._place(environment)
        environment["TFDRIFT_TRUSTED_PROXIES"] = network.cidr
        streaming = self._add_tasks(network, environment)
        door = self._add_door(network, streaming)
        alarms = Alarms(self, "Alarms", topic_arn=props.config.alarm_topic_arn)
        alarms.watch_service(streaming.cluster, streaming.service, props.config.tasks)
        alarms.watch_tailer(metrics_service)
        alarms.watch_load_balancer(door.load_balancer, door.tasks)
        OperationsDashboard(
            self,
            "Operations",
            DashboardProps(
                name=props.config.name,
                metrics_service=metrics_service,
                service=streaming.service,
                functions=props.ingest.functions,
                queues=props.ingest.queues,
            ),
        )

    def _place(self, environment: dict[str, str]) -> Placement:
        """Return where everything stands; a VPC of our own tells the tasks where its endpoint answers."""
        config = self._props.config
        if config.vpc is not None:
            return place_in(self, config.vpc)
        network = Network(
            self,
            "Network",
            log_retention=self._props.log_retention,
            egress=config.sign_in is not None,
            encryption=self._props.data.encryption,
            traces=config.trace_tasks,
        )
        environment["AWS_ENDPOINT_URL_DYNAMODB_STREAMS"] = network.streams_url
        return network.placement

    def _add_tasks(self, network: Placement, environment: dict[str, str]) -> StreamingService:
        data, token = self._props.data, self._props.ingest.token
        if token is not None:
            environment["TFDRIFT_API_TOKEN_SECRET_ARN"] = token.arn
        streaming = StreamingService(
            self,
            "Streaming",
            StreamingServiceProps(
                network=network,
                tasks=self._props.config.tasks,
                most_tasks=self._props.config.most_tasks or self._props.config.tasks,
                metrics_service=environment["TFDRIFT_METRICS_SERVICE"],
                environment=environment,
                log_retention=self._props.log_retention,
                encryption=data.encryption,
            ),
        )
        if token is not None:
            token.grant_read(streaming.task_role)
        data.events.grant(streaming.task_role, access.EVENTS_OF_TASKS)
        data.events.grant_stream(streaming.task_role)
        data.state.grant(streaming.task_role, access.STATES_OF_READERS)
        data.feed.grant(streaming.task_role, access.FEED_OF_TASKS)
        if self._props.config.trace_tasks:
            streaming.grant_traces()
        return streaming

    def _add_door(self, network: Placement, streaming: StreamingService) -> FrontDoor:
        config = self._props.config
        domain = (
            Domain(self, "Domain", name=config.domain_name, zone_id=config.hosted_zone_id)
            if config.domain_name and config.hosted_zone_id
            else None
        )
        people = (
            People(self, "People", sign_in=config.sign_in, domain_name=config.domain_name)
            if config.sign_in is not None
            else None
        )
        door = FrontDoor(
            self,
            "FrontDoor",
            FrontDoorProps(
                network=network,
                service=streaming.service,
                api=self._props.ingest.api.function,
                falco=self._props.ingest.falco.function,
                access_logs=AccessLogBucket(self, "AccessLogs").bucket,
                client_networks=config.client_networks or (_EVERYBODY if config.public else (network.cidr,)),
                name=load_balancer_name(config),
                public=config.public,
                certificate_arn=config.certificate_arn or (domain.make_certificate() if domain else None),
                people=people,
                has_firewall=config.waf_rate_limit is not None,
            ),
        )
        if config.waf_rate_limit is not None:
            WebFirewall(
                self,
                "WebFirewall",
                WebFirewallProps(
                    name=config.name,
                    load_balancer_arn=door.load_balancer.load_balancer_arn,
                    rate_limit=config.waf_rate_limit,
                    log_retention=self._props.log_retention,
                    encryption=self._props.data.encryption,
                ),
            )
        if domain is not None:
            domain.point_to(door.load_balancer)
        return door
