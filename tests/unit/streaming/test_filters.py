"""The stream's filters: which values they know, and which events they let pass."""

import pytest

from streaming.filters import InvalidFilter, StreamFilter, parse_filter
from streaming.frames import Frame

ONE, OTHER = "111122223333", "222233334444"


def frame(
    kind: str = "drift",
    severity: str | None = None,
    resource_type: str | None = None,
    account_id: str | None = None,
) -> Frame:
    return Frame(kind, severity, resource_type, b"", account_id)


def test_no_filter_lets_everything_pass() -> None:
    wanted = parse_filter({})

    assert wanted.passes_all
    assert wanted.passes(frame("state_change"))


def test_lists_are_separated_by_commas_or_repeated() -> None:
    wanted = parse_filter({"types": ["drift, falco", "state_change,"], "severity": [""]})

    assert wanted == StreamFilter(types=frozenset({"drift", "falco", "state_change"}))


def test_equal_filters_are_one_group_whatever_their_order() -> None:
    one = parse_filter({"severity": ["low,high"]})
    other = parse_filter({"severity": ["high", "low", "low"]})

    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("types", "connected"),
        ("types", "Drift"),
        ("severity", "urgent"),
        ("resource_type", "aws instance"),
        ("resource_type", "é"),
        ("account_id", "production"),
        ("account_id", "11112222333"),
    ],
)
def test_an_unknown_value_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidFilter, match=name):
        parse_filter({name: [value]})


def test_too_many_values_are_refused() -> None:
    with pytest.raises(InvalidFilter, match="at most 100"):
        parse_filter({"resource_type": [",".join(f"aws_t{n}" for n in range(101))]})


@pytest.mark.parametrize(
    ("query", "candidate", "passes"),
    [
        ({"types": ["falco"]}, frame("drift"), False),
        ({"types": ["falco"]}, frame("falco"), True),
        ({"severity": ["high"]}, frame("drift", "high"), True),
        ({"severity": ["high"]}, frame("drift", "low"), False),
        ({"severity": ["high"]}, frame("state_change"), False),
        ({"resource_type": ["aws_instance"]}, frame("drift", "low", "aws_instance"), True),
        ({"resource_type": ["aws_instance"]}, frame("falco", "low"), False),
        ({"types": ["drift"], "severity": ["low"]}, frame("falco", "low"), False),
        ({"types": ["falco"]}, frame("gap"), True),
        ({"account_id": [ONE]}, frame(account_id=ONE), True),
        ({"account_id": [f"{ONE},{OTHER}"]}, frame(account_id=OTHER), True),
        ({"account_id": [ONE]}, frame(account_id=OTHER), False),
        ({"account_id": [ONE]}, frame("falco"), False),
        ({"account_id": [ONE]}, frame("gap"), True),
    ],
)
def test_every_filter_must_be_met_and_a_gap_always_passes(
    query: dict[str, list[str]], candidate: Frame, passes: bool
) -> None:
    assert parse_filter(query).passes(candidate) is passes
