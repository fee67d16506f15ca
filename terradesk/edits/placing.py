"""Where accounts are: placed by hand on the map, taken off it, and set anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from terradesk.accounts import PLACEMENTS
from terradesk.edits.change import Change, Edit
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.plan import Plan
from terradesk.projection import LONLAT, to_plan

__all__ = ["COLUMNS", "changes_of", "place_by_hand", "unplace"]

COLUMNS = ("x", "y", "lon", "lat", "unit", "placement")
"""Columns of the accounts that say where they are."""


def place_by_hand(
    plan: Plan, rows: Iterable[int] | np.ndarray, lon: ArrayLike, lat: ArrayLike
) -> Edit | None:
    """Put accounts where somebody says that they are; they stay there for ever.

    Parameters
    ----------
    plan : Plan
    rows : iterable of int
        Accounts; those that are not in the plan are left out.
    lon, lat : float or (n,) float
        Degrees; one place for all, or one for each.

    Returns
    -------
    Edit or None
        None when nothing changes.

    Raises
    ------
    TerraDeskError
        A place is not on the globe, or not in reach of the plan's map.
    """
    chosen = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), np.int64)
    places = np.empty((len(chosen), 2))
    places[:, 0], places[:, 1] = lon, lat
    present = plan.accounts_present[chosen]
    chosen, first = np.unique(chosen[present], return_index=True)
    places = places[present][first]
    if len(chosen) == 0:
        return None
    points = _points(plan, places)
    unit = _units_at(plan, points)
    after = {
        "x": points[:, 0],
        "y": points[:, 1],
        "lon": places[:, 0],
        "lat": places[:, 1],
        "unit": unit,
        "placement": np.full(len(chosen), PLACEMENTS.index("by_hand"), np.uint8),
    }
    changes = changes_of(plan, chosen, after)
    if not changes:
        return None
    n, units = len(chosen), np.unique(unit)
    fields: dict[str, str | int] = {"n": n, "a": str(plan.accounts.names[chosen[0]])}
    if len(units) == 1 and units[0] >= 0:
        fields["b"] = str(plan.units.names[units[0]])
        one, many = N_("Placed {a} in {b} by hand"), N_("Placed {n} accounts in {b} by hand")
    elif len(units) == 1 and plan.arcs is not None:
        fields["noun"] = plan.noun(2)
        one = N_("Placed {a} by hand, outside all {noun}")
        many = N_("Placed {n} accounts by hand, outside all {noun}")
    else:
        one, many = N_("Placed {a} by hand"), N_("Placed {n} accounts by hand")
    return Edit(one if n == 1 else many, fields, changes=changes)


def unplace(plan: Plan, rows: Iterable[int] | np.ndarray) -> Edit | None:
    """Take accounts off the map; they stay in the plan as not placed.

    Parameters
    ----------
    plan : Plan
    rows : iterable of int
        Accounts.

    Returns
    -------
    Edit or None
        None when none of them had a place.
    """
    chosen = np.unique(np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), np.int64))
    chosen = chosen[plan.accounts_present[chosen]]
    chosen = chosen[plan.accounts.placement[chosen] > 0]
    n = len(chosen)
    if n == 0:
        return None
    nowhere = np.full(n, np.nan)
    after = {
        **dict.fromkeys(("x", "y", "lon", "lat"), nowhere),
        "unit": np.full(n, -1, np.int32),
        "placement": np.zeros(n, np.uint8),
    }
    fields: dict[str, str | int] = {"n": n, "a": str(plan.accounts.names[chosen[0]])}
    one, many = N_("Took {a} off the map"), N_("Took {n} accounts off the map")
    return Edit(one if n == 1 else many, fields, changes=changes_of(plan, chosen, after))


def changes_of(plan: Plan, rows: np.ndarray, after: Mapping[str, np.ndarray]) -> tuple[Change, ...]:
    """The changes that give accounts other places; what stays the same is left out.

    Parameters
    ----------
    plan : Plan
    rows : (k,) int
        Accounts, sorted, each once.
    after : mapping of column to (k,) ndarray
        Of `COLUMNS`.
    """
    out = []
    for column, values in after.items():
        before = plan.accounts.column(column)[rows]
        new = np.asarray(values).astype(before.dtype)
        differs = before != new
        if before.dtype.kind == "f":
            differs &= ~(np.isnan(before) & np.isnan(new))
        if differs.any():
            which = rows[differs].astype(np.int32)
            out.append(Change("accounts", column, 0, which, before[differs], new[differs]))
    return tuple(out)


def _points(plan: Plan, places: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        is_good = (np.abs(places[:, 0]) <= 180) & (np.abs(places[:, 1]) <= 90)
    points = to_plan(places, LONLAT, plan.crs) if is_good.all() else np.full((1, 2), np.nan)
    if not np.isfinite(points).all():
        raise TerraDeskError(
            _("This place is not on the map."), _("Drop the accounts inside the map.")
        )
    return points


def _units_at(plan: Plan, points: np.ndarray) -> np.ndarray:
    if plan.arcs is None:
        return np.full(len(points), -1, np.int32)
    from terradesk.arcs.picking import Picker

    return Picker(plan.arcs).locate_points(points)
