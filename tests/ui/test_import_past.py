"""Imports that a plan remembers, accounts placed again, and unplaced ones dropped on the map."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.document import Document
from terradesk.readers.report import told_rows
from tests.core.kernel import grid_plan
from tests.ui.import_desk import CODED, done, in_this_process, page_of, press
from tests.ui.map_desk import Desk
from ui import jobs, theme
from ui.dialogs.importing.past import PastImports, past_imports
from ui.dialogs.importing.placing_again import PlacingAgain
from ui.dialogs.importing.told import ToldRows
from ui.document_model import DocumentModel
from ui.map.dropping import ACCOUNTS_MIME
from ui.panels.accounts import AccountsPanel


@pytest.fixture(autouse=True)
def _desk(qapp, monkeypatch, tmp_path):
    theme.apply(qapp, False)
    monkeypatch.setenv("TERRADESK_DATA_DIR", str(tmp_path / "data"))
    in_this_process(monkeypatch)


@pytest.fixture
def model(qtbot, tmp_path):
    """A grid into which CODED was imported: the last of its accounts has no place."""
    out = DocumentModel()
    out.open(Document(grid_plan()))
    page = page_of(qtbot, tmp_path, CODED, out.plan, alignment=out.alignment)
    done(qtbot, out, press(qtbot, page))
    yield out
    qtbot.waitUntil(lambda: not jobs.running())
    out.close()


def shown(qtbot, dialog):
    dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


# ---------------------------------------------------------------------- past imports
def test_an_import_is_listed_with_where_its_rows_went(qtbot, model):
    dialog = shown(qtbot, PastImports(model))
    cells = [dialog.table.item(0, k).text() for k in range(1, 8)]
    assert cells == ["orders.csv", "Customers and prospects", "3", "3", "0", "1", "0"]
    assert dialog.unplaced.isVisible() and dialog.unplaced.text() == "Show 1 unplaced account"
    issue = next(i for i in dialog.issues.issues if i.kind == "unplaced")
    told = ToldRows(issue, dialog.chosen.report, dialog)
    qtbot.addWidget(told)
    assert told.table.rowCount() == 1
    assert told.table.item(0, 0).text() == "4", "the line of the file"
    assert "C" in [told.table.item(0, k).text() for k in (1, 2)]
    with qtbot.waitSignal(dialog.unplaced_wanted):
        dialog.unplaced.click()
    assert not dialog.isVisible()


def test_what_was_undone_is_not_listed(qtbot, model):
    assert len(past_imports(model.plan)) == 1
    model.undo()
    dialog = shown(qtbot, PastImports(model))
    assert dialog.imports == [] and not dialog.save.isEnabled()
    assert not dialog.table.isVisible()


@pytest.mark.parametrize("name", ["report.xlsx", "report.csv"])
def test_a_report_is_saved_as_a_spreadsheet(qtbot, model, tmp_path, name):
    dialog = shown(qtbot, PastImports(model))
    told = [one for one in told_rows(dialog.chosen.report) if one.outcome == "unplaced"]
    assert [one.line for one in told] == [4]
    dialog.save_report(tmp_path / name)
    qtbot.waitUntil(lambda: name in dialog._saved.text())
    assert (tmp_path / name).stat().st_size > 100


def test_a_report_that_cannot_be_saved_says_why(qtbot, model, tmp_path):
    dialog = shown(qtbot, PastImports(model))
    dialog.save_report(tmp_path / "missing" / "report.csv")
    qtbot.waitUntil(dialog.trouble.isVisible)
    assert "report.csv" in dialog.trouble.text


def test_a_report_of_another_version_does_not_stop_the_list(qtbot, model):
    from dataclasses import replace

    from terradesk import records as rec
    from terradesk.edits import Edit, Record

    row = next(iter(model.plan.rows(rec.BatchRow)))
    for text in ("no JSON", "[]", '{"issues": 3}', json.dumps({"read": 5, "news": 1})):
        old = next(r for r in model.plan.rows(rec.BatchRow) if r.id == row.id)
        record = Record("batch", old, replace(old, report=text))
        model.do(Edit("x", records=(record,)))
        dialog = shown(qtbot, PastImports(model))
        assert dialog.table.rowCount() == 1


# ---------------------------------------------------------------------- unplaced accounts
def test_the_table_keeps_only_unplaced_accounts(qtbot, model):
    panel = AccountsPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    panel.show_unplaced()
    table = panel.table.table
    assert table.rowCount() == 1 and table.n_all == model.plan.accounts_present.sum()
    assert table.data(table.index(0, 0)) == "C"


def test_nothing_changes_before_placing_again_is_confirmed(qtbot, model):
    before = model.plan
    dialog = shown(qtbot, PlacingAgain(model))
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert dialog.found.edit is None and not dialog.accept_button.isEnabled()
    assert dialog.sentence.text().startswith("Nothing changes")
    dialog.only.setChecked(True)
    qtbot.waitUntil(lambda: not dialog.is_busy)
    dialog.reject()
    assert model.plan is before


def test_better_places_are_told_and_taken_in_one_step(qtbot, model):
    from terradesk.edits.placing import unplace

    rows = np.arange(3) + len(grid_plan().accounts)
    model.do(unplace(model.plan, rows[:2]))
    dialog = shown(qtbot, PlacingAgain(model))
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert dialog.accept_button.text() == "Place 2 accounts"
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: (model.plan.accounts.unit[rows] == [0, 7, -1]).all())
    assert not dialog.isVisible()


# ---------------------------------------------------------------------- dropped on the map
@pytest.fixture
def desk(qtbot, monkeypatch):
    out = Desk(qtbot, monkeypatch)
    from terradesk.edits.placing import unplace

    out.model.do(unplace(out.model.plan, [3, 4]))
    return out


def carried(rows) -> QtCore.QMimeData:
    data = QtCore.QMimeData()
    data.setData(ACCOUNTS_MIME, str(list(rows)).encode())
    return data


def over(desk, rows, x, y):
    data, buttons = carried(rows), QtCore.Qt.MouseButton.LeftButton
    at = QtCore.QPointF(desk.px(x, y))
    no_keys = QtCore.Qt.KeyboardModifier.NoModifier
    move = QtGui.QDragMoveEvent(
        at.toPoint(), QtCore.Qt.DropAction.CopyAction, data, buttons, no_keys
    )
    desk.view.dropping.over(move)
    return data


def drop(desk, rows, x, y):
    data = over(desk, rows, x, y)
    event = QtGui.QDropEvent(
        QtCore.QPointF(desk.px(x, y)), QtCore.Qt.DropAction.CopyAction, data,
        QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    desk.view.dropping.drop(event)


def test_accounts_without_a_place_are_placed_where_they_fall(desk):
    drop(desk, [3, 4], 1.5, 2.5)
    model = desk.model
    assert model.plan.accounts.unit[[3, 4]].tolist() == [13, 13]
    assert (model.plan.accounts.placement[[3, 4]] == 5).all()
    assert not model.view.overrides
    model.undo()
    assert (model.plan.accounts.unit[[3, 4]] == -1).all()


@pytest.mark.parametrize("choice", [0, 1])
def test_where_some_have_a_place_the_user_chooses(desk, monkeypatch, choice):
    model, menus = desk.model, []
    monkeypatch.setattr(QtWidgets.QMenu, "popup", lambda menu, _at: menus.append(menu))
    territory = int(model.view.assignment[15])
    drop(desk, [0, 1, 2, 3], 3.5, 2.5)
    actions = menus[0].actions()
    name = model.view.name_of(territory)
    assert actions[0].text() == "Place 1 account here"
    assert actions[1].text().startswith("Make named accounts of") and name in actions[1].text()
    actions[choice].trigger()
    if choice == 0:
        assert model.plan.accounts.unit[3] == 15 and not model.view.overrides
    else:
        assert {one.territory for one in model.view.overrides.values()} == {territory}
        assert model.plan.accounts.unit[3] == -1


def test_placed_accounts_still_become_named_ones(desk):
    territory = int(desk.model.view.assignment[15])
    drop(desk, [0], 3.5, 2.5)
    assert desk.model.view.overrides[0].territory == territory
