"""Load balancing and scaling: ids in every form, values as Terraform writes them."""

from typing import Any

import pytest

from tests.unit.engine.scene import call, changes, detected, managed
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import ChangeType

ELB = "arn:aws:elasticloadbalancing:eu-central-1:111122223333"
BALANCER_ARN = f"{ELB}:loadbalancer/app/web/50dc6c495c0c9188"
BALANCER = managed(
    "aws_lb.web",
    id=BALANCER_ARN,
    arn=BALANCER_ARN,
    name="web",
    enable_deletion_protection=True,
    idle_timeout=60,
    access_logs=[{"bucket": "logs", "enabled": True, "prefix": ""}],
    security_groups=["sg-1", "sg-2"],
    tags={},
)
CLASSIC = managed(
    "aws_elb.web",
    id="web",
    name="web",
    arn=f"{ELB}:loadbalancer/web",
    idle_timeout=60,
    cross_zone_load_balancing=True,
    access_logs=[],
    instances=["i-1"],
    tags={"team": "web"},
)


def elb(name: str, **request: Any) -> CloudTrailRecord:
    return call("elasticloadbalancing", name, request)


def test_a_load_balancers_attributes_are_a_list_of_keys_and_values():
    found = changes(
        elb(
            "ModifyLoadBalancerAttributes",
            loadBalancerArn=BALANCER_ARN,
            attributes=[
                {"key": "deletion_protection.enabled", "value": "false"},
                {"key": "idle_timeout.timeout_seconds", "value": "60"},
                {"key": "access_logs.s3.enabled", "value": "false"},
            ],
        ),
        BALANCER,
        CLASSIC,
    )
    assert found == {
        "enable_deletion_protection": (True, False, True),
        "idle_timeout": (60, 60, False),
        "access_logs[0].enabled": (True, False, True),
    }


def test_a_classic_load_balancer_of_the_same_name_is_told_apart_by_the_parameters():
    request = {"loadBalancerAttributes": {"crossZoneLoadBalancing": {"enabled": False}}}
    record = elb("ModifyLoadBalancerAttributes", loadBalancerName="web", **request)
    assert changes(record, BALANCER, CLASSIC) == {"cross_zone_load_balancing": (True, False, True)}
    (gone,) = detected(elb("DeleteLoadBalancer", loadBalancerName="web"), BALANCER, CLASSIC).findings
    assert (gone.address, gone.change_type) == ("aws_elb.web", ChangeType.DELETED)
    (gone,) = detected(elb("DeleteLoadBalancer", loadBalancerArn=BALANCER_ARN), BALANCER, CLASSIC).findings
    assert gone.address == "aws_lb.web"


def test_tags_of_both_kinds():
    tag = {"tags": [{"key": "team", "value": "shop"}]}
    assert changes(elb("AddTags", resourceArns=[BALANCER_ARN], **tag), BALANCER, CLASSIC) == {
        "tags": ({}, {"team": "shop"}, True)
    }
    record = elb("RemoveTags", loadBalancerNames=["web"], tags=[{"key": "team"}])
    assert changes(record, BALANCER, CLASSIC) == {"tags": ({"team": "web"}, {}, True)}


LISTENER_ARN = f"{ELB}:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2"
GROUP_ARN = f"{ELB}:targetgroup/web/73e2d6bc24d8a067"
LISTENER = managed(
    "aws_lb_listener.https",
    id=LISTENER_ARN,
    arn=LISTENER_ARN,
    ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    default_action=[{"type": "forward", "target_group_arn": GROUP_ARN}],
)


def test_a_listeners_policy_and_action():
    found = changes(
        elb(
            "ModifyListener",
            listenerArn=LISTENER_ARN,
            sslPolicy="ELBSecurityPolicy-2016-08",
            defaultActions=[{"type": "forward", "targetGroupArn": GROUP_ARN}],
        ),
        LISTENER,
    )
    assert found["ssl_policy"] == (
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "ELBSecurityPolicy-2016-08",
        True,
    )
    assert found["default_action[0].target_group_arn"] == (GROUP_ARN, GROUP_ARN, False)


def test_targets_are_followed_one_by_one_and_not_those_that_a_service_registers():
    first = managed(
        "aws_lb_target_group_attachment.a", id="x", target_group_arn=GROUP_ARN, target_id="i-1", port=80
    )
    request = {"targetGroupArn": GROUP_ARN, "targets": [{"id": "i-1", "port": 80}, {"id": "i-2", "port": 80}]}
    found = detected(elb("DeregisterTargets", **request), first).findings
    assert [(finding.address, finding.differs) for finding in found if finding.managed] == [
        ("aws_lb_target_group_attachment.a", True)
    ]
    by_service = call("elasticloadbalancing", "DeregisterTargets", request, invoked_by="ecs.amazonaws.com")
    assert detected(by_service, first).findings == ()


