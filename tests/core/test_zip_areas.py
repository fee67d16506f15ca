"""US ZIP areas: approximate, drawn from points; one small state here, the whole under proof."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from terradesk import geocode, land, planfile, projection, readers, sample
from terradesk import records as rec
from terradesk.arcs import components
from terradesk.plan import Plan
from terradesk.readers.report import ImportReport

SMALL = ("RI", "CT")


def small_rows() -> list[dict[str, str]]:
    return [row for row in geocode.zip_rows() if row["state"] in SMALL]


@pytest.fixture
def small(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr(sample.zips, "geocode", SimpleNamespace(zip_rows=small_rows))
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
    wanted = [row for row in small_rows() if row["zip_type"] in ("Standard", "Unique")]
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
    roles = {c.name: c.role for c in small.rows(rec.Column)}
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


def test_accounts_find_their_area_by_code_and_post_office_boxes_by_their_point(
    small: Plan,
) -> None:
    boxes = [row for row in small_rows() if row["zip_type"] == "PO_Box"][:5]
    zips = ["02840", "2840-1234", "06103", "06511", *(row["zip"] for row in boxes), "99999"]
    cells = {"zip": np.array(zips, object), "name": np.array([f"C{z}" for z in zips], object)}
    table = readers.Table(cells, len(zips), ImportReport(read=len(zips), accepted=len(zips)))
    roles = {"zip": "postcode", "name": "name"}
    made = readers.make_accounts(table, roles, (), small)
    found = small.units.codes[made.accounts.unit]
    assert found[:4].tolist() == ["02840", "02840", "06103", "06511"]
    assert (made.accounts.unit[4:-1] >= 0).all() and made.accounts.unit[-1] == -1
    assert not set(found[4:-1]) & {row["zip"] for row in boxes}


def test_states_hang_together_over_water(small: Plan) -> None:
    assert small.arcs is not None
    bridges = [(b.unit_a, b.unit_b) for b in small.rows(rec.Bridge)]
    state = np.unique(small.units.columns["state"], return_inverse=True)[1]
    parts = components(small.arcs, state, 2, np.array(bridges, np.int32))
    assert bridges and parts.counts.tolist() == [1, 1]


def test_a_small_part_is_made_for_the_picture() -> None:
    plan = sample.small_plan("us_zip")
    assert 200 < len(plan.units) < 400
    assert len(sample.small_plan("se_lan").units) == 21
