"""Arcs from polygons beside shapely's own ways to neighbours and outlines."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from bench import layers
from bench.timing import Figure, figure, measure, once
from terradesk import arcs as arcs_package
from terradesk.arcs import Arcs, outlines, picking

PART = "geometry"


def run() -> Iterator[Figure]:
    """Figures for both maps."""
    picking.warm()
    counties = layers.counties()
    yield from _of(counties, _raw_counties(counties))
    yield from _of(layers.zips(), layers.zip_polygons(counties)[0])


def _raw_counties(case: layers.Case) -> np.ndarray:
    from terradesk import projection
    from terradesk.sample import built_in_map
    from terradesk.sample.layers import SOURCE_CRS, read_units

    degrees = np.asarray(shapely.from_wkb(read_units(built_in_map("us_county")).source), object)
    return projection.to_plan(degrees, SOURCE_CRS, case.plan.crs)


def _of(case: layers.Case, raw: np.ndarray) -> Iterator[Figure]:
    yield figure(PART, "clean (once, at import)", case.name, once(lambda: arcs_package.clean(raw)),
                 note=f"{len(raw):,} polygons, {shapely.get_num_coordinates(raw).sum():,} vertices",
                 )  # fmt: skip
    polygons = arcs_package.clean(raw).polygons
    wkb = shapely.to_wkb(polygons, byte_order=1, output_dimension=2).tolist()
    goal = "700 with reading" if case.name == "zips" else ""
    yield figure(PART, "arcs from WKB, with levels of detail", case.name,
                 measure(lambda: arcs_package.from_wkb(wkb), 3), goal)  # fmt: skip
    arcs = arcs_package.from_wkb(wkb)
    blob = arcs.to_bytes()
    note = f"{len(blob) / 1e6:.1f} MB, shapely reads WKB of {sum(map(len, wkb)) / 1e6:.1f} MB"
    yield figure(PART, "reopen", case.name, measure(lambda: Arcs.from_bytes(blob), 7),
                 "50" if case.name == "zips" else "", "shapely.from_wkb",
                 measure(lambda: shapely.from_wkb(wkb), 5), note)  # fmt: skip
    yield _neighbours(case, blob, polygons)
    yield from _dissolves(case, arcs, polygons)


def _neighbours(case: layers.Case, blob: bytes, polygons: np.ndarray) -> Figure:
    """Adjacency is kept once asked for, so each repeat has fresh arcs."""
    fresh: list[Arcs] = []

    def ours() -> object:
        return fresh[-1].adjacency

    def touching() -> object:
        return shapely.STRtree(polygons).query(polygons, predicate="touches")

    found = measure(ours, 7, before=lambda: fresh.append(Arcs.from_bytes(blob)))
    n_ours = len(fresh[-1].adjacency.neighbours)
    n_theirs = touching().shape[1]  # type: ignore[attr-defined]
    note = f"{n_ours:,} pairs with shared lengths; shapely {n_theirs:,}, corners too, no lengths"
    return figure(PART, "all neighbours", case.name, found, "", "shapely STRtree touches",
                  measure(touching, 3, warm=0), note)  # fmt: skip


def _dissolves(case: layers.Case, arcs: Arcs, polygons: np.ndarray) -> Iterator[Figure]:
    view = case.plan.alignment(case.alignment)
    labels, n = view.unit_slots, view.n_slots

    def union() -> object:
        return [shapely.union_all(polygons[labels == k]) for k in range(n) if (labels == k).any()]

    peer = measure(union, 3, warm=0)
    yield figure(PART, "outlines of all territories from arcs", case.name,
                 measure(lambda: outlines.polygons(arcs, labels, n), 5), "", "shapely.union_all",
                 peer, f"{n - 1} territories")  # fmt: skip
    yield figure(PART, "dissolve of polygons", case.name,
                 measure(lambda: arcs_package.dissolve(polygons, labels, n), 3), "",
                 "shapely.union_all", peer)  # fmt: skip
