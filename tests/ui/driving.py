"""The real window driven by real events, for tests of user paths."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

LEFT = QtCore.Qt.MouseButton.LeftButton
NONE = QtCore.Qt.KeyboardModifier.NoModifier
SLOW = 60_000


def wait_for_map(qtbot, window) -> None:
    qtbot.waitUntil(lambda: window.model.is_open and window.map.is_ready, timeout=SLOW)


def open_sample(qtbot, window) -> None:
    window.run_command("file.sample")
    wait_for_map(qtbot, window)


def dialog_of(qtbot, window, kind: str):
    def found():
        return [w for w in window.findChildren(QtWidgets.QDialog) if type(w).__name__ == kind]

    qtbot.waitUntil(lambda: bool(found()), timeout=SLOW)
    return found()[-1]


def press_at(window, rows, move_to=None, keys=NONE) -> None:
    """Press on a unit, drag over others, release."""
    port = window.map.canvas.viewport()
    points = [place(window, row) for row in rows] + ([move_to] if move_to else [])
    QTest.mousePress(port, LEFT, keys, points[0])
    for at in points[1:]:
        for share in (0.4, 1.0):
            last = points[points.index(at) - 1]
            here = last + (at - last) * share
            event = QtGui.QMouseEvent(
                QtCore.QEvent.Type.MouseMove, QtCore.QPointF(here),
                QtCore.QPointF(port.mapToGlobal(here)), QtCore.Qt.MouseButton.NoButton, LEFT, keys,
            )  # fmt: skip
            QtWidgets.QApplication.sendEvent(port, event)
    QTest.mouseRelease(port, LEFT, keys, points[-1])


def place(window, row: int) -> QtCore.QPoint:
    arcs = window.model.plan.arcs
    metres = arcs.centres[row] / 100 + np.array(arcs.origin)
    x, y = window.map.view.to_pixels([metres])[0] / window.map.ratio
    return QtCore.QPoint(round(x), round(y))


def row_of(window, code: str) -> int:
    return int(np.flatnonzero(window.model.plan.units.codes == code)[0])
