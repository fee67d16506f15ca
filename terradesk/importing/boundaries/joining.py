"""The step by which further areas join a plan: another file, country or level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from terradesk import records as rec
from terradesk.arcs import Arcs
from terradesk.arcs.outlines import polygons
from terradesk.edits import Change, Record
from terradesk.edits.arrivals import Arrivals, Incoming, NewColumn, incoming
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.importing.boundaries.columns import fitting_values, names_in_plan
from terradesk.importing.boundaries.fitting import Fitted, fit
from terradesk.importing.boundaries.homes import homes
from terradesk.importing.boundaries.linking import proposed_links
from terradesk.importing.boundaries.newcomers import Newcomers
from terradesk.importing.boundaries.overlaps import overlaps
from terradesk.plan import Plan
from terradesk.progress import Progress, silent
from terradesk.readers.figures import measure_rows, new_records

TOLERANCE = 250.0
"""Metres by which borders of two files may miss each other: maps of countries seldom agree."""

_OVERLAP = 0.02  # of a new area: more is no border drawn twice


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of areas that join a plan.

    Parameters
    ----------
    prefix : str
        Goes before their codes.
    tolerance : float
        Metres by which their borders may miss those of the plan.
    cuts : bool
        Cut those that overlap areas of the plan; else they are left out.
    links : bool
        Propose links to islands and across gaps.
    left_out : frozenset of str
        Keys of links (`link_key`) that are not taken.
    """

    prefix: str = ""
    tolerance: float = TOLERANCE
    cuts: bool = False
    links: bool = True
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Addition:
    """What would come of areas that join a plan.

    Parameters
    ----------
    taken : ndarray of int64
        Rows of the file that come.
    overlapping : tuple of (int, tuple of int, float)
        Row of the file, units of the plan it overlaps, share of it that does.
    is_double : ndarray of bool, shape (n_file,)
        Its code, prefix and all, belongs to an area of the plan.
    links : ndarray of int32, shape (k, 2)
        Proposed ones: rows afterwards.
    homes : ndarray of int32, shape (n_accounts,)
        Unit of each account afterwards.
    fitted : Fitted or None
    codes : ndarray of object, shape (n_file,)
        With the prefix.
    changes, records
    arrivals : Arrivals
    """

    taken: np.ndarray
    overlapping: tuple[tuple[int, tuple[int, ...], float], ...]
    is_double: np.ndarray
    links: np.ndarray
    homes: np.ndarray
    fitted: Fitted | None
    codes: np.ndarray
    changes: tuple[Change, ...]
    records: tuple[Record, ...]
    arrivals: Arrivals


def addition(
    plan: Plan, newcomers: Newcomers, wanted: Wanted | None = None, progress: Progress = silent
) -> Addition:
    """What would come of areas that join a plan; nothing is changed.

    The plan keeps its equal-area CRS and the areas that it has keep their outlines; what joins is
    cut and stretched to them within the tolerance. Far from where the plan began shapes are
    sheared, and borders drawn with long straight edges bend, but m2 stay true.

    Parameters
    ----------
    plan : Plan
        May have no areas yet.
    newcomers : Newcomers
    wanted : Wanted, optional
    progress : Progress
    """
    wanted = wanted or Wanted()
    codes = np.array([f"{wanted.prefix}{c}" for c in newcomers.units.codes.tolist()], object)
    n_old = len(plan.units)
    old = polygons(plan.arcs) if plan.arcs is not None else np.full(n_old, None, object)
    progress(0.5, _("Comparing the boundaries"))
    overlapping = _overlapping(old, newcomers.shapes, wanted.tolerance)
    mine = set(plan.units.codes[plan.units_present].tolist())
    is_double = np.array([code in mine for code in codes.tolist()], bool)
    is_left = is_double.copy()
    for row, _units, _share in overlapping:
        is_left[row] |= not wanted.cuts or f"overlap:{codes[row]}" in wanted.left_out
    progress(0.7, _("Matching the borders"))
    taken, fitted = _fitted(old, newcomers, np.flatnonzero(~is_left), wanted.tolerance, plan.arcs)
    if fitted is None:
        none = np.empty((0, 2), np.int32)
        return Addition(
            taken, overlapping, is_double, none, plan.accounts.unit, None, codes, (), (), Arrivals()
        )
    at = homes(plan, np.zeros(n_old, bool), fitted.arcs, np.arange(n_old))
    progress(0.9, _("Linking islands"))
    links = _links(plan, old, fitted) if wanted.links else np.empty((0, 2), np.int32)
    columns, new, described = _columns(plan, newcomers, taken)
    units = replace(newcomers.chosen(taken).units, codes=codes[taken], columns=columns)
    records = [*described, *_bridges(plan, links, codes[taken], wanted, len(described))]
    return Addition(
        taken, overlapping, is_double, links, at, fitted, codes, tuple(_moved(plan, at)),
        tuple(records), Arrivals(units=units, coverage=fitted.arcs, columns=tuple(new)),
    )  # fmt: skip


