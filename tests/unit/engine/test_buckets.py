"""S3 buckets: configuration as resources of its own, or in the bucket's attributes."""

import json
from typing import Any

import pytest

from tests.unit.engine.scene import call, detected, managed
from tfdrift.domain.detection import DetectionOutcome
from tfdrift.domain.drift import ChangeType, Fidelity, Severity

NAME = "invoices-demo"
INLINE = managed(
    "aws_s3_bucket.invoices",
    id=NAME,
    arn=f"arn:aws:s3:::{NAME}",
    bucket=NAME,
    acl="private",
    policy="",
    versioning=[{"enabled": True, "mfa_delete": False}],
    server_side_encryption_configuration=[
        {
            "rule": [
                {
                    "apply_server_side_encryption_by_default": [
                        {"sse_algorithm": "aws:kms", "kms_master_key_id": ""}
                    ],
                    "bucket_key_enabled": False,
                }
            ]
        }
    ],
    logging=[],
    lifecycle_rule=[],
    tags={"Team": "billing"},
    tags_all={"Team": "billing"},
)


def own(kind: str, **attributes: Any) -> Any:
    # the index knows a bucket's configuration by the bucket's name, which is its id too
    return managed(f"aws_s3_bucket_{kind}.invoices", id=NAME, bucket=NAME, **attributes)


def put(name: str, **request: Any) -> Any:
    return call("s3", name, {"bucketName": NAME, "Host": f"{NAME}.s3.amazonaws.com", **request})


ENCRYPTION = own(
    "server_side_encryption_configuration",
    rule=[
        {
            "apply_server_side_encryption_by_default": [
                {"sse_algorithm": "aws:kms", "kms_master_key_id": ""}
            ],
            "bucket_key_enabled": False,
        }
    ],
)


def sse(algorithm: str, **more: Any) -> dict[str, Any]:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm, **more}}
    return {
        "ServerSideEncryptionConfiguration": {
            "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/",
            "Rule": rule,
        }
    }


def test_removed_encryption_is_critical_and_comes_back():
    (gone,) = detected(put("DeleteBucketEncryption", encryption=""), INLINE, ENCRYPTION).findings
    (back,) = detected(put("PutBucketEncryption", **sse("aws:kms")), INLINE, ENCRYPTION).findings
    assert (gone.address, gone.attribute, gone.actual) == (ENCRYPTION.address, "rule", None)
    assert (gone.change_type, gone.severity) == (ChangeType.DELETED, Severity.CRITICAL)
    assert gone.expected == ENCRYPTION.attributes["rule"]
    assert (back.attribute, back.differs) == ("rule", False)


def test_other_encryption_is_shown_as_terraform_writes_it():
    (finding,) = detected(put("PutBucketEncryption", **sse("AES256")), ENCRYPTION).findings
    assert finding.actual == [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]
    assert finding.differs


def test_without_a_resource_of_its_own_the_bucket_is_compared():
    (same,) = detected(put("PutBucketEncryption", **sse("aws:kms")), INLINE).findings
    (gone,) = detected(put("DeleteBucketEncryption"), INLINE).findings
    assert (same.address, same.attribute, same.differs) == (
        "aws_s3_bucket.invoices",
        "server_side_encryption_configuration",
        False,
    )
    assert (gone.severity, gone.differs) == (Severity.CRITICAL, True)


@pytest.mark.parametrize(
    "config", [{"Status": "Suspended"}, {"Status": "Suspended", "MfaDelete": "Disabled"}]
)
def test_suspended_versioning(config: dict[str, str]):
    versioning = own("versioning", versioning_configuration=[{"status": "Enabled", "mfa_delete": ""}])
    request = put("PutBucketVersioning", VersioningConfiguration=config)
    different = [f for f in detected(request, versioning).findings if f.differs]
    inline = [f for f in detected(request, INLINE).findings if f.differs]
    assert [(f.attribute, f.expected, f.actual, f.severity) for f in different] == [
        ("versioning_configuration[0].status", "Enabled", "Suspended", Severity.HIGH)
    ]
    assert [(f.attribute, f.expected, f.actual) for f in inline] == [("versioning[0].enabled", True, False)]


def test_the_public_access_block_is_compared_switch_by_switch():
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    block = own("public_access_block", **dict.fromkeys(names, True))
    config = {
        "RestrictPublicBuckets": False,
        "BlockPublicPolicy": True,
        "BlockPublicAcls": True,
        "IgnorePublicAcls": "true",
    }
    found = detected(put("PutBucketPublicAccessBlock", PublicAccessBlockConfiguration=config), INLINE, block)
    different = [(f.attribute, f.severity) for f in found.findings if f.differs]
    gone = detected(put("DeleteBucketPublicAccessBlock"), INLINE, block).findings
    assert different == [("restrict_public_buckets", Severity.CRITICAL)]
    assert {(f.attribute, f.actual, f.change_type) for f in gone} == {
        (name, False, ChangeType.DELETED) for name in names
    }


