"""Water links: islands and far shores that roads and ferries join are no detached parts."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk.arcs import Arcs, components

REACH = 120_000.0
"""Metres of water that a link crosses at most."""

CROSSINGS = {
    "county": (
        ("06041", "06075", "Golden Gate Bridge"),
        ("06001", "06075", "San Francisco-Oakland Bay Bridge"),
        ("26047", "26097", "Mackinac Bridge"),
        ("36047", "36085", "Verrazzano-Narrows Bridge"),
        ("51131", "51810", "Chesapeake Bay Bridge-Tunnel"),
    )
}
"""Roads over water by layer: codes of both ends and the name."""


def water_links(arcs: Arcs, polygons: np.ndarray, reach: float = REACH) -> np.ndarray:
    """Pairs of units that join separate landmasses by the shortest ways across water.

    Each landmass but the largest is linked to the nearest unit of another one, again and again
    until only gaps wider than the reach are left (Borůvka's spanning tree).

    Parameters
    ----------
    arcs : Arcs
    polygons : (n_units,) object array
        The clean coverage that the arcs were built from, metres.
    reach : float
        Metres.

    Returns
    -------
    (k, 2) int32
        Unit rows.
    """
    land = components(arcs, np.zeros(arcs.n_units, np.int32), 1).parts
    links: list[tuple[int, int]] = []
    while True:
        found = _nearest_coasts(land, polygons, reach)
        if not found:
            return np.array(links, np.int32).reshape(-1, 2)
        for a, b in found:
            if land[a] != land[b]:
                links.append((a, b))
                land = np.where(land == land[b], land[a], land)


def _nearest_coasts(land: np.ndarray, polygons: np.ndarray, reach: float) -> list[tuple[int, int]]:
    """For each landmass but the largest: one of its units and the nearest unit of another."""
    marks, counts = np.unique(land, return_counts=True)
    found = []
    for mark in np.delete(marks, counts.argmax()):
        own, others = np.flatnonzero(land == mark), np.flatnonzero(land != mark)
        tree = shapely.STRtree(polygons[others])
        pairs, metres = tree.query_nearest(polygons[own], reach, return_distance=True)
        if len(metres):
            k = int(metres.argmin())
            found.append((int(own[pairs[0, k]]), int(others[pairs[1, k]])))
    return found
