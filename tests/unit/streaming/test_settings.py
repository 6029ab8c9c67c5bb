"""The container's settings: each is documented, and those of the environment are read."""

from pathlib import Path

import pytest

from streaming.settings import StreamingSettings

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "stream.md"


@pytest.mark.parametrize("name", StreamingSettings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name.upper()}`" in _PAGE.read_text(encoding="utf-8")


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFDRIFT_PORT", "9090")
    monkeypatch.setenv("TFDRIFT_KEEP_ALIVE_SECONDS", "15")

    settings = StreamingSettings()

    assert (settings.port, settings.keep_alive_seconds) == (9090, 15)
