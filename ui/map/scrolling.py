"""Scrolling: the map moves on while a gesture is near its edge."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore

EDGE_PX = 28
_BEYOND_PX, _SCROLL_PX, _SCROLL_MS = 60, 14.0, 16


class Scrolling(QtCore.QObject):
    """A timer that pushes the map.

    Parameters
    ----------
    speed : callable
        Pixels per tick in x and y, (0, 0) to stop.
    push : callable
        Moves the map by pixels.
    parent : QObject
    """

    def __init__(
        self,
        speed: Callable[[], tuple[float, float]],
        push: Callable[[float, float], None],
        parent: QtCore.QObject,
    ) -> None:
        super().__init__(parent)
        self._speed, self._push = speed, push
        self._timer = QtCore.QTimer(self, interval=_SCROLL_MS)
        self._timer.timeout.connect(self._tick)

    def look(self) -> None:
        """Go on or stop, as the pointer is now."""
        if self._speed() == (0.0, 0.0):
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Stop."""
        self._timer.stop()

    def _tick(self) -> None:
        speed = self._speed()
        if speed == (0.0, 0.0):
            self._timer.stop()
        else:
            self._push(*speed)


def speed_near(at: float, extent: int) -> float:
    """How fast a pointer near or a little beyond an edge pushes the map, pixels per tick."""
    near_start, near_end = EDGE_PX - at, at - (extent - EDGE_PX)
    if 0 < near_start < EDGE_PX + _BEYOND_PX:
        return _SCROLL_PX * min(1.0, near_start / EDGE_PX)
    if 0 < near_end < EDGE_PX + _BEYOND_PX:
        return -_SCROLL_PX * min(1.0, near_end / EDGE_PX)
    return 0.0
