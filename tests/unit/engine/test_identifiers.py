"""The ids that a resource goes by, and the forms in which calls name it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tfdrift.domain.id_forms import FORMS
from tfdrift.domain.identifiers import COMPOSED, composed_identifiers

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "catalog" / "provider_schema.json").read_text("utf-8")
)["types"]


def test_every_composed_id_is_made_of_attributes_that_the_type_has():
    strange = [
        (resource_type, field)
        for resource_type, templates in COMPOSED.items()
        for template in templates
        for field in re.findall(r"\{(\w+)", template)
        if field not in SCHEMA[resource_type]
    ]
    assert strange == []


@pytest.mark.parametrize(
    ("resource_type", "attributes", "identifiers"),
    [
        ("aws_iam_role_policy_attachment", {"role": "a", "policy_arn": "arn:p"}, ("a/arn:p", "role=a")),
        ("aws_iam_role_policy_attachment", {"role": "a", "policy_arn": None}, ("role=a",)),
        (
            "aws_network_acl_rule",
            {"network_acl_id": "acl-1", "rule_number": 20, "egress": False},
            ("acl-1:20:false",),
        ),
        (
            "aws_instance",
            {"root_block_device": [{"volume_id": "vol-1"}], "primary_network_interface_id": ""},
            ("root_volume_id=vol-1",),
        ),
        ("aws_db_instance", {"identifier": "prod", "resource_id": "db-X"}, ("prod", "db-X")),
        (
            "aws_kms_grant",
            {"key_id": "arn:aws:kms:eu-central-1:111122223333:key/k", "grant_id": "g"},
            ("k:g",),
        ),
        ("aws_vpc", {"id": "vpc-1"}, ()),
    ],
)
def test_composed_ids(resource_type: str, attributes: dict[str, Any], identifiers: tuple[str, ...]):
    assert composed_identifiers(resource_type, attributes) == identifiers


@pytest.mark.parametrize(
    ("form", "value", "texts"),
    [
        ("lambda_name", "arn:aws:lambda:eu-central-1:111122223333:function:orders:live", ("orders",)),
        ("lambda_name", "orders", ("orders",)),
        ("lambda_name", "-", ()),
        ("lambda_name", None, ()),
        ("kms_key", "arn:aws:kms:eu-central-1:111122223333:key/k", ("k",)),
        ("kms_key", "arn:aws:kms:eu-central-1:111122223333:alias/my/kms/for/zach", ()),
        ("kms_key", "alias/zach", ()),
        ("kms_alias", "arn:aws:kms:eu-central-1:111122223333:alias/my/kms", ("alias/my/kms",)),
        ("kms_alias", "k", ()),
        ("last_part", "arn:aws:rds:eu-central-1:111122223333:cluster:prod", ("prod",)),
        ("last_part", "arn:aws:iam::111122223333:role/a/b", ("b",)),
        ("last_part", "plain", ("plain",)),
        ("lower", "Prod", ("prod",)),
        ("lower", 7, ()),
        ("queue_name", "https://sqs.eu-central-1.amazonaws.com/111122223333/a.fifo", ("a.fifo",)),
        ("queue_name", "a", ()),
        ("log_group", "/aws/lambda/a", ("/aws/lambda/a",)),
        ("log_group", "arn:aws:logs:eu-central-1:111122223333:log-group:/a:*", ("/a",)),
        ("log_group", "arn:aws:logs:eu-central-1:111122223333:destination:a", ()),
        ("log_group", None, ()),
    ],
)
def test_forms(form: str, value: Any, texts: tuple[str, ...]):
    # https://github.com/cloud-custodian/cloud-custodian/issues/9616: an alias is no key
    assert FORMS[form](value) == texts
