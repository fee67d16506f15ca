"""From the rows a shape meets to what would be done with them: target, scope, locks, keys."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from terradesk import edits
from terradesk import records as rec
from terradesk.edits import Assigned, Edit, Record
from terradesk.edits.territories import new_territory
from terradesk.i18n import _, ngettext, number
from terradesk.plan import UNASSIGNED

from .gesture import (
    NEW,
    NO_ROWS,
    AccountSpots,
    Keys,
    MapEvent,
    Preview,
    Result,
    Selection,
    Shape,
    ToolContext,
)


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """Units and accounts that a shape takes."""

    unit_rows: np.ndarray
    account_rows: np.ndarray

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not (len(self.unit_rows) or len(self.account_rows))


NOTHING = Taken(NO_ROWS, NO_ROWS)


def takes_accounts(context: ToolContext) -> bool:
    """Whether shapes take accounts: when asked for, and where there are no areas."""
    return context.picker is None or context.options.moves_accounts


def spots(context: ToolContext) -> AccountSpots | None:
    """Accounts that shapes take, whether or not they are shown one by one."""
    return context.placed if context.placed is not None else context.accounts


def in_scope(taken: Taken, event: MapEvent, context: ToolContext) -> Taken:
    """What the strip's Over, or Shift while it is held, lets a stroke assign."""
    options, view = context.options, context.view
    if event.has(Keys.SHIFT) or options.over == "unassigned":
        only = UNASSIGNED
    elif options.over == "territory":
        only = options.over_territory
    else:
        return taken
    units, accounts = taken.unit_rows, taken.account_rows
    units = units[view.assignment[units] == only]
    if len(accounts):
        accounts = accounts[view.account_territories[accounts] == only]
    return Taken(units, accounts)


def target_of(event: MapEvent, context: ToolContext) -> int:
    """Where a stroke assigns to: the current territory, none while Ctrl is held, or a new one."""
    if event.has(Keys.CTRL):
        return UNASSIGNED
    return context.territory if context.territory != UNASSIGNED else NEW


def _new(context: ToolContext, taken: Taken) -> rec.Territory:
    return new_territory(context.plan, context.view.id, near=taken.unit_rows)


def assigned(context: ToolContext, taken: Taken, target: int) -> Assigned:
    """What giving these rows to a territory does; `NEW` makes one in the same step."""
    new = _new(context, taken) if target == NEW else None
    territory = new.id if new else target
    plan, alignment = context.plan, context.view.id
    if takes_accounts(context) and not len(taken.unit_rows):
        return _named(context, taken.account_rows, territory, new)
    if not len(taken.unit_rows):
        return Assigned(None)
    done = edits.assign(plan, alignment, taken.unit_rows, territory, new=new)
    return Assigned(None, done.n_locked) if new and done.edit and not done.edit.changes else done


def _named(
    context: ToolContext, rows: np.ndarray, territory: int, new: rec.Territory | None
) -> Assigned:
    if new is None or not len(rows):
        return edits.name_accounts(context.plan, context.view.id, rows, territory)
    made = Edit("", records=(Record("territory", None, new),), alignment=context.view.id)
    done = edits.name_accounts(edits.apply(context.plan, made), context.view.id, rows, territory)
    if done.edit is None:
        return done
    return replace(done, edit=replace(done.edit, records=made.records + done.edit.records))


def preview(
    taken: Taken, event: MapEvent, context: ToolContext, target: int, shape: Shape | None
) -> Preview:
    """What a drawing tool would do with what it has taken so far."""
    if context.options.selects:
        units, accounts = taken.unit_rows, taken.account_rows
        return Preview(units, accounts, None, shape, selects=True, told=counted(taken, context))
    scoped = in_scope(taken, event, context)
    done = assigned(context, scoped, target)
    why = told(done, context)
    if scoped.is_empty and not taken.is_empty:
        why = out_of_scope(event, context)
    is_refused = bool(why) and done.edit is None
    return Preview(
        moved_rows(done),
        scoped.account_rows,
        None if is_refused else target,
        shape,
        told=why,
        assigned=done,
        is_refused=is_refused,
    )


def counted(taken: Taken, context: ToolContext) -> str:
    """How much a shape holds, "" for nothing."""
    n, n_accounts = len(taken.unit_rows), len(taken.account_rows)
    if n_accounts:
        return ngettext("{n} account", "{n} accounts", n_accounts).format(n=number(n_accounts))
    return f"{number(n)} {context.plan.noun(n)}" if n else ""


def moved_rows(done: Assigned) -> np.ndarray:
    """Units that really change."""
    if done.edit is None:
        return NO_ROWS
    rows = [c.rows for c in done.edit.changes if c.table == "assignment"]
    return rows[0] if rows else NO_ROWS


def told(done: Assigned, context: ToolContext) -> str:
    """What a stroke leaves alone."""
    if not done.n_locked:
        return ""
    if takes_accounts(context):
        text = ngettext("{n} locked account stays", "{n} locked accounts stay", done.n_locked)
        return text.format(n=number(done.n_locked))
    noun = context.plan.noun(done.n_locked)
    return _("{n} locked {noun} stay").format(n=number(done.n_locked), noun=noun)


def out_of_scope(event: MapEvent, context: ToolContext) -> str:
    """Why a stroke takes nothing of what it meets, by Over or the key that is held."""
    options = context.options
    if event.has(Keys.SHIFT) or options.over == "unassigned":
        return _("Nothing here is unassigned.")
    return _("Nothing here belongs to {name}.").format(name=context.name_of(options.over_territory))


def locked(event: MapEvent, context: ToolContext) -> str:
    """Why a stroke cannot assign to its target, "" when it can."""
    target = target_of(event, context)
    if context.options.selects or target not in context.view.locked_territories:
        return ""
    return _("{name} is locked.").format(name=context.name_of(target))


def selection(taken: Taken, event: MapEvent, context: ToolContext) -> Selection:
    """The selection after a shape: Shift adds, Ctrl removes, else it replaces."""
    units = combined(context.unit_rows, taken.unit_rows, event)
    accounts = combined(context.account_rows, taken.account_rows, event)
    if context.picker is None:
        return Selection(None, accounts)
    return Selection(None, accounts) if takes_accounts(context) else Selection(units, None)


def result(taken: Taken, seen: Preview, event: MapEvent, context: ToolContext) -> Result:
    """What the end of a gesture gives, from what its last preview showed."""
    if context.options.selects:
        return selection(taken, event, context)
    return seen.assigned or Assigned(None)


def combined(old: np.ndarray, rows: np.ndarray, event: MapEvent) -> np.ndarray:
    """Rows selected after a shape with its keys."""
    if event.has(Keys.SHIFT):
        return np.union1d(old, rows).astype(np.int32)
    if event.has(Keys.CTRL):
        return np.setdiff1d(old, rows).astype(np.int32)
    return np.unique(rows).astype(np.int32)
