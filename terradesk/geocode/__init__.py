"""Postcodes and place names to points, offline.

U.S. ZIP codes and cities come from the tables in `resources`; postcodes of other countries from
tables that the user has imported once (`tables`), which stay on the computer for every plan.
"""

from __future__ import annotations

from terradesk.geocode import tables
from terradesk.geocode.gazetteer import Holds, Place, country_points
from terradesk.geocode.patterns import (
    country_written,
    postcode_key,
    shorter_key,
    with_zeros,
    written_like,
)
from terradesk.geocode.places import Match, find_places, match_places, zips_fit_cities
from terradesk.geocode.regions import (
    country_code,
    country_codes,
    country_name,
    region_code,
    us_state,
)
from terradesk.geocode.texts import plain, tidy
from terradesk.geocode.zips import (
    WITHOUT_AREA,
    find_postcodes,
    nearest_zip,
    us_zip,
    zip_addition,
    zip_place,
    zip_rows,
    zip_state,
    zip_type,
)

__all__ = [
    "WITHOUT_AREA",
    "Holds",
    "Match",
    "Place",
    "country_code",
    "country_codes",
    "country_name",
    "country_points",
    "country_written",
    "find_places",
    "find_postcodes",
    "match_places",
    "nearest_zip",
    "plain",
    "postcode_key",
    "region_code",
    "shorter_key",
    "tables",
    "tidy",
    "us_state",
    "us_zip",
    "with_zeros",
    "written_like",
    "zip_addition",
    "zip_place",
    "zip_rows",
    "zip_state",
    "zip_type",
    "zips_fit_cities",
]
