"""Links between points that do not hang together."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike

from terradesk.arcs.jit import Floats, Int64s


def spanning_links(points: ArrayLike, pairs: ArrayLike) -> np.ndarray:
    """Shortest links that join groups of points: edges of the Euclidean minimum spanning tree.

    The tree lies within the Delaunay triangulation (Preparata and Shamos 1985, Computational
    Geometry, 5.3.2); Kruskal's algorithm adds its edges after those given.

    Parameters
    ----------
    points : (n, 2) float
        Distinct.
    pairs : (m, 2) int
        Rows that are joined already.

    Returns
    -------
    (k, 2) int32
        Rows, so that all points hang together.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    xy = np.asarray(points, np.float64).reshape(-1, 2)
    a, b = np.asarray(pairs, np.int64).reshape(-1, 2).T
    joined = coo_array((np.ones(len(a), bool), (a, b)), (len(xy), len(xy)))
    n, group = connected_components(joined, directed=False)
    edges = delaunay_edges(xy)
    edges = edges[group[edges[:, 0]] != group[edges[:, 1]]]
    order = np.argsort(np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T), kind="stable")
    root = np.arange(n)
    out = []
    for a, b in edges[order].tolist():
        one, other = _root(root, group[a]), _root(root, group[b])
        if one != other:
            root[one] = other
            out.append((a, b))
    return np.array(out, np.int32).reshape(-1, 2)


def _root(root: Int64s, row: int) -> int:
    while root[row] != row:
        root[row] = root[root[row]]
        row = int(root[row])
    return row


def delaunay_edges(xy: Floats) -> Int64s:
    """Sides of the Delaunay triangulation of distinct points.

    Parameters
    ----------
    xy : (n, 2) float64

    Returns
    -------
    (k, 2) int64
        Pairs of rows; also along the points from west to east, should they have no width.
    """
    numbers = xy[:, 0] + 1j * xy[:, 1]  # sorted by x, then y
    along = np.argsort(numbers, kind="stable")
    chain = np.column_stack((along[:-1], along[1:]))
    if len(xy) < 3:
        return chain
    edges = shapely.delaunay_triangles(shapely.multipoints(xy), only_edges=True)
    ends = shapely.get_coordinates(edges)
    found = along[np.searchsorted(numbers[along], ends[:, 0] + 1j * ends[:, 1])]
    return np.vstack((found.reshape(-1, 2), chain))
