"""Extensions of other packages: welcome when they work, harmless when they do not."""

from __future__ import annotations

import logging
from importlib import metadata

import pytest

from terradesk import plugins, readers
from terradesk.readers import READERS, Reader

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
