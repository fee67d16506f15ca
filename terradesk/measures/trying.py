"""Trying an edit: what it would do to an alignment, without the plan that would come of it.

The figures of the touched territories are summed afresh over their own units, in the order in
which the whole plan is summed, so they are those of the plan after the edit; the others are taken
as they are. The cost goes with the units of the touched territories: neither the plan's accounts
nor its other units are gone through. Edits that do more than assign are applied and measured whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from terradesk import records as rec
from terradesk.edits import Edit, apply
from terradesk.measures.against import homes, natural_homes
from terradesk.measures.balance import Balance, shared, spread
from terradesk.measures.moves import Moved, moved
from terradesk.measures.moving import Move
from terradesk.measures.standing import Standing, is_known, keep, standing_of
from terradesk.measures.sums import ACCOUNT_SOURCES, account_values
from terradesk.measures.whatif import Shapes, WhatIf
from terradesk.plan import UNASSIGNED, AlignmentView

_N_UNITS = rec.Measure("", 0, source="n_units")
_N_ACCOUNTS = rec.Measure("", 0, source="n_accounts")
_QUICK = 60_000  # members of touched territories whose pieces are looked for at once


def what_if(view: AlignmentView, edit: Edit, n_locked: int = 0, n_named: int = 0) -> WhatIf | None:
    """What an edit would do to an alignment.

    Parameters
    ----------
    view : AlignmentView
        As it is.
    edit : Edit
        Must fit the plan.
    n_locked, n_named : int
        What the edit leaves alone, from `terradesk.edits.Assigned`.

    Returns
    -------
    WhatIf or None
        None when the alignment would be gone.
    """
    standing = standing_of(view)
    made = _made(view, edit)
    stays = (n_locked, n_named)
    if made is None:
        return _measured(standing, edit, stays)
    if any(r.kind == "override" for r in edit.records):
        return _of_accounts(standing, edit, made, stays)
    return _of_units(standing, edit, made, stays)


def carry(view: AlignmentView, edit: Edit, after: AlignmentView) -> WhatIf | None:
    """Take over what is known of an alignment to the one after an edit.

    Pieces and gaps of the territories that the edit does not touch are not looked for again.

    Parameters
    ----------
    view, after : AlignmentView
        Before and after the edit.
    edit : Edit

    Returns
    -------
    WhatIf or None
        What the edit did; None when that would cost more than it saves.
    """
    if not is_known(view) or view.plan.arcs is not after.plan.arcs or _made(view, edit) is None:
        return None
    found = what_if(view, edit)
    if found is None or "parts_and_gaps" not in vars(standing_of(view)):
        return found
    places = np.array([_place_in(found, view, t.id) for t in after.leaves], np.int64)
    both = []
    pairs = (found.shapes.parts, found.shapes.gaps)
    for now, pair in zip(standing_of(view).parts_and_gaps, pairs, strict=True):
        own = np.append(now, np.zeros(len(found.made), np.int32))
        own[found.slots] = pair[:, 1]
        both.append(np.append(np.zeros(1, np.int32), own[places]))
    keep(Standing(after, (both[0], both[1])))
    return found


def _place_in(found: WhatIf, view: AlignmentView, territory: int) -> int:
    return view.slots[territory] if territory in view.slots else found.slot(territory)


def _made(view: AlignmentView, edit: Edit) -> tuple[rec.Territory, ...] | None:
    """Territories that the edit makes; None if it does more than assign units or accounts."""
    made, n_overrides = [], 0
    for record in edit.records:
        row = record.row
        if isinstance(row, rec.Territory) and record.before is None and row.level == 0:
            made.append(row)
        elif isinstance(row, rec.Override):
            n_overrides += 1
        else:
            return None
        if row.alignment != view.id:
            return None
    own = [c for c in edit.changes if c.table == "assignment" and c.alignment == view.id]
    if len(own) < len(edit.changes) or len(own) > 1 or edit.batches or (own and n_overrides):
        return None
    return tuple(made)


def _of_units(
    standing: Standing, edit: Edit, made: tuple[rec.Territory, ...], stays: tuple[int, int]
) -> WhatIf:
    view = standing.view
    ids = np.append(standing.ids, [t.id for t in made]).astype(np.int64)
    if edit.changes:
        rows, owners = edit.changes[0].rows, edit.changes[0].after
    else:
        rows = owners = np.empty(0, np.int32)
    to = _slots_after(view, owners, made)
    goes = view.plan.units_present[rows] & (view.unit_slots[rows] != to)
    move = Move(standing, np.ascontiguousarray(rows[goes], np.int32), to[goes], ids)
    before, after = standing.balance, None
    if before is not None:
        after = _balance_after(standing, ids, move.touched, move.totals(before.measure))
    n_units, n_accounts = (
        _pairs(standing, move.touched, m, move.totals(m)) for m in (_N_UNITS, _N_ACCOUNTS)
    )
    amounts = {m.uid: move.amount(m) for m in standing.choices}
    against = standing.against
    changed = None
    if against is not None and before is not None:
        changed = _shares(standing, against.after_units(move.rows, move.to))
    return WhatIf(
        edit, ids[move.touched], move.touched.astype(np.int64), made, before, after,
        n_units, n_accounts,
        _ranked(ids, move.origins), _ranked(ids, move.to),
        Moved(len(move.rows), int(move.amount(_N_ACCOUNTS)), amounts), changed,
        move.shapes, move.n_members + 40 * len(move.touched) < _QUICK, stays[0], stays[1],
    )  # fmt: skip


def _of_accounts(
    standing: Standing, edit: Edit, made: tuple[rec.Territory, ...], stays: tuple[int, int]
) -> WhatIf:
    """Accounts that become named, or return: k of them, looked at one by one."""
    view = standing.view
    ids = np.append(standing.ids, [t.id for t in made]).astype(np.int64)
    rows, new = _accounts_after(view, edit)
    old = homes(view, rows)
    origins, to = view.slot_of(old), _slots_after(view, new, made)
    goes = origins != to
    rows, old, new, origins, to = (a[goes] for a in (rows, old, new, origins, to))
    touched = np.unique(np.concatenate((origins, to, np.arange(view.n_slots, len(ids)))))

    def totals(measure: rec.Measure) -> np.ndarray:
        out = np.zeros(len(ids))
        out[: view.n_slots] = _totals_now(standing, measure)
        if measure.source in ACCOUNT_SOURCES:
            values = account_values(view.plan, measure, rows)
            out += np.bincount(to, values, len(ids)) - np.bincount(origins, values, len(ids))
        return out[touched]

    def amount(measure: rec.Measure) -> float:
        is_theirs = measure.source in ACCOUNT_SOURCES
        return float(account_values(view.plan, measure, rows).sum()) if is_theirs else 0.0

    before, after = standing.balance, None
    if before is not None:
        after = _balance_after(standing, ids, touched, totals(before.measure))
    n_units, n_accounts = (_pairs(standing, touched, m, totals(m)) for m in (_N_UNITS, _N_ACCOUNTS))
    changed = None
    if standing.against is not None and before is not None:
        changed = _shares(standing, standing.against.after_accounts(rows, old, new))

    def shapes() -> Shapes:
        known = touched[touched < view.n_slots]
        out = np.zeros((2, len(touched), 2), np.int32)
        for figure, now in zip(out, standing.parts_and_gaps, strict=True):
            figure[: len(known)] = np.where(known == 0, 0, now[known])[:, None]
        return Shapes(out[0], out[1])

    amounts = {m.uid: amount(m) for m in standing.choices}
    return WhatIf(
        edit, ids[touched], touched.astype(np.int64), made, before, after, n_units, n_accounts,
        _ranked(ids, origins), _ranked(ids, to), Moved(0, int(amount(_N_ACCOUNTS)), amounts),
        changed, shapes, True, stays[0], stays[1],
    )  # fmt: skip


def _accounts_after(view: AlignmentView, edit: Edit) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the accounts whose override changes, and their territories after."""
    last = {r.row.account: r.after for r in edit.records if isinstance(r.row, rec.Override)}
    n, present = len(view.plan.accounts), view.plan.accounts_present
    rows = np.array(sorted(a for a in last if 0 <= a < n and present[a]), np.int64)
    new = natural_homes(view, rows)
    for k, row in enumerate(rows.tolist()):
        named = last[row]
        if isinstance(named, rec.Override):
            new[k] = named.territory
        elif row in view.side.ruled:
            new[k] = view.side.ruled[row]
    return rows, new


