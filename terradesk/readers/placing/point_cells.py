"""Both coordinates in one cell, "42.36, -71.06" or "POINT (-71.06 42.36)", as two columns."""

from __future__ import annotations

import re
from collections import ChainMap
from dataclasses import replace

import numpy as np

from terradesk.i18n import _, isolate
from terradesk.readers import words
from terradesk.readers.placing.projected import degrees
from terradesk.readers.report import issue
from terradesk.readers.tables import Table
from terradesk.readers.tabular.numbers import number
from terradesk.readers.tabular.text_columns import some_cells

_SAMPLE = 200
_ENOUGH = 0.8
_NUMBER = r"[-+−]?\d{1,3}(?:[.,]\d+)?"
_PLAIN = re.compile(rf"[\[(]?\s*({_NUMBER})\s*(?:[;|/]\s*|,\s+|\s+)({_NUMBER})\s*[\])]?")
_POINTS = re.compile(r"[\[(]?\s*([-+−]?\d{1,3}(?:\.\d+)?)\s*,\s*([-+−]?\d{1,3}(?:\.\d+)?)\s*[\])]?")
_WKT = re.compile(r"(?:SRID=4326;)?\s*POINT\s*(?:Z\s*)?\(\s*(\S+)\s+(\S+)(?:\s+\S+)?\s*\)", re.I)
_SIDED = re.compile(r"([^,;]*[NSEW][^,;]*?)\s*[,;\s]\s*([^,;]*[NSEW][^,;]*)", re.I)
_SAID = (
    *("coord", "koord", "geo", "point", "location", "position", "gps", "wkt", "where"),
    *("lat lon", "lat lng", "lon lat", "lng lat", "latlon", "latlng", "lonlat", "lnglat"),
)
_FINE = re.compile(r"\d[.,]\d{3}")
_LON_FIRST = re.compile(r"\b(?:lon|lng|long|longitude|x)\b.*\b(?:lat|latitude|y)\b", re.I)


def taken_apart(table: Table) -> Table:
    """A table with columns of latitude and longitude beside one that holds both.

    Parameters
    ----------
    table : Table

    Returns
    -------
    Table
        The same object where no column holds points, or where there are columns of coordinates
        already. In a point of bare numbers latitude comes first, unless the heading says otherwise
        or a number there is beyond 90.
    """
    names = list(table.columns)
    if all(any(words.weight(name, role) >= 1 for name in names) for role in ("lat", "lon")):
        return table
    found = next((name for name in names if _holds_points(table, name)), "")
    if not found:
        return table
    cells = table.columns[found].tolist()
    pairs = [_pair(cell) or ("", "", False) for cell in cells]
    first, second = _texts([pair[0] for pair in pairs]), _texts([pair[1] for pair in pairs])
    is_known = np.array([pair[2] for pair in pairs], bool)
    if _is_lon_first(found, first[~is_known]):
        first, second = np.where(is_known, first, second), np.where(is_known, second, first)
    lat, lon = _free("Latitude", names), _free("Longitude", names)
    text = _("“{column}” holds both coordinates: latitude and longitude were taken apart.")
    told = issue("points_apart", text.format(column=isolate(found)), n=1, level="info", outcome="")
    report = replace(table.report, issues=(*table.report.issues, told))
    columns = ChainMap({lat: first, lon: second}, table.columns)  # type: ignore[arg-type]
    return replace(table, columns=columns, report=report)


def _holds_points(table: Table, name: str) -> bool:
    filled = [cell for cell in some_cells(table.columns, name, _SAMPLE).tolist() if cell]
    n = sum(1 for cell in filled if _pair(cell) is not None)
    if n == 0:
        return False
    if _is_said(name):
        return n >= 0.5 * len(filled)
    fine = [cell for cell in filled if _FINE.search(cell) and not _is_figure(cell)]
    return n >= _ENOUGH * len(filled) and len(fine) >= _ENOUGH * n > 1


def _is_figure(cell: str) -> bool:
    """Whether it is one number with thousands and decimals, such as 1.000,50."""
    return number(cell, ",") is not None or number(cell, ".") is not None


def _is_said(name: str) -> bool:
    """Whether a heading speaks of points; prices from ... to look like them."""
    plain = words.plain(name)
    return words.weight(name, "lat") > 0 or any(word in plain for word in _SAID)


def _pair(cell: str) -> tuple[str, str, bool] | None:
    """Two coordinates as texts, and whether the first is known to be the latitude."""
    match = _WKT.fullmatch(cell)
    if match:
        return (match[2], match[1], True) if _are_numbers(match[1], match[2]) else None
    match = _POINTS.fullmatch(cell) or _PLAIN.fullmatch(cell)
    if match:
        has_fraction = any(mark in match[k] for k in (1, 2) for mark in ".,")
        return (match[1], match[2], False) if has_fraction else None
    match = _SIDED.fullmatch(cell)
    if not match:
        return None
    one, two = match[1].strip(), match[2].strip()
    if degrees(one) is None or degrees(two) is None:
        return None
    is_turned = bool(re.search("[EW]", one, re.I))
    return (two, one, True) if is_turned else (one, two, True)


def _are_numbers(*texts: str) -> bool:
    return all(re.fullmatch(r"[-+]?\d+(?:\.\d+)?", text) for text in texts)


def _is_lon_first(name: str, first: np.ndarray) -> bool:
    if _LON_FIRST.search(re.sub(r"[_\W]+", " ", name)):
        return True
    sizes = [abs(float(t.replace(",", ".").replace("−", "-"))) for t in first.tolist() if t]
    return any(size > 90 for size in sizes)


def _texts(values: list[str]) -> np.ndarray:
    out = np.empty(len(values), object)
    out[:] = values
    return out


def _free(name: str, taken: list[str]) -> str:
    lowered = {one.lower() for one in taken}
    while name.lower() in lowered:
        name += " (2)"
    return name
