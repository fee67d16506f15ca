"""What a newcomer meets in the first minutes on the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import edits
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import Edit, Record
from terradesk.edits import territories as te
from terradesk.errors import TerraDeskError
from terradesk.i18n import shortened
from terradesk.render import Mark
from tests.core.kernel import grid_plan
from tests.ui.map_desk import Desk
from ui import theme
from ui.jobs import Job
from ui.main_window import MainWindow
from ui.main_window.import_commands import added_sentence
from ui.main_window.status import StatusBar
from ui.map.card import Line
from ui.map.dropping import refusal
from ui.map.legend import Legend
from ui.panels import TERRITORIES_MIME, carrying, painting
from ui.panels.territories import TerritoriesPanel

PAD = 12
SELECT = QtCore.QItemSelectionModel.SelectionFlag.ClearAndSelect

Key = QtCore.Qt.Key


@pytest.fixture
def desk(qtbot, monkeypatch) -> Desk:
    return Desk(qtbot, monkeypatch)


def test_resting_the_pointer_on_the_map_asks_for_a_tooltip_and_goes_on(desk):
    at = desk.px(1.5, 1.5)
    kind = QtCore.QEvent.Type.ToolTip
    event = QtGui.QHelpEvent(kind, at, desk.port.mapToGlobal(at))
    QtWidgets.QApplication.sendEvent(desk.port, event)
    desk.hover(1.5, 1.5)
    assert desk.view.following.layer is not None


def test_nothing_of_qt_is_hidden_by_an_attribute(desk):
    """Qt calls methods such as shape() by name: a plain attribute of that name crashes it."""
    item = desk.view.item
    of_qt = set(dir(QtWidgets.QGraphicsObject))
    hidden = [n for n, v in vars(item).items() if n in of_qt and not hasattr(v, "emit")]
    assert hidden == []


def hovered(desk) -> list[int]:
    return desk.view.following.layer.state.marked(Mark.HOVER).tolist()


def test_the_mark_under_the_pointer_follows_it_through_a_drag(desk):
    desk.hover(0.5, 0.5)
    first = hovered(desk)
    assert first
    desk.press(0.5, 0.5)
    desk.move(2.5, 0.5)
    assert hovered(desk) == []
    desk.release(2.5, 0.5)
    assert hovered(desk) not in ([], first)


def test_tips_go_on_when_they_are_followed(desk, monkeypatch):
    from terradesk import sample

    tips = [sample.Tip(k, k) for k in ("drag", "card", "undo", "export")]
    monkeypatch.setattr(sample, "tips", lambda _plan: tuple(tips))
    desk.view.show_tips()
    strip, model = desk.view.floats.tips, desk.model
    for row, text in ((0, "card"), (1, "undo"), (2, "undo")):
        model.do(edits.assign(model.plan, model.alignment, np.array([row]), desk.ids[2]).edit)
        assert strip.text() == text
    model.undo()
    assert strip.text() == "export"


def test_no_line_of_the_card_is_cut(desk):
    card = desk.view.floats.card
    for text in ("11 accounts, $3,520 change hands", "231 accounts, $1.2 M change hands; and 3"):
        card.set_lines([Line("34 counties", "Dallas", 1), Line(text)])
        room = card.width() - 2 * PAD
        assert QtGui.QFontMetrics(theme.font(13)).horizontalAdvance(text) < room


def test_the_map_fits_again_when_its_room_changes_until_the_user_looks_elsewhere(desk):
    view, box = desk.view, desk.view.following.prepared.home.box

    def shows_all() -> bool:
        seen = view.view.box
        return seen[0] <= box[0] and seen[1] <= box[1] and seen[2] >= box[2] and seen[3] >= box[3]

    view.resize(700, 300)
    assert shows_all()
    view.zoom_by(3)
    near = view.view.px_per_m
    view.resize(900, 640)
    assert view.view.px_per_m == near
    view.zoom_home()
    view.resize(500, 400)
    assert shows_all()


def test_accounts_of_a_locked_territory_say_why_they_stay(desk):
    model = desk.model
    model.do(te.set_locked(model.plan, model.alignment, [desk.ids[0]], True))
    text = refusal(model, np.array([0]), desk.ids[1])
    assert model.view.name_of(desk.ids[0]) in text and "locked" in text


def test_a_row_that_would_take_dragged_territories_is_outlined(qtbot, desk):
    panel = TerritoriesPanel(desk.model)
    qtbot.addWidget(panel)
    panel.rebuild()
    delegate = panel.tree.itemDelegate()
    panel.tree.hovered_with.emit(TERRITORIES_MIME, desk.ids[:1], desk.ids[1])
    assert delegate.drop_target == desk.ids[1]
    panel.tree.hovered_with.emit(TERRITORIES_MIME, desk.ids[:1], desk.ids[0])
    assert delegate.drop_target is None
    panel.tree.hovered_with.emit(TERRITORIES_MIME, desk.ids[:1], desk.ids[1])
    panel.tree.hovered_with.emit("", [], -2)
    assert delegate.drop_target is None


def test_what_is_carried_is_a_small_label(qtbot):
    long = carrying.label("A territory with a very long name indeed " * 4)
    assert long.width() < 300 and carrying.label("Denver").width() < long.width()


def test_the_list_of_the_chip_is_as_high_as_what_it_found(desk):
    chosen = desk.view.floats.chip.list
    chosen.fill(desk.model)
    full = chosen.list.minimumHeight()
    chosen.filter.setText(desk.model.view.name_of(desk.ids[0]))
    assert chosen.list.minimumHeight() < full


def test_the_menu_of_a_row_looks_at_it_first_and_does_not_start_all_over(qtbot, desk):
    panel = TerritoriesPanel(desk.model)
    qtbot.addWidget(panel)
    panel.rebuild()
    panel.tree.selectionModel().select(panel.tree.model().index(1, 0), SELECT)
    menu = panel.menus.of_rows()
    actions = {a.text(): a for a in menu.actions()}
    with qtbot.waitSignal(panel.show_units) as got:
        actions["Zoom to"].trigger()
    own = np.flatnonzero(desk.owners == desk.ids[1])
    assert got.args[0].tolist() == own.tolist()
    actions["Select its squares"].trigger()
    assert desk.model.selected_units.tolist() == own.tolist()


def test_the_menu_of_a_row_says_lock_or_unlock_as_fits(qtbot, desk):
    panel, model = TerritoriesPanel(desk.model), desk.model
    qtbot.addWidget(panel)
    panel.rebuild()
    command = QtGui.QAction("Lock or unlock", panel)
    panel.actions_by_id = {"territory.lock": command}
    panel.tree.selectionModel().select(panel.tree.model().index(1, 0), SELECT)
    entry = {a.text(): a for a in panel.menus.of_rows().actions()}["Lock"]
    with qtbot.waitSignal(command.triggered):
        entry.trigger()
    model.do(te.set_locked(model.plan, model.alignment, [desk.ids[1]], True))
    panel.tree.selectionModel().select(panel.tree.model().index(1, 0), SELECT)
    assert "Unlock" in {a.text() for a in panel.menus.of_rows().actions()}


def test_colours_of_regions_are_named_in_the_legend(desk):
    model = desk.model
    west = te.new_territory(model.plan, model.alignment, "West", level=1)
    model.do(te.create(model.plan, model.alignment, [west]))
    model.do(te.reparent(model.plan, model.alignment, desk.ids[:2], west.id))
    desk.view.set_colour_by("region")
    entries = desk.view.following.layer.legend("")
    assert [e.text for e in entries if e.symbol == "fill"] == ["None", "West"]
    assert len({e.colour for e in entries if e.symbol == "fill"}) == 2


def test_the_first_step_is_ticked_off_when_the_plan_began_with_accounts(desk):
    steps = desk.view.floats.steps
    texts = [w.text() for w in steps.findChildren(QtWidgets.QLabel)]
    n = int(desk.model.plan.accounts_present.sum())
    assert n and f"{n} accounts are in" in texts
    steps.set_accounts(0)
    assert "Drop a spreadsheet on the window" in [
        w.text() for w in steps.findChildren(QtWidgets.QLabel)
    ]


def test_territories_made_one_after_another_have_hues_far_apart(desk):
    model = desk.model
    made = [te.new_territory(model.plan, model.alignment, offset=k).colour for k in range(4)]
    hues = [theme.territory_colour(c).hueF() for c in made]
    gaps = [abs(a - b) for k, a in enumerate(hues) for b in hues[:k]]
    assert min(min(g, 1 - g) for g in gaps) > 0.05


def test_progress_is_gone_before_an_error_is_told(qtbot, desk):
    bar = StatusBar(desk.model)
    qtbot.addWidget(bar)
    bar.show()

    def fail(progress) -> None:
        raise TerraDeskError("It is open.", "Close it.")

    job, seen = Job("Exporting", fail), []
    bar.watch(job)
    job.failed.connect(lambda _error: seen.append(bar.is_busy))
    with qtbot.waitSignal(job.ended):
        job.start()
    assert seen == [False]


def test_an_import_says_what_came_in_and_what_lies_in_no_area(desk):
    plan = desk.model.plan
    n = int(plan.accounts_present.sum())
    assert added_sentence(plan, n - 2, "a.csv").startswith("Added 2 accounts from ")
    outside = plan.accounts.unit.copy()
    outside[:3] = -1
    outside.flags.writeable = False
    lost = replace(plan, accounts=replace(plan.accounts, unit=outside))
    assert "3 accounts are in no " + plan.noun(1) in added_sentence(lost, 0, "a.csv")


def ink_of(words: str, direction: QtCore.Qt.LayoutDirection) -> list[int]:
    """Columns of a 90 px wide text, right-aligned absolutely, that hold ink."""
    image = QtGui.QImage(90, 20, QtGui.QImage.Format.Format_RGB32)
    image.fill(QtCore.Qt.GlobalColor.white)
    painter = QtGui.QPainter(image)
    painter.setLayoutDirection(direction)
    flag = QtCore.Qt.AlignmentFlag
    end = flag.AlignRight | flag.AlignAbsolute
    painting.text(painter, QtCore.QRect(0, 0, 90, 20), words, align=end)
    painter.end()
    return [QtGui.qGray(image.pixel(x, y)) for x in range(90) for y in range(20)]


@pytest.mark.parametrize("words", ["−4 %", "15.4 M", "4 of 5 in tolerance"])
def test_figures_keep_their_order_in_a_mirrored_window(qtbot, words):
    direction = QtCore.Qt.LayoutDirection
    assert ink_of(words, direction.RightToLeft) == ink_of(words, direction.LeftToRight)


def test_docks_change_sides_in_a_mirrored_window(qtbot, monkeypatch):
    app = QtWidgets.QApplication.instance()
    app.setLayoutDirection(QtCore.Qt.LayoutDirection.RightToLeft)
    try:
        window = MainWindow()
        qtbot.addWidget(window)
        assert window.dockWidgetArea(window.left) == QtCore.Qt.DockWidgetArea.RightDockWidgetArea
        assert window.dockWidgetArea(window.right) == QtCore.Qt.DockWidgetArea.LeftDockWidgetArea
    finally:
        app.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)


def test_very_long_names_are_shortened_on_map_and_chip(desk):
    model, long = desk.model, "North-eastern mountain states with everything beyond " * 3
    model.do(te.rename(model.plan, model.alignment, desk.ids[0], long))
    model.set_current(desk.ids[0])
    assert desk.view.floats.chip.width() < desk.view.width()
    assert len(shortened(long)) <= 32 and shortened("Denver") == "Denver"


def test_keys_go_to_the_map_after_something_was_found_on_it(qtbot):
    window = MainWindow()
    qtbot.addWidget(window)
    window.model.open(Document(grid_plan()))
    window.territories_panel.filter.setFocus()
    window.command_palette.show_units.emit(np.array([0]))
    focus = window.focusWidget()
    assert focus is not None and focus in (window.map, window.map.canvas)


def test_the_layers_speak_of_the_plans_own_areas(desk):
    titles = {row.key: row.title for row in desk.view.layers.rows()}
    assert titles["lines"] == "Lines between squares" and titles["areas"] == "Squares"


def test_homes_of_reps_are_in_the_legend_while_they_are_shown(desk):
    plan = desk.model.plan
    rep = rec.Rep("r1", plan.next_id, name="Ada Lovelace", home_lon=5.0, home_lat=1.0)
    desk.model.do(Edit("Added a rep", records=(Record("rep", None, rep),)))
    texts = desk.view.floats.legend.texts
    desk.view.layers.set_shown("homes", True)
    assert "Rep homes" in texts()
    desk.view.layers.set_shown("homes", False)
    assert "Rep homes" not in texts()


def test_an_empty_legend_is_not_shown(qtbot):
    host = QtWidgets.QWidget()
    qtbot.addWidget(host)
    shown = Legend(host)
    host.show()
    assert not shown.isVisible()
