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
