"""Scenarios and settings: copied, renamed, kept, discarded; tolerance, measure and targets."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np

from terradesk import records as rec
from terradesk.edits.change import Change, Edit, Record
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.plan import UNASSIGNED, Plan


def copy_scenario(plan: Plan, scenario: int, name: str, first_id: int = 0) -> Edit:
    """A copy of a scenario with all its alignments; uids and ids of territories stay the same.

    Parameters
    ----------
    plan : Plan
    scenario : int
        Id of the scenario to copy.
    name : str
        Name of the copy.
    first_id : int
        First id for the copy's own records, at least ``plan.next_id``; leaves ids below it to an
        edit that follows.

    Returns
    -------
    Edit
        Its ``alignment`` is the first alignment of the copy.
    """
    old = _scenario(plan, scenario)
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    next_id = max(first_id, plan.next_id)
    new = rec.Scenario(
        rec.new_uid(),
        next_id,
        name=name.strip() or _("Copy of {name}").format(name=old.name),
        base=scenario,
        created=now,
    )
    records = [Record("scenario", None, new)]
    changes: list[Change] = []
    first = 0
    for alignment in [a for a in plan.rows(rec.Alignment) if a.scenario == scenario]:
        next_id += 1
        first = first or next_id
        copied = replace(alignment, uid=rec.new_uid(), id=next_id, scenario=new.id)
        records.append(Record("alignment", None, copied))
        for kind in rec.PER_ALIGNMENT:
            records += [
                Record(kind, None, replace(r, alignment=next_id))
                for r in plan.rows(rec.KINDS[kind], alignment.id)
            ]
        changes.append(_filled(next_id, plan.assignments[alignment.id]))
    fields = {"a": old.name, "b": new.name}
    return Edit(
        N_("Copied {a} as {b}"),
        fields,
        tuple(c for c in changes if len(c.rows)),
        tuple(records),
        alignment=first,
    )


def rebased(edit: Edit, old: int, new: int) -> Edit:
    """An edit made in one alignment as it would be in an equal one, e.g. in a copy.

    Parameters
    ----------
    edit : Edit
    old, new : int
        Alignment ids.
    """

    def moved(row: rec.Row | None) -> rec.Row | None:
        return replace(row, alignment=new) if row is not None and row.alignment == old else row

    return replace(
        edit,
        changes=tuple(replace(c, alignment=new) if c.alignment == old else c for c in edit.changes),
        records=tuple(Record(r.kind, moved(r.before), moved(r.after)) for r in edit.records),
        alignment=new if edit.alignment == old else edit.alignment,
    )


def _filled(alignment: int, labels: np.ndarray) -> Change:
    rows = np.flatnonzero(labels != UNASSIGNED).astype(np.int32)
    before = np.full(len(rows), UNASSIGNED, np.int32)
    return Change("assignment", "territory", alignment, rows, before, labels[rows])


def delete_scenario(plan: Plan, scenario: int) -> Edit:
    """Discard a scenario with everything in it.

    Raises
    ------
    TerraDeskError
        If it is the only one or the baseline.
    """
    row = _scenario(plan, scenario)
    if len(plan.scenarios) == 1:
        raise TerraDeskError(_("This is the only scenario."), _("Make another one first."))
    if row.is_baseline:
        raise TerraDeskError(
            _("{name} is the baseline.").format(name=row.name),
            _("Make another scenario the baseline first."),
        )
    records: list[Record] = []
    changes: list[Change] = []
    for alignment in [a for a in plan.rows(rec.Alignment) if a.scenario == scenario]:
        filled = _filled(alignment.id, plan.assignments[alignment.id])
        if len(filled.rows):
            changes.append(replace(filled, before=filled.after, after=filled.before))
        for kind in rec.PER_ALIGNMENT:
            records += [Record(kind, r, None) for r in plan.rows(rec.KINDS[kind], alignment.id)]
        records.append(Record("alignment", alignment, None))
    records.append(Record("scenario", row, None))
    return Edit(N_("Discarded {a}"), {"a": row.name}, tuple(changes), tuple(records))


def rename_scenario(plan: Plan, scenario: int, name: str) -> Edit | None:
    """Give a scenario another name; None when nothing changes."""
    row = _scenario(plan, scenario)
    name = name.strip()
    if not name or name == row.name:
        return None
    record = Record("scenario", row, replace(row, name=name))
    return Edit(N_("Renamed {a} to {b}"), {"a": row.name, "b": name}, records=(record,))


def set_baseline(plan: Plan, scenario: int) -> Edit | None:
    """Make a scenario the one others are compared with."""
    records = tuple(
        Record("scenario", s, replace(s, is_baseline=s.id == scenario))
        for s in plan.scenarios
        if s.is_baseline != (s.id == scenario)
    )
    fields = {"a": _scenario(plan, scenario).name}
    return Edit(N_("Made {a} the baseline"), fields, records=records) if records else None


def replace_original(plan: Plan, scenario: int) -> Edit:
    """Put a tried copy in place of the scenario it was made from, and discard the copy.

    Raises
    ------
    TerraDeskError
        If the original is gone.
    """
    copy = _scenario(plan, scenario)
    original = next((s for s in plan.scenarios if s.id == copy.base), None)
    if original is None:
        raise TerraDeskError(
            _("The scenario that {name} was copied from is gone.").format(name=copy.name),
            _("Keep the copy instead."),
        )
    gone = delete_scenario(plan, scenario)
    records = list(gone.records)
    changes = list(gone.changes)
    for mine in [a for a in plan.rows(rec.Alignment) if a.scenario == scenario]:
        theirs = plan.alignment_of(original.id, mine.team)
        if not theirs:
            continue
        new, old = plan.assignments[mine.id], plan.assignments[theirs]
        rows = np.flatnonzero(new != old).astype(np.int32)
        if len(rows):
            changes.append(Change("assignment", "territory", theirs, rows, old[rows], new[rows]))
        for kind in rec.PER_ALIGNMENT:
            records += _difference(plan, kind, theirs, mine.id)
    fields = {"a": original.name, "b": copy.name}
    return Edit(
        N_("Replaced {a} with {b}"),
        fields,
        tuple(changes),
        tuple(records),
        alignment=plan.alignment_of(original.id),
    )


def _difference(plan: Plan, kind: str, old: int, new: int) -> list[Record]:
    """Records that turn the rows of one alignment into those of another."""
    before = {r.uid: r for r in plan.rows(rec.KINDS[kind], old)}
    after = {r.uid: replace(r, alignment=old) for r in plan.rows(rec.KINDS[kind], new)}
    return [
        Record(kind, before.get(uid), after.get(uid))
        for uid in {**before, **after}
        if before.get(uid) != after.get(uid)
    ]


def _scenario(plan: Plan, scenario: int) -> rec.Scenario:
    return next(s for s in plan.scenarios if s.id == scenario)


def set_setting(
    plan: Plan, key: str, value: str, msgid: str = "", **fields: str | int
) -> Edit | None:
    """Change a setting of the plan (see `terradesk.plan.DEFAULTS`); None when it has the value."""
    old = plan.row("setting", key)
    if plan.setting(key) == value:
        return None
    row_id = old.id if old else plan.next_id
    record = Record("setting", old, rec.Setting(key, row_id, value=value))
    return Edit(msgid or N_("Changed a setting of the plan"), fields, records=(record,))


def set_tolerance(plan: Plan, tolerance: float) -> Edit | None:
    """Change the accepted deviation (a fraction).

    Raises
    ------
    TerraDeskError
        If it is not between 0 and 1000 %.
    """
    if not 0 < tolerance <= 10:
        raise TerraDeskError(
            _("A tolerance lies between 0 and 1000 %."), _("Type a number such as 10.")
        )
    text = f"{100 * tolerance:g} %"
    return set_setting(
        plan, "tolerance", f"{tolerance:.6g}", N_("Set the tolerance to ±{a}"), a=text
    )


def set_balance_measure(plan: Plan, measure: str, name: str = "") -> Edit | None:
    """Balance by another measure (its uid); ``name`` where no row of the plan stands for it."""
    row = plan.row("measure", measure)
    name = row.name if isinstance(row, rec.Measure) else name or measure
    return set_setting(plan, "balance_measure", measure, N_("Balanced by {a}"), a=name)


def set_target(
    plan: Plan, alignment: int, territory: int, measure: str, value: float | None
) -> Edit | None:
    """Give a territory a target of its own; None takes it back to an equal share.

    Raises
    ------
    TerraDeskError
        If it is not a number above 0.
    """
    old = next(
        (
            t
            for t in plan.rows(rec.Target, alignment)
            if t.territory == territory and t.measure == measure
        ),
        None,
    )
    if (value is None and old is None) or (old is not None and value == old.value):
        return None
    if value is not None and not 0 < value < math.inf:
        raise TerraDeskError(
            _("A target must be a number above 0."), _("Clear it for an equal share.")
        )
    new = None
    if value is not None:
        uid, row_id = (old.uid, old.id) if old else (rec.new_uid(), plan.next_id)
        new = rec.Target(uid, row_id, alignment, territory, measure, value)
    name = plan.alignment(alignment).name_of(territory)
    msgid = N_("Set the target of {a}") if new else N_("Took back the target of {a}")
    return Edit(msgid, {"a": name}, records=(Record("target", old, new),), alignment=alignment)
