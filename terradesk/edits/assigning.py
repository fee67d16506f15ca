"""Assigning units and accounts: the one place that leaves locked things alone and counts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from terradesk import records as rec
from terradesk.edits.change import UNASSIGNED_NAME, Change, Edit, Record
from terradesk.i18n import N_
from terradesk.plan import UNASSIGNED, AlignmentView, Plan


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """What `assign` would do.

    Parameters
    ----------
    edit : Edit or None
        None when nothing would change.
    n_locked : int
        Units or accounts left alone because they, or a territory concerned, are locked.
    n_named : int
        Named accounts inside the moved units: they stay where they are.
    """

    edit: Edit | None
    n_locked: int = 0
    n_named: int = 0


def assign(
    plan: Plan,
    alignment: int,
    rows: np.ndarray,
    territory: int | np.ndarray,
    *,
    reason: str = "",
    new: rec.Territory | None = None,
) -> Assigned:
    """Assign units to a territory, or each to its own.

    Parameters
    ----------
    plan : Plan
    alignment : int
    rows : ndarray of int, shape (k,)
        Unit rows; absent and repeated ones are left out.
    territory : int or ndarray of int, shape (k,)
        Leaf territory id, -1 to unassign.
    reason : str
        Kept in the history.
    new : Territory, optional
        A territory made in the same step (its id is ``territory``).

    Returns
    -------
    Assigned
    """
    view = plan.alignment(alignment)
    rows, wanted = _clean_rows(plan, rows, territory)
    now = view.assignment[rows]
    moves = now != wanted
    rows, wanted, now = rows[moves], wanted[moves], now[moves]
    stays = view.locked_units[rows] | np.isin(wanted, list(view.locked_territories))
    n_locked = int(stays.sum())
    rows, wanted, now = rows[~stays], wanted[~stays], now[~stays]
    made = (Record("territory", None, new),) if new else ()
    if not len(rows) and not made:
        return Assigned(None, n_locked)
    change = Change("assignment", "territory", alignment, rows, now, wanted.astype(np.int32))
    msgid, fields = _sentence(view, rows, now, wanted, new)
    edit = Edit(
        msgid, fields, (change,) if len(rows) else (), made, reason=reason, alignment=alignment
    )
    return Assigned(edit, n_locked, _n_named(view, rows))


def _clean_rows(
    plan: Plan, rows: np.ndarray, territory: int | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    rows = np.asarray(rows, np.int64).ravel()
    wanted = np.broadcast_to(np.asarray(territory, np.int32), rows.shape)
    ok = (rows >= 0) & (rows < len(plan.units))
    rows, wanted = rows[ok], wanted[ok]
    rows, first = np.unique(rows, return_index=True)
    wanted = wanted[first]
    present = plan.units_present[rows]
    return rows[present].astype(np.int32), wanted[present]


def _n_named(view: AlignmentView, rows: np.ndarray) -> int:
    if not len(view.side.rows):
        return 0
    inside = np.zeros(len(view.plan.units), bool)
    inside[rows] = True
    units = view.plan.accounts.unit[view.side.rows]
    return int(inside[units[units >= 0]].sum())


def _sentence(
    view: AlignmentView,
    rows: np.ndarray,
    now: np.ndarray,
    wanted: np.ndarray,
    new: rec.Territory | None,
) -> tuple[str, dict[str, str | int]]:
    """The step in words; the noun is the plan's own."""
    n = len(rows)
    sources, counts = np.unique(now, return_counts=True)
    sources, targets = sources[np.argsort(-counts, kind="stable")], np.unique(wanted)

    def name(ids: np.ndarray) -> str:
        if len(ids) == 1 and new and ids[0] == new.id:
            return new.name
        return (view.name_of(int(ids[0])) or UNASSIGNED_NAME) if len(ids) == 1 else ""

    fields: dict[str, str | int] = {"n": n, "noun": view.plan.noun(n)}
    if not n:
        return N_("Made the territory {b}"), {"b": new.name if new else ""}
    if len(targets) > 1:
        return N_("Assigned {n} {noun} to {m} territories"), {**fields, "m": len(targets)}
    if targets[0] == UNASSIGNED:
        if len(sources) == 1:
            return N_("Took {n} {noun} out of {a}"), {**fields, "a": name(sources)}
        return N_("Unassigned {n} {noun}"), fields
    fields["b"] = name(targets)
    if len(sources) == 1 and sources[0] != UNASSIGNED:
        return N_("Moved {n} {noun} from {a} to {b}"), {**fields, "a": name(sources)}
    if len(sources) == 1:
        return N_("Assigned {n} {noun} to {b}"), fields
    if len(sources) == 2:
        ends = {"a": name(sources[:1]), "c": name(sources[1:])}
        return N_("Moved {n} {noun} from {a} and {c} to {b}"), {**fields, **ends}
    if UNASSIGNED not in sources:
        return N_("Moved {n} {noun} from {m} territories to {b}"), {**fields, "m": len(sources)}
    return N_("Moved {n} {noun} to {b}"), fields


