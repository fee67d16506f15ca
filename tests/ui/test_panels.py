"""Panels beside the map: they show the model and change it through edits only."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore, QtTest, QtWidgets

from terradesk import planfile
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import apply, assign, name_accounts
from terradesk.edits import territories as te
from tests.core.kernel import grid_plan
from ui.document_model import DocumentModel, Tentative
from ui.panels import PANELS, TERRITORIES_MIME
from ui.panels.accounts import AccountsPanel
from ui.panels.areas import AreasPanel
from ui.panels.balance import BalancePanel
from ui.panels.history import HistoryPanel
from ui.panels.inspector import InspectorPanel
from ui.panels.territories import TerritoriesPanel
from ui.panels.tree_rows import ID, RowFigures

A = 3


@pytest.fixture
def model(qtbot) -> DocumentModel:
    return DocumentModel()


def shown(qtbot, panel):
    qtbot.addWidget(panel)
    panel.resize(300, 500)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def opened(model: DocumentModel, columns: int = 6, rows: int = 4, n: int = 3) -> list[int]:
    model.open(Document(grid_plan(columns, rows, n)))
    return [t.id for t in model.view.leaves]


def names_in(tree: QtWidgets.QTreeView) -> list[str]:
    items = tree.model()
    out, stack = [], [items.index(r, 0) for r in range(items.rowCount())][::-1]
    while stack:
        index = stack.pop()
        out.append(index.data())
        stack += [items.index(r, 0, index) for r in range(items.rowCount(index))][::-1]
    return out


def test_every_panel_of_the_table_opens_and_paints(qtbot, model) -> None:
    panels = [shown(qtbot, one.make(model)) for one in PANELS]
    ids = opened(model)
    model.set_current(ids[0])
    model.select_units(np.array([1]))
    for panel in panels:
        assert not panel.grab().isNull()
    assert len({one.id for one in PANELS}) == len(PANELS)


def test_the_tree_follows_edits_and_groups(qtbot, model) -> None:
    panel = shown(qtbot, TerritoriesPanel(model))
    ids = opened(model)
    assert names_in(panel.tree) == ["T0", "T1", "T2"]
    group = te.new_territory(model.plan, A, "North", level=1)
    model.attempt(lambda: te.create(model.plan, A, [group]))
    panel.tree.dropped.emit(TERRITORIES_MIME, ids[:2], group.id)
    assert names_in(panel.tree) == ["T2", "North", "T0", "T1"]
    model.undo()
    model.undo()
    assert names_in(panel.tree) == ["T0", "T1", "T2"]


def test_the_tree_shows_before_and_after_of_a_gesture(qtbot, model) -> None:
    panel = shown(qtbot, TerritoriesPanel(model))
    ids = opened(model)
    edit = assign(model.plan, A, np.array([0, 1]), ids[2]).edit
    rows = np.array([0, 1], np.int32)
    model.preview(Tentative(edit, apply(model.plan, edit), rows, rows[:0], ids[2]))
    assert "→" in panel._foot.text()
    figures = panel._delegate.figures
    assert figures[ids[0]].after < figures[ids[0]].deviation
    assert figures[ids[2]].is_target and figures[ids[1]].after is None
    model.preview(None)
    assert panel._delegate.figures[ids[0]].after is None and "→" not in panel._foot.text()


def test_clicking_a_row_makes_it_current_and_the_filter_hides_others(qtbot, model) -> None:
    panel = shown(qtbot, TerritoriesPanel(model))
    ids = opened(model)
    index = panel.tree.model().index(1, 0)
    at = panel.tree.visualRect(index).center()
    QtTest.QTest.mouseClick(
        panel.tree.viewport(),
        QtCore.Qt.MouseButton.LeftButton,
        QtCore.Qt.KeyboardModifier.NoModifier,
        at,
    )
    assert model.current == ids[1] and panel.selected_territories() == [ids[1]]
    panel.filter.setText("t2")
    root = QtCore.QModelIndex()
    assert [panel.tree.isRowHidden(r, root) for r in range(3)] == [True, True, False]


def test_typing_a_name_renames_and_a_taken_name_is_refused(qtbot, model) -> None:
    panel = shown(qtbot, TerritoriesPanel(model))
    ids = opened(model)
    errors = []
    model.on_error = lambda error, _retry: errors.append(error) or False
    item = panel.tree.model().item(0)
    item.setText("Nord")
    assert model.view.name_of(ids[0]) == "Nord"
    panel.tree.model().item(1).setText("Nord")
    assert len(errors) == 1 and names_in(panel.tree) == ["Nord", "T1", "T2"]


def test_accounts_dropped_on_a_row_become_named_accounts(qtbot, model) -> None:
    panel = shown(qtbot, TerritoriesPanel(model))
    ids = opened(model)
    mime = AccountsPanel(model).table.table.mime
    panel.tree.hovered_with.emit(mime, [0, 1], ids[2])
    assert model.tentative is not None and not model.view.overrides
    panel.tree.dropped.emit(mime, [0, 1], ids[2])
    assert sorted(model.view.overrides) == [0, 1] and model.tentative is None


def test_dropping_a_territory_on_another_asks_before_it_merges(qtbot, model) -> None:
    panel = shown(qtbot, TerritoriesPanel(model))
    ids = opened(model)
    panel.tree.dropped.emit(TERRITORIES_MIME, [ids[0]], ids[1])
    box = panel.findChild(QtWidgets.QMessageBox)
    assert len(model.view.leaves) == 3
    merge = next(b for b in box.buttons() if b.text() == "Merge")
    merge.click()
    assert [t.id for t in model.view.leaves] == ids[1:]


def test_balance_counts_ranks_and_takes_a_tolerance(qtbot, model) -> None:
    panel = shown(qtbot, BalancePanel(model))
    ids = opened(model)
    balance_order = panel.bars._order
    assert sorted(balance_order) == sorted(ids)
    assert balance_order[0] == ids[2], "the highest population first"
    panel.tolerance.clear()
    qtbot.keyClicks(panel.tolerance, "0,5 %")
    qtbot.keyClick(panel.tolerance, QtCore.Qt.Key.Key_Return)
    assert model.plan.tolerance == pytest.approx(0.005)
    assert panel.head.before.text() == "1"
    model.undo()
    assert panel.tolerance.text() == "±10 %"
    edit = assign(model.plan, A, np.arange(24), ids[0]).edit
    model.preview(Tentative(edit, apply(model.plan, edit), edit.changes[0].rows, np.empty(0), 0))
    assert panel.head.after.text() == "0" and panel.head.after.isVisibleTo(panel)
    assert panel.bars._order == balance_order, "the order stands still while a gesture lasts"


def test_the_revenue_of_accounts_is_offered_and_used_on_request(qtbot, model) -> None:
    panel = shown(qtbot, BalancePanel(model))
    opened(model)
    panel.offer_revenue()
    assert panel._banner.isVisible() and "Sales" in panel._question.text()
    panel._switch.click()
    assert model.plan.setting("balance_measure") == "m-sales" and not panel._banner.isVisible()


def test_a_bar_clicked_makes_its_territory_current(qtbot, model) -> None:
    panel = shown(qtbot, BalancePanel(model))
    opened(model)
    qtbot.mouseClick(panel.bars, QtCore.Qt.MouseButton.LeftButton, pos=QtCore.QPoint(40, 30))
    assert model.current == panel.bars._order[1]


def test_the_accounts_table_sorts_filters_and_selects(qtbot, model) -> None:
    panel = shown(qtbot, AccountsPanel(model))
    opened(model)
    table = panel.table.table
    assert table.rowCount() == 12
    keys = [c.key for c in table.columns]
    table.set_filter("sales", ">= 100")
    assert table.rowCount() == 3
    table.set_filter("sales", "")
    panel.table._sort(keys.index("sales"))
    assert table.order[0] == 11
    panel.table.selectRow(0)
    assert model.selected_accounts.tolist() == [11]
    panel.table._sort(keys.index("sales"))
    assert panel.table.rows().tolist() == [11], "sorting keeps what is selected"


def test_the_accounts_table_says_who_is_named_and_takes_it_back(qtbot, model) -> None:
    panel = shown(qtbot, AccountsPanel(model))
    ids = opened(model)
    model.attempt(lambda: name_accounts(model.plan, A, np.array([0]), ids[2]))
    column = next(c for c in panel.table.table.columns if c.key == "by")
    assert column.values[:2].tolist() == ["named", "area"]
    panel._return(np.array([0]))
    assert not model.view.overrides


def test_show_only_these_follows_the_selected_areas(qtbot, model) -> None:
    panel = shown(qtbot, AccountsPanel(model))
    opened(model)
    assert not panel.only.isVisibleTo(panel)
    model.select_units(np.array([0, 1, 2]))
    assert panel.only.text() == "Show only these 2"
    panel.only.click()
    assert panel.table.table.rowCount() == 2


def test_selecting_areas_in_the_table_selects_them_on_the_map(qtbot, model) -> None:
    panel = shown(qtbot, AreasPanel(model))
    opened(model)
    panel.table.selectRow(4)
    assert model.selected_units.tolist() == [4]


def test_tables_of_an_empty_plan_say_what_to_do(qtbot, model) -> None:
    from terradesk.plan import new_plan
    from terradesk.units import empty_units

    panel = shown(qtbot, AccountsPanel(model))
    model.open(Document(new_plan("EPSG:5070", empty_units(), None)))
    assert panel.empty.isVisible() and not panel.table.isVisible()
    with qtbot.waitSignal(panel.command) as caught:
        panel.empty.findChild(QtWidgets.QPushButton).click()
    assert caught.args == ["file.import"]


def test_history_goes_back_and_forth(qtbot, model) -> None:
    panel = shown(qtbot, HistoryPanel(model))
    ids = opened(model)
    labels = [model.view.assignment]
    for row in range(3):
        model.attempt(lambda row=row: assign(model.plan, A, np.array([row]), ids[2]))
        labels.append(model.view.assignment)
    panel.list.setCurrentIndex(panel.list.model().index(2, 0))
    assert panel.back.isEnabled()
    panel.back.click()
    assert np.array_equal(model.view.assignment, labels[1])
    model.redo()
    model.redo()
    assert np.array_equal(model.view.assignment, labels[3])


def test_the_inspector_explains_areas_accounts_and_territories(qtbot, model) -> None:
    panel = shown(qtbot, InspectorPanel(model))
    ids = opened(model)
    model.attempt(lambda: assign(model.plan, A, np.array([0]), ids[2], reason="Asked by Ann"))
    model.select_units(np.array([0]))
    facts = dict(panel.lines())
    assert facts["Territory"] == "T2" and "Asked by Ann" in facts["Why"]
    model.attempt(lambda: name_accounts(model.plan, A, np.array([1]), ids[2]))
    model.select_accounts(np.array([1]))
    assert "named account" in dict(panel.lines())["Why"]
    model.select_accounts(np.empty(0, np.int32))
    model.select_units(np.empty(0, np.int32))
    model.set_current(ids[1])
    assert panel.title.text() == "T1" and dict(panel.lines())["In one piece"] == "yes"


def test_a_small_share_that_changes_hands_is_not_rounded_to_nothing(
    qtbot, model, monkeypatch
) -> None:
    panel = shown(qtbot, BalancePanel(model))
    opened(model)
    for share, text in ((0.0, "0 %"), (0.004, "0.4 %"), (0.12, "12 %")):
        monkeypatch.setattr("ui.panels.balance.figures.changed_of", lambda _view, s=share: s)
        panel._show_changed(None)
        assert panel._differs.text() == text


def test_long_captions_of_the_inspector_leave_room_for_the_values(qtbot, model) -> None:
    panel = shown(qtbot, InspectorPanel(model))
    panel.setFixedWidth(304)
    opened(model)
    long = "Household income, mean of the medians of its areas"
    panel._fill([("Order lines", "7"), (long, "76,213"), ("Average weekly wage", "8")])
    qtbot.waitUntil(lambda: panel.findChildren(QtWidgets.QLabel)[-1].isVisible())
    value = next(w for w in panel.findChildren(QtWidgets.QLabel) if w.text() == "76,213")
    right = value.mapTo(panel, value.rect().topRight()).x()
    assert right <= panel.width() and value.width() >= value.sizeHint().width()
    for label in panel.findChildren(QtWidgets.QLabel):
        if label.text() in ("Order lines", long, "Average weekly wage"):
            assert label.height() >= label.heightForWidth(label.width()), label.text()
            assert label.wordWrap() or label.width() >= label.sizeHint().width()


def test_the_inspector_knows_the_reason_after_the_plan_was_reopened(qtbot, model, tmp_path) -> None:
    document = planfile.create(tmp_path / "plan.gpkg", grid_plan())
    ids = [t.id for t in document.plan.alignment(A).leaves]
    for row, reason in ((0, "Asked by Ann"), (9, "Asked by Bo")):
        document.do(assign(document.plan, A, np.array([row]), ids[2], reason=reason).edit)
    document.close()
    panel = shown(qtbot, InspectorPanel(model))
    model.open(planfile.open_document(tmp_path / "plan.gpkg"))
    for row, reason in ((9, "Asked by Bo"), (0, "Asked by Ann"), (1, "when the plan was made")):
        model.select_units(np.array([row]))
        assert reason in dict(panel.lines())["Why"]
    model.close()


def test_the_owner_of_a_territory_is_chosen_from_the_reps(qtbot, model) -> None:
    from dataclasses import replace

    panel = shown(qtbot, TerritoriesPanel(model))
    plan = grid_plan()
    rep = rec.Rep(rec.new_uid(), 900, name="Ann Berg")
    plan = replace(plan, tables={**plan.tables, "rep": {(0, rep.uid): rep}}, next_id=901)
    model.open(Document(plan))
    territory = int(panel.tree.model().index(0, 0).data(ID))
    panel.menus.staff(territory, rep.id)
    assert panel._delegate.figures[territory].rep == "Ann Berg"


def test_a_change_that_rounds_to_the_same_shows_a_decimal_on_both_sides():
    assert "−9.2 → −8.8 %" in RowFigures(deviation=-0.092, after=-0.088).text
    assert "−9 → −4 %" in RowFigures(deviation=-0.092, after=-0.041).text
    assert RowFigures(deviation=-0.092).text == "−9 %"


def test_regions_count_the_territories_that_a_proposal_makes_and_takes_away(qtbot, model) -> None:
    panel = shown(qtbot, TerritoriesPanel(model))
    ids = opened(model)
    group = te.new_territory(model.plan, A, "North", level=1)
    model.attempt(lambda: te.create(model.plan, A, [group]))
    panel.tree.dropped.emit(TERRITORIES_MIME, ids[:2], group.id)
    assert panel._delegate.figures[group.id].n_all == 2
    edit = te.delete(model.plan, A, [ids[0]])
    rows = np.flatnonzero(model.view.assignment == ids[0]).astype(np.int32)
    model.propose(Tentative(edit, apply(model.plan, edit), rows, rows[:0], -1))
    assert panel._delegate.figures[group.id].n_all == 1
    model.propose(None)
    assert panel._delegate.figures[group.id].n_all == 2
