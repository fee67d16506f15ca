"""The maps that come with the program make plans."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from terradesk import paths, sample
from terradesk import records as rec
from terradesk.arcs import components
from terradesk.plan import Plan
from terradesk.projection import lonlat

KEYS = [one.key for one in sample.BUILT_IN_MAPS if not one.is_approximate]


def unit(plan: Plan, code: str) -> int:
    return int(np.flatnonzero(plan.units.codes == code)[0])


@pytest.mark.parametrize("key", KEYS)
def test_every_map_makes_a_plan_with_the_areas_it_promises(key: str) -> None:
    built_in = sample.built_in_map(key)
    plan = sample.new_from_map(key)
    assert plan.coverage is not None
    assert len(plan.units) == built_in.n_units == plan.coverage.n_units
    assert (plan.coverage.areas > 1e6).all(), "an area without a shape cannot be seen"
    assert len(set(plan.units.codes)) == len(set(plan.units.names)) == built_in.n_units
    assert set(plan.units.columns) == set(built_in.columns)
    assert plan.setting("credits") and plan.noun(1) and plan.noun(2)
    assert built_in.is_overview == (built_in.n_units < 50)
    assert (plan.alignment(3).assignment == -1).all()


@pytest.mark.parametrize("key", KEYS)
def test_areas_keep_their_size_when_they_are_projected(key: str) -> None:
    plan = sample.new_from_map(key)
    assert plan.coverage is not None and plan.units.source is not None
    geod = Geod(ellps="WGS84")
    rows = np.linspace(0, len(plan.units) - 1, 12).astype(int)
    shapes = shapely.from_wkb(plan.units.source[rows])
    true = [abs(geod.geometry_area_perimeter(g)[0]) for g in shapely.segmentize(shapes, 0.02)]
    assert plan.coverage.areas[rows] == pytest.approx(true, rel=1e-3)


def test_amounts_are_measures_and_rates_are_not() -> None:
    plan = sample.new_from_map("us_county")
    roles = {column.name: column.role for column in plan.rows(rec.Column)}
    assert roles["population"] == roles["employment"] == "amount"
    assert roles["income_zipavg"] == roles["avg_weekly_wage"] == "rate"
    summed = {m.column for m in plan.rows(rec.Measure) if m.source == "units"}
    assert summed == {name for name, role in roles.items() if role == "amount"}


def test_maps_without_figures_can_be_balanced_by_the_number_of_areas() -> None:
    plan = sample.new_from_map("se_kommun")
    assert [m.source for m in plan.rows(rec.Measure)] == ["n_units"]
    assert not sample.built_in_map("se_kommun").has_figures


def test_an_area_too_small_for_a_shape_counts_where_it_lies() -> None:
    plan = sample.new_from_map("us_county")
    states = sample.new_from_map("us_state")
    assert "51610" not in plan.units.codes
    population = plan.units.column("population")
    assert plan.units.names[unit(plan, "51059")] == "Fairfax, VA"
    assert plan.units.names[unit(plan, "51600")] == "Fairfax city, VA"
    assert np.nansum(population) == states.units.column("population").sum()


def test_names_are_in_the_language_of_the_country() -> None:
    names = {key: set(sample.new_from_map(key).units.names) for key in KEYS}
    assert "Åre" in names["se_kommun"]
    assert "Hérault" in names["fr_departement"]
    assert "łódzkie" in names["pl_wojewodztwo"]
    assert "تهران" in names["ir_province"]


def test_far_parts_do_not_bend_the_map() -> None:
    for key in ("us_county", "fr_departement"):
        main, whole = sample.new_from_map(key), sample.new_from_map(f"{key}_all")
        assert whole.crs == main.crs
        assert sample.built_in_map(f"{key}_all").variant_of == key
    whole = sample.new_from_map("us_county_all")
    assert whole.coverage is not None
    row = unit(whole, "15003")
    x, y = np.array(whole.coverage.origin) + whole.coverage.centres[row] / 100
    lon, lat = lonlat(x, y, whole.crs)
    assert (float(lon), float(lat)) == pytest.approx((-158, 21.5), abs=0.5), "Honolulu"


def test_the_same_map_has_the_same_measures() -> None:
    first, second = (sample.new_from_map("se_lan") for _ in range(2))
    assert [m.uid for m in first.rows(rec.Measure)] == [m.uid for m in second.rows(rec.Measure)]
    assert first.uid != second.uid


def test_a_cached_map_is_the_same_and_a_damaged_one_is_made_again(empty_cache: Path) -> None:
    made = sample.new_from_map("de_land")
    (file,) = paths.cache_dir().iterdir()
    for damage in (None, b"", file.read_bytes()[:-200]):
        if damage is not None:
            file.write_bytes(damage)
        again = sample.new_from_map("de_land")
        assert made.coverage is not None and again.coverage is not None
        assert again.crs == made.crs
        assert again.coverage.to_bytes() == made.coverage.to_bytes()


def test_an_unknown_map_is_refused() -> None:
    with pytest.raises(KeyError):
        sample.new_from_map("atlantis")


@pytest.mark.parametrize("key", ["us_county", "se_kommun", "se_lan"])
def test_islands_hang_together_with_the_coast(key: str) -> None:
    plan = sample.new_from_map(key)
    assert plan.coverage is not None
    links = [(b.unit_a, b.unit_b) for b in plan.rows(rec.Bridge)]
    everything = np.zeros(len(plan.units), np.int32)
    assert components(plan.coverage, everything, 1).counts[0] > 1
    assert components(plan.coverage, everything, 1, links).counts[0] == 1


def test_seas_too_wide_for_a_link_stay_seas() -> None:
    plan = sample.new_from_map("fr_departement")
    assert plan.rows(rec.Bridge) == [], "Corsica lies 170 km off"
