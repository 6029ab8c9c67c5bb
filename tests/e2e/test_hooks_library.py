"""The hooks as a package: packed, taken by a small app, and used in a real browser against the real app."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, WebSocket, expect

from tests.e2e.consumer import consumer, packed_hooks
from tests.e2e.stack import Stack, running_stack
from tests.support.samples import drift
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.drift import DriftStatus

pytestmark = [pytest.mark.browser, pytest.mark.emulator, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def hooks(dashboard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed_hooks(dashboard.parent, tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="module")
def app(dashboard: Path, hooks: Path) -> Iterator[Path]:
    """The folder of the built app."""
    source = (dashboard.parent / "tests" / "examples" / "consumer.tsx").read_text()
    with consumer(dashboard.parent, hooks, "app", {"main.tsx": source}) as made:
        made.check_types()
        yield made.build()


@pytest.fixture
def stack(emulator: Emulator, app: Path, tmp_path: Path) -> Iterator[Stack]:
    """The streaming app that serves this app where the dashboard would be, under the same policy."""
    with running_stack(emulator, app, tmp_path) as running:
        yield running


def test_every_snippet_of_the_readme_compiles_with_the_package(dashboard: Path, hooks: Path) -> None:
    readme = (dashboard.parent / "src" / "api" / "README.md").read_text()
    snippets = re.findall(r"```tsx\n(.*?)```", readme, re.DOTALL)
    assert len(snippets) >= 4

    sources = {f"snippet{number}.tsx": snippet for number, snippet in enumerate(snippets)}
    with consumer(dashboard.parent, hooks, "snippets", sources) as made:
        made.check_types()


def test_one_connection_of_each_kind_serves_all_components(stack: Stack, page: Page) -> None:
    streams: list[Request] = []
    ended: list[Request] = []
    sockets: list[WebSocket] = []
    page.on("request", lambda request: streams.append(request) if _is_stream(request) else None)
    page.on("requestfailed", lambda request: ended.append(request) if _is_stream(request) else None)
    page.on("websocket", lambda socket: sockets.append(socket))
    page.goto(stack.origin)
    for name in ("live 1", "live 2"):
        expect(page.get_by_label(name)).to_contain_text("stream: on")
    for name in ("socket 1", "socket 2"):
        expect(page.get_by_label(name)).to_contain_text("socket: on")

    stack.record(drift("sg-1"))

    for name in ("live 1", "live 2"):
        expect(page.get_by_label(name)).to_contain_text("alerts: sg-1")
        expect(page.get_by_label(name)).to_contain_text("kept: 1, handled: 1")
    for name in ("socket 1", "socket 2"):
        expect(page.get_by_label(name).get_by_text("seen: sg-1", exact=True)).to_be_visible()
    page.get_by_label("socket 1").get_by_role("button", name="Ask").click()
    expect(page.get_by_label("socket 1")).to_contain_text('answer: {"query":"drifts"')
    assert (len(streams), len(sockets), len(ended)) == (1, 1, 0)

    with page.expect_event("requestfailed", _is_stream):
        page.get_by_role("button", name="Leave").click()
    expect(page.get_by_label("live 1")).to_have_count(0)
    expect(page.get_by_label("socket 1")).to_have_count(0)
    assert sockets[0].is_closed()


def test_lists_are_kept_current_without_asking_again(stack: Stack, page: Page) -> None:
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/api/v1/drifts?" in request.url else None
    )
    for number in range(3):
        stack.record(drift(f"sg-{number}"))
    page.goto(stack.origin)
    shown = page.get_by_label("open drifts").first
    expect(shown.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="More").first.click()
    expect(shown.get_by_role("listitem")).to_have_count(3)
    expect(page.get_by_text("open by the figures: 3").first).to_be_visible()
    expect(page.get_by_text("sessions: 1").first).to_be_visible()
    expect(page.get_by_text("states: 0").first).to_be_visible()
    expect(page.get_by_text("graph: state_not_found").first).to_be_visible()

    stack.record(drift("sg-new"))
    stack.record(replace(drift("sg-0"), status=DriftStatus.RESOLVED), "resolved")

    expect(shown.get_by_text("sg-new")).to_be_visible()
    expect(shown.get_by_text("sg-0")).to_have_count(0)
    expect(page.get_by_text("events: 5").first).to_be_visible()
    assert len(asked) == 2, asked


def test_a_drift_is_acknowledged_and_every_list_shows_it(stack: Stack, page: Page) -> None:
    record = drift("sg-1")
    stack.record(record)
    page.goto(f"{stack.origin}?drift={record.id}")
    shown = page.get_by_label("open drifts").first
    expect(shown.get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_text("status: open")).to_be_visible()

    page.get_by_role("button", name="Acknowledge").click()

    expect(page.get_by_text("status: acknowledged")).to_be_visible()
    expect(page.get_by_text("history: acknowledged")).to_be_visible()
    expect(shown.get_by_role("listitem")).to_have_count(0)
    stored = stack.drifts.get(record.id)
    assert stored is not None
    assert stored.record.status is DriftStatus.ACKNOWLEDGED


def test_a_killed_and_restarted_server_costs_neither_kind_an_event(stack: Stack, page: Page) -> None:
    page.goto(stack.origin)
    # Both begin with what comes from now on.
    expect(page.get_by_label("live 1")).to_contain_text("stream: on")
    expect(page.get_by_label("socket 1")).to_contain_text("socket: on")
    stack.record(drift("sg-0"))
    expect(page.get_by_label("live 1")).to_contain_text("kept: 1, handled: 1")
    expect(page.get_by_label("socket 1")).to_contain_text("seen: sg-0")

    stack.kill()
    expect(page.get_by_label("live 1")).to_contain_text("stream: off")
    expect(page.get_by_label("socket 1")).to_contain_text("socket: off")
    for number in range(1, 4):
        stack.record(drift(f"sg-{number}"))
    stack.start()

    expect(page.get_by_label("live 1")).to_contain_text("kept: 4, handled: 4")
    expect(page.get_by_label("socket 1").get_by_text("seen: sg-0,sg-1,sg-2,sg-3", exact=True)).to_be_visible()
    expect(page.get_by_label("open drifts").first.get_by_role("listitem")).to_have_count(4)


def test_a_message_that_is_not_json_is_an_error_and_no_crash(stack: Stack, page: Page) -> None:
    """No server of ours sends such a message: the browser's own source is made to say it."""
    page.add_init_script(_KEEP_SOURCES)
    page.goto(stack.origin)
    expect(page.get_by_label("live 1")).to_contain_text("stream: on")

    page.evaluate("sources[0].dispatchEvent(new MessageEvent('drift', { data: '{broken' }))")

    expect(page.get_by_label("live 1")).to_contain_text("error: A drift event could not be read")
    stack.record(drift("sg-1"))
    expect(page.get_by_label("live 1")).to_contain_text("kept: 1, handled: 1")


_KEEP_SOURCES = """
  window.sources = [];
  window.EventSource = class extends EventSource {
    constructor(...given) { super(...given); window.sources.push(this); }
  };
"""


def _is_stream(request: Request) -> bool:
    return "/api/v1/stream" in request.url
