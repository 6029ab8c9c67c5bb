"""Each step of a drift's life says who made it: a caller, a person at TFDrift's own API, or nobody."""

from dataclasses import replace

import pytest

from tests.support.samples import ACCOUNT, CALLER, NOON, call, drift
from tfdrift.domain.actor import Actor, actor_from_json, actor_to_json, caller_of
from tfdrift.domain.drift import Acknowledgement, DriftStatus, OriginKind
from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.lifecycle import acknowledge, unacknowledge
from tfdrift.service.track_drift import drift_event

SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/alice"


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        (CALLER, CALLER.arn),
        (UserIdentity("AssumedRole", "alice", SESSION, "AROA1:alice", ACCOUNT, "alice"), SESSION),
        (UserIdentity("AssumedRole", "alice", None, "AROA1:alice", ACCOUNT), f"{ACCOUNT}:AROA1:alice"),
        (UserIdentity("AWSService", "backup.amazonaws.com"), f"{ACCOUNT}:backup.amazonaws.com"),
    ],
)
def test_a_caller_is_named_as_nobody_else_is(identity: UserIdentity, principal: str) -> None:
    actor = caller_of(call("e-1", identity=identity, source_ip="203.0.113.7"), OriginKind.CLI)

    assert actor == Actor(
        principal, identity.user_name, identity.session_name, ACCOUNT, OriginKind.CLI, "203.0.113.7"
    )
    assert actor_from_json(actor_to_json(actor)) == actor


def test_a_call_without_a_caller_names_nobody() -> None:
    assert caller_of(call("e-1", identity=UserIdentity("Unknown"))) is None


def test_taking_note_is_by_the_person_and_not_by_who_made_the_drift() -> None:
    noted = acknowledge(drift(), Acknowledgement("the night shift", NOON))
    assert noted is not None
    back = unacknowledge(replace(noted.drift, status=DriftStatus.ACKNOWLEDGED), "the day shift")
    assert back is not None

    assert drift_event(noted, "e-1", NOON).actor == Actor("the night shift")
    assert drift_event(back, "e-2", NOON).actor == Actor("the day shift")
