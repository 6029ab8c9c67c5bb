"""Plays the story's steps on the deployed product: makes the change, then hands in the evidence of it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from tfdrift.demo.cloudtrail_records import record
from tfdrift.demo.deploy import RECORD_SOURCE
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.story import ApiCall, FalcoAlert, StateUpload, Step
from tfdrift.demo.verdict import Played
from tfdrift.demo.world import World, state_document

STATE_KEY = "production/terraform.tfstate"
_DETAIL_TYPE = "AWS API Call via CloudTrail"


class StageError(Exception):
    """The deployed product refused a piece of evidence at its door."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the evidence goes: the state's bucket, the event bus, and the URL that takes Falco's alerts."""

    clients: EmulatorClients
    world: World
    state_bucket: str
    falco_url: str

    def play(self, step: Step) -> Played:
        """Play one step; returns it with the moment at which its evidence was handed in."""
        action = step.action
        if isinstance(action, ApiCall):
            return self._timed(step, self._call(action))
        if isinstance(action, StateUpload):
            return self._timed(step, lambda: self._upload(action))
        return self._timed(step, lambda: self._alert(action))

    def _timed(self, step: Step, hand_in: Callable[[], None]) -> Played:
        at = time.monotonic()
        hand_in()
        return Played(step, at)

    def _call(self, action: ApiCall) -> Callable[[], None]:
        """Make the change now; return what hands in its CloudTrail record."""
        if action.change is not None:
            action.change()
        written = record(
            action.call,
            action.caller,
            account_id=self.world.account_id,
            region=self.world.region,
            at=datetime.now(UTC),
        )
        return lambda: self._put_event(json.dumps(written))

    def _put_event(self, detail: str) -> None:
        answer = self.clients("events").put_events(
            Entries=[{"Source": RECORD_SOURCE, "DetailType": _DETAIL_TYPE, "Detail": detail}]
        )
        if answer["FailedEntryCount"]:
            raise StageError(f"EventBridge refused the record: {answer['Entries'][0]}")

    def _upload(self, action: StateUpload) -> None:
        body = state_document(self.world, serial=action.serial, worker_timeout=action.worker_timeout)
        self.clients("s3").put_object(Bucket=self.state_bucket, Key=STATE_KEY, Body=body)

    def _alert(self, action: FalcoAlert) -> None:
        answer = httpx.post(self.falco_url, json=action.body(datetime.now(UTC)), timeout=30.0)
        if answer.is_error:
            raise StageError(f"{self.falco_url} answered {answer.status_code}: {answer.text[:300]}")
