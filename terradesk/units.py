"""Units: the smallest areas that are assigned, one row each, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from terradesk.columns import Columned, joined_columns

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
        Of the rows that a plan began with; see `Plan.geometry_kind` for those that are present.
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

    def append(self, other: Units, batch: int) -> Units:
        """These units followed by ``other``; columns that one side lacks are empty there.

        Parameters
        ----------
        other : Units
            Rows that come in, their source in the same CRS.
        batch : int
            Number of the import.
        """
        n, m = len(self), len(other)
        own: dict[str, Any] = {
            c: np.concatenate([self.column(c), other.column(c)]) for c in self.OWN_COLUMNS
        }
        source = None
        if self.source is not None and other.source is not None:
            source = np.concatenate([self.source, other.source])
        return replace(
            self,
            **own,
            columns=joined_columns(self.columns, n, other.columns, m),
            batch=np.concatenate([self.batch, np.full(m, batch, np.int32)]),
            source=source,
        )


def empty_units() -> Units:
    """A plan without areas."""
    return Units(np.empty(0, object), np.empty(0, object))
