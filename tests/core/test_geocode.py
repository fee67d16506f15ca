"""Postcodes and names of places, offline."""

from __future__ import annotations

import numpy as np
import pytest

from terradesk import geocode


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("00501", "00501"),
        ("501", "00501"),
        ("501.0", "00501"),
        ("12345-6789", "12345"),
        ("123456789", "12345"),
        (" 9021O ", "90210"),
        ("SW1A 1AA", ""),
        ("12", ""),
        ("1234567", ""),
        ("", ""),
    ],
)
def test_zips_as_people_write_them(text: str, code: str) -> None:
    assert geocode.us_zip(text) == code


def test_known_and_unknown_postcodes() -> None:
    lon, lat = geocode.find_postcodes(["10001", "00000", ""])
    assert (lon[0], lat[0]) == pytest.approx((-73.99, 40.75), abs=0.05)
    assert np.isnan(lon[1:]).all() and np.isnan(lat[1:]).all()
    assert len(geocode.find_postcodes([])[0]) == 0


def test_towns_by_state_and_country() -> None:
    lon, lat = geocode.find_places(
        ["Łódź", "lodz", "Saint Paul", "Portland", "Portland", "Paris", "Paris"],
        ["", "", "MN", "Maine", "Oregon", "", "Texas"],
        ["Polska", "", "", "", "USA", "Frankreich", "US"],
    )
    assert lon[0] == lon[1] == pytest.approx(19.47, abs=0.05)
    assert lat[2] == pytest.approx(44.95, abs=0.1)
    assert lon[3] == pytest.approx(-70.3, abs=0.2) and lon[4] == pytest.approx(-122.7, abs=0.2)
    assert lat[5] == pytest.approx(48.85, abs=0.05) and lat[6] == pytest.approx(33.66, abs=0.1)


def test_a_name_that_many_places_share_is_not_decided_but_by_the_map() -> None:
    lon, _lat = geocode.find_places(["Springfield"])
    assert np.isnan(lon[0])
    lon, _lat = geocode.find_places(
        ["Springfield"], holds=lambda x, y: (np.abs(x + 72.6) < 0.5) & (np.abs(y - 42.1) < 0.5)
    )
    assert lon[0] == pytest.approx(-72.56, abs=0.1)


def test_german_towns_as_people_write_them() -> None:
    lon, _lat = geocode.find_places(["Halle", "Ludwigshafen", "Greifswald", "St. Augustin", "Weil"])
    assert lon == pytest.approx([11.98, 8.45, 13.39, 7.18, 7.62], abs=0.1)


def test_a_shared_name_means_the_country_of_most_others() -> None:
    assert np.isnan(geocode.find_places(["Heidelberg"])[0][0])
    lon, _lat = geocode.find_places(["Heidelberg", "Berlin", "Bremen", "Bonn", "Kiel", "Xqzzt"])
    assert lon[0] == pytest.approx(8.69, abs=0.05)
    assert np.isnan(lon[5])
    lon, _lat = geocode.find_places(["Heidelberg", "Lyon", "Bonn"])
    assert np.isnan(lon[0]), "in no country are most of the others"


def test_states_and_countries() -> None:
    assert geocode.us_state("new york") == geocode.us_state("NY") == "NY"
    assert geocode.us_state("Bavaria") == ""
    assert geocode.country_code("Suède") == geocode.country_code("Sverige") == "SE"
    assert geocode.country_code("fr") == "FR" and geocode.country_code("ایران") == "IR"
    assert geocode.country_code("Atlantis") == ""
    assert {geocode.country_code(uk) for uk in ("UK", "uk ", "GB", "gbr")} == {"GB"}


def test_cities_are_known_by_their_own_names_too() -> None:
    own = ["Wien", "München", "Göteborg", "Köln", "Warszawa", "Roma", "Den Haag"]
    lon, lat = geocode.find_places(own, countries=["AT", "DE", "SE", "DE", "PL", "IT", "NL"])
    assert np.isfinite(lon).all()
    assert (lon[0], lat[0]) == pytest.approx((16.37, 48.21), abs=0.01)


def test_five_digits_are_zip_codes_where_the_towns_agree() -> None:
    towns = ["New York", "Seattle", "Houston", "Henderson"]
    assert geocode.zips_fit_cities(["10035", "98103", "77070", "42420"], towns) == 1
    german = ["Berlin", "München", "Hamburg", "Leipzig"]
    assert geocode.zips_fit_cities(["10115", "80331", "20095", "04109"], german) < 0.6
    assert np.isnan(geocode.zips_fit_cities(["", "x"], ["Berlin", ""]))


# ---------------------------------------------------------------------- as people write them
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("２１０４２", "21042"),
        ("9O21O", "90210"),
        ("I0001", "10001"),
        ("\u00a010001\u00a0", "10001"),
        ("1 0001", "10001"),
        ("۱۰۰۰۱", "10001"),
        ("12345\u20136789", "12345"),
        ("2115-1234", "02115"),
        ("21151234", "02115"),
        ("'00501", "00501"),
        ("123 45", ""),
        ("00-950", ""),
        ("K1A 0B1", ""),
        ("OIO", ""),
    ],
)
def test_zips_in_other_digits_and_marks(text: str, code: str) -> None:
    assert geocode.us_zip(text) == code


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("D-01067", "DE", "01067"),
        ("1067.0", "DE", "01067"),
        ("00-950", "PL", "00950"),
        ("SE-123 45", "SE", "12345"),
        ("k1a 0b1", "CA", "K1A0B1"),
        ("sw1a 1aa", "GB", "SW1A1AA"),
        ("1011 ab", "NL", "1011AB"),
        ("11369-55555", "IR", "1136955555"),
        ("69 001", "FR", "69001"),
        ("123456789", "US", "12345"),
        ("", "DE", ""),
    ],
)
def test_postcodes_of_countries(text: str, country: str, key: str) -> None:
    assert geocode.postcode_key(text, country) == key


