"""The plan's CRS: equal area, chosen from the extent, whole over the antimeridian."""

import subprocess
import sys

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk import projection
from terradesk.errors import TerraDeskError
from terradesk.projection import LONLAT
from tests.core.random_layers import SIDE, cells

GEOD = pyproj.Geod(ellps="WGS84")
LOWER_48 = (-124.76, 24.52, -66.95, 49.38)


def true_area(polygon: shapely.Geometry) -> float:
    """m2 on the ellipsoid of a polygon whose edges are straight in degrees."""
    fine = shapely.orient_polygons(shapely.segmentize(polygon, 0.05))
    return GEOD.geometry_area_perimeter(fine)[0]


# ---------------------------------------------------------------- intervals
@given(st.lists(st.tuples(st.integers(-400, 400), st.integers(0, 200)), min_size=1, max_size=6))
def test_the_interval_holds_all_and_is_the_narrowest(spans: list[tuple[int, int]]) -> None:
    starts, widths = np.array(spans).T
    west, east = projection.narrowest_interval(starts, starts + widths)
    assert -180 <= west < 180
    assert 0 <= east - west <= 360
    covered = np.zeros(3600, bool)  # tenths of a degree, open: between whole degrees
    for start, width in spans:
        covered[(np.arange(10 * start, 10 * (start + width)) + 1800) % 3600] = True
    needed = 360
    for k in range(360):
        turned = np.roll(covered, -10 * k)
        last = np.flatnonzero(turned)
        needed = min(needed, (last[-1] + 1) / 10 if len(last) else 0)
    if not covered.all() and covered.any() and all(width for _, width in spans):
        assert east - west == pytest.approx(needed)
    for start, width in spans:
        assert (start - west) % 360 + width <= east - west + 1e-9 or east - west == 360


def test_points_either_side_of_the_antimeridian() -> None:
    assert projection.narrowest_interval([179, -179, 178]) == (178, 181)
    assert projection.narrowest_interval([-179, 179, -170]) == (179, 190)
    assert projection.narrowest_interval([10]) == (10, 10)
    assert projection.narrowest_interval([]) == (-180, 180)
    assert projection.narrowest_interval([np.nan, 5, 7]) == (5, 7)
    assert projection.narrowest_interval([-180], [180]) == (-180, 180)
    assert projection.narrowest_interval([-170], [170]) == (-170, 170)


def test_extent_of_polygons_cut_at_the_antimeridian() -> None:
    fiji = shapely.MultiPolygon(
        [shapely.box(177, -19, 180, -16), shapely.box(-180, -18, -178, -17)]
    )
    assert projection.lonlat_extent([fiji, None]) == (177, -19, 182, -16)
    assert projection.lonlat_extent([None]) == (-180, -90, 180, 90)
    web = shapely.box(-1e6, 5e6, 1e6, 7e6)
    west, south, east, north = projection.lonlat_extent([web], "EPSG:3857")
    assert (west, east) == pytest.approx((-8.983, 8.983), abs=0.01)
    assert (south, north) == pytest.approx((40.9, 53.1), abs=0.1)


# ---------------------------------------------------------------- the choice
def kind(crs: str) -> str:
    return crs.split()[0].removeprefix("+proj=")


@pytest.mark.parametrize(
    ("extent", "expected"),
    [
        (LOWER_48, "aea"),
        ((-10, 35, 40, 60), "laea"),  # Europe, as EPSG:3035 does
        ((113, -39, 154, -10), "laea"),  # Australia, nearly square
        ((11, 55, 24, 69), "laea"),  # Sweden, tall
        ((-76, -56, -66, -17), "laea"),  # Chile
        ((95, -11, 141, 6), "laea"),  # Indonesia, on the equator
        ((20, 41, 190, 82), "aea"),  # Russia, over the antimeridian
        ((-180, 60, 180, 90), "eqearth"),
        ((-180, -90, 180, 84), "eqearth"),
        ((5.8, 47.2, 15.1, 55.1), "laea"),
        ((2.3, 48.8, 2.4, 48.9), "laea"),
        ((2.3, 48.8, 2.3, 48.8), "laea"),
    ],
)
def test_kind_of_projection(extent: tuple[float, float, float, float], expected: str) -> None:
    crs = projection.equal_area_crs(*extent)
    assert kind(crs) == expected
    known = pyproj.CRS(crs)
    assert known.is_projected
    assert {axis.unit_name for axis in known.axis_info} == {"metre"}


