"""Areas that water parts from the others, and the shortest ways between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs import Arcs, components
from terradesk.arcs.linking import spanning_links

_MOST_POINTS = 150_000


@dataclass(frozen=True, slots=True)
class Crossing:
    """A way over water.

    Parameters
    ----------
    a, b : int
        Units on either side, a < b.
    metres : float
        Between their nearest corners.
    """

    a: int
    b: int
    metres: float


def crossings(arcs: Arcs) -> list[Crossing]:
    """Ways by which all areas hang together: the shortest between groups that share no border.

    Ends are corners of the outer borders; of very large maps some of them. Areas that meet in a
    corner count as parted by no distance.

    Parameters
    ----------
    arcs : Arcs

    Returns
    -------
    list of Crossing
        One less than there are groups, the shortest first.
    """
    labels = np.where(arcs.areas > 0, 0, -1)
    found = components(arcs, labels, 1)
    if len(labels) == 0 or found.counts[0] < 2:
        return []
    part = np.asarray(found.parts, np.int64)
    xy, unit = _shore(arcs)
    places, first, inverse = np.unique(xy, axis=0, return_index=True, return_inverse=True)
    inverse = inverse.ravel()
    links = spanning_links(places.astype(np.float64), _chains(part[unit], inverse))
    corners = _corners(first[inverse], unit, part)
    ends = np.vstack((unit[corners], unit[first[links]]))
    steps = places[links[:, 0]] - places[links[:, 1]]
    metres = np.concatenate((np.zeros(len(corners)), np.hypot(steps[:, 0], steps[:, 1]) / 100))
    return _spanning(ends, metres, part)


def _shore(arcs: Arcs) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (cm) of borders with nothing beyond, and the unit of each."""
    outer = np.flatnonzero((arcs.left < 0) != (arcs.right < 0))
    starts, stops = arcs.offsets[outer].astype(np.int64), arcs.offsets[outer + 1].astype(np.int64)
    sizes = stops - starts
    step = int(sizes.sum()) // _MOST_POINTS + 1
    taken = -(-sizes // step)
    owner = np.repeat(np.arange(len(outer)), taken)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(taken) - taken, taken)
    unit = np.maximum(arcs.left[outer], arcs.right[outer])[owner].astype(np.int64)
    return arcs.xy[starts[owner] + step * place].astype(np.int64), unit


def _corners(first: np.ndarray, unit: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Pairs of vertices at the same place that belong to different groups."""
    differ = np.flatnonzero(part[unit[first]] != part[unit])
    return np.column_stack((first[differ], differ))


def _chains(group: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Pairs that tie the places of each group together."""
    order = np.argsort(group, kind="stable")
    same = group[order[1:]] == group[order[:-1]]
    return np.column_stack((place[order[:-1]][same], place[order[1:]][same]))


def _spanning(ends: np.ndarray, metres: np.ndarray, part: np.ndarray) -> list[Crossing]:
    """Of ways in any order those that join groups not joined yet, the shortest first."""
    root: dict[int, int] = {}

    def find(group: int) -> int:
        while (up := root.get(group, group)) != group:
            group = up
        return group

    out = []
    for k in np.argsort(metres, kind="stable").tolist():
        a, b = sorted(int(unit) for unit in ends[k])
        one, two = find(int(part[a])), find(int(part[b]))
        if one != two:
            root[one] = two
            out.append(Crossing(a, b, float(metres[k])))
    return out