def name_accounts(
    plan: Plan, alignment: int, rows: np.ndarray, territory: int, *, reason: str = ""
) -> Assigned:
    """Make accounts named accounts of a territory; they stay there when units move.

    Accounts that already belong to the territory because of their unit are left as they are; an
    override that would say what the unit says already is taken away.

    Parameters
    ----------
    plan : Plan
    alignment : int
    rows : ndarray of int, shape (k,)
        Account rows.
    territory : int
        Leaf territory id, -1 for none.
    reason : str
        Kept with each override.

    Returns
    -------
    Assigned
        ``n_locked`` counts accounts whose present or new territory is locked.
    """
    view = plan.alignment(alignment)
    rows = np.unique(np.asarray(rows, np.int64))
    rows = rows[(rows >= 0) & (rows < len(plan.accounts))]
    rows = rows[plan.accounts_present[rows]]
    rows = rows[view.account_territories[rows] != territory]
    locked = view.locked_territories
    stays = np.isin(view.account_territories[rows], list(locked)) | (territory in locked)
    n_locked = int(stays.sum())
    rows = rows[~stays]
    natural = _natural(view, rows)
    made: list[Record] = []
    for row, home in zip(rows.tolist(), natural.tolist(), strict=True):
        old = view.overrides.get(row)
        if home == territory and old:
            made.append(Record("override", old, None))
        elif old:
            made.append(Record("override", old, replace(old, territory=territory, reason=reason)))
        else:
            row_id = plan.next_id + len(made)
            after = rec.Override(
                rec.new_uid(), row_id, alignment, account=row, territory=territory, reason=reason
            )
            made.append(Record("override", None, after))
    if not made:
        return Assigned(None, n_locked)
    fields: dict[str, str | int] = {"n": len(made), "b": view.name_of(territory) or UNASSIGNED_NAME}
    msgid = N_("Made {n} accounts named accounts of {b}")
    if len(made) == 1:
        msgid, fields["a"] = (
            N_("Made {a} a named account of {b}"),
            str(plan.accounts.names[rows[0]]),
        )
    return Assigned(
        Edit(msgid, fields, records=tuple(made), reason=reason, alignment=alignment), n_locked
    )


def return_accounts(
    plan: Plan, alignment: int, rows: Iterable[int], *, reason: str = ""
) -> Assigned:
    """Let named accounts follow their units again."""
    view = plan.alignment(alignment)
    found = [view.overrides[int(r)] for r in dict.fromkeys(rows) if int(r) in view.overrides]
    home = _natural(view, np.array([o.account for o in found], np.int64)) if found else ()
    locked = view.locked_territories
    free = [
        o
        for o, h in zip(found, home, strict=True)
        if o.territory not in locked and int(h) not in locked
    ]
    if not free:
        return Assigned(None, len(found))
    msgid = N_("Returned {n} accounts to the territory of their {noun}")
    fields: dict[str, str | int] = {"n": len(free), "noun": plan.noun(1)}
    if len(free) == 1:
        msgid = N_("Returned {a} to the territory of its {noun}")
        fields["a"] = str(plan.accounts.names[free[0].account])
    records = tuple(Record("override", o, None) for o in free)
    edit = Edit(msgid, fields, records=records, reason=reason, alignment=alignment)
    return Assigned(edit, len(found) - len(free))


def _natural(view: AlignmentView, rows: np.ndarray) -> np.ndarray:
    """Territory the accounts would have without an override: by rule, else by unit."""
    out = np.full(len(rows), UNASSIGNED, np.int32)
    units = view.plan.accounts.unit[rows]
    homes = np.where(view.plan.units_present, view.assignment, UNASSIGNED)
    out[units >= 0] = homes[units[units >= 0]]
    ruled = view.side.ruled
    for i, row in enumerate(rows.tolist() if ruled else ()):
        out[i] = ruled.get(row, out[i])
    return out
