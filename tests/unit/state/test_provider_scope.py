"""A resource without ARN lies where the other resources of its provider configuration lie."""

from tests.support.lifecycle_samples import ACCOUNT, NOON, REGION, state_bytes, state_entry
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.json_value import JsonObject
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.terraform_state import TerraformState, parse_state
from tfdrift.service.memory import MemoryStateIndex

OTHER = "123456789012"
WEST = 'provider["registry.terraform.io/hashicorp/aws"].west'
ATTACHMENT = {"id": "ci-2025", "role": "ci", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
ROUTE = {"id": "r-rtb-1", "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0"}


def parse(*entries: JsonObject) -> TerraformState:
    return parse_state(
        state_bytes(*entries), bucket="states", key="prod", fingerprint=Fingerprint(b"a key of tests")
    )


def attachment() -> JsonObject:
    return state_entry("aws_iam_role_policy_attachment", "ci", {**ATTACHMENT})


def topic(account: str = ACCOUNT, region: str = REGION, name: str = "alarms") -> JsonObject:
    arn = f"arn:aws:sns:{region}:{account}:{name}"
    return state_entry("aws_sns_topic", name, {"id": arn, "arn": arn, "name": name})


def data(resource_type: str, attributes: JsonObject) -> JsonObject:
    return {**state_entry(resource_type, "current", attributes), "mode": "data"}


def read(state: TerraformState, resource_type: str) -> ManagedResource:
    return next(resource for resource in state.resources if resource.resource_type == resource_type)


def place(state: TerraformState, resource_type: str) -> tuple[str | None, str | None]:
    found = read(state, resource_type)
    return (found.account_id, found.region)


def test_an_attachment_has_the_account_of_its_provider_configuration() -> None:
    state = parse(attachment(), topic())
    assert place(state, "aws_iam_role_policy_attachment") == (ACCOUNT, None)


def test_another_account_with_a_role_of_the_same_name_does_not_match() -> None:
    # given a role "ci" in two accounts, of which one state manages the first
    state = parse(attachment(), topic())
    index = MemoryStateIndex()
    index.replace(state.reference, state.resources, terraform_version=None, indexed_at=NOON)
    identifier = f"ci/{ATTACHMENT['policy_arn']}"

    def found(account: str) -> int:
        return len(index.find("aws_iam_role_policy_attachment", account, "us-east-1", identifier))

    # then only calls in that account mean the attachment
    assert (found(ACCOUNT), found(OTHER)) == (1, 0)


def test_a_regional_resource_has_the_region_too() -> None:
    state = parse(state_entry("aws_route", "out", {**ROUTE}), topic())
    assert place(state, "aws_route") == (ACCOUNT, REGION)


def test_provider_configurations_are_told_apart() -> None:
    route = {**state_entry("aws_route", "out", {**ROUTE}), "provider": WEST}
    west = {**topic(OTHER, "us-west-2", "west"), "provider": WEST}
    state = parse(route, west, topic(), attachment())
    assert place(state, "aws_route") == (OTHER, "us-west-2")
    assert place(state, "aws_iam_role_policy_attachment") == (ACCOUNT, None)


def test_where_the_resources_disagree_nothing_is_inferred() -> None:
    state = parse(state_entry("aws_route", "out", {**ROUTE}), topic(), topic(OTHER, name="theirs"))
    assert place(state, "aws_route") == (None, REGION)


def test_since_provider_v6_resources_name_their_region_themselves() -> None:
    route = state_entry("aws_route", "out", {**ROUTE, "region": "eu-west-3"})
    state = parse(route, topic())
    assert place(state, "aws_route") == (ACCOUNT, "eu-west-3")


def test_the_data_source_of_the_caller_settles_it() -> None:
    caller = data("aws_caller_identity", {"account_id": ACCOUNT, "id": ACCOUNT})
    state = parse(attachment(), caller, topic(), topic(OTHER, name="theirs"))
    assert place(state, "aws_iam_role_policy_attachment") == (ACCOUNT, None)
    assert all(resource.resource_type != "aws_caller_identity" for resource in state.resources)


def test_the_data_source_of_the_region_tells_what_no_resource_does() -> None:
    region = data("aws_region", {"name": "eu-north-1", "id": "eu-north-1"})
    state = parse(state_entry("aws_route", "out", {**ROUTE}), region)
    assert place(state, "aws_route") == (None, "eu-north-1")


def test_what_another_account_shares_says_nothing_of_the_own_one() -> None:
    accepter = state_entry(
        "aws_ram_resource_share_accepter",
        "shared",
        {"id": "s", "arn": f"arn:aws:ram:{REGION}:{OTHER}:resource-share/s"},
    )
    peering = state_entry("aws_vpc_peering_connection", "peer", {"id": "pcx-1"})
    state = parse(attachment(), accepter, topic(), peering)
    assert place(state, "aws_iam_role_policy_attachment") == (ACCOUNT, None)
    # and a peering connection is changed from both its sides
    assert place(state, "aws_vpc_peering_connection") == (None, REGION)


def test_buckets_and_global_services_have_no_region() -> None:
    entries = [
        state_entry("aws_s3_bucket_versioning", "logs", {"id": "logs", "bucket": "logs"}),
        state_entry("aws_route53_record", "www", {"id": "Z1_www_A", "name": "www", "zone_id": "Z1"}),
        state_entry("aws_route53_resolver_rule_association", "corp", {"id": "rslvr-1"}),
    ]
    state = parse(*entries, topic())
    assert place(state, "aws_s3_bucket_versioning") == (ACCOUNT, None)
    assert place(state, "aws_route53_record") == (ACCOUNT, None)
    assert place(state, "aws_route53_resolver_rule_association") == (ACCOUNT, REGION)


def test_an_odd_provider_or_data_source_does_no_harm() -> None:
    odd = {**topic(name="odd"), "provider": 7}
    caller = data("aws_caller_identity", {"account_id": 7})
    state = parse(odd, caller, {**data("aws_region", {}), "instances": None}, attachment())
    assert place(state, "aws_iam_role_policy_attachment") == (None, None)


def parse_of(owner: str, *entries: JsonObject) -> TerraformState:
    return parse_state(
        state_bytes(*entries),
        bucket="states",
        key="prod",
        owner_id=owner,
        fingerprint=Fingerprint(b"a key of tests"),
    )


def test_a_name_that_nothing_places_lies_in_the_account_that_owns_the_state() -> None:
    state = parse_of(OTHER, attachment())
    assert place(state, "aws_iam_role_policy_attachment") == (OTHER, None)


def test_what_the_state_tells_comes_before_its_owner() -> None:
    # an alias for another region, with nothing that names an account, beside the rest of the state
    aliased = {**attachment(), "provider": WEST}
    state = parse_of(OTHER, aliased, topic())
    assert place(state, "aws_iam_role_policy_attachment") == (ACCOUNT, None)


def test_of_accounts_that_disagree_the_owner_counts_if_it_is_one_of_them() -> None:
    both = (attachment(), topic(), topic(OTHER, name="theirs"))
    assert place(parse_of(OTHER, *both), "aws_iam_role_policy_attachment") == (OTHER, None)
    assert place(parse_of("222233334444", *both), "aws_iam_role_policy_attachment") == (None, None)


def test_the_owner_is_not_assumed_of_ids_that_no_other_account_can_have() -> None:
    entries = [
        state_entry("aws_s3_bucket_versioning", "logs", {"id": "logs", "bucket": "logs"}),
        state_entry("aws_route53_record", "www", {"id": "Z0123456789ABC_www_A", "zone_id": "Z0123456789ABC"}),
        state_entry("aws_security_group", "web", {"id": "sg-0a1b2c3d4e5f60718"}),
        state_entry("aws_route", "out", {"id": "r-rtb-0a1b2c3d4e5f607181080289494"}),
        state_entry("aws_security_group_rule", "ssh", {"id": "sgrule-1080289494"}),
        state_entry("aws_vpc_peering_connection", "peer", {"id": "pcx-0a1b2c3d4e5f60718"}),
    ]
    state = parse_of(OTHER, *entries)
    assert {resource.resource_type for resource in state.resources if resource.account_id} == set()
