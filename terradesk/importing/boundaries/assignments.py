"""Territories of units that come in the place of others, in every alignment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from terradesk.edits import Change
from terradesk.importing.boundaries.succession import Succession
from terradesk.plan import UNASSIGNED

_SURE = 2 / 3  # share of the winner below which a person should look
_SEEN = 0.02  # share from which a territory is a candidate


@dataclass(frozen=True, slots=True)
class Doubt:
    """A new unit whose territory is not plain.

    Parameters
    ----------
    alignment : int
    new : int
        Number of the new unit.
    candidates : tuple of int
        Territory ids, the one that the rules say first; -1 unassigned.
    shares : tuple of float
        Part of the unit's accounts or ground that each candidate has.
    by : {"code", "accounts", "area"}
        What decided.
    """

    alignment: int
    new: int
    candidates: tuple[int, ...]
    shares: tuple[float, ...]
    by: str

    def key(self, codes: np.ndarray) -> str:
        """Key of its item."""
        return f"territory:{self.alignment}:{codes[self.new]}"


def carried(succession: Succession, alignment: int) -> tuple[np.ndarray, list[Doubt]]:
    """Territory of each new unit of one alignment: by code, else by accounts, else by area.

    Parameters
    ----------
    succession : Succession
    alignment : int

    Returns
    -------
    territories : ndarray of int32, shape (n_new,)
    doubts : list of Doubt
        Units that lie in several territories, none of which has two thirds.
    """
    labels = succession.plan.assignments[alignment].astype(np.int64)
    out = np.full(succession.n_new, UNASSIGNED, np.int32)
    doubts = []
    by_accounts = np.bincount(succession.new, succession.accounts, succession.n_new) > 0
    for new, territories, sums, areas in _per_unit(succession, labels):
        total = float(sums.sum())
        shares = sums / total if total else np.full(len(sums), 1 / len(sums))
        order = np.lexsort((territories, -np.round(areas), -np.round(shares, 9)))
        partner = int(succession.partner[new])
        if partner >= 0:
            first = np.flatnonzero(territories == labels[partner])
            order = np.concatenate([first, order[~np.isin(order, first)]])
        out[new] = territories[order[0]]
        if shares[order[0]] < _SURE:
            seen = [k for k in order.tolist() if shares[k] >= _SEEN or k == order[0]]
            by = "code" if partner >= 0 else "accounts" if by_accounts[new] else "area"
            found = tuple(int(territories[k]) for k in seen)
            doubts.append(Doubt(alignment, new, found, tuple(float(shares[k]) for k in seen), by))
    alone = np.flatnonzero(
        (succession.partner >= 0) & ~np.isin(np.arange(len(out)), succession.new)
    )
    out[alone] = labels[succession.partner[alone]]
    return out, doubts


def _per_unit(
    succession: Succession, labels: np.ndarray
) -> Iterable[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """Each new unit with the territories beneath it, their weights and m2."""
    below = labels[succession.old]
    order = np.lexsort((below, succession.new))
    new, below = succession.new[order], below[order]
    if not len(new):
        return
    is_first = np.append(True, (new[1:] != new[:-1]) | (below[1:] != below[:-1]))
    starts = np.flatnonzero(is_first)
    sums, areas = (
        np.add.reduceat(values[order], starts) for values in (succession.weights, succession.area)
    )
    units, stops = np.unique(new[starts], return_index=True)
    for unit, a, b in zip(units.tolist(), stops, [*stops[1:], len(starts)], strict=True):
        yield unit, below[starts[a:b]], sums[a:b], areas[a:b]


def changes(
    succession: Succession,
    codes: np.ndarray,
    picked: Mapping[str, str],
    left_out: frozenset[str] = frozenset(),
) -> tuple[list[Change], list[Doubt]]:
    """What gives the new units their territories in every alignment, and where it is doubtful.

    Parameters
    ----------
    succession : Succession
    codes : (n_new,) object (str)
        Of the new units.
    picked : mapping of str to str
        Territory id by key of a doubt's item.
    left_out : frozenset of str
        Keys of doubts whose units stay unassigned.
    """
    out, every = [], []
    for alignment in sorted(succession.plan.assignments):
        territories, doubts = carried(succession, alignment)
        for doubt in doubts:
            choice = picked.get(doubt.key(codes), "")
            if choice in {str(one) for one in doubt.candidates}:
                territories[doubt.new] = int(choice)
            if doubt.key(codes) in left_out:
                territories[doubt.new] = UNASSIGNED
        rows = np.flatnonzero(territories != UNASSIGNED)
        if len(rows):
            before = np.full(len(rows), UNASSIGNED, np.int32)
            at = (rows + succession.n_old).astype(np.int32)
            out.append(Change("assignment", "territory", alignment, at, before, territories[rows]))
        every += doubts
    return out, every
