"""Coverages of a plan whose boundaries came in several times: one for each import of units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from terradesk.arcs import Arcs

_FAR = 2**31 - 1


class Coverages(Mapping[int, "Arcs | None"]):
    """Coverage after each import of units, by the number of the import; immutable.

    Parameters
    ----------
    kept : mapping of int to Arcs or None
    """

    def __init__(self, kept: Mapping[int, Arcs | None] | None = None) -> None:
        self._kept = dict(sorted((kept or {}).items()))

    def __getitem__(self, batch: int) -> Arcs | None:
        return self._kept[batch]

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[int]:
        return iter(self._kept)

    def with_one(self, batch: int, arcs: Arcs | None) -> Coverages:
        """These, and that of another import."""
        return Coverages({**self._kept, batch: arcs})

    def newest(self, hidden: frozenset[tuple[str, int]]) -> int:
        """The last import of units that is not undone, 0 when all that are here are."""
        return max((b for b in self._kept if ("units", b) not in hidden), default=0)


def fitted(arcs: Arcs, present: np.ndarray) -> Arcs:
    """A coverage for a table that has grown or lost units since it was made.

    Parameters
    ----------
    arcs : Arcs
    present : ndarray of bool, shape (n_units,)
        Of the table as it is; at least as many as the coverage knows.

    Returns
    -------
    Arcs
        With ``n_units`` rows, those that are not present without arcs; the same object when it
        fits as it is.
    """
    from terradesk.arcs.outlines import present_only

    n = len(present)
    has_arcs = np.zeros(n + 1, bool)
    has_arcs[arcs.left] = has_arcs[arcs.right] = True  # -1, outside, is the last
    if arcs.n_units == n and not (has_arcs[:-1] & ~present).any():
        return arcs
    return present_only(grown(arcs, n), present)


def grown(arcs: Arcs, n_units: int) -> Arcs:
    """The same coverage with more rows, which have no arcs."""
    more = n_units - arcs.n_units
    if more == 0:
        return arcs
    nowhere = np.array([[_FAR, _FAR, -_FAR, -_FAR]], np.int32)
    starts = np.concatenate([arcs.unit_starts, np.full(more, arcs.unit_starts[-1], np.int32)])
    return replace(
        arcs,
        n_units=n_units,
        unit_boxes=np.concatenate([arcs.unit_boxes, np.repeat(nowhere, more, axis=0)]),
        unit_starts=starts,
        areas=np.concatenate([arcs.areas, np.zeros(more)]),
        centres=np.concatenate([arcs.centres, np.full((more, 2), np.nan)]),
    )
