"""Both coordinates in one cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.readers import Table
from terradesk.readers.placing.point_cells import taken_apart
from terradesk.readers.report import ImportReport


def table(**columns: list[str]) -> Table:
    """A table as a reader gives it."""
    made = {}
    for name, cells in columns.items():
        made[name] = np.empty(len(cells), object)
        made[name][:] = cells
    n = len(next(iter(columns.values())))
    return Table(made, n, ImportReport(n, n))


@pytest.mark.parametrize(
    ("heading", "cells", "lat", "lon"),
    [
        ("Coordinates", ["42.36, -71.06"], ["42.36"], ["-71.06"]),
        ("Coordinates", ["42.36,-71.06", "", "n/a"], ["42.36", "", ""], ["-71.06", "", ""]),
        ("where", ["42.36, -71.06", "40.71, -74.01", "nowhere"], ["42.36", "40.71", ""],
         ["-71.06", "-74.01", ""]),
        ("gps", ["(52.2297; 21.0122)"], ["52.2297"], ["21.0122"]),
        ("Koordinaten", ["52,52 13,40"], ["52,52"], ["13,40"]),
        ("seen", ["59.3293, 18.0686", "57.7089, 11.9746"], ["59.3293", "57.7089"],
         ["18.0686", "11.9746"]),
        ("lon_lat", ["18.0686, 59.3293"], ["59.3293"], ["18.0686"]),
        ("Location", ["-122.4194, 37.7749", "2.3522, 48.8566"], ["37.7749", "48.8566"],
         ["-122.4194", "2.3522"]),
        ("geom", ["POINT (-71.06 42.36)"], ["42.36"], ["-71.06"]),
        ("point", ["42.36 N, 71.06 W"], ["42.36 N"], ["71.06 W"]),
        ("point", ["71.06 W 42.36 N"], ["42.36 N"], ["71.06 W"]),
    ],
)  # fmt: skip
def test_points_become_two_columns(heading, cells, lat, lon) -> None:
    if "n/a" in cells:
        cells = [*cells, *(["42.36,-71.06"] * 8)]
        lat, lon = [*lat, *(["42.36"] * 8)], [*lon, *(["-71.06"] * 8)]
    made = taken_apart(table(Name=["x"] * len(cells), **{heading: cells}))
    assert list(made.columns) == ["Name", heading, "Latitude", "Longitude"]
    assert made.columns["Latitude"].tolist() == lat
    assert made.columns["Longitude"].tolist() == lon
    assert made.columns[heading].tolist() == cells
    assert [one.kind for one in made.report.issues] == ["points_apart"]


@pytest.mark.parametrize(
    "columns",
    [
        {"Range": ["12.50, 13.75", "1.10, 2.20"]},
        {"Place": ["Boston, MA", "42.36, -71.06", "Paris"]},
        {"Coordinates": ["42.36, -71.06"], "lat": ["1"], "lon": ["2"]},
        {"Location": ["12, 34"]},
        {"Umsatz": ["1.000,50", "1.001,50"]},
        {"Revenue": ["1,000.50", "12,001.00"]},
        {"Location": ["", ""]},
        {"Location": []},
    ],
)
def test_other_tables_stay_as_they_are(columns) -> None:
    one = table(**columns)
    assert taken_apart(one) is one


def test_a_column_of_the_same_name_keeps_its_name() -> None:
    made = taken_apart(table(latitude=["?"], Coordinates=["42.36, -71.06"]))
    assert list(made.columns) == ["latitude", "Coordinates", "Latitude (2)", "Longitude"]


@given(st.lists(st.tuples(st.floats(-89, 89), st.floats(-179, 179)), min_size=1, max_size=20))
def test_no_point_gets_lost(points) -> None:
    cells = [f"{lat:.5f}, {lon:.5f}" for lat, lon in points]
    made = taken_apart(table(Coordinates=cells))
    pairs = zip(made.columns["Latitude"], made.columns["Longitude"], strict=True)
    assert [f"{lat}, {lon}" for lat, lon in pairs] == cells
