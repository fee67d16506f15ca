"""Carve, divide, split, fill and rebuild: each previewed in the panel, then accepted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6 import QtCore

from terradesk import records as rec
from terradesk.builder.building import build
from terradesk.builder.plans.preparing import prepare
from terradesk.builder.plans.scoping import NEW
from terradesk.builder.plans.settings import Settings, Wish
from terradesk.document import Document
from terradesk.edits import Edit, Record, assign
from terradesk.plan import UNASSIGNED
from terradesk.progress import silent
from tests.core.kernel import grid_plan
from tests.ui.driving import SLOW, wait_for_map
from tests.ui.menus import texts
from ui.dialogs.carve import CarveDialog, places
from ui.dialogs.split import SplitDialog
from ui.panels.build import asking

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups
A = 3


@pytest.fixture
def desk(qtbot, window, at_once):
    """The window with 8 x 6 squares in 4 stripes."""
    window.show_document(Document(grid_plan(8, 6, 4)))
    wait_for_map(qtbot, window)
    yield window
    window.panels["build"].leave()


def built(qtbot, window):
    """The result that stands, once it is there."""
    panel = window.panels["build"]
    qtbot.waitUntil(
        lambda: not panel.session.is_running and window.model.proposal is not None, timeout=SLOW
    )
    return panel.result


def accept(window) -> None:
    window.panels["build"].accept_button.click()


def owners(window) -> np.ndarray:
    return window.model.view.assignment


@pytest.fixture
def wanted(desk, monkeypatch) -> list:
    """Settings that a build was wanted for with, without building."""
    out: list = []
    monkeypatch.setattr(desk.panels["build"], "start", out.append)
    return out


def ids(window) -> list[int]:
    return [t.id for t in window.model.view.leaves]


def test_a_territory_is_divided_among_the_others_after_a_preview(qtbot, desk):
    gone = ids(desk)[0]
    desk.model.set_current(gone)
    desk.run_command("build.divide")
    built(qtbot, desk)
    assert gone in ids(desk)  # nothing has changed yet
    accept(desk)
    assert gone not in ids(desk)
    assert len(ids(desk)) == 3
    assert (owners(desk) != UNASSIGNED).all()
    desk.undo()
    assert gone in ids(desk)


def test_a_territory_is_split_into_parts_and_the_others_stay(qtbot, desk):
    before = owners(desk).copy()
    target = ids(desk)[1]
    desk.model.set_current(target)
    desk.run_command("build.split")
    dialog = desk.findChild(SplitDialog)
    assert dialog.number.maximum() == 12  # as many as it has squares
    dialog.number.setValue(3)
    dialog.preview.click()
    built(qtbot, desk)
    panel = desk.panels["build"]
    qtbot.waitUntil(lambda: not panel.previewer.is_busy, timeout=SLOW)
    lines = {line.key: line for line in panel.table.lines}
    assert lines["in"].before == "–" and lines["in"].after.endswith("of 3")
    accept(desk)
    assert len(ids(desk)) == 6
    others = before != target
    assert (owners(desk)[others] == before[others]).all()
    sizes = np.bincount(owners(desk)[~others])
    assert sizes[sizes > 0].tolist() == [4, 4, 4]


def test_parts_are_measured_by_one_another(desk):
    model = desk.model
    settings = Settings(mode="split", territories=(ids(desk)[0],), n_territories=2)
    prepared = prepare(model.plan, A, settings)
    whole = build(prepared.problem, prepared.options)
    found = replace(whole, violations=())
    text, _icon, is_warning = asking.warning(model.plan, prepared, found, None)
    assert text == "All 2 parts are within ±10 % of the same size."
    assert not is_warning


def test_what_is_unassigned_is_filled(desk, wanted):
    model = desk.model
    model.do(assign(model.plan, A, np.array([20, 21, 28]), UNASSIGNED).edit)
    desk.run_command("build.fill")
    assert [one.mode for one in wanted] == ["fill"]


def test_filling_does_not_call_what_has_a_territory_locked(desk):
    model = desk.model
    model.do(assign(model.plan, A, np.array([0, 8, 16]), UNASSIGNED).edit)
    wishes = (Wish("m-population", 0.01),)
    settings = Settings(mode="fill", wishes=wishes)
    found = asking.answer(model.plan, A, settings, model.selected_units, silent)
    assert any(f.kind == "locked_over" for f in found.diagnosis.findings)
    told = found.tolds[-1]
    assert told.text.startswith("1 territory is out of tolerance and stays so.")
    assert not told.is_error and not found.headline
    assert not any("locked" in one.text for one in found.tolds)


def test_without_anything_unassigned_filling_says_so(desk):
    said = []
    desk.model.message.connect(lambda text, _undo: said.append(text))
    desk.run_command("build.fill")
    assert said == ["Nothing is unassigned."]
    assert not desk.panels["build"].is_in_use


def test_only_the_selected_territories_are_rebuilt(desk, wanted):
    chosen = ids(desk)[2:]
    desk.territories_panel._select(set(chosen))
    desk.run_command("build.rebuild")
    [settings] = wanted
    assert (settings.mode, settings.territories, settings.keep) == ("new", tuple(chosen), 0.0)


def test_rebuilding_asks_for_two_territories(desk):
    said = []
    desk.model.message.connect(lambda text, _undo: said.append(text))
    desk.model.set_current(ids(desk)[0])
    desk.run_command("build.rebuild")
    assert said == ["Choose two or more territories in the list first."]


def test_rebalance_opens_the_panel_with_the_plan_as_it_is(desk):
    desk.run_command("build.rebalance")
    panel = desk.panels["build"]
    assert panel.isVisible()
    assert panel.form.settings.mode == "rebalance"
    assert not panel.is_in_use


def test_regions_of_the_list_or_of_a_column_hold_territories(desk):
    desk.run_command("build.nested")
    settings = desk.panels["build"].form.settings
    assert (settings.mode, settings.district_column) == ("nested", "state")


# ---------------------------------------------------------------------- a new territory
def test_a_new_territory_is_carved_out_around_the_selection(qtbot, desk):
    desk.model.select_units(np.array([27, 28, 35, 36]))
    desk.run_command("build.carve")
    dialog = desk.findChild(CarveDialog)
    assert dialog.where.currentText() == "Around the 4 selected squares"
    dialog.preview.click()
    built(qtbot, desk)
    accept(desk)
    assert len(ids(desk)) == 5
    made = ids(desk)[-1]
    assert (owners(desk) == made).sum() >= 6  # a fifth of 48 is 9.6, within 10 %


def test_the_new_territory_can_be_smaller_than_a_full_one(desk, wanted):
    desk.run_command("build.carve")
    dialog = desk.findChild(CarveDialog)
    dialog.share.setValue(50)
    dialog.preview.click()
    [settings] = wanted
    assert (settings.mode, settings.n_territories) == ("carve", 1)
    assert dict(settings.shares)[NEW] == 0.5
    assert set(owners(desk)[desk.model.selected_units]) == {ids(desk)[3]}  # where it is heaviest


def test_places_are_the_selection_where_it_is_heaviest_and_homes_of_free_reps_first(desk):
    model = desk.model
    reps = [
        rec.Rep("r1", model.plan.next_id, name="Ann", home_lon=-95.6, home_lat=23.1),
        rec.Rep("r2", model.plan.next_id + 1, name="Bo", home_lon=-95.4, home_lat=23.3),
    ]
    staff = rec.Staffing("s1", model.plan.next_id + 2, A, territory=ids(desk)[0], rep=reps[0].id)
    records = [Record("rep", None, r) for r in reps] + [Record("staffing", None, staff)]
    model.do(Edit("Hired", records=tuple(records)))
    found = [p.text for p in places(model)]
    assert found[0] == "Where the load is heaviest"
    assert found[1:] == ["Home of Bo, no territory yet", "Home of Ann"]
    heaviest = places(model)[0].rows
    assert set(owners(desk)[heaviest]) == {ids(desk)[3]}  # populations grow to the right


def test_the_heaviest_place_leaves_locked_territories_alone(desk):
    from terradesk.edits import territories as te

    model = desk.model
    model.do(te.set_locked(model.plan, A, [ids(desk)[3]], True))
    heaviest = places(model)[0].rows
    assert set(owners(desk)[heaviest]) == {ids(desk)[2]}


# ---------------------------------------------------------------------- where it is offered
def test_the_tree_offers_what_fits_one_territory_or_several(desk):
    panel = desk.territories_panel
    panel._select({ids(desk)[0]})
    one = texts(panel.menus.of_rows())
    assert {"Split into…", "Divide among neighbours", "What would bring it within tolerance?"} <= {
        *one
    }
    panel._select(set(ids(desk)[:2]))
    several = texts(panel.menus.of_rows())
    assert "Rebuild these territories" in several
    assert "Split into…" not in several


def test_the_map_offers_the_territory_under_the_pointer(desk, wanted):
    menu = desk.map.menu.build(0, -1, QtCore.QPoint())
    build = next(a.menu() for a in menu.actions() if a.text() == "Build")
    name = desk.model.view.name_of(int(owners(desk)[0]))
    entries = texts(build)
    assert f"Divide {name} among neighbours" in entries
    assert "Carve out a new territory around Square 0…" in entries
    next(a for a in build.actions() if a.text() == f"Divide {name} among neighbours").trigger()
    [settings] = wanted
    assert (settings.mode, settings.territories) == ("absorb", (int(owners(desk)[0]),))
    menu.deleteLater()


def test_the_selection_is_shared_out(desk, wanted):
    desk.model.select_units(np.array([1, 2, 9, 10]))
    desk.run_command("build.share")
    assert [one.mode for one in wanted] == ["selected"]


def test_a_question_about_a_row_of_balance_opens_the_moves_that_help_it(qtbot, desk):
    worst = ids(desk)[3]
    menu = desk.panels["balance"].bars.menu_of(worst)
    [action] = menu.actions()
    assert action.text() == f"What would bring {desk.model.view.name_of(worst)} within tolerance?"
    action.trigger()
    swaps = desk.panels["swaps"]
    qtbot.waitUntil(lambda: swaps.found is not None and not swaps.finding.is_busy, timeout=SLOW)
    assert swaps.territory == worst
    assert swaps.cards
    assert all(worst in {line.territory for line in c.suggestion.lines} for c in swaps.cards)
    menu.deleteLater()
    swaps.leave()
