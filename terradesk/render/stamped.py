"""Stamped: the picture of a frame with stamps over it, stamped again only where something changed.

The picture is a ring of its own: pixel (x, y) of the view lies at ((x + ring_x) mod width,
(y + ring_y) mod height). A pan moves two numbers, then copies and stamps the exposed strips.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

from terradesk.render.frame import Frame, Piece, Rect
from terradesk.render.stamps import LookingStamp, Stamp
from terradesk.render.view import View

__all__ = ["Box", "Stamped"]

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in metres."""

_SYMBOL_PX = 24  # at 100 %: how far symbols may reach out of the box of their places
_MUCH = 0.6  # of the picture, from which on all of it is stamped at once


class Stamped:
    """A ring picture that follows a frame.

    Attributes
    ----------
    rgb : (height, stride) uint32
        0xFFRRGGBB; `pieces` says how to put it on screen. Without stamps in sight it is the
        frame's own ring.
    n_stamped : int
        Pixels that were copied and stamped so far, for tests and benchmarks.
    """

    def __init__(self) -> None:
        self._stamps: tuple[Stamp, ...] = ()
        self._lookers: tuple[LookingStamp | None, ...] = ()
        self._shown: tuple[Stamp, ...] = ()
        self._looks: tuple[Hashable, ...] = ()
        self._boxes: list[Box] = []
        self._rects: list[Rect] = []
        self._is_stale = True
        self._frame: Frame | None = None
        self._view = View(0, 0, 1.0, 0, 0)
        self._ring = np.zeros((0, 0), np.uint32)
        self._ring_x = self._ring_y = 0
        self.n_stamped = 0

    # ------------------------------------------------------------------ what is drawn
    @property
    def stamps(self) -> tuple[Stamp, ...]:
        """What is drawn over the areas, the lowest first."""
        return self._stamps

    def set_stamps(self, stamps: Iterable[Stamp]) -> None:
        """Draw other stamps from now on."""
        self._stamps = tuple(stamps)
        self._lookers = tuple(s if isinstance(s, LookingStamp) else None for s in self._stamps)
        self._is_stale = True

    def changed(self, box: Box | None = None) -> None:
        """A stamp draws something else, everywhere or at places in a box in metres."""
        if box is None:
            self._is_stale = True
        else:
            self._boxes.append(box)

    def touch(self, rects: Iterable[Rect]) -> None:
        """A stamp draws something else in rectangles of the frame's present view."""
        self._rects += rects

    # ------------------------------------------------------------------ bringing up to date
    def update(self, frame: Frame) -> None:
        """Take up what the frame redrew, and what the stamps changed, since the last call."""
        rects = frame.take_redrawn()
        looks = tuple(
            one.look(frame.view, frame.style) if one is not None else True for one in self._lookers
        )
        shown = tuple(s for s, look in zip(self._stamps, looks, strict=True) if look is not None)
        has_moved = self._follow(frame)
        is_stale = self._is_stale or looks != self._looks or not has_moved
        rects += self._rects + [self._rect_of(box, frame) for box in self._boxes]
        self._looks, self._shown, self._is_stale = looks, shown, not shown
        self._rects, self._boxes = [], []
        if not shown:
            return
        whole = (0, 0, frame.width, frame.height)
        rects = [whole] if is_stale else _clipped(rects, whole)
        if is_stale or _area(rects) > _MUCH * frame.width * frame.height:
            self._stamp_whole(frame)
        else:
            for rect in rects:
                self._stamp(frame, rect)

    def _follow(self, frame: Frame) -> bool:
        """Move the ring along with a pan; tells whether it still holds a part of the view."""
        before, view = self._view, frame.view
        is_same = frame is self._frame and before.scale == view.scale
        is_same = is_same and self._ring.shape == (frame.height, frame.width)
        self._frame, self._view = frame, view
        if not is_same:
            return False
        self._ring_x = (self._ring_x + view.kx - before.kx) % frame.width
        self._ring_y = (self._ring_y + before.ky - view.ky) % frame.height
        return True

    @staticmethod
    def _rect_of(box: Box, frame: Frame) -> Rect:
        pad = _SYMBOL_PX * frame.style.pixel_ratio
        (x0, y1), (x1, y0) = frame.view.to_pixels([box[:2], box[2:]])
        far = 2.0 * max(frame.width, frame.height)
        low = np.floor(np.clip([x0 - pad, y0 - pad], -far, far)).astype(int)
        high = np.ceil(np.clip([x1 + pad, y1 + pad], -far, far)).astype(int)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def _stamp_whole(self, frame: Frame) -> None:
        """Start the ring afresh, so that stamps draw into it without a copy."""
        if self._ring.shape != (frame.height, frame.width):
            self._ring = np.empty((frame.height, frame.width), np.uint32)
        self._ring_x = self._ring_y = 0
        self._fill(frame, (0, 0, frame.width, frame.height), self._ring)

    def _stamp(self, frame: Frame, rect: Rect) -> None:
        left, top, right, bottom = rect
        out = np.empty((bottom - top, right - left), np.uint32)
        self._fill(frame, rect, out)
        for x, y, wide, high, column, row in _cut(
            rect, self._ring_x, self._ring_y, frame.width, frame.height
        ):
            self._ring[row : row + high, column : column + wide] = out[
                y - top : y - top + high, x - left : x - left + wide
            ]

    def _fill(self, frame: Frame, rect: Rect, out: NDArray[np.uint32]) -> None:
        """A rectangle of the frame with its stamps."""
        left, top, right, bottom = rect
        for x, y, wide, high, column, row in frame.pieces():
            x0, x1 = max(left, x), min(right, x + wide)
            y0, y1 = max(top, y), min(bottom, y + high)
            if x0 < x1 and y0 < y1:
                ring = frame.rgb[row + y0 - y : row + y1 - y, column + x0 - x : column + x1 - x]
                out[y0 - top : y1 - top, x0 - left : x1 - left] = ring
        view = frame.view.moved(-left, -top).resized(right - left, bottom - top)
        self.n_stamped += out.size
        for stamp in self._shown:
            stamp.draw(out, view, frame.style)

    # ------------------------------------------------------------------ what there is to see
    @property
    def rgb(self) -> NDArray[np.uint32]:
        """The picture as a ring, rows may have a stride."""
        if self._shown or self._frame is None:
            return self._ring
        return self._frame.rgb

    def pieces(self) -> list[Piece]:
        """How to copy the ring to the screen: up to four rectangles."""
        if self._frame is None:
            return []
        if not self._shown:
            return self._frame.pieces()
        wide, high = self._frame.width, self._frame.height
        return _cut((0, 0, wide, high), self._ring_x, self._ring_y, wide, high)

    def image(self) -> NDArray[np.uint32]:
        """(height, width) copy of the picture."""
        view = self._view
        out = np.empty((view.height, view.width), np.uint32)
        for x, y, wide, high, column, row in self.pieces():
            ring = self.rgb[row : row + high, column : column + wide]
            out[y : y + high, x : x + wide] = ring
        return out


def _clipped(rects: Iterable[Rect], whole: Rect) -> list[Rect]:
    """What rectangles and the picture have in common, without those inside others."""
    out: list[Rect] = []
    for left, top, right, bottom in rects:
        one = (max(left, 0), max(top, 0), min(right, whole[2]), min(bottom, whole[3]))
        is_new = one[0] < one[2] and one[1] < one[3] and not any(_holds(o, one) for o in out)
        if is_new:
            out = [other for other in out if not _holds(one, other)]
            out.append(one)
    return out


def _holds(outer: Rect, inner: Rect) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )


def _area(rects: Iterable[Rect]) -> int:
    return sum((right - left) * (bottom - top) for left, top, right, bottom in rects)


def _cut(rect: Rect, ring_x: int, ring_y: int, width: int, height: int) -> list[Piece]:
    """Cut a rectangle where the ring wraps."""
    out: list[Piece] = []
    y = rect[1]
    while y < rect[3]:
        row = (y + ring_y) % height
        high = min(rect[3] - y, height - row)
        x = rect[0]
        while x < rect[2]:
            column = (x + ring_x) % width
            wide = min(rect[2] - x, width - column)
            out.append((x, y, wide, high, column, row))
            x += wide
        y += high
    return out
