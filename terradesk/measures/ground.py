"""What lies beside what on the map: units, enclosed water and the open outside as one graph.

Holes are found on this graph: a gap is enclosed when no way leads from it to the outside except
through the territory around it. Water inside the map (a lake between counties) is a place one can
cross; the sea and foreign land are the outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from terradesk.arcs import figures
from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, kernel
from terradesk.arcs.model import Arcs

_OUTSIDE = -1
_FAR = 2**40  # cm, beyond every coordinate


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Units (nodes ``0 ... n_units - 1``) and enclosed waters (the nodes after them).

    Parameters
    ----------
    n_units, n_nodes : int
    starts, others : ndarray of int32, shapes (n_nodes + 1,) and (m,)
        Neighbours of each node by shared border, in compressed rows.
    is_open : ndarray of bool, shape (n_nodes,)
        Touches the outside.
    has_area : ndarray of bool, shape (n_units,)
        Has a border at all; what has none can neither be detached nor enclose anything.
    """

    n_units: int
    n_nodes: int
    starts: Int32s
    others: Int32s
    is_open: Bools
    has_area: Bools


_GROUNDS: WeakKeyDictionary[Arcs, Ground] = WeakKeyDictionary()


def ground_of(arcs: Arcs) -> Ground:
    """The graph of a coverage; made once for each."""
    found = _GROUNDS.get(arcs)
    if found is None:
        found = _GROUNDS[arcs] = _make(arcs)
    return found


def _make(arcs: Arcs) -> Ground:
    n = arcs.n_units
    left, right = arcs.left.astype(np.int64), arcs.right.astype(np.int64)
    water, n_waters = _waters(arcs)
    left, right = np.where(left < 0, water, left), np.where(right < 0, water, right)
    n_nodes = n + n_waters
    outside = (left == _OUTSIDE) | (right == _OUTSIDE)
    is_open = np.zeros(n_nodes, bool)
    is_open[np.maximum(left, right)[outside]] = True
    real = ~outside & (left != right) & (arcs.lengths > 0)
    a, b = left[real], right[real]
    pairs = np.unique(np.concatenate((a * n_nodes + b, b * n_nodes + a)))
    starts = np.searchsorted(pairs, np.arange(n_nodes + 1, dtype=np.int64) * n_nodes)
    others = pairs % max(n_nodes, 1)
    has_area = np.diff(arcs.unit_starts) > 0
    return Ground(n, n_nodes, starts.astype(np.int32), others.astype(np.int32), is_open, has_area)


def _waters(arcs: Arcs) -> tuple[Int64s, int]:
    """Node of the enclosed water along each arc (n_arcs,), -1 for the outside; and their number."""
    along = np.full(arcs.n_arcs, _OUTSIDE, np.int64)
    shore = np.flatnonzero((arcs.left < 0) != (arcs.right < 0))
    first, last = arcs.xy[arcs.offsets[shore]], arcs.xy[arcs.offsets[shore + 1] - 1]
    corners, at = np.unique(np.concatenate((first, last)), axis=0, return_inverse=True)
    ends = at.reshape(2, -1)
    roots, ring = np.unique(_rings(ends[0], ends[1], len(corners)), return_inverse=True)
    along[shore] = ring
    on_left = np.where(arcs.left < 0, along, -1).astype(np.int32)
    on_right = np.where(arcs.right < 0, along, -1).astype(np.int32)
    # A shore runs around water counter-clockwise, around land clockwise: an area below 0.
    areas = figures.areas(arcs.xy, arcs.offsets, on_left, on_right, len(roots))
    node = np.where(areas > 0, arcs.n_units + np.cumsum(areas > 0) - 1, _OUTSIDE)
    _put_islands_into_lakes(arcs, shore, ring, areas, node)
    return np.append(node, _OUTSIDE)[along].astype(np.int64), int((areas > 0).sum())


def _put_islands_into_lakes(
    arcs: Arcs, shore: Int64s, ring: Int64s, areas: Floats, node: Int64s
) -> None:
    """The water around an island in a lake is the lake: sets ``node`` of the island's ring."""
    n = len(areas)
    boxes = np.tile(np.array([_FAR, _FAR, -_FAR, -_FAR], np.int64), (n, 1))
    np.minimum.at(boxes[:, :2], ring, arcs.boxes[shore, :2])
    np.maximum.at(boxes[:, 2:], ring, arcs.boxes[shore, 2:])
    point = np.zeros((n, 2), np.int64)
    point[ring] = arcs.xy[arcs.offsets[shore]]
    island = areas < 0
    for lake in np.flatnonzero(areas > 0)[np.argsort(-areas[areas > 0])].tolist():  # small last
        box = boxes[lake]
        inside = (boxes[:, :2] >= box[:2]).all(axis=1) & (boxes[:, 2:] <= box[2:]).all(axis=1)
        for other in np.flatnonzero(inside & island).tolist():
            if _surrounds(arcs, shore[ring == lake], point[other]):
                node[other] = node[lake]


def _surrounds(arcs: Arcs, rows: Int64s, point: Int64s) -> bool:
    """Whether a ray from the point crosses the arcs an odd number of times."""
    n_crossed = 0
    for row in rows.tolist():
        line = arcs.xy[arcs.offsets[row] : arcs.offsets[row + 1]].astype(float) - point
        (x0, y0), (x1, y1) = line[:-1].T, line[1:].T
        cut = (y0 <= 0) != (y1 <= 0)
        at = x0[cut] - y0[cut] * (x1[cut] - x0[cut]) / (y1[cut] - y0[cut])
        n_crossed += int((at > 0).sum())
    return n_crossed % 2 == 1


@kernel
def _rings(first: Int64s, last: Int64s, n_points: int) -> Int64s:
    """Ring of each shore arc: arcs that share end points belong to one."""
    above = np.arange(n_points)
    for k in range(len(first)):
        a, b = first[k], last[k]
        while above[a] != a:
            above[a] = above[above[a]]
            a = above[a]
        while above[b] != b:
            above[b] = above[above[b]]
            b = above[b]
        above[max(a, b)] = min(a, b)
    out = np.empty(len(first), np.int64)
    for k in range(len(first)):
        a = first[k]
        while above[a] != a:
            a = above[a]
        out[k] = a
    return out
