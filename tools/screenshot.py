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
    """One picture: its file name, the window's size in CSS pixels, the pixel density and the colours."""

    name: str
    width: int
    height: int
    density: float
    colours: Literal["light", "dark"]


PICTURES = (
    Picture("dashboard.png", 1440, 1000, 1.5, "dark"),
    Picture("dashboard-light.png", 1440, 1000, 1.5, "light"),
    Picture("dashboard-phone.png", 390, 844, 2, "dark"),
)


def take(browser: Browser, url: str, picture: Picture, folder: Path) -> Path:
    """Take one picture of the page once it is connected and shows a drift; return its path."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=picture.density,
        color_scheme=picture.colours,
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("[data-stream-status=connected]")
    page.wait_for_selector("[data-drift-id]")
    page.wait_for_timeout(_SETTLED_MILLISECONDS)
    path = folder / picture.name
    page.screenshot(path=path)
    context.close()
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Take every picture of the page at the given address."""
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