def _overlapping(
    old: np.ndarray, new: np.ndarray, tolerance: float
) -> tuple[tuple[int, tuple[int, ...], float], ...]:
    """New areas that lie in old ones farther than drawings of a border differ."""
    none = np.full(len(old), -1, np.int64)
    found = overlaps(old, new, none)
    strip = tolerance * found.new_lengths[found.new] / 2
    wide = (found.area > strip) | (found.new_shares > 0.5) | (found.old_shares > 0.5)
    share = np.bincount(found.new[wide], found.new_shares[wide], len(new))
    covers = np.bincount(found.new[found.old_shares > 0.5], minlength=len(new)) > 0
    rows = np.flatnonzero((share > _OVERLAP) | covers)
    return tuple(
        (
            int(row),
            tuple(found.old[wide & (found.new == row)].tolist()),
            min(float(share[row]), 1.0),
        )
        for row in rows
    )


def _fitted(
    old: np.ndarray, newcomers: Newcomers, taken: np.ndarray, tolerance: float, arcs: Arcs | None
) -> tuple[np.ndarray, Fitted | None]:
    origin = arcs.origin if arcs is not None else None
    while len(taken):
        fitted = fit(old, newcomers.shapes[taken], tolerance, origin)
        has_room = fitted.arcs.areas[len(old) :] > 0
        if has_room.all():
            return taken, fitted
        taken = taken[has_room]
    return taken, None


def _links(plan: Plan, old: np.ndarray, fitted: Fitted) -> np.ndarray:
    is_new = np.zeros(fitted.arcs.n_units, bool)
    is_new[len(old) :] = True
    have = [(b.unit_a, b.unit_b) for b in plan.rows(rec.Bridge)]
    shapes = np.concatenate([old, fitted.shapes])
    return proposed_links(fitted.arcs, shapes, is_new, np.array(have, np.int64).reshape(-1, 2))


def link_key(plan: Plan, pair: np.ndarray, codes: np.ndarray) -> str:
    """Key of a proposed link's item.

    Parameters
    ----------
    plan : Plan
    pair : (2,) int
        Rows afterwards.
    codes : (n_new,) object (str)
        Of the units that come.
    """
    every = [
        str(plan.units.codes[row] if row < len(plan.units) else codes[row - len(plan.units)])
        for row in pair.tolist()
    ]
    return "link:" + "-".join(sorted(every))


def _bridges(
    plan: Plan, links: np.ndarray, codes: np.ndarray, wanted: Wanted, n_before: int
) -> list[Record]:
    chosen = [pair for pair in links if link_key(plan, pair, codes) not in wanted.left_out]
    first = plan.next_id + 1 + n_before
    rows = [
        rec.Bridge(rec.new_uid(), first + k, 0, int(a), int(b)) for k, (a, b) in enumerate(chosen)
    ]
    return [Record("bridge", None, row) for row in rows]


def _columns(
    plan: Plan, newcomers: Newcomers, taken: np.ndarray
) -> tuple[dict[str, np.ndarray], list[NewColumn], list[Record]]:
    """Columns of the units that come, those that the plan lacks, and what these mean."""
    names = names_in_plan(plan, newcomers)
    values = {
        names[name]: fitting_values(plan, names[name], cells)[taken]
        for name, cells in newcomers.units.columns.items()
    }
    fresh = [name for name in values if name not in plan.units.columns]
    new = [NewColumn("units", name, values[name].dtype == object) for name in fresh]
    rows = [row for row in newcomers.columns if row.name in fresh]
    return values, new, new_records(plan, [*rows, *measure_rows(rows)])


def _moved(plan: Plan, at: np.ndarray) -> list[Change]:
    was = plan.accounts.unit
    rows = np.flatnonzero(was != at).astype(np.int32)
    return [Change("accounts", "unit", 0, rows, was[rows], at[rows])] if len(rows) else []


def step(
    plan: Plan, made: Addition, source: str, report: Mapping[str, Any], choices: Mapping[str, Any]
) -> Incoming:
    """The step of an addition.

    Parameters
    ----------
    plan : Plan
    made : Addition
        Of the plan as it is.
    source : str
        Name of the file.
    report, choices : mapping
        What JSON holds.

    Raises
    ------
    TerraDeskError
        Nothing would come.
    """
    n = len(made.taken)
    if not n:
        raise TerraDeskError(
            _("None of the areas can be added."), _("Look at the list: it says why.")
        )
    return incoming(
        plan,
        N_("Added {n} {noun} from {a}"),
        {"n": n, "noun": plan.noun(n), "a": source},
        kind="more_areas",
        source=source,
        report=report,
        choices=choices,
        arrivals=made.arrivals,
        changes=made.changes,
        records=made.records,
    )


def shares_ground(plan: Plan, shapes: np.ndarray) -> bool:
    """Whether most of some shapes lie where the plan has areas, by their middles."""
    if plan.arcs is None or not len(shapes):
        return False
    from terradesk.arcs.picking import Picker

    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return bool((Picker(plan.arcs).locate_points(points) >= 0).mean() > 0.5)
