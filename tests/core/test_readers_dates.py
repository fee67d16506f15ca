"""Days as people and spreadsheets write them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.readers.tabular.dates import date, dates, order
from tests.core.made_maps import objects


@pytest.mark.parametrize(
    ("cell", "chosen", "day"),
    [
        ("2025-04-05", "", "2025-04-05"),
        ("2025-04-05 13:30:00", "mdy", "2025-04-05"),
        ("05/04/2025", "dmy", "2025-04-05"),
        ("05/04/2025", "mdy", "2025-05-04"),
        ("25/04/2025", "mdy", "2025-04-25"),
        ("04/25/2025", "dmy", "2025-04-25"),
        ("5.4.25", "mdy", "2025-04-05"),
        ("5. 4. 1999", "", "1999-04-05"),
        ("5-4-69", "dmy", "1969-04-05"),
        ("05/04/2025 07:00 PM", "mdy", "2025-05-04"),
        ("20250405", "", "2025-04-05"),
        ("5 Apr 2025", "", "2025-04-05"),
        ("05-Apr-25", "", "2025-04-05"),
        ("April 5, 2025", "", "2025-04-05"),
        ("45752", "", "2025-04-05"),
        ("45752.75", "", "2025-04-05"),
        ("۲۰۲۵/۰۴/۰۵", "", "2025-04-05"),
    ],
)
def test_ways_to_write_a_day(cell: str, chosen: str, day: str) -> None:
    assert date(cell, chosen) == dt.date.fromisoformat(day)


@pytest.mark.parametrize("cell", ["", "x", "31/31/2025", "2025-02-30", "12", "1.5", "5 Foo 2025"])
def test_what_is_no_day(cell: str) -> None:
    assert date(cell) is None


def test_workbooks_that_count_from_1904() -> None:
    assert date("44290", is_1904=True) == date("45752")


def test_cells_as_days() -> None:
    days, is_bad = dates(objects(["2025-04-05", "", "n/a", "soon", "5.4.2025"]), "dmy")
    assert days[0] == days[4] == np.datetime64("2025-04-05")
    assert np.isnat(days[1:4]).all()
    assert is_bad.tolist() == [False, False, False, True, False]


def test_the_order_is_found_by_cells_without_doubt() -> None:
    assert order(["03/04/2025", "25/04/2025", "Acme", ""]) == ("dmy", 1)
    assert order(["03/04/2025", "04/25/2025"]) == ("mdy", 1)
    assert order(["3.4.2025", "2.4.2025"]) == ("dmy", 0)
    assert order(["2025-04-05"]) == ("ymd", 0)
    assert order(["03/04/2025", "05/06/2025"]) == ("", 2)
    assert order(["25/04/2025", "04/25/2025"]) == ("", 0)
    assert order(["05/05/2025", "Acme 1/2", "12"]) == ("", 0)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2049, 12, 31)), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_a_written_day_is_the_day(day: dt.date, chosen: str) -> None:
    forms = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%y", "ymd": "%Y/%m/%d"}
    assert date(day.strftime(forms[chosen]), chosen) == day
