"""Connecticut before and after 2022: eight counties drawn by us, nine planning regions."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import shapely

from terradesk import projection
from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.arcs import build, clean
from terradesk.arcs.outlines import polygons
from terradesk.arcs.picking import Picker
from terradesk.document import Document
from terradesk.edits import Edit, Record, apply, scenarios, seeds
from terradesk.edits.locking import lock_units
from terradesk.edits.territories import create, new_territory
from terradesk.importing import Source
from terradesk.plan import Plan, new_plan
from terradesk.readers.maps.shapes import wkb_of
from terradesk.sample.maps import new_from_map
from terradesk.units import Units
from tests.core.vintages import as_file

SEATS = {
    "09001": ("Fairfield", -73.20, 41.18, 957_419.0),
    "09003": ("Hartford", -72.69, 41.77, 899_498.0),
    "09005": ("Litchfield", -73.19, 41.75, 185_186.0),
    "09007": ("Middlesex", -72.58, 41.45, 164_245.0),
    "09009": ("New Haven", -72.93, 41.36, 864_835.0),
    "09011": ("New London", -72.10, 41.42, 268_555.0),
    "09013": ("Tolland", -72.37, 41.87, 149_788.0),
    "09015": ("Windham", -71.98, 41.83, 116_418.0),
}
"""Code of each former county with its name, a place in it and its inhabitants of 2020."""

_STATES = ("09", "25", "36", "44")
NEW_LONDON, HARTFORD, RHODE = "09011", "09003", "44009"


@lru_cache(maxsize=1)
def _today() -> tuple[Plan, np.ndarray, np.ndarray]:
    """The map of today, rows of four states in it, and their polygons."""
    plan = new_from_map("us_county")
    assert plan.arcs is not None
    rows = np.flatnonzero([code[:2] in _STATES for code in plan.units.codes.tolist()])
    return plan, rows, polygons(plan.arcs)[rows]


def newer_file() -> Source:
    """Counties of four states as they are today."""
    plan, rows, shapes = _today()
    codes, names = plan.units.codes[rows].tolist(), plan.units.names[rows].tolist()
    return as_file(plan, shapes, codes, names, crs=plan.crs)


def _old_counties(today: np.ndarray, crs: str) -> np.ndarray:
    """The state in eight parts, each around a place of its own."""
    state = shapely.union_all(today)
    places = np.array([(lon, lat) for _name, lon, lat, _n in SEATS.values()])
    points = shapely.points(projection.to_plan(places, projection.LONLAT, crs))
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=state)
    )
    mine = [cells[shapely.contains(cells, point)][0] for point in points]
    return np.asarray(shapely.intersection(np.array(mine, object), state))


def older_plan() -> Plan:
    """Four states with the former counties, two designs, locks, exceptions, accounts and links."""
    now, rows, shapes = _today()
    is_here = np.array([code[:2] == "09" for code in now.units.codes[rows].tolist()])
    old = _old_counties(shapes[is_here], now.crs)
    every = clean(np.concatenate([old, shapes[~is_here]])).polygons
    others = rows[~is_here]
    people = [n for _name, _lon, _lat, n in SEATS.values()]
    units = Units(
        np.array([*SEATS, *now.units.codes[others].tolist()], object),
        np.array([one[0] for one in SEATS.values()] + now.units.names[others].tolist(), object),
        {
            "population": np.concatenate([people, np.full(len(others), 50_000.0)]),
            "median_age": np.linspace(30, 50, len(every)),
        },
        source=wkb_of(every),
        source_crs=now.crs,
    )
    arcs = build(every)
    measures = (
        rec.Measure("m-pop", 0, name="Population", source="units", column="population"),
        rec.Measure("m-sales", 0, name="Sales", source="accounts", column="sales"),
    )
    plan = new_plan(
        now.crs, units, arcs, _accounts(arcs, every, now.crs), measures=measures,
        settings={"balance_measure": "m-sales", "noun_one": "county", "noun_many": "counties"},
    )  # fmt: skip
    return _designed(plan)


def _accounts(arcs: object, shapes: np.ndarray, crs: str) -> Accounts:
    """400 customers anywhere in Connecticut, and one without a point in New London."""
    state = shapely.union_all(shapes[:8])
    rng = np.random.default_rng(2022)
    x0, y0, x1, y1 = state.bounds
    points = rng.uniform((x0, y0), (x1, y1), (2000, 2))
    points = points[shapely.contains_xy(state, *points.T)][:400]
    xy = np.vstack([points, [np.nan, np.nan]])
    lon, lat = projection.lonlat(*xy.T, crs)
    unit = Picker(arcs).locate_points(xy)  # type: ignore[arg-type]
    unit[-1] = list(SEATS).index(NEW_LONDON)
    n = len(xy)
    return Accounts(
        np.array([f"A{k}" for k in range(n)], object),
        np.array([f"Customer {k}" for k in range(n)], object),
        xy[:, 0], xy[:, 1], lon, lat, unit.astype(np.int32), np.ones(n, np.uint8),
        {"sales": rng.integers(1, 1000, n).astype(float)},
    )  # fmt: skip


def _designed(plan: Plan) -> Plan:
    """A baseline of three territories and a draft that differs from it."""
    made = [
        new_territory(plan, 3, name, offset=k) for k, name in enumerate(["West", "East", "Rest"])
    ]
    plan = apply(plan, create(plan, 3, made))
    west, east, rest = (t.id for t in made)
    code = {c: k for k, c in enumerate(plan.units.codes.tolist())}
    labels = np.full(len(plan.units), rest, np.int32)
    for county in SEATS:
        labels[code[county]] = west if county in ("09001", "09005", "09009") else east
    plan = replace(plan, assignments={3: labels})
    lonlat = SEATS[NEW_LONDON][1:3]
    link = rec.Bridge(rec.new_uid(), plan.next_id, 0, code[NEW_LONDON], code["36103"], "Ferry")
    plan = _done(plan, Edit("link", records=(Record("bridge", None, link),)))
    wall = rec.Barrier(rec.new_uid(), plan.next_id, 0, code["09001"], code["36119"], "Border")
    plan = _done(plan, Edit("wall", records=(Record("barrier", None, wall),)))
    plan = _done(plan, seeds.set_seed(plan, 3, east, *lonlat, code[NEW_LONDON]))
    plan = _done(plan, lock_units(plan, 3, [code[NEW_LONDON]], True))
    note = rec.Note(rec.new_uid(), plan.next_id, 3, "unit", code[HARTFORD], "Ask Ann")
    plan = _done(plan, Edit("note", records=(Record("note", None, note),)))
    named = rec.Override(rec.new_uid(), plan.next_id, 3, 7, rest, "named", "Key account")
    plan = _done(plan, Edit("named", records=(Record("override", None, named),)))
    first = plan.scenarios[0]
    copied = scenarios.copy_scenario(plan, first.id, "Draft")
    plan = _done(plan, copied)
    labels = plan.assignments[copied.alignment].copy()
    labels[code["09007"]] = west
    labels[code["09013"]] = -1
    plan = replace(plan, assignments={**plan.assignments, copied.alignment: labels})
    return replace(plan, tables={**plan.tables})


def _done(plan: Plan, edit: Edit | None) -> Plan:
    assert edit is not None
    return apply(plan, edit)


def document_of(plan: Plan) -> Document:
    """The plan in memory."""
    return Document(plan)
