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
    texts, which = different_cells(cells)
    found = np.array([exact.get(text, -1) for text in texts] or [-1], np.int32)
    for key_of, keys in ((_loose, codes), (geocode.plain, names)):
        missing = np.flatnonzero(found < 0).tolist() if texts else []
        if missing:
            known = _single({row: key_of(str(keys[row])) for row in present})
            found[missing] = [known.get(key_of(texts[k]), -1) for k in missing]
    return found[which]


def _single(key_of: dict[int, str]) -> dict[str, int]:
    """Row of each key that one row only has."""
    out: dict[str, int] = {}
    for row, key in key_of.items():
        out[key] = -1 if key in out else row  # shared by two: not decided
    return out


_LEVEL = re.compile(r"^\d{7}us(?=\d)")  # 0500000US01001, as the U.S. Census writes its codes
_MARKS = re.compile(r"[\s\-_./]+")


def _loose(code: str) -> str:
    text = geocode.tidy(code).casefold()
    text = _MARKS.sub("", _LEVEL.sub("", text))
    return text.lstrip("0") or text
