"""What an import would do, to be looked at before it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from terradesk.edits.arrivals import Incoming
from terradesk.plan import Plan
from terradesk.readers.report import ImportReport

NOTHING, ARRIVES, CHANGES, GOES, PROBLEM = range(5)
"""What happens to a unit, a point or a shape that the page's map shows."""

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in metres."""


@dataclass(frozen=True, slots=True)
class Count:
    """A figure of what comes out: "placed by postcode", 812.

    Parameters
    ----------
    key : str
        A fixed word.
    title : str
        Translated.
    n : int
    level : {"", "ok", "warning"}
    """

    key: str
    title: str
    n: int
    level: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One difference or match that a person may look at, change or leave out.

    Parameters
    ----------
    key : str
        Stable while the file and the plan stay the same.
    group : str
        Fixed word of its kind (added, changed, gone, merged, uncertain ...); `Prepared.groups` has
        the translated headings.
    title : str
        What it is about: "1042 Acme, Boston".
    before, after : str
        Texts of both sides; empty where there is none.
    score : float
        0 ... 1 how sure it is.
    candidates : tuple of (str, str)
        Key and text of what it may be instead, the best first.
    is_on : bool
        Whether it is taken as the choices are now.
    rows : tuple of int
        Rows of the file behind it.
    units : tuple of int
        Units of the plan it concerns.
    box : (x0, y0, x1, y1), optional
        Where it is, metres in the plan's CRS; without it where its rows and units are.
    """

    key: str
    group: str
    title: str
    before: str = ""
    after: str = ""
    score: float = 1.0
    candidates: tuple[tuple[str, str], ...] = ()
    is_on: bool = True
    rows: tuple[int, ...] = ()
    units: tuple[int, ...] = ()
    box: Box | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What the map of the page shows over the plan as it is.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        Metres in the plan's CRS; NaN for what has no place.
    point_states : ndarray of uint8, shape (n,)
        One of `NOTHING` ... `PROBLEM`.
    unit_states : ndarray of uint8, shape (n_units,) of ``plan``
    plan : Plan, optional
        The plan to draw: as it would be; the open one when None.
    shapes : ndarray of shapely geometries, shape (k,)
        Drawn over the areas, in the plan's CRS: what overlaps, gaps, outlines of what was drawn,
        lines of links.
    shape_states : ndarray of uint8, shape (k,)
        As ``point_states``; `NOTHING` for what is not taken.
    shape_keys : tuple of str
        Key of the item each shape belongs to; may be empty.
    quiet : str
        What shapes in the state `NOTHING` are, for the legend; translated.
    row_points : ndarray of int, shape (n_rows,)
        Which of the points each row of the file became, -1 for none; may be empty.
    row_units : ndarray of int, shape (n_rows,)
        Which unit of ``plan`` each row of the file became, -1 for none; may be empty.
    """

    points: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))
    point_states: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint8))
    unit_states: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint8))
    plan: Plan | None = None
    shapes: np.ndarray = field(default_factory=lambda: np.empty(0, object))
    shape_states: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint8))
    shape_keys: tuple[str, ...] = ()
    quiet: str = ""
    row_points: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    row_units: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What an import would do.

    Parameters
    ----------
    kind : str
        Key of the kind.
    sentence : str
        Translated: "5,492 accounts come in, 4,391 of them with a place".
    report : ImportReport
        Every row of the file accounted for.
    incoming : Incoming or None
        The step; None when nothing would change.
    plan : Plan or None
        The new plan where none was open; ``incoming`` is None then.
    counts : tuple of Count
    heads, rows : tuple of str, tuple of tuple of str
        The first rows of what comes out, as texts.
    items : tuple of Item
        Differences or matches to look at.
    groups : tuple of (str, str)
        Groups of the items with their translated headings, in order.
    shown : Shown
    after : callable, optional
        Called with the plan after the step; a sentence to tell beside what the step says.
    """

    kind: str
    sentence: str
    report: ImportReport
    incoming: Incoming | None = None
    plan: Plan | None = None
    counts: tuple[Count, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    items: tuple[Item, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    shown: Shown = field(default_factory=Shown)
    after: Callable[[Plan], str] | None = None
