"""Territories drawn by hand over a map: by largest part, split units listed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import projection
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.importing import Choices, Prepared, Reading, Source
from terradesk.importing.kinds.drawn import KIND
from terradesk.importing.prepared import ARRIVES, NOTHING, PROBLEM
from terradesk.plan import Plan
from terradesk.readers import Boundaries, ImportReport
from tests.core.importing_files import A, prepared, table_source
from tests.core.kernel import CRS, SIDE, grid_plan
from tests.core.plan_files import differences

EMPTY = grid_plan(territories=0)
"""Six squares by four, of 10 km."""


def drawn(*shapes: tuple[str, shapely.Geometry], crs: str = CRS, **more: list[str]) -> Source:
    n = len(shapes)
    wkb = np.empty(n, object)
    wkb[:] = [shapely.to_wkb(shape) if shape is not None else None for _name, shape in shapes]
    columns = {"Territory": [name for name, _shape in shapes], **more}
    cells = {}
    for name, values in columns.items():
        cells[name] = np.empty(n, object)
        cells[name][:] = values
    found = Boundaries(wkb, crs, cells, ImportReport(read=n, accepted=n), "drawn")
    return Source(Path("drawn.gpkg"), Reading(), ("drawn",), boundaries=found)


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Geometry:
    """In squares."""
    return shapely.box(x0 * SIDE, y0 * SIDE, x1 * SIDE, y1 * SIDE)


def owners(plan: Plan) -> list[str]:
    view = plan.alignment(A)
    return [view.name_of(int(t)) for t in view.assignment]


def brought(plan: Plan, found: Prepared) -> Plan:
    document = Document(plan)
    assert found.incoming is not None
    document.bring(found.incoming)
    after = document.plan
    document.undo()
    assert [d for d in differences(document.plan, plan) if d != "next_id"] == []
    return after


def counts(found: Prepared) -> dict[str, int]:
    return {one.key: one.n for one in found.counts}


def test_units_go_to_the_territory_that_holds_most_of_them_and_split_ones_are_listed() -> None:
    source = drawn(("Chicago", box(0, 0, 2.62, 4)), ("Indiana", box(2.62, 0, 6, 4)))
    assert KIND.suits(source, EMPTY) > 0.8
    found = prepared(KIND, source, EMPTY)
    after = brought(EMPTY, found)
    assert owners(after)[:6] == ["Chicago"] * 3 + ["Indiana"] * 3
    split = [one for one in found.items if one.group == "split"]
    assert [one.units for one in split] == [(2,), (8,), (14,), (20,)]
    assert split[0].before == "62 % \u2068Chicago\u2069, 38 % \u2068Indiana\u2069"
    assert split[0].after == "Chicago"
    assert [key for key, _text in split[0].candidates] == ["Chicago", "Indiana", ""]
    assert counts(found) == {"assigned": 24, "split": 4}
    assert prepared(KIND, source, after).incoming is None


def test_another_part_may_be_picked_or_the_unit_left_alone() -> None:
    source = drawn(("Chicago", box(0, 0, 2.62, 4)), ("Indiana", box(2.62, 0, 6, 4)))
    found = prepared(
        KIND, source, EMPTY, picked={"unit:2": "Indiana"}, left_out=frozenset({"unit:8"})
    )
    after = owners(brought(EMPTY, found))
    assert (after[2], after[8], after[14]) == ("Indiana", "", "Chicago")


def test_what_is_outside_and_what_overlaps_is_told() -> None:
    source = drawn(("A", box(0, 0, 3, 2)), ("B", box(2, 0, 4, 2)), ("C", box(5.95, 3, 7, 4)))
    found = prepared(KIND, source, EMPTY)
    told = {one.kind: one for one in found.report.issues}
    assert "overlap by 200.0 km²" in told["overlap"].message
    assert told["overlap"].every_row.tolist() == [0, 1]
    assert counts(found)["uncovered"] == 16
    assert owners(brought(EMPTY, found))[23] == ""
    assert found.shown.shape_keys == ("territory:A", "territory:B", "territory:C")
    assert found.shown.shape_states.tolist() == [ARRIVES, ARRIVES, PROBLEM]
    off = prepared(KIND, source, EMPTY, left_out=frozenset({"territory:B"}))
    assert off.shown.shape_states.tolist() == [ARRIVES, NOTHING, PROBLEM]
    least = prepared(KIND, source, EMPTY, options={"minimum": 1.0})
    assert owners(brought(EMPTY, least))[23] == "C"


def test_several_shapes_of_one_name_are_one_territory() -> None:
    source = drawn(("A", box(0, 0, 1, 1)), ("B", box(1, 0, 2, 1)), ("A", box(2, 0, 3, 1)))
    found = prepared(KIND, source, EMPTY)
    assert (found.report.accepted, found.report.grouped) == (2, 1)
    assert owners(brought(EMPTY, found))[:3] == ["A", "B", "A"]


def test_rows_without_a_shape_are_left_out_and_nameless_ones_numbered() -> None:
    source = drawn(("A", box(0, 0, 1, 1)), ("B", None), ("", box(1, 0, 2, 1)))
    found = prepared(KIND, source, EMPTY)
    assert (found.report.accepted, found.report.rejected) == (2, 1)
    assert owners(brought(EMPTY, found))[:2] == ["A", "Territory 1"]


def test_degrees_are_laid_on_the_map() -> None:
    shape = projection.to_degrees(np.array([box(0, 0, 3, 4)], object), CRS)[0]
    found = prepared(KIND, drawn(("West", shape), crs="EPSG:4326"), EMPTY)
    after = owners(brought(EMPTY, found))
    assert [after[k] for k in (0, 1, 2, 3)] == ["West", "West", "West", ""]


def test_the_largest_part_may_be_that_of_the_accounts() -> None:
    accounts = EMPTY.accounts
    x = accounts.x.copy()
    x[1] = 2.9 * SIDE  # the account of unit 2, right of the border
    plan = replace(EMPTY, accounts=replace(accounts, x=x))
    source = drawn(("Chicago", box(0, 0, 2.62, 4)), ("Indiana", box(2.62, 0, 6, 4)))
    found = prepared(KIND, source, plan, options={"by": "accounts"})
    after = owners(brought(plan, found))
    assert (after[2], after[8]) == ("Indiana", "Chicago")


def test_territories_beside_the_map_are_refused() -> None:
    with pytest.raises(TerraDeskError, match="lies in this map"):
        prepared(KIND, drawn(("A", box(8, 0, 9, 1))), EMPTY)


def test_points_and_tables_are_no_territories() -> None:
    table = table_source({"a": ["1"]})
    assert KIND.suits(table, EMPTY) == 0
    with pytest.raises(TerraDeskError, match="no areas"):
        KIND.prepare(table, EMPTY, Choices(), A)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "C"]),
            st.floats(-1, 6),
            st.floats(-1, 4),
            st.floats(0.2, 6),
            st.floats(0.2, 4),
        ),
        min_size=1,
        max_size=5,
    ),
    st.floats(0, 60),
)
def test_every_unit_is_where_its_largest_part_is(
    boxes: list[tuple[str, float, float, float, float]], minimum: float
) -> None:
    shapes = [(name, box(x, y, x + w, y + h)) for name, x, y, w, h in boxes]
    if not any(shapely.area(box(0, 0, 6, 4).intersection(shape)) > 1 for _name, shape in shapes):
        return
    found = prepared(KIND, drawn(*shapes), EMPTY, options={"minimum": minimum})
    after = owners(brought(EMPTY, found)) if found.incoming else [""] * 24
    whole = {
        name: shapely.union_all([shape for other, shape in shapes if other == name])
        for name, _shape in shapes
    }
    for unit, owner in enumerate(after):
        square = box(unit % 6, unit // 6, unit % 6 + 1, unit // 6 + 1)
        parts = {
            name: shapely.area(shapely.intersection(shape, square)) / SIDE**2
            for name, shape in whole.items()
        }
        best = max(parts.values())
        if owner:
            assert parts[owner] >= minimum / 100 - 1e-6
            assert parts[owner] >= min(best, 1.0) - 0.02
        else:
            assert best <= minimum / 100 + 0.01
