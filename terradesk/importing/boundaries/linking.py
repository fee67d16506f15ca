"""Links proposed for areas that join a plan: islands, and the gap to what is there."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk.arcs import Arcs, components

REACH = 120_000.0
"""Metres of water or empty land that a proposed link crosses at most."""


def proposed_links(
    arcs: Arcs,
    shapes: np.ndarray,
    is_new: np.ndarray,
    bridges: np.ndarray,
    reach: float = REACH,
) -> np.ndarray:
    """The shortest links that join landmasses of newcomers to others (Borůvka).

    Parameters
    ----------
    arcs : Arcs
        Of all units.
    shapes : (n_units,) object array of shapely geometries or None
        Metres.
    is_new : (n_units,) bool
    bridges : (k, 2) int
        Links that are there.
    reach : float
        Metres.

    Returns
    -------
    (k, 2) int32
        Rows; landmasses of old units are not joined to each other.
    """
    land = components(arcs, np.zeros(arcs.n_units, np.int32), 1).parts.astype(np.int64)
    has_area = ~shapely.is_missing(shapes)
    for a, b in bridges.tolist():
        if 0 <= a < len(land) and 0 <= b < len(land) and land[a] != land[b]:
            land = np.where(land == land[b], land[a], land)
    out: list[tuple[int, int]] = []
    while True:
        found = _nearest(land, shapes, has_area, is_new, reach)
        if not found:
            return np.array(out, np.int32).reshape(-1, 2)
        for a, b in found:
            if land[a] != land[b]:
                out.append((a, b))
                land = np.where(land == land[b], land[a], land)


def _nearest(
    land: np.ndarray, shapes: np.ndarray, has_area: np.ndarray, is_new: np.ndarray, reach: float
) -> list[tuple[int, int]]:
    """For each landmass of newcomers alone: one of these and the nearest unit of another one."""
    marks = np.setdiff1d(land[has_area], land[has_area & ~is_new])
    if len(marks) and not (has_area & ~is_new).any():  # all are new: the largest waits
        sizes = np.bincount(land[has_area])
        marks = np.delete(marks, sizes[marks].argmax())
    rows = np.flatnonzero(has_area)
    out = []
    for mark in marks:
        own, others = rows[land[rows] == mark], rows[land[rows] != mark]
        tree = shapely.STRtree(shapes[others])
        pairs, metres = tree.query_nearest(shapes[own], reach, return_distance=True)
        if len(metres):
            k = int(metres.argmin())
            out.append((int(own[pairs[0, k]]), int(others[pairs[1, k]])))
    return out
