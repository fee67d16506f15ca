"""The Build panel in the real window: built by clicks, previewed, accepted, undone, stopped."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk import edits
from terradesk.document import Document
from terradesk.edits import scenarios
from terradesk.edits import territories as te
from terradesk.plan import Plan
from terradesk.render import Mark
from tests.core.kernel import grid_plan
from tests.ui.driving import LEFT, SLOW, wait_for_map
from ui.dialogs import parts

WIDE, HIGH = 12, 9


@pytest.fixture
def desk(qtbot, window, told, at_once):
    """The window with a grid of 108 squares in four stripes, the first twice as wide as others."""
    window.show_document(Document(uneven()))
    wait_for_map(qtbot, window)
    yield Desk(qtbot, window)
    window.panels["build"].leave()


def uneven() -> Plan:
    plan = grid_plan(WIDE, HIGH, 4)
    stripes = np.array([0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 3, 3])
    ids = np.array([t.id for t in plan.alignment(3).leaves], np.int32)
    return replace(plan, assignments={3: ids[np.tile(stripes, HIGH)]})


class Desk:
    """What a planner does with the panel."""

    def __init__(self, qtbot, window) -> None:
        self.bot, self.window, self.model = qtbot, window, window.model
        window.run_command("build.build")
        self.panel = window.panels["build"]
        self.form = self.panel.form

    def start_from(self, mode: str) -> None:
        parts.choose(self.form.start, mode)
        self.form.start.activated.emit(self.form.start.currentIndex())

    def ask(self, mode: str = "rebalance", tolerance: float = 3.0) -> None:
        self.start_from(mode)
        self.form.within.setValue(tolerance)

    def click(self, button: QtWidgets.QAbstractButton) -> None:
        assert button.isVisible() and button.isEnabled()
        QTest.mouseClick(button, LEFT)

    def build(self) -> None:
        self.click(self.panel.build_button)
        self.wait()

    def wait(self) -> None:
        panel = self.panel
        self.bot.waitUntil(lambda: not panel.session.is_running, timeout=SLOW)
        self.bot.waitUntil(lambda: not panel.previewer.is_busy, timeout=SLOW)

    def line(self, key: str):
        return next(line for line in self.panel.table.lines if line.key == key)

    @property
    def proposed(self) -> np.ndarray:
        return self.model.proposal.plan.assignments[self.model.alignment]

    @property
    def owners(self) -> np.ndarray:
        return self.model.view.assignment

    @property
    def drawn(self) -> np.ndarray:
        """Territory ids as the map shows them."""
        layer = self.window.map.following.layer
        ids = np.array([t.id for t in layer.view.leaves] + [-1])
        return ids[layer.state.territories]

    @property
    def rows(self) -> dict[int, str]:
        figures = self.window.territories_panel._delegate.figures
        return {t: row.text for t, row in figures.items()}

    @property
    def banner(self):
        return self.window.map.building.banner


def children() -> list[str]:
    """Processes that this one has started and that have not ended."""
    listed = Path(f"/proc/{os.getpid()}/task")
    found = [f.read_text().split() for f in listed.glob("*/children")]
    return [pid for pids in found for pid in pids if _is_alive(pid)]


def _is_alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def long_build(desk: Desk) -> None:
    """Begin a build that goes on for minutes, and wait until it shows something."""
    desk.ask("new", 0.1)
    desk.form.more.effort.addItem("endless", 400.0)
    parts.choose(desk.form.more.effort, 400.0)
    desk.form.more.changed.emit()
    desk.click(desk.panel.build_button)
    desk.bot.waitUntil(desk.panel.accept_button.isEnabled, timeout=SLOW)
    assert desk.model.proposal is not None and desk.panel.session.is_running


def test_a_build_is_seen_on_the_map_and_in_the_tree_before_it_is_accepted(desk) -> None:
    before, steps = desk.owners.copy(), len(desk.model.document.steps)
    desk.ask()
    desk.build()
    assert len(desk.model.document.steps) == steps and (desk.owners == before).all()
    changed = np.flatnonzero(desk.proposed != before)
    assert len(changed) and (desk.drawn == desk.proposed).all()
    marks = desk.window.map.following.layer.state.marked(Mark.CHANGED)
    assert marks.tolist() == changed.tolist()
    assert all("→" in text for text in desk.rows.values())
    assert desk.banner.isVisible() and f"{len(changed)} squares would change" in desk.banner.text()
    texts = desk.window.map.floats.legend.texts()
    assert "Would change territory" in texts
    assert desk.line("in").after == "4 of 4" and desk.line("whole").after == "4 of 4"
    assert desk.panel.note.text.startswith("All 4 territories are within")


def test_the_plan_as_it_is_can_be_looked_at_beside_the_preview(desk) -> None:
    before = desk.owners.copy()
    desk.ask()
    desk.build()
    proposed = desk.proposed.copy()
    desk.click(desk.banner.switch)
    assert (desk.drawn == before).all() and not any("→" in t for t in desk.rows.values())
    assert not len(desk.window.map.following.layer.state.marked(Mark.CHANGED))
    desk.click(desk.banner.switch)
    assert (desk.drawn == proposed).all() and all("→" in t for t in desk.rows.values())
    desk.click(desk.panel.discard_button)
    assert desk.model.proposal is None and not desk.banner.isVisible()
    assert (desk.drawn == before).all() and desk.panel.build_button.isVisible()


def test_accepting_is_one_step_that_undo_takes_back(desk) -> None:
    from terradesk.builder.plans.settings import remembered

    model, before = desk.model, desk.owners.copy()
    desk.ask()
    desk.build()
    proposed, steps = desk.proposed.copy(), len(model.document.steps)
    desk.click(desk.panel.accept_button)
    assert len(model.document.steps) == steps + 1
    assert (desk.owners == proposed).all() and (desk.drawn == proposed).all()
    assert model.proposal is None and not desk.banner.isVisible()
    assert desk.window.right.alone is None and not desk.panel.isVisible()
    assert remembered(model.plan).wishes[0].tolerance == 0.03
    text = desk.window.map.floats.message.text()
    n = int((proposed != before).sum())
    assert "Rebalanced 4 territories" in text and f". {n} squares, " in text
    assert "change hands." in text and "locked" not in text
    desk.window.undo()
    assert (desk.owners == before).all() and (desk.drawn == before).all()
    desk.window.run_command("build.build")
    assert desk.form.within.value() == 3.0


def test_new_territories_have_names_and_colours_while_they_are_only_proposed(
    qtbot, window, told, at_once
) -> None:
    window.show_document(Document(grid_plan(WIDE, HIGH, 0)))
    wait_for_map(qtbot, window)
    desk = Desk(qtbot, window)
    assert desk.form.mode == "new"
    desk.form.number.setValue(5)
    desk.form.within.setValue(10)
    desk.build()
    layer, tree = window.map.following.layer, window.territories_panel
    assert len(layer.view.leaves) == 5 and all(t.name for t in layer.view.leaves)
    assert len({t.colour for t in layer.view.leaves}) == 5
    assert not len(layer.state.marked(Mark.CHANGED)), "all is new: nothing stands out"
    assert "108 squares would get a territory" in desk.banner.text()
    assert sorted(tree.shown_names()) == sorted(t.name for t in layer.view.leaves)
    assert not desk.model.view.leaves
    desk.click(desk.panel.accept_button)
    assert len(desk.model.view.leaves) == 5 and (desk.owners >= 0).all()
    window.undo()
    assert not desk.model.view.leaves and not tree.shown_names()


def test_a_double_click_on_build_does_not_accept(desk) -> None:
    steps, panel = len(desk.model.document.steps), desk.panel
    desk.ask("new", 0.1)
    panel.build_button.setFocus()
    desk.click(panel.build_button)
    assert panel.session.is_running and panel.accept_button.isVisible()
    assert not panel.accept_button.isEnabled() and not panel.keep_button.isEnabled()
    assert panel.focusWidget() is panel.progress.stop
    desk.wait()
    assert panel.accept_button.isEnabled() and panel.focusWidget() is panel.accept_button
    assert len(desk.model.document.steps) == steps


def test_the_curves_end_at_what_was_found(desk) -> None:
    long_build(desk)
    desk.click(desk.panel.progress.stop)
    desk.wait()
    found = desk.panel.result.figures.deviations
    assert desk.panel.progress.worst.points[-1][1] == pytest.approx(np.abs(found).max())


def test_stopping_keeps_the_best_so_far(desk) -> None:
    long_build(desk)
    QTest.keyClick(desk.panel, QtCore.Qt.Key.Key_Escape)
    desk.wait()
    assert desk.panel.result.stopped == "cancelled" and desk.panel.result.iterations > 0
    assert desk.panel.progress.title.text() == "Stopped"
    assert (desk.drawn == desk.proposed).all()
    desk.click(desk.panel.accept_button)
    assert (desk.owners >= 0).all() and len(np.unique(desk.owners)) == 4


def test_accepting_while_it_runs_takes_the_best_so_far(desk) -> None:
    steps = len(desk.model.document.steps)
    long_build(desk)
    desk.click(desk.panel.accept_button)
    desk.bot.waitUntil(lambda: len(desk.model.document.steps) == steps + 1, timeout=SLOW)
    assert not desk.panel.is_in_use and desk.model.proposal is None


def test_a_build_can_wait_and_go_on(desk) -> None:
    long_build(desk)
    progress = desk.panel.progress
    desk.click(progress.pause)
    assert desk.panel.session.is_paused and progress.title.text() == "Paused"
    desk.click(progress.pause)
    assert not desk.panel.session.is_paused and progress.title.text() == "Improving"
    assert progress.worst.points and progress.compact.points
    desk.panel.leave()
    assert not desk.panel.session.is_running and desk.model.proposal is None


def test_edits_made_meanwhile_stay(desk) -> None:
    model = desk.model
    desk.ask()
    desk.build()
    changed = np.flatnonzero(desk.proposed != desk.owners)
    other = next(t.id for t in model.view.leaves
                 if t.id not in (desk.owners[changed[0]], desk.proposed[changed[0]]))  # fmt: skip
    row = changed[:1]
    model.attempt(lambda: edits.assign(model.plan, model.alignment, row, other))
    desk.wait()
    assert model.proposal is not None and desk.banner.isVisible()
    assert desk.proposed[row] == other and (desk.drawn == desk.proposed).all()
    assert "1 square was edited meanwhile" in desk.panel.note.text
    desk.click(desk.panel.accept_button)
    assert desk.owners[row] == other
    assert "1 square was edited meanwhile" in desk.window.map.floats.message.text()


def test_a_territory_locked_meanwhile_is_left_alone(desk) -> None:
    model = desk.model
    desk.ask()
    desk.build()
    loses = int(desk.owners[np.flatnonzero(desk.proposed != desk.owners)[0]])
    mine = desk.owners == loses
    model.attempt(lambda: te.set_locked(model.plan, model.alignment, [loses], True))
    desk.wait()
    desk.click(desk.panel.accept_button)
    assert (desk.owners[mine] == loses).all()


def test_a_build_becomes_a_scenario_of_its_own(desk) -> None:
    model, before = desk.model, desk.owners.copy()
    old, steps = model.alignment, len(model.document.steps)
    desk.ask()
    desk.build()
    proposed = desk.proposed.copy()
    desk.click(desk.panel.keep_button)
    assert len(model.document.steps) == steps + 1 and model.alignment != old
    assert (desk.owners == proposed).all() and (desk.drawn == proposed).all()
    assert (model.plan.assignments[old] == before).all()
    assert model.view.scenario.name == "Built 1"
    text = desk.window.map.floats.message.text()
    assert "change hands. It is the new scenario" in text and "Built 1" in text


def test_another_scenario_ends_the_build(desk) -> None:
    model, first = desk.model, desk.model.alignment
    copied = scenarios.copy_scenario(model.plan, model.view.scenario.id, "Other")
    model.attempt(lambda: copied)
    long_build(desk)
    model.show_alignment(copied.alignment)
    assert not desk.panel.session.is_running and model.proposal is None
    assert desk.panel.isVisible() and desk.panel.build_button.isVisible()
    assert (desk.drawn == desk.owners).all()
    model.show_alignment(first)


def test_closing_the_window_while_it_runs_leaves_no_process(desk) -> None:
    long_build(desk)
    assert children()
    desk.window.close()
    desk.bot.waitUntil(lambda: not children(), timeout=SLOW)
    assert not desk.panel.session.is_running


def test_a_wish_that_makes_no_sense_is_answered_at_once(desk) -> None:
    desk.ask("new")
    desk.form.number.setValue(WIDE * HIGH + 1)
    desk.bot.waitUntil(lambda: desk.panel.trouble.isVisible(), timeout=SLOW)
    text = desk.panel.trouble.text
    assert text and "unexpected" not in text
    desk.build()
    assert desk.panel.result is None and desk.panel.trouble.text == text
    desk.form.number.setValue(4)
    desk.bot.waitUntil(lambda: not desk.panel.trouble.isVisible(), timeout=SLOW)


def test_what_stands_in_the_way_is_said_before_and_can_be_relaxed(desk) -> None:
    desk.ask("new", 0.5)
    desk.form.number.setValue(54)
    why = desk.panel.why
    desk.bot.waitUntil(lambda: bool(why.rows), timeout=SLOW)
    told = next((row for row in why.rows if row.remedies), None)
    assert told is not None and told.text.text()
    before = desk.form.settings
    desk.click(told.remedies[0])
    assert desk.form.settings != before


def test_escape_closes_and_the_balance_is_back(desk) -> None:
    assert desk.window.right.alone is desk.panel
    QTest.keyClick(desk.panel, QtCore.Qt.Key.Key_Escape)
    assert desk.window.right.alone is None
    assert desk.window.panels["balance"].isVisible() and not desk.panel.isVisible()


def test_in_a_small_window_it_lies_over_the_map(desk) -> None:
    desk.window.resize(1280, 720)
    desk.bot.waitUntil(lambda: desk.window.rail.is_open, timeout=SLOW)
    assert desk.panel.isVisible() and desk.panel.width() > 340
    desk.click(desk.panel.close_button)
    assert not desk.panel.isVisible() and not desk.window.rail.is_open


def test_everything_can_be_reached_by_keys_and_has_a_name(desk) -> None:
    desk.form.fold.setChecked(True)
    focus = QtCore.Qt.FocusPolicy.TabFocus
    for widget in desk.panel.findChildren(QtWidgets.QWidget):
        if not widget.isVisible() or not widget.focusPolicy() & focus:
            continue
        inner = isinstance(widget.parentWidget(), QtWidgets.QAbstractSpinBox)
        if inner or isinstance(widget, QtWidgets.QScrollArea | QtWidgets.QAbstractItemView):
            continue
        text = getattr(widget, "text", lambda: "")()
        assert widget.accessibleName() or text, widget


def test_looking_at_the_menu_makes_a_process_ready(desk, monkeypatch) -> None:
    from terradesk.builder import running

    desk.panel.leave()
    asked: list[int] = []
    monkeypatch.setattr(running, "get_ready", asked.append)
    desk.window.menus["build"].aboutToShow.emit()
    desk.bot.waitUntil(lambda: asked == [1], timeout=SLOW)
    monkeypatch.setattr(running, "let_go", lambda: asked.append(0))
    desk.panel._stop_expecting()
    assert asked == [1, 0]
