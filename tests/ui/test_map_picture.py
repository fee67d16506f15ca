"""What the map paints: stamps in the ring, names at rest, only what changed, sharp at any ratio."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore, QtGui
from PySide6.QtTest import QTest

from terradesk.i18n import shortened
from terradesk.render import Mark
from tests.core.kernel import SIDE, grid_plan
from ui import theme
from ui.map import overlay
from ui.map.item import REST_MS
from ui.tools import Shape

from .map_desk import Desk


@pytest.fixture
def desk(qtbot, monkeypatch):
    return Desk(qtbot, monkeypatch)


class Watch(QtCore.QObject):
    """The areas of the canvas that are painted."""

    def __init__(self, widget):
        super().__init__(widget)
        self.rects = []
        widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QtCore.QEvent.Type.Paint:
            self.rects.append(event.region().boundingRect())
        return False


class Dots:
    """Squares at places in metres."""

    def __init__(self, *places):
        self.places = np.array(places, float).reshape(-1, 2)
        self.ink = 0xFF112233

    def draw(self, rgb, view, style):
        for x, y in np.floor(view.to_pixels(self.places)).astype(int):
            rgb[max(0, y - 3) : max(0, y + 3), max(0, x - 3) : max(0, x + 3)] = self.ink


def pixels(image):
    image = image.convertToFormat(QtGui.QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint32)
    return rows.reshape(image.height(), -1)[:, : image.width()] | 0xFF000000


def painted(desk):
    """The ring as it is shown, without what floats."""
    item = desk.view.item
    item._sync()
    return item._stamped.image()


def fresh(desk):
    """The same drawn from nothing."""
    item = desk.view.item
    out = item.frame.image()
    for stamp in item._stamped._shown:
        stamp.draw(out, item.frame.view, item.style)
    return out


def rest(desk):
    desk.bot.waitUntil(lambda: not desk.view.item.is_in_motion, timeout=20 * REST_MS)


def test_the_ring_shows_accounts_rings_and_names_after_any_way_of_getting_there(desk):
    item, model = desk.view.item, desk.model
    rng = np.random.default_rng(3)
    for turn in range(25):
        what = int(rng.integers(6))
        if what < 2:
            desk.view.pan_by(*rng.integers(-60, 60, 2))
        elif what == 2:
            desk.view.zoom_by(float(rng.choice([0.8, 1.0, 1.25])))
        elif what == 3:
            model.select_accounts(np.unique(rng.integers(0, 12, 3)).astype(np.int32))
        elif what == 4:
            desk.view.flash_units(rng.integers(0, 24, 3))
        else:
            item._come_to_rest()
        np.testing.assert_array_equal(painted(desk), fresh(desk), err_msg=str(turn))
    assert len(item._names.sheet.items) > 0


def test_stamps_lie_over_the_areas_and_move_where_they_are_told(desk):
    item, at = desk.view.item, (2.5 * SIDE, 1.5 * SIDE)
    dots = Dots(at)
    item.set_stamps((dots,))
    x, y = np.floor(item.view.to_pixels([at])[0]).astype(int)
    assert painted(desk)[y, x] == dots.ink
    dots.ink = 0xFF445566
    item.stamps_changed((*at, *at))
    assert painted(desk)[y, x] == dots.ink
    desk.view.pan_by(31, -17)
    assert painted(desk)[y - 17, x + 31] == dots.ink
    item.set_stamps(())
    assert painted(desk)[y - 17, x + 31] != dots.ink


def test_underlays_are_drawn_under_the_areas(desk):
    class Flood:
        def draw(self, frame, job):
            rows = slice(job.row, job.row + job.bottom - job.top)
            columns = slice(job.column, job.column + job.right - job.left)
            frame.planes.base[rows, columns] = 0xFFABCDEF

    desk.view.item.set_underlays((Flood(),))
    picture = painted(desk)
    assert picture[2, picture.shape[1] // 2] == 0xFFABCDEF
    x, y = np.floor(desk.view.item.view.to_pixels([(1.2 * SIDE, 1.2 * SIDE)])[0]).astype(int)
    assert picture[y, x] != 0xFFABCDEF


def test_a_mark_repaints_its_area_and_no_more(desk):
    rest(desk)
    desk.bot.wait(1)
    watch = Watch(desk.port)
    desk.model.hovered.emit(7)
    desk.bot.waitUntil(lambda: bool(watch.rects))
    side = desk.px(1, 0).x() - desk.px(0, 0).x()
    for rect in watch.rects:
        assert rect.width() < 2 * side + 40 and rect.height() < 2 * side + 40
        assert rect.contains(desk.px(1.5, 1.5))
    assert desk.view.item.layer.state.marks[7] & Mark.HOVER


def test_a_territory_out_of_sight_is_named_where_it_is_seen(desk):
    item = desk.view.item
    rest(desk)
    painted(desk)
    first = {one.key[2]: one for one in item._names.sheet.items if one.key[0] == "block"}
    assert set(first) == {"T0", "T1", "T2"}
    desk.view.pan_by(0, -round(item.view.height * 0.62))
    painted(desk)
    moved = {one.key[2]: one for one in item._names.sheet.items if one.key[0] == "block"}
    assert {t: (o.x, o.y) for t, o in moved.items()} == {t: (o.x, o.y) for t, o in first.items()}
    item._come_to_rest()
    now = [one for one in item._names.sheet.items if one.key[0] == "block"]
    seen = item.frame.view
    assert {one.key[2] for one in now} == {"T0", "T1", "T2"}
    for one in now:
        x, y = one.x - seen.kx, one.y + seen.ky
        assert 0 < x < seen.width and 0 < y < seen.height
        unit = item.frame.unit_at(int(x), int(y))
        assert f"T{item.layer.state.territories[unit]}" == one.key[2]


def test_names_at_rest_keep_clear_of_what_floats(desk):
    item = desk.view.item
    rest(desk)
    painted(desk)
    (one, *_) = [o for o in item._names.sheet.items if o.key[0] == "block" and o.key[2] == "T1"]
    x, y = one.x - item.view.kx, one.y + item.view.ky
    wall = QtCore.QRectF(x - 60, y - 25, 120, 50)
    item.shadows = lambda: [(wall, 4.0)]
    item._walls_due = True
    item._come_to_rest()
    for o in (o for o in item._names.sheet.items if o.key[0] == "block"):
        left, top = o.x + o.dx - item.view.kx, o.y + o.dy + item.view.ky
        assert not wall.intersects(QtCore.QRectF(left, top, o.wide, o.high))
    np.testing.assert_array_equal(painted(desk), fresh(desk))


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_picture_shows_what_the_screen_shows(desk, ratio):
    desk.view.set_labels_shown(False)
    rest(desk)
    screen = painted(desk)
    picture = pixels(desk.view.render_image(ratio))
    assert picture.shape == (round(screen.shape[0] * ratio), round(screen.shape[1] * ratio))
    for column, row in ((0.3, 0.3), (2.2, 2.7), (5.6, 3.4), (-0.4, 1.0)):
        x, y = desk.view.item.view.to_pixels([(column * SIDE, row * SIDE)])[0]
        assert picture[int(y * ratio), int(x * ratio)] == screen[int(y), int(x)]
    if ratio == 1.0:
        legend = desk.view.floats.legend.geometry().united(desk.view.floats.scale.geometry())
        legend = legend.united(desk.view.floats.credits.geometry())
        same = picture == screen
        same[legend.top() : legend.bottom() + 1, legend.left() : legend.right() + 1] = True
        assert same.all()


def test_the_picture_has_its_legend(desk):
    scale = desk.view.floats.scale
    with_scale = pixels(desk.view.render_image(1.0))
    scale.hide()
    without = pixels(desk.view.render_image(1.0))
    box = scale.geometry()
    inside = np.s_[box.top() : box.bottom(), box.left() : box.right()]
    assert (with_scale[inside] != without[inside]).any()


SHAPES = [
    Shape("polygon", ((SIDE, SIDE), (3 * SIDE, SIDE), (2 * SIDE, 3 * SIDE)), is_closing=True),
    Shape("polygon", ((SIDE, SIDE), (2 * SIDE, 2 * SIDE))),
    Shape("circle", ((2 * SIDE, 2 * SIDE), (3 * SIDE, 2 * SIDE)), SIDE, texts=("10 km",)),
    Shape("line", ((SIDE, SIDE), (2 * SIDE, 1.5 * SIDE), (4 * SIDE, 3 * SIDE))),
    Shape("line", ((SIDE, SIDE),)),
    Shape(
        "measure",
        ((SIDE, SIDE), (2 * SIDE, 2 * SIDE), (5 * SIDE, 3.9 * SIDE)),
        texts=("", "14 km", "50 km"),
    ),
    Shape("measure", ((SIDE, SIDE),), texts=("",)),
    Shape("brush", ((SIDE, SIDE),), SIDE),
    Shape("box", ((SIDE, SIDE), (2 * SIDE, 2 * SIDE)), is_touching=True),
    Shape("lasso", ((SIDE, SIDE), (2 * SIDE, 2 * SIDE), (SIDE, 3 * SIDE))),
]


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: f"{s.kind}{len(s.points)}")
def test_a_shape_stays_within_its_bounds(desk, shape, ratio):
    view = desk.view.item.view
    paper = QtGui.QImage(view.width, view.height, QtGui.QImage.Format.Format_RGB32)
    paper.fill(0xFF808080)
    painter = QtGui.QPainter(paper)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    overlay.draw_shape(painter, shape, view, ratio)
    painter.end()
    rows, columns = np.nonzero(pixels(paper) != 0xFF808080)
    assert len(rows)
    left, top, right, bottom = overlay.bounds(shape, view, ratio)
    assert left <= columns.min() and columns.max() < right
    assert top <= rows.min() and rows.max() < bottom


def test_a_shape_that_goes_leaves_no_trace(desk):
    rest(desk)
    item = desk.view.item
    before = pixels(desk.view.canvas.grab().toImage())
    for shape in SHAPES[:4]:
        item.set_shape(shape)
        QTest.qWait(1)
    assert (pixels(desk.view.canvas.grab().toImage()) != before).any()
    item.set_shape(None)
    np.testing.assert_array_equal(pixels(desk.view.canvas.grab().toImage()), before)


def test_names_are_shortened_in_the_middle_so_that_their_ends_differ():
    first, second = (f"Northwestern Metropolitan Territory {n}" for n in (17, 18))
    assert shortened(first, 14) != shortened(second, 14)
    assert shortened(first, 14).endswith("17") and len(shortened(first, 14)) <= 14
    assert shortened("Denver", 14) == "Denver"


def test_what_floats_is_still_while_the_map_moves_and_true_afterwards(desk):
    rest(desk)
    chip, item = desk.view.floats.toolbox, desk.view.item
    before = pixels(desk.view.grab().toImage())
    box = chip.geometry()
    inside = np.s_[box.top() : box.bottom() + 1, box.left() : box.right() + 1]
    desk.view.pan_by(40, 0)
    moving = pixels(desk.view.grab().toImage())
    assert item.is_in_motion
    middle = np.s_[box.top() + 12 : box.bottom() - 12, box.left() + 12 : box.right() - 12]
    np.testing.assert_array_equal(moving[middle], before[middle])
    desk.view.pan_by(-40, 0)
    rest(desk)
    np.testing.assert_array_equal(pixels(desk.view.grab().toImage())[inside], before[inside])


def test_dark_and_light_draw_names_in_their_own_ink(qtbot, monkeypatch, qapp):
    dark = theme.is_dark()
    desk = Desk(qtbot, monkeypatch, grid_plan(territories=3))
    before = painted(desk)
    try:
        theme.apply(qapp, not dark)
        desk.view.restyle()
        after = painted(desk)
        np.testing.assert_array_equal(after, fresh(desk))
    finally:
        theme.apply(qapp, dark)
    assert (before != after).mean() > 0.5
