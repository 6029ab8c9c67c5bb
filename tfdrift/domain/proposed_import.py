"""Proposes how Terraform may take over what was created without it: an address and an `import` block."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

_ARN = re.compile(r"arn:[\w-]*:[\w-]*:[\w-]*:\w*:(?:[^\s,|]*[/:])?(?P<name>[^\s/:,|]+)")
_URL = re.compile(r"https?://\S*/(?P<name>[^\s/]+)")
_NO_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 64
_ESCAPES = MappingProxyType({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})

# Types that Terraform cannot import, or only by an id with parts that the call's record does not have
# (a volume's device, a window's or a plan's id, an ACL rule's protocol, a route table's subnet):
# section "Import" of https://registry.terraform.io/providers/hashicorp/aws/latest/docs
_NO_ID = frozenset(
    {
        "aws_backup_selection",
        "aws_cloudwatch_query_definition",
        "aws_guardduty_detector_feature",
        "aws_guardduty_organization_configuration_feature",
        "aws_network_acl_rule",
        "aws_route_table_association",
        "aws_security_group_rule",
        "aws_snapshot_create_volume_permission",
        "aws_ssm_maintenance_window_target",
        "aws_ssm_maintenance_window_task",
        "aws_ssm_patch_group",
        "aws_volume_attachment",
    }
)


def _last_part(identifier: str) -> str:
    """Return the name that an ARN ends in."""
    return identifier.rpartition("/")[2]


def _with_bar(identifier: str) -> str:
    """Return ``group|filter`` of ``group:filter``."""
    return "|".join(identifier.rsplit(":", 1))


def _account_first(identifier: str) -> str:
    """Return ``account/image`` of ``image-account``, ``group/image`` of ``image-group-group``."""
    image, _, account = identifier.rpartition("-")
    return f"{account}/{image.removesuffix('-group')}"


# The ids of all other types are those that Terraform imports by (see `tfdrift.domain.identifiers`).
_FORMS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "aws_ami_launch_permission": _account_first,
        "aws_cloudwatch_log_subscription_filter": _with_bar,
        "aws_codebuild_project": _last_part,
        "aws_ecs_cluster": _last_part,
        "aws_kinesis_stream": _last_part,
    }
)


@dataclass(frozen=True, slots=True)
class ProposedImport:
    """An address that the resource may be given, and the block of Terraform 1.5 that imports it there.

    `import_id` and `block` are None for a type that cannot be imported by what is known. The address is made
    of the id alone: whether a configuration uses it already is not looked up.
    """

    address: str
    import_id: str | None
    block: str | None


def proposed_import(resource_type: str, resource_id: str) -> ProposedImport:
    """Return the proposal for a resource.

    Source of the block's form: https://developer.hashicorp.com/terraform/language/import.
    """
    address = f"{resource_type}.{_name(resource_id)}"
    if resource_type in _NO_ID or not resource_id:
        return ProposedImport(address, None, None)
    import_id = _FORMS.get(resource_type, str)(resource_id)
    block = f"import {{\n  to = {address}\n  id = {_quoted(import_id)}\n}}\n"
    return ProposedImport(address, import_id, block)


def _name(resource_id: str) -> str:
    """Return a name that Terraform's configuration language allows, made of the id's speaking parts."""
    text = _URL.sub(r"\g<name>", _ARN.sub(r"\g<name>", resource_id))
    name = _NO_NAME.sub("_", text.lower()).strip("_")[:_LONGEST_NAME].rstrip("_")
    if not name:
        return "this"
    return f"r_{name}" if name[0].isdigit() else name


def _quoted(text: str) -> str:
    escaped = "".join(_ESCAPES.get(char, char) for char in text)
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'
