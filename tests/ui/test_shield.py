"""Painting that goes wrong: told once, the rest is shown, the program lives and ends well."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6 import QtGui, QtWidgets

from tests.ui.map_desk import Desk
from ui import errors, theme
from ui.map import overlay
from ui.shield import safely, told_once

ROOT = Path(__file__).resolve().parents[2]


class BadStamp:
    """A stamp of another package with a mistake in it."""

    n_drawn = 0

    def draw(self, rgb, view, style):
        self.n_drawn += 1
        self.image = QtGui.QImage(8, 8, QtGui.QImage.Format.Format_RGB32)
        painter = QtGui.QPainter(self.image)
        painter.drawLine(0, 0, 8, 8)
        raise ValueError("a stamp's mistake")


class BadLook:
    def look(self, view, style):
        raise ValueError("a look's mistake")

    def draw(self, rgb, view, style):
        raise AssertionError("never asked")


class BadUnderlay:
    is_parallel = True

    def draw(self, frame, job):
        raise ValueError("an underlay's mistake")


class Dot:
    """A stamp that works."""

    def draw(self, rgb, view, style):
        rgb[:] = np.uint32(0xFF123456)


@pytest.fixture
def heard(monkeypatch) -> list[BaseException]:
    """What reaches the hook for unexpected errors."""
    out: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: out.append(error))
    monkeypatch.setattr(errors._teller, "told", set())
    return out


@pytest.fixture
def desk(qtbot, monkeypatch) -> Desk:
    return Desk(qtbot, monkeypatch)


def painted(desk: Desk) -> QtGui.QImage:
    for _ in range(3):
        desk.view.item.update()
        QtWidgets.QApplication.processEvents()
    return desk.view.canvas.grab().toImage()


def test_a_broken_stamp_is_told_once_and_the_others_are_drawn(desk, heard):
    bad = BadStamp()
    desk.view.item.set_stamps((bad, BadLook(), Dot()))
    image = painted(desk)
    desk.view.pan_by(20, 0)
    painted(desk)
    assert [str(e) for e in heard] == ["a look's mistake", "a stamp's mistake"]
    assert bad.n_drawn == 1 and image.pixelColor(desk.px(0.2, 0.2)).name() == "#123456"


def test_a_broken_underlay_leaves_the_areas(desk, heard):
    before = desk.colour_at(0.3, 0.6)
    desk.view.item.set_underlays((BadUnderlay(),))
    painted(desk)
    assert [str(e) for e in heard] == ["an underlay's mistake"]
    assert desk.colour_at(0.3, 0.6) == before


@pytest.mark.parametrize("part", ["names", "shape", "shadow", "frame"])
def test_a_mistake_anywhere_in_the_map_leaves_the_rest(desk, heard, monkeypatch, part):
    def bad(*_args, **_kwargs):
        raise ValueError(part)

    item = desk.view.item
    with monkeypatch.context() as broken:
        if part == "names":
            broken.setattr(item._names, "follow", bad)
        elif part == "shape":
            broken.setattr(overlay, "draw_shape", bad)
            desk.view.set_tool("brush")
            desk.hover(1.5, 1.5)
        elif part == "shadow":
            broken.setattr(overlay, "draw_shadow", bad)
        else:
            broken.setattr(item, "_sync_frame", bad)
        image = painted(desk)
        assert [str(e) for e in heard] == [part]
        is_water = image.pixelColor(desk.px(0.3, 0.3)) == theme.colour("water")
        assert is_water == (part == "frame")
    painted(desk)
    assert len(heard) == 1 and desk.colour_at(0.3, 0.3) != theme.colour("water").name()


def test_what_raises_in_painting_ends_its_own_painters(heard):
    image = QtGui.QImage(8, 8, QtGui.QImage.Format.Format_RGB32)

    class Owner:
        @safely
        def paint(self):
            painter = QtGui.QPainter(image)
            painter.drawLine(0, 0, 8, 8)
            raise ValueError("half way")

    Owner().paint()
    assert not image.paintingActive()
    outer = QtGui.QPainter(image)
    outer.translate(3, 3)
    with told_once(outer):
        outer.translate(5, 5)
        raise ValueError("moved")
    assert outer.transform().dx() == 3
    outer.end()
    QtWidgets.QApplication.processEvents()
    assert [str(e) for e in heard] == ["half way", "moved"]


def test_an_error_while_a_box_is_open_opens_no_second_box(monkeypatch):
    shown = []

    def show(_parent, error, *_more):
        shown.append(error)
        errors._excepthook(ValueError, ValueError("again"), None)
        return False

    monkeypatch.setattr(errors, "show_error", show)
    errors._excepthook(ValueError, ValueError("first"), None)
    errors._excepthook(ValueError, ValueError("later"), None)
    assert [str(e) for e in shown] == ["first", "later"]


LEAVES_THE_MAP_OPEN = """
from PySide6 import QtWidgets
app = QtWidgets.QApplication([])
from terradesk.document import Document
from tests.core.kernel import grid_plan
from ui.document_model import DocumentModel
from ui.map import MapView, preparing
preparing.base_map = lambda *_args: None
model = DocumentModel()
view = MapView(model)
view.show()
model.open(Document(grid_plan()))
while not view.is_ready:
    app.processEvents()
app.processEvents()
"""


def test_a_process_may_end_with_the_map_open():
    run = subprocess.run(
        [sys.executable, "-c", LEAVES_THE_MAP_OPEN],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
