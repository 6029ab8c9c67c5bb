"""The dashboard's files, served by the process beside stream and API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.streaming_process import streaming_process
from tests.support.tables import create_tables, delete_tables
from tfdrift.demo.emulator import Emulator

pytestmark = pytest.mark.emulator

PAGE = "<!doctype html><title>TFDrift</title>"


@pytest.fixture(scope="module")
def site(
    emulator: Emulator, dynamodb: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("dashboard")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text(PAGE)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "index-4f3a.js").write_text("console.log(1);" * 500)
    Path(folder.parent / "secret.txt").write_text("not to be served")
    names = create_tables(dynamodb)
    environment = {"TFDRIFT_DASHBOARD_DIR": str(folder)}
    with (
        streaming_process(emulator, names, tmp_path_factory.mktemp("log"), environment) as server,
        httpx.Client(base_url=server.base) as client,
    ):
        yield client
    delete_tables(dynamodb, names)


@pytest.mark.parametrize("path", ["/", "/index.html", "/drifts", "/drifts/some-id/history"])
def test_every_route_of_the_page_gets_the_page_always_fresh(site: httpx.Client, path: str) -> None:
    answer = site.get(path)

    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/", "/drifts", "/favicon.svg", "/assets/index-4f3a.js"])
def test_every_file_carries_the_security_headers(site: httpx.Client, path: str) -> None:
    headers = site.get(path).headers

    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(
        policy
    )
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_hashed_assets_are_kept_for_good_and_compressed(site: httpx.Client) -> None:
    answer = site.get("/assets/index-4f3a.js")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_other_files_are_checked_for_news_each_time(site: httpx.Client) -> None:
    first = site.get("/favicon.svg")
    again = site.get("/favicon.svg", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/assets/index-old.js", "/missing.png", "/api/v1/nothing", "/api/"])
def test_a_missing_file_or_api_is_not_the_page(site: httpx.Client, path: str) -> None:
    answer = site.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"])
def test_nothing_outside_the_folder_is_served(site: httpx.Client, path: str) -> None:
    assert "not to be served" not in site.get(path).text


def test_stream_health_and_api_stand_before_the_page(site: httpx.Client) -> None:
    assert site.get("/health").json()["success"] is True
    assert site.get("/api/v1/drifts").json()["success"] is True
    with site.stream("GET", "/api/v1/stream") as answer:
        assert answer.headers["content-type"] == "text/event-stream"
