"""What hangs on the pointer while rows are dragged: a small label, not a strip of the table."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from .. import theme

_MOST_WIDE = 220


def carry(
    source: QtWidgets.QWidget,
    data: QtCore.QMimeData,
    text: str,
    action: QtCore.Qt.DropAction = QtCore.Qt.DropAction.CopyAction,
) -> None:
    """Drag ``data`` with a label at the pointer, until it is dropped or Esc is pressed."""
    drag = QtGui.QDrag(source)
    drag.setMimeData(data)
    picture = label(text, source.devicePixelRatioF())
    drag.setPixmap(picture)
    drag.setHotSpot(QtCore.QPoint(-14, -10))
    drag.exec(action)


def label(text: str, ratio: float = 1.0) -> QtGui.QPixmap:
    """A raised label with one line of text."""
    font = theme.font(13, True)
    metrics = QtGui.QFontMetrics(font)
    shown = metrics.elidedText(text, QtCore.Qt.TextElideMode.ElideRight, _MOST_WIDE)
    wide, high = metrics.horizontalAdvance(shown) + 24, theme.HEIGHT["row"]
    out = QtGui.QPixmap(round(wide * ratio), round(high * ratio))
    out.setDevicePixelRatio(ratio)
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(QtGui.QPen(theme.colour("accent"), 1.4))
    painter.setBrush(theme.colour("raised"))
    box = QtCore.QRectF(0, 0, wide, high)
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)
    painter.setFont(font)
    painter.setPen(theme.colour("text"))
    painter.drawText(box, QtCore.Qt.AlignmentFlag.AlignCenter, shown)
    painter.end()
    return out
