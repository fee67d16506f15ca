"""The search for free places for names, greedy from the most important on."""

from __future__ import annotations

import numpy as np

from terradesk.render.jit import Floats, Int32s, Int64s, kernel

__all__ = ["Corner", "place"]

Corner = tuple[float, float, float]
"""kx, ky, scale of a raster; no whole numbers, so that there is one compiled kernel for all."""

_RINGS, _ANGLES = 9, 18
_NOT_OWN, _LEFTWARDS = 26.0, 20.0
_SAMPLES = 5  # along a name, to see on whose territory it lies: see `least`


@kernel
def _overlaps(box: Floats, boxes: Floats, n: int) -> bool:
    for k in range(n):
        if (
            box[0] < boxes[k, 2]
            and box[2] > boxes[k, 0]
            and box[1] < boxes[k, 3]
            and box[3] > boxes[k, 1]
        ):
            return True
    return False


@kernel
def _owner_at(
    x: float, y: float, scale: float, ids: Int32s, at: Corner, territories: Int32s
) -> int:
    """Territory under a point in map pixels, -1 unassigned, -2 outside the plan."""
    row = int(np.floor(y / scale * at[2] + at[1]))
    column = int(np.floor(x / scale * at[2] - at[0]))
    if row < 0 or column < 0 or row >= ids.shape[0] or column >= ids.shape[1]:
        return -2
    unit = ids[row, column]
    return int(territories[unit]) if unit >= 0 else -2


@kernel
def _is_mostly_own(
    t: int,
    x: float,
    y: float,
    half: float,
    scale: float,
    ids: Int32s,
    at: Corner,
    territories: Int32s,
    least: int,
) -> bool:
    """Whether most of a line of text lies on its own territory, or outside the plan."""
    own = 0
    for k in range(_SAMPLES):
        aside = half * (2.0 * k / (_SAMPLES - 1) - 1.0) * 0.9
        owner = _owner_at(x + aside, y, scale, ids, at, territories)
        own += owner == t or owner == -2
    return own >= least


@kernel
def _search(
    t: int,
    ax: float,
    ay: float,
    w: float,
    h: float,
    scale: float,
    step_px: float,
    ids: Int32s,
    at: Corner,
    territories: Int32s,
    taken: Floats,
    n: int,
    bounds: Floats,
    may_lead: bool,
    least: int,
    found: Floats,
) -> bool:
    """Nearest free place about an anchor in map pixels for a box of half size w, h."""
    best = 1e9
    box = np.empty(4)
    for step in range(1 + _RINGS * _ANGLES):
        distance = 0.0 if step == 0 else step_px * (1 + (step - 1) // _ANGLES)
        if distance > best:
            break
        angle = ((step - 1) % _ANGLES) * 2 * np.pi / _ANGLES
        x = ax + 1.25 * distance * np.cos(angle)
        y = ay - distance * np.sin(angle)
        box[0], box[1], box[2], box[3] = x - w, y - h, x + w, y + h
        if box[0] < bounds[0] or box[1] < bounds[1] or box[2] > bounds[2] or box[3] > bounds[3]:
            continue
        owner = t if step == 0 else _owner_at(x, y, scale, ids, at, territories)
        is_own = owner == t
        if not is_own and (owner > -2 or not may_lead):
            continue
        cost = distance if is_own else distance + _NOT_OWN
        if not is_own and np.cos(angle) < 0:
            cost += _LEFTWARDS
        if cost >= best or _overlaps(box, taken, n):
            continue
        if is_own and not _is_mostly_own(t, x, y, w, scale, ids, at, territories, least):
            continue
        best = cost
        found[0], found[1], found[2] = x, y, 0 if is_own else 1
        if step == 0:
            break
    return best < 1e9


@kernel
def place(
    order: Int64s,
    anchors: Floats,
    sizes: Floats,
    scale: float,
    step_px: float,
    ids: Int32s,
    at: Corner,
    territories: Int32s,
    obstacles: Floats,
    bounds: Floats,
    may_lead: bool,
    least: int,
    out: Floats,
) -> None:
    """Find a place for each name that clashes with none before it.

    Parameters
    ----------
    order : (k,) int64
        Territories, the most important first.
    anchors : (n, 3) float64
        x, y, radius, cm; a radius of 0 means no name.
    sizes : (forms, n, 2) float64
        Width and height of each form of a text, the fullest first; width 0 for none.
    scale : float
        Pixels per cm.
    step_px : float
        How far from one another places are tried.
    ids : (rows, columns) int32
        Units of a raster of the map, -1 outside, and `at`, its corner and scale.
    territories : (n_units,) int32
    obstacles : (m, 4) float64
        Boxes in map pixels that no name may touch.
    bounds : (4,) float64
        Box in map pixels that names must not leave.
    may_lead : bool
        Names may stand outside the plan beside their territory.
    least : int
        How many of 5 places along a name must lie on its own territory or outside the plan.
    out : (n, 5) float64
        x, y in map pixels, leader (0/1), shown (0/1), form.
    """
    taken = np.empty((len(order) + len(obstacles), 4))
    taken[: len(obstacles)] = obstacles
    n = len(obstacles)
    for t in order:
        out[t, 3] = 0
        if anchors[t, 2] <= 0:
            continue
        ax, ay = anchors[t, 0] * scale, -anchors[t, 1] * scale
        for form in range(len(sizes)):
            w, h = sizes[form, t, 0] / 2, sizes[form, t, 1] / 2
            if w > 0 and _search(
                t,
                ax,
                ay,
                w,
                h,
                scale,
                step_px,
                ids,
                at,
                territories,
                taken,
                n,
                bounds,
                may_lead,
                least,
                out[t],
            ):
                out[t, 3], out[t, 4] = 1, form
                taken[n, 0], taken[n, 1] = out[t, 0] - w, out[t, 1] - h
                taken[n, 2], taken[n, 3] = out[t, 0] + w, out[t, 1] + h
                n += 1
                break
