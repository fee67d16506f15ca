"""Flight: the map moves to another place instead of jumping; and the way back and forth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6 import QtCore

from terradesk.render import View

from . import motion

if TYPE_CHECKING:
    from .looking import Looking

FLIGHT_MS = 280
_FRAME_MS = 8  # the picture itself takes the rest of a frame
_SETTLED_MS = 500
_MOST_PLACES = 60
_SAME_SHIFT, _SAME_ZOOM = 0.08, 1.06


def between(a: View, b: View, t: float) -> View:
    """A view on the straight way from one to another of the same size, 0 <= t <= 1.

    The scale changes evenly in the eye; the middle moves so that each point of the map goes
    straight across the screen.
    """
    ease = t * t * (3 - 2 * t)
    scale = a.px_per_m * (b.px_per_m / a.px_per_m) ** ease
    share = ease
    if not math.isclose(a.px_per_m, b.px_per_m, rel_tol=1e-6):
        share = (1 / a.px_per_m - 1 / scale) / (1 / a.px_per_m - 1 / b.px_per_m)
    (ax, ay), (bx, by) = middle(a), middle(b)
    x, y = ax + (bx - ax) * share, ay + (by - ay) * share
    return around(b, x, y, scale)


def middle(view: View) -> tuple[float, float]:
    """The place in the middle of a view, metres."""
    return view.to_map(view.width / 2, view.height / 2)


def around(view: View, x: float, y: float, px_per_m: float) -> View:
    """A view of the same size with a place in its middle."""
    left, top = x - view.width / 2 / px_per_m, y + view.height / 2 / px_per_m
    return View.at(left, top, px_per_m, (view.width, view.height), view.origin)


class Flight(QtCore.QObject):
    """Moves the map in at most 300 ms; a hand on the map ends it.

    Parameters
    ----------
    map_view : Looking

    Signals
    -------
    landed()
    """

    landed = QtCore.Signal()

    def __init__(self, map_view: Looking) -> None:
        super().__init__(map_view)
        self._map = map_view
        self.is_reduced: Callable[[], bool] = motion.is_reduced
        self._ends: tuple[View, View] | None = None
        self._shown: View | None = None
        self._clock = QtCore.QElapsedTimer()
        self._timer = QtCore.QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_flying(self) -> bool:
        """Whether the map is on its way."""
        return self._ends is not None

    def fly(self, jump: Callable[[], object]) -> None:
        """Go where a jump would lead, all at once where nobody would see the way."""
        before = self._map.view
        jump()
        after = self._map.view
        is_seen = self._map.isVisible() and self._map.item.frame is not None
        same_size = (before.width, before.height) == (after.width, after.height)
        self._ends = None
        if self.is_reduced() or not is_seen or not same_size or before == after:
            self._timer.stop()
            self.landed.emit()
            return
        self._ends, self._shown = (before, after), None
        self._clock.start()
        self._map.look(before)
        self._shown = self._map.view
        self._timer.start()

    def _tick(self) -> None:
        if self._ends is None or self._map.view != self._shown:
            self._stop()
            return
        t = self._clock.elapsed() / FLIGHT_MS
        (before, after), is_home = self._ends, self._map._is_at_home
        if t >= 1:
            self._map.look(after)
            self._stop()
            self.landed.emit()
        else:
            self._map.look(between(before, after, t), True)
            self._shown = self._map.view
        self._map._is_at_home = is_home  # on the way there counts: a resized window goes on to it

    def _stop(self) -> None:
        self._timer.stop()
        self._ends = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the map looked: middle in metres, pixels per metre."""

    x: float
    y: float
    px_per_m: float

    def is_like(self, other: Place, width: int) -> bool:
        """Whether somebody would call both the same view."""
        zoom = max(self.px_per_m / other.px_per_m, other.px_per_m / self.px_per_m)
        shift = math.hypot(self.x - other.x, self.y - other.y) * self.px_per_m
        return zoom < _SAME_ZOOM and shift < _SAME_SHIFT * width


class Trail(QtCore.QObject):
    """Views the map has rested on, to go back and forward between them.

    Parameters
    ----------
    map_view : Looking
    flight : Flight
    """

    def __init__(self, map_view: Looking, flight: Flight) -> None:
        super().__init__(map_view)
        self._map, self._flight = map_view, flight
        self._places: list[Place] = []
        self._at = -1
        self._timer = QtCore.QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._timer.timeout.connect(self.note)
        map_view.view_changed.connect(self._timer.start)
        map_view.model.opened.connect(self.forget)

    def forget(self) -> None:
        """Begin anew: another plan."""
        self._places, self._at = [], -1

    def _now(self) -> Place:
        view = self._map.view
        return Place(*middle(view), view.px_per_m)

    def note(self) -> None:
        """Remember the view in sight, if it differs from the one before."""
        if not self._map.is_ready or self._flight.is_flying:
            return
        self._timer.stop()
        now, width = self._now(), self._map.view.width
        if self._at >= 0 and now.is_like(self._places[self._at], width):
            return
        self._places = [*self._places[: self._at + 1], now][-_MOST_PLACES:]
        self._at = len(self._places) - 1

    def go(self, by: int) -> bool:
        """One view back (-1) or forward (1); tells whether there was one."""
        self.note()
        at = self._at + by
        if not self._map.is_ready or not 0 <= at < len(self._places):
            return False
        self._at, place = at, self._places[at]
        target = around(self._map.view, place.x, place.y, place.px_per_m)
        self._flight.fly(lambda: self._map.look(target))
        return True
