"""Calls of caches, warehouses, search, file systems and the data catalog, as CloudTrail writes them."""

import pytest

from tests.unit.engine.scene import ACCOUNT, ARN, call, changed, detected, managed, same
from tfdrift.domain.drift import ChangeType, Fidelity, Severity


def test_a_replication_group_and_its_users():
    group = managed(
        "aws_elasticache_replication_group.r",
        id="prod",
        replication_group_id="prod",
        automatic_failover_enabled=True,
        engine_version="7.0",
        user_group_ids=["ops"],
        auth_token="fingerprint:00ff",
    )
    request = {
        "replicationGroupId": "PROD",
        "automaticFailoverEnabled": False,
        "engineVersion": "7.0.7",
        "userGroupIdsToAdd": ["dev"],
        "userGroupIdsToRemove": ["ops"],
    }
    assert changed(call("elasticache", "ModifyReplicationGroup", request), group) == {
        "automatic_failover_enabled": False,
        "user_group_ids": ["dev"],
    }
    (secret,) = detected(
        call("elasticache", "ModifyReplicationGroup", {"replicationGroupId": "prod", "authToken": "leaked"}),
        group,
    ).findings
    assert (secret.attribute, secret.actual, secret.fidelity) == ("auth_token", None, Fidelity.PARTIAL)


def test_a_cache_parameter_group_is_reset_in_part_or_whole():
    group = managed(
        "aws_elasticache_parameter_group.p",
        id="p",
        name="p",
        parameter=[{"name": "a", "value": "1"}, {"name": "b", "value": "2"}],
    )
    one = {"cacheParameterGroupName": "p", "parameterNameValues": [{"parameterName": "a"}]}
    whole = {"cacheParameterGroupName": "p", "resetAllParameters": True}
    reset = "ResetCacheParameterGroup"
    assert changed(call("elasticache", reset, one), group) == {"parameter": [{"name": "b", "value": "2"}]}
    assert changed(call("elasticache", reset, whole), group) == {"parameter": None}


WAREHOUSE = managed(
    "aws_redshift_cluster.dw",
    id="dw",
    cluster_identifier="dw",
    publicly_accessible=False,
    encrypted=True,
    iam_roles=["arn:aws:iam::111122223333:role/load"],
)


def test_a_warehouse_opened_and_unencrypted():
    request = {"clusterIdentifier": "DW", "publiclyAccessible": True, "encrypted": False}
    found = detected(call("redshift", "ModifyCluster", request), WAREHOUSE).findings
    assert {f.attribute: f.severity for f in found} == {
        "encrypted": Severity.HIGH,
        "publicly_accessible": Severity.CRITICAL,
    }


def test_a_scheduled_action_is_compared_as_blocks():
    action = managed(
        "aws_redshift_scheduled_action.s",
        id="s",
        name="s",
        target_action=[{"pause_cluster": [{"cluster_identifier": "dw"}], "resume_cluster": []}],
    )
    pause = {"scheduledActionName": "s", "targetAction": {"pauseCluster": {"clusterIdentifier": "dw"}}}
    resume = {"scheduledActionName": "s", "targetAction": {"resumeCluster": {"clusterIdentifier": "dw"}}}
    assert same(call("redshift", "ModifyScheduledAction", pause), action) == {"target_action"}
    assert set(changed(call("redshift", "ModifyScheduledAction", resume), action)) == {"target_action"}


def test_roles_of_a_warehouse_are_followed_where_terraform_keeps_them():
    request = {"clusterIdentifier": "dw", "removeIamRoles": ["arn:aws:iam::111122223333:role/load"]}
    record = call("redshift", "ModifyClusterIamRoles", request)
    roles = managed(
        "aws_redshift_cluster_iam_roles.r",
        id="dw",
        cluster_identifier="dw",
        iam_role_arns=["arn:aws:iam::111122223333:role/load"],
    )
    assert changed(record, WAREHOUSE) == {"iam_roles": []}
    assert [f.address for f in detected(record, WAREHOUSE, roles).findings] == [roles.address]


def test_logging_of_a_warehouse_switched_off():
    logging = managed("aws_redshift_logging.l", id="dw", cluster_identifier="dw", bucket_name="logs")
    (finding,) = detected(call("redshift", "DisableLogging", {"clusterIdentifier": "dw"}), logging).findings
    assert (finding.address, finding.change_type, finding.severity) == (
        logging.address,
        ChangeType.DELETED,
        Severity.HIGH,
    )


PUBLIC = '{"Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["es:*"],"Resource":"*"}]}'


@pytest.mark.parametrize("event", ["UpdateDomainConfig", "UpdateElasticsearchDomainConfig"])
def test_a_search_domain_opened_to_anybody(event: str):
    domain = managed(
        "aws_opensearch_domain.d", id="x", domain_name="test", access_policies='{"Statement":[]}'
    )
    policy = managed(
        "aws_opensearch_domain_policy.p", id="esd-policy-test", domain_name="test", access_policies=""
    )
    record = call("es", event, {"domainName": "test", "accessPolicies": PUBLIC})
    (own,) = detected(record, domain).findings
    (other,) = detected(record, domain, policy).findings
    assert (own.address, own.attribute, own.severity) == (
        domain.address,
        "access_policies",
        Severity.CRITICAL,
    )
    assert (other.address, other.severity) == (policy.address, Severity.CRITICAL)


