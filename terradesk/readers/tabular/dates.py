"""Days as people and spreadsheets write them, and the order of day and month by evidence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

import numpy as np

from terradesk.readers.tabular.numbers import EMPTY

ORDERS = ("dmy", "mdy", "ymd")

_PARTS = re.compile(r"(\d{1,4})\s?([-./ ])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?(?:[ T,]+\d{1,2}[:.].*)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)")
_NAMED = re.compile(
    r"(?:(\d{1,2})\.?[- ]([a-z]{3})[a-z]*\.?,?[- ](\d{2,4})"
    r"|([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4}))(?:[ T,]+\d{1,2}:.*)?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL = re.compile(r"\d{4,5}(\.\d+)?")
_EPOCH_1900, _EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
_FIRST, _LAST = 10_000, 80_000  # serials of 1927 ... 2119: other numbers are no days
_CENTURY = 50  # two digits below it are of this century


def order(cells: Iterable[str]) -> tuple[str, int]:
    """Order of day, month and year by the cells that leave no doubt.

    Parameters
    ----------
    cells : iterable of str
        Of one table; what is no date is passed over.

    Returns
    -------
    order : {"dmy", "mdy", "ymd", ""}
        Empty: there are no dates, or none of them tells.
    n_ambiguous : int
        Dates that may be read both ways.
    """
    votes = dict.fromkeys(ORDERS, 0)
    n_ambiguous = 0
    for cell in cells:
        found = _PARTS.fullmatch(cell) if cell[:1].isdigit() else None
        if found is None:
            continue
        said = _says(found)
        if said:
            votes[said] += 1
        else:
            n_ambiguous += found[1] != found[3]
    best = max(ORDERS, key=lambda one: votes[one])
    others = sum(votes.values()) - votes[best]
    return (best if votes[best] > 4 * others else ""), n_ambiguous


def _says(found: re.Match[str]) -> str:
    first, middle, mark = int(found[1]), int(found[3]), found[2]
    if len(found[1]) == 4:
        return "ymd"
    if first > 12 >= middle:
        return "dmy"
    if middle > 12 >= first:
        return "mdy"
    return "dmy" if mark == "." else ""  # nobody writes months first with points


def dates(
    cells: np.ndarray, order: str = "dmy", is_1904: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Cells as days.

    Parameters
    ----------
    cells : ndarray of str, shape (n,), dtype object
    order : {"dmy", "mdy", "ymd"}
        Of cells that do not say it themselves.
    is_1904 : bool
        Numbers are days of a workbook that counts from 1904.

    Returns
    -------
    days : (n,) datetime64[D]
        NaT where the cell is empty or no date.
    is_bad : (n,) bool
        The cell is neither empty nor a date.
    """
    made: dict[str, dt.date | None] = {}
    days = np.full(len(cells), "NaT", "datetime64[D]")
    is_bad = np.zeros(len(cells), bool)
    for row, cell in enumerate(cells.tolist()):
        if cell.strip().lower() in EMPTY:
            continue
        if cell not in made:
            made[cell] = date(cell, order, is_1904)
        found = made[cell]
        if found is None:
            is_bad[row] = True
        else:
            days[row] = found
    return days, is_bad


def date(cell: str, order: str = "dmy", is_1904: bool = False) -> dt.date | None:
    """One cell as day, None when it is none; numbers are days of a spreadsheet."""
    text = cell.strip()
    try:
        if found := _PARTS.fullmatch(text):
            return _of_parts(found, order)
        if found := _COMPACT.fullmatch(text):
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
        if found := _NAMED.fullmatch(text):
            day, month, year = found[1] or found[5], found[2] or found[4], found[3] or found[6]
            return dt.date(_year(year), _MONTHS.index(month.lower()) + 1, int(day))
        if _SERIAL.fullmatch(text) and _FIRST <= float(text) <= _LAST:
            epoch = _EPOCH_1904 if is_1904 else _EPOCH_1900
            return epoch + dt.timedelta(days=int(float(text)))
    except (ValueError, KeyError, OverflowError):
        return None
    return None


def _of_parts(found: re.Match[str], order: str) -> dt.date:
    parts = found[1], found[3], found[4]
    said = _says(found) or order or "dmy"
    year, month, day = (parts[said.index(one)] for one in "ymd")
    if said == "ymd":
        year, month, day = parts
    return dt.date(_year(year), int(month), int(day))


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < _CENTURY else 1900)
