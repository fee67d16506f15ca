"""The layers that every plan has, from top to bottom, and what makes their stamps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from terradesk import records as rec
from terradesk.i18n import N_
from terradesk.plan import AlignmentView
from terradesk.projection import LONLAT, to_plan
from terradesk.render.flags import FlagStamp
from terradesk.render.homes import HomeStamp
from terradesk.render.linework import LinkStamp
from terradesk.render.stamps import Stamp


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """A layer that every plan has.

    Parameters
    ----------
    key : str
    title : str
        Untranslated.
    is_there : callable
        Whether a view of a plan has anything of it.
    place : {"over", "fixed"}
        Over the areas in any order, or where it is.
    factory : callable, optional
        Makes its stamp from the view of a plan.
    """

    key: str
    title: str
    is_there: Callable[[AlignmentView], bool]
    place: Literal["over", "fixed"] = "fixed"
    factory: Callable[[AlignmentView], Stamp | None] | None = None


def _always(view: AlignmentView) -> bool:
    return True


def _has_units(view: AlignmentView) -> bool:
    return view.plan.arcs is not None


def _has_accounts(view: AlignmentView) -> bool:
    return bool((view.plan.accounts_present & np.isfinite(view.plan.accounts.x)).any())


def _homes(view: AlignmentView) -> Stamp | None:
    """Homes of all reps in the colours of their territories."""
    reps = [r for r in view.plan.rows(rec.Rep) if None not in (r.home_lon, r.home_lat)]
    degrees = np.array([(r.home_lon, r.home_lat) for r in reps], np.float64).reshape(-1, 2)
    places = to_plan(degrees, LONLAT, view.plan.crs)
    known = np.isfinite(places).all(axis=1)
    of_rep = {rep.id: territory for territory, rep in reversed(view.owners.items())}
    nodes = [view.territories.get(of_rep.get(r.id, -1)) for r in reps]
    colours = np.array([n.colour if n is not None else -1 for n in nodes], np.int64)
    initials = ["".join(word[0] for word in r.name.split()[:2]).upper() for r in reps]
    kept = [text for text, is_known in zip(initials, known, strict=True) if is_known]
    return HomeStamp(places[known], colours[known], kept) if known.any() else None


def _has_regions(view: AlignmentView) -> bool:
    return any(t.level for t in view.territories.values())


def _links(view: AlignmentView) -> Stamp | None:
    arcs = view.plan.arcs
    rows = [(b.unit_a, b.unit_b) for b in view.plan.rows(rec.Bridge)]
    if arcs is None or not rows:
        return None
    pairs = np.array(rows, np.int64)
    pairs = pairs[((pairs >= 0) & (pairs < arcs.n_units)).all(axis=1)]
    ends = arcs.centres[pairs] / 100 + np.array(arcs.origin)
    ends = ends[np.isfinite(ends).all(axis=(1, 2))]
    return LinkStamp(ends.reshape(-1, 4)) if len(ends) else None


def start_places(view: AlignmentView) -> tuple[np.ndarray, list[int]]:
    """Start points that can be on the map: (n, 2) metres, and the territory of each."""
    found = [s for t, s in view.seeds.items() if t in view.territories]
    degrees = np.array([(s.lon, s.lat) for s in found], np.float64).reshape(-1, 2)
    places = to_plan(degrees, LONLAT, view.plan.crs)
    known = np.isfinite(places).all(axis=1)
    return places[known], [found[i].territory for i in np.flatnonzero(known)]


def _starts(view: AlignmentView) -> Stamp | None:
    places, ids = start_places(view)
    colours = np.array([view.territories[t].colour for t in ids], np.int64)
    return FlagStamp(places, colours) if ids else None


LAYERS = (
    LayerEntry("labels", N_("Names of territories"), lambda view: bool(view.leaves)),
    LayerEntry("cities", N_("Names of cities"), _always),
    LayerEntry("starts", N_("Start points"), lambda view: bool(view.seeds), "over", _starts),
    LayerEntry("homes", N_("Rep homes"), lambda view: _homes(view) is not None, "over", _homes),
    LayerEntry("accounts", N_("Accounts"), _has_accounts, "over"),
    LayerEntry("links", N_("Water links"), lambda v: _links(v) is not None, "over", _links),
    LayerEntry("locks", N_("Locks"), lambda view: bool(view.locked_territories)),
    LayerEntry("districts", N_("Borders of regions"), _has_regions),
    LayerEntry("borders", N_("Borders of territories"), lambda view: bool(view.leaves)),
    LayerEntry("lines", N_("Lines between areas"), _has_units),
    LayerEntry("areas", N_("Areas"), _has_units),
    LayerEntry("base", N_("Base map"), _always),
)
"""From top to bottom."""
