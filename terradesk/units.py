"""Units: the smallest areas that are assigned, one row each, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

GEOMETRY_KINDS = ("area", "approximate", "point")


@dataclass(frozen=True, eq=False)
class Units:
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

    codes: np.ndarray
    names: np.ndarray
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    batch: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    is_present: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    geometry_kind: str = "area"
    source: np.ndarray | None = None
    source_crs: str = "EPSG:4326"

    def __post_init__(self) -> None:
        n = len(self.codes)
        if len(self.batch) != n:
            object.__setattr__(self, "batch", np.ones(n, np.int32))
        if len(self.is_present) != n:
            object.__setattr__(self, "is_present", np.ones(n, bool))

    def __len__(self) -> int:
        return len(self.codes)

    def column(self, name: str) -> np.ndarray:
        """Values of an attribute, or of ``codes``, ``names``, ``is_present``, by name.

        Raises
        ------
        KeyError
            If there is no such column.
        """
        return getattr(self, name) if name in OWN_COLUMNS else self.columns[name]

    def with_column(self, name: str, values: np.ndarray) -> Units:
        """The same units with one column replaced or added."""
        if name in OWN_COLUMNS:
            return replace(self, **{name: values})  # type: ignore[arg-type]
        return replace(self, columns={**self.columns, name: values})


OWN_COLUMNS = ("codes", "names", "is_present")


def empty_units() -> Units:
    """A plan without areas."""
    return Units(np.empty(0, object), np.empty(0, object))
