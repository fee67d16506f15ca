"""Formulas: what they can say, what they refuse, and where they say the trouble is."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.errors import TerraDeskError
from terradesk.formula import MAX_LENGTH, FormulaError, evaluate, matching_rows
from terradesk.units import Units

NAN = float("nan")
TABLE = Units(
    codes=np.array(["01", "02", "03", "04"], object),
    names=np.array(["Åre", "Béziers", "O'Fallon", ""], object),
    columns={
        "sales": np.array([10.0, 20.0, NAN, 40.0]),
        "Net Profit (USD)": np.array([1.0, -2.0, 3.0, 0.0]),
        "state": np.array(["CO", "UT", "CO", ""], object),
        "is_new": np.array([True, False, True, False]),
        "försäljning": np.array([1.0, 2.0, 3.0, 4.0]),
        "mixed": np.array(["a", None, NAN, "d"], object),
        "Size": np.array([1.0, 1.0, 1.0, 1.0]),
        "size": np.array([2.0, 2.0, 2.0, 2.0]),
    },
)


def rows(text: str) -> list[int]:
    return matching_rows(text, TABLE).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sales > 15", [1, 3]),
        ("sales >= 10 and sales <= 20", [0, 1]),
        ("10 < sales < 40", [1]),
        ("sales = 20 or sales = 40", [1, 3]),
        ("sales == 20", [1]),
        ("sales <> 20", [0, 2, 3]),
        ("not sales > 15", [0, 2]),
        ("NOT (sales > 15 OR state = 'CO')", []),
        ('state in ("CO", "UT")', [0, 1, 2]),
        ('state not in ("CO", "UT")', [3]),
        ('state in ("CO")', [0, 2]),
        ('state in "CO"', [0, 2]),
        ("sales in (10, 40)", [0, 3]),
        ("[Net Profit (USD)] < 0", [1]),
        ("[net profit (usd)]<0", [1]),
        ("SALES = 10", [0]),
        ("Size = 1 and size = 2", [0, 1, 2, 3]),
        ("försäljning > 2", [2, 3]),
        ('name = "Béziers"', [1]),
        ('name = "O\'Fallon"', [2]),
        ('code = "01"', [0]),
        ("isempty(state)", [3]),
        ("isempty(sales)", [2]),
        ("isempty(mixed)", [1, 2]),
        ("is_new", [0, 2]),
        ("is_new = true and sales > 5", [0]),
        ('contains(lower(name), "béz")', [1]),
        ('startswith(name, "O")', [2]),
        ('Contains(name, "Å")', [0]),
        ("coalesce(sales, 99) > 50", [2]),
        ('coalesce(mixed, state) = "UT"', [1]),
        ("abs([Net Profit (USD)]) >= 2", [1, 2]),
        ("max(sales, 25) = 25", [0, 1, 2]),
        ("min(sales, 15, 12) = 12", [1, 2, 3]),
        ("round(sales / 3, 1) = 6.7", [1]),
        ("sales / 0 > 0", []),
        ('state + "-" + code = "UT-02"', [1]),
        ("-sales < -15", [1, 3]),
        ("sales * (1 + 1) - 5 = 15", [0]),
        ("  sales\n > \t 15 ", [1, 3]),
        ("sales > .5e2 / 2", [3]),
        ("1 = 1", [0, 1, 2, 3]),
    ],
)
def test_condition(text: str, expected: list[int]) -> None:
    assert rows(text) == expected


def test_values_have_the_dtype_of_what_they_are() -> None:
    assert evaluate("sales * 2", TABLE).tolist()[:2] == [20.0, 40.0]
    assert np.isnan(evaluate("sales / 0", TABLE)).all()
    assert evaluate("1 + 1", TABLE).tolist() == [2.0] * 4
    assert evaluate("lower(state)", TABLE).tolist() == ["co", "ut", "co", ""]
    assert evaluate("'x'", TABLE).dtype == object
    assert evaluate("sales > 1", TABLE).dtype == bool
    assert evaluate("12.5", TABLE).dtype == float


def test_a_value_is_not_a_view_of_the_column() -> None:
    evaluate("sales", TABLE)[:] = 0
    assert TABLE.columns["sales"][0] == 10


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "nothing"),
        ("   ", 0, "nothing"),
        ("sales > ", 8, "missing"),
        ("sales sales", 6, "missing"),
        ("(sales > 1", 0, "missing"),
        ("sale > 1", 0, "no column sale"),
        ("sales > 1 and stat = 'x'", 14, "no column stat"),
        ("[no such] = 1", 0, "no column no such"),
        ("sales = 'CO'", 8, "cannot be compared"),
        ("code = 1", 7, "cannot be compared"),
        ("sales + state > 1", 8, "a number, not a text"),
        ("state + sales = 'x'", 8, "a text, not a number"),
        ("sales and is_new", 0, "a condition, not a number"),
        ("not sales", 4, "a condition, not a number"),
        ("lower(sales) = 'x'", 6, "a text, not a number"),
        ("is_new > state", 9, "cannot be compared"),
        ("coalesce(sales, state) = 1", 16, "a number, not a text"),
        ("abs(1, 2) > 1", 0, "needs 1"),
        ("min(1) > 1", 0, "needs 2"),
        ("state = 'CO", 8, "not understood"),
        ("sales.real > 1", 5, "not understood"),
        ("sales > 1; 2", 9, "not understood"),
        ("sales > 1 # x", 10, "not understood"),
        ("{1: 2}", 0, "not understood"),
        ("sales[0] > 1", 5, "missing"),
        ("1e999 > sales", 0, "too large"),
        ("5x > sales", 0, "not understood"),
        ("exit()", 0, "no such function"),
        ("__import__('os')", 0, "no such function"),
        ("lower(lower)", 6, "no column lower"),
        ("lower(t='x')", 6, "no column t"),
        ("sales ** 2 > 1", 0, "not possible"),
        ("sales // 2 > 1", 0, "not possible"),
        ("(1, 2)", 0, "not possible"),
        ("(lambda: 1)()", 7, "not understood"),
        ("sales if is_new else 1", 6, "missing"),
        ("sales := 1", 6, "not understood"),
        ("(" * 150 + "1" + ")" * 150, 0, ""),
        ("not " * 400 + "is_new", 0, ""),
        ("-" * 1900 + "1 > 0", 0, ""),
        ("1" + "+1" * 900 + " > 0", 0, "deep"),
    ],
)
def test_what_is_refused_and_where(text: str, position: int, words: str) -> None:
    with pytest.raises(FormulaError) as caught:
        matching_rows(text, TABLE)
    assert words in str(caught.value)
    if len(text) < 100:
        assert caught.value.position == position


def test_positions_are_those_of_the_text_as_typed() -> None:
    text = "[Net Profit (USD)] <> 1 AND försäljning = 2 and name = 'Å' and nope = 1"
    with pytest.raises(FormulaError) as caught:
        evaluate(text, TABLE)
    assert text[caught.value.position :].startswith("nope")
    assert f"character {text.index('nope') + 1}" in str(caught.value)


def test_a_value_is_no_condition() -> None:
    with pytest.raises(FormulaError, match="not a condition"):
        matching_rows("sales", TABLE)


def test_length_is_limited() -> None:
    assert rows("1 = 1" + " " * (MAX_LENGTH - 5)) == [0, 1, 2, 3]
    with pytest.raises(FormulaError, match="longer"):
        rows("1 = 1" + " " * (MAX_LENGTH - 4))


def test_nesting_takes_no_exponential_time() -> None:
    text = "coalesce(" * 60 + "sales" + ")" * 60 + " > 15"
    assert rows(text) == [1, 3]


def test_a_near_name_is_offered() -> None:
    with pytest.raises(TerraDeskError) as caught:
        rows("salles > 1")
    assert "sales" in caught.value.hint


def test_an_empty_table_is_fine() -> None:
    none = Units(np.empty(0, object), np.empty(0, object), {"sales": np.empty(0)})
    assert matching_rows("sales > 1 and contains(name, 'x')", none).tolist() == []


@given(st.text(max_size=60))
def test_any_text_gives_a_column_or_an_error_to_mend(text: str) -> None:
    try:
        assert evaluate(text, TABLE).shape == (4,)
    except FormulaError as error:
        assert 0 <= error.position <= max(len(text), 1)


TOKENS = st.sampled_from(
    [
        "sales",
        "state",
        "is_new",
        "1",
        "0",
        "'CO'",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "=",
        "<",
        "and",
        "or",
        "not",
        "in",
        "lower",
        "isempty",
        "min",
        "coalesce",
        "round",
        "[Size]",
    ]
)


@given(st.lists(TOKENS, max_size=14))
def test_any_row_of_tokens_gives_a_column_or_an_error_to_mend(tokens: list[str]) -> None:
    with contextlib.suppress(FormulaError):
        assert evaluate(" ".join(tokens), TABLE).shape == (4,)


NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@given(NUMBERS, st.floats(-1e6, 1e6))
def test_conditions_agree_with_numpy(values: list[float], limit: float) -> None:
    column = np.array(values)
    codes = np.array([str(i) for i in range(len(values))], object)
    table = Units(codes, codes, {"v": column})
    expected = np.flatnonzero((column > limit) | ((column * 2 < limit) & ~(column == 0)))
    text = f"v > {limit!r} or v * 2 < {limit!r} and not v = 0"
    assert matching_rows(text, table).tolist() == expected.tolist()
