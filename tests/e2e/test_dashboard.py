"""The page in a real browser against the real app: what is stored is seen, and nothing else happens."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.content import PROBE, falco_alert, probed, state_change
from tests.e2e.stack import Stack
from tests.support.samples import NOON, drift
from tfdrift.domain.drift import DriftStatus, Resolution, ResolutionHow, Severity

pytestmark = [pytest.mark.browser, pytest.mark.emulator, pytest.mark.timeout(180)]


def _open(page: Page, stack: Stack) -> None:
    page.goto(stack.origin)
    expect(page.locator("[data-stream-status=connected]")).to_be_visible()
    expect(page.get_by_text("Loading the open drifts…")).to_have_count(0)


def _cards(page: Page, status: str = "open") -> list[str]:
    """Return the ids of the shown drifts with that status."""
    cards = page.locator(f"[data-drift-id][data-status={status}]")
    return [card.get_attribute("data-drift-id") or "" for card in cards.all()]


def _await_cards(page: Page, count: int, status: str = "open") -> None:
    expect(page.locator(f"[data-drift-id][data-status={status}]")).to_have_count(count)


def test_an_event_put_in_the_table_appears_on_the_page(stack: Stack, page: Page) -> None:
    _open(page, stack)
    expect(page.get_by_text("No open drift: AWS is what Terraform says.")).to_be_visible()

    stack.record(drift())
    stack.events.append(falco_alert(1))
    stack.events.append(state_change("aws_iam_policy.example"))

    card = page.locator("[data-drift-id]")
    for text in ("aws_security_group.web", "SSH is open to the world", "oncall", "203.0.113.7", "0.0.0.0/0"):
        expect(card).to_contain_text(text)
    expect(card.locator("time")).to_have_attribute("title", "2025-01-15 12:00:00 UTC")
    expect(page.get_by_text("Terminal shell in container 1")).to_be_visible()
    expect(page.get_by_text("aws_iam_policy.example")).to_be_visible()
    expect(page.get_by_role("button", name="1 Critical")).to_be_visible()
    expect(page).to_have_title("1 critical, 1 open · TFDrift")


def test_what_was_stored_before_is_shown_once_and_a_resolved_drift_moves(stack: Stack, page: Page) -> None:
    stack.record(drift("sg-1"))
    stack.record(drift("sg-2", severity=Severity.LOW))
    stack.events.append(falco_alert(1))
    _open(page, stack)
    _await_cards(page, 2)

    ended = replace(
        drift("sg-1"),
        status=DriftStatus.RESOLVED,
        resolution=Resolution(ResolutionHow.REVERTED, "oncall", NOON + timedelta(minutes=5)),
    )
    stack.record(ended, "resolved")

    _await_cards(page, 1)
    _await_cards(page, 1, "resolved")
    expect(page.get_by_text("resolved: reverted by oncall")).to_be_visible()
    expect(page.get_by_text("Terminal shell in container 1")).to_have_count(1)


def test_a_killed_and_restarted_server_costs_no_event(stack: Stack, page: Page) -> None:
    _open(page, stack)
    stack.record(drift("sg-0"))
    _await_cards(page, 1)

    stack.kill()
    expect(page.locator("[data-stream-status=disconnected]")).to_be_visible()
    missed = [drift(f"sg-{number}") for number in range(1, 6)]
    for record in missed:
        stack.record(record)
    stack.start()

    _await_cards(page, 6)
    expect(page.locator("[data-stream-status=connected]")).to_be_visible()
    stack.record(drift("sg-6"))
    _await_cards(page, 7)
    assert len(set(_cards(page))) == 7


def test_a_load_balancers_503_is_survived(stack: Stack, page: Page) -> None:
    """EventSource gives up on such an answer for good; the page does not."""
    _open(page, stack)
    stack.record(drift("sg-0"))
    _await_cards(page, 1)

    stack.kill()
    with _unavailable(stack.port) as refused:
        assert refused.wait(30), "the page never came back"
        stack.record(drift("sg-1"))
        expect(page.locator("[data-stream-status=disconnected]")).to_be_visible()
    stack.start()

    _await_cards(page, 2)
    expect(page.locator("[data-stream-status=connected]")).to_be_visible()


def test_an_expired_sign_in_is_told(stack: Stack, chromium: Browser) -> None:
    """The policy keeps the stream from following the redirect, which the console notes: no watch here."""
    context = chromium.new_context()
    page = context.new_page()
    _open(page, stack)
    stack.record(drift("sg-0"))
    _await_cards(page, 1)

    stack.kill()
    with _answering(stack.port, 302):
        expect(page.get_by_text("Your sign-in has expired")).to_be_visible()
        expect(page.get_by_role("button", name="Sign in again")).to_be_visible()
        _await_cards(page, 1)
    context.close()


def _unavailable(port: int) -> AbstractContextManager[threading.Event]:
    """Answer 503 on that port, as a load balancer without a healthy target does."""
    return _answering(port, 503)


@contextmanager
def _answering(port: int, status: int) -> Iterator[threading.Event]:
    """Answer every request on that port with the status, a redirect with a sign-in on another origin."""
    refused = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            if status == HTTPStatus.FOUND:
                self.send_header("Location", "http://127.0.0.1:9/authorize")
            self.send_header("Content-Length", "0")
            self.end_headers()
            refused.set()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep the test's output clean."""

    server = http.server.HTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield refused
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_other_peoples_words_are_text(stack: Stack, page: Page) -> None:
    stack.record(probed())
    _open(page, stack)
    stack.events.append(falco_alert(1, rule=PROBE, output=PROBE, hostname=PROBE))
    stack.events.append(state_change(PROBE))

    card = page.locator("[data-drift-id]")
    card.get_by_text("Evidence").click()
    expect(card.get_by_role("heading")).to_have_text(PROBE)
    expect(page.get_by_role("list", name="Falco alerts")).to_contain_text(PROBE)
    expect(page.get_by_role("list", name="State changes")).to_contain_text(PROBE)
    assert page.locator("main img").count() == 0
    expect(page).to_have_title("1 critical, 1 open · TFDrift")


def test_the_page_is_used_with_the_keyboard_alone(stack: Stack, page: Page) -> None:
    stack.record(drift("sg-1"))
    stack.record(drift("sg-2", severity=Severity.LOW))
    _open(page, stack)
    _await_cards(page, 2)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="1 Critical")).to_be_focused()
    page.keyboard.press("Enter")
    _await_cards(page, 1)
    page.keyboard.press("Enter")
    _await_cards(page, 2)


def test_a_phone_shows_all_in_the_systems_colours(stack: Stack, chromium: Browser) -> None:
    stack.record(drift("sg-1", resource_address='module.a["b"].' + "aws_security_group.long_name_" * 6))
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.emulate_media(color_scheme="light")
    _open(page, stack)
    _await_cards(page, 1)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert _brightness(page) > 200

    page.emulate_media(color_scheme="dark")

    assert _brightness(page) < 60
    context.close()


def _brightness(page: Page) -> float:
    """Return the mean of the page's background channels, from 0 to 255."""
    colour = page.evaluate("getComputedStyle(document.querySelector('.tf-app')).backgroundColor")
    channels = [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    return sum(channels) / len(channels)
