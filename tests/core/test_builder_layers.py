"""Builds on every layer of areas that comes with the program."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyogrio
import pytest
import shapely

from terradesk import arcs, projection, sample
from terradesk.builder import SHARED, Options, Problem, make_problem
from terradesk.builder.building import build
from terradesk.builder.plans.terrain import Terrain, terrain
from tests.conftest import ROOT
from tests.core import builder_cases as cases

MAPS = [one.key for one in sample.BUILT_IN_MAPS if not one.is_approximate]
LAYERS = [
    (path.name, str(layer))
    for path in sorted((ROOT / "resources").glob("*.gpkg"))
    for layer, kind in pyogrio.list_layers(path)
    if kind in ("Polygon", "MultiPolygon") and layer not in ("land_10m", "lake_10m", "lake_50m")
]


@cache
def of_map(key: str) -> tuple[Terrain, np.ndarray]:
    """Units of a built-in map, and people or else ground to share."""
    plan = sample.new_from_map(key)
    found = terrain(plan)
    people = plan.units.columns.get("population")
    return found, found.areas if people is None else np.nan_to_num(people.astype(float))


@cache
def of_layer(name: str, layer: str) -> tuple[Terrain, np.ndarray]:
    """Units of a layer as they are drawn, without links over water, and ground to share."""
    meta, _, wkb, _ = pyogrio.raw.read(ROOT / "resources" / name, layer=layer, columns=[])
    degrees = shapely.from_wkb([one for one in wkb if one is not None])
    degrees = degrees[~shapely.is_empty(degrees)]
    crs = projection.equal_area_crs(*projection.lonlat_extent(degrees, meta["crs"]))
    made = arcs.build(arcs.clean(projection.to_plan(degrees, meta["crs"], crs)).polygons)
    table = made.adjacency
    a = np.repeat(np.arange(made.n_units), np.diff(table.starts))
    once = a < table.neighbours
    edges = np.column_stack((a[once], table.neighbours[once])).astype(np.int32)
    kinds = np.full(len(edges), SHARED, np.uint8)
    borders = table.lengths[once] / 1e3
    found = Terrain(
        made.centres / 1e5, edges, borders, kinds, made.areas / 1e6, made.perimeters / 1e3
    )
    return found, found.areas


def problem_of(found: Terrain, work: np.ndarray, k: int, tolerance: float = 0.1) -> Problem:
    return make_problem(
        found.xy, found.edges, work, k, borders=found.borders, kinds=found.kinds,
        areas=found.areas, perimeters=found.perimeters, tolerances=tolerance,
    )  # fmt: skip


def assert_built(problem: Problem, options: Options) -> None:
    """Whole, complete, and whoever is out of tolerance is named."""
    result = build(problem, options)
    judged = cases.judge(problem, options, result.assignment)
    assert judged.is_clean, judged
    values = cases.values_of(problem, result.assignment)
    np.testing.assert_allclose(result.figures.values, values, rtol=1e-9)
    off = np.abs(values - result.figures.targets) > (
        problem.tolerances * result.figures.targets * (1 + 1e-9)
    )
    named = {(v.territory, v.measure) for v in result.violations if v.kind == "tolerance"}
    assert set(map(tuple, np.argwhere(off).tolist())) <= named
    assert {v.kind for v in result.violations} <= {"tolerance"}
    shapes = result.figures.compactness
    assert ((shapes > 0) & (shapes <= 1 + 1e-6)).all()


def test_the_maps_and_layers_are_there() -> None:
    assert {"us_county", "se_kommun", "fr_departement", "de_land"} <= set(MAPS)
    assert ("us_2023.gpkg", "county") in LAYERS
    assert len(LAYERS) >= 8


@pytest.mark.parametrize("key", MAPS)
def test_maps(key: str) -> None:
    found, work = of_map(key)
    for k in (1, max(2, len(work) // 25)):
        assert_built(problem_of(found, work, min(k, len(work))), Options(effort=0.05))


@pytest.mark.parametrize(("name", "layer"), LAYERS, ids=[layer for _, layer in LAYERS])
def test_layers_as_they_are_drawn(name: str, layer: str) -> None:
    found, work = of_layer(name, layer)
    for k in (2, max(2, len(work) // 12)):
        assert_built(problem_of(found, work, min(k, len(work))), Options(effort=0.05))


@pytest.mark.proof
@pytest.mark.parametrize("key", MAPS)
@pytest.mark.parametrize("contiguity", ["edge", "corner"])
def test_maps_with_many_numbers_of_territories(key: str, contiguity: str) -> None:
    found, work = of_map(key)
    for k in sorted({1, 2, 3, 7, 12, 25, 60, 200, 500, len(work) // 3, len(work)}):
        if 1 <= k <= len(work):
            options = Options(contiguity=contiguity, effort=0.5, seed=k)
            assert_built(problem_of(found, work, k, 0.05), options)


@pytest.mark.proof
@pytest.mark.parametrize("key", ["us_zip", "us_zip_all"])
def test_zip_areas(key: str) -> None:
    found, work = of_map(key)
    for k in (12, 200, 1000):
        assert_built(problem_of(found, work, k, 0.05), Options())
