"""Where on the map the items of an import and the rows behind an issue are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from terradesk.i18n import _, ngettext, number
from terradesk.importing.prepared import Item
from terradesk.plan import Plan

from ..map_marks import Box, Marked
from .shown_map import ShownMap, points_of


def item_mark(ground: ShownMap, plan: Plan | None, item: Item) -> Marked:
    """What stands out for an item.

    Parameters
    ----------
    ground : ShownMap
        That shows it.
    plan : Plan or None
        The open one: units that go have a shape only there.
    item : Item
    """
    keys = frozenset([item.key]) if ground.shapes.rows_of([item.key]) else frozenset()
    units, points = _of_rows(ground, item.rows)
    units = tuple(dict.fromkeys((*item.units, *units)))
    boxes: list[Box | None] = [item.box] if item.box is not None else _boxes_of(ground, keys)
    if not boxes:
        boxes = [_around(points)] if len(points) else _unit_boxes(ground, plan, units)
    box = _joined(boxes)
    if box is None:
        text = _("{what} has no place on the map.")
        return Marked(note=text.format(what=item.title))
    known = np.array([box[:2]]) if not len(points) and box[:2] == box[2:] and not keys else points
    drawn = () if keys or len(known) else _drawn(ground, units)
    return Marked(box, drawn, known, keys, origin=_origin(item.box, points))


def _origin(box: Box | None, points: np.ndarray) -> tuple[float, float] | None:
    """Where a point comes from: its box reaches from there to where it goes."""
    if box is None or len(points) != 1 or box[:2] == box[2:]:
        return None
    x, y = (np.array(box[:2]) + box[2:] - points[0]).tolist()
    return x, y


def rows_mark(ground: ShownMap, plan: Plan | None, rows: Sequence[int]) -> Marked:
    """What stands out for rows of the file."""
    units, points = _of_rows(ground, rows)
    box = _joined([_around(points), *_unit_boxes(ground, plan, units)])
    n = len(rows)
    if box is None:
        text = ngettext(
            "This row has no place on the map.", "None of these {n} rows has a place on the map.", n
        )
        return Marked(note=text.format(n=number(n)))
    known = len(_placed(ground, rows))
    text = _("Rows with a place: {n} of {total}.").format(n=number(known), total=number(n))
    return Marked(box, _drawn(ground, units), points, note=text if known < n else "")


def _of_rows(ground: ShownMap, rows: Iterable[int]) -> tuple[tuple[int, ...], np.ndarray]:
    """Units and (n, 2) placed points that rows of the file became."""
    shown, index = ground.prepared.shown, np.fromiter(rows, np.int64)
    units, which = _looked(shown.row_units, index), _looked(shown.row_points, index)
    every = points_of(ground.prepared, ground.base)
    which = np.unique(which[(which >= 0) & (which < len(every))])
    points = every[which] if len(which) else np.empty((0, 2))
    known = np.unique(units[units >= 0]).tolist()
    return tuple(known), points[np.isfinite(points).all(axis=1)]


def _placed(ground: ShownMap, rows: Sequence[int]) -> list[int]:
    """Rows of the file that are somewhere."""
    shown, index = ground.prepared.shown, np.asarray(rows, np.int64)
    units, which = _looked(shown.row_units, index), _looked(shown.row_points, index)
    every = np.isfinite(points_of(ground.prepared, ground.base)).all(axis=1)
    has_point = np.append(every, False)[np.where(which < len(every), which, -1)]
    areas = np.append(_areas(ground.base), 0.0)
    has_unit = areas[np.where(units < len(areas) - 1, units, -1)] > 0
    return index[has_point | has_unit].tolist()


def _looked(table: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Entries of a table, -1 beyond its end."""
    inside = (index >= 0) & (index < len(table))
    out = np.full(len(index), -1, np.int64)
    out[inside] = table[index[inside]]
    return out


def _areas(plan: Plan) -> np.ndarray:
    return np.zeros(len(plan.units)) if plan.arcs is None else plan.arcs.areas


def _drawn(ground: ShownMap, units: Iterable[int]) -> tuple[int, ...]:
    """Units that the map draws."""
    areas = _areas(ground.base)
    return tuple(u for u in units if u < len(areas) and areas[u] > 0)


def _unit_boxes(ground: ShownMap, plan: Plan | None, units: Iterable[int]) -> list[Box | None]:
    """Boxes of units, in the plan that is drawn or else in the open one."""
    out: list[Box | None] = []
    for unit in units:
        for one in (ground.base, plan):
            areas = np.empty(0) if one is None else _areas(one)
            if one is not None and unit < len(areas) and areas[unit] > 0:
                assert one.arcs is not None
                found = one.arcs.unit_boxes[unit] / 100 + np.tile(one.arcs.origin, 2)
                out.append(tuple(found.tolist()))
                break
    return out


def _boxes_of(ground: ShownMap, keys: Iterable[str]) -> list[Box | None]:
    found = ground.shapes.bounds[ground.shapes.rows_of(keys)]
    return [tuple(one) for one in found[np.isfinite(found).all(axis=1)].tolist()]


def _around(points: np.ndarray) -> Box | None:
    if not len(points):
        return None
    (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return x0, y0, x1, y1


def _joined(boxes: Iterable[Box | None]) -> Box | None:
    """Box around boxes."""
    known = np.array([one for one in boxes if one is not None])
    if not len(known):
        return None
    (x0, y0), (x1, y1) = known[:, :2].min(axis=0).tolist(), known[:, 2:].max(axis=0).tolist()
    return x0, y0, x1, y1
