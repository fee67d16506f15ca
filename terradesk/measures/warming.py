"""Compiling the kernels of measuring ahead of their first use."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk.arcs import build
from terradesk.edits import apply, assign
from terradesk.edits.territories import create, new_territory
from terradesk.measures.trying import what_if
from terradesk.plan import new_plan
from terradesk.units import Units


def warm() -> None:
    """Compile what a gesture's figures need on a tiny plan, or load it from numba's cache."""
    squares = np.array([shapely.box(x, 0, x + 1000, 1000) for x in (0, 1000, 2000)], object)
    codes = np.array(["a", "b", "c"], object)
    plan = new_plan("EPSG:5070", Units(codes, codes), build(squares))
    alignment = next(iter(plan.assignments))
    node = new_territory(plan, alignment, "T")
    plan = apply(plan, create(plan, alignment, [node]))
    edit = assign(plan, alignment, np.array([0, 2]), node.id).edit
    found = what_if(plan.alignment(alignment), edit) if edit is not None else None
    assert found is not None and found.splits
