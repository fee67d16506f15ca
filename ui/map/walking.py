"""Walking: from area to area with the keys, so that a territory can be edited without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.choosing.neighbours import pairs_of
from terradesk.i18n import _

from .markers import Markers
from .words import unit_text

if TYPE_CHECKING:
    from .view import MapView

Key = QtCore.Qt.Key
WAYS = {
    Key.Key_Left: (-1.0, 0.0),
    Key.Key_Right: (1.0, 0.0),
    Key.Key_Up: (0.0, 1.0),
    Key.Key_Down: (0.0, -1.0),
}
"""Direction of each arrow on the map, y up."""

_EDGE_PX = 60
_WIDEST = 1.8  # how far aside a neighbour may lie for each step ahead


def next_unit(centres: np.ndarray, beside: np.ndarray, unit: int, way: tuple[float, float]) -> int:
    """The unit to go to from a unit in a direction, -1 for none.

    Parameters
    ----------
    centres : ndarray of float, shape (n_units, 2)
        y up; NaN for units that cannot be walked on.
    beside : ndarray of int
        Neighbours of the unit; where none lies ahead, the nearest of all units ahead is taken.
    unit : int
    way : (float, float)
        One of `WAYS`.
    """
    for rows in (beside, np.arange(len(centres))):
        away = centres[rows] - centres[unit]
        along = away @ np.array(way)
        across = np.abs(away @ np.array((-way[1], way[0])))
        ahead = np.flatnonzero((along > 0) & (across <= _WIDEST * along) & (rows != unit))
        if len(ahead):
            cost = along[ahead] + 2.0 * across[ahead]
            return int(rows[ahead[int(cost.argmin())]])
    return -1


class Walking(QtCore.QObject):
    """The area that keys act on, and its ring.

    Parameters
    ----------
    view : MapView
    markers : Markers
    """

    def __init__(self, view: MapView, markers: Markers) -> None:
        super().__init__(view)
        self._view, self._model, self._markers = view, view.model, markers
        self._model.opened.connect(self.stop)
        self._model.edited.connect(lambda _edited: self.tell())
        self._model.selection_changed.connect(self.tell)

    @property
    def unit(self) -> int:
        """Row of the area with the ring, -1 for none."""
        return self._markers.unit

    def stop(self) -> bool:
        """Take the ring away; tells whether there was one."""
        had_ring = self.unit >= 0
        self._markers.set_unit(-1)
        if had_ring:
            self._model.hovered.emit(-1)
            self._view.canvas.setAccessibleDescription("")
        return had_ring

    def step(self, key: int, adds: bool) -> None:
        """To the next area in the direction of an arrow; ``adds`` selects it on the way."""
        arcs = self._model.plan.arcs
        if arcs is None or not arcs.n_units or self._view.following.prepared is None:
            return
        before = self.unit
        unit = self._start() if before < 0 else self._next(before, WAYS[Key(key)])
        if unit < 0:
            return
        if adds:
            ends = np.array([u for u in (before, unit) if u >= 0], np.int32)
            self._model.select_units(np.union1d(self._model.selected_units, ends))
        self._markers.set_unit(unit)
        self._bring_into_sight(arcs.centres[unit] / 100 + np.array(arcs.origin))
        self.tell()

    def _start(self) -> int:
        """Where to begin: in the selection, else in the middle of what is seen."""
        centres = self._centres()
        rows = self._model.selected_units
        rows = rows if len(rows) else np.flatnonzero(self._model.plan.units_present)
        arcs = self._view.following.prepared.arcs  # type: ignore[union-attr]
        x0, y0, x1, y1 = self._view.view.box
        middle = (np.array([(x0 + x1) / 2, (y0 + y1) / 2]) - arcs.origin) * 100
        away = np.nan_to_num(np.hypot(*(centres[rows] - middle).T), nan=np.inf)
        return int(rows[int(away.argmin())]) if len(rows) else -1

    def _centres(self) -> np.ndarray:
        plan = self._model.plan
        assert plan.arcs is not None
        return np.where(plan.units_present[:, None], plan.arcs.centres, np.nan)

    def _next(self, unit: int, way: tuple[float, float]) -> int:
        pairs = pairs_of(self._model.plan)
        return next_unit(self._centres(), pairs.other[pairs.one == unit], unit, way)

    def toggle(self) -> None:
        """Select the area with the ring, or no longer."""
        unit, selected = self.unit, self._model.selected_units
        if unit >= 0:
            one = np.array([unit], np.int32)
            join = np.setdiff1d if unit in selected else np.union1d
            self._model.select_units(join(selected, one))

    def select_if_nothing_is(self) -> None:
        """Let a key that acts on the selection act on the ring's area."""
        if self.unit >= 0 and not len(self._model.selected_units):
            self._model.select_units(np.array([self.unit], np.int32))

    def _bring_into_sight(self, xy: np.ndarray) -> None:
        view, edge = self._view.view, _EDGE_PX * self._view.ratio
        x, y = view.to_pixels([xy])[0]
        if edge <= x <= view.width - edge and edge <= y <= view.height - edge:
            return
        self._view.going.fly_to(float(xy[0]), float(xy[1]))

    # ------------------------------------------------------------------ what a reader says
    def tell(self) -> None:
        """Say which area has the ring, in the status bar and to screen readers."""
        unit = self.unit
        if unit < 0 or not self._model.is_open:
            return
        self._model.hovered.emit(unit)
        text = unit_text(self._model, unit)
        is_selected = unit in self._model.selected_units
        text = _("{area}, selected").format(area=text) if is_selected else text
        self._say(text)

    def _say(self, text: str) -> None:
        canvas = self._view.canvas
        if text == canvas.accessibleDescription():
            return
        canvas.setAccessibleDescription(text)
        if QtGui.QAccessible.isActive():
            QtGui.QAccessible.updateAccessibility(QtGui.QAccessibleAnnouncementEvent(canvas, text))
