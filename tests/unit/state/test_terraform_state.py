"""States of version 4 are read with addresses and ids; others are refused with a reason."""

import json

import pytest

from tests.support.lifecycle_samples import function_entry, state_bytes, state_entry
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.terraform_state import TerraformState, UnreadableState, parse_state

KEY = Fingerprint(b"a key for tests")


def parse(data: bytes) -> TerraformState:
    return parse_state(data, bucket="states", key="prod.tfstate", version_id="v1", fingerprint=KEY)


def test_a_resource_is_read_with_all_that_names_it() -> None:
    state = parse(state_bytes(function_entry(), serial=7))
    assert (state.reference.serial, state.reference.lineage, state.terraform_version) == (
        7,
        "lineage-1",
        "1.9.8",
    )
    (function,) = state.resources
    assert function.address == "aws_lambda_function.orders"
    assert function.provider == "aws"
    assert (function.account_id, function.region) == ("111122223333", "eu-central-1")
    assert {"orders", "arn:aws:lambda:eu-central-1:111122223333:function:orders"} <= set(function.identifiers)
    assert function.state.bucket == "states"


@pytest.mark.parametrize(
    ("index_key", "module", "address"),
    [
        (None, None, "aws_instance.web"),
        (0, None, "aws_instance.web[0]"),
        (3.0, None, "aws_instance.web[3]"),
        ("blue", None, 'aws_instance.web["blue"]'),
        (
            "a.b",
            'module.net["x.y"].module.inner[1]',
            'module.net["x.y"].module.inner[1].aws_instance.web["a.b"]',
        ),
        ('say "hi"\\', None, 'aws_instance.web["say \\"hi\\"\\\\"]'),
        ("${a}", None, 'aws_instance.web["$${a}"]'),
    ],
)
def test_the_address_shows_module_and_index(index_key: JsonValue, module: str | None, address: str) -> None:
    # https://github.com/adammck/terraform-inventory/issues/133: index keys are numbers or texts
    entry = state_entry("aws_instance", "web", {"id": "i-1"}, index_key=index_key)
    if module is not None:
        entry["module"] = module
    assert [resource.address for resource in parse(state_bytes(entry)).resources] == [address]


def test_data_sources_and_deposed_objects_are_not_managed() -> None:
    data_source = {**state_entry("aws_ami", "latest", {"id": "ami-1"}), "mode": "data"}
    deposed = state_entry("aws_instance", "web", {"id": "i-old"}, deposed="00000001")
    assert parse(state_bytes(data_source, deposed)).resources == ()


def test_a_state_of_another_provider_version_loads() -> None:
    # https://github.com/snyk/driftctl/issues/1671, /issues/255, /issues/488: attributes come and go
    bare = state_entry("aws_security_group", "web", {"id": "sg-1", "attribute_of_tomorrow": {"x": [1]}})
    (group,) = parse(state_bytes(bare, terraform_version="9.9.9-beta1")).resources
    assert "ingress" not in group.attributes
    assert group.attributes["attribute_of_tomorrow"] == {"x": [1]}


@pytest.mark.parametrize(
    "attributes",
    [
        {"id": "db-ABCDEFGHIJKL", "identifier": "orders", "resource_id": "db-ABCDEFGHIJKL"},
        {"id": "orders", "identifier": "orders", "resource_id": "db-ABCDEFGHIJKL"},
    ],
)
def test_a_database_goes_by_its_identifier_under_any_provider_version(attributes: JsonObject) -> None:
    # https://github.com/hashicorp/terraform-provider-aws/issues/31232
    (database,) = parse(state_bytes(state_entry("aws_db_instance", "orders", attributes))).resources
    assert {"orders", "db-ABCDEFGHIJKL"} <= set(database.identifiers)


@pytest.mark.parametrize(
    ("resource_type", "attributes", "expected"),
    [
        ("aws_iam_role", {"id": "r", "arn": "arn:aws:iam::111122223333:role/r"}, ("111122223333", None)),
        ("aws_s3_bucket", {"id": "b", "arn": "arn:aws:s3:::b", "region": "eu-west-1"}, (None, None)),
        (
            "aws_security_group",
            {"id": "sg-1", "owner_id": "111122223333", "region": "eu-west-1"},
            ("111122223333", "eu-west-1"),
        ),
        ("aws_instance", {"id": "i-1", "availability_zone": "ap-northeast-1c"}, (None, "ap-northeast-1")),
        ("aws_instance", {"id": "i-1", "availability_zone": "us-west-2-lax-1a"}, (None, None)),
        (
            "aws_sns_topic",
            {"id": "arn:aws-us-gov:sns:us-gov-west-1:111122223333:t"},
            ("111122223333", "us-gov-west-1"),
        ),
        ("aws_ami", {"id": "ami-1", "arn": "arn:aws:ec2:eu-west-1::image/ami-1"}, (None, "eu-west-1")),
    ],
)
def test_account_and_region_come_from_what_tells_them(
    resource_type: str, attributes: JsonObject, expected: tuple[str | None, str | None]
) -> None:
    (resource,) = parse(state_bytes(state_entry(resource_type, "x", attributes))).resources
    assert (resource.account_id, resource.region) == expected


