"""The lower right corner: legend, scale bar, credits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _
from terradesk.render.legend import LegendEntry
from terradesk.render.scale import ScaleBar, scale_bar

from .. import theme
from . import parts

_BAR_PX = 118.0


class Key(QtWidgets.QWidget):
    """The symbol of one line of the legend."""

    def __init__(self, entry: LegendEntry) -> None:
        super().__init__()
        self._entry = entry
        self.setFixedSize(28, 14)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        kind, box = self._entry.symbol, QtCore.QRectF(5, 1.5, 18, 11)
        if kind == "accounts":
            self._discs(painter)
        elif kind == "district":
            painter.setPen(QtGui.QPen(theme.colour("territory_core"), 2.8))
            painter.drawLine(QtCore.QPointF(5, 7), QtCore.QPointF(23, 7))
        elif kind == "fill":
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(theme.to_qcolor(self._entry.colour))
            painter.drawRoundedRect(box, 2, 2)
        elif kind == "selected":
            painter.fillRect(box, theme.colour("select_tint"))
            painter.setPen(QtGui.QPen(theme.colour("select"), 1.8))
            painter.drawRoundedRect(box, 2, 2)
        else:
            self._hatched(painter, box, kind)

    @staticmethod
    def _discs(painter: QtGui.QPainter) -> None:
        painter.setPen(QtGui.QPen(theme.colour("raised"), 1))
        ink = theme.colour("account")
        ink.setAlpha(180)
        painter.setBrush(ink)
        for x, radius in ((4, 1.6), (11, 2.8), (21, 5)):
            painter.drawEllipse(QtCore.QPointF(x, 7), radius, radius)

    @staticmethod
    def _hatched(painter: QtGui.QPainter, box: QtCore.QRectF, kind: str) -> None:
        ink = {"unassigned": "hatch", "locked": "territory_core"}.get(kind, "select")
        painter.fillRect(box, theme.colour("paper" if kind == "unassigned" else "raised"))
        painter.setClipRect(box)
        painter.setPen(QtGui.QPen(theme.colour(ink), 1.2))
        for x in range(-12, 36, 5):
            painter.drawLine(QtCore.QPointF(x, 14), QtCore.QPointF(x + 14, 0))
        painter.setClipping(False)
        painter.setPen(QtGui.QPen(theme.colour("select" if kind == "changed" else "text3"), 1))
        painter.drawRoundedRect(box, 2, 2)


class Legend(parts.Floating):
    """What the symbols and fills on the map mean."""

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Legend"))
        self._layout = parts.column(self, 4, (12, 8, 12, 8))
        self._shown: tuple[object, ...] = ()

    def set_entries(self, title: str, entries: Sequence[LegendEntry]) -> bool:
        """Show these lines; tells whether anything changed."""
        key = (title, theme.is_dark(), *entries)
        if key == self._shown:
            return False
        self._shown = key
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if title:
            heading = parts.label(title, "small")
            self._layout.addWidget(heading)
            heading.show()
        for entry in entries:
            line = QtWidgets.QWidget()
            layout = parts.row(line, 8)
            layout.addWidget(Key(entry))
            layout.addWidget(parts.label(entry.text, "small"))
            layout.addStretch(1)
            self._layout.addWidget(line)
            line.show()  # a layout shows new children only later, and counts hidden ones as empty
        self.setVisible(bool(entries))
        self.adjustSize()
        return True


class Scale(QtWidgets.QWidget):
    """Two lengths as a bar: the user's unit above, the other below."""

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self.setFixedSize(190, 34)
        self._bar: ScaleBar | None = None
        self._unit = "mi"

    def set_unit(self, unit: str) -> None:
        """Put km or mi above."""
        self._unit = unit
        self.update()

    def set_scale(self, px_per_m: float) -> None:
        """Pixels at 100 % per metre."""
        bar = scale_bar(px_per_m, _BAR_PX)
        if bar != self._bar:
            self._bar = bar
            self.setAccessibleName(_("Scale: {a}, {b}").format(a=bar.imperial, b=bar.metric))
            self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        if self._bar is None:
            return
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        plate = theme.colour("raised")
        plate.setAlpha(200)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(plate)
        painter.drawRoundedRect(QtCore.QRectF(self.rect()), 6, 6)
        painter.translate(8, 3)
        painter.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        painter.setFont(theme.font(11))
        pairs = [
            (self._bar.imperial_px, self._bar.imperial),
            (self._bar.metric_px, self._bar.metric),
        ]
        if self._unit == "km":
            pairs.reverse()
        longest, middle = max(w for w, _t in pairs), 14.5
        painter.setPen(QtGui.QPen(theme.colour("text2"), 1.4))
        painter.drawLine(QtCore.QPointF(1, middle), QtCore.QPointF(1 + longest, middle))
        for (width, text), side in zip(pairs, (-1, 1), strict=True):
            painter.setPen(QtGui.QPen(theme.colour("text2"), 1.4))
            for x in (1.0, 1 + width):
                painter.drawLine(QtCore.QPointF(x, middle), QtCore.QPointF(x, middle + 5 * side))
            painter.drawText(QtCore.QPointF(longest + 7, middle + (-2 if side < 0 else 11)), text)
