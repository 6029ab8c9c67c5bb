"""Tells every id that a resource of a state goes by, and the account and region that it lies in."""

import re
from collections.abc import Iterator

from tfdrift.domain.identifiers import composed_identifiers
from tfdrift.domain.json_value import JsonObject, JsonValue

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_ZONE = re.compile(r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)[a-z]", re.ASCII)
_ARN_PARTS = 6

# Types whose name several resources may have at once, or whose calls never name them by it: a security
# group's name is unique in its VPC only, an inline policy's in its role only.
_NAME_IS_NO_ID = frozenset(
    {
        "aws_app_cookie_stickiness_policy",
        "aws_appautoscaling_policy",
        "aws_appautoscaling_scheduled_action",
        "aws_athena_named_query",
        "aws_athena_prepared_statement",
        "aws_autoscaling_lifecycle_hook",
        "aws_autoscaling_policy",
        "aws_backup_plan",
        "aws_backup_restore_testing_selection",
        "aws_backup_selection",
        "aws_cloudtrail_event_data_store",
        "aws_cloudtrail_organization_delegated_admin_account",
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_log_metric_filter",
        "aws_cloudwatch_log_stream",
        "aws_cloudwatch_log_subscription_filter",
        "aws_cloudwatch_query_definition",
        "aws_default_security_group",
        "aws_ec2_managed_prefix_list",
        "aws_ecs_service",
        "aws_emr_cluster",
        "aws_emr_instance_fleet",
        "aws_emr_instance_group",
        "aws_emr_studio",
        "aws_fsx_ontap_storage_virtual_machine",
        "aws_fsx_ontap_volume",
        "aws_fsx_openzfs_snapshot",
        "aws_fsx_openzfs_volume",
        "aws_glue_catalog_table",
        "aws_glue_user_defined_function",
        "aws_guardduty_detector_feature",
        "aws_guardduty_filter",
        "aws_guardduty_ipset",
        "aws_guardduty_member_detector_feature",
        "aws_guardduty_organization_configuration_feature",
        "aws_guardduty_threatintelset",
        "aws_iam_group_policy",
        "aws_iam_role_policy",
        "aws_iam_user_policy",
        "aws_inspector2_filter",
        "aws_kinesis_stream_consumer",
        "aws_lambda_alias",
        "aws_lb_cookie_stickiness_policy",
        "aws_lb_ssl_negotiation_policy",
        "aws_macie2_classification_job",
        "aws_macie2_custom_data_identifier",
        "aws_macie2_findings_filter",
        "aws_organizations_account",
        "aws_organizations_delegated_administrator",
        "aws_organizations_organizational_unit",
        "aws_organizations_policy",
        "aws_ram_resource_share",
        "aws_route53_cidr_location",
        "aws_route53_key_signing_key",
        "aws_route53_record",
        "aws_route53_traffic_policy",
        "aws_route53_traffic_policy_instance",
        "aws_route53_zone",
        "aws_s3_bucket_analytics_configuration",
        "aws_s3_bucket_intelligent_tiering_configuration",
        "aws_s3_bucket_inventory",
        "aws_s3_bucket_metric",
        "aws_scheduler_schedule",
        "aws_security_group",
        "aws_securityhub_action_target",
        "aws_securityhub_configuration_policy",
        "aws_securityhub_insight",
        "aws_service_discovery_service",
        "aws_ses_event_destination",
        "aws_ses_identity_policy",
        "aws_ses_receipt_rule",
        "aws_sfn_alias",
        "aws_ssm_activation",
        "aws_ssm_association",
        "aws_ssm_maintenance_window",
        "aws_ssm_maintenance_window_target",
        "aws_ssm_maintenance_window_task",
        "aws_ssm_patch_baseline",
        "aws_ssoadmin_application",
        "aws_ssoadmin_permission_set",
        "aws_ssoadmin_trusted_token_issuer",
    }
)
_NAME_IS_NO_ID_PREFIXES = (
    "aws_api_gateway_",
    "aws_apigatewayv2_",
    "aws_appsync_",
    "aws_cognito_",
    "aws_dx_",
    "aws_globalaccelerator_",
    "aws_route53_resolver_",
)

