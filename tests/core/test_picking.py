"""Gestures against shapely: the exact units, however small."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk import arcs
from terradesk.arcs.picking import (
    CENTRE,
    INSIDE,
    TOUCHES,
    Mode,
    Picker,
    points_in_capsule,
    points_in_polygon,
)
from tests.conftest import ROOT
from tests.core.random_layers import SIDE, cells, coverages

ORIGIN = (50_000.0, 50_000.0)


def layer(polygons: np.ndarray) -> tuple[Picker, np.ndarray]:
    """Picker, and the polygons with empty ones gone."""
    polygons = polygons.copy()
    polygons[shapely.is_empty(polygons)] = None
    return Picker(arcs.build(polygons, ORIGIN)), polygons


def lowest(polygons: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Lowest row that holds each point or has it on its border, -1 for none."""
    point, row = shapely.STRtree(polygons).query(shapely.points(points), predicate="intersects")
    out = np.full(len(points), len(polygons))
    np.minimum.at(out, point, row)
    return np.where(out == len(polygons), -1, out)


@given(coverages(), st.integers(0, 999))
def test_points_go_to_the_unit_that_holds_them(polygons: np.ndarray, seed: int) -> None:
    picker, polygons = layer(polygons)
    points = np.random.default_rng(seed).uniform(-0.1 * SIDE, 1.1 * SIDE, (400, 2)).round(2)
    got = picker.locate_points(points)
    assert got.dtype == np.int32
    assert got.tolist() == lowest(polygons, points).tolist()
    assert [picker.unit_at(x, y) for x, y in points[:20]] == got[:20].tolist()


@given(coverages())
def test_a_point_on_a_border_goes_to_the_lowest_row(polygons: np.ndarray) -> None:
    picker, polygons = layer(polygons)
    corners = shapely.get_coordinates(polygons)
    assert picker.locate_points(corners).tolist() == lowest(polygons, corners).tolist()


def test_every_border_of_a_grid_has_an_owner(grid_polygons) -> None:
    picker, polygons = layer(grid_polygons(4))
    x, y = (a.ravel() for a in np.meshgrid(np.arange(-500, 4501, 250), np.arange(-500, 4501, 250)))
    points = np.column_stack((x, y)).astype(float)
    assert picker.locate_points(points).tolist() == lowest(polygons, points).tolist()
    assert picker.unit_at(4000, 4000) == 15
    assert picker.unit_at(1000, 1000) == 0


def test_points_beyond_the_world_are_outside() -> None:
    picker, _ = layer(cells(0, 3))
    strange = [(np.nan, 0), (0, np.inf), (1e300, -1e300), (5e4, 5e4)]
    assert picker.locate_points(strange).tolist() == [-1, -1, -1, picker.unit_at(5e4, 5e4)]
    assert picker.locate_points(np.empty((0, 2))).tolist() == []


@pytest.mark.parametrize("units", [[], [None], [None, shapely.Polygon()]])
def test_an_empty_layer_has_nothing_to_pick(units: list) -> None:
    picker = Picker(arcs.build(np.array(units, object)))
    assert picker.unit_at(0, 0) == -1
    for mode in Mode:
        assert picker.brush((0, 0), (1, 1), 100, mode).tolist() == []
        assert picker.rectangle((-9, -9), (9, 9), mode).tolist() == []


@given(
    coverages(),
    st.tuples(*[st.integers(-10_000, 110_000)] * 4),
    st.integers(0, 60_000),
)
def test_brush_takes_what_lies_within_its_radius(
    polygons: np.ndarray, ends: tuple[float, float, float, float], radius: float
) -> None:
    picker, polygons = layer(polygons)
    a, b = ends[:2], ends[2:]
    stroke = shapely.LineString([a, b])
    apart = shapely.distance(polygons, stroke)
    got = picker.brush(a, b, radius, TOUCHES)
    assert len(got) == len(set(got.tolist()))
    # within a micrometre either answer is right
    assert set(np.flatnonzero(apart < radius - 1e-6)) <= set(got.tolist())
    assert set(got.tolist()) <= set(np.flatnonzero(apart <= radius + 1e-6))
    picker.start()
    area = np.flatnonzero(~shapely.is_missing(polygons))
    centres = shapely.points(picker.arcs.centres[area] / 100 + picker.arcs.origin)
    near = area[shapely.distance(centres, stroke) <= radius]
    assert sorted(picker.brush(a, b, radius, CENTRE)) == near.tolist()
    picker.start()
    xy, owner = shapely.get_coordinates(polygons[area], return_index=True)
    farthest = np.zeros(len(area))
    np.maximum.at(farthest, owner, shapely.distance(shapely.points(xy), stroke))
    whole = area[farthest <= radius]
    assert sorted(picker.brush(a, b, radius, INSIDE)) == whole.tolist()


