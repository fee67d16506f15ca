"""Still pictures of what floats over the map while the map moves under it.

Everything that lies over the map must be painted again with each frame. Its buttons and texts cost
more than the map itself, so while the map moves they are copied from a picture that is made anew a
few times a second.
"""

from __future__ import annotations

import time

from PySide6 import QtCore, QtGui, QtWidgets

from .card import Card
from .item import MapItem

_LONGEST_S = 0.1
_APART_S = 0.012  # between two pictures: one frame shall not pay for all


class Pace:
    """When stills may be used, and when one of them is made anew.

    Parameters
    ----------
    item : MapItem
        Knows whether the map moves.
    """

    def __init__(self, item: MapItem) -> None:
        self._item = item
        self._last = 0.0

    @property
    def is_moving(self) -> bool:
        """Whether the map moves now."""
        return self._item.is_in_motion

    def is_due(self, made: float) -> bool:
        """Whether a picture made at a time is too old, and it is its turn."""
        now = time.monotonic()
        if now - made < _LONGEST_S or now - self._last < _APART_S:
            return False
        self._last = now
        return True


class Still(QtWidgets.QGraphicsEffect):
    """Shows a widget as it was a moment ago while something moves under it."""

    def __init__(self, widget: QtWidgets.QWidget, pace: Pace) -> None:
        super().__init__(widget)
        self._widget, self._pace = widget, pace
        self._picture: QtGui.QPixmap | None = None
        self._made = 0.0
        widget.setGraphicsEffect(self)

    def draw(self, painter: QtGui.QPainter) -> None:
        """Draw the widget, or its picture."""
        if not self._pace.is_moving:
            self._picture = None
            self.drawSource(painter)
            return
        if self._picture is None or self._is_old(self._picture):
            self._picture, self._made = self._taken(painter), time.monotonic()
        painter.drawPixmap(0, 0, self._picture)

    def _is_old(self, picture: QtGui.QPixmap) -> bool:
        size = picture.deviceIndependentSize().toSize()
        return size != self._widget.size() or self._pace.is_due(self._made)

    def _taken(self, painter: QtGui.QPainter) -> QtGui.QPixmap:
        ratio = painter.device().devicePixelRatio()
        out = QtGui.QPixmap(self._widget.size() * ratio)
        out.setDevicePixelRatio(ratio)
        out.fill(QtCore.Qt.GlobalColor.transparent)
        flags = QtWidgets.QWidget.RenderFlag.DrawChildren
        self._widget.render(out, QtCore.QPoint(), QtGui.QRegion(), flags)
        return out


class Stills(QtCore.QObject):
    """Gives a `Still` to everything that lies over a map, except the card, which must be prompt.

    Parameters
    ----------
    host : QWidget
        Whose children lie over the map.
    map_widget : QWidget
        The child that is the map.
    item : MapItem
        Knows whether the map moves.
    """

    def __init__(
        self, host: QtWidgets.QWidget, map_widget: QtWidgets.QWidget, item: MapItem
    ) -> None:
        super().__init__(map_widget)
        self._map, self._item, self._pace = map_widget, item, Pace(item)
        host.installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Hear of new children when they are first shown."""
        if event.type() == QtCore.QEvent.Type.ChildPolished:
            assert isinstance(event, QtCore.QChildEvent)
            child = event.child()
            if isinstance(child, QtWidgets.QWidget) and self._lies_over(child):
                still = Still(child, self._pace)
                self._item.rested.connect(still.update)
        return False

    def _lies_over(self, child: QtWidgets.QWidget) -> bool:
        is_other = child is self._map or isinstance(child, Card)
        return not is_other and not child.isWindow() and child.graphicsEffect() is None
