"""U.S. ZIP codes: as people write them, where they are, and which of them have no area."""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from terradesk import paths
from terradesk.geocode.texts import tidy

WITHOUT_AREA = ("PO_Box", "Military")
"""Types of codes that are a point and no area."""

_LETTERS = str.maketrans("OIL", "011")
_ZIP = re.compile(r"(\d{3,5})(?:-\d{4})?|(\d{4,5})\d{4}")
_TWO_PARTS = re.compile(r"\d{3} \d{2}")  # Sweden, Czechia, Slovakia, Greece


def us_zip(text: str) -> str:
    """A U.S. ZIP code of five digits, empty when the text cannot be one.

    Spreadsheets turn 00501 into 501 or 501.0: three and four digits get their zeros back. The
    last four digits of 12345-6789 are left out; the letters O, I and l among digits are taken for
    digits, and the digits of other scripts for common ones. ``123 45`` is no ZIP code: that is
    how Swedish and Czech postcodes are written.
    """
    if len(text) == 5 and text.isascii() and text.isdigit():
        return text
    cell = tidy(text)
    if _TWO_PARTS.fullmatch(cell):
        return ""
    cell = cell.replace(" ", "")
    if sum(c.isdigit() for c in cell) >= 3:
        cell = cell.translate(_LETTERS)
    match = _ZIP.fullmatch(cell)
    return (match.group(1) or match.group(2)).zfill(5) if match else ""


def zip_addition(text: str) -> str:
    """The last four digits of 12345-6789 or 123456789, empty where there are none."""
    digits = re.sub(r"\D", "", tidy(text).removesuffix(".0").translate(_LETTERS))
    return digits[5:] if len(digits) == 9 and us_zip(text) == digits[:5] else ""


def find_postcodes(texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Points of U.S. ZIP codes.

    Parameters
    ----------
    texts : iterable of str
        In any form that `us_zip` understands.

    Returns
    -------
    lon, lat : (n,) float64
        Degrees; NaN where the code is not known.
    """
    known = _known()
    found = [known.get(us_zip(text), _UNKNOWN) for text in texts]
    lon, lat = np.array([(one.lon, one.lat) for one in found], np.float64).reshape(-1, 2).T
    return lon, lat


def zip_type(code: str) -> str:
    """Standard, Unique, PO_Box or Military; empty for a code that is not known."""
    return _known().get(code, _UNKNOWN).kind


def zip_state(code: str) -> str:
    """Two letters of the state of a code of five digits, empty when it is not known."""
    return _known().get(code, _UNKNOWN).state


def zip_place(code: str) -> str:
    """The place and state that a known code belongs to: Holtsville, NY."""
    one = _known().get(code)
    return f"{one.city}, {one.state}" if one is not None else ""


def nearest_zip(code: str) -> str:
    """The known code with an area nearest in number, of those with the same first three digits.

    The first three digits name one sorting centre, so neighbours in number are neighbours on the
    ground; a retired code is near to what took its place. Empty when there is none.
    """
    codes = _with_area()
    at = bisect_left(codes, code)
    around = [one for one in codes[max(at - 1, 0) : at + 1] if one[:3] == code[:3]]
    return min(around, key=lambda one: (abs(int(one) - int(code)), one), default="")


def table_rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a CSV file of `resources`, gzipped or not."""
    data = paths.resource(name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8-sig")
    return csv.DictReader(io.StringIO(text, newline=""))


def zip_rows() -> Iterator[dict[str, str]]:
    """The U.S. ZIP codes that have a point, as the table in `resources` has them.

    All of them as dicts take 55 MB: nobody keeps them.
    """
    return (row for row in table_rows("us_zips.csv.gz") if row["lat"] and row["lon"])


class _Zip(NamedTuple):
    lon: float
    lat: float
    kind: str
    state: str
    city: str


_UNKNOWN = _Zip(float("nan"), float("nan"), "", "", "")


@lru_cache(maxsize=1)
def _known() -> dict[str, _Zip]:
    return {row["zip"]: _zip(row) for row in zip_rows()}


def _zip(row: Mapping[str, str]) -> _Zip:
    kind, state, city = (sys.intern(row[c]) for c in ("zip_type", "state", "primary_city"))
    return _Zip(float(row["lon"]), float(row["lat"]), kind, state, city)


@lru_cache(maxsize=1)
def _with_area() -> list[str]:
    return sorted(code for code, one in _known().items() if one.kind not in WITHOUT_AREA)
