"""The streaming container as a Fargate service: tails the stream, serves clients and dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledge import acknowledge, acknowledge_own_policy
from infra.constructs.alarms import METRICS_NAMESPACE
from infra.constructs.encryption import Encryption
from infra.constructs.network import Placement
from infra.constructs.single_grants import allow

PORT = 8080
# How long a stopping task takes to send its clients away, and the load balancer to forget it.
DRAIN = Duration.seconds(60)
# A quarter of what a task takes: docs/scaling.md.
_CLIENTS_A_TASK = 2_500
_BUSY_PERCENT = 50
_SCALE_OUT = Duration.minutes(1)
_SCALE_IN = Duration.minutes(10)
_PROJECT_ROOT = Path(__file__).resolve().parents[2]
_USER = "10001"


@dataclass(frozen=True, slots=True)
class StreamingServiceProps:
    """Where the tasks run, how many, up to how many they grow, and the product's settings."""

    network: Placement
    tasks: int
    most_tasks: int
    metrics_service: str
    environment: Mapping[str, str]
    log_retention: logs.RetentionDays
    encryption: Encryption


class StreamingService(Construct):
    """Tasks without root, without a writable file system, without an address on the internet."""

    def __init__(self, scope: Construct, construct_id: str, props: StreamingServiceProps) -> None:
        super().__init__(scope, construct_id)
        self.cluster = ecs.Cluster(
            self, "Cluster", vpc=props.network.vpc, container_insights_v2=ecs.ContainerInsights.ENABLED
        )
        task = ecs.FargateTaskDefinition(
            self,
            "Task",
            cpu=512,
            memory_limit_mib=1024,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64,
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
        )
        self.task_role = task.task_role
        self._add_container(task, props)
        self.security_group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=props.network.vpc,
            description="Streaming tasks: reached by the load balancer alone",
            allow_all_outbound=True,
        )
        self.service = ecs.FargateService(
            self,
            "Service",
            cluster=self.cluster,
            task_definition=task,
            desired_count=props.tasks,
            assign_public_ip=False,
            vpc_subnets=props.network.task_subnets,
            security_groups=[self.security_group],
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            min_healthy_percent=100,
            max_healthy_percent=200,
            health_check_grace_period=Duration.seconds(60),
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        if props.most_tasks > props.tasks:
            self._let_grow(props)
        CfnOutput(Stack.of(self), "ClusterName", value=self.cluster.cluster_name)
        CfnOutput(Stack.of(self), "ServiceName", value=self.service.service_name)

    def grant_traces(self) -> None:
        """Let the tasks tell X-Ray of what they commit."""
        allow(self.task_role, ["xray:PutTraceSegments"], "*")
        acknowledge(
            self.task_role,
            "AwsSolutions-IAM5[Resource::*]",
            "xray:PutTraceSegments knows no resource to be restricted to.",
        )

    def _let_grow(self, props: StreamingServiceProps) -> None:
        """Add tasks while clients or CPU are above the target; take them away slowly: each ends streams."""
        scaling = self.service.auto_scale_task_count(min_capacity=props.tasks, max_capacity=props.most_tasks)
        scaling.scale_on_cpu_utilization(
            "Cpu",
            target_utilization_percent=_BUSY_PERCENT,
            scale_in_cooldown=_SCALE_IN,
            scale_out_cooldown=_SCALE_OUT,
        )
        scaling.scale_to_track_custom_metric(
            "Clients",
            # Each task reports its own number, so that the average is of a task.
            metric=cloudwatch.Metric(
                namespace=METRICS_NAMESPACE,
                metric_name="Clients",
                dimensions_map={"service": props.metrics_service},
                statistic="Average",
                period=Duration.minutes(1),
            ),
            target_value=_CLIENTS_A_TASK,
            scale_in_cooldown=_SCALE_IN,
            scale_out_cooldown=_SCALE_OUT,
        )

    def _add_container(self, task: ecs.FargateTaskDefinition, props: StreamingServiceProps) -> None:
        group = logs.LogGroup(
            self, "Logs", retention=props.log_retention, removal_policy=RemovalPolicy.DESTROY
        )
        props.encryption.cover(group)
        image = ecr_assets.DockerImageAsset(
            self, "Image", directory=str(_PROJECT_ROOT), platform=ecr_assets.Platform.LINUX_ARM64
        )
        container = task.add_container(
            "app",
            image=ecs.ContainerImage.from_docker_image_asset(image),
            environment={
                "TFDRIFT_HOST": "0.0.0.0",  # noqa: S104 - the task's own interface, closed by its security group
                "TFDRIFT_PORT": str(PORT),
                "TFDRIFT_DRAIN_SECONDS": str(DRAIN.to_seconds()),
                "TFDRIFT_EMBEDDED_METRICS_SECONDS": "60",
                **props.environment,
            },
            port_mappings=[ecs.PortMapping(container_port=PORT)],
            logging=ecs.LogDrivers.aws_logs(stream_prefix="app", log_group=group),
            readonly_root_filesystem=True,
            user=_USER,
            # Fargate's longest: the drain ends streams at random moments, so that clients return spread out.
            stop_timeout=Duration.seconds(120),
            linux_parameters=ecs.LinuxParameters(self, "Linux", init_process_enabled=True),
        )
        container.node.add_dependency(group)
        acknowledge(
            task,
            "AwsSolutions-ECS2",
            "The variables are names of tables and plain options; no secret is among them.",
        )
        acknowledge_own_policy(task.task_role)
        if task.execution_role is not None:
            acknowledge_own_policy(task.execution_role)
            acknowledge(
                task.execution_role,
                "AwsSolutions-IAM5[Resource::*]",
                "ecr:GetAuthorizationToken knows no resource to be restricted to.",
            )
