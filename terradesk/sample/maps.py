"""New plans from the maps that come with TerraDesk."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from terradesk import records as rec
from terradesk.i18n import _
from terradesk.plan import Plan, new_plan
from terradesk.progress import Progress, silent
from terradesk.sample import zips
from terradesk.sample.catalogue import (
    AMOUNTS,
    BUILT_IN_MAPS,
    LABELS,
    BuiltInMap,
    built_in_map,
)
from terradesk.sample.islands import CROSSINGS
from terradesk.sample.layers import read_units
from terradesk.sample.shapes import Shapes, match, read_shapes
from terradesk.sample.uids import stable_uid
from terradesk.units import Units

__all__ = ["BUILT_IN_MAPS", "BuiltInMap", "built_in_map", "new_from_map", "small_plan"]

_IN_PICTURE = ("CT", "RI")
_MONEY = ("income_zipavg", "avg_weekly_wage", "median_household_income")


def new_from_map(key: str, progress: Progress = silent) -> Plan:
    """A plan of a built-in map: its areas and figures, no accounts and no territories.

    The first time the borders are matched and projected (about 2 s for US counties, 5 s for US ZIP
    areas); then they come from the cache.

    Parameters
    ----------
    key : str
        Of a map in `BUILT_IN_MAPS`.
    progress : callable, optional

    Raises
    ------
    KeyError
        There is no such map.
    FileNotFoundError
        The installation lacks its data.
    """
    built_in = built_in_map(key)
    units, shapes = _areas(built_in, progress)
    plan = new_plan(
        shapes.crs,
        units,
        shapes.arcs,
        title=_(built_in.title),
        columns=unit_columns(built_in),
        measures=unit_measures(built_in),
        settings=map_settings(built_in),
    )
    progress(1.0, "")
    return _with_links(plan, built_in.layer, shapes.links)


def small_plan(key: str, progress: Progress = silent) -> Plan:
    """A plan for a small picture of a built-in map: quickly made, where the map itself is large.

    Parameters
    ----------
    key : str
        Of a map in `BUILT_IN_MAPS`.
    progress : callable, optional

    Raises
    ------
    KeyError
        There is no such map.
    """
    built_in = built_in_map(key)
    if not built_in.is_approximate:
        return new_from_map(key, progress)
    units = zips.read_units(built_in, _IN_PICTURE)
    shapes = zips.draw(built_in, progress, _IN_PICTURE)
    return new_plan(shapes.crs, units, shapes.arcs)


def _areas(built_in: BuiltInMap, progress: Progress) -> tuple[Units, Shapes]:
    if not built_in.is_approximate:
        units = read_units(built_in)
        return units, read_shapes(built_in, partial(match, built_in, units), progress)
    units = zips.read_units(built_in)
    shapes = read_shapes(built_in, partial(zips.draw, built_in), progress)
    return replace(units, source=shapes.source), shapes


def _with_links(plan: Plan, layer: str, links: np.ndarray) -> Plan:
    """The plan with its water links: the known crossings and those between unit rows (k, 2)."""
    row_of = {code: row for row, code in enumerate(plan.units.codes)}
    ends = [(row_of[a], row_of[b], name) for a, b, name in CROSSINGS.get(layer, ())]
    ends += [(a, b, _("Nearest coast")) for a, b in links.tolist()]
    rows: dict[tuple[int, str], rec.Row] = {}
    for unit_a, unit_b, note in ends:
        uid = stable_uid("bridge", plan.units.codes[unit_a], plan.units.codes[unit_b])
        bridge = rec.Bridge(uid, plan.next_id + len(rows), 0, unit_a, unit_b, note)
        rows[0, uid] = bridge
    return replace(plan, tables={**plan.tables, "bridge": rows}, next_id=plan.next_id + len(rows))


def unit_columns(built_in: BuiltInMap) -> tuple[rec.Column, ...]:
    """What the columns of a map's areas mean."""
    return tuple(_column(name) for name in built_in.columns)


def _column(name: str) -> rec.Column:
    label, role = LABELS.get(name, (name.capitalize(), "text"))
    return rec.Column(
        stable_uid("column", "units", name),
        0,
        table="units",
        name=name,
        label=_(label),
        role=role,
        format="money" if name in _MONEY else "number",
    )


def unit_measures(built_in: BuiltInMap) -> tuple[rec.Measure, ...]:
    """Sums of a map's figures, and the number of areas."""
    sums = tuple(
        rec.Measure(measure_uid(name), 0, name=_(LABELS[name][0]), source="units", column=name)
        for name in built_in.columns
        if name in AMOUNTS
    )
    n_areas = rec.Measure(measure_uid("n_units"), 0, name=_("Number of areas"), source="n_units")
    return (*sums, n_areas)


def measure_uid(name: str) -> str:
    """Uid of the measure of a built-in figure, the same in all plans made from built-in maps."""
    return stable_uid("measure", name)


def map_settings(built_in: BuiltInMap) -> dict[str, str]:
    """The plan's words for its areas, and the credits."""
    return {
        "noun_one": _(built_in.noun_one),
        "noun_many": _(built_in.noun_many),
        "credits": built_in.credits,
    }
