"""Shapes of the pointer over the map."""

from __future__ import annotations

from functools import lru_cache

from PySide6 import QtCore, QtGui

from .. import theme

_SHAPES = {
    "arrow": QtCore.Qt.CursorShape.ArrowCursor,
    "cross": QtCore.Qt.CursorShape.CrossCursor,
    "open_hand": QtCore.Qt.CursorShape.OpenHandCursor,
    "closed_hand": QtCore.Qt.CursorShape.ClosedHandCursor,
    "blank": QtCore.Qt.CursorShape.BlankCursor,
}


@lru_cache(maxsize=16)
def pointer(name: str, ratio: float) -> QtGui.QCursor:
    """The cursor a tool asks for."""
    if name == "padlock":
        return _drawn("lock", ratio)
    return QtGui.QCursor(_SHAPES.get(name, QtCore.Qt.CursorShape.ArrowCursor))


def _drawn(icon: str, ratio: float) -> QtGui.QCursor:
    """An icon with a light edge, so that it is seen on every fill."""
    side = 24
    out = QtGui.QPixmap(round(side * ratio), round(side * ratio))
    out.setDevicePixelRatio(ratio)
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawPixmap(3 + dx, 3 + dy, theme.pixmap(icon, "#FFFFFF", 18))
    painter.drawPixmap(3, 3, theme.pixmap(icon, "#1B2330", 18))
    painter.end()
    return QtGui.QCursor(out, side // 2, side // 2)
