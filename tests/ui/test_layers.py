"""The list of layers by real clicks and keys: switches, order, opacity, own files, accounts."""

import sqlite3
from dataclasses import replace

import numpy as np
import pytest
import shapely
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk import gdal, projection, references
from terradesk import records as rec
from terradesk.colouring import account_look
from terradesk.document import Document
from terradesk.edits import Edit, Record, apply
from terradesk.render.points import MANY
from tests.core.kernel import grid_plan
from tests.core.test_references import all_tiles, png, write_tiles
from tests.reading_here import read_here
from tests.ui.driving import SLOW, wait_for_map
from tests.ui.map_desk import NO_KEYS, Desk, no_base
from ui.jobs import running
from ui.map import adding, preparing
from ui.map.layers import OWN

ALT = QtCore.Qt.KeyboardModifier.AltModifier
KEY = QtCore.Qt.Key
LEFT = QtCore.Qt.MouseButton.LeftButton


@pytest.fixture
def desk(qtbot, monkeypatch):
    desk = Desk(qtbot, monkeypatch)
    desk.view.layers.own._refine.setInterval(0)
    desk.errors = []
    desk.model.on_error = lambda error, _retry: bool(desk.errors.append(error))
    yield desk
    qtbot.waitUntil(lambda: not running(), timeout=SLOW)


@pytest.fixture(autouse=True)
def here(request, monkeypatch):
    """Read in this process, which is quicker, except where the whole road is asked for."""
    if "fenced" not in request.fixturenames:
        read_here(monkeypatch)


@pytest.fixture
def fenced():
    """Asks for reading in a worker."""


@pytest.fixture
def listed(desk):
    """The open list."""
    QTest.mouseClick(desk.view.layer_list.button.button, LEFT)
    assert desk.view.layer_list.isVisible()
    return desk.view.layer_list


def box_of(plan):
    x, y = np.array([0, 60_000, 60_000, 0]), np.array([0, 0, 40_000, 40_000])
    lon, lat = projection.lonlat(x, y, plan.crs)
    return lon.min(), lat.min(), lon.max(), lat.max()


def write_map(path, plan, kind="LineString"):
    west, south, east, north = box_of(plan)
    shape = shapely.LineString([(west, (south + north) / 2), (east, (south + north) / 2)])
    gdal.write(
        path,
        [shapely.to_wkb(shape)],
        {"n": np.ones(1)},
        "EPSG:4326",
        kind,
        path.stem,
        append_layer=path.exists(),
    )
    return path


def add(desk, path):
    n = len(desk.view.layers.references())
    adding.add(desk.view, path)
    desk.bot.waitUntil(lambda: len(desk.view.layers.references()) > n, timeout=SLOW)
    return desk.view.layers.references()[-1]


def keys_of(listed):
    return [listed.list.item(k).data(QtCore.Qt.ItemDataRole.UserRole)
            for k in range(listed.list.count())]  # fmt: skip


def click_switch(listed, key):
    item = listed.list.item(keys_of(listed).index(key))
    rect = listed.list.visualItemRect(item)
    before = item.checkState()
    with desk_idle(listed):
        QTest.mouseClick(listed.list.viewport(), LEFT, NO_KEYS,
                         QtCore.QPoint(rect.left() + 12, rect.center().y()))  # fmt: skip
    return before


class desk_idle:
    """Waits until what a click asked for has been done."""

    def __init__(self, listed):
        self._layers = listed._layers

    def __enter__(self):
        self._heard = []
        self._layers.changed.connect(self._note)

    def _note(self):
        self._heard.append(1)

    def __exit__(self, *_error):
        timer = QtCore.QElapsedTimer()
        timer.start()
        while not self._heard and timer.elapsed() < 5000:
            QtWidgets.QApplication.processEvents()
        self._layers.changed.disconnect(self._note)
        assert self._heard


# ---------------------------------------------------------------------- switches
def test_the_button_and_escape_open_and_close_the_list(desk, listed):
    assert "accounts" in keys_of(listed)
    assert "links" not in keys_of(listed), "nothing to show"
    QTest.keyClick(listed.list, KEY.Key_Escape)
    assert not listed.isVisible()
    assert not listed.button.button.isChecked()


@pytest.mark.parametrize("key", ["accounts", "borders", "lines", "areas", "labels"])
def test_a_switch_changes_the_picture_and_back(desk, listed, key):
    whole = desk.view.render_image(1.0)
    kept = []
    desk.view.layers.kept.connect(kept.append)
    click_switch(listed, key)
    assert kept
    assert not desk.view.layers.is_shown(key)
    assert desk.view.render_image(1.0) != whole
    click_switch(listed, key)
    assert desk.view.render_image(1.0) == whole


