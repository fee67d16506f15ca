"""The real window: from the welcome page to files handed over, and what goes wrong on the way."""

from __future__ import annotations

import shutil
import sqlite3

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import planfile
from terradesk import records as rec
from terradesk.edits import assign
from terradesk.edits.territories import create, new_territory
from tests.core.kernel import grid_plan
from tests.ui.driving import (
    SLOW,
    dialog_of,
    open_sample,
    place,
    press_at,
    wait_for_map,
)
from ui import settings
from ui.jobs import running
from ui.main_window import MainWindow, keeping


def test_the_sample_tells_its_story(qtbot, window, told) -> None:
    open_sample(qtbot, window)
    panel = window.panels["balance"]
    assert panel.head.before.text() == "14" and window.model.view.scenario.name == "My draft"
    rows = window.model.selected_units
    assert len(rows) == 3, "the first tip outlines three counties"
    denver = next(t.id for t in window.model.view.leaves if t.name == "Denver")
    inside = np.flatnonzero(window.model.view.assignment == denver)
    target = place(window, int(inside[len(inside) // 2]))
    press_at(window, [int(rows[0])], move_to=target)
    assert (window.model.view.assignment[rows] == denver).all()
    assert panel.head.before.text() == "15"
    assert "Denver" in window.actions_by_id["edit.undo"].toolTip()
    assert told == []


def test_areas_dragged_onto_a_row_of_the_tree_go_to_that_territory(qtbot, window, told) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    wait_for_map(qtbot, window)
    model, tree = window.model, window.territories_panel.tree
    ids = [t.id for t in model.view.leaves]
    model.select_units(np.array([0, 1]))
    on_row = tree.viewport().mapToGlobal(tree.visualRect(tree.model().index(2, 0)).center())
    press_at(window, [0], move_to=window.map.canvas.viewport().mapFromGlobal(on_row))
    assert (model.view.assignment[[0, 1]] == ids[2]).all() and told == []


def test_every_action_has_a_handler_a_name_and_a_free_shortcut(qtbot, window) -> None:
    keys = [a.shortcut().toString() for a in window.actions_by_id.values()]
    used = [k for k in keys if k]
    assert len(used) == len(set(used))
    assert all(a.text() for a in window.actions_by_id.values())


def test_commands_that_need_a_plan_are_off_without_one(qtbot, window) -> None:
    enabled = {name for name, a in window.actions_by_id.items() if a.isEnabled()}
    assert "file.open" in enabled and "export.workbook" not in enabled
    window.show_document(planfile.new_untitled(grid_plan()))
    assert window.actions_by_id["export.workbook"].isEnabled()
    assert not window.actions_by_id["territory.assign"].isEnabled()
    window.model.select_units(np.array([0]))
    assert window.actions_by_id["territory.assign"].isEnabled()


def test_trying_something_and_replacing_the_original(qtbot, window, told) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    original = window.model.alignment
    window.run_command("build.try")
    model = window.model
    assert model.alignment != original
    qtbot.waitUntil(window.top_bar.scenario.isVisible)
    ids = [t.id for t in model.view.leaves]
    model.attempt(lambda: assign(model.plan, model.alignment, np.array([0]), ids[2]))
    assert model.plan.alignment(original).assignment[0] == ids[0]
    window.run_command("build.replace")
    assert model.alignment == original and model.view.assignment[0] == ids[2]
    window.run_command("edit.undo")
    assert len(model.plan.scenarios) == 2 and told == []


def test_drawing_on_a_baseline_goes_on_in_a_copy_after_one_question(
    qtbot, window, told, asked
) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    model = window.model
    window.run_command("build.baseline")
    base, ids = model.alignment, [t.id for t in model.view.leaves]
    node = new_territory(model.plan, base, "New")
    rows = np.array([0, 1])
    model.attempt(lambda: assign(model.plan, base, rows, node.id, new=node))
    assert model.alignment != base and (model.view.assignment[rows] == node.id).all()
    assert model.view.scenario.name == "My draft" and model.view.name_of(node.id) == "New"
    assert (model.plan.alignment(base).assignment[rows] == ids[0]).all()
    scenario_ids = {s.id for s in model.plan.scenarios} | set(model.plan.assignments)
    assert node.id not in scenario_ids, "ids are never used twice"
    model.attempt(lambda: assign(model.plan, model.alignment, np.array([5]), ids[0]))
    assert len(asked) == 1 and told == []
    for _i in range(3):
        window.run_command("edit.undo")
    assert len(model.plan.scenarios) == 1


def test_who_wants_to_edit_the_baseline_itself_is_asked_once(
    qtbot, window, asked, monkeypatch
) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    model = window.model
    window.run_command("build.baseline")
    ids = [t.id for t in model.view.leaves]
    monkeypatch.setattr(keeping, "ask_for_copy", lambda _w, name: asked.append(name) or "")
    assert model.attempt(lambda: assign(model.plan, 3, np.array([0]), ids[1])) is None
    monkeypatch.setattr(keeping, "ask_for_copy", lambda _w, name: asked.append(name) or "edit")
    for row in (0, 6):
        model.attempt(lambda row=row: assign(model.plan, 3, np.array([row]), ids[1]))
    assert len(model.plan.scenarios) == 1 and len(asked) == 2
    assert (model.view.assignment[[0, 6]] == ids[1]).all()


def test_territories_are_made_merged_locked_and_deleted_by_command(qtbot, window, told) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    model = window.model
    model.select_units(np.array([0, 1]))
    window.run_command("territory.new")
    made = model.current
    assert (model.view.assignment[[0, 1]] == made).all() and len(model.view.leaves) == 4
    window.run_command("territory.lock")
    assert made in model.view.locked_territories
    window.run_command("territory.lock")
    ids = [t.id for t in model.view.leaves]
    window.territories_panel._select({ids[0], made})
    window.run_command("territory.merge")
    assert len(model.view.leaves) == 3 and model.view.assignment[0] == made
    window.territories_panel._select({made})
    window.run_command("territory.delete")
    assert (model.view.assignment[[0, 1]] == -1).all()
    for _i in range(5):
        window.run_command("edit.undo")
    assert len(model.view.leaves) == 3 and model.view.assignment[0] == ids[0] and told == []


def test_a_commit_that_fails_leaves_plan_and_screen_as_they_were(qtbot, window, told) -> None:
    document = planfile.new_untitled(grid_plan())
    window.show_document(document)
    model = window.model
    ids = [t.id for t in model.view.leaves]
    foot = window.panels["balance"].head.before.text()
    other = sqlite3.connect(document.path)
    other.execute("BEGIN EXCLUSIVE")
    model.attempt(lambda: assign(model.plan, model.alignment, np.arange(8), ids[2]))
    assert len(told) == 1 and model.view.assignment[0] == ids[0]
    assert window.panels["balance"].head.before.text() == foot and not document.steps
    other.rollback()
    other.close()
    model.attempt(lambda: assign(model.plan, model.alignment, np.arange(8), ids[2]))
    assert model.view.assignment[0] == ids[2] and len(told) == 1


def test_a_read_only_plan_says_so_and_refuses_edits(qtbot, window, told, tmp_path) -> None:
    first = planfile.create(tmp_path / "plan.gpkg", grid_plan())
    first.do(assign(first.plan, 3, np.array([0]), first.plan.alignment(3).leaves[1].id).edit)
    window.files.open_path(tmp_path / "plan.gpkg")
    qtbot.waitUntil(lambda: window.model.is_open, timeout=SLOW)
    assert window.model.document.is_read_only
    assert "ead" in window.windowTitle()
    model = window.model
    model.attempt(lambda: assign(model.plan, 3, np.array([5]), model.view.leaves[0].id))
    assert len(told) == 1 and len(model.document.steps) == 1
    first.close()


def test_a_file_that_is_no_plan_says_what_to_do(qtbot, window, told, tmp_path) -> None:
    bad = tmp_path / "broken.gpkg"
    bad.write_bytes(b"SQLite format 3\x00" + b"\x00" * 50)
    window.files.open_path(bad)
    page = dialog_of(qtbot, window, "Importing")
    qtbot.waitUntil(page.trouble.isVisible, timeout=SLOW)
    assert page.trouble.accessibleName() and not page.accept_button.isEnabled()
    page.reject()
    assert not window.model.is_open and told == []


def test_the_plan_survives_closing_and_undo_goes_on(qtbot, window, tmp_path) -> None:
    document = planfile.create(tmp_path / "plan.gpkg", grid_plan())
    window.show_document(document)
    model = window.model
    before = model.view.assignment
    ids = [t.id for t in model.view.leaves]
    model.attempt(lambda: assign(model.plan, model.alignment, np.array([0]), ids[2]))
    window.show_document(planfile.new_untitled(grid_plan()))
    window.files.open_path(tmp_path / "plan.gpkg")
    qtbot.waitUntil(lambda: model.document.path == tmp_path / "plan.gpkg", timeout=SLOW)
    assert model.view.assignment[0] == ids[2]
    assert str(tmp_path / "plan.gpkg") in window.settings.recent
    window.run_command("edit.undo")
    assert np.array_equal(model.view.assignment, before)


def test_an_untouched_sample_copy_is_thrown_away_and_an_edited_one_kept(qtbot, window) -> None:
    open_sample(qtbot, window)
    first = window.model.document.path
    window.show_document(planfile.new_untitled(grid_plan()))
    assert not first.exists()
    open_sample(qtbot, window)
    second = window.model.document.path
    rows = window.model.selected_units
    model = window.model
    model.attempt(lambda: assign(model.plan, model.alignment, rows, model.view.leaves[0].id))
    window.show_document(planfile.new_untitled(grid_plan()))
    assert second.exists()


def test_small_windows_have_a_rail_and_figures_at_the_foot(qtbot, window) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    assert window.right.isVisible() and not window.rail.isVisible()
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.rail.isVisible())
    assert not window.right.isVisible()
    window.run_command("analyse.balance")
    assert window.rail.is_open and window.panels["balance"].isVisible()
    window.map.floats.arrange()  # as anything that comes or goes on the map does
    balance = window.panels["balance"]
    for corner in (balance.rect().topLeft(), balance.rect().bottomRight()):
        seen = window.childAt(balance.mapTo(window, corner))
        assert seen is balance or balance.isAncestorOf(seen)
    window.resize(1600, 1000)
    qtbot.waitUntil(lambda: window.right.isVisible())
    assert not window.rail.is_open and window.panels["balance"].isVisible()


def test_a_panel_over_the_map_goes_with_the_map(qtbot, window) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.rail.isVisible())
    window.run_command("analyse.balance")
    assert window.rail.is_open
    window.pages.setCurrentWidget(window.welcome)
    assert not window.rail.is_open and not window.panels["balance"].isVisible()


def test_panels_hide_and_come_back(qtbot, window) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    window.run_command("view.panels")
    assert not any(dock.isVisible() for dock in window.docks.values())
    window.run_command("view.panels")
    assert all(dock.isVisible() for dock in window.docks.values())


def test_docks_remember_their_place(qtbot, window) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    window.removeDockWidget(window.right)
    window.addDockWidget(QtCore.Qt.DockWidgetArea.LeftDockWidgetArea, window.right)
    window.right.show()
    window.close()
    again = MainWindow(settings.load())
    again.resize(1600, 1000)
    again.show()
    again.show_document(planfile.new_untitled(grid_plan()))
    assert again.dockWidgetArea(again.right) == QtCore.Qt.DockWidgetArea.LeftDockWidgetArea
    assert again.bottom.is_collapsed and again.right.isVisible()
    qtbot.waitUntil(lambda: not running(), timeout=SLOW)
    again.close()
    again.deleteLater()


def test_a_folded_overview_stays_folded(qtbot, window) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    assert not window.map.going.inset.is_folded
    window.map.going.inset.set_folded(True)
    window.close()
    again = MainWindow(settings.load())
    assert again.map.going.inset.is_folded
    qtbot.waitUntil(lambda: not running(), timeout=SLOW)
    again.close()
    again.deleteLater()


def test_a_new_window_is_no_larger_than_its_screen(qtbot, window) -> None:
    room = window.screen().availableGeometry()
    other = MainWindow(settings.Settings())
    least = other.minimumSizeHint().expandedTo(other.minimumSize())
    assert other.width() <= max(room.width(), least.width())
    assert other.height() <= max(room.height(), least.height())
    assert other.width() < 1600 or room.width() >= 1600
    other.deleteLater()


def test_the_bottom_tables_collapse_to_one_line(qtbot, window) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    assert window.bottom.is_collapsed and window.bottom.width() == window.width()
    window.run_command("analyse.history")
    assert not window.bottom.is_collapsed and window.panels["history"].isVisible()
    assert window.bottom.tabs.tabText(0) == "Accounts  12"


def test_light_and_dark_change_at_once(qtbot, window) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    light = window.grab().toImage().pixelColor(5, 200)
    window.run_command("view.theme")
    dark = window.grab().toImage().pixelColor(5, 200)
    assert dark.lightness() < 80 < light.lightness() and window.settings.theme == "dark"
    window.run_command("view.theme")
    assert window.grab().toImage().pixelColor(5, 200) == light


def test_saving_a_copy_goes_on_in_the_copy(qtbot, window, tmp_path, monkeypatch) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    chosen = str(tmp_path / "Mine")
    monkeypatch.setattr(QtWidgets.QFileDialog, "getSaveFileName", lambda *_a: (chosen, ""))
    window.run_command("file.copy")
    copy = tmp_path / "Mine.gpkg"
    qtbot.waitUntil(lambda: window.model.document.path == copy, timeout=SLOW)
    assert planfile.check(copy) == ()


def test_named_versions_stand_in_the_history(qtbot, window, monkeypatch) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    monkeypatch.setattr(QtWidgets.QInputDialog, "getText", lambda *_a, **_k: ("For Ann", True))
    window.run_command("file.save")
    assert "For Ann" in window.model.document.steps[-1].text


def test_an_export_to_a_place_that_cannot_be_written_says_so(qtbot, window, told, tmp_path) -> None:
    window.show_document(planfile.new_untitled(grid_plan()))
    window.files.export("csv", tmp_path / "no" / "such" / "folder" / "plan.csv")
    qtbot.waitUntil(lambda: bool(told), timeout=SLOW)
    assert not (tmp_path / "no").exists()


def test_other_programs_changes_are_noticed(qtbot, window, tmp_path, monkeypatch) -> None:
    document = planfile.create(tmp_path / "plan.gpkg", grid_plan())
    window.show_document(document)
    assert not keeping.has_foreign_changes(document)
    copy = tmp_path / "other.gpkg"
    shutil.copy(document.path, copy)
    other = sqlite3.connect(document.path)
    other.execute("UPDATE settings SET value = 'x' WHERE uid = 'title'")
    other.commit()
    other.close()
    assert keeping.has_foreign_changes(document)


def test_a_new_plan_shows_three_steps_until_the_first_edit(qtbot, window) -> None:
    window.show_document(planfile.new_untitled(grid_plan(territories=0)))
    steps = window.map.floats.steps
    qtbot.waitUntil(steps.isVisible, timeout=SLOW)
    assert window.panels["balance"].head.total.text() == "", "nothing to be in tolerance yet"
    model = window.model
    node = new_territory(model.plan, model.alignment, "North")
    model.attempt(lambda: create(model.plan, model.alignment, [node]))
    qtbot.waitUntil(lambda: not steps.isVisible())


def test_reps_and_notes_of_the_sample_reach_the_inspector(qtbot, window) -> None:
    open_sample(qtbot, window)
    window.run_command("analyse.inspector")
    vacant = next(t.id for t in window.model.view.leaves if t.id not in window.model.view.owners)
    window.select_none()
    window.model.set_current(vacant)
    facts = dict(window.panels["inspector"].lines())
    assert facts["Rep"] == "nobody"
    assert len(window.model.plan.rows(rec.Rep)) == 24
