"""Extensions of other packages: welcome when they work, harmless when they do not."""

from __future__ import annotations

import logging
from importlib import metadata

import pytest

from terradesk import plugins, readers
from terradesk.colouring import Way, ways
from terradesk.readers import READERS, Reader
from ui import tools
from ui.tools import ToolEntry
from ui.tools.hand import Hand

GOOD = Reader("cad", "CAD drawings", (".dwg",), readers.read_boundaries, "boundaries")
CLASH = Reader("text", "Mine", (".csv",), readers.read_table, "table")
WRONG = "not a reader"


def test_good_extensions_follow_and_bad_ones_are_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    names = ("GOOD", "CLASH", "WRONG", "MISSING")
    points = [
        *(metadata.EntryPoint(n, f"{__name__}:{n}", "terradesk.readers") for n in names),
        metadata.EntryPoint("none", "no_such_module_at_all:X", "terradesk.readers"),
    ]
    monkeypatch.setattr(metadata, "entry_points", lambda group: points)
    with caplog.at_level(logging.ERROR):
        found = plugins.extend("terradesk.readers", READERS)
    assert found == (*READERS, GOOD)
    assert len(caplog.records) == 4


def test_without_extensions_there_are_our_own() -> None:
    assert readers.all_readers()[: len(READERS)] == READERS


def _make_no_tool() -> object:
    return object()


STAMPER = ToolEntry("stamper", "Stamper", "hand", "", Hand, "correct")
BROKEN_TOOL = ToolEntry("broken", "Broken", "hand", "", _make_no_tool, "correct")  # type: ignore[arg-type]
WEATHER = Way("weather", lambda _view: (), lambda *_given: None)


def test_tools_are_tried_and_ways_of_colouring_follow(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    here = {"terradesk.tools": ("STAMPER", "BROKEN_TOOL"), "terradesk.colourings": ("WEATHER",)}
    monkeypatch.setattr(
        metadata, "entry_points",
        lambda group: [metadata.EntryPoint(n, f"{__name__}:{n}", group) for n in here[group]],
    )  # fmt: skip
    with caplog.at_level(logging.ERROR):
        found = plugins.extend("terradesk.tools", tools._OWN, tools._check)
    assert found == (*tools._OWN, STAMPER) and len(caplog.records) == 1
    ways.all_ways.cache_clear()
    assert ways.all_ways() == (*ways.WAYS, WEATHER)
    ways.all_ways.cache_clear()
