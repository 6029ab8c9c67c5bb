"""A VPC of isolated subnets: no way to or from the internet, AWS's services through endpoints."""

from aws_cdk import Fn, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

CIDR = "10.77.0.0/22"
_INTERFACES = {
    "EcrApi": ec2.InterfaceVpcEndpointAwsService.ECR,
    "EcrImages": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
}


class Network(Construct):
    """Two availability zones, no NAT; flow logs of refused traffic."""

    def __init__(self, scope: Construct, construct_id: str, *, log_retention: logs.RetentionDays) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(CIDR),
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
                )
            ],
            restrict_default_security_group=False,
        )
        self._add_flow_log(log_retention)
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

    def _add_flow_log(self, retention: logs.RetentionDays) -> None:
        group = logs.LogGroup(self, "FlowLogs", retention=retention, removal_policy=RemovalPolicy.DESTROY)
        role = iam.Role(self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"))
        self.vpc.add_flow_log(
            "Refused",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(group, role),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
