"""Columns of an import that was undone are not shown any more."""

from __future__ import annotations

import numpy as np

from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import Record
from terradesk.edits.arrivals import Arrivals, NewColumn, cells_changed, incoming
from tests.core.kernel import grid_plan
from ui.panels.attributes import attribute_columns


def test_a_column_goes_from_the_tables_with_the_step_that_brought_it():
    plan = grid_plan()
    document = Document(plan)
    row = rec.Column(rec.new_uid(), plan.next_id + 1, table="units", name="visits")
    change = cells_changed(plan, "units", "visits", np.arange(3), np.array([1.0, 2.0, 3.0]))
    assert change is not None
    step = incoming(
        plan, "Brought {n} columns", {"n": 1}, kind="figures", source="visits.csv",
        arrivals=Arrivals(columns=(NewColumn("units", "visits"),)),
        changes=[change], records=[Record("column", None, row)],
    )  # fmt: skip

    def shown() -> list[str]:
        return [column.key for column in attribute_columns(document.plan, "units")]

    before = shown()
    document.bring(step)
    assert shown() == [*before, "visits"]
    document.undo()
    assert shown() == before
    document.redo()
    assert shown() == [*before, "visits"]
