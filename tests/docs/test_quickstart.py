"""What the quick start sends and reads by hand is what the product takes and answers."""

import asyncio
import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from bench.cost import idle_bill, read
from handlers.tfstate.notices import NoticeKind, read_notices
from tests.support.lambda_events import Context
from tests.support.pages import page_text
from tests.support.tables import create_tables, delete_tables
from tfdrift.demo.emulator import Emulator
from tools.permissions.configurations import default_assembly
from tools.permissions.stacks import read_stacks

PAGE = "quickstart.md"
DAYS_A_MONTH = 30.4


def quoted_after(option: str) -> str:
    """Return the shell's word after an option, as the shell reads it."""
    _, _, rest = page_text(PAGE).partition(f"{option} '")
    return shlex.split("'" + rest.split("\n```")[0].replace('"$1"', "PATH").replace("\n", " "))[0]


def test_the_message_about_a_state_is_a_notice() -> None:
    (notice,) = read_notices(quoted_after("--message-body"))
    assert (notice.kind, notice.bucket) == (NoticeKind.WRITTEN, "example-terraform-states")
    assert notice.key == "prod/terraform.tfstate"


@pytest.fixture
def tables(aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tables for the API's function, and a loop for its adapter, as Lambda's main thread has one."""
    from handlers.api.handler import adapter
    from handlers.product import product

    dynamodb = aws.client("dynamodb")
    names = create_tables(dynamodb)
    for name, value in {**names.environment(), "TFDRIFT_FINGERPRINT_KEY": "a key of the tests"}.items():
        monkeypatch.setenv(name, value)
    product.cache_clear()
    adapter.cache_clear()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)
    product.cache_clear()
    adapter.cache_clear()
    delete_tables(dynamodb, names)


@pytest.mark.emulator
@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("path", ["/api/v1/state", "/api/v1/drifts", "/api/v1/state/resources"])
def test_the_function_answers_what_it_is_asked(path: str) -> None:
    from handlers.api.handler import handler

    assert f"ask {path}" in page_text(PAGE)
    payload = json.loads(quoted_after("--payload").replace("PATH", path))

    answer = handler(payload, Context())

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["data"]["items"] == []


def test_every_output_that_is_named_exists() -> None:
    outputs = {
        name for template in read_stacks(default_assembly()).values() for name in template.get("Outputs", {})
    }
    named: set[str] = set()
    for page in (PAGE, "terraform.md"):
        named |= set(re.findall(r"\$\(output tfdrift-\w+ (\w+)\)", page_text(page)))
        named |= set(re.findall(r"output\s+`(\w+)`", page_text(page)))
    assert {"StateQueueUrl", "ApiFunctionName", "LoadBalancerDnsName"} <= named
    assert named <= outputs


def test_the_stacks_carry_the_tag_that_the_tunnel_looks_for() -> None:
    subnets: list[Any] = [
        resource["Properties"]["Tags"]
        for resource in read_stacks(default_assembly())["Stream"]["Resources"].values()
        if resource["Type"] == "AWS::EC2::Subnet"
    ]
    assert subnets
    assert all({"Key": "application", "Value": "tfdrift"} in tags for tags in subnets)
    assert "Name=tag:application,Values=tfdrift" in page_text(PAGE)


def test_a_day_costs_what_the_cost_page_says() -> None:
    (said,) = re.findall(r"about \$([0-9.]+) a day", page_text(PAGE))
    assert float(said) == round(idle_bill(read()).total / DAYS_A_MONTH, 2)
