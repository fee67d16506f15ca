"""Customers as areas: the ground around each place becomes a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from terradesk import land, projection
from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.arcs import Arcs, build
from terradesk.arcs.linking import spanning_links
from terradesk.arcs.voronoi import Places, around, cells, places, reach_of
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, ngettext, number
from terradesk.plan import Plan, new_plan
from terradesk.progress import Progress, part, silent
from terradesk.readers.figures import column_row
from terradesk.readers.made_accounts import MadeAccounts
from terradesk.readers.report import Issue, issue
from terradesk.units import Units

MOST = 30_000
"""Areas; customers at more places than these share areas with their neighbours."""

COUNT = "customers"
"""Column with the number of customers of each area."""

_AT_SEA = 2_000.0  # metres around a customer who is not on land
_COPIED = ("city", "state", "county", "postcode", "country")  # roles that say where a place is


@dataclass(frozen=True, slots=True, eq=False)
class MadeCells:
    """A plan whose areas are the ground around customers.

    Parameters
    ----------
    plan : Plan
        Its areas, without accounts.
    made : MadeAccounts
        The accounts with their places and areas in that plan.
    reach : float
        Metres that an area extends from its place at most.
    """

    plan: Plan
    made: MadeAccounts
    reach: float


def make_cells(made: MadeAccounts, title: str = "", progress: Progress = silent) -> MadeCells:
    """Make a plan in which each place of customers is an area of its own, drawn approximately.

    An area is what is nearer to its place than to any other, on the land of the countries where
    customers are, and no further away than twice the usual distance between neighbours.
    Customers without a place stay in no area. Areas that do not touch are joined by links.

    Parameters
    ----------
    made : MadeAccounts
        Placed in any plan, or without one.
    title : str
        Of the plan.
    progress : callable

    Raises
    ------
    TerraDeskError
        No customer has a place.
    """
    accounts = made.accounts
    known = np.flatnonzero(np.isfinite(accounts.lon) & np.isfinite(accounts.lat))
    if not len(known):
        raise TerraDeskError(
            _("None of the customers has a place yet, so no area can be drawn around them."),
            _("Say which column holds the ZIP code, the town, or latitude and longitude."),
        )
    progress(0.0, _("Looking where the customers are"))
    lon, lat = accounts.lon[known], accounts.lat[known]
    crs = crs_around(lon, lat)
    points = projection.to_plan(np.column_stack((lon, lat)), projection.LONLAT, crs)
    joined = places(points, MOST)
    reach = reach_of(joined.points)
    region = _ground(joined, lon, lat, crs, reach)
    polygons = cells(joined.points, [region], progress=part(progress, 0.2, 0.8))
    progress(0.8, _("Building the map"))
    arcs = build(polygons)
    source = shapely.to_wkb(projection.to_degrees(polygons, crs))
    moved = _moved(accounts, known, points, joined.place)
    columns, described = _columns(made, moved.unit, known[joined.rows], len(joined.points))
    units = Units(
        *_codes_and_names(moved, known[joined.rows]),
        columns,
        geometry_kind="approximate",
        source=source,
        source_crs=projection.LONLAT,
    )
    plan = new_plan(crs, units, arcs, title=title, columns=described, settings=_settings())
    plan = _linked(plan, arcs, joined.points)
    progress(1.0, "")
    return MadeCells(plan, _told(replace(made, accounts=moved), joined), reach)


def crs_around(lon: np.ndarray, lat: np.ndarray) -> str:
    """Equal-area CRS for points in degrees, all finite, at least one."""
    west, east = projection.narrowest_interval(lon)
    return projection.equal_area_crs(west, float(lat.min()), east, float(lat.max()))


def _ground(
    joined: Places, lon: np.ndarray, lat: np.ndarray, crs: str, reach: float
) -> shapely.Geometry:
    """Land within reach, and a small disc around each place that is not on land."""
    there = shapely.intersection(around(joined.points, reach), land.land_of(lon, lat, crs, reach))
    parts = shapely.get_parts(there)
    region = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    shapely.prepare(region)
    dry = shapely.contains_xy(region, *joined.points.T)
    if dry.all():
        return region
    discs = around(joined.points[~dry], min(_AT_SEA, reach))
    return shapely.union_all([region, discs])


def _moved(accounts: Accounts, known: np.ndarray, points: np.ndarray, unit: np.ndarray) -> Accounts:
    """The accounts in the new plan."""
    xy = np.full((len(accounts), 2), np.nan)
    xy[known] = points
    units = np.full(len(accounts), -1, np.int32)
    units[known] = unit
    return replace(accounts, x=xy[:, 0], y=xy[:, 1], unit=units)


def _codes_and_names(accounts: Accounts, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Those of the customer in the middle of each area, and how many more there are."""
    codes, names = accounts.ids[rows].copy(), accounts.names[rows].copy()
    counts = np.bincount(accounts.unit[accounts.unit >= 0], minlength=len(rows))
    for row in np.flatnonzero(counts > 1):
        n = int(counts[row]) - 1
        text = ngettext("{name} and {n} more", "{name} and {n} more", n)
        names[row] = text.format(name=names[row], n=number(n))
    return codes, names


