"""Accounts as stamps: symbols or density, and rings around those that are named or selected."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.render import Style, View

from .. import theme
from .layer import Layer
from .spots import Spots

_NAMED_PX, _SELECTED_PX = 4.6, 5.6
_CASING, _CORE = 0.6, 0.32  # width of a ring's lines, of its radius
Inked = tuple[np.ndarray, list[QtGui.QColor]]


class AccountStamp:
    """The accounts; symbols or density is decided by the whole view, so that strips join."""

    def __init__(self, spots: Spots) -> None:
        self.spots = spots
        self._as_symbols = True

    def look(self, view: View, style: Style) -> bool | None:
        """Decide for a view; None where no account could be seen."""
        if not len(self.spots):
            return None
        self._as_symbols = self.spots.are_symbols(view)
        return self._as_symbols

    def draw(self, rgb: np.ndarray, view: View, style: Style) -> None:
        """Draw into a rectangle of the picture."""
        self.spots.draw(rgb, view, style, self._as_symbols)


class RingStamp:
    """Rings around named accounts in their owner's colour and around selected ones."""

    def __init__(self) -> None:
        self._spots: Spots | None = None
        self._selected = np.empty(0, np.int32)
        self._named: Inked = (self._selected, [])
        self._named_for: tuple[object, ...] = ()
        self._drawn: tuple[object, ...] = ()

    def follow(self, spots: Spots | None, layer: Layer, selected: np.ndarray) -> bool:
        """Take up accounts, owners and selection; tells whether anything looks different."""
        key = (layer.view, theme.is_dark())
        if key != self._named_for:
            self._named_for, self._named = key, _named(layer)
        rows, inks = self._named
        drawn = (id(spots), rows.tobytes(), tuple(i.rgba() for i in inks), selected.tobytes())
        self._spots, self._selected = spots, selected
        has_changed, self._drawn = drawn != self._drawn, drawn
        return has_changed

    def look(self, view: View, style: Style) -> bool | None:
        """None while there is no ring."""
        has_any = len(self._named[0]) + len(self._selected) > 0
        return True if has_any and self._spots is not None else None

    def draw(self, rgb: np.ndarray, view: View, style: Style) -> None:
        """Draw the rings that touch a rectangle of the picture."""
        high, wide = rgb.shape
        form = QtGui.QImage.Format.Format_RGB32
        image = QtGui.QImage(rgb.data, wide, high, wide * 4, form)
        painter = QtGui.QPainter(image)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        self._rings(painter, view, *self._named, _NAMED_PX * style.pixel_ratio)
        inks = [theme.colour("select")] * len(self._selected)
        self._rings(painter, view, self._selected, inks, _SELECTED_PX * style.pixel_ratio)
        painter.end()

    def _rings(
        self,
        painter: QtGui.QPainter,
        view: View,
        rows: np.ndarray,
        inks: list[QtGui.QColor],
        size: float,
    ) -> None:
        assert self._spots is not None
        places, reach = self._spots.place_of[rows], size * 2
        at = view.to_pixels(self._spots.xy[places])
        seen = (places >= 0) & (at > -reach).all(axis=1)
        seen &= (at[:, 0] < view.width + reach) & (at[:, 1] < view.height + reach)
        casing = theme.colour("casing")
        for i in np.flatnonzero(seen).tolist():
            spot = QtCore.QPointF(at[i, 0], at[i, 1])
            for ink, width in ((casing, _CASING), (inks[i], _CORE)):
                painter.setPen(QtGui.QPen(ink, size * width))
                painter.drawEllipse(spot, size, size)


def _named(layer: Layer) -> Inked:
    """Named accounts and the colours of their owners."""
    side = layer.view.side
    rows, owners = side.rows[~side.by_rule], side.territories[~side.by_rule]
    nodes = [layer.view.territories.get(int(t)) for t in owners]
    fills = [theme.territory_colour(n.colour).darker(150) if n else None for n in nodes]
    return rows, [ink or theme.colour("text3") for ink in fills]
