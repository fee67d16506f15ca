"""What an interactive map shows, as plain data for JSON; every figure is a finished text."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import shapely

from terradesk import i18n, measures, palettes
from terradesk import records as rec
from terradesk.exporters.facts import Facts
from terradesk.exporters.outlines import Objects, Outlines
from terradesk.exporters.scene import subtitle, tone
from terradesk.exporters.wording import plain
from terradesk.i18n import _
from terradesk.progress import Progress

MOST_UNITS = 6000
"""Plans with more units are shown without their outlines: the file would be too large to mail."""

_ACROSS = 6000  # steps of the coarsest detail across the plan
_M_PER_DEGREE = 111_000.0
Rings = list[list[int]]


def map_data(facts: Facts, progress: Progress) -> dict[str, Any]:
    """Everything the page needs.

    Parameters
    ----------
    facts : Facts
        Of a plan with a map.
    progress : Progress
    """
    outlines = Outlines(facts.view)
    with_units = 0 < int(facts.plan.units_present.sum()) <= MOST_UNITS
    tolerance = _tolerance(outlines)
    digits = int(np.clip(math.ceil(math.log10(_M_PER_DEGREE / (tolerance / 3))), 2, 6))
    progress(0.0, _("Joining areas to territories"))
    units, territories = outlines.simplified(tolerance, with_units)
    progress(0.6, _("Drawing what lies around"))
    land, lakes = _surroundings(outlines, tolerance, digits)
    progress(0.8, _("Writing figures"))
    return {
        "title": plain(facts.plan.setting("title")) or _("Untitled plan"),
        "subtitle": plain(subtitle(facts)),
        "date": i18n.date(dt.date.today()),
        "credits": plain(facts.plan.setting("credits")),
        "digits": digits,
        "bounds": _bounds(units if with_units else territories),
        "colours": _colours(),
        "words": _words(facts),
        "classes": _class_rows(facts),
        "figures": _figure_names(facts),
        "unitFigures": _unit_figure_names(facts),
        "accountFigures": _account_figure_names(facts),
        "territories": _territories(facts, territories, digits),
        "unassigned": _unassigned(facts, outlines, units, tolerance, digits),
        "units": _units(facts, units, digits) if with_units else [],
        "accounts": _accounts(facts, outlines, digits),
        "land": land,
        "lakes": lakes,
    }


def _tolerance(outlines: Outlines) -> float:
    """Metres by which a simplified border may stray."""
    boxes = outlines.arcs.unit_boxes
    known = boxes[boxes[:, 0] <= boxes[:, 2]].astype(np.float64) / 100
    if not len(known):
        return 1.0
    sides = known[:, 2:].max(axis=0) - known[:, :2].min(axis=0)
    return max(1.0, float(sides.max()) / _ACROSS)


def _bounds(shapes: Objects) -> list[float]:
    bounds = shapely.total_bounds(shapes)
    return (
        [round(float(v), 4) for v in bounds] if np.isfinite(bounds).all() else [-180, -60, 180, 75]
    )


def _colours() -> dict[str, str]:
    roles = palettes.roles()
    found = {name: roles[name][:7] for name in ("land", "water", "paper", "hatch", "account")}
    return {**found, "line": roles["territory_core"][:7]}


def _words(facts: Facts) -> dict[str, Any]:
    colourings = [_("Territory"), *([_("Deviation")] if facts.balance else [])]
    return {
        "colourBy": _("Colour by"),
        "colourings": colourings,
        "unassigned": _("Not assigned"),
        "accounts": _("Accounts"),
    }


def _deviation_fills(facts: Facts) -> tuple[list[str], list[int]]:
    """Colours of the classes, and the class of each slot but 0."""
    if facts.balance is None:
        return [], []
    breaks = palettes.deviation_breaks(facts.balance.tolerance)
    found = palettes.classify(facts.balance.deviations[1:], breaks)
    return palettes.diverging_colours(5), found.tolist()


def _class_rows(facts: Facts) -> list[list[str]]:
    from terradesk.render.legend import class_texts

    if facts.balance is None:
        return []
    breaks = palettes.deviation_breaks(facts.balance.tolerance)
    shown = class_texts(breaks, lambda v: i18n.percent(v))
    return [list(pair) for pair in zip(palettes.diverging_colours(5), shown, strict=True)][::-1]


# ---------------------------------------------------------------------- figures
def _figure_names(facts: Facts) -> list[str]:
    names = [plain(m.name) for m in facts.summed]
    deviation = [_("Deviation")] if facts.balance else []
    return [_("Rep"), *deviation, *names, _("Accounts"), plain(facts.plan.heading_noun(2))]


def _figures(facts: Facts, slot: int) -> list[str]:
    rep = facts.reps[slot]
    out = [plain(rep.name) if rep else _("Vacant") if facts.plan.rows(rec.Rep) else ""]
    if facts.balance is not None:
        out.append(_deviation(facts, slot))
    out += [_value(facts, m, float(facts.balances[m.uid].values[slot])) for m in facts.summed]
    counts = facts.counts.accounts[slot], facts.counts.units[slot]
    return out + [i18n.number(int(n)) for n in counts]


def _value(facts: Facts, measure: rec.Measure, value: float) -> str:
    return plain(measures.format_value(facts.plan, measure, value))


def _deviation(facts: Facts, slot: int) -> str:
    assert facts.balance is not None
    return i18n.deviation(float(facts.balance.deviations[slot]), facts.balance.tolerance)


def _territories(facts: Facts, shapes: Objects, digits: int) -> list[dict[str, Any]]:
    """One entry per territory that has an area."""
    classes, of_slot = _deviation_fills(facts)
    out = []
    for k, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            continue
        slot = k + 1
        level = of_slot[k] if of_slot else -1
        second = classes[level] if level >= 0 else palettes.roles()["paper"][:7]
        largest = max(shapely.get_parts(shape), key=lambda part: part.area)
        at = shapely.maximum_inscribed_circle(largest, tolerance=0.02 * largest.length / 10)
        out.append(
            {
                "name": plain(facts.names[slot]),
                "fills": [facts.colours[slot], second],
                "deviation": _deviation(facts, slot) if facts.balance else "",
                "tone": tone(facts.balance, slot) if facts.balance else "label",
                "values": _figures(facts, slot),
                "at": [round(v, 4) for v in at.coords[0]],
                "area": round(float(shape.area), 4),
                "shape": coded(shape, digits),
            }
        )
    return out


def _unassigned(
    facts: Facts, outlines: Outlines, units: Objects, tolerance: float, digits: int
) -> list[list[Rings]]:
    """Outline of what belongs to no territory."""
    free = facts.plan.units_present & (facts.view.unit_slots == 0)
    if not free.any():
        return []
    if not len(units):
        units = outlines.free_units(free, tolerance)
        free = np.ones(len(units), bool)
    shapes = [u for u in units[free] if u is not None]
    return [coded(shapely.coverage_union_all(shapes), digits)] if shapes else []


def _unit_figure_names(facts: Facts) -> list[str]:
    return [_("Territory"), *(plain(m.name) for m in facts.summed)]


def _units(facts: Facts, shapes: Objects, digits: int) -> list[dict[str, Any]]:
    plan, slots = facts.plan, facts.view.unit_slots
    sums = [(m, _unit_values(facts, m)) for m in facts.summed]
    out = []
    for row in np.flatnonzero(plan.units_present).tolist():
        if shapes[row] is None:
            continue
        values = [_value(facts, m, float(v[row])) if np.isfinite(v[row]) else "" for m, v in sums]
        title = plain(plan.units.names[row]) or plain(plan.units.codes[row])
        values = [plain(facts.names[slots[row]]), *values]
        out.append({"name": title, "values": values, "shape": coded(shapes[row], digits)})
    return out


def _unit_values(facts: Facts, measure: rec.Measure) -> np.ndarray:
    from terradesk.measures.sums import unit_values

    is_own = measure.source == "units"
    return unit_values(facts.plan, measure) if is_own else facts.unit_values(measure)


def _account_figure_names(facts: Facts) -> list[str]:
    own = [plain(m.name) for m in facts.summed if m.source == "accounts"]
    return [_("Id"), _("Territory"), _("Assigned by"), *own]


def _accounts(facts: Facts, outlines: Outlines, digits: int) -> list[list[Any]]:
    """x, y in whole steps, name, and the figures of `_account_figure_names`."""
    from terradesk.exporters.sheets import assigned_by
    from terradesk.measures.sums import account_values

    plan, table = facts.plan, facts.plan.accounts
    rows = np.flatnonzero(plan.accounts_present & np.isfinite(table.lon) & np.isfinite(table.lat))
    words = {"unit": _("area"), "rule": _("rule"), "override": _("named"), "": ""}
    lon = (table.lon[rows] - outlines.middle + 180) % 360 - 180 + outlines.middle
    steps = np.rint(np.column_stack((lon, table.lat[rows])) * 10**digits).astype(np.int64)
    own = [m for m in facts.summed if m.source == "accounts"]
    sums = [(m, account_values(plan, m)) for m in own]
    why, names = assigned_by(facts), facts.names[facts.account_slots]
    return [
        [
            *place,
            plain(table.names[row]) or plain(table.ids[row]),
            plain(table.ids[row]),
            plain(names[row]),
            words[why[row]],
            *(_value(facts, m, float(v[row])) for m, v in sums),
        ]
        for row, place in zip(rows.tolist(), steps.tolist(), strict=True)
    ]


# ---------------------------------------------------------------------- shapes
def _surroundings(
    outlines: Outlines, tolerance: float, digits: int
) -> tuple[list[list[Rings]], list[list[Rings]]]:
    """Land and lakes around the plan."""
    from terradesk.arcs.outlines import polygons
    from terradesk.render.basemap import base_map

    base = base_map(outlines.arcs, outlines.crs)
    out = []
    for arcs in (base.land, base.lakes):
        found = [p for p in polygons(arcs) if p is not None and p.area > (4 * tolerance) ** 2]
        simple = shapely.simplify(np.array(found, object), tolerance) if found else found
        degrees = outlines.to_lonlat(np.asarray(simple, object))
        known = (p for p in degrees if p is not None and np.isfinite(shapely.bounds(p)).all())
        out.append([coded(p, digits) for p in known])
    return out[0], out[1]


def coded(shape: shapely.Geometry, digits: int) -> list[Rings]:
    """Polygons as rings of whole steps of 10^-digits degrees, each point as its difference.

    Returns
    -------
    list of polygons, each a list of rings, each a flat list x, y, dx, dy, ...
    """
    out = []
    for polygon in shapely.get_parts(shape):
        rings = shapely.get_rings(polygon)
        made = [ring for ring in (_ring(r, digits) for r in rings) if len(ring) >= 6]
        if made:
            out.append(made)
    return out


def _ring(ring: shapely.Geometry, digits: int) -> list[int]:
    xy = np.rint(shapely.get_coordinates(ring)[:-1] * 10**digits).astype(np.int64)
    moved = np.ones(len(xy), bool)
    moved[1:] = (np.diff(xy, axis=0) != 0).any(axis=1)
    return np.diff(xy[moved], axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