def test_the_space_bar_switches_the_chosen_layer(desk, listed):
    listed.list.setCurrentRow(keys_of(listed).index("lines"))
    with desk_idle(listed):
        QTest.keyClick(listed.list, KEY.Key_Space)
    assert not desk.view.layers.is_shown("lines")
    assert listed.list.key() == "lines", "the same layer stays chosen"


def test_opacity_lets_the_ground_be_seen(desk, listed):
    opaque = desk.colour_at(0.3, 0.3)
    listed.list.setCurrentRow(keys_of(listed).index("areas"))
    slider = listed.details.findChild(QtWidgets.QSlider)
    slider.setFocus()
    QTest.keyClick(slider, KEY.Key_Home)
    assert desk.view.layers.opacity == 0
    clear = desk.colour_at(0.3, 0.3)
    slider = listed.details.findChild(QtWidgets.QSlider)
    QTest.keyClick(slider, KEY.Key_End)
    assert desk.colour_at(0.3, 0.3) == opaque != clear


def test_layers_are_remembered_by_the_window(qtbot, window, monkeypatch):
    monkeypatch.setattr(preparing, "base_map", no_base)
    window.show_document(Document(grid_plan()))
    wait_for_map(qtbot, window)
    window.actions_by_id["view.layers"].trigger()
    listed = window.map.layer_list
    assert listed.isVisible()
    click_switch(listed, "accounts")
    click_switch(listed, "borders")
    assert not window.actions_by_id["view.accounts"].isChecked()
    window.actions_by_id["view.labels"].trigger()
    assert not window.map.layers.is_shown("labels")
    kept = window.settings
    assert (kept.show_accounts, kept.show_labels) == (False, False)
    assert kept.hidden_layers == ("borders", "homes"), "homes are off until asked for"
    strange = replace(kept, hidden_layers=("no such",), layer_order=("x", "accounts"))
    window.map.layers.restore(strange)
    assert window.map.layers.is_shown("borders")
    assert not window.map.layers.is_shown("accounts")


# ---------------------------------------------------------------------- own layers
def test_a_map_file_is_shown_changed_hidden_and_removed(desk, listed, tmp_path):
    before = desk.colour_at(2.25, 2.0)
    own = add(desk, write_map(tmp_path / "road.geojson", desk.model.plan))
    key = OWN + own.uid
    assert keys_of(listed).index(key) < keys_of(listed).index(
        "locks" if "locks" in keys_of(listed) else "borders"
    )
    assert desk.colour_at(2.25, 2.0) != before
    assert "road" in desk.view.floats.legend.texts()
    listed.list.setCurrentRow(keys_of(listed).index(key))
    width = listed.details.findChild(QtWidgets.QDoubleSpinBox)
    width.setFocus()
    QTest.keyClick(width, KEY.Key_Up)
    assert desk.view.layers.references()[0].width == pytest.approx(own.width + 0.4)
    click_switch(listed, key)
    assert not desk.view.layers.references()[0].is_shown
    assert desk.colour_at(2.25, 2.0) == before
    listed.list.setCurrentRow(keys_of(listed).index(key))
    QTest.keyClick(listed.list, KEY.Key_Delete)
    assert desk.view.layers.references() == []
    desk.model.undo()
    assert len(desk.view.layers.references()) == 1


def test_alt_and_arrows_move_a_layer_under_the_areas_and_back(desk, listed, tmp_path):
    own = add(desk, write_map(tmp_path / "road.geojson", desk.model.plan))
    over = desk.colour_at(2.25, 2.0)
    listed.list.setCurrentRow(keys_of(listed).index(OWN + own.uid))
    QTest.keyClick(listed.list, KEY.Key_Down, ALT)
    assert desk.view.layers.references()[0].place == "under"
    assert keys_of(listed)[-2:] == [OWN + own.uid, "base"]
    assert listed.list.key() == OWN + own.uid
    assert desk.colour_at(2.25, 2.0) != over, "the areas cover it"
    QTest.keyClick(listed.list, KEY.Key_Down, ALT)
    assert keys_of(listed)[-1] == "base", "the base map stays below"
    QTest.keyClick(listed.list, KEY.Key_Up, ALT)
    assert desk.view.layers.references()[0].place == "over"
    assert desk.colour_at(2.25, 2.0) == over
    for _k in range(4):
        QTest.keyClick(listed.list, KEY.Key_Up, ALT)
    assert keys_of(listed).index(OWN + own.uid) < keys_of(listed).index("accounts")


