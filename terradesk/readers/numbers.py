"""Texts to numbers: decimal commas, thousands, currency signs, parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

EMPTY = frozenset(
    ("", "-", "–", "—", "n/a", "na", "null", "none", "nan", "#n/a", "#n/d", "n.a.", "nil", "?", ".")
)
"""What people write for "nothing", in small letters."""

_CURRENCIES = r"[$€£¥₽₹﷼]|us\$|usd|eur|gbp|chf|sek|nok|dkk|pln|czk|kr\.?|zł|irr|ریال|تومان"
_CURRENCY = re.compile(rf"(?:^|(?<=[\d\s(−-]))(?:{_CURRENCIES})(?=[\d\s(−)-]|$)", re.IGNORECASE)
_SPACES = dict.fromkeys(
    map(ord, " \t\u00a0\u2007\u2009\u202f'’\u200e\u200f\u2066\u2067\u2068\u2069")
)
_MARKS = {**_SPACES, 0x2212: "-", 0x066B: ".", 0x066C: None}  # minus, Arabic decimal and thousands
_POINT = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{2,3})*,\d{3})?(\.\d*)?(e[+-]?\d+)?")
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)?(,\d*)?(e[+-]?\d+)?")
_SAYS_COMMA = re.compile(r"\D*(\d{1,3}(\.\d{3})+,\d+|\d+,\d{1,2}|\d+,\d{4,})\D*")
_SAYS_POINT = re.compile(r"\D*(\d{1,3}(,\d{3})+\.\d+|\d+\.\d{1,2}|\d+\.\d{4,}|\d+(,\d{3}){2,})\D*")


def decimal_mark(cells: Iterable[str]) -> str:
    """Decimal mark "." or "," of a table, by the cells that leave no doubt."""
    comma = point = 0
    for cell in cells:
        comma += _SAYS_COMMA.fullmatch(cell) is not None
        point += _SAYS_POINT.fullmatch(cell) is not None
    return "," if comma > point else "."


def number(cell: str, decimal: str = ".") -> float | None:
    """One cell as number; NaN when it is empty, None when it is no number."""
    text = cell.strip().lower()
    if text in EMPTY:
        return float("nan")
    is_negative = text.startswith("(") and text.endswith(")")
    text = _CURRENCY.sub("", text).translate(_MARKS).strip("()").removesuffix("%")
    if text.endswith("-"):
        text = "-" + text[:-1]
    styles = ((_POINT, ","), (_COMMA, "."))
    fitting = (
        thousands
        for pattern, thousands in (styles[::-1] if decimal == "," else styles)
        if pattern.fullmatch(text)
    )
    group_mark = next(fitting, None)
    if group_mark is None:
        return None
    if not any(c.isdigit() for c in text):
        return None
    value = float(text.replace(group_mark, "").replace(",", "."))
    if value in (float("inf"), float("-inf")):
        return None
    return -value if is_negative else value


def numbers(cells: np.ndarray, decimal: str = ".") -> tuple[np.ndarray, np.ndarray]:
    """Cells as numbers.

    Parameters
    ----------
    cells : ndarray of str, shape (n,), dtype object
    decimal : {".", ","}

    Returns
    -------
    values : (n,) float64
        NaN where the cell is empty or no number.
    is_bad : (n,) bool
        The cell is neither empty nor a number.
    """
    values = np.empty(len(cells), np.float64)
    is_bad = np.zeros(len(cells), bool)
    is_plain = _PLAIN if decimal == "." else _WHOLE
    for row, cell in enumerate(cells.tolist()):
        if is_plain(cell):
            values[row] = float(cell)
            continue
        found = number(cell, decimal)
        is_bad[row] = found is None
        values[row] = np.nan if found is None else found
    return values, is_bad


_PLAIN = re.compile(r"-?\d{1,300}(\.\d+)?").fullmatch
_WHOLE = re.compile(r"-?\d{1,300}").fullmatch
