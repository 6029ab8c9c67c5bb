"""The load balancer's rules: which path is whose, and where people must have signed in."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.people import CALLS, PAGES, People

_FALCO = ["/api/v1/falco/*"]
_STREAM = ["/api/v1/stream", "/ws"]
_API = ["/api/v1/*"]


@dataclass(frozen=True, slots=True)
class RoutingProps:
    """What stands behind the paths; without `people` nobody is asked to sign in."""

    listener: elb.ApplicationListener
    tasks: elb.ApplicationTargetGroup
    api: lambda_.IFunction
    falco: lambda_.IFunction
    people: People | None


class Routing(Construct):
    """Path rules, first match wins.

    ``/api/v1/falco/*`` → Falco's function; ``/api/v1/stream`` and ``/ws`` → the streaming tasks; any other
    ``/api/v1/*`` → the API's function; the rest (dashboard, ``/health``) → the streaming tasks. With an
    identity provider all but Falco's path are for who signed in, and for requests with an ``X-API-Key``,
    which the app compares with the machines' token.
    """

    def __init__(self, scope: Construct, construct_id: str, props: RoutingProps) -> None:
        super().__init__(scope, construct_id)
        self._listener = props.listener
        self._people = props.people
        falco = self._function_group("Falco", props.falco)
        api = self._function_group("Api", props.api)
        tasks = props.tasks.target_group_arn
        self._add("FalcoRule", 10, [_path(_FALCO)], falco)
        if props.people is not None:
            self._add("StreamTokenRule", 15, [_path(_STREAM), _WITH_TOKEN], tasks)
            self._add("ApiTokenRule", 16, [_path(_API), _WITH_TOKEN], api)
        self._ask_first(self._add("StreamRule", 20, [_path(_STREAM)], tasks), tasks)
        self._ask_first(self._add("ApiRule", 30, [_path(_API)], api), api)
        if props.people is not None:
            self._close_default(props.people, tasks)

    def _add(
        self,
        construct_id: str,
        priority: int,
        conditions: list[elb.CfnListenerRule.RuleConditionProperty],
        group_arn: str,
    ) -> elb.CfnListenerRule:
        forward = elb.CfnListenerRule.ActionProperty(type="forward", target_group_arn=group_arn)
        return elb.CfnListenerRule(
            self,
            construct_id,
            listener_arn=self._listener.listener_arn,
            priority=priority,
            conditions=conditions,
            actions=[forward],
        )

    def _ask_first(self, rule: elb.CfnListenerRule, group_arn: str) -> None:
        if self._people is not None:
            rule.add_property_override("Actions", [self._people.action(CALLS), _then(group_arn)])

    def _close_default(self, people: People, group_arn: str) -> None:
        """Have pages, too, be for who signed in."""
        resource = self._listener.node.default_child
        if not isinstance(resource, elb.CfnListener):
            raise TypeError(f"{self._listener.node.path} is no listener")
        asked = people.action(PAGES)
        for name in asked:
            if name.endswith("Config"):
                # A number in a rule, and text in a listener.
                asked[name]["SessionTimeout"] = str(asked[name]["SessionTimeout"])
        resource.add_property_override("DefaultActions", [asked, _then(group_arn)])

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


_WITH_TOKEN = elb.CfnListenerRule.RuleConditionProperty(
    field="http-header",
    http_header_config=elb.CfnListenerRule.HttpHeaderConfigProperty(
        http_header_name="X-API-Key", values=["?*"]
    ),
)


def _path(paths: list[str]) -> elb.CfnListenerRule.RuleConditionProperty:
    return elb.CfnListenerRule.RuleConditionProperty(
        field="path-pattern",
        path_pattern_config=elb.CfnListenerRule.PathPatternConfigProperty(values=paths),
    )


def _then(group_arn: str) -> dict[str, Any]:
    return {"Type": "forward", "Order": 2, "TargetGroupArn": group_arn}
