"""The VPC: one of isolated subnets and endpoints, with a NAT where people sign in, or one that is there."""

from dataclasses import dataclass

from aws_cdk import Fn, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.access import ExistingVpc
from infra.acknowledge import acknowledge, acknowledge_own_policy
from infra.constructs.encryption import Encryption

CIDR = "10.77.0.0/22"
_WITH_EGRESS = ec2.SubnetType.PRIVATE_WITH_EGRESS
_INTERFACES = {
    "EcrApi": ec2.InterfaceVpcEndpointAwsService.ECR,
    "EcrImages": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
}


@dataclass(frozen=True, slots=True)
class Placement:
    """A VPC, its IPv4 network, and where in it tasks and a public load balancer stand."""

    vpc: ec2.IVpc
    cidr: str
    task_subnets: ec2.SubnetSelection
    public_subnets: ec2.SubnetSelection


def place_in(scope: Construct, existing: ExistingVpc) -> Placement:
    """Return the placement in a VPC that is there; nothing is looked up."""
    vpc = ec2.Vpc.from_vpc_attributes(
        scope,
        "ExistingVpc",
        vpc_id=existing.vpc_id,
        vpc_cidr_block=existing.cidr,
        availability_zones=list(existing.availability_zones),
        private_subnet_ids=list(existing.private_subnet_ids),
        public_subnet_ids=list(existing.public_subnet_ids) or None,
    )
    return Placement(vpc, existing.cidr, _subnets(_WITH_EGRESS), _subnets(ec2.SubnetType.PUBLIC))


class Network(Construct):
    """Two availability zones; flow logs of refused traffic.

    Without `egress` there is no way to or from the internet. With it there are public subnets and one NAT:
    the keys of the load balancer's tokens and the identity provider have no endpoint in a VPC. With `traces`
    X-Ray has one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        log_retention: logs.RetentionDays,
        encryption: Encryption,
        egress: bool = False,
        traces: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        task_type = _WITH_EGRESS if egress else ec2.SubnetType.PRIVATE_ISOLATED
        tasks = ec2.SubnetConfiguration(name="Tasks", subnet_type=task_type, cidr_mask=24)
        door = ec2.SubnetConfiguration(
            name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
        )
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(CIDR),
            max_azs=2,
            nat_gateways=1 if egress else 0,
            # The order decides the addresses: the tasks' subnets stay where they are when the others come.
            subnet_configuration=[tasks, door] if egress else [tasks],
            restrict_default_security_group=False,
        )
        self.placement = Placement(self.vpc, CIDR, _subnets(task_type), _subnets(ec2.SubnetType.PUBLIC))
        self._acknowledge_what_is_open()
        self._add_flow_log(log_retention, encryption)
        self.vpc.add_gateway_endpoint("DynamoDb", service=ec2.GatewayVpcEndpointAwsService.DYNAMODB)
        # ECR keeps the layers of images in S3.
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        group = ec2.SecurityGroup(
            self,
            "EndpointSecurityGroup",
            vpc=self.vpc,
            description="Endpoints of AWS services, reached from inside the VPC",
            allow_all_outbound=False,
        )
        group.add_ingress_rule(ec2.Peer.ipv4(CIDR), ec2.Port.tcp(443), "The VPC")
        for name, service in _INTERFACES.items():
            self._add_interface(name, service, group, private_dns=True)
        if traces:
            self._add_interface("XRay", ec2.InterfaceVpcEndpointAwsService.XRAY, group, private_dns=True)
        self._streams = self._add_interface(
            "DynamoDbStreams", ec2.InterfaceVpcEndpointAwsService.DYNAMODB_STREAMS, group, private_dns=False
        )

    @property
    def streams_url(self) -> str:
        """The address of DynamoDB Streams inside the VPC.

        Its endpoint has no private DNS name, so that clients must be told:
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/privatelink-streams.html
        """
        regional_entry = Fn.select(0, self._streams.vpc_endpoint_dns_entries)
        host = Fn.select(1, Fn.split(":", regional_entry))
        return Fn.join("", ["https://", host])

    def _add_interface(
        self,
        name: str,
        service: ec2.IInterfaceVpcEndpointService,
        group: ec2.ISecurityGroup,
        *,
        private_dns: bool,
    ) -> ec2.InterfaceVpcEndpoint:
        return self.vpc.add_interface_endpoint(
            name, service=service, private_dns_enabled=private_dns, security_groups=[group], open=False
        )

    def _acknowledge_what_is_open(self) -> None:
        acknowledge(
            self.vpc,
            "NIST.800.53.R5-VPCDefaultSecurityGroupClosed",
            "Nothing stands in the default group; to close it CDK makes a function with rights on groups.",
        )
        for subnet in self.vpc.public_subnets:
            acknowledge(
                subnet,
                "NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW",
                "Here stand the NAT, which fetches keys and asks the provider, and a public load balancer.",
            )

    def _add_flow_log(self, retention: logs.RetentionDays, encryption: Encryption) -> None:
        group = logs.LogGroup(self, "FlowLogs", retention=retention, removal_policy=RemovalPolicy.DESTROY)
        encryption.cover(group)
        role = iam.Role(self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"))
        acknowledge_own_policy(role)
        self.vpc.add_flow_log(
            "Refused",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(group, role),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )


def _subnets(kind: ec2.SubnetType) -> ec2.SubnetSelection:
    return ec2.SubnetSelection(subnet_type=kind)
