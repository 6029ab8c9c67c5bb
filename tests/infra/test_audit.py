"""The audit of dependencies: the real clients ask servers on loopback that know of what the test says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.infra.test_bundle import locked_versions
from tests.support.handler_server import QuietHandler, handler_served
from tfdrift.demo.synthesis import PROJECT_ROOT
from tools.audit import main

pytestmark = pytest.mark.timeout(180)

NOWHERE = "http://127.0.0.1:1"


def dashboard_version(name: str) -> str:
    lock = json.loads((PROJECT_ROOT / "dashboard/package-lock.json").read_text("utf-8"))
    return str(lock["packages"][f"node_modules/{name}"]["version"])


@dataclass
class Registries:
    """What OSV and npm know, by package: advisories as each of them writes them down."""

    osv: dict[str, dict[str, Any]] = field(default_factory=dict)
    npm: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


@contextmanager
def registries(known: Registries) -> Iterator[str]:
    """Serve OSV's query, npm's bulk advisories and npm's packages."""

    class Handler(QuietHandler, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/query":
                name = json.loads(body)["package"]["name"]
                known.asked.add(name)
                self._answer({"vulns": [known.osv[name]]} if name in known.osv else {})
            else:
                self._answer({name: [advisory] for name, advisory in known.npm.items()})

        def do_GET(self) -> None:
            name = self.path.strip("/")
            locked = dashboard_version(name)
            versions = {number: {"name": name, "version": number} for number in (locked, "999.0.0")}
            self._answer({"name": name, "dist-tags": {"latest": "999.0.0"}, "versions": versions})

        def _answer(self, body: Any) -> None:
            text = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    with handler_served(Handler) as origin:
        yield origin


def audited(known: Registries) -> int:
    with registries(known) as origin:
        return main(["--osv-url", f"{origin}/v1/query", "--npm-registry", origin])


def of_osv(fixed: str | None) -> dict[str, Any]:
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    package = {"name": "httptools", "ecosystem": "PyPI"}
    return {
        "id": "OSV-EXAMPLE-1",
        "modified": "2026-01-01T00:00:00Z",
        "summary": "an example",
        "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }


def of_npm(vulnerable: str) -> dict[str, Any]:
    return {
        "id": 1,
        "url": "https://example.com/advisory-1",
        "title": "an example",
        "severity": "high",
        "vulnerable_versions": vulnerable,
    }


def test_all_that_is_shipped_is_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    known = Registries()
    assert audited(known) == 0
    assert capsys.readouterr().out == ""
    locked = locked_versions()
    assert {"boto3", "fastapi", "httptools", "pydantic"} <= known.asked <= set(locked)


def test_what_an_update_would_end_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert audited(Registries(osv={"httptools": of_osv("999.0.0")})) == 1
    version = locked_versions()["httptools"]
    assert f"httptools {version}: OSV-EXAMPLE-1 (fixed by 999.0.0)" in capsys.readouterr().out


def test_what_nothing_ends_yet_is_told_and_does_not_fail(capsys: pytest.CaptureFixture[str]) -> None:
    known = Registries(osv={"httptools": of_osv(None)}, npm={"react-router": of_npm("*")})
    assert audited(known) == 0
    told = capsys.readouterr().out
    assert "OSV-EXAMPLE-1 (no fix yet)" in told
    assert "react-router: https://example.com/advisory-1 (no fix yet)" in told


def test_an_update_of_the_dashboards_packages_fails(capsys: pytest.CaptureFixture[str]) -> None:
    version = dashboard_version("react-router")
    assert audited(Registries(npm={"react-router": of_npm(f"<={version}")})) == 1
    assert "react-router: https://example.com/advisory-1 (fixed by" in capsys.readouterr().out


def test_silence_is_told_and_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--osv-url", f"{NOWHERE}/v1/query", "--npm-registry", NOWHERE]) == 2
    told = capsys.readouterr().err
    assert "Python packages were not checked" in told
    assert "dashboard packages were not checked" in told
