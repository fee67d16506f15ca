"""The map as a picture of a chosen size and as SVG, from the window's own commands."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from PIL import Image
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk import planfile
from terradesk.exporters import PictureSize
from tests.core.kernel import grid_plan
from tests.ui.driving import LEFT, SLOW, dialog_of, wait_for_map
from tests.ui.map_desk import no_base
from ui.dialogs.picture_size import USUAL, PictureSizeDialog
from ui.map import preparing


@pytest.fixture
def desktop(qtbot, window, told, monkeypatch):
    monkeypatch.setattr(preparing, "base_map", no_base)
    window.show_document(planfile.new_untitled(grid_plan()))
    wait_for_map(qtbot, window)
    yield window
    assert told == []


@pytest.fixture
def asker(qtbot):
    dialog = PictureSizeDialog()
    dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_a_usual_size_fills_the_fields(qtbot, asker):
    assert asker.size_chosen == PictureSize()
    asker.usual.setCurrentIndex(3)
    asker.usual.activated.emit(3)
    assert asker.size_chosen == USUAL[3][1]
    assert asker.dpi.value() == 300
    assert "29.7 × 21" in asker.note.text()
    asker.width_px.setValue(5000)
    assert asker.usual.currentIndex() == len(USUAL)
    asker.width_px.setValue(3508)
    assert asker.usual.currentIndex() == 3


def test_a_size_beyond_all_bounds_cannot_be_chosen(qtbot, asker):
    asker.width_px.setValue(40_000)
    asker.height_px.setValue(39_000)
    assert "too large" in asker.trouble.text
    assert not asker.go.isEnabled()
    asker.height_px.setValue(1000)
    assert asker.trouble.isHidden()
    with qtbot.waitSignal(asker.chosen) as told:
        asker.go.click()
    assert told.args == [PictureSize(40_000, 1000, 192)]


def test_the_window_asks_for_size_and_file(qtbot, desktop, monkeypatch, tmp_path):
    path = tmp_path / "map.png"
    answer = lambda *_args, **_more: (str(path), "")  # noqa: E731
    monkeypatch.setattr(QtWidgets.QFileDialog, "getSaveFileName", answer)
    for wide in (700, 900):
        desktop.run_command("export.png")
        dialog = dialog_of(qtbot, desktop, "PictureSizeDialog")
        if wide == 900:
            assert dialog.size_chosen.width == 700  # as the last time
        dialog.width_px.setValue(wide)
        QTest.mouseClick(dialog.go, LEFT)
        qtbot.waitUntil(lambda w=wide: path.exists() and width_of(path) == w, timeout=SLOW)


def width_of(path) -> int:
    with Image.open(path) as image:
        return image.width


def test_the_drawing_shows_what_the_window_shows(qtbot, desktop, tmp_path):
    desktop.map.layers.set_shown("labels", False)
    desktop.map.layers.set_shown("accounts", False)
    desktop.map.layers.set_opacity(40)
    path = tmp_path / "map.svg"
    desktop.files.export("svg", path)
    qtbot.waitUntil(path.exists, timeout=SLOW)
    svg = "{http://www.w3.org/2000/svg}"
    root = ElementTree.fromstring(path.read_text("utf-8"))
    groups = {e.get("id"): e for e in root.iter(f"{svg}g")}
    assert groups["areas"].get("opacity") == "0.40"
    assert "accounts" not in groups
    names = {t.name for t in desktop.model.view.leaves}
    assert not names & {e.text for e in root.iter(f"{svg}text")}
