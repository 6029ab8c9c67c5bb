"""Notes what a page complains of: script errors, blocked content, requests to other places."""

from dataclasses import dataclass, field
from typing import Self

from playwright.sync_api import ConsoleMessage, Page, Request

# A browser logs every failed request; a killed server makes those, and the page lives through them.
_EXPECTED = ("Failed to load resource", "net::ERR_")


@dataclass(slots=True)
class PageWatch:
    """The faults of one page."""

    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page) -> Self:
        """Watch a page from now on."""
        watch = cls()
        page.on("pageerror", lambda error: watch.faults.append(f"script: {error}"))
        page.on("console", watch._console)
        page.on("request", watch._request)
        return watch

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(text in message.text for text in _EXPECTED):
            self.faults.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:")):
            self.faults.append(f"request: {request.url}")