def test_a_stroke_reports_each_unit_once() -> None:
    picker, _ = layer(cells(2, 7))
    path = [(10_000, 10_000), (60_000, 20_000), (60_000, 80_000), (10_000, 10_000)]
    for mode in Mode:
        picker.start()
        seen: list[int] = []
        for a, b in itertools.pairwise(path):
            seen += picker.brush(a, b, 20_000, mode).tolist()
        assert len(seen) == len(set(seen)) > 0
        assert picker.brush(path[0], path[1], 20_000, mode).tolist() == []
        picker.start()
        assert len(picker.brush(path[0], path[1], 20_000, mode)) > 0


def test_a_click_within_a_large_unit_paints_it() -> None:
    picker, _ = layer(cells(0, 2))
    x, y = picker.arcs.centres[3] / 100 + picker.arcs.origin
    assert picker.brush((x, y), (x, y), 0.0).tolist() == [3]
    picker.start()
    assert picker.brush((x, y), (x + 1, y), 5.0, CENTRE).tolist() == [3]
    assert picker.brush((x, y), (np.nan, y), 5.0).tolist() == []
    assert picker.brush((x, y), (x, y), -1.0).tolist() == []


@st.composite
def lassos(draw: st.DrawFn) -> np.ndarray:
    """Simple outlines of 3 to 80 corners, anywhere, small or large."""
    rng = np.random.default_rng(draw(st.integers(0, 9999)))
    n = draw(st.integers(3, 80))
    turn = np.sort(rng.uniform(0, 2 * np.pi, n))
    radius = 10 ** draw(st.floats(2, 5)) * rng.uniform(0.3, 1, n)
    centre = rng.uniform(0, SIDE, 2)
    return centre + np.column_stack((np.cos(turn), np.sin(turn))) * radius[:, None]


@given(coverages(), lassos())
def test_lasso_takes_what_shapely_takes(polygons: np.ndarray, corners: np.ndarray) -> None:
    picker, polygons = layer(polygons)
    shape = shapely.Polygon(corners)
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    area = ~shapely.is_missing(polygons)
    touched = np.flatnonzero(area & shapely.intersects(shape, polygons))
    assert picker.polygon(corners, TOUCHES).tolist() == touched.tolist()
    inside = np.flatnonzero(area & shapely.contains_properly(shape, polygons))
    assert picker.polygon(corners, INSIDE).tolist() == inside.tolist()
    centres = picker.arcs.centres / 100 + picker.arcs.origin
    held = np.flatnonzero(area & shapely.contains_xy(shape, *centres.T))
    assert picker.polygon(corners, CENTRE).tolist() == held.tolist()


def test_units_of_less_than_a_pixel_are_all_taken(grid_polygons) -> None:
    picker, _ = layer(grid_polygons(60, 0.2))
    everything = list(range(3600))
    for mode in Mode:
        assert picker.rectangle((-9, 99), (99, -9), mode).tolist() == everything
    assert len(picker.rectangle((0.1, 0.1), (0.3, 0.3), TOUCHES)) == 4


def test_an_outline_within_one_unit_touches_that_one() -> None:
    picker, _ = layer(cells(0, 3))
    x, y = picker.arcs.centres[4] / 100 + picker.arcs.origin
    tiny = [(x, y), (x + 1, y), (x, y + 1)]
    assert picker.polygon(tiny, TOUCHES).tolist() == [4]
    assert picker.polygon(tiny, INSIDE).tolist() == []
    assert picker.polygon(tiny[:1], TOUCHES).tolist() == [4]
    assert picker.polygon(tiny[:2], TOUCHES).tolist() == [4]
    assert picker.polygon([], TOUCHES).tolist() == []
    assert picker.polygon([(np.nan, 0)], TOUCHES).tolist() == []


