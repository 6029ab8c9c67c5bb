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

from infra.acknowledge import acknowledge
from infra.constructs.network import Placement
from infra.constructs.people import People
from infra.constructs.routing import Routing, RoutingProps
from infra.constructs.streaming_service import DRAIN, PORT

_LOG_PREFIX = "load-balancer"
# The stream's comment every 30 s keeps a connection open; twice that leaves room for a late one.
_IDLE = Duration.seconds(120)


@dataclass(frozen=True, slots=True)
class FrontDoorProps:
    """What stands behind the paths, who may come, and from which IPv4 networks.

    `name` is the load balancer's own, by which the functions know the tokens of who signed in. `has_firewall`
    says that a web application firewall is put before it.
    """

    network: Placement
    service: ecs.FargateService
    api: lambda_.IFunction
    falco: lambda_.IFunction
    access_logs: s3.Bucket
    client_networks: tuple[str, ...]
    name: str | None = None
    public: bool = False
    certificate_arn: str | None = None
    people: People | None = None
    has_firewall: bool = False


class FrontDoor(Construct):
    """A load balancer, internal unless it is asked to be public; with a certificate it speaks HTTPS alone."""

    def __init__(self, scope: Construct, construct_id: str, props: FrontDoorProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        security_group = self._add_security_group()
        self.load_balancer = elb.ApplicationLoadBalancer(
            self,
            "LoadBalancer",
            load_balancer_name=props.name,
            vpc=props.network.vpc,
            internet_facing=props.public,
            vpc_subnets=props.network.public_subnets if props.public else props.network.task_subnets,
            security_group=security_group,
            idle_timeout=_IDLE,
            drop_invalid_header_fields=True,
            deletion_protection=True,
        )
        if not props.has_firewall:
            acknowledge(
                self.load_balancer,
                "NIST.800.53.R5-ALBWAFEnabled",
                "The option waf_rate_limit puts one before it, at its price; the tasks limit by address.",
            )
        self._log_accesses()
        self.tasks = self._add_tasks()
        listener = self._add_listener()
        Routing(
            self,
            "Routing",
            RoutingProps(
                listener=listener, tasks=self.tasks, api=props.api, falco=props.falco, people=props.people
            ),
        )
        stack = Stack.of(self)
        CfnOutput(stack, "LoadBalancerDnsName", value=self.load_balancer.load_balancer_dns_name)
        CfnOutput(stack, "LoadBalancerName", value=self.load_balancer.load_balancer_name)

    def _add_security_group(self) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=self._props.network.vpc,
            description="Clients of the load balancer",
            allow_all_outbound=False,
        )
        ports = {80: "Clients, who are sent to HTTPS", 443: "Clients"}
        for port in (80, 443) if self._props.certificate_arn else (80,):
            for network in self._props.client_networks:
                text = ports[port] if self._props.certificate_arn else "Clients"
                group.add_ingress_rule(ec2.Peer.ipv4(network), ec2.Port.tcp(port), text)
        if self._props.people is not None:
            group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "The identity provider")
        if "0.0.0.0/0" in self._props.client_networks:
            acknowledge(
                group,
                "AwsSolutions-EC23",
                "The door is public by choice: HTTPS alone, and who has not signed in gets no further.",
            )
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
            vpc=self._props.network.vpc,
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
        if self._props.certificate_arn is None:
            inside = self.load_balancer.add_listener(
                "Listener",
                port=80,
                protocol=elb.ApplicationProtocol.HTTP,
                default_target_groups=[self.tasks],
                open=False,
            )
            for rule in ("ALBHttpToHttpsRedirection", "ELBv2ACMCertificateRequired"):
                acknowledge(
                    inside,
                    f"NIST.800.53.R5-{rule}",
                    "Without a certificate it is internal, with no address on the internet.",
                )
            return inside
        redirect = self.load_balancer.add_listener(
            "Redirect",
            port=80,
            protocol=elb.ApplicationProtocol.HTTP,
            default_action=elb.ListenerAction.redirect(protocol="HTTPS", port="443", permanent=True),
            open=False,
        )
        acknowledge(
            redirect,
            "NIST.800.53.R5-ELBv2ACMCertificateRequired",
            "It speaks HTTP to send clients to HTTPS, and serves nothing itself.",
        )
        return self.load_balancer.add_listener(
            "Listener",
            port=443,
            protocol=elb.ApplicationProtocol.HTTPS,
            certificates=[elb.ListenerCertificate.from_arn(self._props.certificate_arn)],
            ssl_policy=elb.SslPolicy.RECOMMENDED_TLS,
            default_target_groups=[self.tasks],
            open=False,
        )
