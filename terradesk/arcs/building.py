"""Polygons to arcs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from terradesk.arcs import levels
from terradesk.arcs.figures import arc_boxes
from terradesk.arcs.jit import Int32s, Objects
from terradesk.arcs.model import Arcs, assemble
from terradesk.arcs.ordering import gather, hilbert_keys
from terradesk.arcs.topology import cut
from terradesk.arcs.wkb import read


def build(polygons: Objects, origin: tuple[float, float] | None = None) -> Arcs:
    """Arcs of a coverage.

    Parameters
    ----------
    polygons : (n_units,) object array of shapely geometries
        (Multi)Polygons in metres of the plan's CRS, as `clean` returns them; None and empty
        ones give units without arcs. Borders are shared where their vertices are equal.
    origin : (x, y) in metres, optional
        What coordinates are measured from; by default the middle of the extent, on a whole
        metre, so that a coverage keeps its vertices when units join it.

    Raises
    ------
    ValueError
        A geometry is not polygonal.
    TerraDeskError
        A coordinate is not a number or lies more than 21,000 km from the origin.
    """
    geometries = np.asarray(polygons, object)
    kinds = shapely.get_type_id(geometries)
    if not np.isin(kinds, (-1, 3, 6)).all():
        raise ValueError("only polygons have arcs; clean() drops other geometry")
    wkb = shapely.to_wkb(geometries, byte_order=1, output_dimension=2)
    return from_wkb(wkb.tolist(), origin)


def from_wkb(wkb: Sequence[bytes | None], origin: tuple[float, float] | None = None) -> Arcs:
    """Arcs of a coverage given as little-endian WKB; see `build`.

    Raises
    ------
    ValueError
        A unit is not a complete little-endian (Multi)Polygon.
    TerraDeskError
        A coordinate is not a number or lies more than 21,000 km from the origin.
    """
    rings, origin = read(wkb, origin)
    chains = cut(rings)
    xy = rings.xy[chains.vertices]
    order = np.argsort(hilbert_keys(arc_boxes(xy, chains.offsets)), kind="stable")
    order = order[chains.left[order] != chains.right[order]]
    left, right = chains.left[order], chains.right[order]
    line = gather(xy, chains.offsets, order)
    ladder = levels.tolerances(_extent(line[0]))
    ranks = levels.rank(*line, ladder)
    return assemble(len(wkb), origin, (left, right), line, ladder, ranks)


def _extent(xy: Int32s) -> Int32s:
    if len(xy) == 0:
        return np.zeros(4, np.int32)
    return np.concatenate((xy.min(axis=0), xy.max(axis=0)))
