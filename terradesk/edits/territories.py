"""Territories: made, renamed, recoloured, merged, deleted, moved in the tree, locked, staffed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from terradesk import records as rec
from terradesk.edits.assigning import Assigned, assign
from terradesk.edits.change import Change, Edit, Record
from terradesk.edits.colours import SPREAD, fill_beside
from terradesk.edits.seeds import passed_on
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.plan import UNASSIGNED, AlignmentView, Plan

N_COLOURS = 24


def new_territory(
    plan: Plan,
    alignment: int,
    name: str = "",
    *,
    parent: int = 0,
    level: int = 0,
    offset: int = 0,
    colour: int | None = None,
    near: ArrayLike | None = None,
) -> rec.Territory:
    """A territory that is not in the plan yet; its id is the next free one.

    Parameters
    ----------
    plan : Plan
    alignment : int
    name : str
        Without one: "Territory 7".
    parent, level : int
        Where it hangs in the tree.
    offset : int
        How many records the same edit makes before it; their names are numbered on.
    colour : int, optional
        Palette index; without one the least used.
    near : (k,) int, optional
        Units it will have: its fill then differs from those around.
    """
    view = plan.alignment(alignment)
    if colour is None:
        by_place = near is not None and not offset and np.size(near) > 0
        colour = fill_beside(view, near) if by_place else _least_used(view, offset)  # type: ignore[arg-type]
    return rec.Territory(
        rec.new_uid(),
        plan.next_id + offset,
        alignment,
        name=name.strip() or _numbered(view, offset),
        parent=parent,
        level=level,
        colour=colour,
    )


def _least_used(view: AlignmentView, offset: int) -> int:
    """Palette index used least; those made one after another are far apart in hue."""
    used = np.array([t.colour % N_COLOURS for t in view.leaves], np.int64)
    counts = np.bincount(used, minlength=N_COLOURS)
    return sorted(SPREAD, key=lambda colour: counts[colour])[offset % N_COLOURS]


def _numbered(view: AlignmentView, offset: int) -> str:
    """The next free "Territory 7", past those of ``offset`` records made with it."""
    stem = _("Territory")
    name = free_name(view, stem, start=1 + len(view.leaves))
    for _k in range(offset):
        name = free_name(view, stem, start=1 + int(name.rpartition(" ")[2]))
    return name


def free_name(view: AlignmentView, stem: str, start: int = 2) -> str:
    """``stem`` with the first number from ``start`` on that no territory uses."""
    taken = {t.name for t in view.territories.values()}
    number = start
    while f"{stem} {number}" in taken:
        number += 1
    return f"{stem} {number}"


def create(
    plan: Plan, alignment: int, territories: Sequence[rec.Territory], reason: str = ""
) -> Edit:
    """Add territories (see `new_territory`)."""
    msgid, fields = N_("Made {n} territories"), {"n": len(territories)}
    if len(territories) == 1:
        return Edit(
            N_("Made the territory {b}"),
            {"b": territories[0].name},
            records=(Record("territory", None, territories[0]),),
            reason=reason,
            alignment=alignment,
        )
    records = tuple(Record("territory", None, t) for t in territories)
    return Edit(msgid, fields, records=records, reason=reason, alignment=alignment)


def start_from(
    plan: Plan,
    alignment: int,
    labels: np.ndarray,
    names: Sequence[str],
    *,
    colours: Sequence[int] | None = None,
    parents: Sequence[str] | None = None,
    reason: str = "",
) -> Assigned:
    """Make territories and assign all units in one step.

    Parameters
    ----------
    plan : Plan
    alignment : int
    labels : ndarray of int, shape (n_units,)
        Index into ``names`` of each unit, -1 to leave it as it is.
    names : sequence of str
        Names of the territories; a name that exists already is used, not made again.
    colours : sequence of int, optional
        Palette indices.
    parents : sequence of str, optional
        Name of the group above each territory, "" for none.
    reason : str

    Returns
    -------
    Assigned
    """
    view = plan.alignment(alignment)
    existing = {t.name: t for t in view.leaves}
    groups = {t.name: t.id for t in view.territories.values() if t.level > 0}
    made: list[rec.Territory] = []
    for parent in dict.fromkeys(p for p in parents or () if p and p not in groups):
        node = new_territory(plan, alignment, parent, level=1, offset=len(made), colour=0)
        groups[parent] = node.id
        made.append(node)
    ids = np.empty(len(names), np.int32)
    for i, name in enumerate(names):
        if name in existing:
            ids[i] = existing[name].id
            continue
        node = new_territory(
            plan,
            alignment,
            name,
            offset=len(made),
            parent=groups.get(parents[i], 0) if parents else 0,
            colour=colours[i] if colours is not None else None,
        )
        existing[name] = node
        ids[i] = node.id
        made.append(node)
    rows = np.flatnonzero((np.asarray(labels) >= 0) & plan.units_present)
    done = assign(plan, alignment, rows, ids[np.asarray(labels)[rows]] if len(rows) else UNASSIGNED)
    records = tuple(Record("territory", None, t) for t in made)
    changes = done.edit.changes if done.edit else ()
    if not records and not changes:
        return Assigned(None, done.n_locked)
    edit = Edit(
        N_("Started {n} territories with {m} {noun}"),
        {"n": len(names), "m": sum(len(c.rows) for c in changes), "noun": plan.noun(len(rows))},
        changes,
        records,
        reason=reason,
        alignment=alignment,
    )
    return Assigned(edit, done.n_locked, done.n_named)


def rename(plan: Plan, alignment: int, territory: int, name: str) -> Edit | None:
    """Give a territory another name; None when it has it already.

    Raises
    ------
    TerraDeskError
        If the name is empty or taken.
    """
    view = plan.alignment(alignment)
    node, name = view.territories[territory], name.strip()
    if not name:
        raise TerraDeskError(_("A territory needs a name."), _("Type at least one letter."))
    if name == node.name:
        return None
    if any(t.name == name for t in view.territories.values()):
        raise TerraDeskError(
            _("There is a territory called {name} already.").format(name=name),
            _("Choose another name, or merge the two."),
        )
    record = Record("territory", node, replace(node, name=name))
    return Edit(
        N_("Renamed {a} to {b}"),
        {"a": node.name, "b": name},
        records=(record,),
        alignment=alignment,
    )


def recolour(plan: Plan, alignment: int, territories: Iterable[int], colour: int) -> Edit | None:
    """Give territories another fill."""
    view = plan.alignment(alignment)
    nodes = [n for t in territories for n in view.leaves_below(t) if n.colour != colour]
    records = tuple(Record("territory", n, replace(n, colour=colour)) for n in nodes)
    fields: dict[str, str | int] = {"n": len(nodes), "a": nodes[0].name if nodes else ""}
    msgid = N_("Changed the colour of {a}") if len(nodes) == 1 else N_("Changed {n} colours")
    return Edit(msgid, fields, records=records, alignment=alignment) if records else None


def set_locked(
    plan: Plan, alignment: int, territories: Iterable[int], is_locked: bool
) -> Edit | None:
    """Lock or unlock territories; a group means all its territories."""
    view = plan.alignment(alignment)
    locks = {k.ref: k for k in plan.rows(rec.Lock, alignment) if k.kind == "territory"}
    leaves = list(dict.fromkeys(n.id for t in territories for n in view.leaves_below(t)))
    if is_locked:
        free = [t for t in leaves if t not in locks]
        records = tuple(
            Record("lock", None, rec.Lock(rec.new_uid(), plan.next_id + i, alignment, ref=t))
            for i, t in enumerate(free)
        )
    else:
        records = tuple(Record("lock", locks[t], None) for t in leaves if t in locks)
    if not records:
        return None
    refs = [r.row.ref for r in records if isinstance(r.row, rec.Lock)]
    fields: dict[str, str | int] = {"n": len(refs), "a": view.name_of(refs[0])}
    one = N_("Locked {a}") if is_locked else N_("Unlocked {a}")
    many = N_("Locked {n} territories") if is_locked else N_("Unlocked {n} territories")
    return Edit(one if len(refs) == 1 else many, fields, records=records, alignment=alignment)


def reparent(plan: Plan, alignment: int, territories: Iterable[int], parent: int) -> Edit | None:
    """Hang territories below another node of the tree; 0 = the top.

    Raises
    ------
    TerraDeskError
        If a node would hang below itself or below a territory that owns areas.
    """
    view = plan.alignment(alignment)
    above = view.territories.get(parent)
    if above is not None and above.level == 0:
        raise TerraDeskError(
            _("{name} owns areas, so nothing can hang below it.").format(name=above.name),
            _("Drop it on a group, or merge the two territories."),
        )
    nodes = [view.territories[t] for t in territories if view.territories[t].parent != parent]
    for node in nodes:
        if above is not None and (node.id == parent or _is_below(view, parent, node.id)):
            raise TerraDeskError(
                _("{name} cannot hang below itself.").format(name=node.name),
                _("Drop it elsewhere."),
            )
    records = tuple(Record("territory", n, replace(n, parent=parent)) for n in nodes)
    if not records:
        return None
    fields: dict[str, str | int] = {
        "n": len(nodes),
        "a": nodes[0].name,
        "b": above.name if above else _("the top"),
    }
    msgid = N_("Put {a} under {b}") if len(nodes) == 1 else N_("Put {n} territories under {b}")
    return Edit(msgid, fields, records=records, alignment=alignment)


def _is_below(view: AlignmentView, node: int, ancestor: int) -> bool:
    while node:
        node = view.territories[node].parent if node in view.territories else 0
        if node == ancestor:
            return True
    return False


def _free(view: AlignmentView, gone: Sequence[int], keep: int = UNASSIGNED) -> None:
    """Refuse when one of the territories, or a unit that would change hands, is locked."""
    locked = [view.name_of(t) for t in (keep, *gone) if t in view.locked_territories]
    if locked:
        raise TerraDeskError(
            _("{name} is locked.").format(name=", ".join(locked)), _("Unlock it first.")
        )
    rows = np.flatnonzero(np.isin(view.assignment, list(gone)) & view.locked_units)
    rows = rows[view.plan.units_present[rows]]
    if len(rows):
        raise TerraDeskError(
            _("{name} is locked.").format(name=view.plan.units.names[rows[0]]),
            _("Unlock it first."),
        )


def merge(plan: Plan, alignment: int, territories: Iterable[int], keep: int) -> Edit:
    """Merge territories into one, which keeps its name, rep, colour and target.

    Raises
    ------
    TerraDeskError
        If one of them, or a unit in them, is locked, or there is nothing to merge.
    """
    view = plan.alignment(alignment)
    others = [
        n.id for t in dict.fromkeys(territories) for n in view.leaves_below(t) if n.id != keep
    ]
    if not others or view.territories[keep].level:
        raise TerraDeskError(_("There is nothing to merge."), _("Choose two or more territories."))
    _free(view, others, keep)
    return _dissolve(
        plan,
        view,
        others,
        keep,
        N_("Merged {a} into {b}") if len(others) == 1 else N_("Merged {n} territories into {b}"),
    )


def delete(plan: Plan, alignment: int, territories: Iterable[int]) -> Edit:
    """Delete territories: units and accounts become unassigned, reps free.

    Deleting a group hangs what was below it one level higher.

    Raises
    ------
    TerraDeskError
        If one of them, or a unit in them, is locked.
    """
    view = plan.alignment(alignment)
    nodes = [view.territories[t] for t in dict.fromkeys(territories)]
    leaves = [n.id for n in nodes if n.level == 0]
    _free(view, leaves)
    one = N_("Deleted {a}") if len(nodes) == 1 else N_("Deleted {n} territories")
    edit = _dissolve(plan, view, leaves, UNASSIGNED, one)
    gone = {n.id for n in nodes}
    records = list(edit.records)
    for node in nodes:
        if node.level:
            records += [
                Record("territory", c, replace(c, parent=_remaining(view, node.parent, gone)))
                for c in view.children(node.id)
                if c.id not in gone
            ]
            records.append(Record("territory", node, None))
    fields: dict[str, str | int] = {"n": len(nodes), "a": nodes[0].name}
    return replace(edit, records=tuple(records), fields=fields)


def _remaining(view: AlignmentView, node: int, gone: set[int]) -> int:
    """The node, or the nearest above it that is not deleted; 0 = the top."""
    while node in gone:
        node = view.territories[node].parent
    return node


def _dissolve(plan: Plan, view: AlignmentView, gone: Sequence[int], into: int, msgid: str) -> Edit:
    """Everything of ``gone`` goes to ``into`` and the territories disappear."""
    rows = np.flatnonzero(np.isin(view.assignment, list(gone))).astype(np.int32)
    change = Change(
        "assignment",
        "territory",
        view.id,
        rows,
        view.assignment[rows],
        np.full(len(rows), into, np.int32),
    )
    records: list[Record] = []
    for override in view.overrides.values():
        if override.territory in gone:
            moved = replace(override, territory=into) if into != UNASSIGNED else None
            records.append(Record("override", override, moved))
    for rule in plan.rows(rec.Rule, view.id):
        if rule.territory in gone:
            moved_rule = replace(rule, territory=into) if into != UNASSIGNED else None
            records.append(Record("rule", rule, moved_rule))
    for kind, row_type in (("staffing", rec.Staffing), ("target", rec.Target)):
        records += [
            Record(kind, r, None)
            for r in plan.rows(row_type, view.id)
            if r.territory in gone  # type: ignore[attr-defined]
        ]
    records += passed_on(view, gone, into)
    records += [Record("territory", view.territories[t], None) for t in gone]
    fields: dict[str, str | int] = {
        "n": len(gone),
        "a": view.name_of(gone[0]) if gone else "",
        "b": view.name_of(into),
    }
    return Edit(msgid, fields, (change,) if len(rows) else (), tuple(records), alignment=view.id)


def staff(plan: Plan, alignment: int, territory: int, rep: int) -> Edit | None:
    """Make a rep (by id) the owner of a territory; 0 leaves it without one."""
    view = plan.alignment(alignment)
    old = [
        s
        for s in plan.rows(rec.Staffing, alignment)
        if s.territory == territory and s.role == "owner"
    ]
    if (rep and any(s.rep == rep for s in old)) or (not rep and not old):
        return None
    records = [Record("staffing", s, None) for s in old]
    reps = {r.id: r for r in plan.rows(rec.Rep)}
    if rep:
        new = rec.Staffing(rec.new_uid(), plan.next_id, alignment, territory=territory, rep=rep)
        records.append(Record("staffing", None, new))
    name = view.name_of(territory)
    msgid = N_("Gave {a} to {b}") if rep else N_("Left {a} without a rep")
    return Edit(
        msgid,
        {"a": name, "b": reps[rep].name if rep else ""},
        records=tuple(records),
        alignment=alignment,
    )
