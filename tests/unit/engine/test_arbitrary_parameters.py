"""Detection survives whatever a record holds, and says the same of the same."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.scene import States, call, managed
from tfdrift.catalog import load_catalog
from tfdrift.domain.detection import StateValues, detect
from tfdrift.domain.drift import ChangeType

PAIRS = [pair for pair in load_catalog().pairs() if load_catalog().mappings(*pair)[0].changes]
NAMES = sorted(
    {
        segment.removesuffix("[]").removesuffix("[0]")
        for pair in PAIRS
        for mapping in load_catalog().mappings(*pair)
        for target in mapping.targets
        for way in target.ways
        for rule in way.attributes
        for path in rule.paths
        for segment in path.partition("|")[0].split(".")[1:]
    }
    | {
        "items",
        "value",
        "tag",
        "content",
        "groupId",
        "bucketName",
        "roleName",
        "userName",
        "keyId",
        "instanceId",
    }
)
WORDS = st.sampled_from(
    ["web", "sg-1", "*", "0.0.0.0/0", "tcp", "-1", "true", "arn:aws:iam::111122223333:role/a", ""]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS | st.text(max_size=6) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=16,
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)


ROOTS = sorted(
    {
        rule.attribute.partition("[")[0]
        for pair in PAIRS
        for mapping in load_catalog().mappings(*pair)
        for target in mapping.targets
        for way in target.ways
        for rule in way.attributes
    }
)
ATTRIBUTES = st.dictionaries(st.sampled_from(ROOTS), VALUES, max_size=12)


def _of_pair(pair: tuple[str, str], attributes: dict[str, Any]) -> States:
    """Return a state that holds a resource of every type of an event under the id "web"."""
    targets = [target for mapping in load_catalog().mappings(*pair) for target in mapping.targets]
    types = {name for target in targets for way in target.ways for name in way.types if name != "*"}
    return States([managed(f"{name}.any", **{**attributes, "id": "web"}) for name in sorted(types)])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PAIRS), OBJECTS, OBJECTS, ATTRIBUTES)
def test_no_parameters_and_no_state_make_it_fail(
    pair: tuple[str, str], request_: dict[str, Any], response: dict[str, Any], attributes: dict[str, Any]
):
    source, name = pair
    record = call(source.partition(".")[0], name, request_, response)
    states = _of_pair(pair, attributes)
    first = detect(record, load_catalog().mappings(source, name), states, StateValues())
    assert first == detect(record, load_catalog().mappings(source, name), states, StateValues())
    for finding in first.findings:
        assert finding.managed == (finding.resource is not None)
        assert finding.managed or finding.expected is None
        assert finding.change_type in ChangeType
        json.dumps([finding.expected, finding.actual])


RULES = st.fixed_dictionaries(
    {
        "ipProtocol": st.sampled_from(["tcp", "udp", "6", "-1", "icmp"]),
        "fromPort": st.integers(-1, 100),
        "toPort": st.integers(-1, 100),
        "ipRanges": st.lists(
            st.fixed_dictionaries({"cidrIp": st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "192.0.2.0/24"])}),
            min_size=1,
            max_size=3,
        ).map(lambda items: {"items": items}),
    }
)


@settings(max_examples=100, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=4))
def test_what_was_authorised_and_revoked_again_is_terraforms_value(rules: list[dict[str, Any]]):
    # given a group without rules, whatever rules are opened
    group = managed("aws_security_group.web", id="sg-1", ingress=[], egress=[])
    request = {"groupId": "sg-1", "ipPermissions": {"items": rules}}
    mappings = load_catalog().mappings("ec2.amazonaws.com", "AuthorizeSecurityGroupIngress")
    (opened,) = detect(
        call("ec2", "AuthorizeSecurityGroupIngress", request), mappings, States([group]), StateValues()
    ).findings
    assert opened.differs
    # when the same are closed, on top of the open drift
    again = managed("aws_security_group.web", id="sg-1", ingress=opened.actual, egress=[])
    (closed,) = detect(
        call("ec2", "RevokeSecurityGroupIngress", request), mappings, States([again]), StateValues()
    ).findings
    # then nothing is left
    assert closed.actual == []
