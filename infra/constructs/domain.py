"""The name that people type: a certificate for it where none is given, and its record in the zone."""

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct


class Domain(Construct):
    """A domain in a Route 53 zone of this account, which also proves to ACM whose it is."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, zone_id: str) -> None:
        super().__init__(scope, construct_id)
        self._name = name
        self._zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=zone_id, zone_name=name
        )

    def make_certificate(self) -> str:
        """Return the ARN of a certificate that the zone's records validate."""
        return acm.Certificate(
            self,
            "Certificate",
            domain_name=self._name,
            validation=acm.CertificateValidation.from_dns(self._zone),
        ).certificate_arn

    def point_to(self, balancer: elb.ApplicationLoadBalancer) -> None:
        """Have the name lead to the load balancer."""
        route53.ARecord(
            self,
            "Record",
            zone=self._zone,
            record_name=f"{self._name}.",
            target=route53.RecordTarget.from_alias(targets.LoadBalancerTarget(balancer)),
        )
