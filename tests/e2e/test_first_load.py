"""What a browser downloads for the first look at the page: how much, compressed, kept for good."""

import html
import re
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.emulator, pytest.mark.timeout(180)]

_LARGEST_FIRST_LOAD = 300_000
_TEXT = (".js", ".css", "/")


def test_the_first_load_is_small_compressed_and_kept_for_good(stack: Stack, page: Page) -> None:
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response))
    page.goto(stack.origin)
    expect(page.locator("[data-stream-status=connected]")).to_be_visible()
    files = {
        path: answer for answer in answers if not (path := urlsplit(answer.url).path).startswith("/api/")
    }

    sizes = {path: answer.request.sizes()["responseBodySize"] for path, answer in files.items()}
    assert {Path(path).suffix for path in sizes} >= {".js", ".css", ".woff2"}
    assert sum(sizes.values()) < _LARGEST_FIRST_LOAD, sizes
    for path, answer in files.items():
        headers = answer.all_headers()
        if path.endswith(_TEXT):
            assert headers["content-encoding"] == "gzip", path
        kept = "public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-cache"
        assert headers["cache-control"] == kept, path


def test_the_headers_policy_is_the_pages_own_and_forbids_frames(stack: Stack, dashboard: Path) -> None:
    page = html.unescape((dashboard / "index.html").read_text())
    (own,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    with urllib.request.urlopen(stack.origin, timeout=10) as answer:
        header = answer.headers["content-security-policy"]

    assert header == f"{own}; frame-ancestors 'none'"
