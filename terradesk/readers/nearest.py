"""The nearest unit to points that lie outside all units."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk.arcs import Arcs


def nearest_units(arcs: Arcs, points: np.ndarray, reach: float) -> np.ndarray:
    """Unit whose outer border is nearest to each point.

    Parameters
    ----------
    arcs : Arcs
    points : (n, 2) float64
        Metres.
    reach : float
        Metres.

    Returns
    -------
    (n,) int32
        -1 where there is none within reach. Of equally near ones the lowest.
    """
    out = np.full(len(points), -1, np.int32)
    outer = np.flatnonzero((arcs.left < 0) != (arcs.right < 0))
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    if len(outer) == 0 or len(known) == 0:
        return out
    owners = np.maximum(arcs.left[outer], arcs.right[outer])
    tree = shapely.STRtree(_lines(arcs, outer))
    asked, found = tree.query_nearest(shapely.points(points[known]), max_distance=reach)
    order = np.lexsort((owners[found], asked))
    rows, first = np.unique(asked[order], return_index=True)
    out[known[rows]] = owners[found[order[first]]]
    return out


def _lines(arcs: Arcs, rows: np.ndarray) -> np.ndarray:
    offsets = arcs.offsets.astype(np.int64)
    counts = offsets[rows + 1] - offsets[rows]
    starts = np.cumsum(counts) - counts
    vertices = np.repeat(offsets[rows] - starts, counts) + np.arange(counts.sum())
    xy = arcs.xy[vertices] / 100.0 + np.asarray(arcs.origin)
    return np.asarray(shapely.linestrings(xy, indices=np.repeat(np.arange(len(rows)), counts)))
