"""Notes what a page complains of: script errors, blocked content, requests to other places."""

from playwright.sync_api import ConsoleMessage, Page, Request

# A browser logs every failed request; a killed server makes those, and the page lives through them.
_EXPECTED = ("Failed to load resource", "net::ERR_")


def watched(page: Page) -> list[str]:
    """Return the list that the page's faults are put into from now on."""
    faults: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(text in message.text for text in _EXPECTED):
            faults.append(f"{message.type}: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:")):
            faults.append(f"request: {request.url}")

    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("console", on_console)
    page.on("request", on_request)
    return faults
