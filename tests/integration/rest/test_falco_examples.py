"""The example configurations of docs/falco.md: what Falco and Falcosidekick send by them is taken."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from tests.support.falco_alerts import alert
from tests.support.http import serving
from tfdrift.bootstrap import Product

_ROOT = Path(__file__).resolve().parents[3]
_EXAMPLES = _ROOT / "docs/examples/falco"


def example(name: str) -> Any:
    return yaml.safe_load((_EXAMPLES / name).read_text("utf-8"))


@pytest.fixture
def client(product_environment: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A client of an app whose token is that of the examples."""
    product_environment.setenv("TFDRIFT_API_TOKEN", "TOKEN")
    with serving(Product.from_environment().rest_app()) as client:
        yield client


def test_what_falco_posts_by_the_example_is_taken(client: httpx.Client) -> None:
    config = example("falco.yaml")
    assert config["json_output"] is config["http_output"]["enabled"] is True
    url = urlsplit(config["http_output"]["url"])
    assert url.username is not None
    assert url.password is not None
    body = gzip.compress(json.dumps(alert("by-falco")).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = client.post(url.path, content=body, headers=headers, auth=(url.username, url.password))
    assert answer.status_code == 202, answer.text
    assert client.post(url.path, content=body, headers=headers).status_code == 401


def test_what_falcosidekick_posts_by_the_example_is_taken(client: httpx.Client) -> None:
    webhook = example("falcosidekick-webhook.yaml")["webhook"]
    path = urlsplit(webhook["address"]).path
    answer = client.post(path, json=alert("by-sidekick", uuid="1"), headers=webhook["customHeaders"])
    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize(
    ("name", "service", "place"),
    [("falcosidekick-sqs.yaml", "sqs", "url"), ("falcosidekick-sns.yaml", "sns", "topicarn")],
)
def test_the_other_examples_name_one_place_in_their_region(name: str, service: str, place: str) -> None:
    aws = example(name)["aws"]
    assert set(aws) == {"region", service}
    assert aws["region"] in aws[service][place]
    # SNS would carry a text made of the alert otherwise, which cannot be read back.
    assert service != "sns" or aws[service]["rawjson"] is True


def test_the_page_lists_every_example() -> None:
    page = (_ROOT / "docs/falco.md").read_text("utf-8")
    for path in _EXAMPLES.iterdir():
        assert f"(examples/falco/{path.name})" in page
