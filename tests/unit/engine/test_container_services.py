"""Calls of containers, builds, workflows, brokers and clusters, as CloudTrail writes them."""

from typing import Any

import pytest

from tests.unit.engine.scene import ACCOUNT, ARN, call, changed, detected, managed, same
from tfdrift.domain.drift import ChangeType, Fidelity, Severity
from tfdrift.domain.encoded_ids import decoded
from tfdrift.domain.identifiers import composed_identifiers
from tfdrift.domain.state_identifiers import identifiers_of

SERVICE_ARN = ARN.format("ecs", "service/prod/web")
SERVICE = managed(
    "aws_ecs_service.web",
    id=SERVICE_ARN,
    name="web",
    cluster=ARN.format("ecs", "cluster/prod"),
    desired_count=2,
    task_definition=ARN.format("ecs", "task-definition/web:5"),
    network_configuration=[{"assign_public_ip": False, "subnets": ["subnet-1"], "security_groups": []}],
)


def ecs(answer: Any = None, **request: Any) -> Any:
    return call("ecs", "UpdateService", {"cluster": "prod", "service": "web", **request}, answer)


def test_a_service_is_found_by_cluster_and_name():
    assert changed(ecs(desiredCount=4), SERVICE) == {"desired_count": 4}


def test_a_service_of_another_cluster_is_another():
    (finding,) = detected(ecs(cluster="test", desiredCount=4), SERVICE).findings
    assert (finding.managed, finding.resource_id) == (False, "test/web")


def test_a_service_is_found_by_the_answers_arn():
    request = {"service": "web", "desiredCount": 2}
    record = call("ecs", "UpdateService", request, {"service": {"serviceArn": SERVICE_ARN}})
    assert same(record, SERVICE) == {"desired_count"}


def test_the_task_that_a_service_runs_is_the_answers():
    answer = {
        "service": {"serviceArn": SERVICE_ARN, "taskDefinition": ARN.format("ecs", "task-definition/web:6")}
    }
    assert changed(ecs(answer, taskDefinition="web"), SERVICE) == {
        "task_definition": ARN.format("ecs", "task-definition/web:6")
    }
    assert same(ecs(taskDefinition="web:5"), SERVICE) == {"task_definition"}


def test_a_services_network():
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}}
    assert changed(ecs(networkConfiguration=network), SERVICE) == {
        "network_configuration[0].assign_public_ip": True
    }


def test_a_clusters_settings_are_merged_by_name():
    cluster = managed(
        "aws_ecs_cluster.c",
        id=ARN.format("ecs", "cluster/prod"),
        arn=ARN.format("ecs", "cluster/prod"),
        name="prod",
        setting=[{"name": "containerInsights", "value": "enabled"}],
    )
    settings = {"cluster": "prod", "settings": [{"name": "containerInsights", "value": "disabled"}]}
    assert changed(call("ecs", "UpdateClusterSettings", settings), cluster) == {
        "setting": [{"name": "containerInsights", "value": "disabled"}]
    }


CLUSTER = managed(
    "aws_eks_cluster.k",
    id="k",
    name="k",
    arn=ARN.format("eks", "cluster/k"),
    enabled_cluster_log_types=["api", "audit"],
    vpc_config=[{"endpoint_public_access": False, "public_access_cidrs": ["10.0.0.0/8"]}],
)


