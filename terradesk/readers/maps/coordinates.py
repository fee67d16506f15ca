"""The coordinate system of imported shapes: what the file says, checked against the numbers."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk import projection
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.readers.maps import grids
from terradesk.readers.maps.shapes import OFF_GLOBE, Polygons, unwrapped
from terradesk.readers.report import Issue, issue

_DEGREES = "EPSG:4326"
_MOST_STRAY = 0.1  # of the rows may lie off the Earth before the whole file is doubted


def coordinate_system(polygons: Polygons, said: str, chosen: str | None) -> tuple[str, list[Issue]]:
    """The coordinate system to use for shapes; rows that are off the Earth in it are rejected.

    Parameters
    ----------
    polygons : Polygons
        With one row at least that can be used. Changed: a few stray rows are left out, shapes
        across the 180th meridian drawn on, and swapped degrees put right.
    said : str
        By the file; empty when it does not say.
    chosen : str, optional
        By the user: goes before what the file says.

    Returns
    -------
    crs : str
    issues : list of Issue

    Raises
    ------
    TerraDeskError
        It is unknown and the numbers fit no place or several, or they contradict it.
    """
    rows = polygons.rows
    boxes = _boxes(polygons.shapes[rows])
    fits = _are_degrees(boxes)
    is_degrees = fits.mean() >= 1 - _MOST_STRAY
    crs, issues = _decided(boxes, bool(is_degrees), said, chosen)
    if not projection.is_geographic(crs):
        lon, lat = projection.lonlat(boxes[:, [0, 2, 0, 2]], boxes[:, [1, 1, 3, 3]], crs)
        fits = np.asarray(np.isfinite(lon).all(axis=1) & np.isfinite(lat).all(axis=1))
        _refuse_elsewhere(fits, boxes)
    elif not is_degrees:
        if _are_degrees(boxes[:, [1, 0, 3, 2]]).mean() < 1 - _MOST_STRAY:
            raise _no_degrees(boxes, bool(said) and not chosen)
        fits = _are_degrees(boxes[:, [1, 0, 3, 2]])
        polygons.shapes[rows] = shapely.transform(polygons.shapes[rows], lambda xy: xy[:, ::-1])
        text = _("Latitude came before longitude in the file; they were exchanged.")
        issues.append(issue("swapped", text, n=1))
    polygons.reject(rows[~fits], OFF_GLOBE)
    if projection.is_geographic(crs):
        polygons.shapes[polygons.rows] = unwrapped(polygons.shapes[polygons.rows])
    return crs, issues


def _boxes(shapes: np.ndarray) -> np.ndarray:
    """(n, 4) extents with all holes: shapely leaves those out that lie outside."""
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    return np.hstack((np.minimum.reduceat(xy, starts), np.maximum.reduceat(xy, starts)))


def _decided(
    boxes: np.ndarray, is_degrees: bool, said: str, chosen: str | None
) -> tuple[str, list[Issue]]:
    if chosen:
        return chosen, []
    if not said:
        return _guessed(boxes, is_degrees)
    if is_degrees and not projection.is_geographic(said):
        text = _("The file says that its coordinates are metres; they are degrees and used so.")
        return _DEGREES, [issue("crs_guessed", text, n=1)]
    return said, []


def _are_degrees(boxes: np.ndarray) -> np.ndarray:
    """Whether each box fits the globe; longitudes may run on beyond 180."""
    return np.asarray(
        (boxes[:, 0] >= -361)
        & (boxes[:, 2] <= 361)
        & (boxes[:, 1] >= -90.01)
        & (boxes[:, 3] <= 90.01)
    )


def _refuse_elsewhere(fits: np.ndarray, boxes: np.ndarray) -> None:
    if fits.mean() >= 1 - _MOST_STRAY:
        return
    raise TerraDeskError(
        _("The coordinates of the map do not fit the coordinate system that it is said to be in."),
        _choose(boxes),
    )


def _choose(boxes: np.ndarray) -> str:
    """To choose the system by hand, and from which."""
    asked = _("Choose the coordinate system that the map was made in; often it is a national one.")
    return f"{asked} {grids.listed(grids.candidates(boxes))}".strip()


def _no_degrees(boxes: np.ndarray, by_file: bool) -> TerraDeskError:
    message = _("The coordinates of the map are not degrees, although degrees were chosen.")
    if by_file:
        message = _("The coordinates of the map are not degrees, although the file says so.")
    return TerraDeskError(message, _choose(boxes))


def _guessed(boxes: np.ndarray, is_degrees: bool) -> tuple[str, list[Issue]]:
    if is_degrees:
        text = _(
            "The map does not say its coordinate system; it looks like longitude and latitude."
        )
        return _DEGREES, [issue("crs_guessed", text, n=1)]
    if _are_degrees(boxes[:, [1, 0, 3, 2]]).mean() >= 1 - _MOST_STRAY:
        return _DEGREES, []
    found = grids.candidates(boxes)
    best = grids.sure(found)
    if best is not None:
        text = _(
            "The map does not say its coordinate system; in {system} it covers the towns of the "
            "country, and in no other known one."
        )
        return best.crs, [issue("crs_guessed", text.format(system=best.text), n=1)]
    asked = _("Put the .prj file beside the others, or choose the coordinate system by hand.")
    raise TerraDeskError(
        _("The map does not say its coordinate system (the .prj file is missing)."),
        f"{asked} {grids.listed(found)}".strip(),
    )
