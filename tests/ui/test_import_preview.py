"""The map of the import page: getting about, what it shows, and the way from the lists to it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import shapely
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk import i18n
from terradesk.readers.report import issue
from tests.core.importing_files import account_list
from tests.core.kernel import grid_plan
from tests.ui.import_desk import in_this_process, page_of, settle
from ui import theme
from ui.dialogs.importing.new_plans import NO_MAP
from ui.dialogs.importing.shown_base import base_around
from ui.dialogs.importing.shown_map import ShownMap, ink_of
from ui.dialogs.importing.shown_shapes import ShownShapes
from ui.dialogs.map_marks import NO_MARK

LEFT, NONE = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier
Key_ = QtCore.Qt.Key
SLIVER = 0.00005  # degrees, 3 m
PROBLEM = 4


@pytest.fixture(autouse=True)
def _desk(qapp, monkeypatch, tmp_path):
    theme.apply(qapp, False)
    monkeypatch.setenv("TERRADESK_DATA_DIR", str(tmp_path / "data"))
    in_this_process(monkeypatch)


def overlapping(**more: shapely.Geometry) -> str:
    """Two squares near Stockholm that overlap by a sliver, and others."""
    squares = {"a": shapely.box(18, 59, 18.5 + SLIVER, 59.3), "b": shapely.box(18.5, 59, 19, 59.3)}
    features = ",".join(
        f'{{"type":"Feature","properties":{{"county_code":"{code}","name":"Area {code}"}},'
        f'"geometry":{shapely.to_geojson(shape)}}}'
        for code, shape in {**squares, **more}.items()
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


@pytest.fixture
def page(qtbot, tmp_path):
    isle = shapely.box(19.2, 59, 19.4, 59.2)
    return page_of(qtbot, tmp_path, overlapping(isle=isle), None, "counties.geojson")


def ground(page) -> ShownMap:
    found = page.gain.place.ground
    assert found is not None
    return found


def wheel(widget, at: QtCore.QPointF, turn: int) -> None:
    event = QtGui.QWheelEvent(
        at, widget.mapToGlobal(at), QtCore.QPoint(), QtCore.QPoint(0, turn),
        QtCore.Qt.MouseButton.NoButton, NONE, QtCore.Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QtWidgets.QApplication.sendEvent(widget, event)


def sharp(qtbot, page) -> None:
    """Wait for the picture of what is seen."""
    m = page.gain.map
    qtbot.waitUntil(lambda: not m.is_busy, timeout=20_000)
    assert m.drawn is not None and m.drawn.view.scale == m.view.scale
    x0, y0, x1, y1 = m.drawn.view.box
    u0, v0, u1, v1 = m.view.box
    assert x0 <= u0 and y0 <= v0 and u1 <= x1 and v1 <= y1


def choose(qtbot, page, key: str) -> None:
    """Select an item as the keys do."""
    tree, model = page.gain.review.tree, page.gain.review.model
    tree.setCurrentIndex(model.index_of(key))
    sharp(qtbot, page)


def items(page) -> dict[str, str]:
    return {one.group: one.key for one in page.outcome.prepared.items}


def middle(view) -> np.ndarray:
    return np.array(view.to_map(view.width / 2, view.height / 2))


def test_the_wheel_zooms_at_the_cursor_and_drags_pan(qtbot, page):
    m = page.gain.map
    whole, at = m.view, QtCore.QPointF(90, 60)
    before = whole.to_map(at.x(), at.y())
    wheel(m, at, 360)
    assert m.view.px_per_m == pytest.approx(whole.px_per_m * 1.0015**360)
    assert m.view.to_map(at.x(), at.y()) == pytest.approx(before, abs=1 / m.view.px_per_m)
    assert m.is_drawn and m.is_busy  # the old picture is there while the sharp one is made
    sharp(qtbot, page)
    start = m.view
    QTest.mousePress(m, LEFT, NONE, QtCore.QPoint(100, 80))
    QTest.mouseMove(m, QtCore.QPoint(130, 100))
    QTest.mouseMove(m, QtCore.QPoint(160, 95))
    QTest.mouseRelease(m, LEFT, NONE, QtCore.QPoint(160, 95))
    assert m.view == start.moved(60, 15)
    sharp(qtbot, page)
    QTest.mouseDClick(m, LEFT, NONE, QtCore.QPoint(50, 50))
    assert m.view == whole
    sharp(qtbot, page)


def test_keys_and_buttons_get_about(qtbot, page):
    m = page.gain.map
    assert m.accessibleName() and "Home" in m.accessibleDescription()
    assert m.focusPolicy() == QtCore.Qt.FocusPolicy.StrongFocus
    whole = m.view
    QTest.keyClick(m, Key_.Key_Plus)
    assert m.view.px_per_m == pytest.approx(1.5 * whole.px_per_m, rel=0.01)
    assert middle(m.view) == pytest.approx(middle(whole), abs=2 / m.view.px_per_m)
    QTest.keyClick(m, Key_.Key_Right)
    assert middle(m.view)[0] > middle(whole)[0] + 50 / m.view.px_per_m
    QTest.keyClick(m, Key_.Key_Home)
    assert m.view == whole
    for _ in range(60):
        QTest.keyClick(m, Key_.Key_Minus)
    assert m.view.px_per_m == pytest.approx(whole.px_per_m * 0.7, rel=0.01)
    tool = QtWidgets.QToolButton
    into, out, fit = m.buttons.findChildren(tool)
    assert all(one.accessibleName() and one.toolTip() for one in (into, out, fit))
    fit.click()
    assert m.view == whole
    into.click()
    out.click()
    assert m.view.px_per_m == pytest.approx(whole.px_per_m)
    m.resize(m.width() - 60, m.height())
    assert m.view.width == m.width()
    sharp(qtbot, page)


def test_pictures_are_made_beside_the_window(qtbot, page, monkeypatch):
    threads = []
    draw = ShownMap.draw

    def noted(self, *args):
        threads.append(threading.current_thread())
        return draw(self, *args)

    monkeypatch.setattr(ShownMap, "draw", noted)
    page.gain.map.zoom(2.0)
    sharp(qtbot, page)
    assert threads and threading.main_thread() not in threads


def test_a_sliver_is_seen_however_far_away(qtbot, page):
    found, m = ground(page), page.gain.map
    drawn = m.drawn
    key = items(page)["overlap"]
    (row,) = found.shapes.rows_of([key])
    assert 1.0 < found.prepared.shown.shapes[row].area / 33_000 < 4.0  # 3 m wide, 33 km long
    x, y = drawn.view.to_pixels([found.prepared.shown.shapes[row].centroid.coords[0]])[0]
    for dark in (False, True):
        more = 0, dark, 1.0, NO_MARK, lambda *_: None
        image = found.draw(drawn.view, *more).image
        ink = QtGui.QColor(ink_of(PROBLEM, dark))
        assert near(image.pixelColor(int(x), int(y)), ink)
        shapes, found.shapes = found.shapes, ShownShapes(np.empty(0, object), np.empty(0), ())
        bare = found.draw(drawn.view, *more).image
        found.shapes = shapes
        differ = [image.pixel(k, int(y)) != bare.pixel(k, int(y)) for k in range(image.width())]
        assert 6 <= sum(differ) <= 12


def near(a: QtGui.QColor, b: QtGui.QColor) -> bool:
    pairs = zip(a.getRgb()[:3], b.getRgb()[:3], strict=True)
    return max(abs(p - q) for p, q in pairs) < 40


def test_items_lead_to_their_place_and_stay_marked(qtbot, page):
    m, found = page.gain.map, items(page)
    whole = m.view
    choose(qtbot, page, found["overlap"])
    (row,) = ground(page).shapes.rows_of([found["overlap"]])
    x0, y0, x1, y1 = ground(page).prepared.shown.shapes[row].bounds
    u0, v0, u1, v1 = m.view.box
    assert u0 < x0 and v0 < y0 and x1 < u1 and y1 < v1
    assert m.view.px_per_m >= whole.px_per_m and m.marked.keys == {found["overlap"]}
    choose(qtbot, page, found["link"])
    assert m.marked.keys == {found["link"]} and not m.note
    view = m.view
    assert view.px_per_m > 1.5 * whole.px_per_m
    index = page.gain.review.model.index_of(found["link"])
    assert page.gain.review.model.setData(
        index, QtCore.Qt.CheckState.Unchecked.value, QtCore.Qt.ItemDataRole.CheckStateRole
    )
    settle(qtbot, page)
    assert found["link"] in page.outcome.asked.choices.left_out
    assert m.view == view and m.marked.keys == {found["link"]}  # nothing jumps by a tick
    sharp(qtbot, page)


def test_a_click_on_a_shape_selects_its_item(qtbot, page):
    found, m = items(page), page.gain.map
    (row,) = ground(page).shapes.rows_of([found["overlap"]])
    place = ground(page).prepared.shown.shapes[row].centroid.coords[0]
    x, y = m.view.to_pixels([place])[0].tolist()
    review = page.gain.review
    review.filter.setText("isle")
    qtbot.waitUntil(lambda: review.model.n_shown < review.model.n_items)
    QTest.mouseClick(m, LEFT, NONE, QtCore.QPoint(round(x) + 3, round(y)))
    item = review.model.item(review.tree.currentIndex())
    assert item is not None and item.key == found["overlap"] and not review.filter.text()
    sharp(qtbot, page)
    assert m.told_at(QtCore.QPointF(m.width() / 2 + 60, m.height() / 2)) == "Area b (b): comes in"


def test_the_legend_lists_what_occurs_in_both_themes(qtbot, qapp, page):
    keys = page.gain.place.keys
    for is_dark in (False, True):
        theme.apply(qapp, is_dark)
        sharp(qtbot, page)
        texts = [one.text() for one in keys.findChildren(QtWidgets.QLabel) if one.text()]
        assert keys.isVisible() and texts == ["comes in: 3", "please check: 1"]
        corner = page.gain.map.drawn.image.pixelColor(0, 0)
        assert (corner.lightness() < 60) is is_dark
    theme.apply(qapp, False)


def updated(plan) -> str:
    """A newer list: one account elsewhere, one nowhere, one gone."""
    rows = account_list(plan)
    names = [*rows]
    table = [list(cells) for cells in zip(*rows.values(), strict=True)]
    lat, lon = names.index("Latitude"), names.index("Longitude")
    table[0][lon] = repr(float(table[5][lon]) + 0.01)
    table[0][lat] = repr(float(table[5][lat]) + 0.01)
    gone = table.pop(3)
    table.append(["new-1", "Nowhere", "", "", *gone[4:]])
    return "\n".join(",".join(map(str, line)) for line in [names, *table]) + "\n"


def test_accounts_are_found_and_those_without_a_place_say_so(qtbot, tmp_path):
    plan = grid_plan()
    page = page_of(qtbot, tmp_path, updated(plan), plan, "list.csv", 3, wanted="update")
    assert page.kind.currentData() == "update"
    m, found = page.gain.map, {one.group: one for one in page.outcome.prepared.items}
    choose(qtbot, page, found["gone"].key)
    at = (plan.accounts.x[3], plan.accounts.y[3])
    assert m.marked.points.tolist() == [pytest.approx(at)]
    assert middle(m.view) == pytest.approx(at, abs=2 / m.view.px_per_m)
    choose(qtbot, page, "account:0")
    now = page.outcome.prepared.shown.points[0]
    assert m.marked.points[0] == pytest.approx(now)
    assert m.marked.origin == pytest.approx((plan.accounts.x[0], plan.accounts.y[0]))
    x, y = m.view.to_pixels([m.marked.origin])[0]
    assert 0 <= x <= m.view.width and 0 <= y <= m.view.height  # where it was is in sight too
    view = m.view
    choose(qtbot, page, found["added"].key)
    assert i18n.isolate("Nowhere") in m.note and "no place" in m.note
    assert m.marked.box is None and m.view == view


def test_rows_behind_an_issue_are_marked(qtbot, tmp_path):
    plan = grid_plan()
    x, y = plan.accounts.lon[:2].tolist(), plan.accounts.lat[:2].tolist()
    text = f"account,sales,longitude,latitude\nA,1,{x[0]},{y[0]}\nB,x,{x[1]},{y[1]}\nC,2,,\nD,z,,\n"
    page = page_of(qtbot, tmp_path, text, plan, "new.csv", 3, wanted="accounts")
    assert page.kind.currentData() == "accounts"
    m = page.gain.map
    told = {one.kind: one for one in page.outcome.prepared.report.issues}
    page.gain.issues.show_rows.emit(told["unplaced"])
    assert "None of these 2 rows" in m.note and m.marked.box is None
    page.gain.issues.show_rows.emit(issue("odd", "Two rows are odd.", np.array([1, 3])))
    assert m.marked.points.tolist() == [pytest.approx(page.outcome.prepared.shown.points[1])]
    assert m.note == "Rows with a place: 1 of 2."
    sharp(qtbot, page)
    for dialog in page.findChildren(QtWidgets.QDialog):
        dialog.reject()


def test_the_base_map_reaches_as_far_as_the_map_shows():
    crs = grid_plan().crs
    base = base_around(crs, (-1e5, -4e5, 1e5, 4e5), (0.0, 0.0))
    x0, y0, x1, y1 = base.regions_box
    assert x1 - x0 >= 3.6 * 8e5 and y0 < -4e5 < 4e5 < y1
    assert base_around(crs, (-1e5, -4e5, 1e5, 4e5), (0.0, 0.0)) is base  # kept between choices


def test_points_without_any_map_are_drawn_and_zoomed(qtbot, tmp_path):
    plan = grid_plan()
    lon, lat = plan.accounts.lon[:6].tolist(), plan.accounts.lat[:6].tolist()
    rows = "".join(f"A{k},{a},{b}\n" for k, (a, b) in enumerate(zip(lon, lat, strict=True)))
    text = "account,longitude,latitude\n" + rows
    page = page_of(qtbot, tmp_path, text, None, "list.csv", wanted="accounts")
    page.side.choice.choose(NO_MAP)
    settle(qtbot, page)
    assert page.outcome.prepared.plan.arcs is None
    m = page.gain.map
    assert m.is_drawn
    at = page.outcome.prepared.plan.accounts
    inside = m.view.to_pixels(np.column_stack([at.x, at.y]))
    assert (inside > 0).all() and (inside < [m.view.width, m.view.height]).all()
    m.zoom(3.0)
    sharp(qtbot, page)
