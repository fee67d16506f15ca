"""By what lies beside what: grow, shrink, edge of a territory, what touches the selection.

Neighbours share a border or a water link. The outside of the map is no neighbour, so areas at
the coast stay when a selection shrinks; with that, growing and then shrinking loses nothing
(the closing of mathematical morphology on a graph; Vincent 1989, Graphs and mathematical
morphology).
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from terradesk.arcs import Arcs
from terradesk.arcs.jit import Bools, Int32s, Int64s
from terradesk.choosing.way import rows_of
from terradesk.measures.shapes import water_links
from terradesk.plan import AlignmentView, Plan


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Every two neighbours, both ways round.

    Parameters
    ----------
    one, other : ndarray of int, shape (m,)
        Unit rows.
    """

    one: Int64s
    other: Int64s


_SHARED: WeakKeyDictionary[Arcs, Pairs] = WeakKeyDictionary()


def pairs_of(plan: Plan) -> Pairs:
    """Neighbours of a plan: by border and by water link; none without areas."""
    links = np.asarray(water_links(plan), np.int64).reshape(-1, 2)
    arcs = plan.arcs
    if arcs is None:
        return Pairs(*np.concatenate([links, links[:, ::-1]]).T)
    shared = _SHARED.get(arcs)
    if shared is None:
        near = arcs.adjacency
        one = np.repeat(np.arange(arcs.n_units), np.diff(near.starts))
        shared = _SHARED[arcs] = Pairs(one, near.neighbours.astype(np.int64))
    if not len(links):
        return shared
    both = np.concatenate([links, links[:, ::-1]])
    return Pairs(
        np.concatenate([shared.one, both[:, 0]]), np.concatenate([shared.other, both[:, 1]])
    )


def _mask(plan: Plan, rows: ArrayLike) -> Bools:
    out = np.zeros(len(plan.units), np.bool_)
    out[np.asarray(rows, np.int64)] = True
    return out & plan.units_present


def grown(plan: Plan, rows: ArrayLike, steps: int = 1) -> Int32s:
    """Units and their neighbours, so many steps far.

    Parameters
    ----------
    plan : Plan
    rows : (k,) int
        Unit rows.
    steps : int

    Returns
    -------
    (m,) int32, sorted
    """
    pairs, mask = pairs_of(plan), _mask(plan, rows)
    for _step in range(steps):
        wider = mask.copy()
        wider[pairs.other[mask[pairs.one]]] = True
        mask = wider & plan.units_present
    return rows_of(mask)


def shrunk(plan: Plan, rows: ArrayLike, steps: int = 1) -> Int32s:
    """Units without those that have a neighbour outside, so many steps far.

    Parameters
    ----------
    plan : Plan
    rows : (k,) int
        Unit rows.
    steps : int

    Returns
    -------
    (m,) int32, sorted
    """
    pairs, mask = pairs_of(plan), _mask(plan, rows)
    present = plan.units_present
    for _step in range(steps):
        outside = present & ~mask
        mask = mask.copy()
        mask[pairs.other[outside[pairs.one]]] = False
    return rows_of(mask)


def touching(plan: Plan, rows: ArrayLike) -> Int32s:
    """Neighbours of units that are not among them: (m,) int32, sorted."""
    return np.setdiff1d(grown(plan, rows), rows_of(np.asarray(rows, np.int64))).astype(np.int32)


def edge(view: AlignmentView, territories: ArrayLike) -> Int32s:
    """Units of territories that lie beside an area of another one, or an unassigned one.

    Parameters
    ----------
    view : AlignmentView
    territories : (k,) int
        Ids.

    Returns
    -------
    (m,) int32, sorted
    """
    plan, pairs = view.plan, pairs_of(view.plan)
    owners = view.assignment
    inside = np.isin(owners, np.asarray(territories)) & plan.units_present
    differs = (owners[pairs.one] != owners[pairs.other]) & plan.units_present[pairs.other]
    out = np.zeros(len(owners), np.bool_)
    out[pairs.one[differs]] = True
    return rows_of(out & inside)
