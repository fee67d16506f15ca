"""Cutting a group of units in two along a drawn line."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from terradesk.arcs.flooding import pieces
from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.arcs.picking import Mode, Picker, points_in_polygon

_ON = 1 / 3  # how far an end that stops short is continued, as a share of the line's length
_N_ROUND = 48


def continued(line: ArrayLike, share: float = _ON) -> tuple[Floats, Floats]:
    """Points straight beyond both ends of a line.

    Parameters
    ----------
    line : (n, 2) float
        At least two points that differ.
    share : float
        How far beyond, as a share of the line's length.

    Returns
    -------
    tuple of two (2,) float64
        Before the first and after the last point.
    """
    xy = np.asarray(line, np.float64)
    reach = share * float(np.hypot(*np.diff(xy, axis=0).T).sum())
    ends = (xy[0] + reach * _heading(xy[::-1]), xy[-1] + reach * _heading(xy))
    return ends


def _heading(line: Floats) -> Floats:
    """Direction in which a line ends, over its last tenth: hands tremble."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    left = steps[::-1].cumsum()[::-1]  # from each point to the end
    start = line[:-1][left >= 0.1 * left[0]][-1]
    way = line[-1] - start
    if not way.any():
        way = line[-1] - line[0]
    size = float(np.hypot(*way))
    return way / size if size else np.array([1.0, 0.0])


def right_of(line: ArrayLike, points: ArrayLike) -> Bools:
    """Which points lie on one side of a line whose ends go on straight for ever.

    Parameters
    ----------
    line : (n, 2) float
        At least two points that differ; where it crosses itself the sides change.
    points : (m, 2) float
        In the same unit; points that are not finite are on the other side.

    Returns
    -------
    (m,) bool
    """
    xy, at = np.asarray(line, np.float64), np.asarray(points, np.float64)
    known = np.vstack([xy, at[np.isfinite(at).all(axis=1)]])
    middle = (known.min(axis=0) + known.max(axis=0)) / 2
    radius = 40 * max(float(np.ptp(known, axis=0).max()), 1.0)
    ends = [
        _to_circle(xy[i], _heading(way), middle, radius) for i, way in ((0, xy[::-1]), (-1, xy))
    ]
    start, end = (float(np.arctan2(*(e - middle)[::-1])) for e in ends)
    turn = (end - start) % (2 * np.pi)
    angles = end - np.linspace(0, turn, _N_ROUND)
    round_ = middle + radius * np.column_stack([np.cos(angles), np.sin(angles)])
    out = np.zeros(len(at), np.bool_)
    out[points_in_polygon(at, np.vstack([xy, round_]))] = True
    return out


def _to_circle(point: Floats, way: Floats, middle: Floats, radius: float) -> Floats:
    """Where a ray from inside a circle leaves it."""
    off = point - middle
    along = float(off @ way)
    return point + way * (-along + np.sqrt(along * along - float(off @ off) + radius * radius))


def cut(picker: Picker, rows: Int32s, line: ArrayLike) -> Int32s | None:
    """Units of a group that lie on one side of a line, each by its centre.

    The line has to leave the group at both ends; an end that stops short is continued straight by
    a third of the line's length. Sides mean something only where the line runs: what hangs
    together past its ends stays together, with the side that most of it has.

    Parameters
    ----------
    picker : Picker
    rows : (k,) int32
        The group.
    line : (n, 2) float
        Metres in the plan's CRS.

    Returns
    -------
    (m,) int32 or None
        Unit rows of one side; None where the line does not cut the group in two.
    """
    xy = np.asarray(line, np.float64)
    if len(xy) < 2 or not len(rows) or not (xy != xy[0]).any():
        return None
    arcs = picker.arcs
    is_mine = np.zeros(arcs.n_units + 1, np.bool_)  # the last one stands for "outside"
    is_mine[rows] = True
    before, after = continued(xy)
    if is_mine[picker.unit_at(*xy[0])]:
        xy = np.vstack([before, xy])
    if is_mine[picker.unit_at(*xy[-1])]:
        xy = np.vstack([xy, after])
    if is_mine[picker.unit_at(*xy[0])] or is_mine[picker.unit_at(*xy[-1])]:
        return None
    is_right = np.zeros(arcs.n_units, np.bool_)
    is_right[rows] = right_of(xy, arcs.centres[rows] / 100.0 + np.array(arcs.origin))
    is_met = np.zeros(arcs.n_units, np.bool_)
    is_met[picker.polygon(np.vstack([xy, xy[-2:0:-1]]), Mode.TOUCHES)] = True
    part, n_parts = pieces(arcs, rows, is_right, is_met)
    n_right = np.bincount(part, is_right[rows], n_parts)
    goes_right = (2 * n_right > np.bincount(part, minlength=n_parts))[part]
    one = rows[goes_right]
    return one if 0 < len(one) < len(rows) else None