def test_a_lasso_that_crosses_itself_leaves_out_its_eye(grid_polygons) -> None:
    picker, _ = layer(grid_polygons(9))
    outer = [(-100, -100), (9100, -100), (9100, 9100), (-100, 9100), (-100, -100)]
    inner = [(2900, 2900), (6100, 2900), (6100, 6100), (2900, 6100), (2900, 2900)]
    eye = {r * 9 + c for r in (3, 4, 5) for c in (3, 4, 5)}
    got = set(picker.polygon(outer + inner, CENTRE).tolist())
    assert got == set(range(81)) - eye
    got = set(picker.polygon(outer + inner, INSIDE).tolist())
    assert not got & eye


def test_an_island_in_a_hole() -> None:
    island = shapely.box(40, 40, 60, 60)
    sea = shapely.box(0, 0, 100, 100).difference(shapely.box(20, 20, 80, 80))
    picker, _ = layer(np.array([sea, island]))
    assert [picker.unit_at(x, 50) for x in (10, 30, 50, 70, 90, 110)] == [0, -1, 1, -1, 0, -1]
    assert picker.rectangle((25, 25), (75, 75), TOUCHES).tolist() == [1]
    assert picker.rectangle((25, 25), (75, 75), INSIDE).tolist() == [1]
    assert picker.rectangle((15, 15), (85, 85), INSIDE).tolist() == [1]
    assert picker.rectangle((15, 15), (85, 85), TOUCHES).tolist() == [0, 1]


@given(lassos(), st.integers(0, 99), st.floats(0, 30_000))
def test_accounts_in_a_shape(corners: np.ndarray, seed: int, radius: float) -> None:
    points = np.random.default_rng(seed).uniform(0, SIDE, (500, 2))
    points[::50] = np.nan
    shape = shapely.make_valid(shapely.Polygon(corners))
    known = ~np.isnan(points[:, 0])
    expected = known & shapely.contains_xy(shape, points[:, 0], points[:, 1])
    assert points_in_polygon(points, corners).tolist() == np.flatnonzero(expected).tolist()
    stroke = shapely.LineString(corners[:2])
    apart = np.full(500, np.inf)
    apart[known] = shapely.distance(shapely.points(points[known]), stroke)
    got = points_in_capsule(points, tuple(corners[0]), tuple(corners[1]), radius)
    assert got.tolist() == np.flatnonzero(apart <= radius).tolist()
    assert points_in_polygon(points, []).tolist() == []


def compiled() -> dict[str, int]:
    """Number of compiled versions of each kernel of the arcs."""
    kernels = {}
    for name, module in sys.modules.items():
        if name.startswith("terradesk.arcs"):
            for value in vars(module).values():
                if hasattr(value, "nopython_signatures"):
                    kernels[f"{value.__module__}.{value.__name__}"] = len(value.signatures)
    return kernels


def test_nothing_is_compiled_on_the_first_click_after_warming() -> None:
    """In a process of its own, where no other test has compiled anything."""
    code = """
from tests.core import test_picking as here
from terradesk.arcs.picking import warm
warm()
before = here.compiled()
assert sum(before.values()) > 20, before
picker, _ = here.layer(here.cells(3, 5))
picker = here.Picker(here.arcs.Arcs.from_bytes(picker.arcs.to_bytes()))
for mode in here.Mode:
    picker.start()
    picker.brush((1, 2), (3.0, 4.0), 5, mode)
    picker.brush(here.np.array([1, 2]), here.np.array([3, 4]), 5, mode)
    picker.polygon([(1, 2), (3, 4), (5, 6)], mode)
    picker.rectangle((1, 2), (3, 4), mode)
picker.unit_at(1, 2)
picker.locate_points([(1, 2)])
here.arcs.components(picker.arcs, here.np.zeros(25), 1, [(0, 1)])
here.points_in_polygon([(1, 2)], [(1, 2)])
here.points_in_capsule([(1, 2)], (1, 2), (3, 4), 5)
assert here.compiled() == before
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