def drop_row(listed, key, on, lower):
    """What dragging a row onto the upper or lower half of another one ends with."""
    listed.list.setCurrentRow(keys_of(listed).index(key))
    rect = listed.list.visualItemRect(listed.list.item(keys_of(listed).index(on)))
    at = QtCore.QPointF(rect.center().x(), rect.bottom() - 2 if lower else rect.top() + 2)
    items = [listed.list.currentItem()]
    event = QtGui.QDropEvent(
        at, QtCore.Qt.DropAction.MoveAction, listed.list.mimeData(items), LEFT, NO_KEYS
    )
    listed.list.dropEvent(event)


def test_rows_are_dragged_where_the_order_is_free(desk, listed, tmp_path):
    first = add(desk, write_map(tmp_path / "a.geojson", desk.model.plan))
    add(desk, write_map(tmp_path / "b.geojson", desk.model.plan))
    names = lambda: [listed.list.item(k).text() for k in range(listed.list.count())]  # noqa: E731
    assert names().index("b") < names().index("a")
    drop_row(listed, OWN + first.uid, "accounts", lower=False)
    assert names().index("a") < names().index("Accounts") < names().index("b")
    drop_row(listed, OWN + first.uid, "base", lower=False)
    assert names()[-2:] == ["a", "Base map"]
    before = names()
    drop_row(listed, "accounts", "base", lower=False)
    assert names() == before, "accounts stay over the areas"


def test_a_picture_lies_under_the_areas_and_follows_the_view(desk, tmp_path):
    path = write_tiles(tmp_path / "t.mbtiles", all_tiles(1, lambda c, r: png((250, 10, 10))))
    own = add(desk, path)
    assert own.place == "under"
    desk.view.layers.set_opacity(0)
    layers = desk.view.layers.own
    desk.bot.waitUntil(lambda: layers.content(own) is not None, timeout=SLOW)
    desk.bot.waitUntil(lambda: not running(), timeout=SLOW)
    assert desk.colour_at(0.3, 0.3) == "#fa0a0a"
    picture = layers.content(own)
    desk.view.zoom_by(2.0)
    assert desk.colour_at(3.3, 2.3) == "#fa0a0a", (
        "the old picture serves until the new one is there"
    )
    desk.bot.waitUntil(lambda: layers.content(own) is not picture, timeout=SLOW)
    assert layers.content(own).view.scale == desk.view.view.scale
    desk.view.layers.set_shown(OWN + own.uid, False)
    desk.view.zoom_by(2.0)
    desk.view.layers.set_shown(OWN + own.uid, True)
    desk.bot.waitUntil(lambda: layers.content(own).view.scale == desk.view.view.scale, timeout=SLOW)


def test_a_missing_file_is_listed_and_found_again(desk, listed, tmp_path, monkeypatch):
    path = write_map(tmp_path / "road.geojson", desk.model.plan)
    one = references.new_reference(desk.model.plan, str(tmp_path / "gone.geojson"), "road")
    desk.model.do(references.add(desk.model.plan, [one]))
    item = listed.list.item(keys_of(listed).index(OWN + one.uid))
    assert "missing" in item.toolTip()
    listed.list.setCurrentItem(item)
    monkeypatch.setattr(adding, "ask_for_file", lambda _view: path)
    find = [b for b in listed.details.findChildren(QtWidgets.QPushButton) if "Find" in b.text()]
    QTest.mouseClick(find[0], LEFT)
    desk.bot.waitUntil(lambda: desk.view.layers.own.content(one) is not None, timeout=SLOW)
    assert desk.view.layers.references()[0].path == str(path)
    assert not any("Find" in b.text() for b in listed.details.findChildren(QtWidgets.QPushButton))


def test_a_file_that_cannot_be_shown_is_refused_and_not_recorded(desk, tmp_path):
    path = tmp_path / "bad.mbtiles"
    path.write_bytes(b"nothing")
    adding.add(desk.view, path)
    desk.bot.waitUntil(lambda: bool(desk.errors), timeout=SLOW)
    assert "MBTiles" in str(desk.errors[0])
    assert desk.view.layers.references() == []


