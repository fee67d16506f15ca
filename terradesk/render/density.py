"""Many accounts as a raster: cells that are darker the more accounts lie in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from terradesk.render.compose import mix
from terradesk.render.jit import Colours, Floats, Int32s, Int64s, kernel
from terradesk.render.points import PointIndex
from terradesk.render.style import Style
from terradesk.render.view import View

__all__ = ["cell_px", "draw_density"]

_CELL = 2.0  # pixels at 100 %
_LEAST_ALPHA, _MOST_ALPHA, _FULL = 70, 216, 255


def cell_px(style: Style) -> int:
    """Side of a density cell, device pixels. Cells are anchored to the map, not to the picture."""
    return max(1, round(_CELL * style.pixel_ratio))


@kernel
def _bin(
    points: Floats,
    spans: Int64s,
    origin: tuple[float, float],
    cells_per_m: float,
    corner: tuple[int, int],
    every: int,
    grid: Int32s,
) -> None:
    high, wide = grid.shape
    for k in range(len(spans)):
        for i in range(spans[k, 0], spans[k, 1], every):
            x = (points[i, 0] - origin[0]) * cells_per_m - corner[0]
            y = (origin[1] - points[i, 1]) * cells_per_m - corner[1]
            if 0 <= x < wide and 0 <= y < high:
                grid[np.int32(y), np.int32(x)] += np.int32(every)


@kernel
def _shade(
    grid: Int32s, cell: int, lead: tuple[int, int], alphas: Colours, ink: np.uint32, rgb: Colours
) -> None:
    """Darken the pixels of each cell; `lead` is how much of the first cells lies outside."""
    high, wide = rgb.shape
    strengths = np.zeros(wide, np.uint32)
    for row in range(grid.shape[0]):
        low, past = wide, 0
        for column in range(grid.shape[1]):
            left = max(0, column * cell - lead[0])
            right = min(wide, (column + 1) * cell - lead[0])
            n = grid[row, column]
            strengths[left:right] = alphas[min(n, len(alphas) - 1)]
            if n:
                low, past = min(low, left), max(past, right)
        if low >= past:
            continue
        strength = strengths[low:past]
        for y in range(max(0, row * cell - lead[1]), min(high, (row + 1) * cell - lead[1])):
            out = rgb[y, low:past]
            for x in range(len(out)):
                out[x] = mix(out[x], ink, strength[x])


def draw_density(
    rgb: Colours, view: View, points: PointIndex | ArrayLike, style: Style, every: int = 1
) -> None:
    """Darken the map by the number of accounts in each cell, on a logarithmic scale.

    Parameters
    ----------
    rgb : (height, width) uint32
        Changed in place.
    view : View
        The rectangle; a part of the picture gives the same pixels as the whole.
    points : PointIndex or (n, 2) float64
        Metres, finite.
    style : Style
    every : int
        Count only one point in so many, so many times: a rougher picture in less time.
    """
    cell = cell_px(style)
    left, top = view.kx // cell, -view.ky // cell
    right, bottom = (view.kx + view.width) // cell, (view.height - view.ky) // cell
    grid = np.zeros((bottom - top + 1, right - left + 1), np.int32)
    if isinstance(points, PointIndex):
        side = cell / view.px_per_m  # a cell of the edge may hold points outside the rectangle
        x0, y0, x1, y1 = view.box
        xy, spans = points.points, points.spans((x0 - side, y0 - side, x1 + side, y1 + side))
    else:
        xy = np.asarray(points, np.float64).reshape(-1, 2)
        spans = np.array([[0, len(xy)]])
    if not len(xy):
        return
    _bin(xy, spans, view.origin, view.px_per_m / cell, (left, top), every, grid)
    lead = (view.kx - left * cell, -view.ky - top * cell)
    _shade(grid, cell, lead, _alphas(), np.uint32(style.ink("account")), rgb)


def _alphas() -> Colours:
    """Opacity 0..256 by number of accounts; from 255 on it grows no more."""
    share = np.log1p(np.arange(_FULL + 1)) / np.log1p(_FULL)
    out = np.rint(_LEAST_ALPHA + (_MOST_ALPHA - _LEAST_ALPHA) * share).astype(np.uint32)
    out[0] = 0
    return out
