"""Texts to numbers: decimal commas, thousands, currency signs, parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

EMPTY = frozenset(
    (
        *("", "-", "–", "—", "n/a", "na", "null", "none", "nan", "n.a.", "nil", "?", ".", "<na>"),
        *("#n/a", "#n/d", "#nv", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!"),
    )
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
        if not cell.isascii() or " " in cell or "'" in cell:
            cell = cell.translate(_SPACES)
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
    if not any(c.isdigit() for c in text.partition("e")[0]):  # E11 is a code
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
    values = np.full(len(cells), np.nan)
    is_bad = np.zeros(len(cells), bool)
    filled = np.flatnonzero(cells != "")
    for start in range(0, len(filled), _PORTION):
        rows = filled[start : start + _PORTION]
        some = cells[rows].tolist()
        plain = _all_plain(some, decimal)
        if plain is not None:
            values[rows] = plain
            continue
        found = [number(cell, decimal) for cell in some]
        is_bad[rows] = [value is None for value in found]
        values[rows] = [np.nan if value is None else value for value in found]
    return values, is_bad


_PORTION = 2000
_PLAIN = re.compile(r"(?:-?[0-9]{1,300}(?:\.[0-9]{1,300})?\n)*")
_COMMAS = re.compile(r"(?:-?[0-9]{1,300}(?:,[0-9]{1,300})?\n)*")


def _all_plain(cells: list[str], decimal: str) -> np.ndarray | None:
    """(n,) float64 of cells that are all written plainly, None when some are not."""
    text = "\n".join(cells) + "\n"
    if not text.isascii() or not (_PLAIN if decimal == "." else _COMMAS).fullmatch(text):
        return None
    found = np.fromstring(text.replace(",", "."), np.float64, sep="\n")
    return found if len(found) == len(cells) and np.isfinite(found).all() else None
