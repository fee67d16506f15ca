"""Arcs against shapely: areas, borders, neighbours, levels, what cannot be built."""

import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk import arcs
from terradesk.errors import TerraDeskError
from tests.core.random_layers import brute_adjacency, coverages


def area(polygons: np.ndarray) -> np.ndarray:
    return np.nan_to_num(shapely.area(polygons))


def points(made: arcs.Arcs) -> np.ndarray:
    return shapely.points(made.centres / 100 + made.origin)


@given(coverages())
def test_figures_are_those_of_the_polygons(polygons: np.ndarray) -> None:
    made = arcs.build(polygons)
    assert made.n_units == len(polygons)
    np.testing.assert_allclose(made.areas, area(polygons), rtol=1e-12, atol=1e-4)
    np.testing.assert_allclose(
        made.perimeters, np.nan_to_num(shapely.length(polygons)), rtol=1e-9, atol=1e-6
    )
    has_area = area(polygons) > 0
    boxes = made.unit_boxes[has_area] / 100 + np.tile(made.origin, 2)
    np.testing.assert_allclose(boxes, shapely.bounds(polygons[has_area]), atol=1e-6)
    assert (made.unit_boxes[~has_area, 0] > made.unit_boxes[~has_area, 2]).all()
    assert np.isnan(made.centres[~has_area]).all()


@given(coverages())
def test_neighbours_share_a_border_not_a_corner(polygons: np.ndarray) -> None:
    adjacency = arcs.build(polygons).adjacency
    rows = np.repeat(np.arange(len(polygons)), np.diff(adjacency.starts))
    pairs = zip(rows.tolist(), adjacency.neighbours.tolist(), strict=True)
    got = dict(zip(pairs, adjacency.lengths.tolist(), strict=True))
    assert got == pytest.approx(brute_adjacency(polygons), rel=1e-9)


@given(coverages())
def test_centres_lie_inside(polygons: np.ndarray) -> None:
    made = arcs.build(polygons)
    has_area = area(polygons) > 0
    centres = points(made)[has_area]
    assert shapely.contains_properly(polygons[has_area], centres).all()
    middle = shapely.centroid(polygons[has_area])
    is_in = shapely.contains_properly(polygons[has_area], middle)
    # a centroid on the border by the centimetre may fall on either side
    is_clear = shapely.distance(shapely.boundary(polygons[has_area]), middle) > 0.1
    near = shapely.distance(centres, middle) < 0.01
    assert near[is_in & is_clear].all()
    assert not near[~is_in & is_clear].any()


