"""The map in half its pixels while it zooms on fine screens."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtGui

from terradesk.arcs import build
from terradesk.render import Frame, MapState, Style, View
from tests.core.kernel import SIDE, grid
from ui.map.halved import Halved, halved


def colours(image):
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1).copy()


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (1, 0), (0, 1), (3, 5)])
def test_half_the_pixels_show_every_area_where_the_whole_picture_does(qapp, dx, dy):
    arcs = build(grid(6, 4), (0.0, 0.0))
    state = MapState(arcs, np.arange(24) % 5, None, np.arange(5))
    fit = View.fit((0, 0, 6 * SIDE, 4 * SIDE), (400, 300), arcs.origin, (10, 10, 10, 10))
    view = fit.moved(dx, dy)
    sharp = Frame(state, Style(pixel_ratio=2.0), 400, 300)
    sharp.look(view)
    image = QtGui.QImage(400, 300, QtGui.QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QtGui.QPainter(image)
    Halved().draw(painter, view, (), lambda v: Frame(state, Style(), v.width, v.height))
    painter.end()
    shown, wanted = colours(image), sharp.image()
    at = view.to_pixels(arcs.centres / 100).astype(int)
    assert (shown[at[:, 1], at[:, 0]] == wanted[at[:, 1], at[:, 0]]).all()
    assert (shown == wanted).mean() > 0.75, "but for the edges of lines"


def test_the_corner_of_a_half_view_is_that_of_the_whole_or_one_pixel_before():
    for kx in (-3, -2, 0, 5):
        for ky in (-3, 0, 4, 7):
            view = View(kx, ky, 1e-3, 101, 60)
            small, left, top = halved(view)
            assert {left, top} <= {0, -1}
            assert 2 * small.width + left >= 101
            assert 2 * small.height + top >= 60
            assert np.allclose(small.to_map(0, 0), view.to_map(left, top))


def test_stamps_are_drawn_into_the_half_picture(qapp):
    class Dot:
        def draw(self, rgb, view, style):
            x, y = view.to_pixels([(3 * SIDE, 2 * SIDE)])[0].astype(int)
            rgb[y - 2 : y + 2, x - 2 : x + 2] = 0xFF112233

    arcs = build(grid(6, 4), (0.0, 0.0))
    state = MapState(arcs, np.zeros(24, int))
    view = View.fit((0, 0, 6 * SIDE, 4 * SIDE), (400, 300), arcs.origin)
    image = QtGui.QImage(400, 300, QtGui.QImage.Format.Format_RGB32)
    painter = QtGui.QPainter(image)
    half = Halved()
    for _ in range(2):
        half.draw(painter, view, (Dot(),), lambda v: Frame(state, Style(), v.width, v.height))
    painter.end()
    x, y = view.to_pixels([(3 * SIDE, 2 * SIDE)])[0].astype(int)
    assert colours(image)[y, x] == 0xFF112233
