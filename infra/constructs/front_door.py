"""The load balancer: one origin for stream, REST API, Falco's alerts and dashboard."""

from dataclasses import dataclass

from aws_cdk import Aws, CfnOutput, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.streaming_service import DRAIN, PORT

_LOG_PREFIX = "load-balancer"
# The stream's comment every 30 s keeps a connection open; twice that leaves room for a late one.
_IDLE = Duration.seconds(120)


@dataclass(frozen=True, slots=True)
class FrontDoorProps:
    """What stands behind the paths, and the IPv4 networks that may come."""

    vpc: ec2.IVpc
    service: ecs.FargateService
    api: lambda_.IFunction
    falco: lambda_.IFunction
    access_logs: s3.Bucket
    client_networks: tuple[str, ...]
    certificate_arn: str | None = None


class FrontDoor(Construct):
    """An internal load balancer with path rules, first match wins.

    ``/api/v1/falco/*`` → Falco's function; ``/api/v1/stream`` and ``/ws`` → the streaming tasks; any other
    ``/api/v1/*`` → the API's function; the rest (dashboard, ``/health``) → the streaming tasks.
    """

    def __init__(self, scope: Construct, construct_id: str, props: FrontDoorProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        security_group = self._add_security_group()
        self.load_balancer = elb.ApplicationLoadBalancer(
            self,
            "LoadBalancer",
            vpc=props.vpc,
            internet_facing=False,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_group=security_group,
            idle_timeout=_IDLE,
            drop_invalid_header_fields=True,
            deletion_protection=True,
        )
        self._log_accesses()
        self.tasks = self._add_tasks()
        listener = self._add_listener()
        self._add_rules(listener)
        stack = Stack.of(self)
        CfnOutput(stack, "LoadBalancerDnsName", value=self.load_balancer.load_balancer_dns_name)
        CfnOutput(stack, "LoadBalancerName", value=self.load_balancer.load_balancer_name)

    def _add_security_group(self) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=self._props.vpc,
            description="Clients of the load balancer",
            allow_all_outbound=False,
        )
        port = ec2.Port.tcp(443 if self._props.certificate_arn else 80)
        for network in self._props.client_networks:
            group.add_ingress_rule(ec2.Peer.ipv4(network), port, "Clients")
        return group

    def _log_accesses(self) -> None:
        """Write access logs; set as attributes since CDK's own method needs the region at synthesis.

        The policy is the one for every region in
        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
        """
        bucket = self._props.access_logs
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="LoadBalancerLogs",
                actions=["s3:PutObject"],
                principals=[iam.ServicePrincipal("logdelivery.elasticloadbalancing.amazonaws.com")],
                resources=[bucket.arn_for_objects(f"{_LOG_PREFIX}/AWSLogs/{Aws.ACCOUNT_ID}/*")],
            )
        )
        self.load_balancer.set_attribute("access_logs.s3.enabled", "true")
        self.load_balancer.set_attribute("access_logs.s3.bucket", bucket.bucket_name)
        self.load_balancer.set_attribute("access_logs.s3.prefix", _LOG_PREFIX)
        if bucket.policy is not None:
            self.load_balancer.node.add_dependency(bucket.policy)

    def _add_tasks(self) -> elb.ApplicationTargetGroup:
        return elb.ApplicationTargetGroup(
            self,
            "Streaming",
            vpc=self._props.vpc,
            port=PORT,
            protocol=elb.ApplicationProtocol.HTTP,
            target_type=elb.TargetType.IP,
            targets=[self._props.service],
            deregistration_delay=DRAIN,
            health_check=elb.HealthCheck(
                path="/health", interval=Duration.seconds(15), healthy_threshold_count=2
            ),
        )

    def _add_listener(self) -> elb.ApplicationListener:
        if self._props.certificate_arn:
            return self.load_balancer.add_listener(
                "Listener",
                port=443,
                protocol=elb.ApplicationProtocol.HTTPS,
                certificates=[elb.ListenerCertificate.from_arn(self._props.certificate_arn)],
                ssl_policy=elb.SslPolicy.RECOMMENDED_TLS,
                default_target_groups=[self.tasks],
                open=False,
            )
        return self.load_balancer.add_listener(
            "Listener",
            port=80,
            protocol=elb.ApplicationProtocol.HTTP,
            default_target_groups=[self.tasks],
            open=False,
        )

    def _add_rules(self, listener: elb.ApplicationListener) -> None:
        falco = self._function_group("Falco", self._props.falco)
        api = self._function_group("Api", self._props.api)
        rules = (
            ("FalcoRule", 10, ["/api/v1/falco/*"], falco),
            ("StreamRule", 20, ["/api/v1/stream", "/ws"], self.tasks.target_group_arn),
            ("ApiRule", 30, ["/api/v1/*"], api),
        )
        for construct_id, priority, paths, group_arn in rules:
            elb.CfnListenerRule(
                self,
                construct_id,
                listener_arn=listener.listener_arn,
                priority=priority,
                conditions=[
                    elb.CfnListenerRule.RuleConditionProperty(
                        field="path-pattern",
                        path_pattern_config=elb.CfnListenerRule.PathPatternConfigProperty(values=paths),
                    )
                ],
                actions=[elb.CfnListenerRule.ActionProperty(type="forward", target_group_arn=group_arn)],
            )

    def _function_group(self, name: str, function: lambda_.IFunction) -> str:
        """Return the ARN of a target group of the function, which this account's load balancers may invoke.

        CDK's own target would let the load balancing service invoke it whoever asks.
        """
        stack = Stack.of(self)
        permission = lambda_.CfnPermission(
            self,
            f"{name}Invocation",
            action="lambda:InvokeFunction",
            function_name=function.function_arn,
            principal="elasticloadbalancing.amazonaws.com",
            source_arn=stack.format_arn(
                service="elasticloadbalancing", resource="targetgroup", resource_name="*"
            ),
        )
        group = elb.CfnTargetGroup(
            self,
            f"{name}Targets",
            target_type="lambda",
            targets=[elb.CfnTargetGroup.TargetDescriptionProperty(id=function.function_arn)],
        )
        group.add_resource_dependency(permission)
        return group.ref