@given(coverages())
def test_tables_fit_together(polygons: np.ndarray) -> None:
    made = arcs.build(polygons)
    counts = np.diff(made.offsets)
    assert ((counts >= 2) & (counts <= arcs.PIECE)).all()
    assert (made.left != made.right).all()
    for k in range(made.n_arcs):
        line = made.xy[made.offsets[k] : made.offsets[k + 1]]
        box = np.concatenate((line.min(axis=0), line.max(axis=0)))
        assert (made.boxes[k] == box).all()
        block = made.blocks[k // arcs.BLOCK]
        sides = [u for u in (made.left[k], made.right[k]) if u >= 0]
        for inner, outer in [(box, block[:4])] + [(made.unit_boxes[u], block[4:]) for u in sides]:
            assert (inner[:2] >= outer[:2]).all()
            assert (inner[2:] <= outer[2:]).all()
        assert made.sizes[k] == pytest.approx(100 * min(made.areas[sides]) ** 0.5, rel=1e-5)
        for unit in sides:
            own = made.unit_arcs[made.unit_starts[unit] : made.unit_starts[unit + 1]]
            assert np.count_nonzero(own == k) == 1
    assert len(made.unit_arcs) == np.count_nonzero(made.left >= 0) + np.count_nonzero(
        made.right >= 0
    )


def ring(n: int, radius: float, centre: tuple[float, float] = (0, 0)) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.column_stack((np.cos(turn), np.sin(turn))) * radius + centre


def wavy(n: int = 3000) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
    radius = 50_000 + 3_000 * np.sin(40 * turn) + 200 * np.sin(371 * turn)
    return np.column_stack((np.cos(turn), np.sin(turn))) * radius[:, None]


def test_an_island_shares_the_whole_of_a_long_border() -> None:
    inner = shapely.Polygon(wavy())
    outer = shapely.Polygon(ring(8, 90_000), [wavy()])
    for units in ([outer, inner], [inner, outer]):
        made = arcs.build(np.array(units))
        assert made.adjacency.neighbours.tolist() == [1, 0]
        np.testing.assert_allclose(made.adjacency.lengths, inner.length, rtol=1e-4)
        assert np.diff(made.offsets).max() == arcs.PIECE


def test_levels_err_no_more_than_they_say() -> None:
    inner = shapely.Polygon(wavy())
    made = arcs.build(np.array([inner, shapely.Polygon(ring(8, 90_000), [wavy()])]))
    assert len(made.levels) > 3
    assert made.levels[0].tolerance_cm == 0
    sizes = [len(level.xy) for level in made.levels]
    assert sizes == sorted(set(sizes), reverse=True)
    for level in made.levels[1:]:
        for k in range(made.n_arcs):
            fine = made.xy[made.offsets[k] : made.offsets[k + 1]]
            coarse = level.xy[level.offsets[k] : level.offsets[k + 1]]
            assert (fine[[0, -1]] == coarse[[0, -1]]).all()
            far = shapely.distance(shapely.points(fine), shapely.LineString(coarse)).max()
            assert far <= level.tolerance_cm


def test_level_takes_the_coarsest_that_is_fine_enough() -> None:
    made = arcs.build(np.array([shapely.Polygon(wavy())]))
    assert made.level(0.0) == 0
    assert made.level(1e12) == len(made.levels) - 1
    for k, level in enumerate(made.levels):
        assert made.level(2 * level.tolerance_cm) == k
        assert made.level(level.tolerance_cm, tolerance_px=1.0) == k


def test_corners_are_not_borders(grid_polygons) -> None:
    made = arcs.build(grid_polygons(3))
    adjacency = made.adjacency
    middle = slice(adjacency.starts[4], adjacency.starts[5])
    assert adjacency.neighbours[middle].tolist() == [1, 3, 5, 7]
    assert adjacency.lengths[middle].tolist() == [1000.0] * 4
    assert made.perimeters.tolist() == [4000.0] * 9


def test_units_without_geometry_count_but_have_nothing() -> None:
    box = shapely.box(0, 0, 10, 10)
    made = arcs.build(np.array([None, box, shapely.Polygon(), shapely.MultiPolygon()], object))
    assert made.areas.tolist() == [0, 100, 0, 0]
    assert made.unit_starts.tolist()[:2] == [0, 0]
    assert made.adjacency.starts.tolist() == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("units", [[], [None], [None, shapely.Polygon()]])
def test_a_layer_may_be_empty(units: list) -> None:
    made = arcs.build(np.array(units, object))
    assert (made.n_units, made.n_arcs, len(made.xy)) == (len(units), 0, 0)
    assert made.origin == (0.0, 0.0)
    again = arcs.Arcs.from_bytes(made.to_bytes())
    assert (again.n_units, again.n_arcs) == (len(units), 0)


def test_what_is_not_clean_keeps_its_outlines_closed() -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    spike = shapely.Polygon([(20, 0), (30, 0), (30, 10), (30, 20), (30, 10), (20, 10)])
    over = shapely.box(25, 5, 45, 15)
    made = arcs.build(np.array([bow_tie, spike, over, over]))
    np.testing.assert_allclose(made.areas, [0, 100, 200, 200])
    ends = made.xy[made.offsets[:-1]], made.xy[made.offsets[1:] - 1]
    for unit in range(4):
        own = made.unit_arcs[made.unit_starts[unit] : made.unit_starts[unit + 1]]
        first, last = (sorted(map(tuple, end[own].tolist())) for end in ends)
        turned = made.left[own] == unit
        starts = np.where(turned[:, None], ends[0][own], ends[1][own])
        stops = np.where(turned[:, None], ends[1][own], ends[0][own])
        assert sorted(map(tuple, starts.tolist())) == sorted(map(tuple, stops.tolist()))
        assert len(first) == len(last)


def test_a_cut_through_one_unit_is_no_border() -> None:
    cut = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)])
    made = arcs.build(np.array([cut]))
    assert made.perimeters.tolist() == [60.0]
    assert made.areas.tolist() == [200.0]


