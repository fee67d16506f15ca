"""Points sorted by place: those in view are found, counted and drawn without looking at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from terradesk.render.jit import Floats, Int64s, kernel

__all__ = ["MANY", "PointIndex", "radii"]

MANY = 20_000
"""Accounts in view from which on a density raster is drawn."""

_CELLS = 512
_LEAST_RADIUS, MOST_RADIUS = 1.1, 7.5
_PLAIN_RADIUS = 2.0

Box = tuple[float, float, float, float]


def radii(values: ArrayLike) -> Floats:
    """Radius of each disc in pixels at 100 %: area by value, 1.1 to 7.5.

    The largest value gets the largest disc; values that are not positive the smallest. Where all
    values are the same, size says nothing and every disc is small.
    """
    known = np.nan_to_num(np.asarray(values, np.float64), posinf=0.0).clip(min=0)
    top = float(known.max(initial=0.0))
    if top <= float(known.min(initial=top)):
        return np.full(len(known), _PLAIN_RADIUS)
    return (0.9 + (MOST_RADIUS - 0.9) * np.sqrt(known / top)).clip(_LEAST_RADIUS, MOST_RADIUS)


@kernel
def _index(points: Floats, n: int, x0: float, y0: float, cell: float) -> tuple[Int64s, Int64s]:
    """Counting sort into an n x n grid: order and first row of each cell."""
    cells = np.empty(len(points), np.int64)
    starts = np.zeros(n * n + 1, np.int64)
    for i in range(len(points)):
        column = min(n - 1, max(0, int((points[i, 0] - x0) / cell)))
        row = min(n - 1, max(0, int((points[i, 1] - y0) / cell)))
        cells[i] = row * n + column
        starts[cells[i] + 1] += 1
    for c in range(n * n):
        starts[c + 1] += starts[c]
    fill = starts.copy()
    order = np.empty(len(points), np.int64)
    for i in range(len(points)):
        order[fill[cells[i]]] = i
        fill[cells[i]] += 1
    return order, starts


@kernel
def _count(points: Floats, spans: Int64s, sure: Int64s, box: Box) -> int:
    """Points of the spans in a box; those of the places between `sure` need no look."""
    x0, y0, x1, y1 = box
    n = 0
    for k in range(len(spans)):
        low, high = spans[k, 0], spans[k, 1]
        first, last = max(low, sure[k, 0]), min(high, sure[k, 1])
        if first < last:
            n += last - first
        else:
            first = last = high
        for side in range(2):
            for i in range(low if side == 0 else last, first if side == 0 else high):
                x, y = points[i, 0], points[i, 1]
                n += x0 <= x and x <= x1 and y0 <= y and y <= y1
    return n


@kernel
def _count_near(points: Floats, spans: Int64s, x: float, y: float, radius: float) -> int:
    n = 0
    for k in range(len(spans)):
        for i in range(spans[k, 0], spans[k, 1]):
            dx, dy = points[i, 0] - x, points[i, 1] - y
            n += dx * dx + dy * dy <= radius * radius
    return n


@dataclass(frozen=True, eq=False)
class PointIndex:
    """Points sorted into a grid of 512 x 512 cells.

    Attributes
    ----------
    order : (n,) int64
        Rows of the given points in map order.
    points : (n, 2) float64
        Metres, in map order.
    starts : (cells + 1,) int64
        First place in map order of each cell.
    corner : tuple of float
        Lower left, metres.
    cell : float
        Side, metres.
    """

    order: Int64s
    points: Floats
    starts: Int64s
    corner: tuple[float, float]
    cell: float

    @classmethod
    def build(cls, points: ArrayLike) -> PointIndex:
        """Index of points (n, 2) in metres; those without coordinates (NaN) are left out."""
        xy = np.asarray(points, np.float64).reshape(-1, 2)
        known = np.flatnonzero(np.isfinite(xy).all(axis=1))
        low = xy[known].min(axis=0) if len(known) else np.zeros(2)
        span = float((xy[known] - low).max()) if len(known) else 0.0
        cell = max(span / _CELLS, 1e-3) * 1.0001
        order, starts = _index(xy[known], _CELLS, float(low[0]), float(low[1]), cell)
        rows = known[order]
        return cls(rows, xy[rows], starts, (float(low[0]), float(low[1])), cell)

    def _cells(self, box: Box) -> tuple[int, int, int, int]:
        """Columns and rows of the cells that a box touches: first, past the last, twice."""
        low = [int(np.clip((box[i] - self.corner[i]) // self.cell, 0, _CELLS)) for i in (0, 1)]
        high = [
            int(np.clip((box[i + 2] - self.corner[i]) // self.cell + 1, 0, _CELLS)) for i in (0, 1)
        ]
        return low[0], max(low[0], high[0]), low[1], max(low[1], high[1])

    def spans(self, box: Box) -> Int64s:
        """Runs of places in map order that hold all points of a box, and others near it.

        Returns
        -------
        (k, 2) int64
            First place and past the last, ascending.
        """
        if not len(self.order):
            return np.zeros((0, 2), np.int64)
        c0, c1, r0, r1 = self._cells(box)
        rows = np.arange(r0, r1) * _CELLS
        return np.column_stack([self.starts[rows + c0], self.starts[rows + c1]])

    def inside(self, box: Box) -> Int64s:
        """Places in map order of the points in a box in metres."""
        spans = self.spans(box)
        lengths = spans[:, 1] - spans[:, 0]
        ends = np.cumsum(lengths)
        found = np.repeat(spans[:, 0] - ends + lengths, lengths) + np.arange(lengths.sum())
        xy = self.points[found]
        keep = (xy[:, 0] >= box[0]) & (xy[:, 0] <= box[2])
        return found[keep & (xy[:, 1] >= box[1]) & (xy[:, 1] <= box[3])]

    def count(self, box: Box) -> int:
        """How many points lie in a box in metres, exactly."""
        spans = self.spans(box)
        if not len(spans):
            return 0
        c0, c1, r0, r1 = self._cells(box)
        rows = np.arange(r0, r1) * _CELLS
        sure = np.column_stack([self.starts[rows + min(c0 + 1, c1)],
                                self.starts[rows + max(c1 - 1, c0)]])  # fmt: skip
        sure[[0, -1]] = 0
        x0, y0, x1, y1 = (float(v) for v in box)
        return int(_count(self.points, spans, sure, (x0, y0, x1, y1)))

    def count_near(self, x: float, y: float, radius: float) -> int:
        """How many points lie within a radius in metres of a place, exactly."""
        spans = self.spans((x - radius, y - radius, x + radius, y + radius))
        return int(_count_near(self.points, spans, float(x), float(y), float(radius)))
