"""Suggested moves: listed, previewed, accepted one by one or all together."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk import measures
from terradesk.document import Document
from terradesk.edits import assign
from terradesk.edits import territories as te
from terradesk.plan import Plan
from tests.core.kernel import grid_plan
from tests.ui.driving import LEFT, SLOW, wait_for_map
from ui.dialogs import parts
from ui.panels import suggesting

A = 3


def uneven_plan() -> Plan:
    """Three stripes of 8 squares; two squares more for the first one."""
    plan = grid_plan()
    ids = [t.id for t in plan.alignment(A).leaves]
    document = Document(plan)
    document.do(assign(plan, A, np.array([2, 8]), ids[0]).edit)
    return document.plan


@pytest.fixture
def desk(qtbot, window, at_once):
    window.show_document(Document(uneven_plan()))
    wait_for_map(qtbot, window)
    yield window
    window.panels["swaps"].leave()


def listed(qtbot, window):
    """The panel with its cards, once everything is found for the plan as it is."""
    panel = window.panels["swaps"]

    def is_there() -> bool:
        is_idle = not panel.finding.is_busy and not panel.finding_all.is_busy
        return is_idle and panel.found is not None and panel.found.plan is window.model.plan

    qtbot.waitUntil(is_there, timeout=SLOW)
    return panel


@pytest.fixture
def panel(qtbot, desk):
    desk.run_command("analyse.swaps")
    return listed(qtbot, desk)


def n_in(window) -> int:
    return measures.balance(window.model.view).n_in_tolerance


def test_moves_are_listed_with_what_they_would_do(desk, panel):
    first = panel.cards[0].suggestion
    assert first.title.startswith(("Move", "Exchange"))
    assert "population" in first.detail
    worst = max(first.lines, key=lambda line: abs(line.before))
    assert abs(worst.after) < abs(worst.before)
    assert panel.state.text() == f"{n_in(desk)} of 3 in tolerance"


def test_pointing_at_a_card_previews_it_and_changes_nothing(desk, panel):
    before = desk.model.plan
    card = panel.cards[0]
    card.setFocus()
    shown = desk.model.gesture
    assert shown is not None
    assert shown.unit_rows.tolist() == card.suggestion.rows.tolist()
    assert desk.map.floats.card.isVisible()
    card.clearFocus()
    assert desk.model.gesture is None
    assert desk.model.plan is before


def test_what_is_out_of_sight_has_no_card_on_the_map(desk, panel):
    desk.map.pan_map(1e6, 0)
    panel.cards[0].setFocus()
    assert desk.model.gesture is not None
    assert not desk.map.floats.card.isVisible()


def test_the_next_suggestion_takes_the_place_of_a_skipped_one(qtbot, desk, panel):
    assert len(panel.cards) > 2
    panel.cards[1].skip.setFocus()
    panel.cards[1].skip.click()
    qtbot.waitUntil(lambda: panel.finding.is_busy)
    listed(qtbot, desk)
    assert panel.cards[1].hasFocus()


def test_rows_that_go_leave_the_list_where_it_is(qtbot):
    body = QtWidgets.QWidget()
    rows = QtWidgets.QVBoxLayout(body)
    for k in range(40):
        rows.addWidget(QtWidgets.QPushButton(str(k)))
    area = parts.scrolled(body)
    qtbot.addWidget(area)
    area.resize(200, 200)
    area.show()
    area.activateWindow()
    rows.itemAt(0).widget().setFocus()
    qtbot.waitUntil(lambda: rows.itemAt(0).widget().hasFocus())
    parts.empty(rows)
    assert area.verticalScrollBar().value() == 0
    assert area.hasFocus()


def test_a_click_zooms_to_the_areas(qtbot, desk, panel):
    with qtbot.waitSignal(panel.show_units) as shown:
        QTest.mouseClick(panel.cards[0], LEFT, pos=QtCore.QPoint(20, 12))
    assert shown.args[0].tolist() == panel.cards[0].suggestion.rows.tolist()


def test_accept_does_one_edit_and_the_list_is_found_again(qtbot, desk, panel):
    suggestion = panel.cards[0].suggestion
    steps = len(desk.model.document.applied())
    panel.cards[0].accept.click()
    assert len(desk.model.document.applied()) == steps + 1
    for row, territory in suggestion.steps:
        assert desk.model.view.assignment[row] == territory
    listed(qtbot, desk)
    assert all(card.suggestion.steps != suggestion.steps for card in panel.cards)


def test_what_is_skipped_is_not_suggested_until_it_is_asked_for(qtbot, desk, panel):
    skipped = panel.cards[0].suggestion.steps
    panel.cards[0].setFocus()
    QTest.keyClick(panel.cards[0], QtCore.Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: panel.finding.is_busy)
    listed(qtbot, desk)
    assert all(not skipped <= card.suggestion.steps for card in panel.cards)
    assert panel.skipped.isVisible()
    panel.skipped.click()
    qtbot.waitUntil(lambda: panel.finding.is_busy)
    listed(qtbot, desk)
    assert skipped in [card.suggestion.steps for card in panel.cards]


def test_all_moves_together_are_previewed_then_accepted_in_one_step(qtbot, desk, panel):
    assert panel.whole_box.isVisible()
    assert panel.whole_text.text().startswith("Bring everything within tolerance:")
    steps = len(desk.model.document.applied())
    panel.preview_all.click()
    assert desk.model.proposal is not None
    assert len(desk.model.document.applied()) == steps
    panel.accept_all.click()
    assert desk.model.proposal is None
    assert len(desk.model.document.applied()) == steps + 1
    assert n_in(desk) == 3
    listed(qtbot, desk)
    assert not panel.whole_box.isVisible()


def test_the_least_that_must_change_hands_is_never_more_than_what_does(desk):
    whole = suggesting.find_all(desk.model.plan, A)
    assert whole.is_complete
    assert 1 <= whole.least.units <= len(whole.tentative.unit_rows)


def test_discarding_the_preview_brings_the_plan_back(desk, panel):
    panel.preview_all.click()
    panel.drop_all.click()
    assert desk.model.proposal is None
    assert panel.preview_all.isVisible()


def test_an_edit_on_the_map_finds_anew(qtbot, desk, panel):
    ids = [t.id for t in desk.model.view.leaves]
    desk.model.do(assign(desk.model.plan, A, np.array([2]), ids[1]).edit)
    listed(qtbot, desk)
    assert all(card.suggestion.tentative.edit.changes for card in panel.cards)
    panel.cards[0].accept.click()  # not against the plan before: that would be refused as stale
    assert len(desk.model.document.applied()) == 2


def test_only_moves_that_help_a_territory_are_shown_for_it(qtbot, desk):
    ids = [t.id for t in desk.model.view.leaves]
    panel = desk.panels["swaps"]
    panel.open(ids[1])
    listed(qtbot, desk)
    assert panel.state.text() == "What would help T1"
    for card in panel.cards:
        [line] = [line for line in card.suggestion.lines if line.territory == ids[1]]
        assert abs(line.after) < abs(line.before)
    panel.all_of.click()
    listed(qtbot, desk)
    assert not panel.all_of.isVisible()


def test_locked_territories_are_left_alone_and_the_panel_says_why_nothing_helps(qtbot, desk):
    ids = [t.id for t in desk.model.view.leaves]
    desk.model.do(te.set_locked(desk.model.plan, A, ids, True))
    desk.run_command("analyse.swaps")
    panel = desk.panels["swaps"]
    qtbot.waitUntil(lambda: panel.note.isVisible() or panel.trouble.isVisible(), timeout=SLOW)
    assert not panel.cards
    assert "locked" in panel.note.text() + panel.trouble.text


def test_an_even_plan_says_so(qtbot, window, at_once):
    window.show_document(Document(grid_plan(6, 4, 2)))
    wait_for_map(qtbot, window)
    window.run_command("analyse.swaps")
    panel = listed(qtbot, window)
    assert panel.note.text().startswith("Everything is within tolerance")
    assert not panel.whole_box.isVisible()
    panel.leave()


def test_without_anything_to_balance_it_says_what_to_do(qtbot, window, at_once):
    window.show_document(Document(grid_plan(territories=0)))
    wait_for_map(qtbot, window)
    panel = window.panels["swaps"]
    panel.open()
    assert panel.note.isVisible()
    assert panel.note.text().startswith("Make two or more territories")
    assert not panel.finding.is_busy
    panel.leave()


def test_closing_the_panel_ends_the_search_and_the_preview(desk, panel):
    panel.cards[0].setFocus()
    panel.leave()
    assert not panel.isVisible()
    assert desk.model.tentative is None
    assert desk.panels["balance"].isVisible()


def test_a_build_preview_is_not_thrown_away_for_suggestions(desk, monkeypatch):
    said = []
    desk.model.message.connect(lambda text, _undo: said.append(text))
    monkeypatch.setattr(type(desk.panels["build"]), "is_in_use", property(lambda _self: True))
    desk.run_command("analyse.swaps")
    assert said == ["Accept or discard the preview first."]
    assert not desk.panels["swaps"].isVisible()