def test_a_search_domain_that_was_only_checked_is_not_changed():
    domain = managed("aws_opensearch_domain.d", id="x", domain_name="test", engine_version="OpenSearch_2.11")
    request = {"domainName": "test", "targetVersion": "OpenSearch_2.13"}
    checked = call("es", "UpgradeDomain", {**request, "performCheckOnly": True})
    assert changed(checked, domain) == {}
    assert changed(call("es", "UpgradeDomain", request), domain) == {"engine_version": "OpenSearch_2.13"}


def test_the_life_of_files_and_the_policy_of_their_system():
    system = managed(
        "aws_efs_file_system.f",
        id="fs-01234567",
        lifecycle_policy=[
            {"transition_to_ia": "AFTER_30_DAYS", "transition_to_primary_storage_class": ""},
            {"transition_to_ia": "", "transition_to_primary_storage_class": "AFTER_1_ACCESS"},
        ],
    )
    policies = [{"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"}, {"transitionToIA": "AFTER_30_DAYS"}]
    record = call(
        "elasticfilesystem",
        "PutLifecycleConfiguration",
        {"fileSystemId": "fs-01234567", "lifecyclePolicies": policies},
    )
    assert same(record, system) == {"lifecycle_policy"}
    opened = {"fileSystemId": ARN.format("elasticfilesystem", "file-system/fs-01234567"), "policy": PUBLIC}
    (finding,) = detected(call("elasticfilesystem", "PutFileSystemPolicy", opened), system).findings
    assert (finding.managed, finding.parent, finding.severity) == (False, system, Severity.CRITICAL)


def test_a_file_system_of_fsx_is_of_the_kind_that_its_parameters_say():
    windows = managed(
        "aws_fsx_windows_file_system.w", id="fs-1", throughput_capacity=32, storage_capacity=300
    )
    request = {"fileSystemId": "fs-1", "windowsConfiguration": {"throughputCapacity": 64}}
    assert changed(call("fsx", "UpdateFileSystem", request), windows) == {"throughput_capacity": 64}
    (unmanaged,) = detected(call("fsx", "UpdateFileSystem", request)).findings
    assert unmanaged.resource_type == "aws_fsx_windows_file_system"
    larger = {"fileSystemId": "fs-1", "storageCapacity": 600}
    assert changed(call("fsx", "UpdateFileSystem", larger), windows) == {"storage_capacity": 600}


def test_what_is_in_the_data_catalog_goes_by_the_catalogs_id():
    own = managed("aws_glue_catalog_table.t", id=f"{ACCOUNT}:sales:orders", name="orders", description="old")
    table = {"databaseName": "sales", "tableInput": {"name": "orders", "description": "new"}}
    assert changed(call("glue", "UpdateTable", table), own) == {"description": "new"}
    assert changed(call("glue", "UpdateTable", {**table, "catalogId": ACCOUNT}), own) == {
        "description": "new"
    }
    foreign = call("glue", "UpdateTable", {**table, "catalogId": "444455556666"})
    assert [f.managed for f in detected(foreign, own).findings] == [False]


def test_a_job_and_a_crawler():
    job = managed(
        "aws_glue_job.j",
        id="j",
        name="j",
        role_arn="arn:aws:iam::111122223333:role/glue",
        default_arguments={"--x": "1"},
        command=[{"name": "glueetl", "script_location": "s3://a/b.py"}],
    )
    update = {"role": "glue", "defaultArguments": {"--x": "2"}, "command": {"scriptLocation": "s3://a/c.py"}}
    record = call("glue", "UpdateJob", {"jobName": "j", "jobUpdate": update})
    assert changed(record, job) == {
        "default_arguments": {"--x": "2"},
        "command[0].script_location": "s3://a/c.py",
    }
    crawler = managed(
        "aws_glue_crawler.c", id="c", name="c", s3_target=[{"path": "s3://a", "exclusions": []}]
    )
    targets = {"s3Targets": [{"path": "s3://a"}, {"path": "s3://b"}]}
    found = changed(call("glue", "UpdateCrawler", {"name": "c", "targets": targets}), crawler)
    assert [target["path"] for target in found["s3_target"]] == ["s3://a", "s3://b"]


def test_a_workgroup_no_longer_binds_its_queries():
    group = managed(
        "aws_athena_workgroup.w",
        id="w",
        name="w",
        configuration=[
            {"enforce_workgroup_configuration": True, "bytes_scanned_cutoff_per_query": 1073741824}
        ],
    )
    updates = {"enforceWorkGroupConfiguration": False, "removeBytesScannedCutoffPerQuery": True}
    record = call("athena", "UpdateWorkGroup", {"workGroup": "w", "configurationUpdates": updates})
    assert changed(record, group) == {
        "configuration[0].enforce_workgroup_configuration": False,
        "configuration[0].bytes_scanned_cutoff_per_query": None,
    }


def test_an_endpoint_and_an_instance_of_migration_go_by_arn():
    instance = managed(
        "aws_dms_replication_instance.r",
        id="r",
        replication_instance_id="r",
        replication_instance_arn=ARN.format("dms", "rep:ABC"),
        multi_az=True,
    )
    request = {"replicationInstanceArn": ARN.format("dms", "rep:ABC"), "multiAZ": False}
    assert changed(call("dms", "ModifyReplicationInstance", request), instance) == {"multi_az": False}
    endpoint = managed(
        "aws_dms_endpoint.e", id="e", endpoint_arn=ARN.format("dms", "endpoint:E"), password="x"
    )
    record = call(
        "dms", "ModifyEndpoint", {"endpointArn": endpoint.attributes["endpoint_arn"], "password": "****"}
    )
    (finding,) = detected(record, endpoint).findings
    assert (finding.attribute, finding.actual, finding.fidelity) == ("password", None, Fidelity.PARTIAL)
