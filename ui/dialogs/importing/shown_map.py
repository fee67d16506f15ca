"""The picture of an import: what arrives, changes and goes, over the plan as it would be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from terradesk import measures, palettes
from terradesk import records as rec
from terradesk.i18n import N_
from terradesk.importing.prepared import ARRIVES, CHANGES, GOES, NOTHING, PROBLEM, Prepared, Shown
from terradesk.plan import Plan
from terradesk.render.scene import Classes, Scene
from terradesk.render.symbols import CLASS_COLOURS, SHAPES

from .. import preview_map

STATE_TEXTS = {
    ARRIVES: N_("comes in"),
    CHANGES: N_("changes"),
    GOES: N_("goes"),
    PROBLEM: N_("please check"),
}
"""What happens to what the map shows, in the order of its legend."""

_ROLES = {NOTHING: "paper", ARRIVES: "accent_soft", CHANGES: "warn_soft", GOES: "under_bar"}
_ROLES[PROBLEM] = "over_bar"
_HATCHES = {GOES: 1, PROBLEM: 2}
_SYMBOLS = {ARRIVES: 0, CHANGES: 2, GOES: 7, PROBLEM: 1}


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture and what its colours mean.

    Parameters
    ----------
    image : (bytes, int, int)
        RGB, width, height.
    keys : tuple of (int, int, str)
        State, how many, and ``#RRGGBB`` of what is shown, areas and points together.
    """

    image: tuple[bytes, int, int]
    keys: tuple[tuple[int, int, str], ...] = ()


def picture(
    prepared: Prepared, plan: Plan | None, alignment: int, dark: bool, size: preview_map.Size
) -> Picture | None:
    """Draw what an import would do; None where there is nothing to draw.

    Parameters
    ----------
    prepared : Prepared
    plan : Plan or None
        The open one.
    alignment : int
        In view.
    dark : bool
    size : (int, int)
        Pixels at 100 %.
    """
    shown = prepared.shown
    base = shown.plan or prepared.plan or plan
    if base is None:
        return None
    points, values = _points(prepared, base)
    if base.arcs is None:
        here = replace(shown, points=points)
        return Picture(preview_map.draw_points(here.points, dark, size), _keys(here, dark))
    scene = _scene(base, plan, alignment, shown, points, values)
    return Picture(preview_map.draw_scene(scene, dark, size), _keys(shown, dark))


def _points(prepared: Prepared, base: Plan) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) points of the picture and their sizes."""
    points = prepared.shown.points
    accounts, plan = base.accounts, prepared.plan
    if plan is not None and not len(points):
        points = np.column_stack((accounts.x, accounts.y))
    new = prepared.incoming.arrivals.accounts if prepared.incoming else None
    records = prepared.incoming.edit.records if prepared.incoming else ()
    if plan is not None:
        found, told = accounts, list(plan.rows(rec.Measure))
    elif new is not None:
        found, told = new, [r.after for r in records if isinstance(r.after, rec.Measure)]
    else:
        return points, np.zeros(len(points))
    column = next((m.column for m in told if measures.is_revenue_like(m.name)), "")
    values = found.columns.get(column)
    if values is None or len(values) != len(points) or values.dtype == object:
        return points, np.zeros(len(points))
    return points, np.nan_to_num(np.asarray(values, float))


def _scene(
    base: Plan,
    plan: Plan | None,
    alignment: int,
    shown: Shown,
    points: np.ndarray,
    values: np.ndarray,
) -> Scene:
    here = np.isfinite(points).all(axis=1)
    draws = plan is not None and _redraws(base, plan, alignment)
    scene = preview_map.scene_of(base, alignment if draws else 0)
    states = shown.unit_states
    if len(states) == len(base.units) and not draws and states.any():
        scene = replace(scene, classes=_classes(states))
    kinds = None
    if len(shown.point_states) == len(points) and len(np.unique(shown.point_states)) > 1:
        here &= shown.point_states != NOTHING  # what stays as it is would hide the rest
        table = np.full(256, len(SHAPES), np.int64)
        table[list(_SYMBOLS)] = list(_SYMBOLS.values())
        kinds = table[shown.point_states][here]
    return replace(scene, accounts=points[here], account_values=values[here], account_kinds=kinds)


def _redraws(base: Plan, plan: Plan, alignment: int) -> bool:
    """Whether territories are drawn by the import."""
    after, before = base.assignments.get(alignment), plan.assignments.get(alignment)
    if after is None or before is None:
        return False
    return len(after) == len(before) and not np.array_equal(after, before)


def _classes(states: np.ndarray) -> Classes:
    light, dark = (
        [palettes.roles(is_dark)[_ROLES[k]] for k in range(PROBLEM + 1)]
        for is_dark in (False, True)
    )
    hatches = [_HATCHES.get(k, 0) for k in range(PROBLEM + 1)]
    return Classes(
        states.astype(np.int64), (light, dark), [""] * (PROBLEM + 1), of_units=True, hatches=hatches
    )


def _keys(shown: Shown, dark: bool) -> tuple[tuple[int, int, str], ...]:
    states = [np.bincount(s, minlength=256) for s in (shown.unit_states, shown.point_states)]
    units, points = states
    out = []
    for state in STATE_TEXTS:
        n = int(units[state] + points[state])
        if not n:
            continue
        ink = CLASS_COLOURS[int(dark)][_SYMBOLS[state]]
        colour = palettes.roles(dark)[_ROLES[state]] if units[state] else ink
        out.append((state, n, colour))
    return tuple(out)