def test_priorities_are_set_for_each_rule():
    rules = [
        managed(f"aws_lb_listener_rule.r{number}", id=f"{ELB}:listener-rule/{number}", priority=number)
        for number in (1, 2)
    ]
    request = [{"ruleArn": f"{ELB}:listener-rule/{number}", "priority": 3 - number} for number in (1, 2)]
    found = detected(elb("SetRulePriorities", rulePriorities=request), *rules).findings
    assert [(finding.address, finding.actual) for finding in found] == [
        ("aws_lb_listener_rule.r1", 2),
        ("aws_lb_listener_rule.r2", 1),
    ]


def test_a_groups_sizes_and_subnets():
    group = managed(
        "aws_autoscaling_group.web",
        id="web",
        name="web",
        min_size=2,
        max_size=4,
        vpc_zone_identifier=["subnet-a", "subnet-b"],
        tag=[{"key": "team", "value": "web", "propagate_at_launch": True}],
        suspended_processes=[],
    )
    request = {
        "autoScalingGroupName": "web",
        "minSize": 0,
        "maxSize": 4,
        "vPCZoneIdentifier": "subnet-b,subnet-a",
    }
    found = changes(call("autoscaling", "UpdateAutoScalingGroup", request), group)
    assert found["min_size"] == (2, 0, True)
    assert not found["max_size"][2]
    assert not found["vpc_zone_identifier"][2]
    suspend = {"autoScalingGroupName": "web", "scalingProcesses": ["Launch"]}
    assert changes(call("autoscaling", "SuspendProcesses", suspend), group) == {
        "suspended_processes": ([], ["Launch"], True)
    }
    tags = [{"resourceId": "web", "key": "team", "value": "shop", "propagateAtLaunch": True}]
    found = changes(call("autoscaling", "CreateOrUpdateTags", {"tags": tags}), group)
    assert found["tag"][1] == [{"key": "team", "value": "shop", "propagate_at_launch": True}]


def test_scaling_policies_of_the_two_services_share_a_name():
    of_group = managed(
        "aws_autoscaling_policy.cpu",
        id="cpu",
        name="cpu",
        autoscaling_group_name="web",
        target_tracking_configuration=[{"target_value": 50}],
    )
    of_service = managed(
        "aws_appautoscaling_policy.cpu",
        id="cpu",
        name="cpu",
        service_namespace="ecs",
        resource_id="service/main/web",
        scalable_dimension="ecs:service:DesiredCount",
        target_tracking_scaling_policy_configuration=[{"target_value": 50}],
    )
    first = {
        "policyName": "cpu",
        "autoScalingGroupName": "web",
        "targetTrackingConfiguration": {"targetValue": 90.0},
    }
    found = detected(call("autoscaling", "PutScalingPolicy", first), of_group, of_service).findings
    assert [(finding.address, finding.actual) for finding in found] == [("aws_autoscaling_policy.cpu", 90)]
    second = {
        "policyName": "cpu",
        "serviceNamespace": "ecs",
        "resourceId": "service/main/web",
        "scalableDimension": "ecs:service:DesiredCount",
        "targetTrackingScalingPolicyConfiguration": {"targetValue": 90.0},
    }
    found = detected(call("autoscaling", "PutScalingPolicy", second), of_group, of_service).findings
    assert [finding.address for finding in found] == ["aws_appautoscaling_policy.cpu"]


@pytest.mark.parametrize("name", ["cpu", "arn:aws:autoscaling:eu-central-1:111122223333:scalingPolicy:1:web"])
def test_a_scaling_policys_name_is_its_groups_only(name: str):
    policies = [
        managed(
            f"aws_autoscaling_policy.{group}",
            id="cpu",
            name="cpu",
            arn=f"arn:aws:autoscaling:eu-central-1:111122223333:scalingPolicy:1:{group}",
            autoscaling_group_name=group,
        )
        for group in ("web", "shop")
    ]
    request = {"policyName": name, "autoScalingGroupName": "web"}
    found = detected(call("autoscaling", "DeletePolicy", request), *policies).findings
    assert [finding.address for finding in found if finding.managed] == ["aws_autoscaling_policy.web"]
