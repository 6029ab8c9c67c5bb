"""The ids of a resource beyond its own id, ARN and name: composed ids, and references to a parent."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from tfdrift.domain.attribute_path import attribute_at
from tfdrift.domain.composed_data_ids import DATA_AND_COMPUTE
from tfdrift.domain.composed_ids import OPERATIONS
from tfdrift.domain.id_forms import FORMS
from tfdrift.domain.json_value import JsonObject
from tfdrift.domain.network_identifiers import NETWORK_COMPOSED

_FIELD = re.compile(r"\{([^{}]+)\}")

# Composed ids follow the provider's import ids where it has one, e.g. "role/policy_arn" of
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role_policy_attachment#import
# An id with an equals sign is a reference: it finds the children of a parent, and no AWS id has one.
COMPOSED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **OPERATIONS,
        **DATA_AND_COMPUTE,
        "aws_instance": (
            "primary_network_interface_id={primary_network_interface_id}",
            "root_volume_id={root_block_device[0].volume_id}",
        ),
        "aws_security_group_rule": ("security_group_id={security_group_id}", "{security_group_rule_id}"),
        "aws_vpc_security_group_ingress_rule": (
            "security_group_id={security_group_id}",
            "{security_group_rule_id}",
        ),
        "aws_vpc_security_group_egress_rule": (
            "security_group_id={security_group_id}",
            "{security_group_rule_id}",
        ),
        "aws_iam_role_policy_attachment": ("{role}/{policy_arn}", "role={role}"),
        "aws_iam_user_policy_attachment": ("{user}/{policy_arn}", "user={user}"),
        "aws_iam_group_policy_attachment": ("{group}/{policy_arn}", "group={group}"),
        "aws_iam_policy_attachment": ("policy_arn={policy_arn}",),
        "aws_iam_role_policy": ("{role}:{name}",),
        "aws_iam_user_policy": ("{user}:{name}",),
        "aws_iam_group_policy": ("{group}:{name}",),
        "aws_iam_role_policies_exclusive": ("{role_name}",),
        "aws_iam_role_policy_attachments_exclusive": ("{role_name}",),
        "aws_iam_user_policy_attachments_exclusive": ("{user_name}",),
        "aws_iam_group_policy_attachments_exclusive": ("{group_name}",),
        "aws_iam_user_login_profile": ("{user}",),
        "aws_iam_user_group_membership": ("user={user}",),
        "aws_iam_group_membership": ("group={group}",),
        "aws_iam_user_ssh_key": ("{username}:{ssh_public_key_id}",),
        "aws_lambda_permission": ("{function_name|lambda_name}/{statement_id}",),
        "aws_lambda_alias": ("{function_name|lambda_name}/{name}",),
        "aws_lambda_event_source_mapping": ("{uuid}",),
        "aws_lambda_function_url": (
            "{function_name|lambda_name}",
            "{function_name|lambda_name}/{qualifier}",
        ),
        "aws_lambda_function_event_invoke_config": (
            "{function_name|lambda_name}",
            "{function_name|lambda_name}:{qualifier}",
        ),
        "aws_lambda_provisioned_concurrency_config": ("{function_name|lambda_name}/{qualifier}",),
        "aws_lambda_layer_version_permission": ("{layer_name}/{version_number}/{statement_id}",),
        "aws_lambda_function": ("{function_name}",),
        "aws_lambda_function_recursion_config": ("{function_name|lambda_name}",),
        "aws_lambda_runtime_management_config": ("{function_name|lambda_name}",),
        "aws_db_instance": ("{identifier}", "{resource_id}"),
        "aws_rds_cluster": ("{cluster_identifier}", "{cluster_resource_id}"),
        "aws_rds_cluster_instance": ("{identifier}", "{dbi_resource_id}"),
        "aws_rds_cluster_endpoint": ("{cluster_endpoint_identifier}",),
        "aws_rds_global_cluster": ("{global_cluster_identifier}",),
        "aws_rds_cluster_role_association": ("{db_cluster_identifier},{role_arn}",),
        "aws_db_instance_role_association": ("{db_instance_identifier},{role_arn}",),
        "aws_db_snapshot": ("{db_snapshot_identifier}",),
        "aws_db_cluster_snapshot": ("{db_cluster_snapshot_identifier}",),
        "aws_db_proxy": ("{name}",),
        "aws_kms_key": ("{key_id}",),
        "aws_kms_external_key": ("{id}",),
        "aws_kms_replica_key": ("{key_id}",),
        "aws_kms_key_policy": ("{key_id|kms_key}",),
        "aws_kms_grant": ("{key_id|kms_key}:{grant_id}",),
        "aws_kms_alias": ("{name}",),
        "aws_route": (
            "{route_table_id}_{destination_cidr_block}",
            "{route_table_id}_{destination_ipv6_cidr_block}",
        ),
        "aws_route_table_association": ("{route_table_id}/{subnet_id}", "{id}"),
        "aws_network_acl_rule": ("{network_acl_id}:{rule_number}:{egress}",),
        "aws_volume_attachment": ("{volume_id}:{instance_id}",),
        "aws_network_interface_sg_attachment": ("{security_group_id}_{network_interface_id}",),
        "aws_eip": ("{allocation_id}", "{public_ip}"),
        "aws_key_pair": ("{key_name}", "{key_pair_id}"),
        "aws_ec2_tag": ("{resource_id},{key}",),
        "aws_internet_gateway_attachment": ("{internet_gateway_id}:{vpc_id}",),
        **NETWORK_COMPOSED,
    }
)


def composed_identifiers(resource_type: str, attributes: JsonObject) -> tuple[str, ...]:
    """Return the ids of a resource that are composed of its attributes, in the table's order.

    An id one of whose attributes is missing, null or empty is left out. Booleans are written ``true`` and
    ``false``, as Terraform writes them.
    """
    found = (_composed(template, attributes) for template in COMPOSED.get(resource_type, ()))
    return tuple(identifier for identifier in found if identifier is not None)


def _composed(template: str, attributes: JsonObject) -> str | None:
    values = {name: _field(attributes, name) for name in _FIELD.findall(template)}
    if any(value is None for value in values.values()):
        return None
    return _FIELD.sub(lambda match: values[match[1]] or "", template)


def _field(attributes: JsonObject, name: str) -> str | None:
    """Return an attribute as text, in the form that a name with ``|form`` asks for."""
    path, _, form = name.partition("|")
    value = attribute_at(attributes, path)
    return _text(next(iter(FORMS[form](value)), None) if form else value)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) and value else None
