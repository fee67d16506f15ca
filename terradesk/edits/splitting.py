"""Splitting a territory: the larger part stays what it is, the other becomes a new territory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from terradesk.edits.assigning import Assigned, assign
from terradesk.edits.seeds import split_off
from terradesk.edits.territories import free_name, new_territory
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.plan import AlignmentView, Plan


def split(
    plan: Plan,
    alignment: int,
    territory: int,
    rows: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    name: str = "",
    reason: str = "",
) -> Assigned:
    """Split a territory in two.

    The larger part keeps name, rep, colour, target and named accounts; the smaller one becomes a
    territory beside it in the tree, without a rep.

    Parameters
    ----------
    plan : Plan
    alignment : int
    territory : int
        Id of a leaf.
    rows : ndarray of int, shape (k,)
        Unit rows of one of the two parts; units of other territories are left out.
    weights : ndarray of float, shape (n_units,), optional
        What tells which part is larger, e.g. the balance measure per unit. Without it, and where
        both parts weigh the same, the number of units decides, then the lowest row.
    name : str
        Of the new territory; without one "Denver 2".
    reason : str
        Kept in the history.

    Returns
    -------
    Assigned
        Units that are locked by themselves stay and are counted.

    Raises
    ------
    TerraDeskError
        If the territory is locked, or one of the parts is empty.
    """
    view = plan.alignment(alignment)
    node = view.territories[territory]
    if territory in view.locked_territories:
        raise TerraDeskError(_("{name} is locked.").format(name=node.name), _("Unlock it first."))
    is_mine = (view.assignment == territory) & plan.units_present
    is_part = np.zeros(len(is_mine), bool)
    is_part[np.asarray(rows, np.int64)] = True
    one, other = np.flatnonzero(is_mine & is_part), np.flatnonzero(is_mine & ~is_part)
    if not len(one) or not len(other):
        raise TerraDeskError(
            _("The line does not cut {name} in two.").format(name=node.name),
            _("Draw it right across, with centres of areas on both sides."),
        )
    moved = other if _size(one, weights) > _size(other, weights) else one
    title = name or part_name(view, node.name)
    new = new_territory(plan, alignment, title, parent=node.parent, level=node.level, near=moved)
    done = assign(plan, alignment, moved, new.id, reason=reason, new=new)
    if done.edit is None or not done.edit.changes:
        return Assigned(None, done.n_locked)
    n = done.edit.n_rows - 1
    taken = done.edit.changes[0].rows
    records = (*done.edit.records, *split_off(view, territory, taken, new.id))
    fields: dict[str, str | int] = {"n": n, "noun": plan.noun(n), "a": node.name, "b": new.name}
    msgid = N_("Split {a}: {n} {noun} are now {b}")
    return replace(done, edit=replace(done.edit, msgid=msgid, fields=fields, records=records))


def _size(rows: np.ndarray, weights: np.ndarray | None) -> tuple[float, int, int]:
    weight = float(weights[rows].sum()) if weights is not None else 0.0
    return weight, len(rows), -int(rows[0])


def part_name(view: AlignmentView, name: str) -> str:
    """Name of a part of a territory: "Denver 2", and "Denver 3" for a part of that one."""
    stem, _space, number = name.rpartition(" ")
    names = {t.name for t in view.territories.values()}
    is_part = number.isdecimal() and stem in names
    return free_name(view, stem if is_part else name)
