"""The map as a picture for the clipboard: sharp, without the tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.render import View

from .item import MapItem

if TYPE_CHECKING:
    from .view import MapView


def picture(map_view: MapView, scale: float) -> QtGui.QImage:
    """What is seen, ``scale`` times as many pixels as on a plain screen."""
    size = map_view.size()
    wide, high = round(size.width() * scale), round(size.height() * scale)
    out = QtGui.QImage(wide, high, QtGui.QImage.Format.Format_RGB32)
    painter = QtGui.QPainter(out)
    seen = map_view.view
    left, _y0, _x1, top = seen.box
    view = View.at(left, top, seen.px_per_m * scale / map_view.ratio, (wide, high), seen.origin)
    floats = map_view.floats
    shown = [w for w in (floats.legend, floats.scale, floats.credits) if w.isVisible()]
    copy = MapItem()
    copy.take_from(map_view.item, scale)
    copy.shadows = lambda: [(QtCore.QRectF(w.geometry()), 0.0) for w in shown]
    copy.look(view)
    copy.draw_now(painter)
    painter.scale(scale, scale)
    for widget in shown:
        _stamp(painter, widget)
    painter.end()
    return out


def _stamp(painter: QtGui.QPainter, widget: QtWidgets.QWidget) -> None:
    flags = QtWidgets.QWidget.RenderFlag.DrawChildren
    still = widget.graphicsEffect()
    if still is not None:
        still.setEnabled(False)  # an effect would draw into the window, not into the picture
    widget.render(painter, widget.pos(), QtGui.QRegion(), flags)
    if still is not None:
        still.setEnabled(True)
