"""The nearest unit to points that lie outside all units."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import shapely

from terradesk.arcs import Arcs


class Outline:
    """The outer border of a coverage, to be asked many times.

    Parameters
    ----------
    arcs : Arcs
    """

    def __init__(self, arcs: Arcs) -> None:
        self.arcs = arcs

    @cached_property
    def _outer(self) -> np.ndarray:
        return np.flatnonzero((self.arcs.left < 0) != (self.arcs.right < 0))

    @cached_property
    def _owners(self) -> np.ndarray:
        return np.maximum(self.arcs.left[self._outer], self.arcs.right[self._outer])

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(_lines(self.arcs, self._outer))

    def nearest(
        self, points: np.ndarray, reach: float | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Unit whose outer border is nearest to each point, and how far it is.

        Parameters
        ----------
        points : (n, 2) float64
            Metres.
        reach : float, optional
            Metres; without it there is no limit.

        Returns
        -------
        units : (n,) int32
            -1 where there is none within reach. Of equally near ones the lowest.
        distances : (n,) float64
            Metres; NaN where there is none.
        """
        units, far = np.full(len(points), -1, np.int32), np.full(len(points), np.nan)
        known = np.flatnonzero(np.isfinite(points).all(axis=1))
        if len(self._outer) == 0 or len(known) == 0:
            return units, far
        (asked, found), distances = self._tree.query_nearest(
            shapely.points(points[known]), max_distance=reach, return_distance=True
        )
        order = np.lexsort((self._owners[found], asked))
        rows, first = np.unique(asked[order], return_index=True)
        units[known[rows]] = self._owners[found[order[first]]]
        far[known[rows]] = distances[order[first]]
        return units, far


def nearest_units(arcs: Arcs, points: np.ndarray, reach: float) -> np.ndarray:
    """Unit whose outer border is nearest to each point, (n,) int32; see `Outline.nearest`."""
    return Outline(arcs).nearest(points, reach)[0]


def _lines(arcs: Arcs, rows: np.ndarray) -> np.ndarray:
    offsets = arcs.offsets.astype(np.int64)
    counts = offsets[rows + 1] - offsets[rows]
    starts = np.cumsum(counts) - counts
    vertices = np.repeat(offsets[rows] - starts, counts) + np.arange(counts.sum())
    xy = arcs.xy[vertices] / 100.0 + np.asarray(arcs.origin)
    return np.asarray(shapely.linestrings(xy, indices=np.repeat(np.arange(len(rows)), counts)))