def test_lower_48_get_the_albers_that_maps_of_it_use() -> None:
    parameters = dict(
        part.lstrip("+").split("=")
        for part in projection.equal_area_crs(*LOWER_48).split()
        if "=" in part
    )
    assert float(parameters["lat_1"]) == pytest.approx(29.5, abs=1)
    assert float(parameters["lat_2"]) == pytest.approx(45.5, abs=1)
    assert float(parameters["lon_0"]) == -96


@pytest.mark.parametrize("extent", [(177, -19, 182, -16), (177, -19, -178, -16)])
def test_the_antimeridian_is_the_middle_of_fiji(extent: tuple[float, ...]) -> None:
    crs = projection.equal_area_crs(*extent)
    x, y = projection.to_plan(np.array([[179.5, -17.5]]), LONLAT, crs)[0]
    assert abs(x) < 1000
    assert abs(y) < 1000


@pytest.mark.parametrize(
    "extent", [(0, 10, 5, 9), (0, -95, 5, 9), (np.nan, 0, 5, 9), (0, 0, np.inf, 9)]
)
def test_what_is_no_extent_is_refused(extent: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="extent"):
        projection.equal_area_crs(*extent)


@given(
    st.floats(-180, 179.9),
    st.floats(-89, 85),
    st.floats(0.01, 360),
    st.floats(0.01, 170),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_every_choice_keeps_areas(
    lon: float, lat: float, width: float, height: float, u: float, v: float
) -> None:
    height = min(height, 89.5 - lat)
    crs = projection.equal_area_crs(lon, lat, lon + width, lat + height)
    x = lon + u * width * 0.98
    x = (x + 180) % 360 - 180
    cell = shapely.box(x, lat + v * height * 0.98, x, lat + v * height * 0.98)
    west, south = cell.bounds[:2]
    cell = shapely.box(west, south, min(west + 0.02 * width, 180), south + 0.02 * height)
    projected = projection.to_plan(np.array([cell]), LONLAT, crs)[0]
    corners = np.abs(shapely.get_coordinates(projected))
    if np.isfinite(corners).all() and corners.max() < 1e7:  # not torn at the far side
        assert projected.area == pytest.approx(abs(true_area(cell)), rel=2e-4)


# ---------------------------------------------------------------- there and back
def test_points_there_and_back() -> None:
    crs = projection.equal_area_crs(*LOWER_48)
    places = np.random.default_rng(0).uniform(LOWER_48[:2], LOWER_48[2:], (100, 2))
    xy = projection.to_plan(places, "EPSG:4326", crs)
    assert xy.shape == (100, 2)
    assert np.abs(xy).max() < 4e6
    np.testing.assert_allclose(np.column_stack(projection.lonlat(*xy.T, crs)), places, atol=1e-9)
    again = projection.to_plan(xy, crs, "EPSG:4326")
    np.testing.assert_allclose(again, places, atol=1e-9)


def test_a_crs_may_be_code_or_wkt() -> None:
    crs = projection.wkt("EPSG:5070")
    assert "Albers" in crs
    one = projection.to_plan(np.array([[-96.0, 23.0]]), "EPSG:4269", crs)
    other = projection.to_plan(np.array([[-96.0, 23.0]]), projection.wkt("EPSG:4269"), "EPSG:5070")
    np.testing.assert_allclose(one, other)
    np.testing.assert_allclose(one, 0, atol=1e-6)
    assert projection.is_geographic("EPSG:4326")
    assert not projection.is_geographic(crs)


@pytest.mark.parametrize("crs", ["", "EPSG:1", "nonsense", 'PROJCS["broken'])
def test_an_unknown_crs_is_a_plain_error(crs: str) -> None:
    with pytest.raises(TerraDeskError) as caught:
        projection.to_plan(np.zeros((1, 2)), crs, "EPSG:4326")
    assert caught.value.hint


# ---------------------------------------------------------------- polygons
def test_long_edges_bend_and_short_ones_stay() -> None:
    crs = projection.equal_area_crs(*LOWER_48)
    state = shapely.box(-111, 41, -104, 45)
    town = shapely.box(-105, 42, -104.99, 42.01)
    big, small, nothing = projection.to_plan(np.array([state, town, None]), LONLAT, crs)
    assert nothing is None
    assert shapely.get_num_coordinates(small) == 5
    true = projection.to_plan(shapely.get_coordinates(shapely.segmentize(state, 0.01)), LONLAT, crs)
    far = shapely.distance(shapely.points(true), shapely.boundary(big)).max()
    assert far <= projection.STRAIGHT
    assert 20 < shapely.get_num_coordinates(big) < 400
    assert big.area == pytest.approx(true_area(state), rel=1e-6)


@given(st.integers(0, 999))
def test_neighbours_still_fit(seed: int) -> None:
    """Cells in degrees, rings turned and reversed at random, with holes: edges match to the bit."""
    rng = np.random.default_rng(seed)
    made = shapely.transform(cells(seed % 10, 6), lambda xy: xy / SIDE * 20 + [-20.0, 40.0])
    turned = np.where(rng.random(len(made)) < 0.5, shapely.reverse(made), made)
    crs = projection.equal_area_crs(-20, 35, 10, 65)
    flat = projection.to_plan(turned, LONLAT, crs)
    assert shapely.coverage_is_valid(flat)
    whole = shapely.coverage_union_all(flat)
    assert whole.area == pytest.approx(sum(true_area(cell) for cell in made), rel=1e-5)


def test_holes_and_parts_keep_their_places() -> None:
    ring = shapely.box(0, 40, 9, 49).difference(shapely.box(3, 43, 6, 46))
    island = shapely.MultiPolygon([shapely.box(4, 44, 5, 45), shapely.box(10, 40, 11, 41)])
    flat = projection.to_plan(np.array([ring, shapely.Polygon(), island]), LONLAT, "EPSG:3035")
    assert shapely.get_num_interior_rings(flat[0]) == 1
    assert flat[1] is None
    assert shapely.get_num_geometries(flat[2]) == 2
    assert shapely.is_valid(flat[[0, 2]]).all()
    np.testing.assert_allclose(
        shapely.area(flat[[0, 2]]), [true_area(one) for one in (ring, island)], rtol=1e-5
    )


def test_a_unit_cut_at_the_antimeridian_is_whole_again() -> None:
    west, east = shapely.box(177, -19, 180, -16), shapely.box(-180, -19, -178, -16)
    neighbour = shapely.box(-178, -19, -177, -16)
    layer = np.array([shapely.MultiPolygon([west, east]), neighbour])
    crs = projection.equal_area_crs(*projection.lonlat_extent(layer))
    flat = projection.to_plan(layer, LONLAT, crs)
    assert flat[0].geom_type == "Polygon"
    assert flat[0].is_valid
    np.testing.assert_allclose(
        shapely.area(flat), [true_area(west) + true_area(east), true_area(neighbour)], rtol=1e-6
    )
    assert shapely.coverage_is_valid(flat)


def test_a_map_of_the_world_keeps_its_two_ends() -> None:
    chukotka = shapely.MultiPolygon(
        [shapely.box(170, 65, 180, 70), shapely.box(-180, 65, -172, 70)]
    )
    crs = projection.equal_area_crs(-180, -90, 180, 84)
    flat = projection.to_plan(np.array([chukotka]), LONLAT, crs)[0]
    assert shapely.get_num_geometries(flat) == 2
    assert flat.is_valid
    assert flat.area == pytest.approx(sum(true_area(p) for p in chukotka.geoms), rel=1e-5)


def test_what_has_no_place_is_not_finite() -> None:
    flat = projection.to_plan(np.array([[0.0, 95.0], [np.nan, 0.0]]), LONLAT, "EPSG:3035")
    assert not np.isfinite(flat).any()


def test_pyproj_waits_until_it_is_needed() -> None:
    code = (
        "import sys, terradesk.projection, terradesk.arcs.picking; print('pyproj' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
