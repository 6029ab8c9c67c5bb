"""Calls of databases, streams, file systems and the data catalog, as CloudTrail writes them."""

from typing import Any

import pytest

from tests.unit.engine.scene import ACCOUNT, call, detected, managed
from tfdrift.domain.drift import ChangeType, Fidelity, Severity
from tfdrift.domain.managed_resource import ManagedResource

ARN = f"arn:aws:{{}}:eu-central-1:{ACCOUNT}:{{}}"
KEY_ARN = ARN.format("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab")
KEY_ID = KEY_ARN.rpartition("/")[2]


def changed(record: Any, *resources: ManagedResource) -> dict[str | None, Any]:
    """Return what each attribute that differs is now."""
    return {f.attribute: f.actual for f in detected(record, *resources).findings if f.differs}


def same(record: Any, *resources: ManagedResource) -> set[str | None]:
    """Return the attributes that the call set to Terraform's own value."""
    return {f.attribute for f in detected(record, *resources).findings if not f.differs}


TABLE = managed(
    "aws_dynamodb_table.music",
    id="Music",
    name="Music",
    arn=ARN.format("dynamodb", "table/Music"),
    billing_mode="PAY_PER_REQUEST",
    read_capacity=0,
    write_capacity=0,
    deletion_protection_enabled=True,
    ttl=[{"attribute_name": "expires", "enabled": True}],
    point_in_time_recovery=[{"enabled": True, "recovery_period_in_days": 35}],
    server_side_encryption=[{"enabled": True, "kms_key_arn": KEY_ARN}],
    global_secondary_index=[{"name": "by_year", "hash_key": "year"}, {"name": "by_name", "hash_key": "name"}],
    tags={"team": "data"},
)


@pytest.mark.parametrize("name", ["Music", ARN.format("dynamodb", "table/Music")])
def test_a_table_goes_by_name_and_arn(name: str):
    request = {"tableName": name, "deletionProtectionEnabled": False, "billingMode": "PAY_PER_REQUEST"}
    (billing, protection) = detected(call("dynamodb", "UpdateTable", request), TABLE).findings
    assert (billing.attribute, billing.differs) == ("billing_mode", False)
    assert (protection.attribute, protection.actual, protection.severity) == (
        "deletion_protection_enabled",
        False,
        Severity.HIGH,
    )


def test_a_table_that_only_the_answer_names_is_found():
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html
    request = {"provisionedThroughput": {"writeCapacityUnits": 25, "readCapacityUnits": 25}}
    answer = {"tableDescription": {"tableName": "Music", "tableStatus": "UPDATING"}}
    assert changed(call("dynamodb", "UpdateTable", request, answer), TABLE) == {
        "read_capacity": 25,
        "write_capacity": 25,
    }


def test_an_index_that_was_removed_is_told_exactly():
    updates = {"tableName": "Music", "globalSecondaryIndexUpdates": [{"delete": {"indexName": "by_year"}}]}
    (finding,) = detected(call("dynamodb", "UpdateTable", updates), TABLE).findings
    assert (finding.attribute, finding.fidelity) == ("global_secondary_index", Fidelity.EXACT)
    assert finding.actual == [{"name": "by_name", "hash_key": "name"}]


def test_a_new_index_is_told_with_its_name_and_no_certain_shape():
    create = {"indexName": "by_x", "keySchema": [{"attributeName": "x", "keyType": "HASH"}]}
    updates = {"tableName": "Music", "globalSecondaryIndexUpdates": [{"create": create}]}
    (finding,) = detected(call("dynamodb", "UpdateTable", updates), TABLE).findings
    assert finding.fidelity is Fidelity.PARTIAL
    assert {block["name"] for block in finding.actual} == {"by_year", "by_name", "by_x"}


def test_backups_encryption_and_expiry_of_a_table():
    backups = {
        "tableName": "Music",
        "pointInTimeRecoverySpecification": {"pointInTimeRecoveryEnabled": False},
    }
    (recovery,) = detected(call("dynamodb", "UpdateContinuousBackups", backups), TABLE).findings
    assert (recovery.attribute, recovery.severity) == ("point_in_time_recovery[0].enabled", Severity.HIGH)
    sse = {"tableName": "Music", "sSESpecification": {"enabled": True, "kMSMasterKeyId": KEY_ID}}
    assert changed(call("dynamodb", "UpdateTable", sse), TABLE) == {}
    ttl = {"tableName": "Music", "timeToLiveSpecification": {"enabled": False, "attributeName": "expires"}}
    assert changed(call("dynamodb", "UpdateTimeToLive", ttl), TABLE) == {"ttl[0].enabled": False}


