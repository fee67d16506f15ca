"""Figures a territory has reached, in the Inspector."""

from __future__ import annotations

import pytest

from terradesk import i18n
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import Edit, Record
from tests.core.kernel import grid_plan
from ui.document_model import DocumentModel
from ui.panels.inspector import InspectorPanel
from ui.panels.reached import reached_lines

A = 3


@pytest.fixture
def model(qtbot) -> DocumentModel:
    found = DocumentModel()
    found.open(Document(grid_plan()))
    return found


def test_a_territory_shows_what_it_has_reached_the_newest_first(qtbot, model) -> None:
    plan = model.plan
    ids = [node.id for node in plan.alignment(A).leaves]
    told = [("Sales", "2026-Q1", 1500.0), ("Calls", "2026-Q2", 2.5), ("Sales", "2025", 7.0)]
    rows = [
        rec.Actual(rec.new_uid(), plan.next_id + k, ref=ids[1], name=name, period=when, value=value)
        for k, (name, when, value) in enumerate(told)
    ]
    model.document.do(Edit("Import", {}, records=tuple(Record("actual", None, r) for r in rows)))
    assert reached_lines(model.plan, ids[1]) == [
        ("Calls, 2026-Q2", "2.50"),
        ("Sales, 2026-Q1", "$1,500"),
        ("Sales, 2025", "$7"),
    ]
    assert reached_lines(model.plan, ids[0]) == []
    panel = InspectorPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    model.set_current(ids[1])
    assert ("Calls, 2026-Q2", "2.50") in panel.lines()


def test_the_rep_of_a_territory_shows_what_it_has_reached(qtbot, model) -> None:
    plan = model.plan
    leaf = plan.alignment(A).leaves[0]
    n = plan.next_id
    rep, other = rec.Rep("r1", n, name="Ann Lee"), rec.Rep("r2", n + 1, name="Bob")
    staffing = rec.Staffing("s1", n + 2, A, territory=leaf.id, rep=rep.id)
    figures = [
        rec.Actual(f"a{k}", n + 3 + k, kind="rep", ref=one.id, name="Sales", period="2026", value=v)
        for k, (one, v) in enumerate(((rep, 12.0), (other, 99.0)))
    ]
    rows = (("rep", rep), ("rep", other), ("staffing", staffing), *(("actual", f) for f in figures))
    edit = Edit("Import", {}, records=tuple(Record(kind, None, row) for kind, row in rows))
    model.document.do(edit)
    panel = InspectorPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    model.set_current(leaf.id)
    assert (f"{i18n.isolate('Ann Lee')}: Sales, 2026", "$12") in panel.lines()
    assert not any("Bob" in caption for caption, _text in panel.lines())
    assert reached_lines(model.plan, rep.id) == [], "a territory of the same number is another"
