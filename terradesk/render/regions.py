"""Where the name of a neighbouring country may stand: a coarse raster of land cut at borders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from terradesk.arcs import Arcs
from terradesk.render.jit import Bytes, Floats, Int32s, kernel
from terradesk.render.lines import thin_lines
from terradesk.render.scan import Job
from terradesk.render.view import View

__all__ = ["country_regions", "room"]

_CELLS = 360  # along the longer side
_NEAR_CELLS = 4


@kernel
def _flood(free: Bytes, row: int, column: int, value: int, out: NDArray[np.int16]) -> None:
    """Give `value` to the free cells that hang together with a start cell."""
    high, wide = free.shape
    stack = np.empty((high * wide, 2), np.int32)
    stack[0, 0], stack[0, 1] = row, column
    out[row, column] = value
    n = 1
    while n:
        n -= 1
        y, x = stack[n, 0], stack[n, 1]
        for k in range(4):
            v = y + (1 if k == 0 else -1 if k == 1 else 0)
            u = x + (1 if k == 2 else -1 if k == 3 else 0)
            if 0 <= v < high and 0 <= u < wide and free[v, u] and out[v, u] < 0:
                out[v, u] = value
                stack[n, 0], stack[n, 1] = v, u
                n += 1


@kernel
def room(free: Bytes) -> Int32s:
    """Steps (king's moves) from each cell to the nearest cell that is not free or outside."""
    high, wide = free.shape
    out = np.zeros((high, wide), np.int32)
    for y in range(high):
        for x in range(wide):
            if free[y, x] and 0 < y < high - 1 and 0 < x < wide - 1:
                low = min(out[y - 1, x], out[y, x - 1])
                out[y, x] = 1 + min(low, out[y - 1, x - 1], out[y - 1, x + 1])
            elif free[y, x]:
                out[y, x] = 1
    for y in range(high - 2, 0, -1):
        for x in range(wide - 2, 0, -1):
            if free[y, x]:
                low = min(out[y + 1, x], out[y, x + 1])
                low = 1 + min(low, out[y + 1, x - 1], out[y + 1, x + 1])
                out[y, x] = min(out[y, x], low)
    return out


def country_regions(
    land: Arcs, borders: Arcs, points: Floats, box: tuple[float, float, float, float]
) -> NDArray[np.int16]:
    """Raster of the country of each cell of a box.

    Parameters
    ----------
    land, borders : Arcs
    points : (k, 2) float64
        A point in each country, metres; the first one floods its land first.
    box : tuple of float
        x0, y0, x1, y1, metres.

    Returns
    -------
    (rows, columns) int16
        Row of `points`, -1 for sea and unknown land.
    """
    from terradesk.render.frame import Frame
    from terradesk.render.state import MapState
    from terradesk.render.style import Style

    scale = _CELLS / max(box[2] - box[0], box[3] - box[1])
    wide, high = int((box[2] - box[0]) * scale) + 1, int((box[3] - box[1]) * scale) + 1
    view = View.at(box[0], box[3], scale, (wide, high), land.origin)
    frame = Frame(MapState(land, np.zeros(land.n_units, np.int32)), Style(), wide, high)
    frame.view = view
    frame.draw_ids()
    cut = np.zeros((high, frame.stride), np.uint8)
    line = borders.levels[0]
    thin_lines(
        np.arange(borders.n_arcs, dtype=np.int32),
        np.full(borders.n_arcs, 127, np.uint8),
        line.xy,
        line.offsets,
        view.place,
        Job(0, wide, 0, high, 0, 0),
        cut,
    )
    free = ((frame.ids() >= 0) & (cut[:, :wide] == 0)).astype(np.uint8)
    out = np.full((high, wide), -1, np.int16)
    for k, (x, y) in enumerate(view.to_pixels(points)):
        at = _nearest_free(free, out, int(y), int(x))
        if at is not None:
            _flood(free, *at, k, out)
    return out


def _nearest_free(
    free: Bytes, taken: NDArray[np.int16], row: int, column: int
) -> tuple[int, int] | None:
    """Cell near a point that is land and has no country yet."""
    y0, x0 = max(0, row - _NEAR_CELLS), max(0, column - _NEAR_CELLS)
    around = np.s_[y0 : max(0, row + _NEAR_CELLS + 1), x0 : max(0, column + _NEAR_CELLS + 1)]
    y, x = np.nonzero((free[around] > 0) & (taken[around] < 0))
    if not len(y):
        return None
    best = int(((y + y0 - row) ** 2 + (x + x0 - column) ** 2).argmin())
    return int(y[best] + y0), int(x[best] + x0)
