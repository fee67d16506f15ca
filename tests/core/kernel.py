"""Small plans with known answers, for tests of the core."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.arcs import build
from terradesk.document import Document
from terradesk.edits import apply
from terradesk.edits.territories import create, new_territory
from terradesk.plan import Plan, new_plan
from terradesk.units import Units

CRS = "EPSG:5070"
SIDE = 10_000.0


def grid(columns: int, rows: int) -> np.ndarray:
    """Squares of 10 km, row by row from the lower left, in metres."""
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    x, y = x.ravel() * SIDE, y.ravel() * SIDE
    return shapely.box(x, y, x + SIDE, y + SIDE)


def grid_accounts(columns: int, rows: int) -> Accounts:
    """One account in the middle of every second square, selling 10, 20, 30 ..."""
    unit = np.arange(0, columns * rows, 2, dtype=np.int32)
    n = len(unit)
    x, y = (unit % columns + 0.5) * SIDE, (unit // columns + 0.5) * SIDE
    return Accounts(
        ids=np.array([f"A{i:03d}" for i in range(n)], object),
        names=np.array([f"Customer {i}" for i in range(n)], object),
        x=x,
        y=y,
        lon=x / 1e5,
        lat=y / 1e5,
        unit=unit,
        placement=np.ones(n, np.uint8),
        columns={
            "sales": 10.0 * (1 + np.arange(n)),
            "owner": np.array([f"Rep {i % 3}" for i in range(n)], object),
        },
    )


def grid_plan(columns: int = 6, rows: int = 4, territories: int = 3) -> Plan:
    """A grid with accounts and ``territories`` vertical stripes; unit i has population 100 + i."""
    squares = grid(columns, rows)
    n = len(squares)
    units = Units(
        codes=np.array([f"{i:05d}" for i in range(n)], object),
        names=np.array([f"Square {i}" for i in range(n)], object),
        columns={
            "population": 100.0 + np.arange(n),
            "state": np.array([f"S{i // columns}" for i in range(n)], object),
        },
        source=np.array(shapely.to_wkb(squares), object),
        source_crs=CRS,
    )
    measures = (
        rec.Measure("m-population", 0, name="Population", source="units", column="population"),
        rec.Measure("m-sales", 0, name="Sales", source="accounts", column="sales", format="money"),
        rec.Measure("m-accounts", 0, name="Accounts", source="n_accounts"),
    )
    plan = new_plan(
        CRS,
        units,
        build(squares),
        grid_accounts(columns, rows),
        title="Grid",
        measures=measures,
        settings={"balance_measure": "m-population", "noun_one": "square", "noun_many": "squares"},
    )
    if not territories:
        return plan
    document = Document(plan)
    made = [new_territory(plan, 3, f"T{k}", offset=k) for k in range(territories)]
    document.do(create(plan, 3, made))
    labels = np.array([t.id for t in made], np.int32)[
        (np.arange(n) % columns) * territories // columns
    ]
    return replace(document.plan, assignments={3: labels})


def done(plan: Plan, *edits: object) -> Plan:
    """The plan after edits, or what an edit function gave; none may be None."""
    for edit in edits:
        found = getattr(edit, "edit", edit)
        assert found is not None
        plan = apply(plan, found)
    return plan