def test_ids_are_only_what_a_resource_surely_goes_by() -> None:
    group = state_entry("aws_security_group", "web", {"id": "sg-1", "name": "web"})
    foreign = state_entry("null_resource", "x", {"id": "sg-1"})
    acl = state_entry("aws_s3_bucket_acl", "x", {"id": "invoices,private", "bucket": "invoices"})
    resources = {
        resource.resource_type: resource for resource in parse(state_bytes(group, foreign, acl)).resources
    }
    assert resources["aws_security_group"].identifiers == ("sg-1",)
    assert resources["null_resource"].identifiers == ()
    assert "invoices" in resources["aws_s3_bucket_acl"].identifiers


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ('provider["registry.terraform.io/hashicorp/aws"]', "aws"),
        ('module.a.provider["registry.opentofu.org/hashicorp/aws"].west', "aws"),
        ("provider.aws.west", "aws"),
        (None, "aws"),
    ],
)
def test_the_provider_is_named_shortly(provider: str | None, name: str) -> None:
    entry = {**state_entry("aws_instance", "web", {"id": "i-1"}), "provider": provider}
    assert [resource.provider for resource in parse(state_bytes(entry)).resources] == [name]


def test_flat_attributes_of_an_upgraded_state_are_unfolded() -> None:
    flat = {
        "id": "sg-1",
        "tags.%": "1",
        "tags.Name": "web",
        "ids.#": "2",
        "ids.0": "a",
        "ids.1": "b",
        "empty.#": "0",
        "ingress.#": "1",
        "ingress.1234.from_port": "22",
    }
    entry = state_entry("aws_security_group", "web", {})
    entry["instances"] = [{"schema_version": 0, "attributes_flat": flat}]
    (group,) = parse(state_bytes(entry)).resources
    assert group.resource_id == "sg-1"
    assert group.attributes["tags"] == {"Name": "web"}
    assert group.attributes["ids"] == ["a", "b"]
    assert group.attributes["empty"] == []
    assert group.attributes["ingress"] == [{"from_port": "22"}]


def test_a_state_without_resources_serial_or_lineage_is_empty() -> None:
    state = parse(b'\xef\xbb\xbf{"version": 4, "terraform_version": "1.5.0", "resources": []}')
    assert (state.resources, state.reference.serial, state.reference.lineage) == ((), 0, "")


@pytest.mark.parametrize(
    ("data", "reason", "hint"),
    [
        (b'{"version": 3, "terraform_version": "0.11.14", "modules": []}', "version 3", "Terraform 0.12"),
        (b'{"version": 1, "modules": []}', "version 1", "Terraform 0.12"),
        (b'{"version": 5}', "version 5", "newer release"),
        (
            b'{"serial":1,"lineage":"l","meta":{},"encrypted_data":"x","encryption_version":"v0"}',
            "encrypted by OpenTofu",
            "tofu state pull",
        ),
        (b'{"format_version": "1.0", "values": {}}', "describes one", "terraform state pull"),
        (b"[]", "no JSON object", "terraform state pull"),
        (b"{}", "names no version", "terraform state pull"),
        (b'{"version": true}', "names no version", "terraform state pull"),
        (b'{"version": 4, "serial": "x"}', "serial", "terraform state pull"),
        (b'{"version": 4, "resources": {}}', "resources", "terraform state pull"),
        (b'{"version": 4, "resources": [1]}', r"resources\[0\]", "terraform state pull"),
        (b'{"version": 4, "x": NaN}', "NaN", "terraform state pull"),
        (b"[" * 100_000, "not JSON", "terraform state pull"),
        (b"", "not JSON", "terraform state pull"),
        (
            state_bytes(state_entry("aws_x", "x", json.loads('{"a":' * 600 + "1" + "}" * 600))),
            "nested too deep",
            "terraform state pull",
        ),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(data: bytes, reason: str, hint: str) -> None:
    with pytest.raises(UnreadableState, match=reason) as refused:
        parse(data)
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("data", "line"), [(b'{\n  "version": 4,\n  oops\n}', 3), (b'{"version": 4,\n\n "a": "\xff"}', 3)]
)
def test_a_broken_line_is_named(data: bytes, line: int) -> None:
    with pytest.raises(UnreadableState, match=f"line {line}") as refused:
        parse(data)
    assert refused.value.line == line


def test_integers_stay_exact() -> None:
    entry = state_entry("aws_instance", "web", {"id": "i-1", "n": 1736935200123456789})
    (instance,) = parse(json.dumps(json.loads(state_bytes(entry))).encode()).resources
    assert instance.attributes["n"] == 1736935200123456789
