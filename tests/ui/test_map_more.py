"""The map: things dropped on it, its menu, plans without areas, losing and gaining figures."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import edits
from terradesk.document import Document
from terradesk.edits.scenarios import copy_scenario
from terradesk.edits.territories import set_locked
from terradesk.errors import TerraDeskError
from terradesk.plan import new_plan
from terradesk.units import empty_units
from tests.core.kernel import CRS, SIDE, grid_accounts, grid_plan
from tests.ui.map_desk import SHIFT, Desk
from ui.document_model import DocumentModel
from ui.map import MapView
from ui.map.camera import home
from ui.map.dropping import ACCOUNTS_MIME
from ui.map.menu import nearest_first
from ui.tools import Keys

Key = QtCore.Qt.Key
NO_BUTTON = QtCore.Qt.MouseButton.NoButton
NO_KEYS = QtCore.Qt.KeyboardModifier.NoModifier
COPY = QtCore.Qt.DropAction.CopyAction


@pytest.fixture
def desk(qtbot, monkeypatch) -> Desk:
    return Desk(qtbot, monkeypatch)


def carried(desk, kind, data: QtCore.QMimeData, column: float, row: float):
    """Send a drag event of a kind to a place on the map; returns the event."""
    at = desk.px(column, row)
    place = QtCore.QPointF(at) if kind is QtGui.QDropEvent else at
    event = kind(place, COPY | QtCore.Qt.DropAction.MoveAction, data, NO_BUTTON, NO_KEYS)
    getattr(desk.view.canvas, {
        QtGui.QDragEnterEvent: "dragEnterEvent", QtGui.QDragMoveEvent: "dragMoveEvent",
        QtGui.QDropEvent: "dropEvent",
    }[kind])(event)  # fmt: skip
    return event


def accounts_data(rows) -> QtCore.QMimeData:
    data = QtCore.QMimeData()
    data.setData(ACCOUNTS_MIME, json.dumps(rows).encode())
    return data


# ---------------------------------------------------------------------- dropped on the map
def test_accounts_of_a_locked_territory_that_are_dropped_say_where_they_stay(desk):
    model, said = desk.model, []
    model.do(set_locked(model.plan, model.alignment, [desk.ids[0]], True))
    model.message.connect(lambda text, _has_undo: said.append(text))
    plan = model.plan
    carried(desk, QtGui.QDropEvent, accounts_data([0]), 5.3, 0.3)
    assert model.plan is plan
    assert "locked" in said[-1] and model.view.name_of(desk.ids[0]) in said[-1]


def test_accounts_dropped_on_a_territory_become_named_accounts_of_it(desk):
    data = accounts_data([0, 3])
    assert carried(desk, QtGui.QDragEnterEvent, data, 5.3, 0.3).isAccepted()
    carried(desk, QtGui.QDragMoveEvent, data, 5.3, 0.3)
    assert desk.card().startswith("2 accounts T2") and "they stay when" in desk.card()
    assert desk.model.tentative.account_rows.tolist() == [0, 3]
    carried(desk, QtGui.QDropEvent, data, 5.3, 0.3)
    view = desk.model.view
    assert {r: o.territory for r, o in view.overrides.items()} == {0: desk.ids[2], 3: desk.ids[2]}
    assert desk.card() == "" and desk.model.tentative is None


def test_accounts_dropped_where_they_belong_or_beside_the_map_change_nothing(desk):
    for place, word in (((0.3, 0.3), "already"), ((-0.3, 2), "Drop the accounts")):
        data = accounts_data([0])
        carried(desk, QtGui.QDragMoveEvent, data, *place)
        assert word in desk.card() and desk.model.tentative is None
        carried(desk, QtGui.QDropEvent, data, *place)
        assert word in desk.view.floats.message.text()
    assert desk.model.document.steps == ()


def test_a_drag_of_accounts_that_leaves_the_map_leaves_nothing_behind(desk):
    carried(desk, QtGui.QDragMoveEvent, accounts_data([0]), 5.3, 0.3)
    desk.view.canvas.dragLeaveEvent(QtGui.QDragLeaveEvent())
    assert desk.card() == "" and desk.model.tentative is None


@pytest.mark.parametrize("text", [b"", b"[", b'{"a": 1}', b'["x"]'])
def test_broken_data_is_ignored(desk, text):
    data = QtCore.QMimeData()
    data.setData(ACCOUNTS_MIME, text)
    assert not carried(desk, QtGui.QDragMoveEvent, data, 5.3, 0.3).isAccepted()


def test_files_dropped_go_to_the_window(desk, tmp_path):
    data = QtCore.QMimeData()
    data.setUrls([QtCore.QUrl.fromLocalFile(str(tmp_path / "a b.csv"))])
    with desk.bot.waitSignal(desk.view.files_dropped) as got:
        carried(desk, QtGui.QDropEvent, data, 1.3, 0.3)
    assert got.args == [[str(tmp_path / "a b.csv")]]


# ---------------------------------------------------------------------- the menu
def entries(desk, unit: int, account: int = -1) -> dict[str, QtGui.QAction]:
    desk.shown_menu = desk.view.menu.build(unit, account, QtCore.QPoint(0, 0))
    return _by_text(desk.shown_menu)


def _by_text(menu) -> dict[str, QtGui.QAction]:
    """Entries by their text without the key, those of submenus too."""
    out = {}
    for action in menu.actions():
        out[action.text().partition("\t")[0]] = action
        inner = action.menu()
        if inner is not None:
            out |= {f"{action.text()}: {k}": a for k, a in _by_text(inner).items() if k}
    return out


def test_the_menu_paints_locks_selects_zooms_and_copies(desk):
    found = entries(desk, 8)
    found["Paint with this territory"].trigger()
    assert desk.model.current == desk.ids[1] and desk.view.gestures.tool_id == "brush"
    found["Select same: Territory"].trigger()
    assert len(desk.model.selected_units) == 8
    found["Lock T1"].trigger()
    assert desk.model.view.locked_territories == {desk.ids[1]}
    assert "Unlock T1" in entries(desk, 8)
    desk.view.pan_by(4000, 0)
    found["Zoom to: T1"].trigger()
    x0, _y0, x1, _y1 = desk.view.view.box
    assert x0 < 2 * SIDE and x1 > 4 * SIDE
    found["Copy: Code"].trigger()
    assert QtWidgets.QApplication.clipboard().text() == "00008"


def test_the_menu_speaks_of_the_selection_when_the_area_belongs_to_it(desk):
    desk.model.select_units(np.array([0, 1, 6]))
    assert "Assign 3 squares to" in entries(desk, 1)
    assert "Assign Square 8 to" in entries(desk, 8)
    with desk.bot.waitSignal(desk.view.inspector_requested):
        entries(desk, 8)["Why is this here?"].trigger()
    assert desk.model.selected_units.tolist() == [8]
    with desk.bot.waitSignal(desk.view.command) as got:
        entries(desk, 9)["New territory here"].trigger()
    assert got.args == ["territory.new"] and desk.model.selected_units.tolist() == [9]


def test_targets_are_offered_nearest_first_without_the_own_territory(desk):
    assert nearest_first(desk.view, 0) == [desk.ids[1], desk.ids[2]]
    assert nearest_first(desk.view, 5) == [desk.ids[1], desk.ids[0]]


def test_the_menu_returns_a_named_account(desk):
    model = desk.model
    model.do(edits.name_accounts(model.plan, 3, np.array([0]), desk.ids[2]).edit)
    entries(desk, 0, account=0)["Return to its area's territory"].trigger()
    assert not model.view.overrides


# ---------------------------------------------------------------------- other plans
def points_plan():
    plan = new_plan(
        CRS, empty_units(), None, replace(grid_accounts(6, 4), unit=np.full(12, -1, np.int32))
    )
    return plan


def test_a_plan_of_points_only_is_shown_and_its_accounts_are_selected_and_named(qtbot, monkeypatch):
    desk = Desk(qtbot, monkeypatch, points_plan())
    box = desk.view.view.box
    assert box[0] < 0.5 * SIDE and box[2] > 4.5 * SIDE
    desk.drag((-0.2, -0.2), (2.0, 0.5), (2.9, 0.9))
    assert desk.model.selected_accounts.tolist() == [0, 1]
    desk.key(Key.Key_B)
    desk.drag((0.5, 0.5), (2.5, 0.5))
    assert [t.name for t in desk.model.view.leaves] == ["Territory 1"]
    assert set(desk.model.view.overrides) == {0, 1}
    for key, _text, _on in desk.view.colour_choices():
        desk.view.set_colour_by(key)
    assert desk.view.render_image(1.0).width() == 900


def test_a_map_without_a_plan_paints_and_ignores_everything(qtbot):
    view = MapView(DocumentModel())
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    qtbot.mouseClick(view.canvas.viewport(), QtCore.Qt.MouseButton.LeftButton)
    qtbot.keyClick(view.canvas, Key.Key_Return)
    view.zoom_home()
    view.zoom_by(2)
    view.set_colour_by("deviation")
    view.restyle()
    assert view.colour_choices() == [] and not view.grab().isNull()
    assert not view.floats.toolbox.isVisible()


def test_another_plan_and_another_scenario_come_into_view(desk):
    model = desk.model
    before = desk.colour_at(0.3, 0.3)
    desk.open(grid_plan(territories=1))
    assert len(desk.ids) == 1 and desk.view.following.layer.view.id == model.alignment
    desk.open(grid_plan())
    edit = copy_scenario(model.plan, model.view.scenario.id, "Copy")
    model.do(edit)
    second = max(model.plan.assignments)
    model.show_alignment(second)
    model.do(edits.assign(model.plan, second, np.array([0]), desk.ids[2]).edit)
    assert desk.colour_at(0.3, 0.3) != before
    model.show_alignment(3)
    assert desk.colour_at(0.3, 0.3) == before


def test_accounts_that_come_in_are_drawn(desk):
    model = desk.model
    n = len(desk.view.following.prepared.spots)
    more = grid_accounts(6, 4)
    model.document.add_accounts(more, "more.csv")
    assert len(desk.view.following.prepared.spots) == n + len(more)
    model.undo()
    assert len(desk.view.following.prepared.spots) == n


def test_a_refused_commit_leaves_plan_and_picture_as_they_were(desk, monkeypatch):
    before, told = desk.colour_at(0.3, 0.3), []
    desk.model.on_error = lambda error, _retry: told.append(error)

    def fail(*_args):
        raise TerraDeskError("The disk is full.")

    monkeypatch.setattr(desk.model.document.store, "commit", fail)
    desk.key(Key.Key_B)
    desk.model.set_current(desk.ids[2])
    desk.drag((0.5, 0.5), (1.5, 0.5))
    assert [str(e) for e in told] == ["The disk is full."]
    assert desk.colour_at(0.3, 0.3) == before and desk.model.document.steps == ()


def test_home_leaves_out_what_is_far_and_light(desk):
    plan = desk.model.plan
    weights = np.ones(24)
    whole = home(plan, plan.arcs, weights)
    assert whole.far == () and whole.box[2] - whole.box[0] == pytest.approx(6 * SIDE)
    desk2 = far_plan()
    found = home(desk2, desk2.arcs, np.where(np.arange(25) == 24, 0.5, 1.0))
    assert found.box[2] == pytest.approx(6 * SIDE)
    assert [part.rows.tolist() for part in found.far] == [[24]]
    heavy = home(desk2, desk2.arcs, np.where(np.arange(25) == 24, 24.0, 1.0))
    assert heavy.far == ()


@pytest.mark.parametrize(("at", "is_whole"), [(10, True), (20, False)])
def test_home_without_figures_is_the_whole_plan_unless_most_would_be_empty(at, is_whole):
    plan = far_plan(at)
    found = home(plan, plan.arcs, np.ones(25))
    assert found.box[2] == pytest.approx((at + 1 if is_whole else 6) * SIDE)
    assert [part.rows.tolist() for part in found.far] == ([] if is_whole else [[24]])
    light = home(plan, plan.arcs, np.where(np.arange(25) == 24, 0.5, 1.0))
    assert light.box[2] == pytest.approx(6 * SIDE)


def test_home_of_all_states_shows_the_states_that_hang_together():
    from terradesk import sample

    plan = sample.new_from_map("us_state_all")
    found = home(plan, plan.arcs, np.ones(len(plan.units)))
    width, height = found.box[2] - found.box[0], found.box[3] - found.box[1]
    assert width < 5_000_000 and height < 3_500_000
    far = np.concatenate([part.rows for part in found.far])
    assert {"Alaska", "Hawaii"} <= set(plan.units.names[far])


def far_plan(at=50):
    """The grid and one square far to the east: 500 km, or so many sides."""
    import shapely

    from terradesk.arcs import build
    from tests.core.kernel import grid

    plan = grid_plan()
    squares = np.append(grid(6, 4), shapely.box(at * SIDE, 0, (at + 1) * SIDE, SIDE))
    units = plan.units
    more = replace(
        units,
        codes=np.append(units.codes, "far"),
        names=np.append(units.names, "Far"),
        columns={k: np.append(v, v[:1]) for k, v in units.columns.items()},
        batch=np.append(units.batch, np.int32(1)),
        is_present=np.append(units.is_present, True),
        source=None,
    )
    labels = np.append(plan.assignments[3], plan.assignments[3][:1])
    return replace(plan, units=more, coverage=build(squares), assignments={3: labels})


def test_far_parts_are_buttons_that_show_them(qtbot, monkeypatch):
    desk = Desk(qtbot, monkeypatch, far_plan())
    assert desk.view.view.box[2] < 20 * SIDE
    [far] = desk.view.floats.far
    button = far.findChild(QtWidgets.QPushButton)
    assert "S0" in button.text() or "Far" in button.text()
    button.click()
    assert desk.view.view.box[0] < 50.5 * SIDE < desk.view.view.box[2]


# ---------------------------------------------------------------------- strip, keys, focus
def test_brackets_change_the_brush_and_shift_lights_the_strip(desk):
    desk.key(Key.Key_B)
    size = desk.view.gestures.options.size_px
    desk.key(Key.Key_BracketRight)
    assert desk.view.gestures.options.size_px == pytest.approx(1.25 * size)
    desk.model.set_current(desk.ids[2])
    desk.press(0.5, 0.5, SHIFT)
    desk.move(1.5, 0.5, SHIFT)
    assert desk.model.tentative is None  # nothing there is unassigned
    assert desk.view.floats.card.isVisible()
    assert [one.text for one in desk.view.floats.card.lines()] == ["Nothing here is unassigned."]
    desk.release(1.5, 0.5, SHIFT)
    assert desk.model.document.steps == ()
    desk.key(Key.Key_V)
    desk.key(Key.Key_B)
    assert desk.view.gestures.options.size_px == pytest.approx(1.25 * size)


class Painted(QtCore.QObject):
    """Remembers what is painted of a widget."""

    def __init__(self, widget: QtWidgets.QWidget) -> None:
        super().__init__(widget)
        self.region = QtGui.QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if event.type() == QtCore.QEvent.Type.Paint:
            self.region += event.region()
        return False


@pytest.mark.parametrize("act", ["move", "hide", "resize"])
def test_what_floats_leaves_no_shadow_behind(desk, act):
    card, port = desk.view.floats.card, desk.port
    card.resize(200, 90)
    card.move(300, 300)
    card.show()
    settled(desk)
    before, painted = card.geometry(), Painted(port)
    {"move": lambda: card.move(340, 310), "hide": card.hide,
     "resize": lambda: card.resize(150, 60)}[act]()  # fmt: skip
    settled(desk)
    for corner in (before.topLeft(), before.bottomLeft(), before.bottomRight()):
        at = corner + QtCore.QPoint(-9 if corner.x() < 350 else 9, 9 if corner.y() > 350 else -9)
        assert painted.region.contains(at), corner


def settled(desk) -> None:
    """Paint all that waits, and nothing of it anew."""
    for _i in range(3):
        QtWidgets.QApplication.processEvents()


def test_the_words_of_held_keys_fit_into_the_switch(desk):
    desk.key(Key.Key_L)
    strip = desk.view.floats.strip
    wide = strip.width()
    button = next(b for b in strip.findChildren(QtWidgets.QPushButton) if b.text() == "Assign")
    before = button.width()
    strip.set_options(desk.view.gestures.options, Keys.CTRL)
    assert button.text() == "Unassign" and button.sizeHint().width() <= button.width()
    assert (strip.width(), button.width()) == (wide, before)


def test_space_is_a_hand_while_held_and_the_stroke_goes_on_after_it(desk):
    desk.key(Key.Key_B)
    desk.model.set_current(desk.ids[2])
    desk.press(0.5, 0.5)
    start = desk.view.view
    desk.bot.keyPress(desk.view.canvas, Key.Key_Space)
    desk.move(1.5, 1.5)
    assert desk.view.view != start and desk.model.tentative.unit_rows.tolist() == [0]
    desk.bot.keyRelease(desk.view.canvas, Key.Key_Space)
    assert desk.view.gestures.is_active
    desk.release(1.5, 1.5)
    assert desk.owners[0] == desk.ids[2]


def test_a_drag_near_the_edge_scrolls_the_map(desk):
    desk.key(Key.Key_R)
    desk.model.set_current(desk.ids[2])
    desk.press(3, 2)
    left = desk.view.view.kx
    desk.move_px(QtCore.QPoint(desk.view.width() - 3, 300))
    desk.bot.waitUntil(lambda: desk.view.view.kx > left + 60)
    desk.key(Key.Key_Escape)
    assert not desk.view.gestures.is_active


def test_focus_shows_an_edge_and_a_click_gives_it(desk):
    desk.view.canvas.clearFocus()
    assert not desk.view.item.has_focus
    desk.click(-0.3, -0.3)
    assert desk.view.canvas.hasFocus() and desk.view.item.has_focus


def test_both_themes_and_hidden_parts_paint(desk):
    from ui import theme

    app = QtWidgets.QApplication.instance()
    light = desk.colour_at(0.3, 0.3)
    theme.apply(app, True)
    try:
        desk.view.restyle()
        assert desk.colour_at(0.3, 0.3) != light
        for show in (desk.view.set_accounts_shown, desk.view.set_labels_shown,
                     desk.view.set_base_map_shown):  # fmt: skip
            show(False)
        assert not desk.view.grab().isNull()
    finally:
        theme.apply(app, False)


def test_a_locked_territory_is_hatched_and_told_in_the_legend(desk):
    model = desk.model
    plain = desk.view.grab().toImage()
    model.do(set_locked(model.plan, 3, [desk.ids[1]], True))
    assert desk.view.grab().toImage() != plain
    entries_shown = desk.view.following.layer.legend("")
    assert [e.symbol for e in entries_shown] == ["locked"]


def test_the_view_can_go_while_the_model_stays(qtbot):
    model = DocumentModel()
    view = MapView(model)
    model.open(Document(grid_plan()))
    view.deleteLater()
    QtWidgets.QApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
    model.set_current(model.view.leaves[0].id)
    model.do(edits.assign(model.plan, 3, np.array([0]), model.view.leaves[2].id).edit)
    model.open(Document(grid_plan()))
