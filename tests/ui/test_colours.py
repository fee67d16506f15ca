"""Colour by in the real window: the list, the legend, the classes, patterns, palettes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk import colouring, edits, planfile
from terradesk import records as rec
from terradesk.colouring import Rules
from terradesk.edits import scenarios
from tests.core.kernel import grid_plan
from tests.ui.driving import SLOW, dialog_of, place, wait_for_map
from tests.ui.map_desk import Desk, no_base
from ui import settings, theme
from ui.main_window.colour_list import ColourList
from ui.map import preparing
from ui.map.legend import Key, Legend

Key_ = QtCore.Qt.Key
LEFT = QtCore.Qt.MouseButton.LeftButton
POPULATION = "measure:m-population"


pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(qtbot, monkeypatch):
    """A map with a grid plan in it."""
    from types import SimpleNamespace

    found = Desk(qtbot, monkeypatch)
    yield SimpleNamespace(map=found.view, model=found.model)
    found.view.classes.hide()


@pytest.fixture
def desktop(qtbot, window, told, monkeypatch):
    """The whole window with a grid plan in it."""
    monkeypatch.setattr(preparing, "base_map", no_base)
    window.show_document(planfile.new_untitled(grid_plan()))
    wait_for_map(qtbot, window)
    yield window
    theme.use_territory_palette("muted")
    assert told == []


def click(widget: QtWidgets.QWidget) -> None:
    QTest.mouseClick(widget, LEFT, pos=widget.rect().center())


def rows_of(popup) -> list[str]:
    return [popup.list.item(k).text() for k in range(popup.list.count())]


def choose(window, words: str) -> None:
    """Open the list with a click, type, and take the first that fits."""
    click(window.top_bar.colours)
    popup = window.top_bar.colour_popup
    assert popup.isVisible()
    QTest.keyClicks(popup.filter, words)
    QTest.keyClick(popup.filter, Key_.Key_Return)
    assert not popup.isVisible()


def pixel(window, row: int) -> str:
    image = window.map.canvas.grab().toImage()
    at = place(window, row) + QtCore.QPoint(17, 9)
    return image.pixelColor(at * image.devicePixelRatio()).name()


def legend(window) -> Legend:
    return window.map.floats.legend


# ------------------------------------------------------------------ the list
def test_the_list_is_grouped_found_by_typing_and_keeps_its_choice(qtbot, desktop):
    click(desktop.top_bar.colours)
    popup = desktop.top_bar.colour_popup
    shown = rows_of(popup)
    assert shown[:2] == ["Territories", "Territory"] and "Per km²" in shown
    assert popup.filter.isVisible() and popup.filter.hasFocus()
    QTest.keyClicks(popup.filter, "sal km")
    assert rows_of(popup) == ["Per km²", "Sales per km²"]
    QTest.keyClick(popup.filter, Key_.Key_Escape)
    assert not popup.isVisible() and desktop.map.following.colour_by == "territory"
    before = pixel(desktop, 0)
    choose(desktop, "population")
    assert desktop.map.following.colour_by == POPULATION and pixel(desktop, 0) != before
    assert desktop.top_bar.colours.accessibleName() == "Colour by Population"
    desktop.show_document(planfile.new_untitled(grid_plan(territories=2)))
    wait_for_map(qtbot, desktop)
    assert desktop.map.following.layer.colouring.title == "Population"
    assert desktop.top_bar.colours.accessibleName() == "Colour by Population"


def test_the_list_works_by_keyboard_and_by_clicks(desktop):
    desktop.top_bar.colours.setFocus()
    QTest.keyClick(desktop.top_bar.colours, Key_.Key_Space)
    popup = desktop.top_bar.colour_popup
    assert popup.isVisible() and popup.list.currentItem().text() == "Territory"
    QTest.keyClick(popup.filter, Key_.Key_Down)
    assert popup.list.currentItem().text() == "Deviation from target"
    QTest.keyClick(popup.filter, Key_.Key_Down)
    assert popup.list.currentItem().text() == "Population"
    QTest.keyClick(popup.filter, Key_.Key_Up)
    QTest.keyClick(popup.filter, Key_.Key_Return)
    assert desktop.map.following.colour_by == "deviation"
    desktop.run_command("view.colours")
    item = next(popup.list.item(k) for k in range(popup.list.count())
                if popup.list.item(k).text() == "Sales")  # fmt: skip
    QTest.mouseClick(popup.list.viewport(), LEFT, pos=popup.list.visualItemRect(item).center())
    assert desktop.map.following.colour_by == "measure:m-sales"
    click(desktop.top_bar.colours)
    QTest.mouseClick(popup.list.viewport(), LEFT, pos=popup.list.visualItemRect(
        popup.list.item(0)).center())  # fmt: skip
    assert popup.isVisible(), "a heading is no choice"
    popup.hide()


def test_a_short_list_has_no_field_to_type_in(qtbot):
    host = QtWidgets.QWidget()
    qtbot.addWidget(host)
    popup = ColourList(host)
    choices = colouring.choices(grid_plan().alignment(3))
    popup.open_at(QtCore.QPoint(0, 0), [(c, c.key == "territory") for c in choices[:3]])
    assert not popup.filter.isVisible() and popup.list.hasFocus()
    with qtbot.waitSignal(popup.chosen) as got:
        QTest.keyClick(popup.list, Key_.Key_Down)
        QTest.keyClick(popup.list, Key_.Key_Return)
    assert got.args == ["deviation"]


def test_what_is_typed_finds_a_colouring_by_its_own_name_before_that_of_its_group(qtbot):
    host = QtWidgets.QWidget()
    qtbot.addWidget(host)
    popup = ColourList(host)
    choices = colouring.choices(grid_plan().alignment(3))
    popup.open_at(QtCore.QPoint(0, 0), [(c, c.key == "deviation") for c in choices])
    popup.filter.setText("terri")
    with qtbot.waitSignal(popup.chosen) as got:
        QTest.keyClick(popup.filter, Key_.Key_Return)
    assert got.args == ["territory"]


# ------------------------------------------------------------------ the legend
def test_by_territory_the_legend_has_symbols_only(desk):
    assert "T0" not in legend(desk).texts() and not legend(desk).title.isVisible()
    desk.model.select_units(np.array([0, 1]))
    assert "Selected" in legend(desk).texts()


def test_the_legend_counts_folds_and_comes_back(desk):
    desk.map.set_colour_by(POPULATION)
    shown = legend(desk)
    assert shown.title.text() == "Population" and shown.texts()[:1] == ["above 118"]
    counts = [w.text() for w in shown._rows.findChildren(QtWidgets.QLabel)
              if w.property("role") == "faint" and not w.isHidden()]  # fmt: skip
    assert sum(map(int, counts)) == 24
    full, foot = shown.height(), shown.geometry().bottom()
    click(shown.title)
    assert shown.is_folded and shown.height() < full / 2
    assert abs(shown.geometry().bottom() - foot) <= 1
    assert "folded" in shown.title.accessibleName()
    QTest.keyClick(shown.title, Key_.Key_Space)
    assert not shown.is_folded and shown.height() == full


def test_a_large_legend_folds_by_itself_and_a_long_one_scrolls(qtbot, desk):
    from terradesk.render.legend import LegendEntry

    host = QtWidgets.QWidget()
    qtbot.addWidget(host)
    host.resize(900, 600)
    host.show()
    shown = Legend(host)
    entries = [LegendEntry("fill", f"State {k}", "#336699", k, k % 8) for k in range(60)]
    shown.set_entries("State", entries)
    bar = shown._area.verticalScrollBar()
    assert not shown.is_folded and shown.height() < 320 and bar.maximum() > 0
    with qtbot.waitSignal(shown.resized):
        host.resize(260, 330)
    assert shown.is_folded and not shown._area.isVisible()
    click(shown.title)
    assert not shown.is_folded
    assert shown.set_entries("Other", entries[:3]) and not shown.set_entries("Other", entries[:3])
    symbols = ["fill", "accounts", "density", "point", "unassigned", "locked", "selected",
               "changed", "district", "link", "text"]  # fmt: skip
    images = [Key(LegendEntry(s, "", "#336699")).grab().toImage() for s in symbols]
    pictures = {bytes(image.constBits()) for image in images}  # bits live as long as their image
    assert len(pictures) == len(symbols)


# ------------------------------------------------------------------ the classes
def pick(box: QtWidgets.QComboBox, value: str) -> None:
    """Choose an entry as the keyboard does."""
    box.setFocus()
    target = box.findData(value)
    assert target >= 0
    while box.currentIndex() != target:
        step = Key_.Key_Down if box.currentIndex() < target else Key_.Key_Up
        QTest.keyClick(box, step)


def open_classes(window, key=POPULATION):
    window.map.set_colour_by(key)
    click(legend(window).edit)
    popup = window.map.classes
    assert popup.isVisible()
    return popup


def test_classes_are_seen_at_once_and_kept_as_one_step(desk):
    popup, model = open_classes(desk), desk.model
    layer = desk.map.following.layer
    n_steps = len(model.document.steps)
    pick(popup.method, "equal")
    popup.number.setFocus()
    popup.number.setValue(3)
    assert layer.colouring.rules.method == "equal" and legend(desk).texts()[:3] == [
        "above 115", "108 – 115", "up to 108",
    ]  # fmt: skip
    pick(popup.ramp, "amber")
    assert layer.colouring.classes.colours[0][-1] == "#AC603D"
    assert len(model.document.steps) == n_steps
    click(popup.done)
    assert not popup.isVisible() and len(model.document.steps) == n_steps + 1
    assert colouring.remembered(model.plan, POPULATION) == Rules("equal", 3, "amber")
    assert "classes of Population" in model.document.undo_step.text
    model.undo()
    assert len(desk.map.following.layer.colouring.classes.texts) == 5


def test_esc_drops_what_was_tried(desk):
    popup = open_classes(desk)
    before = pixel(desk, 3)
    pick(popup.ramp, "amber")
    assert pixel(desk, 3) != before
    QTest.keyClick(popup, Key_.Key_Escape)
    assert not popup.isVisible() and pixel(desk, 3) == before
    assert colouring.remembered(desk.model.plan, POPULATION) is None
    click(legend(desk).edit)
    click(popup.done)
    assert colouring.remembered(desk.model.plan, POPULATION) is None, "nothing was changed"


def test_own_limits_are_typed_and_what_is_no_number_is_said(desk):
    popup = open_classes(desk)
    popup.limits.setFocus()
    popup.limits.selectAll()
    QTest.keyClicks(popup.limits, "105; many")
    assert "semicolon" in popup.told.text() and popup.told.isVisible()
    QTest.keyClick(popup.limits, Key_.Key_Return)
    assert popup.isVisible()
    popup.limits.selectAll()
    QTest.keyClicks(popup.limits, "105; 112")
    assert not popup.told.isVisible() and popup.method.currentData() == "own"
    assert legend(desk).texts()[:3] == ["above 112", "105 – 112", "up to 105"]
    QTest.keyClick(popup.limits, Key_.Key_Return)
    assert not popup.isVisible()
    assert colouring.remembered(desk.model.plan, POPULATION).limits == (105.0, 112.0)
    click(legend(desk).edit)
    click(popup.reset)
    assert popup.method.currentData() == "quantiles"
    click(popup.done)
    assert len(legend(desk).texts()) >= 5


def test_the_lines_of_the_legend_open_the_classes_and_density_is_a_choice(qtbot, desk):
    desk.map.set_colour_by(POPULATION)
    click(legend(desk)._rows)
    popup = desk.map.classes
    assert popup.isVisible()
    with qtbot.waitSignal(desk.map.coloured):
        pick(popup.variant, "density:m-population")
    assert legend(desk).title.text() == "Population per km²"
    QTest.keyClick(popup, Key_.Key_Escape)
    assert desk.map.following.colour_by == POPULATION
    desk.map.set_colour_by("group:state")
    assert not legend(desk).edit.isVisible()
    click(legend(desk)._rows)
    assert not popup.isVisible()


def test_natural_breaks_come_from_beside_the_window(qtbot, desk):
    popup = open_classes(desk)
    pick(popup.method, "natural")
    layer = desk.map.following.layer
    qtbot.waitUntil(lambda: layer.colouring.rules.method == "natural", timeout=SLOW)
    assert not popup.told.isVisible() and len(layer.colouring.classes.texts) == 5


def test_limits_of_the_deviation_are_percent(desk):
    popup = open_classes(desk, "deviation")
    assert popup.limits.text() == "-15; -10; 10; 15" and not popup.method.isVisible()
    popup.limits.setFocus()
    popup.limits.selectAll()
    QTest.keyClicks(popup.limits, "-1; 1 %")
    assert legend(desk).texts()[:3] == ["above +1 %", "−1 % … +1 %", "below −1 %"]
    click(popup.done)
    assert colouring.remembered(desk.model.plan, "deviation").limits == (-0.01, 0.01)


# ------------------------------------------------------------------ what follows an edit
def test_legend_and_fills_follow_an_edit(desk):
    model = desk.model
    model.do(scenarios.set_baseline(model.plan, model.view.scenario.id))
    model.do(scenarios.copy_scenario(model.plan, model.view.scenario.id, "Spring"))
    model.show_alignment(max(model.plan.assignments))
    desk.map.set_colour_by("change")
    before = pixel(desk, 0)
    ids = [t.id for t in model.view.leaves]
    model.do(edits.assign(model.plan, model.alignment, np.array([0, 6]), ids[2]).edit)
    assert legend(desk).texts()[:2] == ["T0 to T2", "Unchanged"] and pixel(desk, 0) != before
    model.undo()
    assert legend(desk).texts()[0] == "Unchanged" and pixel(desk, 0) == before


def test_a_gesture_does_not_classify_again(desk, monkeypatch):
    desk.map.set_colour_by(POPULATION)
    calls = []
    monkeypatch.setattr(colouring, "colouring", lambda *a: calls.append(a))
    ids = [t.id for t in desk.model.view.leaves]
    desk.map.following.layer.mark_preview(None)
    edit = edits.assign(desk.model.plan, desk.model.alignment, np.array([5]), ids[0]).edit
    desk.model.do(edit)
    assert calls == []


# ------------------------------------------------------------------ patterns and palettes
def test_patterns_are_switched_on_and_kept(desktop):
    plain = pixel_set(desktop)
    desktop.actions_by_id["view.patterns"].trigger()
    assert desktop.settings.show_patterns and settings.load().show_patterns
    assert pixel_set(desktop) != plain
    state = desktop.map.following.layer.state
    codes = {int(c) >> 24 for c in state.table[1:]}
    assert codes & set(range(4, 12))
    pairs = [(a, b) for a, b in zip(state.table[1:], state.table[2:], strict=False) if a != b]
    assert all(a >> 24 != b >> 24 for a, b in pairs)
    desktop.actions_by_id["view.patterns"].trigger()
    assert pixel_set(desktop) == plain


def pixel_set(window) -> tuple[str, ...]:
    return tuple(pixel(window, row) for row in range(0, 24, 2))


def test_another_palette_is_chosen_in_the_settings(qtbot, desktop):
    before = pixel(desktop, 0)
    desktop.run_command("file.settings")
    dialog = dialog_of(qtbot, desktop, "SettingsDialog")
    pick(dialog.boxes["palette"], "safe")
    dialog.accept()
    assert desktop.settings.palette == "safe" and pixel(desktop, 0) != before
    colour = theme.territory_colour(desktop.model.view.leaves[0].colour)
    assert colour.name() == "#b8bea9"


def test_neighbours_get_other_colours_in_one_step(desktop):
    model = desktop.model
    nodes = model.view.leaves
    same = [edits.Record("territory", n, rec.Territory(
        n.uid, n.id, n.alignment, n.name, colour=4)) for n in nodes]  # fmt: skip
    model.do(edits.Edit("Made all alike", records=tuple(same), alignment=model.alignment))
    n_steps = len(model.document.steps)
    desktop.actions_by_id["territory.differ"].trigger()
    assert len(model.document.steps) == n_steps + 1
    fills = [t.colour for t in model.view.leaves]
    assert fills[0] != fills[1] != fills[2]
    desktop.actions_by_id["territory.differ"].trigger()
    assert len(model.document.steps) == n_steps + 1
    desktop.run_command("edit.undo")
    assert {t.colour for t in model.view.leaves} == {4}


def test_an_exported_picture_is_coloured_like_the_map(qtbot, desktop, tmp_path):
    sizes = {}
    for key in ("territory", POPULATION):
        desktop.map.set_colour_by(key)
        path = tmp_path / f"{key[:4]}.png"
        desktop.files.export("picture", path)
        qtbot.waitUntil(lambda path=path: path.exists(), timeout=SLOW)
        sizes[key] = path.read_bytes()
    assert sizes["territory"] != sizes[POPULATION]
