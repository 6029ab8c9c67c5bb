"""Reads the documentation's pages and their code blocks."""

import re
from pathlib import Path

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def page_text(name: str) -> str:
    """Return a page's text."""
    return (_DOCS / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    """Return the page's code blocks of a language."""
    return [body for kind, body in _BLOCK.findall(page_text(name)) if kind == language]
