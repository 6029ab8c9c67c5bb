"""Makes the README's pictures from a running app: ``python -m tools.screenshot http://localhost:8080``."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tools.chromium import running_chromium

_IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
_SETTLED_MILLISECONDS = 2_500


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a page.

    Attributes
    ----------
    name
        The file's name.
    path
        The page.
    content
        What must be there before anything else is done (a selector).
    pressed
        What is pressed then to come to what is shown; None for the page as it is.
    width, height
        The window's size in CSS pixels.
    density
        Pixels for each of them.
    """

    name: str
    path: str
    content: str
    colours: Literal["light", "dark"]
    pressed: str | None = None
    width: int = 1440
    height: int = 1000
    density: float = 1.5


_CARD = "[data-drift-id]"
_ROW = "[data-row-drift]"
PICTURES = (
    Picture("dashboard.png", "/", _CARD, "dark"),
    Picture("dashboard-light.png", "/", _CARD, "light"),
    Picture("dashboard-phone.png", "/", _CARD, "dark", width=390, height=844, density=2),
    Picture("dashboard-drifts.png", "/drifts?group=principal", _ROW, "dark"),
    Picture("dashboard-drift.png", "/drifts?severity=critical", _ROW, "light", pressed=_ROW),
    Picture("dashboard-falco.png", "/falco", "[data-falco-id]", "dark"),
    Picture("dashboard-state.png", "/state", "[data-address]", "light", pressed="[data-address]"),
    Picture("dashboard-timeline.png", "/timeline", "article", "dark"),
)


def take(browser: Browser, url: str, picture: Picture, folder: Path) -> Path:
    """Take one picture of a page once it is connected and has its content; return the file's path."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=picture.density,
        color_scheme=picture.colours,
    )
    page = context.new_page()
    page.goto(f"{url.rstrip('/')}{picture.path}")
    page.wait_for_selector("[data-stream-status=connected]")
    page.wait_for_selector(picture.content)
    if picture.pressed is not None:
        page.locator(picture.pressed).first.click()
    page.wait_for_timeout(_SETTLED_MILLISECONDS)
    path = folder / picture.name
    page.screenshot(path=path)
    context.close()
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Take every picture of the pages at the given address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="where the app runs, such as http://localhost:8080")
    parser.add_argument("--folder", type=Path, default=_IMAGES, help="where the pictures go")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    with running_chromium() as browser:
        for picture in PICTURES:
            take(browser, options.url, picture, options.folder)


if __name__ == "__main__":
    main()
