"""Where the map looks: zoom about a point, fit boxes, and the part of a plan that matters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs import Arcs
from terradesk.plan import Plan
from terradesk.render import View

Box = tuple[float, float, float, float]

NEAREST, FARTHEST = 2.0, 1e-5
"""Pixels per metre between which one can zoom, at 100 %."""

_SHARE, _EVEN_SHARE = 0.95, 0.5  # the second where all units weigh the same
_MOST_GROWTH = 1.3  # a part that makes the box of Home larger than this is left out of it
_MOST_WHOLE = 2.2  # without figures the whole plan is shown up to so many times that box
_POINT_M = 20_000.0


def zoomed(view: View, x: float, y: float, factor: float, ratio: float) -> View:
    """The view after zooming by a factor; the place at (x, y) device pixels stays there."""
    wanted = float(np.clip(view.px_per_m * factor, FARTHEST * ratio, NEAREST * ratio))
    at = view.to_map(x, y)
    size = (view.width, view.height)
    return View.at(at[0] - x / wanted, at[1] + y / wanted, wanted, size, view.origin)


def centred(view: View, box: Box, margins: tuple[float, float, float, float]) -> View:
    """View of the same size that shows a box in metres within margins in device pixels."""
    return View.fit(box, (view.width, view.height), view.origin, margins)


def resized(view: View, width: int, height: int) -> View:
    """View of another size with the same middle."""
    dx, dy = (width - view.width) // 2, (height - view.height) // 2
    return view.moved(dx, dy).resized(width, height)


def boxes_m(arcs: Arcs, rows: np.ndarray) -> np.ndarray:
    """(k, 4) boxes in metres of the units that have geometry."""
    boxes = arcs.unit_boxes[rows]
    boxes = boxes[boxes[:, 0] <= boxes[:, 2]].astype(np.float64)
    return boxes / 100 + np.tile(arcs.origin, 2)


def union(boxes: np.ndarray) -> Box | None:
    """Box around boxes; None for none."""
    if not len(boxes):
        return None
    x0, y0 = boxes[:, :2].min(axis=0)
    x1, y1 = boxes[:, 2:].max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of the plan far from where Home looks.

    Parameters
    ----------
    box : tuple of float
    rows : ndarray of int
        Its units.
    """

    box: Box
    rows: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Home:
    """What Home shows, and what it leaves out."""

    box: Box
    far: tuple[Part, ...] = ()


def home(plan: Plan, arcs: Arcs, weights: np.ndarray) -> Home:
    """The part of a plan that holds 95 % of its balance measure, and what lies near it.

    Where all units weigh the same, no figure says that a part matters less: then the whole plan
    is shown, unless most of that view would be empty.

    Parameters
    ----------
    plan : Plan
    arcs : Arcs
        Of the plan; may be empty.
    weights : ndarray of float, shape (n_units,)
        The measure per unit.
    """
    present = np.flatnonzero(plan.units_present & (arcs.unit_boxes[:, 0] <= arcs.unit_boxes[:, 2]))
    if not len(present):
        return Home(_accounts_box(plan))
    parts = _parts(arcs, present)
    boxes = np.array([union(boxes_m(arcs, rows)) for rows in parts])
    heavy = np.array([max(weights[rows].sum(), 0.0) for rows in parts])
    if heavy.sum() <= 0:
        heavy = np.array([float(len(rows)) for rows in parts])
    is_even = np.ptp(weights[present]) == 0
    inside = _grown(boxes, heavy, _EVEN_SHARE if is_even else _SHARE)
    if is_even:
        inside |= _area(union(boxes)) <= _MOST_WHOLE * _area(union(boxes[inside]))
    box = union(boxes[inside])
    assert box is not None
    outside = [i for i in np.argsort(-heavy, kind="stable") if not inside[i]]
    return Home(box, _clusters([parts[i] for i in outside], boxes[outside]))


def _parts(arcs: Arcs, present: np.ndarray) -> list[np.ndarray]:
    """Units that hang together."""
    from terradesk.arcs import components

    labels = np.full(arcs.n_units, -1, np.int32)
    labels[present] = 0
    number = components(arcs, labels, 1).parts
    order = present[np.argsort(number[present], kind="stable")]
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    return np.split(order, cuts)


def _grown(boxes: np.ndarray, heavy: np.ndarray, share: float) -> np.ndarray:
    """From the heaviest part on: what is needed for the share, then what lies near."""
    inside = np.zeros(len(boxes), bool)
    inside[int(heavy.argmax())] = True
    while True:
        now = union(boxes[inside])
        rest = np.flatnonzero(~inside)
        if now is None or not len(rest):
            return inside
        growth = np.array([_area(union(np.array([now, boxes[i]]))) for i in rest]) / _area(now)
        is_enough = heavy[inside].sum() >= share * heavy.sum()
        best = int(growth.argmin())
        if is_enough and growth[best] > _MOST_GROWTH:
            return inside
        if is_enough:
            inside[rest[growth <= 1.0 + 1e-9]] = True
            inside[rest[best]] = True
        else:
            inside[rest[int((heavy[rest] / growth).argmax())]] = True


def _area(box: Box | None) -> float:
    return max((box[2] - box[0]) * (box[3] - box[1]), 1.0) if box else 1.0


def _clusters(parts: list[np.ndarray], boxes: np.ndarray) -> tuple[Part, ...]:
    """Far parts, those near each other as one; the heaviest first."""
    out: list[Part] = []
    for rows, box in zip(parts, boxes, strict=True):
        for k, one in enumerate(out):
            joint = union(np.array([one.box, box]))
            if joint and _gap(one.box, box) < 0.5 * max(_side(one.box), _side(tuple(box))):
                out[k] = Part(joint, np.concatenate([one.rows, rows]))
                break
        else:
            out.append(Part(tuple(float(v) for v in box), rows))  # type: ignore[arg-type]
    return tuple(out)


def _side(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _gap(a: Box, b: np.ndarray) -> float:
    dx = max(a[0] - b[2], b[0] - a[2], 0.0)
    dy = max(a[1] - b[3], b[1] - a[3], 0.0)
    return float(np.hypot(dx, dy))


def _accounts_box(plan: Plan) -> Box:
    placed = plan.accounts_present & np.isfinite(plan.accounts.x)
    x, y = plan.accounts.x[placed], plan.accounts.y[placed]
    if not len(x):
        return -_POINT_M, -_POINT_M, _POINT_M, _POINT_M
    low, high = (0.025, 0.975) if len(x) > 40 else (0.0, 1.0)
    x0, x1 = np.quantile(x, [low, high])
    y0, y1 = np.quantile(y, [low, high])
    pad = max(0.05 * max(x1 - x0, y1 - y0), _POINT_M)
    return float(x0 - pad), float(y0 - pad), float(x1 + pad), float(y1 + pad)
