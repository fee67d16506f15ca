"""Plans of unusual shape, each made from boundaries as a file would hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import shapely

from terradesk import projection
from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.document import Document
from terradesk.edits.territories import create, new_territory
from terradesk.plan import Plan, new_plan
from terradesk.readers.maps.boundaries import Boundaries
from terradesk.readers.maps.made_units import make_units
from terradesk.readers.report import ImportReport

WGS84 = "EPSG:4326"
AT_ONE_POINT = 40


def plan_of(
    shapes: list[shapely.Geometry],
    crs: str,
    figures: list[float] | None = None,
    lonlat: np.ndarray | None = None,
) -> Plan:
    """A plan with two territories, the first half of the areas in one of them, some accounts."""
    n = len(shapes)
    columns = {
        "code": np.array([f"{k:03d}" for k in range(n)], object),
        "name": np.array([f"Area {k}" for k in range(n)], object),
        "people": np.array(figures if figures is not None else np.arange(n) + 10.0),
    }
    wkb = np.empty(n, object)
    wkb[:] = shapely.to_wkb(np.array(shapes, object)).tolist()
    made = make_units(Boundaries(wkb, crs, columns, ImportReport(n)), "code", "name")
    measure = rec.Measure("m-people", 0, name="People", source="units", column="people")
    plan = new_plan(
        made.crs, made.units, made.arcs,
        None if lonlat is None else accounts(lonlat, made.crs),
        title="Odd", columns=made.columns, measures=(measure,),
        settings={"balance_measure": "m-people"},
    )  # fmt: skip
    document = Document(plan)
    two = [new_territory(plan, 3, f"T{k}", offset=k) for k in range(2)]
    document.do(create(plan, 3, two))
    labels = np.full(n, -1, np.int32)
    labels[: (n + 1) // 2] = two[0].id
    return replace(document.plan, assignments={3: labels})


def accounts(lonlat: np.ndarray, crs: str) -> Accounts:
    """Accounts at places, in no area; sales with gaps and a negative figure."""
    n = len(lonlat)
    xy = projection.to_plan(lonlat, projection.LONLAT, crs)
    sales = np.arange(n, dtype=float)
    sales[::3] = np.nan
    sales[1:2] = -5.0
    return Accounts(
        ids=np.array([f"A{k}" for k in range(n)], object),
        names=np.array([f"Customer {k}" for k in range(n)], object),
        x=xy[:, 0], y=xy[:, 1], lon=lonlat[:, 0], lat=lonlat[:, 1],
        unit=np.full(n, -1, np.int32), placement=np.ones(n, np.uint8), columns={"sales": sales},
    )  # fmt: skip


def _row(n: int, x: float, y: float, side: float) -> list[shapely.Geometry]:
    return [shapely.box(x + k * side, y, x + (k + 1) * side, y + side) for k in range(n)]


def one_unit() -> Plan:
    return plan_of(_row(1, 10, 50, 1.0), WGS84)


def in_a_hole() -> Plan:
    outer, inner = shapely.box(10, 50, 12, 52), shapely.box(10.7, 50.7, 11.3, 51.3)
    return plan_of([outer.difference(inner), inner, *_row(2, 12, 50, 1.0)], WGS84)


def islands() -> Plan:
    apart = [shapely.box(x, y, x + 0.4, y + 0.4) for x, y in ((10, 55), (12, 55), (11, 57))]
    return plan_of([*apart, shapely.MultiPolygon([apart[0].buffer(0), *_row(1, 14, 55, 0.4)][1:])],
                   WGS84)  # fmt: skip


def fiji() -> Plan:
    west, east = shapely.box(177, -19, 180, -16), shapely.box(-180, -19, -178, -16)
    across = shapely.MultiPolygon(
        [shapely.box(178, -21, 180, -19), shapely.box(-180, -21, -179, -19)]
    )
    return plan_of([west, east, across], WGS84)


def alaska() -> Plan:
    chain = shapely.MultiPolygon([shapely.box(172, 52, 174, 53), shapely.box(-178, 51, -170, 53)])
    return plan_of([shapely.box(-168, 55, -150, 68), shapely.box(-150, 58, -141, 70), chain], WGS84)


def in_degrees() -> Plan:
    return plan_of(_row(6, 8, 50, 0.5), WGS84)


def in_metres() -> Plan:
    return plan_of(_row(6, 500_000, 5_500_000, 40_000), "EPSG:32632")


def national_grid() -> Plan:
    return plan_of(_row(6, 200_000, 300_000, 30_000), "EPSG:27700")


def no_accounts() -> Plan:
    return in_degrees()


def all_at_one_point() -> Plan:
    return plan_of(_row(4, 8, 50, 0.5), WGS84, lonlat=np.tile([[8.7, 50.2]], (AT_ONE_POINT, 1)))


def nan_measures() -> Plan:
    return plan_of(_row(4, 8, 50, 0.5), WGS84, figures=[np.nan, 3.0, np.nan, np.nan])


def only_nan() -> Plan:
    return plan_of(_row(3, 8, 50, 0.5), WGS84, figures=[np.nan, np.nan, np.nan])


def negative_measures() -> Plan:
    return plan_of(_row(4, 8, 50, 0.5), WGS84, figures=[-3.0, 2.0, -7.0, 1.0])


def zeros() -> Plan:
    return plan_of(_row(4, 8, 50, 0.5), WGS84, figures=[0.0, 0.0, 0.0, 0.0])


ODD_PLANS: Mapping[str, Callable[[], Plan]] = {
    make.__name__: make
    for make in (
        one_unit, in_a_hole, islands, fiji, alaska, in_degrees, in_metres, national_grid,
        all_at_one_point, nan_measures, only_nan, negative_measures, zeros,
    )
}  # fmt: skip
