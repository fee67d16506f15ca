"""What a new finding does to the selection."""

from __future__ import annotations

from typing import Literal

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.choosing.way import rows_of

How = Literal["new", "add", "remove", "keep"]


def combined(before: Int32s, found: Int32s, how: How) -> Int32s:
    """The selection after something was found: replaced, joined, reduced or cut down to it.

    Parameters
    ----------
    before, found : (k,) int32
        Rows selected until now, and rows found.
    how : {"new", "add", "remove", "keep"}

    Returns
    -------
    (m,) int32, sorted
    """
    if how == "add":
        return np.union1d(before, found).astype(np.int32)
    if how == "remove":
        return np.setdiff1d(before, found).astype(np.int32)
    if how == "keep":
        return np.intersect1d(before, found).astype(np.int32)
    return rows_of(found)


def inverted(rows: Int32s, present: np.ndarray) -> Int32s:
    """Present rows that are not among these; twice gives the present ones of them.

    Parameters
    ----------
    rows : (k,) int32
    present : (n,) bool

    Returns
    -------
    (m,) int32, sorted
    """
    mask = np.asarray(present, np.bool_).copy()
    mask[rows] = False
    return rows_of(mask)
