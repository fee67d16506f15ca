"""Periods as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.importing.periods import coarser, iso_date, named_period, period


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(("2026", "2026"), ("FY2026", "2026"), ("FY26", "2026"), ("۲۰۲۶", "2026")),
        *(("2026-01", "2026-01"), ("202601", "2026-01"), ("01/2026", "2026-01")),
        *(("1.2026", "2026-01"), ("Jan 2026", "2026-01"), ("Jan-26", "2026-01")),
        *(("January 2026", "2026-01"), ("sept. 2026", "2026-09"), ("Mär 2026", "2026-03")),
        *(("août 2026", "2026-08"), ("styczeń 2026", "2026-01"), ("2026 Jan", "2026-01")),
        *(("Q1 2026", "2026-Q1"), ("2026Q1", "2026-Q1"), ("2026-Q1", "2026-Q1")),
        *(("1Q26", "2026-Q1"), ("Q1/26", "2026-Q1"), ("T1 2026", "2026-Q1"), ("Q4'25", "2025-Q4")),
        *(("3. Quartal 2026", "2026-Q3"), ("1st quarter 2026", "2026-Q1")),
        *(("2026-01-15", "2026-01"), ("15.01.2026", "2026-01"), ("2026-01-31 00:00:00", "2026-01")),
        *(("01/15/2026", "2026-01"), ("03/04/2026", "2026-04"), ("15 Jan 2026", "2026-01")),
        *(
            ("", ""),
            ("Sales", ""),
            ("12", ""),
            ("1234", ""),
            ("26", ""),
            ("May", ""),
            ("Q5 26", ""),
        ),
        *(("2026-13", ""), ("99.99.2026", "")),
    ],
)
def test_what_a_text_means(text: str, found: str) -> None:
    assert period(text) == found


def test_the_order_of_dates_is_heeded() -> None:
    assert period("03/04/2026", "mdy") == "2026-03"
    assert iso_date("03/04/2026", "mdy") == "2026-03-04"
    assert iso_date("03/04/2026") == "2026-04-03"
    assert iso_date("12/31/2026") == "2026-12-31"
    assert iso_date("2026-02-30") == "" and iso_date("5 May 2024") == "2024-05-05"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Sales 2026-01", ("Sales", "2026-01")),
        ("Net_sales_Q1_2026", ("Net sales", "2026-Q1")),
        ("2026 Q1 units", ("units", "2026-Q1")),
        ("Jan 26", ("", "2026-01")),
        ("Sales (2025)", ("Sales", "2025")),
        ("Territory", ("", "")),
        ("Visits per week", ("", "")),
    ],
)
def test_headers_name_a_figure_and_a_period(header: str, found: tuple[str, str]) -> None:
    assert named_period(header) == found


@given(st.integers(1990, 2100), st.integers(1, 12), st.sampled_from(["quarter", "year", ""]))
def test_a_month_lies_in_its_quarter_and_year(year: int, month: int, level: str) -> None:
    found = period(f"{year}-{month:02d}")
    wanted = {"": found, "quarter": f"{year}-Q{(month - 1) // 3 + 1}", "year": str(year)}
    assert coarser(found, level) == wanted[level]
    assert period(coarser(found, level)) == coarser(found, level)


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_none(text: str) -> None:
    found = period(text)
    assert found == "" or period(found) == found
    named_period(text), iso_date(text)
