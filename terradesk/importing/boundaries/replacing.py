"""The step that brings newer boundaries: what stays, what goes, what comes in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from terradesk.arcs import Arcs
from terradesk.arcs.outlines import polygons, present_only
from terradesk.edits import Change, Record
from terradesk.edits.arrivals import Arrivals, Incoming, cells_changed, incoming
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.importing.boundaries import assignments, attached, columns
from terradesk.importing.boundaries.assignments import Doubt
from terradesk.importing.boundaries.columns import Columns
from terradesk.importing.boundaries.comparing import SAME_SHARE, Comparison, Relation, compare
from terradesk.importing.boundaries.fitting import Fitted, fit
from terradesk.importing.boundaries.homes import homes
from terradesk.importing.boundaries.newcomers import Newcomers
from terradesk.importing.boundaries.succession import Succession, pairs_of
from terradesk.plan import Plan
from terradesk.progress import Progress, silent

TOLERANCE = 100.0
"""Metres by which a new outline may miss one that stays."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of newer boundaries.

    Parameters
    ----------
    same_share : float
        Part of a shape that may differ before it counts as another shape.
    new_shapes : bool
        Take the new drawing of units that stay the same as well.
    removes_missing : bool
        Whether units go that have nothing new above them.
    by_accounts : bool
        Share amounts of split units out by the accounts, not by area.
    tolerance : float
        Metres by which a new outline may miss one that stays.
    left_out : frozenset of str
        Keys of relations (`key_of`) that are not taken, and of doubts (`Doubt.key`) whose units
        stay unassigned.
    picked : mapping of str to str
        Territory id by `Doubt.key`.
    """

    same_share: float = SAME_SHARE
    new_shapes: bool = False
    removes_missing: bool = True
    by_accounts: bool = False
    tolerance: float = TOLERANCE
    left_out: frozenset[str] = frozenset()
    picked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Replacement:
    """What newer boundaries would do.

    Parameters
    ----------
    comparison : Comparison
    is_on : tuple of bool
        Whether each relation is taken.
    gone : ndarray of int64
        Rows of the plan that go.
    taken : ndarray of int64
        Rows of the file that come; row ``len(plan.units) + k`` afterwards.
    kept : ndarray of int64, shape (k, 2)
        Rows of the plan and of the file of units that stay.
    succession : Succession
    columns : Columns
    doubts : tuple of Doubt
    fitted : Fitted or None
        None when nothing comes.
    arcs : Arcs
        Coverage afterwards.
    changes : tuple of Change
    records : tuple of Record
    arrivals : Arrivals
    """

    comparison: Comparison
    is_on: tuple[bool, ...]
    gone: np.ndarray
    taken: np.ndarray
    kept: np.ndarray
    succession: Succession
    columns: Columns
    doubts: tuple[Doubt, ...]
    fitted: Fitted | None
    arcs: Arcs
    changes: tuple[Change, ...]
    records: tuple[Record, ...]
    arrivals: Arrivals

    @property
    def is_nothing(self) -> bool:
        """Whether the plan would stay as it is."""
        return not (len(self.taken) or self.changes or self.records or self.columns.new)


def key_of(relation: Relation, plan: Plan, newcomers: Newcomers) -> str:
    """Key of a relation that stays the same while file and plan do."""
    old = [str(plan.units.codes[row]) for row in relation.old]
    new = [str(newcomers.units.codes[row]) for row in relation.new]
    return f"{relation.kind}:{'+'.join(old[:3])}>{'+'.join(new[:3])}"


def replacement(
    plan: Plan, newcomers: Newcomers, wanted: Wanted | None = None, progress: Progress = silent
) -> Replacement:
    """What newer boundaries would do to a plan; nothing is changed.

    Units that stay the same keep their rows, renamed ones get their code and name. All others go,
    and new rows come in their place. In every alignment they take the territory of the unit with
    the same code, else of most accounts, else of most ground.

    Parameters
    ----------
    plan : Plan
    newcomers : Newcomers
    wanted : Wanted, optional
    progress : Progress

    Raises
    ------
    TerraDeskError
        The plan has no areas.
    """
    wanted = wanted or Wanted()
    if plan.arcs is None or not plan.units_present.any():
        raise TerraDeskError(
            _("This plan has no areas that could be updated."), _("Add the boundaries instead.")
        )
    progress(0.5, _("Comparing the boundaries"))
    old, units = polygons(plan.arcs), newcomers.units
    comparison = compare(
        old, plan.units.codes, plan.units.names, newcomers.shapes, units.codes, units.names,
        wanted.same_share, lambda share, _text: progress(0.5 + 0.2 * share, ""),
        plan.units_present & (plan.arcs.areas == 0),
    )  # fmt: skip
    is_on = tuple(_is_on(one, key_of(one, plan, newcomers), wanted) for one in comparison.relations)
    gone, taken, kept = _sorted_out(comparison, is_on, wanted.new_shapes)
    progress(0.7, _("Matching the borders"))
    taken, fitted = _fitted(old, gone, newcomers, taken, wanted.tolerance, plan.arcs)
    arcs = fitted.arcs if fitted is not None else _without(plan.arcs, gone)
    progress(0.9, _("Carrying the territories over"))
    succession = _succession(plan, comparison, gone, taken, arcs)
    carried = columns.carry(succession, newcomers, taken, kept, wanted.by_accounts)
    codes = units.codes[taken]
    labels, doubts = assignments.changes(succession, codes, wanted.picked, wanted.left_out)
    shapes = np.concatenate([old, fitted.shapes]) if fitted is not None else old
    first_id = plan.next_id + 1 + len(carried.records)
    records = attached.records(succession, arcs, shapes, first_id)
    changes = [*_unit_changes(plan, newcomers, gone, kept), *carried.changes, *labels]
    changes += _moved(plan, succession)
    return Replacement(
        comparison, is_on, gone, taken, kept, succession, carried, tuple(doubts), fitted, arcs,
        tuple(changes), (*carried.records, *records),
        _arrivals(newcomers, taken, carried, fitted),
    )  # fmt: skip


def _is_on(relation: Relation, key: str, wanted: Wanted) -> bool:
    if relation.kind == "gone" and not wanted.removes_missing:
        return False
    return key not in wanted.left_out


def _sorted_out(
    comparison: Comparison, is_on: tuple[bool, ...], new_shapes: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows that go, rows of the file that come, and pairs of units that stay."""
    found = comparison.overlaps
    equal = {
        (a, b) for a, b in zip(found.old[found.is_equal].tolist(),
                               found.new[found.is_equal].tolist(), strict=True)
    }  # fmt: skip
    gone: list[int] = []
    taken: list[int] = []
    kept: list[tuple[int, int]] = []
    for one, on in zip(comparison.relations, is_on, strict=True):
        if not on:
            continue
        if one.kind in ("same", "renamed"):
            pair = (one.old[0], one.new[0])
            if not new_shapes or pair in equal:
                kept.append(pair)
                continue
        gone += one.old
        taken += one.new
    return (
        np.array(sorted(gone), np.int64),
        np.array(sorted(taken), np.int64),
        np.array(kept, np.int64).reshape(-1, 2),
    )


