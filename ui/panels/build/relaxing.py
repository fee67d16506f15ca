"""Taking up a remedy: settings that ask for less, or an edit of the plan that opens a way."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from terradesk.edits import Edit
from terradesk.edits import territories as te
from terradesk.edits.links import link, unblock
from terradesk.edits.locking import lock_units
from terradesk.plan import Plan

if TYPE_CHECKING:
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.plans.settings import Settings, Wish
    from terradesk.builder.why.findings import Remedy


def settings_after(settings: Settings, remedy: Remedy) -> Settings | None:
    """Settings with a remedy taken up; None where it is none of the settings."""
    kind, amount = remedy.kind, remedy.amount
    if kind == "territories":
        return replace(settings, n_territories=round(amount), capacity=0.0)
    if kind == "cap":
        return replace(settings, handover_most=math.ceil(amount))
    changed = [_wish_after(wish, m, remedy) for m, wish in enumerate(settings.wishes)]
    wishes = tuple(wish for wish in changed if wish is not None)
    if not wishes or wishes == settings.wishes:
        return None
    return replace(settings, wishes=wishes)


def _wish_after(wish: Wish, m: int, remedy: Remedy) -> Wish | None:
    """One measure's wish; None once it is left out."""
    kind, amount = remedy.kind, remedy.amount
    if remedy.measure not in (m, -1):
        return wish
    if kind == "leave_out":
        return None
    if kind == "targets":
        return replace(wish, target="equal")
    if kind == "tolerance":
        rounded = math.ceil(1000 * amount - 1e-9) / 1000
        return replace(wish, tolerance=min(1.0, max(wish.tolerance, rounded)))
    if kind == "minimum" and wish.minimum is not None:
        return replace(wish, minimum=wish.minimum * amount)
    if kind == "maximum" and wish.maximum is not None:
        return replace(wish, maximum=wish.maximum * amount)
    return wish


def edit_after(plan: Plan, alignment: int, prepared: Prepared, remedy: Remedy) -> Edit | None:
    """An edit of the plan that takes a remedy up; None where there is none.

    Parameters
    ----------
    plan : Plan
    alignment : int
    prepared : Prepared
        What the remedy's units and territories are numbers in.
    remedy : Remedy
    """
    rows = prepared.rows
    if remedy.kind == "unlock" and remedy.territory >= 0:
        territory = prepared.territories[remedy.territory]
        return te.set_locked(plan, alignment, [territory], False)
    if remedy.kind == "unlock":
        return lock_units(plan, alignment, rows[remedy.units].tolist(), False)
    if remedy.kind == "link" and len(remedy.pairs):
        a, b = rows[remedy.pairs[0]].tolist()
        return link(plan, a, b)
    if remedy.kind == "barrier" and len(remedy.pairs):
        pairs = rows[remedy.pairs]
        return unblock(plan, pairs[:, 0].tolist(), pairs[:, 1].tolist())
    return None
