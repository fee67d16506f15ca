"""Areas drawn around points: they tile their region, each holds its point."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from terradesk.arcs import build, components
from terradesk.arcs.linking import spanning_links
from terradesk.arcs.voronoi import ALONE, FARTHEST, NEAREST, around, cells, places, reach_of
from terradesk.progress import Cancelled

whole = st.integers(-4000, 4000)
many = st.lists(st.tuples(whole, whole), min_size=1, max_size=40, unique=True)
LINE = [(k * 10, 0) for k in range(12)]
DIAGONAL = [(k * 7, k * 7) for k in range(12)]


def metres(points: list[tuple[int, int]]) -> np.ndarray:
    return np.array(points, np.float64) * 25 + (1_234_567.0, -7_654_321.0)


def assert_tiles(polygons: np.ndarray, region: shapely.Geometry, points: np.ndarray) -> None:
    assert all(p is not None for p in polygons)
    assert shapely.area(polygons).sum() == pytest.approx(region.area, rel=1e-6)
    assert shapely.area(shapely.union_all(polygons)) == pytest.approx(region.area, rel=1e-6)
    assert shapely.is_valid(polygons).all() and shapely.coverage_is_valid(polygons)
    assert shapely.intersects(polygons, shapely.points(points)).all()
    nearest = shapely.STRtree(shapely.points(points))
    for k, inner in enumerate(shapely.buffer(polygons, -1.0)):
        if isinstance(inner, shapely.Polygon) and not inner.is_empty:
            probe = shapely.point_on_surface(inner)
            best = points[nearest.nearest(probe)] - (probe.x, probe.y)
            own = points[k] - (probe.x, probe.y)
            assert np.hypot(*own) <= np.hypot(*best) + 1.0


@given(many)
@example([(0, 0)])
@example([(0, 0), (400, 1)])
@example(LINE)
@example(DIAGONAL)
def test_cells_tile_the_ground_around_the_points_and_hold_them(found) -> None:
    points = metres(found)
    region = around(points, reach_of(points))
    polygons = cells(points, [region])
    assert_tiles(polygons, region, points)
    rounding = 0.01 * region.length  # arcs hold whole centimetres
    assert build(polygons).areas.sum() == pytest.approx(region.area, abs=rounding)


@given(many)
@example(LINE)
def test_links_join_what_does_not_touch(found) -> None:
    points = metres(found)
    arcs = build(cells(points, [around(points, NEAREST)]))
    both = (arcs.left >= 0) & (arcs.right >= 0)
    pairs = np.column_stack((arcs.left[both], arcs.right[both]))
    n_parts = int(components(arcs, np.zeros(len(points), np.int32), 1).counts[0])
    links = spanning_links(points, pairs)
    assert len(links) == n_parts - 1
    joined = components(arcs, np.zeros(len(points), np.int32), 1, links)
    assert joined.counts.tolist() == [1]


def test_each_region_is_tiled_by_its_own_points_though_others_are_nearer() -> None:
    west, east = shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)
    points = np.array([[990.0, 200.0], [990.0, 700.0], [1900.0, 500.0]])
    polygons = cells(points, [west, east], [0, 0, 1])
    assert shapely.area(polygons[:2]).sum() == pytest.approx(1e6)
    assert shapely.equals(shapely.normalize(polygons[2]), shapely.normalize(east))
    arcs = build(polygons)
    lengths = np.bincount(np.minimum(arcs.left, arcs.right) + 1, arcs.lengths)
    assert lengths[1:].sum() == pytest.approx(1000 + 1000), "the border between them is shared"


def test_the_far_bank_of_a_bay_goes_to_the_neighbour_on_land_and_islands_stay() -> None:
    bay = shapely.box(0, 0, 1000, 1000) - shapely.box(480, 100, 520, 1001)
    island = shapely.box(1500, 800, 1600, 900)
    points = np.array([[300.0, 800.0], [900.0, 100.0], [200.0, 50.0]])
    polygons = cells(points, [bay | island])
    assert shapely.area(polygons).sum() == pytest.approx((bay | island).area)
    west, south_east, _south_west = polygons
    assert west.geom_type == "Polygon" and west.bounds[2] <= 521
    assert south_east.intersection(island).area == pytest.approx(1e4)


def test_a_point_outside_the_region_may_have_no_cell() -> None:
    points = np.array([[100.0, 100.0], [5000.0, 100.0]])
    first, second = cells(points, [shapely.box(0, 0, 1000, 1000)])
    assert first.area == pytest.approx(1e6) and second is None


def test_a_cell_reaches_twice_the_usual_way_to_a_neighbour() -> None:
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), -1).reshape(-1, 2)
    assert reach_of(grid * 9000) == pytest.approx(18_000)
    assert reach_of(grid) == NEAREST
    assert reach_of(grid * 1e6) == FARTHEST
    assert reach_of(np.zeros((1, 2))) == ALONE


@given(st.lists(st.tuples(whole, whole), max_size=60), st.integers(1, 20))
def test_places_lose_no_point(found, most) -> None:
    points = np.array(found, np.float64).reshape(-1, 2)
    joined = places(points, most)
    assert len(joined.points) <= most or not len(points)
    assert len(np.unique(joined.points, axis=0)) == len(joined.points) == len(joined.rows)
    assert (joined.points == points[joined.rows]).all()
    assert set(joined.place.tolist()) == set(range(len(joined.points)))
    own = np.hypot(*(points - joined.points[joined.place]).T)
    every = np.hypot(*(points[:, None] - joined.points).transpose(2, 0, 1))
    assert own == pytest.approx(every.min(axis=1) if len(points) else [])
    assert joined.is_joined or own.max(initial=0.0) <= 1.5


def test_work_can_be_cancelled() -> None:
    def stop(_fraction: float, _text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        cells(metres(LINE), [around(metres(LINE), 1e4)], progress=stop)
