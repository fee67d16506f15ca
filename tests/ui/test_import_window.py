"""Files dropped on the real window: the page, the step, its message, and what follows."""

from __future__ import annotations

import pytest
from PySide6 import QtWidgets
from PySide6.QtTest import QTest

from terradesk import planfile
from tests.core.kernel import grid_plan
from tests.ui.driving import LEFT, SLOW, dialog_of, wait_for_map
from tests.ui.import_desk import CODED, in_this_process, settle

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def desk(qtbot, window, monkeypatch, tmp_path):
    """The window with a grid plan in a file."""
    monkeypatch.setenv("TERRADESK_DATA_DIR", str(tmp_path / "data"))
    in_this_process(monkeypatch)
    window.show_document(planfile.create(tmp_path / "grid.gpkg", grid_plan()))
    wait_for_map(qtbot, window)
    return window


def dropped(qtbot, window, tmp_path, text, name="more.csv"):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    window._drop([str(file)])
    page = dialog_of(qtbot, window, "Importing")
    settle(qtbot, page)
    return page


def test_a_dropped_list_becomes_a_step_whose_message_leads_on(qtbot, desk, told, tmp_path):
    model, n = desk.model, len(desk.model.plan.accounts)
    page = dropped(qtbot, desk, tmp_path, CODED)
    QTest.mouseClick(page.accept_button, LEFT)
    qtbot.waitUntil(lambda: len(model.plan.accounts) == n + 3 and not model.is_held, timeout=SLOW)
    message = desk.map.floats.message
    assert message.text().startswith("Added 3 accounts from ")
    assert desk.panels["balance"]._question.text() == "Balance by Sales instead?"
    links = {b.text(): b for b in message.findChildren(QtWidgets.QAbstractButton) if b.isVisible()}
    links["Show unplaced"].click()
    table = desk.panels["accounts"].table.table
    qtbot.waitUntil(lambda: desk.panels["accounts"].isVisible() and table.rowCount() == 1)
    links["Undo"].click()
    assert model.plan.accounts_present.sum() == n
    desk.run_command("edit.redo")
    assert model.plan.accounts_present.sum() == n + 3 and told == []


def test_commands_are_off_while_an_import_is_written(qtbot, desk, told):
    build = desk.actions_by_id["edit.all"]
    assert build.isEnabled()
    desk.model.hold(lambda: None)
    assert not build.isEnabled() and not desk.actions_by_id["edit.undo"].isEnabled()
    assert desk.actions_by_id["file.import"].isEnabled()
    desk.undo()
    assert len(told) == 1
    desk.model.release(None)
    assert build.isEnabled()


def test_from_the_welcome_page_a_file_makes_a_plan_of_its_own(qtbot, desk, told, tmp_path):
    before = desk.model.document
    desk.show_welcome()
    page = dropped(qtbot, desk, tmp_path, "name,lat,lon\nA,64.1,-21.9\nB,65.7,-18.1\n", "new.csv")
    assert page.side.choice.isVisible()
    QTest.mouseClick(page.accept_button, LEFT)
    qtbot.waitUntil(lambda: desk.model.document is not before, timeout=SLOW)
    wait_for_map(qtbot, desk)
    assert desk.plan_name() == "new" and len(desk.model.plan.accounts) == 2
    assert told == []


def test_imports_and_placing_again_are_in_the_menu(qtbot, desk):
    texts = [action.text() for action in desk.menus["file"].actions()]
    assert {"Import…", "Imports…", "Place accounts again…"} <= set(texts)
    desk.run_command("file.imports")
    dialog_of(qtbot, desk, "PastImports").reject()
    desk.run_command("file.place_again")
    dialog = dialog_of(qtbot, desk, "PlacingAgain")
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=SLOW)
    dialog.reject()