def test_a_kubernetes_interface_opened_to_the_world():
    vpc = {"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}
    record = call("eks", "UpdateClusterConfig", {"name": "k", "resourcesVpcConfig": vpc})
    assert {f.attribute: f.severity for f in detected(record, CLUSTER).findings} == {
        "vpc_config[0].endpoint_public_access": Severity.HIGH,
        "vpc_config[0].public_access_cidrs": Severity.CRITICAL,
    }


def test_logs_are_switched_on_and_off_in_one_call():
    logging = {
        "clusterLogging": [
            {"types": ["scheduler"], "enabled": True},
            {"types": ["audit", "api"], "enabled": False},
        ]
    }
    record = call("eks", "UpdateClusterConfig", {"name": "k", "logging": logging})
    assert changed(record, CLUSTER) == {"enabled_cluster_log_types": ["scheduler"]}


@pytest.mark.parametrize("parameter", ["name", "clusterName"])
def test_a_node_group_is_found_by_its_cluster_and_name(parameter: str):
    group = managed(
        "aws_eks_node_group.n",
        id="k:n",
        scaling_config=[{"desired_size": 2, "max_size": 4, "min_size": 1}],
        labels={"a": "1", "b": "2"},
    )
    request = {
        parameter: "k",
        "nodegroupName": "n",
        "scalingConfig": {"desiredSize": 3, "maxSize": 4},
        "labels": {"addOrUpdateLabels": {"c": "3"}, "removeLabels": ["a"]},
    }
    assert changed(call("eks", "UpdateNodegroupConfig", request), group) == {
        "scaling_config[0].desired_size": 3,
        "labels": {"b": "2", "c": "3"},
    }


def test_access_to_a_cluster_given_by_hand():
    principal = f"arn:aws:iam::{ACCOUNT}:role/ops"
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    request = {
        "name": "k",
        "principalArn": principal,
        "policyArn": policy,
        "accessScope": {"type": "cluster"},
    }
    (new,) = detected(call("eks", "AssociateAccessPolicy", request), CLUSTER).findings
    assert (new.resource_id, new.parent, new.severity) == (f"k#{principal}#{policy}", CLUSTER, Severity.HIGH)
    entry = managed("aws_eks_access_entry.e", id=f"k:{principal}")
    encoded = {"name": "k", "principalArn": principal.replace(":", "%3A").replace("/", "%2F")}
    (gone,) = detected(call("eks", "DeleteAccessEntry", encoded), entry).findings
    assert (gone.address, gone.change_type) == (entry.address, ChangeType.DELETED)


def test_an_id_out_of_an_address_is_decoded_and_another_stays():
    assert decoded("arn%3Aaws%3Akafka%3Aus-east-1%3A012345678901%3Acluster%2Fc%2Fd-2") == (
        "arn:aws:kafka:us-east-1:012345678901:cluster/c/d-2",
    )
    assert decoded("arn:aws:kafka:x") == ("arn:aws:kafka:x",)
    assert [decoded(value) for value in ("", None, 7, ["x"])] == [(), (), (), ()]


@pytest.mark.parametrize("encode", [True, False])
def test_a_broker_cluster_is_found_by_its_encoded_arn(encode: bool):
    arn = ARN.format("kafka", "cluster/c/89a4463c-3")
    cluster = managed("aws_msk_cluster.m", id=arn, arn=arn, number_of_broker_nodes=3, tags={})
    written = arn.replace(":", "%3A").replace("/", "%2F") if encode else arn
    more = call("kafka", "UpdateBrokerCount", {"clusterArn": written, "targetNumberOfBrokerNodes": 6})
    tag = call("kafka", "TagResource", {"resourceArn": written, "tags": {"a": "b"}})
    assert changed(more, cluster) == {"number_of_broker_nodes": 6}
    assert changed(tag, cluster) == {"tags": {"a": "b"}}


def test_an_image_repository():
    repository = managed(
        "aws_ecr_repository.r",
        id="testrepo",
        name="testrepo",
        image_tag_mutability="IMMUTABLE",
        image_scanning_configuration=[{"scan_on_push": True}],
    )
    mutable = {"repositoryName": "testrepo", "imageTagMutability": "MUTABLE"}
    unscanned = {"repositoryName": "testrepo", "imageScanningConfiguration": {"scanOnPush": False}}
    assert changed(call("ecr", "PutImageTagMutability", mutable), repository) == {
        "image_tag_mutability": "MUTABLE"
    }
    assert changed(call("ecr", "PutImageScanningConfiguration", unscanned), repository) == {
        "image_scanning_configuration[0].scan_on_push": False
    }
    text = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:*"}]}'
    opened = call("ecr", "SetRepositoryPolicy", {"repositoryName": "testrepo", "policyText": text})
    (finding,) = detected(opened, repository).findings
    assert (finding.resource_type, finding.severity) == ("aws_ecr_repository_policy", Severity.CRITICAL)


def test_a_registrys_replication_and_scanning_are_the_accounts():
    replication = managed(
        "aws_ecr_replication_configuration.r",
        id=ACCOUNT,
        replication_configuration=[
            {
                "rule": [
                    {
                        "destination": [{"region": "us-east-1", "registry_id": ACCOUNT}],
                        "repository_filter": [{"filter": "prod", "filter_type": "PREFIX_MATCH"}],
                    }
                ]
            }
        ],
    )
    destinations = [{"region": "us-east-1", "registryId": ACCOUNT}]
    filters = [{"filter": "prod", "filterType": "PREFIX_MATCH"}]

    def put(rule: Any) -> Any:
        request = {"replicationConfiguration": {"rules": [rule]}}
        return call("ecr", "PutReplicationConfiguration", request)

    attribute = "replication_configuration[0].rule"
    assert same(put({"destinations": destinations, "repositoryFilters": filters}), replication) == {attribute}
    assert set(changed(put({"destinations": destinations}), replication)) == {attribute}


def test_a_lifecycle_policy_is_compared_as_a_document():
    policy = managed(
        "aws_ecr_lifecycle_policy.p", id="r", repository="r", policy='{"rules": [{"rulePriority": 1}]}'
    )
    put = {"repositoryName": "r", "lifecyclePolicyText": '{"rules":[{"rulePriority":1}]}'}
    assert same(call("ecr", "PutLifecyclePolicy", put), policy) == {"policy"}


def test_a_build_project():
    project = managed(
        "aws_codebuild_project.p",
        id=ARN.format("codebuild", "project/p"),
        name="p",
        environment=[{"privileged_mode": False, "image": "a"}],
        build_timeout=60,
    )
    request = {"name": "p", "environment": {"privilegedMode": True, "image": "a"}, "timeoutInMinutes": 60}
    assert changed(call("codebuild", "UpdateProject", request), project) == {
        "environment[0].privileged_mode": True
    }


def test_a_pipelines_stages_are_changed_and_not_shown():
    pipeline = managed("aws_codepipeline.p", id="p", name="p", role_arn="r", stage=[{"name": "Build"}])
    request = {"pipeline": {"name": "p", "roleArn": "r", "stages": [{"name": "Deploy"}]}}
    (role, stage) = detected(call("codepipeline", "UpdatePipeline", request), pipeline).findings
    assert (role.differs, stage.attribute, stage.fidelity) == (False, "stage", Fidelity.PARTIAL)


def test_a_deployment_group_is_found_by_application_and_name():
    group = managed(
        "aws_codedeploy_deployment_group.g",
        id="7d64e680",
        app_name="app",
        deployment_group_name="g",
        ec2_tag_filter=[{"key": "Name", "type": "KEY_AND_VALUE", "value": "web"}],
    )
    tags = [{"value": "web", "type": "KEY_AND_VALUE", "key": "Name"}]
    request = {"applicationName": "app", "currentDeploymentGroupName": "g", "ec2TagFilters": tags}
    assert same(call("codedeploy", "UpdateDeploymentGroup", request), group) == {"ec2_tag_filter"}


def test_a_repositorys_triggers():
    trigger = managed("aws_codecommit_trigger.t", id="repo", repository_name="repo", trigger=[])
    triggers = [{"name": "all", "destinationArn": "arn:x", "branches": [], "events": ["all"]}]
    request = {"repositoryName": "repo", "triggers": triggers}
    (found,) = changed(call("codecommit", "PutRepositoryTriggers", request), trigger).values()
    assert found == [{"name": "all", "destination_arn": "arn:x", "branches": [], "events": ["all"]}]


def test_a_state_machines_definition_is_a_document_or_hidden():
    arn = ARN.format("states", "stateMachine:m")
    machine = managed("aws_sfn_state_machine.m", id=arn, arn=arn, definition='{"StartAt": "A"}', role_arn="r")

    def update(definition: str) -> Any:
        return call("states", "UpdateStateMachine", {"stateMachineArn": arn, "definition": definition})

    assert same(update('{"StartAt":"A"}'), machine) == {"definition"}
    assert changed(update('{"StartAt":"B"}'), machine) == {"definition": '{"StartAt":"B"}'}
    (hidden,) = detected(update("HIDDEN_DUE_TO_SECURITY_REASONS"), machine).findings
    assert hidden.fidelity is Fidelity.PARTIAL


def test_notebooks_and_profiles():
    notebook = managed("aws_sagemaker_notebook_instance.n", id="n", name="n", lifecycle_config_name="x")
    request = {"notebookInstanceName": "n", "disassociateLifecycleConfig": True}
    assert changed(call("sagemaker", "UpdateNotebookInstance", request), notebook) == {
        "lifecycle_config_name": None
    }
    profile = managed("aws_sagemaker_user_profile.u", id="x", domain_id="d-1", user_profile_name="u")
    (gone,) = detected(
        call("sagemaker", "DeleteUserProfile", {"domainId": "d-1", "userProfileName": "u"}), profile
    ).findings
    assert (gone.address, gone.change_type) == (profile.address, ChangeType.DELETED)


def test_a_broker_is_opened_and_its_users_changed():
    broker = managed(
        "aws_mq_broker.b", id="b-1", auto_minor_version_upgrade=True, logs=[{"general": True}], user=[]
    )
    (logs,) = detected(
        call("amazonmq", "UpdateBroker", {"brokerId": "b-1", "logs": {"general": False}}), broker
    ).findings
    (user,) = detected(call("amazonmq", "CreateUser", {"brokerId": "b-1", "username": "u"}), broker).findings
    assert (logs.attribute, logs.actual, logs.severity) == ("logs[0].general", False, Severity.HIGH)
    assert (user.attribute, user.fidelity) == ("user", Fidelity.PARTIAL)


@pytest.mark.parametrize("name", ["Test", ARN.format("batch", "compute-environment/Test")])
def test_a_compute_environment_goes_by_name_and_arn(name: str):
    environment = managed(
        "aws_batch_compute_environment.t", id="Test", name="Test", compute_resources=[{"max_vcpus": 16}]
    )
    request = {"computeEnvironment": name, "computeResources": {"maxvCpus": 128}}
    assert changed(call("batch", "UpdateComputeEnvironment", request), environment) == {
        "compute_resources[0].max_vcpus": 128
    }


EMR = managed(
    "aws_emr_cluster.e",
    id="j-1",
    name="e",
    termination_protection=True,
    core_instance_group=[{"id": "ig-1", "instance_count": 2}],
)


def test_a_cluster_of_analytics_loses_its_protection():
    request = {"jobFlowIds": ["j-1"], "terminationProtected": False}
    (finding,) = detected(call("elasticmapreduce", "SetTerminationProtection", request), EMR).findings
    assert (finding.attribute, finding.severity) == ("termination_protection", Severity.HIGH)


def test_instance_groups_are_taken_one_by_one():
    task = managed("aws_emr_instance_group.t", id="ig-2", instance_count=1)
    groups = [
        {"instanceGroupId": "ig-1", "instanceCount": 5},
        {"instanceGroupId": "ig-2", "instanceCount": 7},
    ]
    record = call("elasticmapreduce", "ModifyInstanceGroups", {"instanceGroups": groups})
    assert changed(record, EMR, task) == {"core_instance_group[0].instance_count": 5, "instance_count": 7}


def test_users_of_a_transfer_server():
    user = managed("aws_transfer_user.u", id="s-1/u", server_id="s-1", user_name="u", home_directory="/a")
    request = {"serverId": "s-1", "userName": "u", "homeDirectory": "/"}
    assert changed(call("transfer", "UpdateUser", request), user) == {"home_directory": "/"}
    server = managed("aws_transfer_server.s", id="s-1")
    (new,) = detected(call("transfer", "CreateUser", {"serverId": "s-1", "userName": "v"}), server).findings
    assert (new.resource_id, new.parent, new.severity) == ("s-1/v", server, Severity.HIGH)


def test_an_airflow_environment_is_written_in_pascal_case():
    environment = managed(
        "aws_mwaa_environment.a", id="a", name="a", max_workers=10, webserver_access_mode="PRIVATE_ONLY"
    )
    request = {"Name": "a", "MaxWorkers": 10, "WebserverAccessMode": "PUBLIC_ONLY"}
    assert changed(call("airflow", "UpdateEnvironment", request), environment) == {
        "webserver_access_mode": "PUBLIC_ONLY"
    }


def test_an_app_is_closed_to_the_public():
    arn = ARN.format("apprunner", "service/a/1")
    service = managed(
        "aws_apprunner_service.a",
        id=arn,
        arn=arn,
        network_configuration=[{"ingress_configuration": [{"is_publicly_accessible": True}]}],
    )
    ingress = {"ingressConfiguration": {"isPubliclyAccessible": False}}
    record = call("apprunner", "UpdateService", {"serviceArn": arn, "networkConfiguration": ingress})
    assert changed(record, service) == {
        "network_configuration[0].ingress_configuration[0].is_publicly_accessible": False
    }


def test_names_that_several_resources_share_are_no_ids():
    service = {"id": SERVICE_ARN, "name": "web", "cluster": ARN.format("ecs", "cluster/prod")}
    assert identifiers_of("aws_ecs_service", service) == (SERVICE_ARN, "prod/web")
    table = {"id": f"{ACCOUNT}:sales:orders", "name": "orders"}
    assert identifiers_of("aws_glue_catalog_table", table) == (f"{ACCOUNT}:sales:orders",)
    assert composed_identifiers("aws_emr_cluster", {"core_instance_group": [{"id": "ig-1"}]}) == (
        "core_instance_group_id=ig-1",
    )
