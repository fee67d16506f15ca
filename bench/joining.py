"""A million points into the areas that hold them, beside geopandas.sjoin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from bench import layers
from bench.timing import Figure, Time, figure, measure
from terradesk.arcs import picking

PART = "imports"
_POINTS = 1_000_000


def run() -> Iterator[Figure]:
    """One figure: the picker made from the arcs, and the unit of every point."""
    case = layers.zips()
    points = _points(case)
    found: list[np.ndarray] = []
    picking.warm()

    def ours() -> None:
        found[:] = [picking.Picker(case.arcs).locate_points(points)]

    took = measure(ours, 3)
    peer, theirs = _sjoin(case, points)
    same = float((peer == found[0]).mean())
    note = f"{same:.2%} of the points in the same area; the rest lie within a centimetre of borders"
    yield figure(PART, "1M points into 33k polygons", case.name, took, "5000",
                 "geopandas.sjoin", theirs, note)  # fmt: skip


def _points(case: layers.Case) -> np.ndarray:
    """Points around the middles of areas, so that towns are crowded, some at sea."""
    random = np.random.default_rng(5)
    middles = case.arcs.centres / 100 + np.array(case.arcs.origin)
    return middles[random.integers(0, len(middles), _POINTS)] + random.normal(0, 8000, (_POINTS, 2))


def _sjoin(case: layers.Case, points: np.ndarray) -> tuple[np.ndarray, Time]:
    import geopandas

    areas = geopandas.GeoDataFrame(geometry=case.polygons(), crs=case.plan.crs)
    frame = geopandas.GeoDataFrame(geometry=shapely.points(points), crs=case.plan.crs)
    kept: list[Any] = []

    def join() -> None:
        kept[:] = [geopandas.sjoin(frame, areas, how="left", predicate="intersects")]

    took = measure(join, 3, warm=0)
    table = kept[0]
    rows = table.index.to_numpy()
    unit = table["index_right"].fillna(-1).to_numpy(np.int64)
    out = np.full(len(points), -1, np.int64)
    order = np.argsort(-unit, kind="stable")  # the lowest of several last
    out[rows[order]] = unit[order]
    return out, took
