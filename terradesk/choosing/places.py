"""Where something is: coordinates, areas, territories, accounts, cities."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from terradesk import geocode, projection
from terradesk.arcs.jit import Floats
from terradesk.choosing.codes import CodeTable
from terradesk.choosing.way import Situation
from terradesk.i18n import _
from terradesk.plan import Plan

_PAIR = re.compile(
    r"\s*(-?\d{1,3}(?:\.\d+)?)\s*°?\s*([NS]?)\s*[,;/\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*°?\s*([EWO]?)\s*",
    re.IGNORECASE,
)
_SELECTION = ("", "selection", "the selection", "selected", "it", "them")


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """Points that a text means.

    Parameters
    ----------
    title : str
    xy : ndarray of float, shape (k, 2)
        Metres in the plan's CRS.
    kind : str
        What it is, in the user's words: city, territory ...; "" where the title says it.
    """

    title: str
    xy: Floats
    kind: str = ""


def coordinates(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees as in ``32.78, -96.8`` or ``32.78 N 96.8 W``, else None.

    A pair without a point or a letter is not taken for coordinates: it may be two codes.
    """
    match = _PAIR.fullmatch(text)
    if match is None or not ("." in text or match[2] or match[4]):
        return None
    lat, lon = float(match[1]), float(match[3])
    lat = -lat if match[2].upper() == "S" else lat
    lon = -lon if match[4].upper() in ("W", "O") else lon
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def in_plan(plan: Plan, lon: float, lat: float) -> tuple[float, float] | None:
    """Metres (x, y) in the plan's CRS of a place in degrees, None where the CRS has none."""
    xy = projection.to_plan(np.array([[lon, lat]]), projection.LONLAT, plan.crs)[0]
    return (float(xy[0]), float(xy[1])) if np.isfinite(xy).all() else None


def centres_m(plan: Plan) -> Floats:
    """(n_units, 2) metres: a point inside each unit; NaN for one without geometry."""
    if plan.arcs is None:
        return np.full((len(plan.units), 2), np.nan)
    return plan.arcs.centres / 100 + np.asarray(plan.arcs.origin)


def _of_units(plan: Plan, rows: np.ndarray) -> Floats:
    xy = centres_m(plan)[rows]
    return xy[np.isfinite(xy[:, 0])]


def _of_accounts(plan: Plan, rows: np.ndarray) -> Floats:
    xy = np.column_stack([plan.accounts.x[rows], plan.accounts.y[rows]])
    return xy[np.isfinite(xy[:, 0])]


def selection(situation: Situation) -> Spot:
    """The selected accounts, else the centres of the selected units."""
    plan = situation.plan
    if len(situation.account_rows):
        return Spot(_("the selection"), _of_accounts(plan, situation.account_rows))
    return Spot(_("the selection"), _of_units(plan, situation.unit_rows))


def spot(text: str, situation: Situation) -> Spot | None:
    """What a text means: the selection, coordinates, or something by its code or name.

    Codes of areas and ids of accounts come first, then cities in the map, then names of areas,
    territories and accounts. "territory Denver" says which Denver is meant, and so do the words
    for an area and an account.

    Returns
    -------
    Spot or None
        None when there is no such place.
    """
    wanted = " ".join(text.split())
    if wanted.casefold() in (*_SELECTION, _("the selection").casefold()):
        return selection(situation)
    pair = coordinates(wanted)
    if pair is not None:
        xy = in_plan(situation.plan, pair[1], pair[0])
        return Spot(wanted, np.array([xy])) if xy is not None else None
    first, _space, rest = wanted.partition(" ")
    of_kind = _searches(situation.plan).get(first.casefold()) if rest else None
    found = of_kind(rest, situation) if of_kind is not None else None
    searches = (_code, _account_id, _city, _area, _territory, _account)
    for search in searches if found is None or not len(found.xy) else ():
        found = search(wanted, situation)
        if found is not None and len(found.xy):
            break
    return found if found is not None and len(found.xy) else None


Search = Callable[[str, Situation], Spot | None]


def _searches(plan: Plan) -> dict[str, Search]:
    """The word for a kind of place, and how it is searched."""
    return {
        "territory": _territory,
        plan.setting("term_territory").casefold(): _territory,
        "account": _account,
        _("account").casefold(): _account,
        "city": _city,
        _("city").casefold(): _city,
        "area": _area,
        plan.noun(1).casefold(): _area,
    }


def _code(wanted: str, situation: Situation) -> Spot | None:
    plan, table = situation.plan, CodeTable.of(situation.plan.units)
    rows = np.flatnonzero((table.codes == wanted.upper()) & plan.units_present)
    if not len(rows):
        return None
    return Spot(str(plan.units.names[rows[0]]), _of_units(plan, rows), plan.noun(1))


def _area(wanted: str, situation: Situation) -> Spot | None:
    plan, table = situation.plan, CodeTable.of(situation.plan.units)
    rows = np.flatnonzero((table.names == wanted.casefold()) & plan.units_present)
    if not len(rows):
        return _code(wanted, situation)
    return Spot(str(plan.units.names[rows[0]]), _of_units(plan, rows), plan.noun(len(rows)))


def _territory(wanted: str, situation: Situation) -> Spot | None:
    view = situation.view
    for node in view.territories.values():
        if node.name.casefold() == wanted.casefold():
            leaves = [t.id for t in view.leaves_below(node.id)]
            rows = np.flatnonzero(np.isin(view.assignment, leaves) & situation.plan.units_present)
            term = situation.plan.setting("term_territory")
            return Spot(node.name, _of_units(situation.plan, rows), term)
    return None


def _account(wanted: str, situation: Situation) -> Spot | None:
    found = _account_id(wanted, situation)
    return found or _account_by(situation.plan.accounts.names, wanted, situation)


def _account_id(wanted: str, situation: Situation) -> Spot | None:
    return _account_by(situation.plan.accounts.ids, wanted, situation)


def _account_by(values: np.ndarray, wanted: str, situation: Situation) -> Spot | None:
    plan, folded = situation.plan, wanted.casefold()
    same = [k for k, value in enumerate(values.tolist()) if str(value).casefold() == folded]
    rows = np.array([k for k in same if plan.accounts_present[k]], np.int64)
    if not len(rows):
        return None
    title = str(plan.accounts.names[rows[0]] or wanted)
    return Spot(title, _of_accounts(plan, rows), _("account"))


def _city(wanted: str, situation: Situation) -> Spot | None:
    city, _comma, state = (part.strip() for part in wanted.partition(","))
    plan = situation.plan
    lon, lat = geocode.find_places([city], [state], holds=lambda a, b: _holds(plan, a, b))
    if not np.isfinite(lon[0]):
        return None
    xy = in_plan(plan, float(lon[0]), float(lat[0]))
    return Spot(wanted, np.array([xy]), _("city")) if xy is not None else None


def _holds(plan: Plan, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Which points lie in the box around the plan."""
    xy = projection.to_plan(np.column_stack([lon, lat]), projection.LONLAT, plan.crs)
    own = np.concatenate([centres_m(plan), _of_accounts(plan, np.arange(len(plan.accounts)))])
    own = own[np.isfinite(own).all(axis=1)]
    if not len(own):
        return np.zeros(len(xy), bool)
    return np.asarray((xy >= own.min(axis=0)).all(axis=1) & (xy <= own.max(axis=0)).all(axis=1))
