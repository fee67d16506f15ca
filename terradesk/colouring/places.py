"""Places of a design as layers of the map: homes of reps, start points, links, barriers.

They are None where a design has none. Screen and files draw the same.
"""

from __future__ import annotations

import numpy as np
import shapely

from terradesk import records as rec
from terradesk.plan import AlignmentView
from terradesk.projection import LONLAT, to_plan
from terradesk.render.flags import FlagStamp
from terradesk.render.homes import HomeStamp
from terradesk.render.linework import LinkStamp, VectorStamp

__all__ = ["BARRIER_COLOUR", "BETWEEN", "barriers", "homes", "links", "start_places", "starts"]

BETWEEN = 100
"""Orders of own layers between two layers that every plan has."""

BARRIER_COLOUR = "#B5325A"
"""Tells barriers from every other line, on light and dark fills."""


def homes(view: AlignmentView) -> HomeStamp | None:
    """Homes of all reps in the colours of their territories."""
    reps = [r for r in view.plan.rows(rec.Rep) if None not in (r.home_lon, r.home_lat)]
    degrees = np.array([(r.home_lon, r.home_lat) for r in reps], np.float64).reshape(-1, 2)
    places = to_plan(degrees, LONLAT, view.plan.crs)
    known = np.isfinite(places).all(axis=1)
    of_rep = {rep.id: territory for territory, rep in reversed(view.owners.items())}
    nodes = [view.territories.get(of_rep.get(r.id, -1)) for r in reps]
    colours = np.array([n.colour if n is not None else -1 for n in nodes], np.int64)
    initials = ["".join(word[0] for word in r.name.split()[:2]).upper() for r in reps]
    kept = [text for text, is_known in zip(initials, known, strict=True) if is_known]
    return HomeStamp(places[known], colours[known], kept) if known.any() else None


def links(view: AlignmentView) -> LinkStamp | None:
    """Links over water between the middles of areas."""
    arcs = view.plan.arcs
    rows = [(b.unit_a, b.unit_b) for b in view.plan.rows(rec.Bridge)]
    if arcs is None or not rows:
        return None
    pairs = np.array(rows, np.int64)
    pairs = pairs[((pairs >= 0) & (pairs < arcs.n_units)).all(axis=1)]
    ends = arcs.centres[pairs] / 100 + np.array(arcs.origin)
    ends = ends[np.isfinite(ends).all(axis=(1, 2))]
    return LinkStamp(ends.reshape(-1, 4)) if len(ends) else None


def barriers(view: AlignmentView) -> VectorStamp | None:
    """Borders that no territory of the builder may cross."""
    from terradesk.render.basemap_reading import lines
    from terradesk.render.points import PointIndex

    arcs = view.plan.arcs
    rows = [(b.unit_a, b.unit_b) for b in view.plan.rows(rec.Barrier)]
    if arcs is None or not rows:
        return None
    n, pairs = arcs.n_units, np.sort(np.array(rows, np.int64), axis=1)
    sides = np.sort(np.column_stack((arcs.left, arcs.right)).astype(np.int64), axis=1)
    is_barrier = np.isin(sides @ (n, 1), pairs @ (n, 1)) & (sides[:, 0] >= 0)
    ends = zip(arcs.offsets[:-1][is_barrier], arcs.offsets[1:][is_barrier], strict=True)
    metres = [arcs.xy[first:last] / 100 + np.array(arcs.origin) for first, last in ends]
    if not metres:
        return None
    line = lines(np.array([shapely.LineString(xy) for xy in metres], object), arcs.origin)
    none = lines(np.empty(0, object), arcs.origin)
    return VectorStamp(line, none, PointIndex.build(np.empty((0, 2))), BARRIER_COLOUR, 3.0)


def start_places(view: AlignmentView) -> tuple[np.ndarray, list[int]]:
    """Start points that can be on the map: (n, 2) metres, and the territory of each."""
    found = [s for t, s in view.seeds.items() if t in view.territories]
    if not found:
        return np.empty((0, 2)), []  # without the libraries that a projection needs
    degrees = np.array([(s.lon, s.lat) for s in found], np.float64).reshape(-1, 2)
    places = to_plan(degrees, LONLAT, view.plan.crs)
    known = np.isfinite(places).all(axis=1)
    return places[known], [found[i].territory for i in np.flatnonzero(known)]


def starts(view: AlignmentView) -> FlagStamp | None:
    """Start points of territories in their colours."""
    places, ids = start_places(view)
    colours = np.array([view.territories[t].colour for t in ids], np.int64)
    return FlagStamp(places, colours, np.array(ids, np.int64)) if ids else None
