"""Tables of a design as (Geo)DataFrames, for scripts and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from terradesk.arcs.outlines import polygons
from terradesk.exporters.facts import Facts, texts
from terradesk.exporters.sheets import assigned_by
from terradesk.measures.values import known_values

if TYPE_CHECKING:
    from pandas import DataFrame


def units_frame(facts: Facts) -> DataFrame:
    """One row per present unit.

    Returns
    -------
    GeoDataFrame (DataFrame without a map)
        code, name, territory, territory_id (-1 none), the unit's own columns, geometry in the
        plan's CRS (equal-area, metres).
    """
    plan, view = facts.plan, facts.view
    rows = np.flatnonzero(plan.units_present)
    columns: dict[str, Any] = {
        "code": plan.units.codes[rows],
        "name": plan.units.names[rows],
        "territory": facts.names[view.unit_slots[rows]],
        "territory_id": view.assignment[rows],
    }
    _add(columns, {name: values[rows] for name, values in plan.units.columns.items()})
    _add(columns, {m.name: known_values(plan, m)[rows] for m in facts.formulas("units")})
    shapes = polygons(plan.arcs)[rows] if plan.arcs is not None else None
    return _frame(columns, shapes, plan.crs)


def accounts_frame(facts: Facts) -> DataFrame:
    """One row per present account.

    Returns
    -------
    GeoDataFrame
        account_id, name, unit (code, empty for none), territory, territory_id, assigned_by (unit,
        rule, override or empty), lon, lat, the account's own columns, geometry in the plan's CRS.
    """
    plan, table = facts.plan, facts.plan.accounts
    rows = np.flatnonzero(plan.accounts_present)
    codes = [str(plan.units.codes[u]) if u >= 0 else "" for u in table.unit[rows].tolist()]
    columns: dict[str, Any] = {
        "account_id": table.ids[rows],
        "name": table.names[rows],
        "unit": texts(codes),
        "territory": facts.names[facts.account_slots[rows]],
        "territory_id": facts.view.account_territories[rows],
        "assigned_by": assigned_by(facts)[rows],
        "lon": table.lon[rows],
        "lat": table.lat[rows],
    }
    _add(columns, {name: values[rows] for name, values in table.columns.items()})
    _add(columns, {m.name: known_values(plan, m)[rows] for m in facts.formulas("accounts")})
    shapes = np.full(len(rows), None, object)
    here = np.isfinite(table.x[rows])
    shapes[here] = shapely.points(table.x[rows][here], table.y[rows][here])
    return _frame(columns, shapes, plan.crs)


def territories_frame(facts: Facts) -> DataFrame:
    """One row per territory, in tree order.

    Returns
    -------
    GeoDataFrame (DataFrame without a map)
        territory_id, name, group, rep, locked, units, accounts; each measure under its name; if
        there is a balance measure target, deviation (a fraction), in_tolerance; area_km2,
        compactness, parts; geometry dissolved, in the plan's CRS.
    """
    view, counts = facts.view, facts.counts
    columns: dict[str, Any] = {
        "territory_id": np.array([t.id for t in view.leaves], np.int64),
        "name": facts.names[1:],
        "group": texts([d.name if d else "" for d in facts.districts[1:]]),
        "rep": texts([r.name if r else "" for r in facts.reps[1:]]),
        "locked": np.array([t.id in view.locked_territories for t in view.leaves], bool),
        "units": counts.units[1:],
        "accounts": counts.accounts[1:],
    }
    if facts.balance is not None:
        columns["target"] = facts.balance.targets[1:]
        columns["deviation"] = facts.balance.deviations[1:]
        columns["in_tolerance"] = facts.balance.in_tolerance[1:]
    shapes = None
    if facts.plan.arcs is not None:
        columns["area_km2"] = facts.areas[1:]
        columns["compactness"] = facts.compactness[1:]
        assert facts.contiguity is not None
        columns["parts"] = facts.contiguity.parts[1:]
        labels = view.unit_slots.astype(np.int64) - 1
        shapes = polygons(facts.plan.arcs, labels, len(view.leaves))
    _add(columns, {m.name: facts.balances[m.uid].values[1:] for m in facts.summed})
    return _frame(columns, shapes, facts.plan.crs)


def _add(columns: dict[str, Any], own: dict[str, Any]) -> None:
    """Columns of the plan; one that is called like ours gets an underscore behind it."""
    for name, values in own.items():
        while name in columns or name == "geometry":
            name += "_"
        columns[name] = values


def _frame(columns: dict[str, Any], shapes: np.ndarray | None, crs: str) -> DataFrame:
    if shapes is None:
        import pandas

        return pandas.DataFrame(columns)
    import geopandas

    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=crs)
