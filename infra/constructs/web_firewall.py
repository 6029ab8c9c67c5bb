"""The web application firewall in front of the load balancer: known attackers, probes, and a rate limit."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.constructs.encryption import Encryption

# Attackers that AWS knows, and requests that only probe for holes. The core rules stay out: they refuse
# bodies of more than 8 KB, which Falco's alerts may have.
_MANAGED = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet")
# What a log may not hold: tokens and sessions.
_SECRET_HEADERS = ("authorization", "cookie", "x-amzn-oidc-data", "x-api-key")


@dataclass(frozen=True, slots=True)
class WebFirewallProps:
    """`rate_limit` is of requests from one address in five minutes."""

    name: str
    load_balancer_arn: str
    rate_limit: int
    log_retention: logs.RetentionDays
    encryption: Encryption


class WebFirewall(Construct):
    """A web ACL that lets pass whatever no rule refuses; refusals are logged."""

    def __init__(self, scope: Construct, construct_id: str, props: WebFirewallProps) -> None:
        super().__init__(scope, construct_id)
        acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible("All"),
            rules=[
                _rate_rule(props.rate_limit),
                *(_managed_rule(name, place) for place, name in enumerate(_MANAGED, start=1)),
            ],
        )
        wafv2.CfnWebACLAssociation(
            self, "Association", resource_arn=props.load_balancer_arn, web_acl_arn=acl.attr_arn
        )
        group = logs.LogGroup(
            self,
            "Logs",
            # AWS takes no other beginning.
            log_group_name=f"aws-waf-logs-{props.name}",
            retention=props.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        props.encryption.cover(group)
        wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[group.log_group_arn.removesuffix(":*")],
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                for header in _SECRET_HEADERS
            ],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
                    }
                ],
            },
        )


def _rate_rule(limit: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RateLimit",
        priority=0,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=limit
            )
        ),
        visibility_config=_visible("RateLimit"),
    )


def _managed_rule(name: str, priority: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS", name=name
            )
        ),
        visibility_config=_visible(name),
    )


def _visible(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
