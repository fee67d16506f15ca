"""The map of the import page with its legend: goes to what is selected in the lists."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.i18n import _
from terradesk.importing import Item
from terradesk.importing.prepared import NOTHING
from terradesk.plan import Plan
from terradesk.readers.report import Issue

from ... import theme
from ..map_marks import NO_MARK, Marked
from ..parts import empty, label
from ..preview_map import PreviewMap
from .finding import item_mark, rows_mark
from .shown_map import STATE_TEXTS, Key, ShownMap

_KEY = 12
_CORNERS = {
    "square": ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)),
    "triangle": ((0.5, 0.2), (0.85, 0.8), (0.15, 0.8)),
}
"""Corners of symbols in the legend, parts of its size."""


class MapKeys(QtWidgets.QWidget):
    """What the colours of the map mean."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QtWidgets.QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)

    def show_keys(self, keys: Sequence[Key]) -> None:
        """Show other keys; a single one says nothing new."""
        empty(self._row)
        for key in keys:
            mark = QtWidgets.QLabel()
            mark.setPixmap(_swatch(key))
            self._row.addWidget(mark)
            text = f"{key.text or _(STATE_TEXTS[key.state])}: {i18n.number(key.n)}"
            self._row.addWidget(label(text, "small"))
            self._row.addSpacing(10)
        self._row.addStretch(1)
        self.setVisible(len(keys) > 1)


def _swatch(key: Key) -> QtGui.QPixmap:
    """Fill of areas, edge of shapes."""
    out = QtGui.QPixmap(_KEY * 2, _KEY * 2)
    out.setDevicePixelRatio(2)
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    edge = QtGui.QColor(key.ink) if key.ink else theme.colour("text3")
    fill = QtGui.QColor(key.fill or key.ink)
    if not key.fill:
        fill.setAlpha(110)
    painter.setPen(QtGui.QPen(edge, 2.0 if key.ink else 1.0))
    painter.setBrush(fill)
    if key.state == NOTHING:
        painter.setPen(QtGui.QPen(edge, 2.0, QtCore.Qt.PenStyle.DotLine))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    if key.symbol in _CORNERS and not key.fill:
        painter.setBrush(edge)
        painter.drawPolygon([QtCore.QPointF(x * _KEY, y * _KEY) for x, y in _CORNERS[key.symbol]])
    elif key.symbol == "circle" and not key.fill:
        painter.setBrush(edge)
        painter.drawEllipse(QtCore.QRectF(2, 2, _KEY - 4, _KEY - 4))
    elif key.symbol == "cross" and not key.fill:
        painter.drawLine(QtCore.QLineF(2.5, 2.5, _KEY - 2.5, _KEY - 2.5))
        painter.drawLine(QtCore.QLineF(2.5, _KEY - 2.5, _KEY - 2.5, 2.5))
    else:
        painter.drawRoundedRect(QtCore.QRectF(1, 1, _KEY - 2, _KEY - 2), 3, 3)
    painter.end()
    return out


class MapSide(QtWidgets.QWidget):
    """Map and legend.

    Signals
    -------
    item_clicked(str)
        Key of the item whose shape or area was clicked.
    """

    item_clicked = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self.map = PreviewMap()
        self.map.setAccessibleName(_("Map of what comes in"))
        self.map.clicked.connect(self._on_click)
        box.addWidget(self.map, 1)
        self.keys = MapKeys()
        box.addWidget(self.keys)
        self.ground: ShownMap | None = None
        self._plan: Plan | None = None
        self._key, self._issue = "", ("", 0)

    def show_map(self, ground: ShownMap | None, plan: Plan | None = None) -> None:
        """Show what another outcome does; what is looked at stands out still."""
        self.ground, self._plan = ground, plan
        self.map.show_ground(ground)
        self.show_keys()
        if ground is not None and (self._key or self._issue[0]):
            self.map.mark(self._mark_again(ground))

    def show_keys(self) -> None:
        """Show the legend in the theme in use."""
        self.keys.show_keys(self.ground.keys(theme.is_dark()) if self.ground is not None else ())

    def restyle(self) -> None:
        """Draw everything in the theme in use."""
        self.show_keys()
        self.map.redraw()

    def _mark_again(self, ground: ShownMap) -> Marked:
        """What stands out, in a map that was made anew."""
        if self._key:
            items = (one for one in ground.prepared.items if one.key == self._key)
            found = next(items, None)
            return NO_MARK if found is None else item_mark(ground, self._plan, found)
        for issue in ground.prepared.report.issues:
            if (issue.kind, issue.n) == self._issue:
                return rows_mark(ground, self._plan, issue.every_row.tolist())
        return NO_MARK

    # ------------------------------------------------------------------ going there
    def go_to_item(self, item: Item, goes: bool = True) -> None:
        """Show where an item is."""
        self._key, self._issue = item.key, ("", 0)
        if self.ground is not None:
            self.map.mark(item_mark(self.ground, self._plan, item), goes)

    def go_to_issue(self, issue: Issue) -> None:
        """Show where the rows behind an issue are."""
        self._key, self._issue = "", (issue.kind, issue.n)
        if self.ground is not None:
            rows = issue.every_row.tolist()
            self.map.mark(rows_mark(self.ground, self._plan, rows), goes=True)

    def _on_click(self, x: float, y: float, reach: float) -> None:
        """Find the item of what was clicked: a shape before the area below it."""
        if self.ground is None:
            return
        key = self.ground.shapes.key_at(x, y, reach)
        unit = self.map.unit_at(x, y)
        if not key and unit >= 0:
            items = self.ground.prepared.items
            key = next((one.key for one in items if unit in one.units), "")
        if key:
            self.item_clicked.emit(key)
