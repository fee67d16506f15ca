"""What the Build panel and menu say: how things stand, what comes first, what words mean."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6 import QtCore, QtGui

from terradesk import measures
from terradesk.builder.plans.preparing import prepare
from terradesk.builder.plans.settings import Settings, Wish
from terradesk.document import Document
from terradesk.edits import apply, assign
from terradesk.palettes import role_colours
from terradesk.plan import UNASSIGNED
from terradesk.render.filling import CHANGED
from terradesk.render.hatching import strokes
from tests.core.kernel import grid_plan
from ui.document_model import DocumentModel
from ui.main_window import greyed
from ui.panels.build import session
from ui.panels.build.asking import Asking
from ui.panels.build.form import Form
from ui.panels.build.panel import BuildPanel
from ui.panels.build.why import WhyList

A = 3
TAN, BROWN = (0xC8, 0xB9, 0x83), (0xD9, 0xAE, 0x86)


@pytest.fixture
def model():
    model = DocumentModel()
    model.open(Document(grid_plan()))
    yield model
    model.close()


@pytest.fixture
def form(qtbot, model) -> Form:
    form = Form(model)
    qtbot.addWidget(form)
    return form


def test_a_diagnosis_that_takes_long_is_told_until_it_is_over(qtbot) -> None:
    owner, gate = QtCore.QObject(), threading.Event()
    asking = Asking(owner)
    with qtbot.waitSignal(asking.slow_changed, check_params_cb=lambda is_slow: is_slow):
        asking.ask(lambda progress: gate.wait(5))
    with qtbot.waitSignal(asking.slow_changed, check_params_cb=lambda is_slow: not is_slow):
        gate.set()


def test_a_quiet_line_alone_is_seen(qtbot) -> None:
    why = WhyList()
    qtbot.addWidget(why)
    why.clear()
    assert not why.has_something
    why.say("Checking…")
    assert why.has_something and why.state.isVisibleTo(why)
    why.clear()
    assert not why.has_something and not why.state.isVisibleTo(why)


def test_the_panel_says_when_nothing_stands_in_the_way(qtbot, model, monkeypatch) -> None:
    monkeypatch.setattr(session, "warm_up", lambda: None)
    panel = BuildPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    panel.open()
    panel.form.within.setValue(50)
    qtbot.waitUntil(lambda: panel.why.state.text() == "Nothing stands in the way.")
    assert panel.why.state.isVisible()
    panel._checking(True)
    assert panel.why.state.text() == "Checking…"
    panel._checking(False)
    assert not panel.why.isVisible()


@pytest.mark.parametrize("reach", ["only", "near", "all"])
def test_who_may_change_when_a_territory_goes_is_asked(form, reach) -> None:
    gone = form._model.view.leaves[0].id
    wish = Wish("m-population", 0.1)
    asked = Settings(mode="absorb", territories=(gone,), wishes=(wish,), reach=reach)
    form.show_settings(asked)
    assert form.settings == asked and form.fold.isChecked() == (reach != "near")
    assert form.more._reach_row.isVisibleTo(form.more)


def test_a_new_territory_always_takes_from_others(form) -> None:
    form.show_settings(Settings(mode="carve", n_territories=1, reach="only"))
    assert form.more.reach.findData("only") < 0 and form.settings.reach == "near"
    form.show_settings(Settings(mode="rebalance", reach="all"))
    assert not form.more._reach_row.isVisibleTo(form.more) and not form.fold.isChecked()
    assert form.settings.reach == "all"


def test_keeping_is_told_in_words(form) -> None:
    words = []
    for share in (0.0, 0.2, 0.5, 1.0):
        form.keep.set_share(share)
        assert form.keep.meaning.text() in form.keep.slider.toolTip()
        words.append(form.keep.meaning.text())
    assert words == ["all may move", "much moves", "little moves", "only what tolerance needs"]
    assert not form.compactness.meaning.text()


def test_the_plan_before_has_the_territories_that_it_has() -> None:
    plan = grid_plan(8, 6, 4)
    carved = prepare(plan, A, Settings(mode="carve", n_territories=1), np.array([27, 28]))
    gone = Settings(mode="absorb", territories=(plan.alignment(A).leaves[0].id,))
    for prepared in (carved, prepare(plan, A, gone)):
        found = session.before(prepared)
        assert (found.n_whole, found.n_there) == (4, 4)


def test_what_gets_a_territory_does_not_change_hands() -> None:
    plan = grid_plan(8, 6, 4)
    view, rows = plan.alignment(A), np.arange(len(plan.units))
    first = view.leaves[0].id
    empty = apply(plan, assign(plan, A, rows, UNASSIGNED).edit)
    full = apply(empty, assign(empty, A, rows, first).edit)
    assert measures.handed(view, view) == ""
    assert "change hands." in measures.handed(view, full.alignment(A))
    part = apply(plan, assign(plan, A, rows[:5], UNASSIGNED).edit)
    filled = apply(part, assign(part, A, rows[:5], first).edit)
    assert measures.handed(part.alignment(A), filled.alignment(A)).startswith("5 squares, ")
    assert "get a territory." in measures.handed(part.alignment(A), filled.alignment(A))
    assert "get a territory." in measures.handed(empty.alignment(A), full.alignment(A))


def test_a_greyed_entry_says_what_to_select_first(qapp) -> None:
    action = QtGui.QAction("Split into…")
    action.setObjectName("build.split")
    action.setToolTip("Split into parts")
    action.setEnabled(False)
    greyed.tell([action])
    greyed.tell([action])
    assert action.toolTip() == "Select one territory in the list first"
    action.setEnabled(True)
    greyed.tell([action])
    assert action.toolTip() == "Split into parts"
    assert greyed.missing("build.rebuild").startswith("Select two or more")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("fill", [TAN, BROWN])
def test_what_would_change_is_blue_on_every_fill(dark, fill) -> None:
    ink = role_colours.ROLES["select"][dark]
    select = [int(ink[i : i + 2], 16) for i in (1, 3, 5)]
    share = strokes(CHANGED, dark).opacity
    red, _green, blue = (share * s + (1 - share) * f for s, f in zip(select, fill, strict=True))
    assert blue > red + 60