def test_tags_of_a_table_by_its_arn():
    request = {
        "resourceArn": ARN.format("dynamodb", "table/Music"),
        "tags": [{"key": "team", "value": "web"}],
    }
    assert changed(call("dynamodb", "TagResource", request), TABLE) == {"tags": {"team": "web"}}


def test_insights_and_destinations_go_by_composed_ids():
    insights = managed("aws_dynamodb_contributor_insights.i", id=f"name:Music/index:/{ACCOUNT}")
    stream = ARN.format("kinesis", "stream/s")
    destination = managed(
        "aws_dynamodb_kinesis_streaming_destination.d", id="x", table_name="Music", stream_arn=stream
    )
    off = call(
        "dynamodb",
        "UpdateContributorInsights",
        {"tableName": "Music", "contributorInsightsAction": "DISABLE"},
    )
    cut = call("dynamodb", "DisableKinesisStreamingDestination", {"tableName": "Music", "streamArn": stream})
    (gone,) = detected(off, insights).findings
    (ended,) = detected(cut, destination).findings
    assert {gone.change_type, ended.change_type} == {ChangeType.DELETED}
    assert (gone.address, ended.address) == (insights.address, destination.address)


STREAM = managed(
    "aws_kinesis_stream.s",
    id=ARN.format("kinesis", "stream/GoodStream"),
    arn=ARN.format("kinesis", "stream/GoodStream"),
    name="GoodStream",
    encryption_type="KMS",
    kms_key_id=KEY_ARN,
    retention_period=48,
    shard_count=2,
    shard_level_metrics=["IncomingBytes"],
)


def test_retention_shards_and_encryption_of_a_stream():
    shorter = {"streamName": "GoodStream", "retentionPeriodHours": 24}
    assert changed(call("kinesis", "DecreaseStreamRetentionPeriod", shorter), STREAM) == {
        "retention_period": 24
    }
    split = {"streamName": "GoodStream", "shardToSplit": "shardId-000000000000", "newStartingHashKey": "1"}
    (shards,) = detected(call("kinesis", "SplitShard", split), STREAM).findings
    assert (shards.attribute, shards.fidelity, shards.actual) == ("shard_count", Fidelity.PARTIAL, None)
    stop = {"streamARN": STREAM.resource_id, "encryptionType": "KMS", "keyId": KEY_ARN}
    found = detected(call("kinesis", "StopStreamEncryption", stop), STREAM).findings
    assert {f.attribute: f.actual for f in found} == {"encryption_type": "NONE", "kms_key_id": None}
    assert found[0].severity is Severity.HIGH


def test_all_metrics_of_a_stream_are_each_of_them():
    on = call(
        "kinesis", "EnableEnhancedMonitoring", {"streamName": "GoodStream", "shardLevelMetrics": ["ALL"]}
    )
    off = call(
        "kinesis", "DisableEnhancedMonitoring", {"streamName": "GoodStream", "shardLevelMetrics": ["ALL"]}
    )
    assert len(changed(on, STREAM)["shard_level_metrics"]) == 7
    assert changed(off, STREAM) == {"shard_level_metrics": None}


def test_a_delivery_streams_destination():
    # https://docs.aws.amazon.com/firehose/latest/dev/monitoring-using-cloudtrail.html
    stream = managed(
        "aws_kinesis_firehose_delivery_stream.f",
        id=ARN.format("firehose", "deliverystream/f"),
        name="f",
        extended_s3_configuration=[
            {"bucket_arn": "arn:aws:s3:::logs", "buffering_size": 5, "kms_key_arn": "", "prefix": ""}
        ],
    )
    update = {
        "bucketARN": "arn:aws:s3:::elsewhere",
        "bufferingHints": {"sizeInMBs": 5},
        "encryptionConfiguration": {"kMSEncryptionConfig": {"aWSKMSKeyARN": KEY_ARN}},
    }
    request = {"deliveryStreamName": "f", "destinationId": "d-1", "extendedS3DestinationUpdate": update}
    record = call("firehose", "UpdateDestination", request)
    assert changed(record, stream) == {
        "extended_s3_configuration[0].bucket_arn": "arn:aws:s3:::elsewhere",
        "extended_s3_configuration[0].kms_key_arn": KEY_ARN,
    }


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
