"""The rotation of the machines' token: its steps in Secrets Manager, and senders through two rotations."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from handlers.falco.handler import handler as take_alerts
from handlers.rotate_token.handler import handler, rotation
from tests.integration.handlers.conftest import World
from tests.integration.handlers.test_falco import PATH, alert
from tests.support.lambda_events import Context, alb_request
from tests.support.sign_in import LOAD_BALANCER
from tests.support.streaming_process import StreamingProcess, streaming_process
from tfdrift.adapters.secret_rotation import RotationError
from tfdrift.demo.emulator import Emulator
from tfdrift.service import machine_token

pytestmark = pytest.mark.emulator

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
FIRST = "the first token, as it was generated"
# A process looks for a new version half a minute after it last looked.
TAKEN_UP_WITHIN = 40.0


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret, and the rotation that Secrets Manager would run: the emulator's invokes no function."""

    client: Any
    arn: str

    def value(self, stage: str) -> str:
        answer = self.client.get_secret_value(SecretId=self.arn, VersionStage=stage)
        return str(answer["SecretString"])

    def step(self, name: str, version: str) -> None:
        handler({"Step": name, "SecretId": self.arn, "ClientRequestToken": version}, Context())

    def rotate(self) -> str:
        """Rotate; return the new value."""
        version = str(uuid.uuid4())
        for name in STEPS:
            self.step(name, version)
        return self.value("AWSCURRENT")


@pytest.fixture
def secret(aws: Emulator) -> Iterator[Secret]:
    rotation.cache_clear()
    client = aws.client("secretsmanager")
    made = client.create_secret(Name=f"token-{uuid.uuid4().hex}", SecretString=FIRST)
    yield Secret(client, made["ARN"])
    client.delete_secret(SecretId=made["ARN"], ForceDeleteWithoutRecovery=True)
    client.close()
    rotation.cache_clear()


def test_a_rotation_makes_a_new_current_version_and_keeps_the_one_before(secret: Secret) -> None:
    value = secret.rotate()
    assert len(value) == 48
    assert value.isalnum()
    assert secret.value("AWSPREVIOUS") == FIRST
    again = secret.rotate()
    assert again not in (value, FIRST)
    assert secret.value("AWSPREVIOUS") == value


def test_nothing_changes_for_senders_before_the_last_step(secret: Secret) -> None:
    version = str(uuid.uuid4())
    for name in STEPS[:-1]:
        secret.step(name, version)
    assert secret.value("AWSCURRENT") == FIRST


def test_steps_that_are_repeated_change_nothing(secret: Secret) -> None:
    # Given an invocation whose answer was lost after each of the steps
    version = str(uuid.uuid4())
    values = set()
    for name in STEPS:
        for _ in range(3):
            secret.step(name, version)
        values.add(secret.client.get_secret_value(SecretId=secret.arn, VersionId=version)["SecretString"])
    # Then there was one value all the time, and the one before is still known
    assert values == {secret.value("AWSCURRENT")}
    assert secret.value("AWSPREVIOUS") == FIRST
    # and a rotation that is begun anew after its end ends at once
    for name in STEPS:
        secret.step(name, version)
    assert values == {secret.value("AWSCURRENT")}


@pytest.mark.parametrize("value", ["short", "a token with spaces, which no header can carry", "tokén" * 10])
def test_a_version_that_no_sender_could_show_is_not_made_the_current_one(secret: Secret, value: str) -> None:
    version = str(uuid.uuid4())
    secret.client.put_secret_value(
        SecretId=secret.arn, ClientRequestToken=version, SecretString=value, VersionStages=["AWSPENDING"]
    )
    with pytest.raises(RotationError, match="holds no token") as refused:
        secret.step("testSecret", version)
    assert value not in str(refused.value)
    assert secret.value("AWSCURRENT") == FIRST


@pytest.mark.parametrize("step", ["setSecret", "testSecret", "finishSecret"])
def test_a_version_that_is_not_to_come_is_refused(secret: Secret, step: str) -> None:
    with pytest.raises(RotationError, match="not the one to come"):
        secret.step(step, str(uuid.uuid4()))


def test_a_step_that_does_not_exist_is_refused(secret: Secret) -> None:
    with pytest.raises(RotationError, match="no step 'dropSecret'"):
        secret.step("dropSecret", str(uuid.uuid4()))


def test_no_value_is_logged(secret: Secret, capfd: pytest.CaptureFixture[str]) -> None:
    value = secret.rotate()
    printed = capfd.readouterr()
    assert "finishSecret" in printed.out
    assert value not in printed.out + printed.err
    assert FIRST not in printed.out + printed.err


def test_a_running_function_takes_senders_of_both_versions_through_rotations(
    world: World, secret: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers.product import product

    def status(token: str) -> int:
        request = alb_request("POST", PATH, body=json.dumps(alert()), **{"x-api-key": token})
        answer = take_alerts(request, Context())
        assert answer is not None
        return int(answer["statusCode"])

    monkeypatch.setenv("TFDRIFT_API_TOKEN_SECRET_ARN", secret.arn)
    # Without waiting for half a minute between two looks.
    monkeypatch.setattr(machine_token, "_LOOK_AGAIN_SECONDS", 0.0)
    product.cache_clear()
    # Given a function that compares with the first version
    assert status(FIRST) == 202
    # When the token is rotated, then its next look finds the new one, and the sender of the old one goes on
    second = secret.rotate()
    assert (status(second), status(FIRST)) == (202, 202)
    # and with another rotation only what nobody should have any more is refused
    third = secret.rotate()
    assert (status(third), status(second), status(FIRST)) == (202, 202, 401)


def test_without_the_secret_senders_are_asked_to_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers.product import product

    arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:nowhere-AbCdEf"
    monkeypatch.setenv("TFDRIFT_API_TOKEN_SECRET_ARN", arn)
    product.cache_clear()
    request = alb_request("POST", PATH, body=json.dumps(alert()), **{"x-api-key": FIRST})
    answer = take_alerts(request, Context())
    assert answer is not None
    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["error"]["code"] == "unavailable"
    assert arn not in answer["body"]


def statuses(running: StreamingProcess, *tokens: str) -> list[int]:
    url = f"{running.base}/api/v1/drifts"
    return [httpx.get(url, headers={"X-API-Key": token}, timeout=10).status_code for token in tokens]


def test_a_running_container_takes_both_versions_and_takes_up_new_ones(
    world: World, secret: Secret, tmp_path: Path
) -> None:
    second = secret.rotate()
    third = secret.rotate()
    environment = {
        "TFDRIFT_API_TOKEN_SECRET_ARN": secret.arn,
        "TFDRIFT_SIGN_IN_LOAD_BALANCER": LOAD_BALANCER,
    }
    with streaming_process(world.emulator, world.tables, tmp_path, environment) as running:
        assert statuses(running, third, second, FIRST) == [200, 200, 401]
        stream = f"{running.base}/api/v1/stream"
        with httpx.stream("GET", stream, headers={"X-API-Key": second}, timeout=10) as answer:
            assert answer.status_code == 200
        # When the token is rotated meanwhile
        fourth = secret.rotate()
        deadline = time.monotonic() + TAKEN_UP_WITHIN
        while statuses(running, fourth) != [200] and time.monotonic() < deadline:
            time.sleep(1.0)
        # Then it is taken up without a restart, and what is older than the previous one is refused
        assert statuses(running, fourth, third, second) == [200, 200, 401]