def test_a_file_with_several_maps_asks_which(desk, tmp_path, monkeypatch):
    path = tmp_path / "two.gpkg"
    for name in ("roads", "rails"):
        shape = shapely.LineString([box_of(desk.model.plan)[:2], box_of(desk.model.plan)[2:]])
        gdal.write(
            path,
            [shapely.to_wkb(shape)],
            {"n": np.ones(1)},
            "EPSG:4326",
            "LineString",
            name,
            append_layer=path.exists(),
        )
    asked = []

    def choose(_parent, _title, _text, names, *_more):
        asked.append(names)
        return "rails", True

    monkeypatch.setattr(QtWidgets.QInputDialog, "getItem", choose)
    own = add(desk, path)
    assert (sorted(asked[0]), own.layer, own.name) == (["rails", "roads"], "rails", "two: rails")


# ---------------------------------------------------------------------- dropped files
def drop(desk, path):
    data = QtCore.QMimeData()
    data.setUrls([QtCore.QUrl.fromLocalFile(str(path))])
    event = QtGui.QDropEvent(
        QtCore.QPointF(100, 100), QtCore.Qt.DropAction.CopyAction, data, LEFT, NO_KEYS
    )
    desk.view.canvas.dropEvent(event)


def test_a_dropped_picture_becomes_a_layer(desk, tmp_path):
    drop(desk, write_tiles(tmp_path / "t.mbtiles", all_tiles(0, lambda c, r: png((1, 2, 3)))))
    desk.bot.waitUntil(lambda: len(desk.view.layers.references()) == 1, timeout=SLOW)


@pytest.mark.parametrize("choice", [0, 1])
def test_a_dropped_map_may_be_a_layer_or_a_new_plan(desk, tmp_path, monkeypatch, choice, fenced):
    monkeypatch.setattr(QtWidgets.QMenu, "popup", lambda *_at: None)
    heard = []
    desk.view.files_dropped.connect(heard.append)
    path = write_map(tmp_path / "road.geojson", desk.model.plan)
    drop(desk, path)
    menu = desk.view.findChild(QtWidgets.QMenu, "dropped")
    menu.actions()[choice].trigger()
    menu.close()
    if choice == 0:
        desk.bot.waitUntil(lambda: len(desk.view.layers.references()) == 1, timeout=SLOW)
    assert heard == ([] if choice == 0 else [[str(path)]])


def test_dropped_tables_and_plans_go_to_the_window(desk, tmp_path):
    heard = []
    desk.view.files_dropped.connect(heard.append)
    table = tmp_path / "customers.csv"
    table.write_text("id\n1\n")
    drop(desk, table)
    plan = tmp_path / "plan.gpkg"
    from terradesk import planfile

    planfile.save_copy(desk.model.document, plan)
    drop(desk, plan)
    assert heard == [[str(table)], [str(plan)]]
    with sqlite3.connect(plan) as file:
        assert file.execute("SELECT count(*) FROM td_meta").fetchone()[0]
    file.close()


# ---------------------------------------------------------------------- accounts
def combo(listed, name):
    boxes = listed.details.findChildren(QtWidgets.QComboBox)
    return next(b for b in boxes if b.accessibleName() == name)


def test_accounts_take_shape_and_colour_from_a_column(desk, listed):
    listed.list.setCurrentRow(keys_of(listed).index("accounts"))
    box = combo(listed, "Colour and shape")
    box.setFocus()
    plain = desk.colour_at(0.5, 0.5)
    QTest.keyClick(box, KEY.Key_Down)
    assert desk.model.plan.setting(account_look.CLASS) == "owner"
    assert {"Rep 0", "Rep 1", "Rep 2"} <= set(desk.view.floats.legend.texts())
    assert desk.view.item.spots.classes.counts == (4, 4, 4, 0)
    assert desk.colour_at(0.5, 0.5) != plain
    box = combo(listed, "Size")
    QTest.keyClick(box, KEY.Key_Home)
    assert desk.view.item.spots.measure is None
    desk.model.undo()
    desk.model.undo()
    assert desk.colour_at(0.5, 0.5) == plain
    assert "Rep 0" not in desk.view.floats.legend.texts()


def test_more_kinds_than_shapes_are_other():
    plan = grid_plan(12, 8)
    words = np.array([f"k{i % 9}" for i in range(len(plan.accounts))], object)
    words[:5], words[5] = "k0", ""
    plan = replace(plan, accounts=replace(plan.accounts, columns={"kind": words}))
    assert account_look.classes(plan) is None
    plan = apply(plan, account_look.class_edit(plan, "kind"))
    found = account_look.classes(plan)
    assert (len(found.texts), found.texts[0], sum(found.counts)) == (8, "k0", len(words))
    assert (found.kinds[5], found.kinds[0]) == (8, 0)
    assert found.counts[-1] == (found.kinds == 8).sum() > 1


