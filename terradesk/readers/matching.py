"""Units by their codes and names as people write them."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from terradesk import geocode
from terradesk.plan import Plan
from terradesk.readers.tabular.different import different_cells


def unit_rows(plan: Plan, cells: np.ndarray, by_name: bool = True) -> np.ndarray:
    """Unit of each code.

    As written; else without regard to case, marks, zeros in front and ``.0``; else by a name that
    only one unit has.

    Parameters
    ----------
    plan : Plan
    cells : ndarray of str, shape (n,)
    by_name : bool
        Whether names count.

    Returns
    -------
    (n,) int32
        -1 where there is none.
    """
    texts, which = different_cells(cells)
    known = _known(plan)
    found = [known.row_of(text, by_name) for text in texts] or [-1]
    return np.array(found, np.int32)[which]


class _Known:
    """Rows of the present units by code, by code as it may be written, and by name."""

    def __init__(self, codes: np.ndarray, names: np.ndarray, present: np.ndarray) -> None:
        self._rows = np.flatnonzero(present).tolist()
        self._codes, self._names = codes, names
        self._exact = {str(codes[row]): row for row in self._rows}

    def row_of(self, text: str, by_name: bool = True) -> int:
        """Row of a unit, -1 where there is none or more than one."""
        row = self._exact.get(text, -1)
        row = row if row >= 0 else self._loosely.get(_loose(text), -1)
        return row if row >= 0 or not by_name else self._named.get(geocode.plain(text), -1)

    @cached_property
    def _loosely(self) -> dict[str, int]:
        return _single({row: _loose(str(self._codes[row])) for row in self._rows})

    @cached_property
    def _named(self) -> dict[str, int]:
        return _single({row: geocode.plain(str(self._names[row])) for row in self._rows})


_newest: list[tuple[tuple[object, ...], _Known]] = []


def _known(plan: Plan) -> _Known:
    """What is known of a plan's units, kept for the two plans that were last asked about."""
    parts = (plan.units.codes, plan.units.names, plan.units.is_present, plan.hidden)
    for kept, known in list(_newest):
        if all(a is b for a, b in zip(kept, parts, strict=True)):
            return known
    made = _Known(plan.units.codes, plan.units.names, plan.units_present)
    _newest[:] = [(parts, made), *_newest[:1]]
    return made


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
