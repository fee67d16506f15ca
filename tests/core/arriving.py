"""Steps that bring areas, for tests: squares beside a grid plan, or in place of some of it."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk.arcs import build
from terradesk.arcs.outlines import polygons
from terradesk.edits import Change
from terradesk.edits.arrivals import Arrivals, Incoming, incoming
from terradesk.plan import Plan
from terradesk.units import Units


def new_units(plan: Plan, shapes: np.ndarray, codes: list[str]) -> Units:
    """Units of shapes in the plan's CRS."""
    return Units(
        np.array(codes, object),
        np.array([f"New {code}" for code in codes], object),
        {"population": np.full(len(codes), 50.0)},
        source=np.asarray(shapely.to_wkb(shapes), object),
        source_crs=plan.units.source_crs,
    )


def replacing(plan: Plan, rows: list[int], shapes: np.ndarray, codes: list[str]) -> Incoming:
    """Areas take the place of some others."""
    assert plan.arcs is not None
    kept = np.full(len(plan.units), None, object)
    kept[:] = polygons(plan.arcs)
    kept[rows] = None
    coverage = build(np.concatenate([kept, shapes]))
    gone = np.array(rows, np.int32)
    was, now = np.ones(len(gone), bool), np.zeros(len(gone), bool)
    changes = [Change("units", "is_present", 0, gone, was, now)] if rows else []
    return incoming(
        plan,
        "Brought {n} areas",
        {"n": len(codes)},
        kind="newer_areas",
        source="new.gpkg",
        arrivals=Arrivals(units=new_units(plan, shapes, codes), coverage=coverage),
        changes=changes,
    )