PUBLIC = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{NAME}/*"}


def test_a_public_bucket_policy_is_critical():
    policy = own("policy", policy=json.dumps({"Version": "2012-10-17", "Statement": []}))
    request = put("PutBucketPolicy", bucketPolicy={"Version": "2012-10-17", "Statement": [PUBLIC]}, policy="")
    (finding,) = detected(request, INLINE, policy).findings
    assert (finding.address, finding.attribute) == (policy.address, "policy")
    assert finding.severity is Severity.CRITICAL
    assert json.loads(str(finding.actual))["Statement"] == [PUBLIC]


def test_a_policy_that_is_not_terraforms_is_a_difference_of_the_bucket():
    (finding,) = detected(put("PutBucketPolicy", bucketPolicy={"Statement": [PUBLIC]}), INLINE).findings
    assert (finding.address, finding.attribute, finding.differs) == ("aws_s3_bucket.invoices", "policy", True)


@pytest.mark.parametrize("written", ["public-read", ["public-read"]])
def test_a_public_acl_is_critical(written: Any):
    # https://github.com/higakikeita/tfdrift-falco/issues/324
    (finding,) = detected(put("PutBucketAcl", **{"x-amz-acl": written}), INLINE).findings
    assert (finding.attribute, finding.expected, finding.actual) == ("acl", "private", "public-read")
    assert finding.severity is Severity.CRITICAL


EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
READ_BY_ALL = [{"grantee": [{"type": "Group", "uri": EVERYBODY}], "permission": "READ"}]


@pytest.mark.parametrize(
    "request_of",
    [
        {
            "AccessControlPolicy": {
                "AccessControlList": {
                    "Grant": {"Grantee": {"URI": EVERYBODY, "xsi:type": "Group"}, "Permission": "READ"}
                }
            }
        },
        {"accessControlList": {"x-amz-grant-read": f"uri={EVERYBODY}"}},
        {"accessControlList": {"x-amz-grant-read": [f'uri="{EVERYBODY}"']}},
    ],
)
def test_grants_are_read_from_bodies_and_headers_and_public_ones_are_critical(request_of: Any):
    owner = {"grantee": [{"type": "CanonicalUser", "id": "d25639"}], "permission": "FULL_CONTROL"}
    acl = own("acl", acl="", access_control_policy=[{"grant": [owner], "owner": [{"id": "d25639"}]}])
    (finding,) = detected(put("PutBucketAcl", **request_of), INLINE, acl).findings
    assert (finding.attribute, finding.actual) == ("access_control_policy[0].grant", READ_BY_ALL)
    assert (finding.fidelity, finding.severity) == (Fidelity.EXACT, Severity.CRITICAL)


def test_the_same_grants_in_a_header_are_no_difference():
    blocks = [
        {
            "grantee": [{"type": "Group", "uri": EVERYBODY, "id": "", "display_name": ""}],
            "permission": "READ",
        },
        {"grantee": [{"type": "CanonicalUser", "id": "d25639", "uri": ""}], "permission": "FULL_CONTROL"},
    ]
    acl = own("acl", acl="", access_control_policy=[{"grant": blocks, "owner": [{"id": "d25639"}]}])
    headers = {"x-amz-grant-full-control": "id=d25639", "x-amz-grant-read": f"uri={EVERYBODY}"}
    (finding,) = detected(put("PutBucketAcl", accessControlList=headers), INLINE, acl).findings
    assert not finding.differs


def test_grants_of_a_bucket_that_has_them_itself_are_one_block_a_grantee():
    headers = {"x-amz-grant-read": 'id="d25639", uri="u"', "x-amz-grant-write": "id=d25639"}
    bucket = managed("aws_s3_bucket.invoices", id=NAME, bucket=NAME, grant=[])
    (finding,) = detected(put("PutBucketAcl", accessControlList=headers), bucket).findings
    assert (finding.attribute, finding.actual) == (
        "grant",
        [
            {"type": "CanonicalUser", "id": "d25639", "permissions": ["READ", "WRITE"]},
            {"type": "Group", "uri": "u", "permissions": ["READ"]},
        ],
    )


def test_logging_switched_off_by_an_empty_body():
    logging = own("logging", target_bucket="logs", target_prefix="a/")
    off = put(
        "PutBucketLogging",
        BucketLoggingStatus={"xmlns": "http://s3.amazonaws.com/doc/2006-03-01/"},
        logging="",
    )
    on = put(
        "PutBucketLogging",
        BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "a/"}},
    )
    (gone,) = detected(off, INLINE, logging).findings
    assert (gone.attribute, gone.actual, gone.severity) == ("target_bucket", None, Severity.HIGH)
    assert not any(finding.differs for finding in detected(on, INLINE, logging).findings)


def test_cors_rules_are_compared_as_blocks():
    rule = {
        "allowed_headers": [],
        "allowed_methods": ["PUT", "GET"],
        "allowed_origins": ["https://example.com"],
        "expose_headers": [],
        "id": "",
        "max_age_seconds": 0,
    }
    cors = own("cors_configuration", cors_rule=[rule])
    same = {"AllowedMethod": ["GET", "PUT"], "AllowedOrigin": "https://example.com"}
    other = {"AllowedMethod": "GET", "AllowedOrigin": "*"}
    (equal,) = detected(put("PutBucketCors", CORSConfiguration={"CORSRule": same}), cors).findings
    (open_,) = detected(put("PutBucketCors", CORSConfiguration={"CORSRule": other}), cors).findings
    assert not equal.differs
    assert open_.actual == [
        {"allowed_headers": [], "allowed_methods": ["GET"], "allowed_origins": ["*"], "expose_headers": []}
    ]


def test_tags_of_a_bucket_are_replaced_whole():
    tag = {"Tagging": {"TagSet": {"Tag": {"Key": "Team", "Value": True}}}}
    (finding,) = detected(put("PutBucketTagging", **tag), INLINE).findings
    assert (finding.attribute, finding.expected, finding.actual) == (
        "tags",
        {"Team": "billing"},
        {"Team": "true"},
    )


def test_a_body_that_cloudtrail_left_out_still_names_the_bucket():
    found = detected(put("PutBucketEncryption"), INLINE, ENCRYPTION)
    (finding,) = found.findings
    assert (finding.address, finding.fidelity) == (ENCRYPTION.address, Fidelity.EVENT_ONLY)


def test_an_object_in_no_state_is_no_configuration():
    found = detected(put("PutObject", key="a.txt"), INLINE)
    assert (found.outcome, found.findings) == (DetectionOutcome.NO_MANAGED_RESOURCE, ())


def test_an_object_of_a_state_is_followed_by_data_events():
    bucket = "team-artifacts"
    thing = managed("aws_s3_object.a", id="a.txt", bucket=bucket, key="a.txt", etag="1")
    written = call("s3", "PutObject", {"bucketName": bucket, "key": "a.txt"}, event_category="Data")
    removed = call("s3", "DeleteObject", {"bucketName": bucket, "key": "a.txt"}, event_category="Data")
    assert [(f.attribute, f.change_type.value) for f in detected(written, thing).findings] == [
        ("etag", "modified")
    ]
    assert [(f.attribute, f.change_type.value) for f in detected(removed, thing).findings] == [
        ("etag", "deleted")
    ]


def test_the_accounts_block_is_the_accounts():
    block = managed("aws_s3_account_public_access_block.all", id="111122223333", block_public_acls=True)
    config = {"BlockPublicAcls": False, "IgnorePublicAcls": False}
    (finding,) = detected(
        call("s3", "PutAccountPublicAccessBlock", {"PublicAccessBlockConfiguration": config}), block
    ).findings
    assert (finding.attribute, finding.severity) == ("block_public_acls", Severity.CRITICAL)


def test_lifecycle_rules_that_look_the_same_are_the_same_and_others_are_partial():
    rule = {
        "id": "old",
        "status": "Enabled",
        "prefix": "",
        "filter": [{"prefix": "logs/", "and": [], "tag": [], "object_size_greater_than": None}],
        "expiration": [{"days": 30, "date": None, "expired_object_delete_marker": False}],
        "transition": [],
        "abort_incomplete_multipart_upload": [],
    }
    lifecycle = own("lifecycle_configuration", rule=[rule])
    body = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}
    soon = {**body, "Expiration": {"Days": 1}}
    (same,) = detected(put("PutBucketLifecycle", LifecycleConfiguration={"Rule": body}), lifecycle).findings
    (other,) = detected(
        put("PutBucketLifecycle", LifecycleConfiguration={"Rule": [soon]}), lifecycle
    ).findings
    assert not same.differs
    assert (other.differs, other.fidelity) == (True, Fidelity.PARTIAL)
