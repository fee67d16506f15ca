"""Cleaning: whatever comes in, a coverage comes out, row by row."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from terradesk import arcs
from tests.core.random_layers import cells, coverages, join


def area(polygons: np.ndarray) -> np.ndarray:
    return np.nan_to_num(shapely.area(polygons))


def assert_coverage(polygons: np.ndarray) -> None:
    is_area = ~shapely.is_missing(polygons)
    assert shapely.is_valid(polygons[is_area]).all()
    assert not shapely.is_empty(polygons[is_area]).any()
    assert np.isin(shapely.get_type_id(polygons), (-1, 3, 6)).all()
    assert not shapely.has_z(polygons).any()
    assert shapely.coverage_is_valid(polygons[is_area])


@given(coverages())
def test_a_clean_layer_stays_as_it_is(polygons: np.ndarray) -> None:
    done = arcs.clean(polygons, gap_width=0)
    assert_coverage(done.polygons)
    np.testing.assert_allclose(area(done.polygons), area(polygons), rtol=1e-9, atol=1e-3)
    np.testing.assert_allclose(done.area_change, 0, atol=1e-3)
    assert (done.n_overlaps, done.n_gaps) == (0, 0)
    assert not done.lost.any()


@given(st.integers(0, 9), st.integers(2, 5), st.floats(-900, 900), st.integers(0, 99))
def test_scaled_cells_overlap_or_part_and_come_out_clean(
    seed: int, side: int, by: float, pick: int
) -> None:
    """Cells grown or shrunk, a few rows without geometry between them."""
    rng = np.random.default_rng(pick)
    grown = shapely.buffer(cells(seed, side), by, join_style="mitre")
    grown[rng.random(len(grown)) < 0.2] = None
    done = arcs.clean(grown)
    assert_coverage(done.polygons)
    whole = shapely.area(shapely.union_all(grown))
    assert area(done.polygons).sum() == pytest.approx(whole, rel=1e-6, abs=1)
    np.testing.assert_allclose(done.area_change, area(done.polygons) - area(grown), atol=1e-3)
    assert (done.n_overlaps > 0) == _meet(grown)
    for row in np.flatnonzero(area(done.polygons)):
        middle = shapely.point_on_surface(done.polygons[row])
        assert grown[row].distance(middle) < 1e-3, "an area came out in another row"


def _meet(polygons: np.ndarray) -> bool:
    rows = polygons[~shapely.is_missing(polygons)]
    a, b = shapely.STRtree(rows).query(rows, predicate="intersects")
    return bool((shapely.area(shapely.intersection(rows[a[a < b]], rows[b[a < b]])) > 1).any())


def test_a_nasty_layer() -> None:
    bow_tie = Polygon([(0, 200), (10, 210), (10, 200), (0, 210)])
    layer = np.array(
        [
            box(0, 0, 100, 100),
            None,
            box(90, 0, 200, 100),  # overlaps the first
            Polygon(),
            box(20, 20, 30, 30),  # a town within the first, which has no hole for it
            bow_tie,
            shapely.Point(5, 5),
            shapely.GeometryCollection(
                [box(300, 0, 310, 10), shapely.LineString([(0, 0), (1, 1)])]
            ),
            shapely.force_3d(box(310, 0, 320, 10), 9.0),
            box(320.002, 0, 330, 10),  # two millimetres off its neighbour
            box(20, 20, 30, 30),  # the town again
            Polygon([(400, 0), (410, 0), (410, 10), (400, 10)], [[(402, 2), (408, 2), (405, 8)]]),
            MultiPolygon([box(500, 0, 510, 10), box(510, 0, 520, 10)]),  # parts share an edge
            shapely.GeometryCollection([shapely.GeometryCollection([box(600, 0, 601, 1)])]),
        ],
        object,
    )
    done = arcs.clean(layer, gap_width=0.01)
    assert_coverage(done.polygons)
    shapes = area(done.polygons)
    assert shapes[[1, 3, 6]].tolist() == [0, 0, 0]
    assert shapes[0] + shapes[2] + shapes[4] + shapes[10] == pytest.approx(20_000)
    assert shapes[0] == pytest.approx(9_900)  # smaller than the second, so it keeps the overlap
    assert sorted(shapes[[4, 10]]) == pytest.approx([0, 100])
    np.testing.assert_allclose(shapes[[5, 7, 8, 11, 12, 13]], [50, 100, 100, 82, 200, 1])
    assert done.repaired.tolist() == [k in (5, 6, 7, 12, 13) for k in range(len(layer))]
    assert np.count_nonzero(done.lost) == 1
    assert done.n_overlaps == 4
    made = arcs.build(done.polygons)
    start = made.adjacency.starts
    assert made.adjacency.neighbours[start[8] : start[9]].tolist() == [7, 9]
    assert len(done.notes) == 4


def test_towns_within_an_area_keep_their_shape() -> None:
    county, town = box(0, 0, 1000, 1000), box(400, 400, 500, 500)
    for order in ([county, town], [town, county]):
        done = arcs.clean(np.array(order))
        assert sorted(area(done.polygons)) == [10_000, 990_000]
        assert sorted(done.area_change) == [-10_000, 0]
        assert not done.lost.any()
        assert done.n_overlaps == 1


def test_narrow_gaps_close_and_lakes_stay() -> None:
    lake = [(40, 40), (60, 40), (60, 60), (40, 60)]
    left = Polygon(
        [(0, 0), (100, 0), (100, 20), (99.6, 50), (100, 80), (100, 100), (0, 100)], [lake]
    )
    right = box(100, 0, 200, 100)
    done = arcs.clean(np.array([left, right]))
    assert done.n_gaps == 1
    assert_coverage(done.polygons)
    assert area(done.polygons).sum() == pytest.approx(20_000 - 400)
    assert arcs.build(done.polygons).adjacency.lengths[0] == pytest.approx(100, rel=1e-3)
    kept = arcs.clean(np.array([left, right]), gap_width=0)
    assert kept.n_gaps == 0
    assert area(kept.polygons).sum() == pytest.approx(area(np.array([left, right])).sum())


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_coordinates_that_are_no_numbers_cost_only_their_row(bad: float) -> None:
    with np.errstate(invalid="ignore"):
        strange = Polygon([(0, 0), (bad, 0), (1, 1)])
    done = arcs.clean(np.array([box(0, 0, 1, 1), strange, box(1, 0, 2, 1)]))
    assert area(done.polygons).tolist() == [1, 0, 1]
    assert done.repaired.tolist() == [False, True, False]


@pytest.mark.parametrize("units", [[], [None], [Polygon(), None]])
def test_empty_layers(units: list) -> None:
    done = arcs.clean(np.array(units, object))
    assert done.polygons.tolist() == [None] * len(units)
    assert done.area_change.tolist() == [0.0] * len(units)


def test_if_matching_fails_the_valid_shapes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise shapely.errors.GEOSException("TopologyException")

    monkeypatch.setattr(shapely, "coverage_clean", fail)
    layer = np.array([box(0, 0, 2, 2), box(1, 0, 3, 2), None], object)
    done = arcs.clean(layer)
    assert area(done.polygons).tolist() == [4, 4, 0]
    assert any("could not be matched" in note for note in done.notes)


@given(coverages(), st.integers(1, 5), st.integers(0, 99))
def test_dissolve_keeps_areas_and_drops_inner_borders(
    polygons: np.ndarray, n_labels: int, seed: int
) -> None:
    labels = np.random.default_rng(seed).integers(-1, n_labels, len(polygons))
    got = arcs.dissolve(polygons, labels, n_labels)
    expected = join(polygons, labels, n_labels)
    assert len(got) == n_labels
    for one, other in zip(got, expected, strict=True):
        if other is None or other.is_empty:
            assert one is None
        else:
            assert one.is_valid
            assert one.geom_type in ("Polygon", "MultiPolygon")
            assert one.area == pytest.approx(other.area, rel=1e-9)
            assert one.length == pytest.approx(other.length, rel=1e-6)


def test_dissolve_survives_a_layer_that_is_not_clean() -> None:
    layer = np.array([box(0, 0, 2, 2), box(1, 0, 3, 2), Polygon([(9, 9), (8, 8), (9, 8), (8, 9)])])
    got = arcs.dissolve(layer, [0, 0, 0], 2)
    assert got[0].is_valid
    assert got[0].area == pytest.approx(6.5)
    assert got[1] is None


def test_dissolve_needs_a_label_for_each() -> None:
    with pytest.raises(ValueError, match="label"):
        arcs.dissolve(cells(0, 2), [0, 1], 2)
