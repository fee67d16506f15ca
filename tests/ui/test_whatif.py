"""The live what-if: card, tree and Balance say before the release what is so after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6 import QtCore, QtWidgets

from terradesk import edits, i18n, measures
from terradesk.edits import Edit, Record, apply, scenarios
from terradesk.edits import territories as te
from tests.core.kernel import grid_plan
from ui.map.card import Card
from ui.map.card_lines import MOST_LINES, Line
from ui.panels.balance import BalancePanel
from ui.panels.territories import TerritoriesPanel
from ui.panels.tree_rows import RowDelegate

from .map_desk import Desk

A = 3
Key = QtCore.Qt.Key


class Panels:
    """Map, tree and Balance of one model, all shown."""

    def __init__(self, qtbot, monkeypatch, plan=None) -> None:
        self.desk = Desk(qtbot, monkeypatch, plan)
        self.model = self.desk.model
        self.tree, self.balance = TerritoriesPanel(self.model), BalancePanel(self.model)
        for panel in (self.tree, self.balance):
            qtbot.addWidget(panel)
            panel.resize(320, 700)
            with qtbot.waitExposed(panel):
                panel.show()
        self.tree.rebuild()
        self.tree.set_small(True)
        self.balance.refresh()

    def texts(self) -> dict[str, object]:
        """Everything that the panels and the card say."""
        balance = self.balance
        return {
            "rows": {t: row.text for t, row in self.tree._delegate.figures.items()},
            "foot": self.tree._foot.text(),
            "head": (balance.head.before.text(), balance.head.after.isVisibleTo(balance)),
            "worst": balance._worst.text(),
            "unassigned": balance._unassigned.text(),
            "differs": balance._differs.text(),
            "card": self.desk.card(),
        }

    def promised(self) -> dict[int, str]:
        """Deviation after, of each row that would change."""
        rows = self.tree._delegate.figures
        return {
            t: i18n.deviation(row.after, row.tolerance)
            for t, row in rows.items()
            if row.after is not None
        }

    def shown(self) -> dict[int, str]:
        return {t: row.text for t, row in self.tree._delegate.figures.items()}


@pytest.fixture
def panels(qtbot, monkeypatch) -> Panels:
    return Panels(qtbot, monkeypatch)


def with_baseline() -> object:
    plan = grid_plan()
    old = plan.scenarios[0]
    base = replace(old, is_baseline=True)
    plan = apply(plan, Edit("", records=(Record("scenario", old, base),)))
    return apply(plan, scenarios.copy_scenario(plan, old.id, "Draft"))


def carry(desk: Desk, squares: list[int], start: tuple, end: tuple) -> None:
    """Grip selected squares and move them somewhere, button down."""
    desk.model.select_units(np.array(squares))
    desk.press(*start)
    desk.move(end[0] - 0.2, end[1])
    desk.move(*end)


def test_a_drag_promises_what_the_release_brings(panels) -> None:
    desk = panels.desk
    carry(desk, [1, 7, 13], (1.5, 0.5), (2.5, 2.5))
    promised, effect = panels.promised(), panels.model.tentative.effect
    card = {line.text: line.after for line in desk.view.floats.card.lines() if line.after}
    worst, foot = panels.balance._worst.text(), panels.tree._foot.text()
    assert set(promised) == {desk.ids[0], desk.ids[1]}
    assert card == {"T0": promised[desk.ids[0]], "T1": promised[desk.ids[1]]}
    counted = panels.balance.head.after.text()
    assert counted == i18n.number(effect.after.n_in_tolerance)
    assert f"→ {counted}" in foot
    desk.release(2.5, 2.5)
    assert {t: panels.shown()[t] for t in promised} == promised
    assert panels.balance.head.before.text() == counted
    assert panels.balance._worst.text() == worst
    assert "→" not in panels.tree._foot.text() and panels.promised() == {}


def test_escape_takes_every_text_back(panels) -> None:
    before = panels.texts()
    carry(panels.desk, [1, 7, 13], (1.5, 0.5), (4.5, 2.5))
    assert panels.texts() != before
    panels.desk.key(Key.Key_Escape)
    assert panels.texts() == before
    panels.desk.release(4.5, 2.5)
    assert panels.texts() == before and panels.model.document.steps == ()


def test_a_new_territory_moves_every_target(panels) -> None:
    desk = panels.desk
    desk.key(Key.Key_B)
    desk.press(0.5, 0.5)
    desk.move(1.5, 0.5)
    promised = panels.promised()
    assert set(promised) == set(desk.ids), "each of four now has to reach less"
    made = next(line for line in desk.view.floats.card.lines() if line.before == "–")
    desk.release(1.5, 0.5)
    after = panels.shown()
    assert {t: after[t] for t in promised} == promised
    new = next(t for t in after if t not in promised)
    assert after[new] == made.after and panels.model.view.name_of(new) == made.text


def test_unassigned_has_its_row_as_source_and_as_target(panels) -> None:
    desk = panels.desk
    desk.model.set_current(desk.ids[0])
    desk.key(Key.Key_E)
    desk.press(5.5, 0.5)
    desk.move(5.5, 1.5)
    line = next(row for row in desk.view.floats.card.lines() if row.text == "Unassigned")
    assert (line.before, line.after) == ("none", "216") and line.after_role == "text"
    assert panels.balance._unassigned.text() == i18n.isolate("none → 216")
    desk.release(5.5, 1.5)
    assert panels.balance._unassigned.text() == "216"
    desk.model.set_current(desk.ids[1])
    desk.key(Key.Key_B)
    desk.press(5.5, 0.5)
    desk.move(5.5, 1.5)
    line = next(row for row in desk.view.floats.card.lines() if row.text == "Unassigned")
    assert (line.before, line.after) == ("216", "none")
    desk.release(5.5, 1.5)


def test_a_cut_is_told_at_once(panels) -> None:
    desk = panels.desk
    carry(desk, [8, 9], (2.5, 1.5), (0.5, 0.5))
    assert "splits T1 in 2" in desk.card()
    desk.key(Key.Key_Escape)
    desk.release(0.5, 0.5)


def test_a_gap_says_who_is_enclosed(panels) -> None:
    desk = panels.desk
    ids = desk.ids
    everything = edits.assign(desk.model.plan, A, np.arange(24), ids[0])
    desk.model.do(everything.edit)
    desk.model.set_current(ids[1])
    desk.key(Key.Key_B)
    desk.press(2.5, 1.5)
    assert "T0 encloses 1 square of T1" in desk.card()
    desk.release(2.5, 1.5)
    assert measures.contiguity(desk.model.view).holes[1] == 1


def test_locked_squares_stay_and_the_card_counts_them(panels) -> None:
    desk = panels.desk
    ids = desk.ids
    desk.model.attempt(lambda: te.set_locked(desk.model.plan, A, [ids[1]], True))
    desk.model.set_current(ids[2])
    desk.key(Key.Key_B)
    desk.press(1.5, 0.5)
    desk.move(2.5, 0.5)
    assert "1 locked square stays" in desk.card()
    desk.release(2.5, 0.5)


def test_balance_and_card_tell_what_differs_from_the_baseline(qtbot, monkeypatch) -> None:
    panels = Panels(qtbot, monkeypatch, with_baseline())
    desk, balance = panels.desk, panels.balance
    assert balance._differs.isVisibleTo(balance) and balance._differs.text() == "0 %"
    carry(desk, [1], (1.5, 0.5), (2.5, 2.5))
    line = next(r for r in desk.view.floats.card.lines() if r.text == "Differs from baseline")
    assert (line.before, line.after) == ("0 %", "4 %")  # 101 of 2,676
    assert balance._differs.text() == i18n.isolate("0 % → 4 %")
    desk.release(2.5, 2.5)
    assert balance._differs.text() == "4 %"
    carry(desk, [1], (1.5, 0.5), (0.5, 2.5))
    assert balance._differs.text() == i18n.isolate("4 % → 0 %")
    desk.release(0.5, 2.5)


def test_only_rows_that_change_are_painted(qtbot, monkeypatch) -> None:
    painted: list[int] = []
    real = RowDelegate.paint

    def counted(self, painter, option, index) -> None:
        painted.append(index.row())
        real(self, painter, option, index)

    monkeypatch.setattr(RowDelegate, "paint", counted)
    panels = Panels(qtbot, monkeypatch, grid_plan(20, 3, 20))
    carry(panels.desk, [1], (1.5, 0.5), (2.5, 0.5))
    for _turn in range(5):
        QtWidgets.QApplication.processEvents()
    assert len(set(painted)) == 20
    painted.clear()
    panels.desk.move(3.5, 0.5)
    qtbot.waitUntil(lambda: bool(painted))
    assert set(painted) <= {1, 2, 3}
    panels.desk.key(Key.Key_Escape)
    panels.desk.release(3.5, 0.5)


def test_bars_keep_their_order_during_a_gesture(panels) -> None:
    order = list(panels.balance.bars._order)
    carry(panels.desk, [1, 7, 13, 19], (1.5, 0.5), (4.5, 2.5))
    assert panels.balance.bars._order == order
    panels.desk.release(4.5, 2.5)
    view = panels.model.view
    ranked = sorted(order, key=lambda t: -measures.balance(view).deviations[view.slots[t]])
    assert panels.balance.bars._order == ranked


@given(
    st.integers(-60, 900), st.integers(-60, 640), st.integers(1, MOST_LINES), st.integers(1, 120)
)
def test_the_card_is_never_under_the_pointer_nor_outside(qapp, x, y, n, letters) -> None:
    card = Card(None)
    title = Line("14 counties", "W" * letters, 3)
    figures = [Line("M" * letters, before="+12 %", after="−3 %") for _k in range(n - 1)]
    card.set_lines([title, *figures])
    area = QtCore.QRect(0, 0, 860, 600)
    card.place(QtCore.QPoint(x, y), area)
    assert card.width() <= 400 and area.contains(card.geometry())
    assert not card.geometry().adjusted(-4, -4, 4, 4).contains(QtCore.QPoint(x, y))
    card.deleteLater()


def test_several_sources_are_the_two_largest_and_a_count(qtbot, monkeypatch) -> None:
    panels = Panels(qtbot, monkeypatch, grid_plan(6, 4, 6))
    desk = panels.desk
    carry(desk, [4, 10, 16, 3, 9, 2], (4.5, 0.5), (5.5, 3.5))
    lines = desk.view.floats.card.lines()
    assert [line.text for line in lines if line.after] == ["T4", "T3", "T5"]
    assert "and 1 more; " in lines[4].text and not lines[4].is_warning
    desk.key(Key.Key_Escape)
    desk.release(5.5, 3.5)
    carry(desk, [0, 6, 12, 18, 1, 7, 13, 2, 8, 3], (0.5, 0.5), (5.5, 3.5))
    lines = desk.view.floats.card.lines()
    assert [line.text for line in lines if line.after] == ["T0", "T5"]
    assert "and 3 more; " in lines[3].text and lines[4].is_warning
    assert len(lines) == MOST_LINES
    desk.release(5.5, 3.5)


def test_the_tree_shows_what_would_fall_apart_by_its_badge(panels) -> None:
    desk, rows = panels.desk, panels.tree._delegate
    carry(desk, [8, 9], (2.5, 1.5), (0.5, 0.5))
    assert [icon for icon, _tip in rows.figures[desk.ids[1]].badges] == ["triangle-alert"]
    desk.key(Key.Key_Escape)
    assert rows.figures[desk.ids[1]].badges == ()
    desk.release(0.5, 0.5)
