"""Units by their codes and names as people write them."""

from __future__ import annotations

import re

import numpy as np

from terradesk import geocode
from terradesk.plan import Plan
from terradesk.readers.different import different_cells


def unit_rows(plan: Plan, cells: np.ndarray) -> np.ndarray:
    """Unit of each code.

    As written; else without regard to case, marks, zeros in front and ``.0``; else by a name that
    only one unit has.

    Parameters
    ----------
    plan : Plan
    cells : ndarray of str, shape (n,)

    Returns
    -------
    (n,) int32
        -1 where there is none.
    """
    present = np.flatnonzero(plan.units_present).tolist()
    codes, names = plan.units.codes.tolist(), plan.units.names.tolist()
    exact = {codes[row]: row for row in present}
    loose: dict[str, int] = {}
    named: dict[str, int] = {}
    for row in present:
        for table, key in ((loose, _loose(codes[row])), (named, geocode.plain(names[row]))):
            table[key] = -1 if key in table else row  # shared by two: not decided

    def row_of(cell: str) -> int:
        row = exact.get(cell, -1)
        if row < 0:
            row = loose.get(_loose(cell), -1)
        return row if row >= 0 else named.get(geocode.plain(cell), -1)

    texts, which = different_cells(cells)
    return np.array([row_of(text) for text in texts] or [-1], np.int32)[which]


_LEVEL = re.compile(r"^\d{7}us(?=\d)")  # 0500000US01001, as the U.S. Census writes its codes
_MARKS = re.compile(r"[\s\-_./]+")


def _loose(code: str) -> str:
    text = geocode.tidy(code).casefold()
    text = _MARKS.sub("", _LEVEL.sub("", text))
    return text.lstrip("0") or text
