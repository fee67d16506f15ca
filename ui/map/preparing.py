"""What the map needs before it can be drawn, made beside the main thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import shapely

from terradesk import colouring, measures, render
from terradesk.arcs import Arcs, build, flooding
from terradesk.arcs.picking import Mode, Picker, points_in_capsule, points_in_polygon
from terradesk.colouring import unit_figures
from terradesk.plan import Plan
from terradesk.progress import Progress
from terradesk.references import Place
from terradesk.render import Overview, warming
from terradesk.render.basemap import BaseMap, base_map

from .camera import Home, home
from .layer import drawn_arcs
from .spots import Spots

_ONE = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A plan ready to be drawn.

    Parameters
    ----------
    plan : Plan
    arcs : Arcs
        Empty for a plan without areas.
    overview : Overview
    picker : Picker or None
    spots : Spots
    home : Home
    """

    plan: Plan
    arcs: Arcs
    overview: Overview
    picker: Picker | None
    spots: Spots
    home: Home


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Compile the kernels of drawing and picking, or load them from the cache, once.

    The first picture does not wait for it.
    """
    render.warm_up()
    arcs = build(np.array([shapely.box(0, 0, 9, 9), shapely.box(9, 0, 18, 9)], object))
    picker = Picker(arcs)
    picker.unit_at(1.0, 1.0)
    picker.start()
    corners = np.array([(1.0, 1.0), (12.0, 1.0), (12.0, 5.0)])
    for mode in Mode:
        picker.brush((1.0, 1.0), (12.0, 2.0), 2.0, mode)
        picker.polygon(corners, mode)
    points_in_polygon(corners, corners)
    points_in_capsule(corners, (0.0, 0.0), (1.0, 1.0), 1.0)
    flooding.warm(arcs)
    measures.warm()


def prepare(plan: Plan, alignment: int, progress: Progress) -> Prepared:
    """Everything of a plan but its base map; one plan after the other where areas come and go."""
    with _ONE:
        return _prepared(plan, alignment, progress)


def _prepared(plan: Plan, alignment: int, progress: Progress) -> Prepared:
    warming.warm_first()
    progress(0.4, "")
    colouring.prepare(plan)
    arcs = drawn_arcs(plan)
    overview = Overview.draw(arcs)
    progress(0.7, "")
    picker = Picker(arcs) if plan.arcs is not None else None
    if picker is not None:
        picker.unit_at(*arcs.origin)
    weights = np.ones(arcs.n_units)
    measure = measures.balance_measure(plan)
    if measure is not None and arcs.n_units:
        weights = unit_figures(plan.alignment(alignment), measure)
    return Prepared(plan, arcs, overview, picker, Spots(plan), home(plan, arcs, weights))


def read_base(prepared: Prepared, progress: Progress) -> tuple[Prepared, BaseMap]:
    """Land, water and cities around a plan, and what they were read for."""
    progress(0.0, "")
    place = place_of(prepared)
    return prepared, base_map(place.arcs, place.crs)


def finish(progress: Progress) -> None:
    """What hands will need soon after the first picture."""
    progress(0.0, "")
    warm_up()


def place_of(prepared: Prepared) -> Place:
    """Where a plan lies: its areas, or a box around its accounts."""
    arcs, plan = prepared.arcs, prepared.plan
    if plan.arcs is None:
        arcs = build(np.array([shapely.box(*prepared.home.box)], object), arcs.origin)
    return Place(plan.crs, arcs)


def with_accounts(prepared: Prepared, plan: Plan) -> Prepared:
    """The same map with other accounts."""
    return replace(prepared, plan=plan, spots=Spots(plan, prepared.spots))
