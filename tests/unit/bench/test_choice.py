"""What is measured is chosen by name; a wrong one is said before anything is measured."""

import sys

import pytest

from bench.__main__ import main


def test_an_unknown_measure_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "replay", "--help"])
    with pytest.raises(
        SystemExit, match=r"^no measure is called --help: there are replay, states, .*, scale$"
    ):
        main()
