"""Polygons back from arcs, and the arcs of some of the units only."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk.arcs.jit import Objects
from terradesk.arcs.model import Arcs, assemble
from terradesk.arcs.ordering import gather


def polygons(arcs: Arcs, labels: np.ndarray | None = None, n_labels: int | None = None) -> Objects:
    """Polygons of the units, or of labelled groups of units, from their outlines.

    Parameters
    ----------
    arcs : Arcs
    labels : ndarray of int, shape (n_units,), optional
        Group of each unit, negative for none; by default every unit by itself.
    n_labels : int, optional
        Number of groups; by default ``labels.max() + 1``.

    Returns
    -------
    ndarray of shapely geometries, shape (n_labels,), metres in the plan's CRS
        None for a group without area. Borders inside a group are gone; neighbours share vertices.
    """
    groups = np.arange(arcs.n_units) if labels is None else np.asarray(labels, np.int64)
    n = int(groups.max(initial=-1) + 1) if n_labels is None else n_labels
    padded = np.append(np.where(groups < 0, -1, groups), -1)  # outside (-1) reads the last one
    left, right = padded[arcs.left], padded[arcs.right]
    border = np.flatnonzero(left != right)
    lines = _lines(arcs, border)
    sides = np.concatenate([left[border], right[border]])
    which = np.concatenate([np.arange(len(border))] * 2)
    keep = sides >= 0
    order = np.argsort(sides[keep], kind="stable")
    sides, which = sides[keep][order], which[keep][order]
    out = np.full(n, None, object)
    owners, starts = np.unique(sides, return_index=True)
    for owner, rows in zip(owners.tolist(), np.split(which, starts[1:]), strict=False):
        out[owner] = _area_within(lines[rows], left[border[rows]] == owner)
    return out


def _area_within(lines: Objects, is_left: np.ndarray) -> shapely.Geometry | None:
    """The faces between the lines that the group's side of the lines says are inside."""
    faces = shapely.get_parts(shapely.polygonize(lines))
    if not len(faces):
        return None
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    directed = np.where(is_left, lines, shapely.reverse(lines))
    inside = faces[_winding(directed, points) > 0]
    if not len(inside):
        return None
    return inside[0] if len(inside) == 1 else shapely.coverage_union_all(inside)


def _winding(lines: Objects, points: np.ndarray) -> np.ndarray:
    """(n_points,) how often the directed lines go counter-clockwise around each point."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    (x0, y0), (x1, y1) = xy[:-1][same].T, xy[1:][same].T
    out = np.zeros(len(points), np.int64)
    for k, (x, y) in enumerate(points):
        cut = np.flatnonzero((y0 <= y) != (y1 <= y))
        at = x0[cut] + (y - y0[cut]) * (x1[cut] - x0[cut]) / (y1[cut] - y0[cut])
        out[k] = np.sign(y1[cut] - y0[cut])[at > x].sum()
    return out


def _lines(arcs: Arcs, rows: np.ndarray) -> Objects:
    """The arcs as shapely lines in metres."""
    xy, offsets = arcs.xy, arcs.offsets
    counts = offsets[rows + 1] - offsets[rows]
    starts = np.repeat(offsets[rows] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    points = xy[starts + np.arange(counts.sum())] / 100.0 + np.array(arcs.origin)
    return shapely.linestrings(points, indices=np.repeat(np.arange(len(rows)), counts))


def present_only(arcs: Arcs, present: np.ndarray) -> Arcs:
    """The coverage without the units that are not present.

    Parameters
    ----------
    arcs : Arcs
    present : ndarray of bool, shape (n_units,)

    Returns
    -------
    Arcs
        Rows stay as they are; an absent unit has no arcs and area 0.
    """
    padded = np.append(np.asarray(present, bool), False)
    left = np.where(padded[arcs.left], arcs.left, -1).astype(np.int32)
    right = np.where(padded[arcs.right], arcs.right, -1).astype(np.int32)
    order = np.flatnonzero((left >= 0) | (right >= 0))
    line = gather(arcs.xy, arcs.offsets, order)
    counts = np.diff(arcs.offsets)
    kept = np.repeat(np.isin(np.arange(arcs.n_arcs), order), counts)
    sides = (left[order], right[order])
    return assemble(
        arcs.n_units, arcs.origin, sides, line, arcs.ladder, arcs.ranks[kept], arcs.centres
    )
