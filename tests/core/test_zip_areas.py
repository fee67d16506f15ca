"""US ZIP areas: approximate, drawn from points; one small state here, the whole under proof."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from terradesk import geocode, land, planfile, projection, sample
from terradesk.arcs import components
from terradesk.plan import Plan

SMALL = ("RI", "CT")


@pytest.fixture
def small(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    rows = [row for row in geocode.zip_rows() if row["state"] in SMALL]
    monkeypatch.setattr(geocode, "zip_rows", lambda: rows)
    return sample.new_from_map("us_zip")


def assert_zips_tile_their_states(plan: Plan, states: set[str]) -> None:
    assert plan.arcs is not None and plan.units.source is not None
    assert plan.units.geometry_kind == "approximate"
    fips, shapes = land.us_states()
    names = {row["name"]: row["fips"] for row in sample.zips.table("us_states.csv")}
    flat = dict(zip(fips, projection.to_plan(shapes, land.DEGREES, plan.crs), strict=True))
    for name in states:
        rows = plan.units.columns["state"] == name
        assert plan.arcs.areas[rows].sum() == pytest.approx(flat[names[name]].area, rel=1e-6), name
    degrees = shapely.from_wkb(plan.units.source)
    assert shapely.is_valid(degrees).all() and (shapely.bounds(degrees)[:, 2] <= 180).all()
    again = projection.to_plan(degrees, plan.units.source_crs, plan.crs)
    assert shapely.area(again).sum() == pytest.approx(plan.arcs.areas.sum(), rel=1e-4)


def test_areas_of_a_state_tile_it_and_hold_their_points(small: Plan) -> None:
    assert_zips_tile_their_states(small, {"Rhode Island", "Connecticut"})
    assert small.units.source is not None
    wanted = [row for row in geocode.zip_rows() if row["zip_type"] in ("Standard", "Unique")]
    assert small.units.codes.tolist() == sorted(row["zip"] for row in wanted)
    point_of = {row["zip"]: (float(row["lon"]), float(row["lat"])) for row in wanted}
    points = shapely.points([point_of[code] for code in small.units.codes])
    inside = shapely.intersects(shapely.from_wkb(small.units.source), points)
    assert inside.mean() > 0.98, "only points in the sea lie outside"
    assert components(small.arcs, np.zeros(len(small.units), np.int32), 1).counts[0] < 12


def test_they_say_that_they_are_approximate_and_what_they_carry(small: Plan) -> None:
    assert "approximate" in small.setting("credits")
    assert "approximate" in sample.built_in_map("us_zip").caption
    assert small.noun(2) == "ZIPs"
    row = small.units.codes.tolist().index("02840")
    assert small.units.names[row] == "02840 Newport"
    assert small.units.columns["county_fips"][row] == "44005"
    assert small.units.columns["population"][row] > 10_000
    roles = {c.name: c.role for c in small.rows(sample.maps.rec.Column)}
    assert roles["median_household_income"] == roles["median_age"] == roles["land_km2"] == "rate"
    assert roles["population"] == "amount"


def test_the_cache_and_the_plan_file_keep_them(small: Plan, tmp_path: Path) -> None:
    assert small.coverage is not None and small.units.source is not None
    again = sample.new_from_map("us_zip")
    assert again.coverage is not None and again.units.source is not None
    assert again.coverage.to_bytes() == small.coverage.to_bytes()
    assert again.units.source.tolist() == small.units.source.tolist()
    path = tmp_path / "zips.gpkg"
    planfile.create(path, small).close()
    opened = planfile.open_document(path, read_only=True)
    assert opened.plan.units.geometry_kind == "approximate"
    assert opened.plan.arcs is not None
    assert (opened.plan.arcs.areas == small.coverage.areas).all()
    opened.close()


@pytest.mark.proof
def test_the_whole_country_is_tiled() -> None:
    for key, n_links in (("us_zip", 100), ("us_zip_all", 200)):
        built_in, plan = sample.built_in_map(key), sample.new_from_map(key)
        assert plan.arcs is not None
        assert len(plan.units) == built_in.n_units == len(set(plan.units.names))
        assert (plan.arcs.areas > 0).all() and np.isfinite(plan.arcs.centres).all()
        assert_zips_tile_their_states(plan, set(plan.units.columns["state"]))
        assert 0 < len(plan.tables["bridge"]) < n_links
