"""How the texts of a column are turned into what the plan keeps, shown by an example."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np

from terradesk import i18n
from terradesk.i18n import _
from terradesk.readers.tabular.numbers import EMPTY, number

AS_TEXT = frozenset(
    (
        *("id", "name", "street", "city", "state", "postcode", "country", "unit_code", "owner"),
        *("code", "text", "unused", "territory", "rep", "domain", "key", "currency"),
    )
)
"""Roles whose cells are kept as they are."""

_LOOK = 60
_DATE = re.compile(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})")


def example(cells: np.ndarray, role: str, decimal: str, dates: str = "") -> str:
    """One cell before and after: "1.234,56 → 1,234.56"; empty where nothing is converted.

    Parameters
    ----------
    cells : ndarray of str
        The first ones of a column.
    role : str
    decimal : {".", ","}
    dates : {"", "dmy", "mdy", "ymd"}
    """
    if role in AS_TEXT:
        return _kept(cells) if role in ("postcode", "unit_code", "id", "code") else ""
    filled = [cell for cell in cells[:_LOOK].tolist() if cell.lower() not in EMPTY]
    found = [(cell, number(cell, decimal)) for cell in filled]
    good = [(cell, value) for cell, value in found if value is not None]
    if good and len(good) >= 0.8 * len(found):
        told = [(cell, _shown(value)) for cell, value in good]
        changed = [pair for pair in told if pair[0] != pair[1]]
        cell, text = max(changed or told, key=lambda pair: len(pair[0]))
        return i18n.isolate(f"{cell} → {text}")
    told = [(cell, _day(cell, dates)) for cell in filled[:5]]
    return next((i18n.isolate(f"{cell} → {text}") for cell, text in told if text), "")


def _shown(value: float) -> str:
    return i18n.number(value, 0 if value.is_integer() else 2)


def _kept(cells: np.ndarray) -> str:
    """Codes with a zero in front stay texts; where there are none there is nothing to say."""
    first = next((c for c in cells[:_LOOK].tolist() if c[:1] == "0" and c.isdigit()), "")
    return _("{code} stays as it is").format(code=i18n.isolate(first)) if first else ""


def _day(cell: str, dates: str) -> str:
    match = _DATE.match(cell)
    if match is None:
        return ""
    a, b, c = (int(part) for part in match.groups())
    if a > 31:
        year, month, day = a, b, c
    elif dates == "mdy" or b > 12:
        year, month, day = c, a, b
    else:
        year, month, day = c, b, a
    try:
        return i18n.date(dt.date(year + 2000 if year < 100 else year, month, day))
    except ValueError:
        return ""
