"""Countries of points, and their land; polygons in degrees cut at the 180th meridian."""

import numpy as np
import pytest
import shapely

from terradesk import land, projection

PLACES = {
    "FR": (2.35, 48.85),
    "DE": (13.4, 52.5),
    "SE": (18.3, 57.64),
    "CH": (6.14, 46.2),
    "IR": (51.4, 35.7),
    "US": (-83.05, 42.33),
    "ES": (-3.7, 40.4),
    "SG": (103.85, 1.29),
}


def test_points_are_in_their_countries_and_the_sea_is_in_none() -> None:
    lon, lat = np.array([*PLACES.values(), (-30.0, 40.0), (np.nan, 3.0)]).T
    assert land.countries_at(lon, lat).tolist() == [*PLACES, "", ""]
    for code, (x, y) in PLACES.items():
        assert land.countries_at([x], [y]).tolist() == [code], "also alone"


def test_islands_on_both_sides_of_180_are_one_country() -> None:
    assert set(land.countries_at([178.44, -179.97], [-18.14, -16.78])) == {"FJ"}


@pytest.mark.parametrize(("code", "km2"), [("FR", 540_000), ("ES", 490_000), ("IR", 1_630_000)])
def test_the_land_of_one_country_ends_at_its_borders(code: str, km2: float) -> None:
    lon, lat = PLACES[code]
    crs = projection.equal_area_crs(lon - 8, lat - 8, lon + 8, lat + 8)
    found = land.land_of([lon], [lat], crs, 2_000_000)
    assert shapely.is_valid(found)
    assert found.area / 1e6 == pytest.approx(km2, rel=0.05)


def test_land_is_no_further_than_wanted() -> None:
    crs = projection.equal_area_crs(2, 48, 3, 49)
    near = land.land_of([2.35], [48.85], crs, 20_000)
    assert near.area == pytest.approx(40_000**2, rel=0.05)
    assert land.land_of([-30.0], [40.0], crs, 20_000).is_empty


def test_land_of_the_united_states_is_that_of_its_states() -> None:
    crs = projection.equal_area_crs(-74, 40, -70, 43)
    found = land.land_of([-71.4, -71.5], [41.8, 41.5], crs, 10_000)
    states = projection.to_plan(land.us_states()[1], land.DEGREES, crs)
    assert found.area == pytest.approx(shapely.union_all(states).intersection(found).area, rel=1e-5)


def test_polygons_over_the_180th_meridian_are_cut_there_and_joined_again() -> None:
    crs = projection.equal_area_crs(177, -19, 182, -16)
    x, y = np.round(projection.to_plan(np.array([[180.0, -17.0]]), projection.LONLAT, crs))[0]
    flat = np.array([shapely.box(x - 3e4, y - 1e4, x + 3e4, y + 1e4), None], object)
    degrees = projection.to_degrees(flat, crs)
    assert degrees[1] is None and degrees[0].geom_type == "MultiPolygon"
    west, _south, east, _north = degrees[0].bounds
    assert west == -180 and east == 180
    back = projection.to_plan(degrees, projection.LONLAT, crs)
    assert back[0].area == pytest.approx(flat[0].area, rel=1e-4)
    assert len(shapely.get_parts(back[0])) == 1
