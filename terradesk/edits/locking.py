"""Locking areas one by one, whatever territory they are in."""

from __future__ import annotations

from collections.abc import Iterable

from terradesk import records as rec
from terradesk.edits.change import Edit, Record
from terradesk.i18n import N_
from terradesk.plan import Plan


def lock_units(plan: Plan, alignment: int, rows: Iterable[int], is_locked: bool) -> Edit | None:
    """Lock or unlock units.

    Parameters
    ----------
    plan : Plan
    alignment : int
    rows : iterable of int
        Unit rows.
    is_locked : bool

    Returns
    -------
    Edit or None
        None when nothing changes.
    """
    locks = {k.ref: k for k in plan.rows(rec.Lock, alignment) if k.kind == "unit"}
    wanted = sorted({int(r) for r in rows if plan.units_present[int(r)]})
    if is_locked:
        records = tuple(
            Record("lock", None, rec.Lock(rec.new_uid(), plan.next_id + i, alignment, "unit", row))
            for i, row in enumerate(r for r in wanted if r not in locks)
        )
    else:
        records = tuple(Record("lock", locks[r], None) for r in wanted if r in locks)
    if not records:
        return None
    n = len(records)
    first = next(r.row.ref for r in records if isinstance(r.row, rec.Lock))
    fields: dict[str, str | int] = {"n": n, "noun": plan.noun(n), "a": str(plan.units.names[first])}
    one = N_("Locked {a}") if is_locked else N_("Unlocked {a}")
    many = N_("Locked {n} {noun}") if is_locked else N_("Unlocked {n} {noun}")
    return Edit(one if n == 1 else many, fields, records=records, alignment=alignment)
