"""Start points of territories: set, moved, removed, taken from the homes of reps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from terradesk import records as rec
from terradesk.edits.change import Edit, Record
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.plan import UNASSIGNED, AlignmentView, Plan
from terradesk.projection import LONLAT, to_plan

__all__ = ["homes", "passed_on", "remove", "set_seed", "split_off", "start_at_homes"]


def set_seed(
    plan: Plan,
    alignment: int,
    territory: int,
    lon: float,
    lat: float,
    unit: int = -1,
    *,
    is_fixed: bool = True,
) -> Edit | None:
    """Give a territory a start point, or move the one it has.

    Parameters
    ----------
    plan : Plan
    alignment : int
    territory : int
        Id of a leaf.
    lon, lat : float
        Degrees.
    unit : int
        Row of the unit that the place lies in, -1 for none.
    is_fixed : bool
        See `terradesk.records.Seed`.

    Returns
    -------
    Edit or None
        None when it is there already.

    Raises
    ------
    TerraDeskError
        If the place is not on the globe.
    """
    _check(lon, lat)
    view = plan.alignment(alignment)
    old = _of(view, [territory])
    new = _row(plan, old, alignment, territory, (lon, lat), unit, is_fixed, 0)
    records = _records(old, new)
    msgid = N_("Moved the start point of {a}") if old else N_("Set the start point of {a}")
    fields: dict[str, str | int] = {"a": view.name_of(territory)}
    return Edit(msgid, fields, records=records, alignment=alignment) if records else None


def _check(lon: float, lat: float) -> None:
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lat) <= 90):
        raise TerraDeskError(
            _("A start point cannot be here: the place has no longitude and latitude."),
            _("Choose a place nearer to the areas."),
        )


def _of(view: AlignmentView, territories: Iterable[int]) -> list[rec.Seed]:
    """Rows of territories; several of one where two plans were put together."""
    wanted = set(territories)
    return [s for s in view.plan.rows(rec.Seed, view.id) if s.territory in wanted]


def _row(
    plan: Plan,
    old: Sequence[rec.Seed],
    alignment: int,
    territory: int,
    place: tuple[float, float],
    unit: int,
    is_fixed: bool,
    offset: int,
) -> rec.Seed:
    uid, row_id = (old[0].uid, old[0].id) if old else (rec.new_uid(), plan.next_id + offset)
    lon, lat = float(place[0]), float(place[1])
    return rec.Seed(uid, row_id, alignment, territory, int(unit), lon, lat, is_fixed)


def _records(old: Sequence[rec.Seed], new: rec.Seed) -> tuple[Record, ...]:
    """The first row becomes the new one; others of the same territory go."""
    if not old:
        return (Record("seed", None, new),)
    changed = () if old[0] == new else (Record("seed", old[0], new),)
    return changed + tuple(Record("seed", row, None) for row in old[1:])


def remove(plan: Plan, alignment: int, territories: Iterable[int]) -> Edit | None:
    """Take start points away; None when there are none.

    Parameters
    ----------
    plan : Plan
    alignment : int
    territories : iterable of int
        Ids.
    """
    view = plan.alignment(alignment)
    old = _of(view, territories)
    names = list(dict.fromkeys(view.name_of(s.territory) for s in old))
    if not old:
        return None
    one, many = N_("Removed the start point of {a}"), N_("Removed {n} start points")
    fields: dict[str, str | int] = {"n": len(names), "a": names[0]}
    records = tuple(Record("seed", s, None) for s in old)
    return Edit(one if len(names) == 1 else many, fields, records=records, alignment=alignment)


# ---------------------------------------------------------------------- homes of reps
def homes(view: AlignmentView) -> dict[int, tuple[float, float]]:
    """Home (lon, lat) of the rep of each territory id, where it is known."""
    out: dict[int, tuple[float, float]] = {}
    for leaf in view.leaves:
        rep = view.owners.get(leaf.id)
        if rep is not None and rep.home_lon is not None and rep.home_lat is not None:
            out[leaf.id] = (rep.home_lon, rep.home_lat)
    return out


def start_at_homes(plan: Plan, alignment: int) -> Edit | None:
    """Start every territory at its rep's home; those whose rep has none keep what they have.

    Returns
    -------
    Edit or None
        None when all of them start there already.

    Raises
    ------
    TerraDeskError
        If no territory has a rep with a home.
    """
    view = plan.alignment(alignment)
    found = {t: place for t, place in homes(view).items() if np.isfinite(place).all()}
    if not found:
        raise TerraDeskError(
            _("No territory has a rep whose home is known."),
            _("Give reps a home and a territory first."),
        )
    records: list[Record] = []
    units = _units_at(plan, list(found.values()))
    n_territories, names = 0, []
    for (territory, place), unit in zip(found.items(), units, strict=True):
        old = _of(view, [territory])
        new = _row(plan, old, alignment, territory, place, unit, True, len(records))
        changed = _records(old, new)
        records += changed
        if changed:
            n_territories += 1
            names.append(view.name_of(territory))
    if not records:
        return None
    one = N_("{a} now starts at the home of its rep")
    many = N_("{n} territories now start at the homes of their reps")
    fields: dict[str, str | int] = {"n": n_territories, "a": names[0]}
    return Edit(
        one if n_territories == 1 else many, fields, records=tuple(records), alignment=alignment
    )


def _units_at(plan: Plan, places: Sequence[tuple[float, float]]) -> list[int]:
    """Row of the unit at each place in degrees, -1 outside."""
    arcs = plan.arcs
    if arcs is None:
        return [-1] * len(places)
    from terradesk.arcs.picking import Picker

    metres = to_plan(np.array(places, np.float64).reshape(-1, 2), LONLAT, plan.crs)
    return [int(u) for u in Picker(arcs).locate_points(metres)]


# ---------------------------------------------------------------------- with other edits
def passed_on(view: AlignmentView, gone: Sequence[int], into: int = UNASSIGNED) -> list[Record]:
    """What becomes of start points when territories disappear.

    A territory that takes others in keeps its own start point; without one it gets that of the
    first of them that has one.

    Parameters
    ----------
    view : AlignmentView
    gone : sequence of int
        Ids of leaves.
    into : int
        Id of the leaf that takes them in, -1 for none.
    """
    old = sorted(_of(view, gone), key=lambda s: gone.index(s.territory))
    out = [Record("seed", s, None) for s in old]
    if old and into != UNASSIGNED and into not in view.seeds:
        out[0] = Record("seed", old[0], replace(old[0], territory=into))
    return out


def split_off(view: AlignmentView, territory: int, moved: np.ndarray, new: int) -> list[Record]:
    """A start point goes with the part that it lies in.

    Parameters
    ----------
    view : AlignmentView
    territory, new : int
        Ids of the territory that is split and of the new one.
    moved : (k,) int
        Units of the new one.
    """
    inside = set(np.asarray(moved).tolist())
    old = [s for s in _of(view, [territory]) if s.unit in inside]
    return [Record("seed", s, replace(s, territory=new)) for s in old]
