"""The lower right corner: scale bar, beside legend and credits."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _
from terradesk.render.scale import ScaleBar, scale_bar

from .. import theme
from ..shield import safely
from .legend import Legend

__all__ = ["Legend", "Scale"]

_BAR_PX = 118.0


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

    @safely
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
