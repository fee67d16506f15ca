"""Accepting a build: one undoable step against the plan as it is by then."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from terradesk import records as rec
from terradesk.arcs.jit import Bools, Int32s
from terradesk.builder.plans.identities import settle
from terradesk.builder.plans.preparing import Prepared
from terradesk.builder.plans.scoping import NEW
from terradesk.builder.plans.settings import remembering
from terradesk.builder.plans.titling import fills, numbered_names, place_names
from terradesk.builder.plans.words import heading, left_alone, reason
from terradesk.builder.problem import Result
from terradesk.edits import Edit, Record, apply, assign, joined
from terradesk.edits import scenarios as scenario_edits
from terradesk.edits import territories as territory_edits
from terradesk.edits.splitting import part_name
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED, AlignmentView, Plan


@dataclass(frozen=True, slots=True, eq=False)
class Accepted:
    """What accepting a build does to the plan.

    Parameters
    ----------
    edit : Edit or None
        None when nothing would change.
    n_changed : int
        Units that change hands.
    n_edited : int
        Units left as they are because they, or the territory meant for them, changed meanwhile.
    n_locked : int
        Units left as they are because they or a territory concerned were locked meanwhile.
    n_named : int
        Named accounts in units that change hands: they stay where they are.
    made, removed : tuple of str
        Names of new territories, and of those that are no more.
    notes : tuple of str
        The same in sentences, for a message.
    """

    edit: Edit | None
    n_changed: int = 0
    n_edited: int = 0
    n_locked: int = 0
    n_named: int = 0
    made: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def accept(
    plan: Plan, alignment: int, prepared: Prepared, result: Result, *, scenario: str = ""
) -> Accepted:
    """One edit that brings a build into the plan.

    Units that were edited, locked or removed since `prepare` stay as they are and are counted.
    Accounts named for a territory that disappears follow their areas from now on; all other named
    accounts stay. New territories have no rep. The settings go along with the step.

    Parameters
    ----------
    plan : Plan
        As it is now.
    alignment : int
        The one that was prepared, or an equal one.
    prepared : Prepared
    result : Result
    scenario : str
        Name of a new scenario to put it in; by default the present one is changed.

    Returns
    -------
    Accepted
    """
    result = settle(prepared, result)
    view = plan.alignment(alignment)
    wanted, alive = _wanted(view, prepared, result.assignment)
    now = np.where(plan.units_present[prepared.rows], view.assignment[prepared.rows], UNASSIGNED)
    differs = (result.assignment >= 0) & (wanted != now)
    stale = (now != prepared.before) | ~plan.units_present[prepared.rows] | ~alive
    go = differs & ~stale
    made = _made(plan, view, prepared, result, go)
    ids = _ids(prepared, made)[result.assignment[go]]
    why = reason(prepared, result)
    open_plan = _unlocked(plan, alignment, prepared)
    done = assign(open_plan, alignment, prepared.rows[go], ids, reason=why)
    done_changes = done.edit.changes if done.edit else ()
    n_changed = sum(len(c.rows) for c in done_changes)
    first = Edit(
        "",
        changes=done_changes,
        records=tuple(Record("territory", None, t) for t in made.values()),
        reason=why,
        alignment=alignment,
    )
    removed = _removed(apply(plan, first), alignment, prepared)
    edit = joined(first, removed) if removed is not None else first
    if not edit.n_rows:
        notes = left_alone(plan, int((differs & stale).sum()), done.n_locked, 0)
        nothing = _("Nothing changes: the plan is so already.")
        return Accepted(
            None, 0, int((differs & stale).sum()), done.n_locked, notes=(nothing, *notes)
        )
    after = apply(plan, edit)
    edit = joined(edit, *_extras(after, alignment, prepared, _ids(prepared, made)))
    gone = [t.id for t in view.leaves if after.row("territory", t.uid, alignment) is None]
    names = tuple(view.name_of(t) for t in gone)
    msgid, fields = heading(plan, prepared, result, n_changed, tuple(made.values()), names)
    edit = replace(edit, msgid=msgid, fields=fields)
    if scenario:
        edit = _in_copy(plan, view, edit, scenario)
    n_edited = int((differs & stale).sum())
    return Accepted(
        edit=edit,
        n_changed=n_changed,
        n_edited=n_edited,
        n_locked=done.n_locked,
        n_named=done.n_named,
        made=tuple(t.name for t in made.values()),
        removed=names,
        notes=left_alone(plan, n_edited, done.n_locked, done.n_named),
    )


def _wanted(view: AlignmentView, prepared: Prepared, labels: Int32s) -> tuple[Int32s, Bools]:
    """Territory id that each unit should have, `_MADE` for a new one; whether that is there."""
    there = {t.id for t in view.leaves}
    ids = np.array([t if t != NEW else _MADE for t in prepared.territories], np.int32)
    alive = np.array([t == NEW or t in there for t in prepared.territories], bool)
    return np.where(labels >= 0, ids[labels], UNASSIGNED), alive[labels] | (labels < 0)


_MADE = -2  # unlike every id and unlike unassigned


def _made(
    plan: Plan, view: AlignmentView, prepared: Prepared, result: Result, go: Bools
) -> dict[int, rec.Territory]:
    """New territories by label, those that get units only."""
    labels = np.unique(result.assignment[go])
    new = [int(label) for label in labels if prepared.territories[label] == NEW]
    if not new:
        return {}
    on_map = _whole(view, prepared, result)
    values = np.zeros(len(plan.units))
    values[prepared.rows] = prepared.problem.activities[:, 0]
    if prepared.settings.mode == "split":
        stem = part_name(view, view.name_of(prepared.territories[0])).rpartition(" ")[0]
        names = numbered_names(view, stem, len(new))
    elif prepared.settings.names == "places":
        names = place_names(view, on_map, new, values)
    else:
        names = numbered_names(view, _("Territory"), len(new))
    known = _known_fills(view, prepared)
    n = len(prepared.territories) + len(view.leaves)
    colours = fills(plan, on_map, known, n)
    return {
        label: territory_edits.new_territory(
            plan,
            view.id,
            names[i],
            parent=_above(view, _parent(view, prepared, result, label)),
            offset=i,
            colour=colours[label],
        )
        for i, label in enumerate(new)
    }


def _whole(view: AlignmentView, prepared: Prepared, result: Result) -> Int32s:
    """(n_units,) labels of the build, and after them the leaves that have no part in it."""
    k = len(prepared.territories)
    out = np.where(view.unit_slots > 0, view.unit_slots - 1 + k, -1).astype(np.int32)
    out[prepared.rows] = result.assignment
    return out


def _known_fills(view: AlignmentView, prepared: Prepared) -> dict[int, int]:
    k = len(prepared.territories)
    fill = {t.id: t.colour for t in view.leaves}
    known = {k + i: t.colour for i, t in enumerate(view.leaves)}
    return known | {i: fill[t] for i, t in enumerate(prepared.territories) if t in fill}


def _parent(view: AlignmentView, prepared: Prepared, result: Result, label: int) -> int:
    """The node that most of a new territory lies below now; 0 for none."""
    if prepared.settings.mode in ("nested", "split"):
        return prepared.parents[label]
    held = np.flatnonzero(result.assignment == label)
    above = np.array([0, *(t.parent or 0 for t in view.leaves)])
    nodes, place = np.unique(above[view.unit_slots[prepared.rows[held]]], return_inverse=True)
    shares = np.bincount(place, prepared.problem.activities[held, 0], len(nodes))
    shares[nodes == 0] = -1.0
    best = int(shares.argmax()) if len(nodes) else 0
    return int(nodes[best]) if len(nodes) and nodes[best] else prepared.parents[label]


def _above(view: AlignmentView, parent: int) -> int:
    """The node to hang below, if it is there still."""
    node = view.territories.get(parent)
    return parent if node is not None and node.level > 0 else 0


def _ids(prepared: Prepared, made: dict[int, rec.Territory]) -> Int32s:
    ids = [made[i].id if i in made else t for i, t in enumerate(prepared.territories)]
    return np.array(ids, np.int32)


def _unlocked(plan: Plan, alignment: int, prepared: Prepared) -> Plan:
    """The plan without the locks that the build was told not to heed."""
    if prepared.settings.keep_locked:
        return plan
    locks = [k for k in plan.rows(rec.Lock, alignment) if k.uid in prepared.locks]
    records = tuple(Record("lock", k, None) for k in locks)
    return apply(plan, Edit("", records=records)) if records else plan


def _removed(plan: Plan, alignment: int, prepared: Prepared) -> Edit | None:
    """Territories that the build leaves empty disappear; one that still has units stays."""
    view = plan.alignment(alignment)
    held = set(np.unique(view.assignment[plan.units_present]).tolist())
    empty = [t.id for t in view.leaves if t.id in prepared.gone and t.id not in held]
    empty = [t for t in empty if t not in view.locked_territories]
    return territory_edits.delete(plan, alignment, empty) if empty else None


def _extras(plan: Plan, alignment: int, prepared: Prepared, ids: Int32s) -> list[Edit]:
    """Targets for part-time territories, and the settings."""
    out: list[Edit] = []
    shares = dict(prepared.settings.shares)
    leaves = {t.id for t in plan.alignment(alignment).leaves}
    whole = leaves <= {*ids.tolist(), *prepared.gone}
    for label, territory in enumerate(ids.tolist()):
        share = shares.get(prepared.territories[label], 1.0)
        if not whole or share == 1.0 or territory not in leaves:
            continue
        for j, measure in enumerate(prepared.measures):
            value = float(prepared.problem.targets[label, j])
            edit = scenario_edits.set_target(plan, alignment, territory, measure.uid, value)
            out += [_shifted(edit, len(out))] if edit is not None else []
    record = remembering(plan, prepared.settings, plan.next_id + len(out))
    return [*out, Edit("", records=(record,))] if record is not None else out


def _shifted(edit: Edit, offset: int) -> Edit:
    """An edit that makes one row, which others are made before."""
    records = tuple(
        r
        if r.before is not None or r.after is None
        else Record(r.kind, None, replace(r.after, id=r.after.id + offset))
        for r in edit.records
    )
    return replace(edit, records=records)


def _in_copy(plan: Plan, view: AlignmentView, edit: Edit, name: str) -> Edit:
    """The edit in a copy of the scenario, made in the same step."""
    first = max([plan.next_id, *(r.row.id + 1 for r in edit.records)])
    copied = scenario_edits.copy_scenario(plan, view.scenario.id, name, first)
    new = _twin(copied, plan, view)
    moved = scenario_edits.rebased(edit, view.id, new)
    both = joined(copied, moved)
    return replace(both, msgid=edit.msgid, fields=edit.fields, reason=edit.reason, alignment=new)


def _twin(copied: Edit, plan: Plan, view: AlignmentView) -> int:
    """Number of the alignment that copies the one of the build."""
    mine = next(a for a in plan.rows(rec.Alignment) if a.id == view.id)
    made = [r.after for r in copied.records if isinstance(r.after, rec.Alignment)]
    return next(a.id for a in made if a.team == mine.team)
