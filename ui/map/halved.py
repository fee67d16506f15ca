"""The map at half its resolution while it zooms on fine screens: sharp again when it rests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6 import QtCore, QtGui

from terradesk.render import Frame, View
from terradesk.render.stamped import Stamped
from terradesk.render.stamps import Stamp

FROM_RATIO = 1.5
_LIMIT_MS = 5.0


def halved(view: View) -> tuple[View, int, int]:
    """A view in half the pixels, and where its corner lies in the whole one (0 or -1 each)."""
    size = view.width // 2 + 1, view.height // 2 + 1
    kx, ky = view.kx // 2, -(-view.ky // 2)
    small = replace(view, kx=kx, ky=ky, scale=view.scale / 2, width=size[0], height=size[1])
    return small, 2 * kx - view.kx, view.ky - 2 * ky


class Halved:
    """A frame in half the pixels with its stamps, drawn twice as large."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._stamped = Stamped()

    def forget(self) -> None:
        """Give the memory back."""
        self._frame, self._stamped = None, Stamped()

    def draw(
        self,
        painter: QtGui.QPainter,
        view: View,
        stamps: Sequence[Stamp],
        new_frame: Callable[[View], Frame],
    ) -> None:
        """Draw a view.

        Parameters
        ----------
        painter : QPainter
            Of device pixels.
        view : View
            In full resolution.
        stamps : sequence of Stamp
            Drawn over the areas.
        new_frame : callable
            Makes a frame for half the pixel ratio.
        """
        small, left, top = halved(view)
        frame = self._frame
        if frame is None or (frame.width, frame.height) != (small.width, small.height):
            frame = self._frame = new_frame(small)
            self._stamped.set_stamps(stamps)
        frame.is_moving, frame.view = frame.should_reduce(small, _LIMIT_MS), small
        frame.render()
        self._stamped.update(frame)
        self._enlarge(painter, left, top)

    def _enlarge(self, painter: QtGui.QPainter, left: int, top: int) -> None:
        ring = self._stamped.rgb
        high, wide = ring.shape
        form = QtGui.QImage.Format.Format_RGB32
        image = QtGui.QImage(ring.data, wide, high, ring.strides[0], form)
        for x, y, width, height, column, row in self._stamped.pieces():
            target = QtCore.QRect(2 * x + left, 2 * y + top, 2 * width, 2 * height)
            painter.drawImage(target, image, QtCore.QRect(column, row, width, height))
