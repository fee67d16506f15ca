"""The coordinate system of imported shapes: what the file says, checked against the numbers."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk import projection
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.readers.report import Issue, issue

_DEGREES = "EPSG:4326"


def coordinate_system(shapes: np.ndarray, said: str, chosen: str | None) -> tuple[str, list[Issue]]:
    """The coordinate system to use for shapes.

    Parameters
    ----------
    shapes : (n,) object array
        Not all of them None.
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
        It is unknown and the numbers are no degrees, or they contradict it.
    """
    boxes = shapely.bounds(shapes)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if len(boxes) == 0:
        raise TerraDeskError(
            _("The coordinates of the areas are not numbers."),
            _("Export the map again from the program that made it."),
        )
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    crs = chosen or said
    if not crs:
        return _guessed(low, high)
    is_degrees = _are_degrees(low, high)
    if projection.is_geographic(crs) and not is_degrees:
        raise TerraDeskError(
            _("The coordinates of the map are not degrees, although the file says so."),
            _("Choose the coordinate system that the map was made in; often it is a national one."),
        )
    if not projection.is_geographic(crs) and is_degrees and not chosen:
        text = _("The file says that its coordinates are metres; they are degrees and used so.")
        return _DEGREES, [issue("crs_guessed", text, n=1)]
    return crs, []


def _are_degrees(low: np.ndarray, high: np.ndarray) -> bool:
    """Whether an extent fits the globe; longitudes may run on beyond 180."""
    return bool(low[0] >= -361 and high[0] <= 361 and low[1] >= -90.01 and high[1] <= 90.01)


def _guessed(low: np.ndarray, high: np.ndarray) -> tuple[str, list[Issue]]:
    if not _are_degrees(low, high):
        raise TerraDeskError(
            _("The map does not say its coordinate system (the .prj file is missing)."),
            _("Put the .prj file beside the others, or choose the coordinate system by hand."),
        )
    text = _("The map does not say its coordinate system; it looks like longitude and latitude.")
    return _DEGREES, [issue("crs_guessed", text, n=1)]