def test_slivers_thinner_than_a_centimetre_vanish_alone() -> None:
    thin = shapely.box(10, 0, 10.004, 10)
    made = arcs.build(np.array([shapely.box(0, 0, 10, 10), thin, shapely.box(10.004, 0, 20, 10)]))
    np.testing.assert_allclose(made.areas, [100, 0, 100], atol=1e-9)


def test_areas_are_exact_at_the_ends_of_the_earth() -> None:
    side = 20_900_000.0
    whole = shapely.box(-side, -side / 4, side, side / 4)
    corner = shapely.box(side - 1, side - 1, side, side)
    made = arcs.build(np.array([whole, corner]), origin=(0.0, 0.0))
    assert made.areas.tolist() == [side * side, 1.0]


def test_the_origin_moves_no_vertex() -> None:
    polygons = np.array([shapely.box(1.37, 2.22, 1234.56, 987.65)])
    for origin in ((0.0, 0.0), (617.0, 494.0), (-3000.0, 12.0)):
        made = arcs.build(polygons, origin)
        assert made.origin == origin
        xy = np.unique(made.xy / 100 + origin, axis=0)
        np.testing.assert_allclose(xy[[0, -1]], [(1.37, 2.22), (1234.56, 987.65)], atol=1e-9)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e7, 1e300])
def test_coordinates_off_the_earth_are_refused(bad: float) -> None:
    with np.errstate(invalid="ignore"):
        strange = shapely.Polygon([(0, 0), (bad, 0), (1, 1)])
    with pytest.raises(TerraDeskError) as caught:
        arcs.build(np.array([shapely.box(0, 0, 1, 1), strange]), origin=(0.0, 0.0))
    assert "2" in caught.value.message
    assert caught.value.hint


def test_only_polygons_have_arcs() -> None:
    with pytest.raises(ValueError, match="only polygons"):
        arcs.build(np.array([shapely.Point(0, 0)]))


def test_wkb_with_height_and_measure_is_read() -> None:
    flat = shapely.Polygon([(0, 0), (10, 0), (10, 10)], [[(5, 1), (9, 1), (9, 5)]])
    high = shapely.force_3d(flat, 7.0)
    measured = shapely.from_wkt(
        "POLYGON ZM ((0 0 1 2, 10 0 1 2, 10 10 1 2, 0 0 1 2), (5 1 1 2, 9 1 1 2, 9 5 1 2, 5 1 1 2))"
    )
    forms = [
        shapely.to_wkb(one, byte_order=1, output_dimension=4, flavor=flavor)
        for one in (flat, high, measured, shapely.MultiPolygon([high]))
        for flavor in ("iso", "extended")
    ]
    made = arcs.from_wkb(forms)
    assert made.areas.tolist() == [flat.area] * len(forms)


@given(st.binary(max_size=120), st.integers(0, 300), st.integers(0, 300))
def test_damaged_wkb_is_refused_not_read_past_its_end(junk: bytes, start: int, stop: int) -> None:
    whole = shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 1, 1)] * 2), byte_order=1)
    damaged = whole[:start] + junk + whole[stop:]
    try:
        made = arcs.from_wkb([damaged, whole])
    except (ValueError, TerraDeskError):
        return
    assert made.n_units == 2


def test_incomplete_and_foreign_wkb() -> None:
    box = shapely.box(0, 0, 1, 1)
    whole = shapely.to_wkb(box, byte_order=1)
    for bad in (whole[:-1], whole[:7], shapely.to_wkb(box, byte_order=0), b"\x01"):
        with pytest.raises(ValueError, match="unit 1 is not"):
            arcs.from_wkb([whole, bad])
    huge = whole[:5] + struct.pack("<II", 1, 0xFFFFFFFF) + whole[13:]
    with pytest.raises(ValueError, match="unit 0"):
        arcs.from_wkb([huge])