def _slots_after(
    view: AlignmentView, owners: np.ndarray, made: Sequence[rec.Territory]
) -> np.ndarray:
    """Slot of each territory id (k,) int32; those that are made come behind."""
    known = (owners >= 0) & (owners < view.plan.next_id)
    out = view.slot_of(np.where(known, owners, UNASSIGNED)).astype(np.int32)
    for k, node in enumerate(made):
        out[owners == node.id] = view.n_slots + k
    return out


def _ranked(ids: np.ndarray, slots: np.ndarray) -> tuple[int, ...]:
    counts = np.bincount(slots, minlength=1)
    found = np.flatnonzero(counts)
    return tuple(ids[found[np.argsort(-counts[found], kind="stable")]].tolist())


def _totals_now(standing: Standing, measure: rec.Measure) -> np.ndarray:
    if measure is _N_UNITS:
        return standing.counts.units.astype(float)
    if measure is _N_ACCOUNTS:
        return standing.counts.accounts.astype(float)
    assert standing.balance is not None
    return standing.balance.values


def _pairs(
    standing: Standing, touched: np.ndarray, measure: rec.Measure, after: np.ndarray
) -> np.ndarray:
    """Counts of the touched slots before and after: (k, 2) int64."""
    now = standing.counts.units if measure is _N_UNITS else standing.counts.accounts
    out = np.zeros((len(touched), 2), np.int64)
    known = touched < len(now)
    out[known, 0] = now[touched[known]]
    out[:, 1] = np.rint(after)
    return out


