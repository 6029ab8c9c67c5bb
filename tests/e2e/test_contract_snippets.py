"""The contract's snippets, as they are written, in a real browser against the real app."""

import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.stack import Stack, running_stack
from tests.support.samples import NOON, drift
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.feed_event import EventType, FeedEvent

pytestmark = [pytest.mark.browser, pytest.mark.emulator, pytest.mark.timeout(180)]

_HOST = "http://localhost:8080"

# What the snippets leave to their reader: handlers that note what they get, and React's effect.
_READER = """
  const seen = (window.seen = []);
  const note = (name) => (value) => seen.push([name, value]);
  const showNotification = note("notification");
  const logSecurityEvent = note("security");
  const handleConnected = note("connected");
  const handleDrift = note("handled");
  const useEffect = (effect) => { window.leave = effect(); };
  console.log = (text, value) => seen.push(["log", text, value]);
  console.error = (text) => seen.push(["error", text]);
"""

_CONNECTED = "const eventSource = new EventSource('/api/v1/stream'); window.source = eventSource;"


@pytest.fixture(scope="module")
def stack(emulator: Emulator, dashboard: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One app for all snippets: each opens a stream of its own, which begins where the feed stands."""
    with running_stack(emulator, dashboard, tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="module")
def contract(shared_data: Path) -> str:
    path = shared_data.parent / "seeds" / "sse-api.md"
    if not path.is_file():
        pytest.skip("the contract is not beside this checkout")
    return path.read_text()


def _snippets(contract: str, language: str, containing: str) -> str:
    """Return the one code block of that language that contains the text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", contract, re.DOTALL)
    found = [block for block in blocks if containing in block]
    assert len(found) == 1, containing
    return str(found[0])


def _run(page: Page, stack: Stack, snippet: str, *, before: str = "", after: str = "") -> None:
    page.goto(f"{stack.origin}/health")
    code = snippet.replace(_HOST, stack.origin)
    # A function of its own is what a module is to the snippet: its names meet nobody else's.
    page.evaluate(f"() => {{ {_READER} {before}\n{code}\n{after} }}")


def _send(stack: Stack) -> None:
    """Put one event of each kind into the table."""
    stack.record(drift())
    for kind, payload in (
        (EventType.FALCO, {"severity": "critical", "rule": "Rule", "output": "…", "container_id": "abc123"}),
        (EventType.STATE_CHANGE, {"resource": "aws_iam_policy.example", "action": "modified", "serial": 43}),
    ):
        assert stack.events.append(FeedEvent(uuid.uuid4().hex, kind, NOON, dict(payload)))


def _await(page: Page, condition: str) -> None:
    page.wait_for_function(condition, timeout=30_000)


def test_connection(stack: Stack, page: Page, contract: str) -> None:
    _run(page, stack, _snippets(contract, "javascript", "showNotification(drift)"))
    _await(page, "seen.some(([, text]) => text === 'Stream connected:')")
    _send(stack)

    _await(page, "seen.some(([name, drift]) => name === 'notification' && drift.severity === 'critical')")
    _await(page, "seen.some(([name, alert]) => name === 'security' && alert.rule === 'Rule')")
    _await(page, "seen.some(([, text, change]) => text === 'State updated:' && change.serial === 43)")


def test_manual_reconnection_control(stack: Stack, page: Page, contract: str) -> None:
    snippet = _snippets(contract, "javascript", "function disconnect()")
    after = "connect(); window.stop_ = disconnect; window.state = () => eventSource;"
    _run(page, stack, snippet, after=after)
    _await(page, "seen.some(([name]) => name === 'connected')")
    _send(stack)
    _await(page, "seen.some(([name]) => name === 'handled')")

    page.evaluate("stop_()")

    assert page.evaluate("state()") is None


def test_connection_errors(stack: Stack, page: Page, contract: str) -> None:
    snippet = _snippets(contract, "javascript", "Check connection state")
    _run(page, stack, snippet, before=_CONNECTED)
    _await(page, "source.readyState === EventSource.OPEN")

    stack.kill()

    _await(page, "seen.some(([name, text]) => name === 'log' && text === 'Reconnecting...')")
    stack.start()
    _await(page, "source.readyState === EventSource.OPEN")


def test_parsing_errors(stack: Stack, page: Page, contract: str) -> None:
    snippet = _snippets(contract, "javascript", "Failed to parse drift event")
    _run(page, stack, snippet, before=_CONNECTED)
    _await(page, "source.readyState === EventSource.OPEN")
    _send(stack)
    _await(page, "seen.some(([name, drift]) => name === 'handled' && drift.severity === 'critical')")

    page.evaluate("source.dispatchEvent(new MessageEvent('drift', { data: '{' }))")

    _await(page, "seen.some(([name, text]) => name === 'error' && text === 'Failed to parse drift event:')")


def test_memory_management(stack: Stack, page: Page, contract: str) -> None:
    snippet = _snippets(contract, "javascript", "MAX_EVENTS = 100")
    _run(page, stack, snippet, before=_CONNECTED, after="window.kept = eventHistory;")
    _await(page, "source.readyState === EventSource.OPEN")
    for number in range(105):
        stack.record(drift(f"sg-{number}"))
    _await(page, "kept.length === 100 && kept[99].resource_id === 'sg-104'")


def test_resource_cleanup(stack: Stack, page: Page, contract: str) -> None:
    _run(page, stack, _snippets(contract, "javascript", "close on unmount"))
    page.evaluate("leave()")


@pytest.fixture
def component(contract: str, dashboard: Path) -> Iterator[Path]:
    """The example component, word for word, built with the hooks; the folder of the built page."""
    folder = dashboard.parent / "node_modules" / ".contract-example"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "api").mkdir(parents=True)
    snippet = _snippets(contract, "typescript", "useDriftAlerts")
    (folder / "MyComponent.tsx").write_text(f"{snippet}\nexport {{ MyComponent }};\n")
    (folder / "api" / "sse.ts").write_text('export * from "../../../src/api/sse";\n')
    (folder / "main.tsx").write_text(_MAIN)
    (folder / "index.html").write_text(_PAGE)
    (folder / "tsconfig.json").write_text(_PROJECT)
    for command in (["tsc", "--project", "."], ["vite", "build", "--logLevel", "warn"]):
        tool = folder.parent / ".bin" / command[0]
        run = subprocess.run([tool, *command[1:]], cwd=folder, capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stdout + run.stderr
    yield folder / "dist"
    shutil.rmtree(folder)


_PROJECT = '{"extends": "../../tsconfig.json", "include": [], "files": ["main.tsx"]}'
_PAGE = '<div id="root"></div><script type="module" src="/main.tsx"></script>'
_MAIN = """
import { createRoot } from "react-dom/client";
import { MyComponent } from "./MyComponent";
const root = document.getElementById("root");
if (root) createRoot(root).render(<MyComponent />);
"""


def test_react_hooks(stack: Stack, page: Page, component: Path) -> None:
    def built(route: Route) -> None:
        path = urlsplit(route.request.url).path.removeprefix("/example").strip("/")
        route.fulfill(path=component / (path or "index.html"))

    page.route("**/example/**", built)
    page.route("**/assets/**", built)
    page.goto(f"{stack.origin}/example/")
    expect(page.get_by_text("Stream: Active")).to_be_visible()

    stack.record(drift())

    expect(page.get_by_role("listitem")).to_have_text("critical: aws_security_group")
