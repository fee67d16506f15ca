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
from terradesk.arcs.jit import Bools, Int32s, Int64s, kernel
from terradesk.arcs.model import Arcs

_OUTSIDE = -1


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
    _roots, ring = np.unique(_rings(ends[0], ends[1], len(corners)), return_inverse=True)
    along[shore] = ring
    on_left = np.where(arcs.left < 0, along, -1).astype(np.int32)
    on_right = np.where(arcs.right < 0, along, -1).astype(np.int32)
    # A shore runs around water counter-clockwise, around the whole map clockwise: area below 0.
    areas = figures.areas(arcs.xy, arcs.offsets, on_left, on_right, len(_roots))
    node = np.append(np.where(areas > 0, arcs.n_units + np.cumsum(areas > 0) - 1, -1), -1)
    return node[along].astype(np.int64), int((areas > 0).sum())


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
