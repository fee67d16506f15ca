"""Imported polygons to a coverage: valid, without overlaps, with borders that match."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike

from terradesk.arcs.faults import Fault, gaps, overlaps
from terradesk.arcs.jit import Bools, Floats, Int64s, Objects
from terradesk.i18n import _, ngettext

GAP_WIDTH = 1.0  # metres: narrower holes between areas are errors of digitising, not lakes
_QUIET = np.errstate(invalid="ignore", divide="ignore")  # flags that GEOS leaves set


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """A coverage, and what had to change to get it.

    Attributes
    ----------
    polygons : (n,) object array
        (Multi)Polygon of each input row, None where there is no area.
    area_change : (n,) float64
        m2 after cleaning minus m2 of the row's own polygon made valid.
    repaired : (n,) bool
        The row was invalid, or had parts that are not areas.
    lost : (n,) bool
        The row had an area and has none now: others cover it.
    n_overlaps : int
        Pairs of rows that overlapped by more than 1 m2.
    n_gaps : int
        Holes between rows that were closed.
    notes : tuple of str
        The same in words, translated; empty when nothing was wrong.
    faults : tuple of Fault
        Every overlap and every gap that was found, closed or not, the largest first.
    is_whole : bool
        The borders were matched; False: they could not be, some neighbours may be missing.
    mended : (n,) float64
        m2 of the row's own polygon made valid minus m2 as it was drawn.
    """

    polygons: Objects
    area_change: Floats
    repaired: Bools
    lost: Bools
    n_overlaps: int
    n_gaps: int
    notes: tuple[str, ...]
    faults: tuple[Fault, ...]
    is_whole: bool
    mended: Floats


@_QUIET
def clean(polygons: ArrayLike, gap_width: float = GAP_WIDTH, snapping: float = 0.0) -> Cleaned:
    """Make polygons a coverage: valid, edge-matched, without overlaps or slivers between them.

    An overlap goes to the smaller area, so that an area inside another stays and the larger one
    gets a hole. Z is dropped, and so are parts that are not areas.

    Parameters
    ----------
    polygons : (n,) object array of shapely geometries or None
        In metres of the plan's CRS.
    gap_width : float
        Metres; enclosed gaps up to this width are given to a neighbour.
    snapping : float
        Metres; borders that run closer to each other become one, and gaps as wide are closed.
        0: only vertices that are all but equal are joined.
    """
    raw = np.asarray(polygons, object)
    valid, repaired = _valid(raw)
    before = _areas(valid)
    closed = max(gap_width, snapping)
    found: list[Fault] = []
    is_whole = True
    result = valid
    try:
        wrong = _wrong(valid)
        if len(wrong):
            found = overlaps(valid, wrong)
            result = coverage_of(valid)
        found += gaps(result, closed)
        if snapping > 0:
            result = coverage_of(valid, closed, snapping)
        elif any(one.kind == "gap" and one.is_closed for one in found):
            result = coverage_of(result, closed)
    except shapely.errors.GEOSException:
        is_whole = False  # made valid, yet neighbours may not match: better than no import
    after = _areas(result)
    lost = (before > 0) & (after == 0)
    n_overlaps = sum(one.kind == "overlap" for one in found)
    n_gaps = sum(one.kind == "gap" and one.is_closed for one in found)
    counts = int(repaired.sum()), n_overlaps, n_gaps, int(lost.sum()), int((before == 0).sum())
    return Cleaned(
        result,
        after - before,
        repaired,
        lost,
        n_overlaps,
        n_gaps,
        _notes(*counts, is_whole),
        tuple(sorted(found, key=lambda one: -one.area)),
        is_whole,
        np.where(repaired, before - _areas(raw), 0.0),
    )


def _areas(polygons: Objects) -> Floats:
    return np.nan_to_num(np.asarray(shapely.area(polygons), np.float64), posinf=0.0)


def _valid(raw: Objects) -> tuple[Objects, Bools]:
    """Valid polygons with None for no area, and which rows were changed."""
    finite = _finite(raw)
    flat = shapely.force_2d(finite)
    is_valid = shapely.is_valid(flat) | shapely.is_missing(flat)
    mended = flat.copy()
    mended[~is_valid] = shapely.make_valid(
        flat[~is_valid], method="structure", keep_collapsed=False
    )
    result = _polygonal(mended)
    given = ~(shapely.is_missing(raw) | shapely.is_empty(raw))
    is_polygonal = np.isin(shapely.get_type_id(flat), (3, 6))
    return result, given & (~is_valid | ~is_polygonal | shapely.is_missing(finite))


def _finite(raw: Objects) -> Objects:
    """The rows, None where a coordinate is not a number: nothing can be mended there."""
    xy, rows = shapely.get_coordinates(raw, return_index=True)
    result = raw.copy()
    result[np.unique(rows[~np.isfinite(xy).all(axis=1)])] = None
    return result


def _polygonal(geometries: Objects) -> Objects:
    """The polygonal parts of each row; None where there are none."""
    result = np.asarray(geometries, object).copy()
    kinds = shapely.get_type_id(result)
    result[(kinds >= 0) & np.isin(kinds, (3, 6, 7), invert=True)] = None
    for row in np.flatnonzero(kinds == 7):
        result[row] = _areas_of_collection(result[row])
    result[shapely.is_empty(result)] = None
    return result


def _areas_of_collection(collection: shapely.Geometry) -> shapely.Geometry:
    parts = [collection]
    while any(shapely.get_type_id(parts) > 3):
        parts = [p for part in parts for p in shapely.get_parts(part)]
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])


def coverage_of(
    polygons: Objects, gap_width: float = 0.0, snapping_distance: float = -1.0
) -> Objects:
    """Edge-matched polygons; rows without area stay out, for shapely moves None to the end.

    Parameters
    ----------
    polygons : (n,) object array
        Valid (Multi)Polygons or None.
    gap_width : float
        Metres; gaps up to this width are given to a neighbour.
    snapping_distance : float
        Metres within which vertices are joined; by default what shapely thinks fit.

    Raises
    ------
    shapely.errors.GEOSException
        The borders cannot be matched.
    """
    rows = np.flatnonzero(~shapely.is_missing(polygons))
    result = np.full(len(polygons), None, object)
    if len(rows):
        result[rows] = shapely.coverage_clean(
            polygons[rows],
            gap_width=gap_width,
            snapping_distance=snapping_distance,
            merge_strategy="min_area",
        )
    return _polygonal(result)


def _wrong(valid: Objects) -> Int64s:
    """Rows with edges that cross or miss those of others."""
    rows = np.flatnonzero(~shapely.is_missing(valid))
    return rows[~shapely.is_empty(shapely.coverage_invalid_edges(valid[rows]))]


def _notes(
    n_repaired: int, n_overlaps: int, n_gaps: int, n_lost: int, n_empty: int, is_whole: bool
) -> tuple[str, ...]:
    said = (
        (n_repaired, ngettext("Repaired {n} shape.", "Repaired {n} shapes.", n_repaired)),
        (
            n_overlaps,
            ngettext(
                "{n} pair of areas overlapped; the smaller area kept the common part.",
                "{n} pairs of areas overlapped; the smaller area kept the common part.",
                n_overlaps,
            ),
        ),
        (n_gaps, ngettext("Closed {n} narrow gap.", "Closed {n} narrow gaps.", n_gaps)),
        (
            n_lost,
            ngettext(
                "{n} area lies wholly under others and has no shape of its own.",
                "{n} areas lie wholly under others and have no shape of their own.",
                n_lost,
            ),
        ),
        (n_empty, ngettext("{n} area has no shape.", "{n} areas have no shape.", n_empty)),
    )
    notes = [text.format(n=count) for count, text in said if count]
    if not is_whole:
        notes.append(_("The borders could not be matched; some neighbours may be missing."))
    return tuple(notes)


@_QUIET
def dissolve(polygons: ArrayLike, labels: ArrayLike, n_labels: int) -> Objects:
    """Union of the units of each label.

    Parameters
    ----------
    polygons : (n_units,) object array
        A clean coverage; None and empty ones count for nothing.
    labels : (n_units,) int
        Territory of each unit, -1 = none.
    n_labels : int

    Returns
    -------
    (n_labels,) object array
        (Multi)Polygon, None for a label without area. Valid even where the coverage is not
        clean, then by the slower general union.
    """
    geometries = np.asarray(polygons, object)
    rows = np.asarray(labels)
    if rows.shape != geometries.shape:
        raise ValueError("one label per polygon is needed")
    has_area = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    order = np.flatnonzero(has_area & (rows >= 0))
    order = order[np.argsort(rows[order], kind="stable")]
    stops = np.searchsorted(rows[order], np.arange(n_labels + 1))
    result = np.full(n_labels, None, object)
    for label in range(n_labels):
        if stops[label] < stops[label + 1]:
            result[label] = _union(geometries[order[stops[label] : stops[label + 1]]])
    return result


def _union(polygons: Objects) -> shapely.Geometry:
    try:
        whole = shapely.coverage_union_all(polygons)
        if whole.is_valid:
            return whole
    except shapely.errors.GEOSException:
        pass
    return shapely.union_all(shapely.make_valid(polygons))
