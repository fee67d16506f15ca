"""Numbers as people write them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from terradesk.columns import number_text
from terradesk.readers.tabular.numbers import EMPTY, decimal_mark, number, numbers
from tests.core.made_maps import objects


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("1234", ".", 1234),
        ("-5", ".", -5),
        ("−5,5", ",", -5.5),
        ("1,234.50", ".", 1234.5),
        ("1.234,50", ",", 1234.5),
        ("1,234", ".", 1234),
        ("1.234", ",", 1234),
        ("1,234", ",", 1.234),
        ("12,5", ".", 12.5),
        ("12.5", ",", 12.5),
        ("12,50", ".", 12.5),
        ("$1,200", ".", 1200),
        ("-$1,200.50", ".", -1200.5),
        ("1 234,50 kr", ",", 1234.5),
        ("1\u202f234 €", ",", 1234),
        ("EUR 12.5", ".", 12.5),
        ("7 zł", ",", 7),
        ("(5)", ".", -5),
        ("($1,000)", ".", -1000),
        ("5-", ".", -5),
        ("12 %", ".", 12),
        ("1'234.5", ".", 1234.5),
        ("12,34,567", ".", 1234567),
        ("۱۲٫۵", ".", 12.5),
        ("1e3", ".", 1000),
        (".5", ".", 0.5),
    ],
)
def test_ways_to_write_a_number(cell: str, decimal: str, value: float) -> None:
    assert number(cell, decimal) == value
    assert numbers(objects([cell]), decimal)[0].tolist() == [value]


@pytest.mark.parametrize(
    "cell",
    ["abc", "1.2.3", "1,2,3", "12-34", "2024-05-01", "A1", "1_000", "--5", "$", "1e999", "inf"],
)
def test_what_is_no_number(cell: str) -> None:
    assert number(cell) is None
    values, is_bad = numbers(objects([cell, "1"]))
    assert math.isnan(values[0]) and is_bad.tolist() == [True, False]


def test_nothing_is_not_a_bad_number() -> None:
    values, is_bad = numbers(objects([*sorted(EMPTY), "N/A", " - "]))
    assert np.isnan(values).all() and not is_bad.any()


def test_the_decimal_mark_is_found_by_cells_without_doubt() -> None:
    assert decimal_mark(["1,234", "Acme", "12,5", "3"]) == ","
    assert decimal_mark(["1.234", "59,32938"]) == ","
    assert decimal_mark(["1,234", "12.5"]) == "."
    assert decimal_mark(["1,234", "5,678"]) == "."
    assert decimal_mark([]) == "."


@given(
    st.floats(-1e9, 1e9).map(lambda v: round(v, 3)),
    st.sampled_from(["en_US", "de", "sv", "fr", "pl"]),
)
def test_numbers_of_every_language_are_read(value: float, locale: str) -> None:
    text = format_decimal(value, "#,##0.0##", locale=locale)
    assert number(text, "." if locale == "en_US" else ",") == pytest.approx(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_text_is_the_number(value: float) -> None:
    assert float(number_text(value)) == value