def _fitted(
    old: np.ndarray,
    gone: np.ndarray,
    newcomers: Newcomers,
    taken: np.ndarray,
    tolerance: float,
    arcs: Arcs,
) -> tuple[np.ndarray, Fitted | None]:
    """The coverage afterwards, and the rows that have found room in it."""
    stays = old.copy()
    stays[gone] = None
    while len(taken):
        fitted = fit(stays, newcomers.shapes[taken], tolerance, arcs.origin)
        has_room = fitted.arcs.areas[len(old) :] > 0
        if has_room.all():
            return taken, fitted
        taken = taken[has_room]
    return taken, None


def _without(arcs: Arcs, gone: np.ndarray) -> Arcs:
    if not len(gone):
        return arcs
    present = np.ones(arcs.n_units, bool)
    present[gone] = False
    return present_only(arcs, present)


def _succession(
    plan: Plan, comparison: Comparison, gone: np.ndarray, taken: np.ndarray, arcs: Arcs
) -> Succession:
    n_old, found = len(plan.units), comparison.overlaps
    is_gone, is_taken = np.zeros(n_old, bool), np.zeros(len(found.new_areas), bool)
    is_gone[gone], is_taken[taken] = True, True
    pairs = pairs_of(comparison, is_gone, is_taken)
    number = np.full(len(is_taken), -1, np.int64)
    number[taken] = np.arange(len(taken))
    partner = comparison.partner[taken]
    partner = np.where((partner >= 0) & is_gone[np.maximum(partner, 0)], partner, -1)
    was, now, area = found.old[pairs], number[found.new[pairs]], found.area[pairs]
    bare = np.flatnonzero((partner >= 0) & (found.old_areas[np.maximum(partner, 0)] == 0))
    first = Succession(
        plan, n_old, gone, len(taken), np.append(was, partner[bare]), np.append(now, bare),
        np.append(area, np.ones(len(bare))), partner, plan.accounts.unit,
    )  # fmt: skip
    return replace(first, homes=homes(plan, is_gone, arcs, first.main_new))


def _unit_changes(
    plan: Plan, newcomers: Newcomers, gone: np.ndarray, kept: np.ndarray
) -> list[Change]:
    out = []
    if len(gone):
        was, now = np.ones(len(gone), bool), np.zeros(len(gone), bool)
        out.append(Change("units", "is_present", 0, gone.astype(np.int32), was, now))
    for name in ("codes", "names"):
        values = newcomers.units.column(name)[kept[:, 1]]
        change = cells_changed(plan, "units", name, kept[:, 0], values)
        if change is not None:
            out.append(change)
    return out


def _moved(plan: Plan, succession: Succession) -> list[Change]:
    was, now = plan.accounts.unit, succession.homes
    rows = np.flatnonzero(was != now).astype(np.int32)
    return [Change("accounts", "unit", 0, rows, was[rows], now[rows])] if len(rows) else []


def _arrivals(
    newcomers: Newcomers, taken: np.ndarray, carried: Columns, fitted: Fitted | None
) -> Arrivals:
    new = tuple(carried.new)
    if fitted is None:
        return Arrivals(columns=new)
    chosen = newcomers.chosen(taken).units
    return Arrivals(
        units=replace(chosen, columns=carried.values), coverage=fitted.arcs, columns=new
    )


def step(plan: Plan, made: Replacement, source: str, report: object, choices: object) -> Incoming:
    """The step of a replacement.

    Parameters
    ----------
    plan : Plan
    made : Replacement
        Of the plan as it is.
    source : str
        Name of the file.
    report, choices : mapping
        What JSON holds.
    """
    n, k = len(made.taken), len(made.gone)
    fields: dict[str, str | int] = {"a": source, "n": n, "noun": plan.noun(n), "k": k}
    return incoming(
        plan,
        N_("Updated the boundaries from {a}: {n} {noun} came, {k} went"),
        fields,
        kind="newer_areas",
        source=source,
        report=report,  # type: ignore[arg-type]
        choices=choices,  # type: ignore[arg-type]
        arrivals=made.arrivals,
        changes=made.changes,
        records=made.records,
    )