def _balance_after(
    standing: Standing, ids: np.ndarray, touched: np.ndarray, totals: np.ndarray
) -> Balance:
    before = standing.balance
    assert before is not None
    n_made = len(ids) - len(before.values)
    values = np.append(before.values, np.zeros(n_made))
    values[touched] = totals
    own = np.append(standing.own_targets, np.full(n_made, np.nan))
    wanted = shared(own, float(values.sum()))
    return spread(before.measure, values, wanted, ids, before.tolerance)


def _shares(standing: Standing, amount: float) -> tuple[float, float] | None:
    against, balance = standing.against, standing.balance
    if against is None or balance is None or not balance.total > 0:
        return None
    return against.amount / balance.total, amount / balance.total


# ---------------------------------------------------------------------- edits of every other kind
def _measured(standing: Standing, edit: Edit, stays: tuple[int, int]) -> WhatIf | None:
    """The same from the whole plan after the edit."""
    view = standing.view
    plan = apply(view.plan, edit)
    if view.id not in plan.assignments:
        return None
    later = standing_of(plan.alignment(view.id))
    new = [t for t in later.view.leaves if t.id not in view.slots]
    ids = np.append(standing.ids, [t.id for t in new]).astype(np.int64)
    where = np.array([later.view.slots.get(int(t), -1) for t in ids])
    counts = [
        _both(where, getattr(standing.counts, key), getattr(later.counts, key), 0)
        for key in ("units", "accounts")
    ]
    before, after = standing.balance, later.balance
    if before is not None and after is not None:
        after = _aligned(after, where, ids)
        values = _both(where, before.values, later.balance.values, 0.0)  # type: ignore[union-attr]
        differs = values[:, 0] != values[:, 1]
    else:
        differs = np.zeros(len(ids), bool)
    shapes = np.stack(
        [_both(where, a, b, 0) for a, b in zip(
            standing.parts_and_gaps, later.parts_and_gaps, strict=True)]
    )  # fmt: skip
    shapes[:, 0] = 0
    for pair in (*counts, *shapes):
        differs |= pair[:, 0] != pair[:, 1]
    slots = np.flatnonzero(differs)
    owners = _slots_after(view, later.view.assignment, new)
    goes = view.plan.units_present & (view.unit_slots != owners)
    return WhatIf(
        edit, ids[slots], slots, tuple(new), before, after, counts[0][slots], counts[1][slots],
        _ranked(ids, view.unit_slots[goes]), _ranked(ids, owners[goes]), moved(view, later.view),
        _changed_share(standing, later), lambda: Shapes(shapes[0][slots], shapes[1][slots]),
        True, stays[0], stays[1], has_removed=True,
    )  # fmt: skip


def _both(where: np.ndarray, now: np.ndarray, then: np.ndarray, none: float) -> np.ndarray:
    """A figure by slot before and after: (n, 2), in slots of before, new ones behind."""
    out = np.full((len(where), 2), none, np.result_type(now, then))
    out[: len(now), 0] = now
    out[where >= 0, 1] = then[where[where >= 0]]
    return out


def _aligned(after: Balance, where: np.ndarray, ids: np.ndarray) -> Balance:
    """A balance in the slots of before; territories that go away have no deviation."""
    values = np.where(where >= 0, after.values[where], 0.0)
    wanted = np.where(where >= 0, after.targets[where], np.nan)
    out = spread(after.measure, values, wanted, ids, after.tolerance)
    return replace(
        out, n_territories=after.n_territories, cv=after.cv, gini=after.gini, worst=after.worst
    )


def _changed_share(standing: Standing, later: Standing) -> tuple[float, float] | None:
    pair = []
    for one in (standing, later):
        if one.against is None or one.balance is None or not one.balance.total > 0:
            return None
        pair.append(one.against.amount / one.balance.total)
    return pair[0], pair[1]
