"""Units: the smallest areas that are assigned, one row each, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from terradesk.columns import Columned

GEOMETRY_KINDS = ("area", "approximate", "point")


@dataclass(frozen=True, eq=False)
class Units(Columned):
    """Table of units; a unit is its row number, codes exist only at the file border.

    Parameters
    ----------
    codes, names : ndarray of str, shape (n_units,), dtype object
    columns : mapping of str to ndarray, shape (n_units,)
        Attributes: float64 (NaN = unknown) or object (str).
    batch : ndarray of int32, shape (n_units,)
        The import that brought the row in.
    is_present : ndarray of bool, shape (n_units,)
        False once removed; rows are never renumbered.
    geometry_kind : {"area", "approximate", "point"}
    source : ndarray of object, shape (n_units,), optional
        Imported geometry as WKB bytes or None; None altogether when it was left in the plan file.
    source_crs : str
        CRS of ``source`` as authority code or WKT.
    """

    OWN_COLUMNS: ClassVar[tuple[str, ...]] = ("codes", "names", "is_present")

    codes: np.ndarray
    names: np.ndarray
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    batch: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    is_present: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    geometry_kind: str = "area"
    source: np.ndarray | None = None
    source_crs: str = "EPSG:4326"


def empty_units() -> Units:
    """A plan without areas."""
    return Units(np.empty(0, object), np.empty(0, object))
