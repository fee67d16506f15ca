"""Every polygon layer that comes with the program: clean, exact, whole."""

from functools import cache

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from terradesk import arcs, projection
from terradesk.arcs.picking import TOUCHES, Picker
from tests.conftest import ROOT

LAYERS = [
    (path.name, str(layer))
    for path in sorted((ROOT / "resources").glob("*.gpkg"))
    for layer, kind in pyogrio.list_layers(path)
    if kind in ("Polygon", "MultiPolygon")
]
# drawn under the map only; 29,000 rivers and lakes say nothing more about coverages
SMALL = [one for one in LAYERS if one[1] not in ("land_10m", "lake_10m")]
GEOD = pyproj.Geod(ellps="WGS84")


@cache
def read(name: str, layer: str) -> tuple[np.ndarray, arcs.Cleaned, arcs.Arcs]:
    """Polygons in degrees, cleaned in the plan's CRS, and their arcs."""
    meta, _, wkb, _ = pyogrio.raw.read(ROOT / "resources" / name, layer=layer, columns=[])
    degrees = shapely.from_wkb(wkb)
    crs = projection.equal_area_crs(*projection.lonlat_extent(degrees, meta["crs"]))
    cleaned = arcs.clean(projection.to_plan(degrees, meta["crs"], crs))
    return degrees, cleaned, arcs.build(cleaned.polygons)


def test_the_layers_are_there() -> None:
    assert ("us_2023.gpkg", "county") in SMALL
    assert len(SMALL) >= 8


@pytest.mark.parametrize(("name", "layer"), SMALL, ids=[layer for _, layer in SMALL])
class TestLayer:
    def test_is_a_coverage_after_cleaning(self, name: str, layer: str) -> None:
        degrees, cleaned, _ = read(name, layer)
        rows = ~shapely.is_missing(cleaned.polygons)
        assert shapely.coverage_is_valid(cleaned.polygons[rows])
        assert (rows == ~shapely.is_empty(degrees)).all()
        whole = shapely.area(cleaned.polygons[rows]).sum()
        assert np.abs(cleaned.area_change).sum() < 2e-5 * whole

    def test_areas_are_true(self, name: str, layer: str) -> None:
        degrees, cleaned, made = read(name, layer)
        rows = np.flatnonzero(~shapely.is_missing(cleaned.polygons))
        np.testing.assert_allclose(
            made.areas[rows], shapely.area(cleaned.polygons[rows]), rtol=1e-5, atol=1
        )
        some = rows[:: len(rows) // 60 + 1]
        fine = shapely.orient_polygons(shapely.segmentize(degrees[some], 0.1))
        true = np.array([GEOD.geometry_area_perimeter(one)[0] for one in fine])
        changed = np.abs(cleaned.area_change[some])
        np.testing.assert_array_less(np.abs(made.areas[some] - true), 2e-5 * true + changed + 1e4)

    def test_neighbours_are_those_of_shapely(self, name: str, layer: str) -> None:
        _, cleaned, made = read(name, layer)
        rows = np.flatnonzero(~shapely.is_missing(cleaned.polygons))[:150]
        tree = shapely.STRtree(cleaned.polygons)
        a, b = tree.query(cleaned.polygons[rows], predicate="intersects")
        a, b = rows[a][rows[a] != b], b[rows[a] != b]
        lines = shapely.intersection(cleaned.polygons[a], cleaned.polygons[b])
        expected = {
            (int(i), int(j)): length
            for i, j, length in zip(a, b, shapely.length(lines), strict=True)
            if length > 0.1
        }
        table = made.adjacency
        got = {
            (int(i), int(table.neighbours[k])): table.lengths[k]
            for i in rows
            for k in range(table.starts[i], table.starts[i + 1])
            if table.lengths[k] > 0.1
        }
        assert got.keys() == expected.keys()
        assert got == pytest.approx(expected, rel=1e-3, abs=0.1)

    def test_centres_are_found_in_their_units(self, name: str, layer: str) -> None:
        _, cleaned, made = read(name, layer)
        rows = np.flatnonzero(~shapely.is_missing(cleaned.polygons))
        centres = made.centres[rows] / 100 + made.origin
        assert Picker(made).locate_points(centres).tolist() == rows.tolist()
        assert shapely.contains_xy(cleaned.polygons[rows], *centres.T).all()

    def test_random_points_and_brushes(self, name: str, layer: str) -> None:
        _, cleaned, made = read(name, layer)
        rng = np.random.default_rng(0)
        tree = shapely.STRtree(cleaned.polygons)
        west, south, east, north = shapely.total_bounds(cleaned.polygons)
        points = rng.uniform((west, south), (east, north), (2000, 2))
        point, row = tree.query(shapely.points(points), predicate="intersects")
        expected = np.full(2000, -1)
        expected[point[::-1]] = row[::-1]
        picker = Picker(made)
        assert np.count_nonzero(picker.locate_points(points) != expected) == 0
        radius = (north - south) / 30
        for a, b in points[:20].reshape(10, 2, 2):
            picker.start()
            near = tree.query(shapely.LineString([a, b]), predicate="dwithin", distance=radius)
            got = picker.brush(tuple(a), tuple(b), radius, TOUCHES)
            assert sorted(got) == sorted(near)

    def test_survives_storing(self, name: str, layer: str) -> None:
        _, _, made = read(name, layer)
        data = made.to_bytes()
        assert len(data) < 10 * len(made.xy) + 100 * made.n_units
        np.testing.assert_array_equal(arcs.Arcs.from_bytes(data).areas, made.areas)


def test_land_cut_at_the_antimeridian_is_joined() -> None:
    """Wrangel Island comes in two parts."""
    _, _, wkb, _ = pyogrio.raw.read(
        ROOT / "resources" / "basemap.gpkg", layer="land_10m", columns=[]
    )
    parts = shapely.get_parts(shapely.from_wkb(wkb))
    boxes = shapely.bounds(parts)
    is_cut = (np.abs(boxes[:, [0, 2]]) > 180 - 1e-9).any(axis=1) & (boxes[:, 1] > -10)
    degrees = np.array([shapely.MultiPolygon(list(parts[is_cut & (boxes[:, 3] > 60)]))])
    west, south, east, north = projection.lonlat_extent(degrees)
    assert east > 180
    crs = projection.equal_area_crs(west, south, east, north)
    flat = projection.to_plan(degrees, projection.LONLAT, crs)
    assert shapely.get_num_geometries(flat[0]) < shapely.get_num_geometries(degrees[0])
    assert flat[0].is_valid
    made = arcs.build(arcs.clean(flat).polygons)
    fine = shapely.orient_polygons(shapely.segmentize(degrees[0], 0.1))
    assert made.areas[0] == pytest.approx(GEOD.geometry_area_perimeter(fine)[0], rel=1e-5)