def hover_text(desk, column, row):
    desk.hover(column, row)
    desk.bot.waitUntil(lambda: not desk.view.hovering._rest.isActive())
    return desk.card()


def plan_with_accounts(x, y, names=None):
    plan = grid_plan()
    n = len(x)
    ids = np.array([f"A{i}" for i in range(n)], object)
    accounts = type(plan.accounts)(
        ids=ids, names=ids if names is None else np.array(names, object),
        x=np.asarray(x, float), y=np.asarray(y, float), lon=np.zeros(n), lat=np.zeros(n),
        unit=np.zeros(n, np.int32), placement=np.ones(n, np.uint8),
        columns={"sales": np.where(np.arange(n) % 2, np.nan, -5.0)},
    )  # fmt: skip
    return replace(plan, accounts=accounts)


def test_the_resting_pointer_names_the_accounts_at_one_place(desk):
    x = [25_000.0] * 5 + [45_000.0]
    desk.open(plan_with_accounts(x, [15_000.0] * 6, ["Ash", "Birch", "Cedar", "Elm", "Fir", "Oak"]))
    assert "5 accounts at this place" in hover_text(desk, 2.5, 1.5)
    assert "and 2 more" in desk.card()
    assert "Oak" in hover_text(desk, 4.5, 1.5)
    assert hover_text(desk, 1.2, 3.2) == ""


def test_the_resting_pointer_counts_a_density_exactly(desk):
    n = MANY + 500
    rng = np.random.default_rng(8)
    xy = np.concatenate([rng.uniform(0, 9_000, (n, 2)), np.full((1234, 2), 35_000.0)])
    desk.open(plan_with_accounts(xy[:, 0], xy[:, 1]))
    assert not desk.view.item.spots.are_symbols(desk.view.view)
    assert "1,234 accounts here" in hover_text(desk, 3.5, 3.5)


@pytest.mark.parametrize("n", [0, 1])
def test_no_accounts_and_one(desk, listed, n):
    desk.open(plan_with_accounts([5_000.0] * n, [5_000.0] * n))
    listed.refresh()
    assert ("accounts" in keys_of(listed)) == (n == 1)
    assert not desk.view.render_image(1.0).isNull()


# ---------------------------------------------------------------------- homes and links
def test_homes_and_water_links_are_layers_when_the_plan_has_them(desk, listed):
    plan = desk.model.plan
    lon, lat = projection.lonlat(np.array([15_000.0]), np.array([25_000.0]), plan.crs)
    rep = rec.Rep(
        "r1", plan.next_id, name="Ada Lovelace", home_lon=float(lon[0]), home_lat=float(lat[0])
    )
    bridge = rec.Bridge("b1", plan.next_id + 1, unit_a=0, unit_b=23)
    before = desk.colour_at(1.5, 2.47), desk.colour_at(3.0, 2.0)
    desk.model.do(
        Edit("Added a rep", records=(Record("rep", None, rep), Record("bridge", None, bridge)))
    )
    assert {"homes", "links"} <= set(keys_of(listed))
    assert desk.colour_at(1.5, 2.47) != before[0]
    assert desk.colour_at(3.0, 2.0) != before[1], "the dot in the middle"
    click_switch(listed, "links")
    assert desk.colour_at(3.0, 2.0) == before[1]


# ---------------------------------------------------------------------- opening a plan
def test_a_plan_opens_with_its_own_layers_and_another_plan_without_them(desk, tmp_path):
    plan = grid_plan()
    path = write_map(tmp_path / "road.geojson", plan)
    one = references.new_reference(plan, str(path), "road")
    desk.open(apply(plan, references.add(plan, [one])))
    desk.bot.waitUntil(lambda: desk.view.layers.own.content(one) is not None, timeout=SLOW)
    drawn = desk.colour_at(2.25, 2.0)
    desk.open(grid_plan())
    assert desk.view.layers.references() == []
    assert desk.colour_at(2.25, 2.0) != drawn


def test_painting_does_not_make_the_layers_again(desk):
    given = []
    desk.view.item.set_stamps = given.append
    desk.model.select_units(np.array([0]))
    desk.model.set_current(desk.ids[2])
    desk.view.giving.assign_selection()
    assert desk.owners[0] == desk.ids[2]
    assert given == []
