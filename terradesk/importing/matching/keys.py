"""Rows by an id or code as people write it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

SHARED = -2
"""Several rows have this key: it decides nothing."""


def rows_by_key(cells: np.ndarray, keys: np.ndarray, rows: Iterable[int]) -> np.ndarray:
    """Row of each cell: as written, else without case, zeros in front, ``.0`` and hyphens.

    Parameters
    ----------
    cells : ndarray of str, shape (n,)
    keys : ndarray of str, shape (m,)
        Empty ones are nobody's.
    rows : iterable of int
        Rows of ``keys`` that count.

    Returns
    -------
    (n,) int32
        -1 where there is none, `SHARED` where several have it.
    """
    exact: dict[str, int] = {}
    loose: dict[str, int] = {}
    for row in rows:
        key = str(keys[row])
        for table, form in ((exact, key.strip()), (loose, plain_key(key))):
            if form:
                table[form] = SHARED if form in table else row

    def row_of(cell: str) -> int:
        found = exact.get(cell.strip(), -1)
        return found if found != -1 else loose.get(plain_key(cell), -1)

    known = {cell: row_of(cell) for cell in set(cells.tolist())}
    return np.array([known[cell] for cell in cells.tolist()], np.int32).reshape(-1)


def plain_key(key: str) -> str:
    """An id without what spreadsheets add or take away."""
    text = key.strip().casefold().removesuffix(".0").replace("-", "").replace(" ", "")
    return text.lstrip("0") or text[:1]