# Types of which a bucket has one: the bucket's name identifies it. Their own id may have the expected
# owner or the canned ACL behind a comma.
_ONE_A_BUCKET = frozenset(
    f"aws_s3_bucket_{name}"
    for name in (
        "accelerate_configuration",
        "acl",
        "cors_configuration",
        "lifecycle_configuration",
        "logging",
        "notification",
        "object_lock_configuration",
        "ownership_controls",
        "policy",
        "public_access_block",
        "replication_configuration",
        "request_payment_configuration",
        "server_side_encryption_configuration",
        "versioning",
        "website_configuration",
    )
)

# Services without regions; CloudTrail records their calls in us-east-1 (in other partitions, elsewhere).
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html
# (global service events). Resolver, recovery readiness and regional WAF have names that only look alike.
_GLOBAL_PREFIXES = (
    "aws_account_",
    "aws_budgets_",
    "aws_ce_",
    "aws_cloudfront_",
    "aws_globalaccelerator_",
    "aws_iam_",
    "aws_networkmanager_",
    "aws_organizations_",
    "aws_route53_",
    "aws_route53domains_",
    "aws_shield_",
    "aws_waf_",
)
_REGIONAL_PREFIXES = ("aws_route53_resolver_",)


def identifiers_of(resource_type: str, attributes: JsonObject) -> tuple[str, ...]:
    """Return the ids that the resource goes by, each once: id, ARN, name, and its type's own.

    Resources of other providers have none: no AWS call can mean them.
    """
    if not resource_type.startswith("aws_"):
        return ()
    return tuple(dict.fromkeys(_candidates(resource_type, attributes)))


def _candidates(resource_type: str, attributes: JsonObject) -> Iterator[str]:
    names = ["id", "arn"]
    if resource_type not in _NAME_IS_NO_ID and not resource_type.startswith(_NAME_IS_NO_ID_PREFIXES):
        names.append("name")
    if resource_type in _ONE_A_BUCKET:
        names.append("bucket")
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str) and value:
            yield value
    yield from composed_identifiers(resource_type, attributes)


def is_global(resource_type: str, attributes: JsonObject) -> bool:
    """Return whether a resource lies in no region, or is found by a name that is unique in all of them."""
    if resource_type.startswith(_REGIONAL_PREFIXES):
        return False
    if resource_type.startswith((*_GLOBAL_PREFIXES, "aws_s3_")):
        return True
    parts = _arn_parts(attributes.get("arn"))
    return parts is not None and not parts[3]


def account_of_caller(attributes: JsonObject) -> str | None:
    """Return the account that the data source ``aws_caller_identity`` read."""
    return _account(attributes.get("account_id"))


def name_of_region(attributes: JsonObject) -> str | None:
    """Return the region that the data source ``aws_region`` read; its name is its id too."""
    return next(
        (name for field in ("region", "name", "id") if (name := _region_name(attributes.get(field)))), None
    )


def account_and_region(resource_type: str, attributes: JsonObject) -> tuple[str | None, str | None]:
    """Return the account and the region of a resource, None for what its attributes do not tell.

    The ARN is asked first: where it leaves the region out (IAM, CloudFront), the service is global and the
    region stays None. So it does for S3, whose bucket names are unique in all regions.
    """
    parts = _arn_parts(attributes.get("arn")) or _arn_parts(attributes.get("id"))
    account = _account(parts[4]) if parts else None
    account = account or _account(attributes.get("owner_id"))
    if resource_type.startswith("aws_s3_"):
        return account, None
    if resource_type.startswith(_GLOBAL_PREFIXES) and not resource_type.startswith(_REGIONAL_PREFIXES):
        return account, None
    if parts:
        return account, parts[3] or None
    return account, _region(attributes)


def _arn_parts(value: JsonValue) -> list[str] | None:
    if not isinstance(value, str) or not value.startswith("arn:"):
        return None
    parts = value.split(":", _ARN_PARTS - 1)
    return parts if len(parts) == _ARN_PARTS else None


def _account(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and _ACCOUNT.fullmatch(value) else None


def _region_name(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and _ZONE.fullmatch(f"{value}a") else None


def _region(attributes: JsonObject) -> str | None:
    region = attributes.get("region")
    if isinstance(region, str) and region:
        return region
    zone = attributes.get("availability_zone")
    match = _ZONE.fullmatch(zone) if isinstance(zone, str) else None
    return match["region"] if match else None
