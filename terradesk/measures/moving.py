"""Units on their way to other territories: sums, pieces and gaps of the territories they touch."""

from __future__ import annotations

import numpy as np

from terradesk import records as rec
from terradesk.measures import touching
from terradesk.measures.standing import Standing
from terradesk.measures.whatif import Pocket, Shapes


class Move:
    """Units on their way to other slots.

    Parameters
    ----------
    standing : Standing
    rows : ndarray of int32, shape (m,)
        Units that change their slot, ascending.
    to : ndarray of int32, shape (m,)
        Their slot after.
    ids : ndarray of int64, shape (n,)
        Territory of each slot; those that the edit makes behind.
    """

    def __init__(
        self, standing: Standing, rows: np.ndarray, to: np.ndarray, ids: np.ndarray
    ) -> None:
        self.standing, self.rows, self.to, self.ids = standing, rows, to, ids
        view = standing.view
        self.origins = view.unit_slots[rows]
        self.n_before = view.n_slots
        is_touched = np.zeros(len(ids), bool)
        is_touched[self.origins] = is_touched[to] = True
        is_touched[self.n_before :] = True
        self.touched = np.flatnonzero(is_touched).astype(np.int32)
        self.after = view.unit_slots.copy()
        self.after[rows] = to
        self._members = touching.members(
            self.touched, *standing.groups, self.after, rows, self.n_before
        )

    @property
    def n_members(self) -> int:
        """Units of the touched territories, unassigned ones left out."""
        starts = self._members[0]
        first = int(starts[1]) if len(self.touched) and self.touched[0] == 0 else 0
        return int(starts[-1]) - first

    def totals(self, measure: rec.Measure) -> np.ndarray:
        """Sum of a measure of each touched slot after: (k,) float64."""
        units, beside = self.standing.weights(measure)
        out = touching.sums(*self._members, units)
        known = self.touched < self.n_before
        out[known] += beside[self.touched[known]]
        return out

    def amount(self, measure: rec.Measure) -> float:
        """Sum of a measure over what moves."""
        return float(self.standing.weights(measure)[0][self.rows].sum())

    def shapes(self) -> Shapes:
        """See `WhatIf.shapes`."""
        standing, n = self.standing, len(self.touched)
        out = np.zeros((2, n, 2), np.int32)
        if standing.arcs is None:
            return Shapes(out[0], out[1])
        known = np.flatnonzero((self.touched < self.n_before) & (self.touched > 0))
        for figure, now in zip(out, standing.parts_and_gaps, strict=True):
            figure[known, 0] = now[self.touched[known]]
        ground, links = standing.ground, standing.links
        before = standing.labels
        after = before.copy()
        stays = standing.has_area[self.rows]
        after[self.rows[stays]] = self.to[stays]
        near = standing.arcs.adjacency
        out[0, :, 1] = touching.parts(
            self.touched, *self._members, after, near.starts, near.neighbours, *links
        )
        was, now, made = touching.gaps(
            self.touched, *self._moving(), before, after, ground.n_units, ground.starts,
            ground.others, *links, ground.is_open, standing.far,
        )  # fmt: skip
        out[1, :, 1] = out[1, :, 0] - was + now
        pockets = tuple(
            Pocket(
                int(self.ids[self.touched[k]]),
                int(size),
                int(self.ids[kind]) if kind >= 0 else None,
            )
            for k, size, kind in made.tolist()
        )
        return Shapes(out[0], out[1], pockets)

    def _moving(self) -> touching.Rows:
        """Units that each touched slot loses or gains, in compressed rows."""
        place = np.full(int(self.touched[-1]) + 1, -1, np.int32)
        place[self.touched] = np.arange(len(self.touched))
        both = np.concatenate((place[self.origins], place[self.to])).astype(np.int32)
        starts, at = touching.grouped(both, len(self.touched))
        return starts, np.concatenate((self.rows, self.rows))[at]
