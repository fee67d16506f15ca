"""Which of two coverages' shapes share how much ground."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from terradesk.progress import Progress, silent

_CHUNK = 2000  # pairs: the answer to a cancel takes no longer than these
_EQUAL = 0.05  # metres that vertices of one and the same drawing may differ by rounding
_SPECK = 1.0  # m2


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """Pairs of an old and a new shape with ground in common.

    Parameters
    ----------
    old, new : ndarray of int64, shape (n_pairs,)
        Rows, sorted by old, then new.
    area : ndarray of float64, shape (n_pairs,)
        m2 in common, above 1.
    is_equal : ndarray of bool, shape (n_pairs,)
        Vertex by vertex the same shape.
    old_areas, new_areas : ndarray of float64, shape (n_old,) and (n_new,)
        m2 of each shape, 0 where there is none.
    old_lengths, new_lengths : ndarray of float64
        Metres of outline.
    """

    old: np.ndarray
    new: np.ndarray
    area: np.ndarray
    is_equal: np.ndarray
    old_areas: np.ndarray
    new_areas: np.ndarray
    old_lengths: np.ndarray
    new_lengths: np.ndarray

    @property
    def old_shares(self) -> np.ndarray:
        """(n_pairs,) part of the old shape that lies in the new one, 0 ... 1."""
        return np.minimum(self.area / self.old_areas[self.old], 1.0)

    @property
    def new_shares(self) -> np.ndarray:
        """(n_pairs,) part of the new shape that the old one covers, 0 ... 1."""
        return np.minimum(self.area / self.new_areas[self.new], 1.0)


def overlaps(
    old: np.ndarray, new: np.ndarray, hints: np.ndarray, progress: Progress = silent
) -> Overlaps:
    """Common ground of the shapes of two coverages.

    Shapes that are the same vertex by vertex are found first: in a coverage they share ground with
    nothing else, so that a vintage in which little changed costs little.

    Parameters
    ----------
    old : (n_old,) object array of shapely (Multi)Polygons or None
        Valid, without overlaps among themselves, metres.
    new : (n_new,) object array
        The same.
    hints : (n_old,) int64
        New shape that may be the same as each old one, -1 for none.
    progress : Progress
    """
    equal = _equal(old, new, hints)
    areas = [np.nan_to_num(shapely.area(side)) for side in (old, new)]
    lengths = [np.nan_to_num(shapely.length(side)) for side in (old, new)]
    rest_old = np.flatnonzero(~equal & (areas[0] > 0))
    is_free = areas[1] > 0
    is_free[hints[equal]] = False
    rest_new = np.flatnonzero(is_free)
    tree = shapely.STRtree(new[rest_new])
    a, b = tree.query(old[rest_old])
    pairs = np.column_stack((rest_old[a], rest_new[b])).astype(np.int64)
    common = _common(old, new, pairs, progress)
    kept = common > np.minimum(_SPECK, 0.5 * np.minimum(*(areas[k][pairs[:, k]] for k in (0, 1))))
    same = np.flatnonzero(equal)
    rows = np.concatenate([pairs[kept], np.column_stack((same, hints[same]))])
    area = np.concatenate([common[kept], areas[0][same]])
    is_equal = np.repeat([False, True], [int(kept.sum()), len(same)])
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    a, b = rows[order].T
    return Overlaps(a, b, area[order], is_equal[order], areas[0], areas[1], lengths[0], lengths[1])


def _equal(old: np.ndarray, new: np.ndarray, hints: np.ndarray) -> np.ndarray:
    """(n_old,) bool: the hinted shape is the same one."""
    out = np.zeros(len(old), bool)
    rows = np.flatnonzero(hints >= 0)
    a, b = old[rows], new[hints[rows]]
    same_size = shapely.get_num_coordinates(a) == shapely.get_num_coordinates(b)
    same_size &= np.abs(shapely.area(a) - shapely.area(b)) <= _EQUAL * shapely.length(a)
    rows = rows[same_size]
    a, b = shapely.normalize(old[rows]), shapely.normalize(new[hints[rows]])
    out[rows] = shapely.equals_exact(a, b, _EQUAL)
    # a ring of centimetres may begin elsewhere than its twin: the ground itself decides
    left = rows[~out[rows]]
    common = shapely.area(shapely.intersection(old[left], new[hints[left]]))
    whole = np.maximum(shapely.area(old[left]), shapely.area(new[hints[left]]))
    out[left] = whole - common <= _EQUAL * shapely.length(old[left])
    return out


def _common(old: np.ndarray, new: np.ndarray, pairs: np.ndarray, progress: Progress) -> np.ndarray:
    """m2 that each pair has in common."""
    out = np.zeros(len(pairs))
    for start in range(0, len(pairs), _CHUNK):
        part = pairs[start : start + _CHUNK]
        with np.errstate(invalid="ignore", divide="ignore"):
            common = shapely.intersection(old[part[:, 0]], new[part[:, 1]])
            out[start : start + len(part)] = shapely.area(common)
        progress(min((start + _CHUNK) / len(pairs), 1.0), "")
    return out


def grouped(owners: np.ndarray, n: int) -> Iterator[np.ndarray]:
    """Places of each owner 0 ... n - 1 in an array of owners."""
    order = np.argsort(owners, kind="stable")
    stops = np.searchsorted(owners[order], np.arange(n + 1))
    for one in range(n):
        yield order[stops[one] : stops[one + 1]]