def test_ways_of_writing_that_one_country_has() -> None:
    assert geocode.country_written(["00-950", "31-001", "x"]) == "PL"
    assert geocode.country_written(["123 45", "411 01"]) == "SE"
    assert geocode.country_written(["K1A 0B1", "M5V"]) == "CA"
    assert geocode.country_written(["SW1A 1AA", "M1 1AE"]) == "GB"
    assert geocode.country_written(["1011 AB", "3511LX"]) == "NL"
    assert geocode.country_written(["1136955555", "81351-44444"]) == "IR"
    assert geocode.country_written(["10115", "80331", "10001"]) == ""
    assert geocode.country_written(["", " "]) == ""


def test_retired_zips_have_a_neighbour_with_an_area() -> None:
    near = geocode.nearest_zip("10099")
    assert near[:3] == "100" and geocode.zip_type(near) not in geocode.WITHOUT_AREA
    assert geocode.nearest_zip("00000") == ""
    assert geocode.zip_place("90210") == "Beverly Hills, CA"


@pytest.mark.parametrize(
    ("name", "state", "country", "found"),
    [
        ("NYC", "", "", "NY"),
        ("Ft. Worth", "TX", "", "TX"),
        ("Fort Worth", "Texas", "USA", "TX"),
        ("Springfield, IL", "", "", "IL"),
        ("Mt Pleasant", "Michigan", "", "MI"),
        ("LaVista", "NE", "", "NE"),
        ("Los Angeles", "Kalifornia", "", "CA"),
        ("St Paul", "مینه سوتا", "", "MN"),
        ("Frankfurt", "Hessen", "Germany", "05"),
        ("Frankfurt", "BB", "Deutschland", "11"),
        ("Muenchen", "Bavaria", "DE", "02"),
        ("تهران", "", "ایران", "26"),
        ("Poznan", "woj. wielkopolskie", "Polska", "86"),
        ("Linköping", "Östergötlands län", "Sverige", "16"),
    ],
)
def test_places_in_their_region(name: str, state: str, country: str, found: str) -> None:
    (match,) = geocode.match_places([(name, state, country)])
    assert match.place is not None and match.place.region == found


def test_misspelt_names_are_taken_only_when_nothing_else_is_meant() -> None:
    asked = [("Philadelpia", "PA", ""), ("Goteburg", "", "SE"), ("Xqzzt", "", ""), ("Bonm", "", "")]
    philadelphia, gothenburg, nothing, short = geocode.match_places(asked)
    assert philadelphia.kind == "misspelt" and philadelphia.place.name == "Philadelphia"  # type: ignore[union-attr]
    assert gothenburg.candidates[0].name == "Gothenburg"
    assert nothing.kind == "unknown" and short.kind == "unknown" and nothing.place is None
    (small,) = geocode.match_places([("Nieheim", "", "Germany")])
    assert small.place is None and small.candidates[0].name == "Neheim"  # there is a Nieheim
    assert geocode.match_places(asked[:1], spelling=False)[0].kind == "unknown"


def test_what_a_name_may_mean_is_told() -> None:
    (match,) = geocode.match_places([("Springfield", "", "")])
    assert match.kind == "open" and match.place is None and len(match.candidates) > 3
    (larger,) = geocode.match_places([("Paris", "", "")])
    assert larger.kind == "larger" and larger.candidates[0].country == "FR"
    assert "TX" in {place.region for place in larger.candidates}


def test_a_place_with_a_country_may_lie_outside_the_map() -> None:
    def holds(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.abs(x + 72.6) < 0.5

    matches = geocode.match_places([("Toronto", "", "Canada"), ("Toronto", "", "")], holds)
    assert [one.place is not None for one in matches] == [True, False]


# ---------------------------------------------------------------------- tables of the user
def test_tables_are_kept_found_replaced_and_removed() -> None:
    tables = geocode.tables
    assert tables.countries() == ("US",) and tables.table("DE") is None
    codes, lon, lat = ["1067", "80331", "80331", ""], [13.7, 11.5, 11.7, 1.0], [51.0, 48.0, 48.2, 1]
    tables.keep(tables.make_table("DE", codes, np.array(lon), np.array(lat), "DE.txt"))
    assert tables.countries() == ("DE", "US")
    x, y = tables.find_in("DE", ["D-01067", "80331", "99999", ""])
    assert x[:2] == pytest.approx([13.7, 11.6]) and y[:2] == pytest.approx([51.0, 48.1])
    assert np.isnan(x[2:]).all()
    found = tables.table("DE")
    assert found is not None and len(found) == 2 and found.source == "DE.txt"
    tables.keep(tables.make_table("DE", ["20095"], np.array([10.0]), np.array([53.5])))
    assert np.isnan(tables.find_in("DE", ["80331"])[0]).all()
    assert tables.remove("DE") and not tables.remove("DE") and tables.table("DE") is None
    assert np.isnan(tables.find_in("DE", ["20095"])[0]).all()


def test_a_broken_table_counts_as_none() -> None:
    folder = geocode.tables.folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "FR.npz").write_bytes(b"PK\x03\x04 nothing")
    assert geocode.tables.table("FR") is None
    assert np.isnan(geocode.tables.find_in("FR", ["75001"])[0]).all()


def test_districts_stand_for_codes_that_a_table_lacks() -> None:
    made = geocode.tables.make_table("CA", ["K1A"], np.array([-75.7]), np.array([45.4]))
    assert made.find(["K1A 0B1", "M5V 1A1"])[0] == pytest.approx([-75.7, np.nan], nan_ok=True)
