"""Choices side by side: what each is the best in, shown on the map, one of them taken."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk.builder.problem import Figures, Result, Violation
from terradesk.builder.why.telling import Relax, Told
from terradesk.document import Document
from terradesk.edits import assign
from tests.core.kernel import grid_plan
from tests.ui.driving import LEFT, SLOW, wait_for_map
from ui.panels.build import thumbnails
from ui.panels.build.choices import compared, tentative_of, traits_of
from ui.panels.build.why import MOST, WhyList

A = 3
Key = QtCore.Qt.Key


def result(worst: float, kept: float, distance: float, n_out: int = 0) -> Result:
    """A result of three territories with these figures."""
    k = 3
    deviations = np.array([[worst], [-worst / 2], [0.0]])
    figures = Figures(
        values=1 + deviations,
        targets=np.ones((k, 1)),
        deviations=deviations,
        exempt=np.zeros(k, bool),
        n_units=np.full(k, 8, np.int32),
        parts=np.ones(k, np.int32),
        compactness=np.full(k, 0.5),
        distance=distance,
        border=1.0,
        kept=kept,
        handed=np.array([[2.0], [1.0], [0.0]]),
        taken=np.zeros((k, 1)),
        n_split_districts=0,
    )
    out = tuple(Violation("tolerance", t, 0, worst) for t in range(n_out))
    return Result(np.zeros(24, np.int32), figures, out, "complete", 1, 1, 0.1, "1")


THREE = (result(0.02, 0.7, 30.0), result(0.06, 0.8, 20.0), result(0.12, 0.95, 35.0, n_out=1))


# ---------------------------------------------------------------------- what is compared
def test_figures_of_a_result_are_told_in_words():
    texts = {t.key: t.text for t in traits_of(THREE[2])}
    assert texts["in"] == "2 of 3"
    assert texts["worst"].replace("\u00a0", " ") == "±12.0 %"
    assert texts["handed"] == "3"


def test_figures_that_mean_nothing_are_left_out():
    keys = {t.key for t in traits_of(replace_figures(THREE[0], kept=math.nan))}
    assert "kept" not in keys
    assert {"in", "worst", "shape", "distance"} <= keys


def replace_figures(one: Result, **fields) -> Result:
    return replace(one, figures=replace(one.figures, **fields))


def test_the_best_of_each_figure_is_marked_and_what_is_the_same_is_not():
    choices = compared(THREE, [None] * 3)
    assert [sorted(c.best) for c in choices] == [["in", "worst"], ["distance", "in"], ["kept"]]
    assert [c.title for c in choices] == ["Most even", "Shortest ways", "Most kept"]


def test_titles_differ_where_one_choice_leads_in_everything():
    choices = compared((result(0.01, 0.9, 10.0), result(0.05, 0.8, 20.0)), [None, None])
    assert [c.title for c in choices] == ["Most even", "In between"]


def test_no_edit_is_no_tentative():
    assert tentative_of(grid_plan(), None) is None


def test_a_small_map_shows_the_territories():
    data, wide, high = thumbnails.draw(grid_plan(), A, (60, 40), False)
    assert (wide, high) == (120, 80)
    colours = {data[i : i + 3] for i in range(0, len(data), 3)}
    assert len(colours) > 3  # three fills, lines, ground


# ---------------------------------------------------------------------- over the map
@pytest.fixture
def desk(qtbot, window, at_once):
    window.show_document(Document(grid_plan()))
    wait_for_map(qtbot, window)
    return window


@pytest.fixture
def chooser(desk):
    """Three choices: one moves square 2, one 3, the last nothing."""
    plan, ids = desk.model.plan, [t.id for t in desk.model.view.leaves]
    edits = [assign(plan, A, np.array([row]), ids[0]).edit for row in (2, 3)]
    tentatives = [tentative_of(plan, edit) for edit in (*edits, None)]
    chooser = desk.choosing.chooser
    chooser.show_choices(compared(THREE, tentatives))
    return chooser


def test_the_first_choice_is_on_the_map_at_once(desk, chooser):
    assert chooser.isVisible()
    assert chooser.title.text() == "3 ways to go"
    assert desk.model.proposal.unit_rows.tolist() == [2]


def test_arrows_show_one_after_the_other(desk, chooser):
    QTest.keyClick(chooser.cards[0], Key.Key_Right)
    assert desk.model.proposal.unit_rows.tolist() == [3]
    QTest.keyClick(chooser.cards[1], Key.Key_Right)
    assert desk.model.proposal is None  # the last one changes nothing
    QTest.keyClick(chooser.cards[2], Key.Key_Right)
    QTest.keyClick(chooser.cards[2], Key.Key_Left)
    assert desk.model.proposal.unit_rows.tolist() == [3]


def test_small_maps_come_as_they_are_drawn(qtbot, chooser):
    cards = chooser.cards
    qtbot.waitUntil(lambda: all(not c.picture.pixmap().isNull() for c in cards), timeout=SLOW)


def test_the_best_is_said_in_words(chooser):
    words = [w.text() for w in chooser.cards[0].findChildren(QtWidgets.QLabel)]
    assert words.count("best") == 2
    assert "Worst" in words
    assert "(best)" in chooser.cards[0].accessibleName()


def test_enter_takes_a_choice_and_closes(qtbot, chooser):
    second = chooser.cards[1].choice
    with qtbot.waitSignal(chooser.taken) as taken:
        QTest.keyClick(chooser.cards[1], Key.Key_Return)
    assert taken.args == [second]
    assert not chooser.isVisible()


def test_a_dot_of_the_scatter_is_pointed_at_and_clicked(qtbot, desk, chooser):
    dots = chooser.scatter.dots()
    assert dots[0].y() < dots[1].y() < dots[2].y()  # the more even, the higher
    assert dots[0].x() < dots[1].x() < dots[2].x()  # the more is kept, the further right
    QTest.mouseMove(chooser.scatter, dots[1].toPoint())
    chooser.scatter.pointed.emit(1)
    assert desk.model.proposal.unit_rows.tolist() == [3]
    with qtbot.waitSignal(chooser.taken):
        QTest.mouseClick(chooser.scatter, LEFT, pos=dots[1].toPoint())


def test_escape_brings_the_plan_back(desk, chooser):
    QTest.keyClick(chooser.cards[0], Key.Key_Escape)
    assert not chooser.isVisible()
    assert desk.model.proposal is None


def test_an_edit_closes_the_choices(desk, chooser):
    ids = [t.id for t in desk.model.view.leaves]
    desk.model.do(assign(desk.model.plan, A, np.array([9]), ids[0]).edit)
    assert not chooser.isVisible()


def test_in_a_small_window_the_maps_give_way_to_the_map(desk, chooser):
    assert chooser.cards[0].picture.isVisible()
    desk.resize(1280, 720)
    assert not chooser.cards[0].picture.isVisible()
    assert chooser.geometry().bottom() < desk.map.height()


# ---------------------------------------------------------------------- found in earnest
def test_choices_are_found_shown_and_one_is_taken_to_the_panel(qtbot, desk):
    desk.run_command("build.rebalance")
    panel, choosing = desk.panels["build"], desk.choosing
    panel.choices_button.click()
    assert choosing.chooser.stop.isVisible()
    qtbot.waitUntil(lambda: bool(choosing.chooser.cards), timeout=SLOW)
    assert not choosing.chooser.stop.isVisible()
    last = choosing.chooser.cards[-1]
    taken = last.choice.result
    QTest.keyClick(last, Key.Key_Return)
    assert panel.result is taken
    changed = int((taken.assignment != panel.prepared.problem.baseline).sum())
    if changed:
        qtbot.waitUntil(lambda: desk.model.proposal is not None, timeout=SLOW)
        assert len(desk.model.proposal.unit_rows) == changed
    panel.leave()


def test_closing_the_panel_ends_the_search(qtbot, desk):
    desk.run_command("build.rebalance")
    desk.panels["build"].choices_button.click()
    desk.panels["build"].leave()
    assert not desk.choosing.chooser.isVisible()
    assert not desk.choosing.search.is_running


# ---------------------------------------------------------------------- what stands in the way
@pytest.fixture
def why(qtbot):
    out = WhyList()
    qtbot.addWidget(out)
    out.resize(340, 600)
    return out


def told(text: str, **fields) -> Told:
    return Told(text, **fields)


def test_what_cannot_be_met_comes_first_and_much_is_folded(why):
    tolds = [told(f"Hint {n}", is_error=False) for n in range(4)]
    why.show_tolds([*tolds, told("Too heavy"), told("Locked")], "The tightest is 6.5 %.")
    assert why.headline.text() == "The tightest is 6.5 %."
    assert [r.text.text() for r in why.rows] == ["Too heavy", "Locked", "Hint 0", "Hint 1"]
    assert len(why.rows) == MOST
    assert why.more.text() == "and 2 more"
    why.more.click()
    assert len(why.rows) == 6
    assert not why.more.isVisibleTo(why)


def test_a_sentence_shows_its_places_by_click_and_by_key(qtbot, why):
    why.show_tolds([told("Here", units=np.array([4, 5], np.int32)), told("Nowhere")])
    why.show()
    with qtbot.waitSignal(why.units_clicked) as shown:
        QTest.mouseClick(why.rows[0], LEFT)
    assert shown.args[0].tolist() == [4, 5]
    with qtbot.waitSignal(why.units_clicked):
        QTest.keyClick(why.rows[0], Key.Key_Return)
    with qtbot.assertNotEmitted(why.units_clicked):
        QTest.mouseClick(why.rows[1], LEFT)


def test_each_remedy_is_a_button_of_its_own(qtbot, why):
    from terradesk.builder.why.findings import Remedy

    wider = Relax("Accept ±7 %", Remedy("tolerance", 0.07, 0))
    unlock = Relax("Unlock Denver", Remedy("unlock", territory=1))
    why.show_tolds([told("Too tight", relax=wider, others=(unlock,))])
    assert [b.text() for b in why.rows[0].remedies] == ["Accept ±7 %", "Unlock Denver"]
    with qtbot.waitSignal(why.relax_clicked) as asked:
        why.rows[0].remedies[1].click()
    assert asked.args[0].relax is unlock


def test_nothing_to_say_is_nothing_to_see(why):
    why.show_tolds([told("Something")])
    why.clear()
    assert not why.isVisible()