def _columns(
    made: MadeAccounts, unit: np.ndarray, rows: np.ndarray, n_units: int
) -> tuple[dict[str, np.ndarray], tuple[rec.Column, ...]]:
    """Sums of the customers of each area and where its place is.

    They make no measures: the accounts have their own, and those follow every change.
    """
    here = np.flatnonzero(unit >= 0)
    out: dict[str, np.ndarray] = {COUNT: np.bincount(unit[here], minlength=n_units).astype(float)}
    described = [replace(column_row("units", COUNT, out[COUNT], "amount"), label=_("Customers"))]
    for column in made.columns:
        values = made.accounts.columns[column.name]
        if column.name in out or column.role not in ("amount", *_COPIED):
            continue
        if column.role == "amount":
            values = _sums(values[here], unit[here], n_units)
        else:
            values = values[rows]
        out[column.name] = values
        described.append(replace(column, uid=rec.new_uid(), table="units"))
    return out, tuple(described)


def _sums(values: np.ndarray, unit: np.ndarray, n_units: int) -> np.ndarray:
    known = np.isfinite(values)
    total = np.bincount(unit[known], values[known], n_units)
    return np.where(np.bincount(unit[known], minlength=n_units) > 0, total, np.nan)


def _settings() -> Mapping[str, str]:
    return {
        "noun_one": _("place"),
        "noun_many": _("places"),
        "credits": _("Areas: approximate, drawn around customers") + " · Natural Earth",
    }


def _linked(plan: Plan, arcs: Arcs, points: np.ndarray) -> Plan:
    """The plan with links, so that neighbours across empty land hang together."""
    both = (arcs.left >= 0) & (arcs.right >= 0)
    links = spanning_links(points, np.column_stack((arcs.left[both], arcs.right[both])))
    bridges = [
        rec.Bridge(rec.new_uid(), plan.next_id + k, 0, a, b, _("Nearest customers"))
        for k, (a, b) in enumerate(links.tolist())
    ]
    rows: dict[tuple[int, str], rec.Row] = {(0, one.uid): one for one in bridges}
    return replace(plan, tables={**plan.tables, "bridge": rows}, next_id=plan.next_id + len(rows))


def _told(made: MadeAccounts, joined: Places) -> MadeAccounts:
    """What was joined is said in the report of the import."""
    n_shared = int((np.bincount(joined.place) > 1).sum())
    if not n_shared:
        return made
    told: Issue
    if joined.is_joined:
        text = _(
            "The customers are at too many places for an area each: neighbours share one, "
            "and there are {n} areas."
        )
        told = issue("places_joined", text.format(n=number(len(joined.points))), n=n_shared)
    else:
        text = ngettext(
            "{n} area holds several customers at the same place.",
            "{n} areas hold several customers at the same place.",
            n_shared,
        )
        told = issue("same_place", text.format(n=number(n_shared)), n=n_shared, level="info")
    return replace(made, report=replace(made.report, issues=(*made.report.issues, told)))
