"""Starting from owners: accounts outside their owner's territory, ticked one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6 import QtCore

from terradesk.document import Document
from tests.core.kernel import grid_plan
from tests.ui.test_dialogs import settle, shown
from ui.dialogs.start_territories import StartTerritories
from ui.document_model import DocumentModel

CHECKED, PARTLY, OFF = (
    QtCore.Qt.CheckState.Checked,
    QtCore.Qt.CheckState.PartiallyChecked,
    QtCore.Qt.CheckState.Unchecked,
)


@pytest.fixture
def dialog(qtbot) -> StartTerritories:
    """Ann has most in the first area, where Bob and Cid have an account each."""
    plan = grid_plan(territories=0)
    accounts = plan.accounts
    n = len(accounts)
    owners = np.full(n, "", object)
    owners[:5] = ["Ann", "Bob", "Cid", "Bob", "Cid"]
    unit = accounts.unit.copy()
    unit[:5] = [0, 0, 0, 6, 7]
    sales = np.ones(n)
    sales[0] = 100
    accounts = replace(accounts, unit=unit).with_column("owner", owners)
    plan = replace(plan, accounts=accounts.with_column("sales", sales))
    model = DocumentModel()
    model.open(Document(plan))
    made = shown(qtbot, StartTerritories(model))
    made.choose("owners")
    made.owner.setCurrentIndex(made.owner.findData("owner"))
    made._other_owner()
    settle(qtbot, made)
    return made


def rows(dialog: StartTerritories) -> list[tuple[str, str, str, bool]]:
    table = dialog.exceptions.table
    return [
        (*(table.item(k, at).text() for at in range(3)), table.item(k, 0).checkState() == CHECKED)
        for k in range(table.rowCount())
    ]


def named(dialog: StartTerritories) -> list[int]:
    dialog.accept_button.click()
    return sorted(dialog._model.view.overrides)


def test_the_exceptions_are_listed_with_where_they_lie(qtbot, dialog) -> None:
    assert dialog.exceptions.isVisible()
    assert rows(dialog) == [
        ("Customer 1", "Ann", "Bob", False),
        ("Customer 2", "Ann", "Cid", False),
    ]
    assert named(dialog) == []


def test_one_is_kept_when_it_is_ticked(qtbot, dialog) -> None:
    dialog.exceptions.table.item(1, 0).setCheckState(CHECKED)
    settle(qtbot, dialog)
    assert dialog.keep.checkState() == PARTLY
    assert [row[3] for row in rows(dialog)] == [False, True]
    assert named(dialog) == [2]


def test_all_are_kept_but_one(qtbot, dialog) -> None:
    dialog.keep.click()
    settle(qtbot, dialog)
    assert [row[3] for row in rows(dialog)] == [True, True]
    dialog.exceptions.table.item(1, 0).setCheckState(OFF)
    settle(qtbot, dialog)
    assert dialog.keep.checkState() == PARTLY
    dialog.keep.click()
    settle(qtbot, dialog)
    assert dialog.keep.checkState() == CHECKED and dialog.exceptions.left_out == frozenset()
    dialog.exceptions.table.item(0, 0).setCheckState(OFF)
    settle(qtbot, dialog)
    assert named(dialog) == [2]


def test_without_the_last_tick_none_is_kept(qtbot, dialog) -> None:
    dialog.keep.click()
    settle(qtbot, dialog)
    for row in (0, 1):
        dialog.exceptions.table.item(row, 0).setCheckState(OFF)
        settle(qtbot, dialog)
    assert dialog.keep.checkState() == OFF
    assert named(dialog) == []


def test_other_ways_have_no_exceptions(qtbot, dialog) -> None:
    dialog.choose("empty")
    settle(qtbot, dialog)
    assert not dialog.exceptions.isVisible()


def test_a_tick_is_set_with_the_mouse(qtbot, dialog) -> None:
    table = dialog.exceptions.table
    at = table.visualItemRect(table.item(0, 0))
    spot = QtCore.QPoint(at.left() + 12, at.center().y())
    qtbot.mouseClick(table.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=spot)
    settle(qtbot, dialog)
    assert [row[3] for row in rows(dialog)] == [True, False]
