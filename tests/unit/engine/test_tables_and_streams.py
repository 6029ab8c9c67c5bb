"""Calls of tables and streams, as CloudTrail writes them."""

import pytest

from tests.unit.engine.scene import ACCOUNT, ARN, call, changed, detected, managed
from tfdrift.domain.drift import ChangeType, Fidelity, Severity

KEY_ARN = ARN.format("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab")
KEY_ID = KEY_ARN.rpartition("/")[2]


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
