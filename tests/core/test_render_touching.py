"""Rectangles that hold what of a view something touches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.arcs import build
from terradesk.render import Frame, MapState, Mark, Style, View
from terradesk.render.touching import line_rectangles, rectangles
from tests.core.kernel import SIDE, grid

ARCS = build(grid(12, 8), (0.0, 0.0))


def covered(rects, view):
    out = np.zeros((view.height, view.width), int)
    for left, top, right, bottom in rects:
        assert 0 <= left < right <= view.width
        assert 0 <= top < bottom <= view.height
        out[top:bottom, left:right] += 1
    assert out.max(initial=0) <= 1, "rectangles overlap"
    return out > 0


def view_of(x, y, side):
    return View.fit((x, y, x + side, y + side), (1000, 700), ARCS.origin)


places = st.floats(-2 * SIDE, 12 * SIDE)


@given(places, places, st.floats(SIDE / 3, 30 * SIDE),
       st.lists(st.integers(0, ARCS.n_units - 1), max_size=12))  # fmt: skip
def test_all_of_a_unit_that_is_seen_lies_in_the_rectangles(x, y, side, rows):
    view = view_of(x, y, side)
    hit = covered(rectangles(ARCS.unit_boxes, np.array(rows, np.int64), view, 3.0), view)
    for row in rows:
        box = ARCS.unit_boxes[row] / 100
        (x0, y1), (x1, y0) = view.to_pixels([box[:2], box[2:]])
        x0, x1 = np.clip([x0, x1], 0, view.width).astype(int)
        y0, y1 = np.clip([y0, y1], 0, view.height).astype(int)
        assert hit[y0:y1, x0:x1].all()


def test_units_far_apart_are_drawn_by_themselves():
    view = View.fit((0, 0, 12 * SIDE, 8 * SIDE), (1600, 1000), ARCS.origin)
    found = rectangles(ARCS.unit_boxes, np.array([0, 95]), view, 3.0)
    assert len(found) == 2
    assert covered(found, view).mean() < 0.1
    assert rectangles(ARCS.unit_boxes, np.array([0, 1]), view.moved(9000, 0), 3.0) == []


def test_an_outline_out_of_sight_needs_nothing():
    state = MapState(ARCS, np.zeros(96, int))
    inside = view_of(3.3 * SIDE, 3.3 * SIDE, 0.4 * SIDE)
    assert line_rectangles(ARCS, state.arcs_of([3 * 12 + 3]), inside, 4.0) == []
    assert rectangles(ARCS.unit_boxes, np.array([3 * 12 + 3]), inside, 4.0) != []


@pytest.mark.parametrize("scale", [0.4, 3.0, 12.0])
def test_a_frame_that_follows_outlines_equals_one_drawn_afresh(scale):
    view = view_of(2.2 * SIDE, 2.4 * SIDE, scale * SIDE)
    state = MapState(ARCS, np.arange(96) % 7, None, np.arange(7))
    frame, afresh = (Frame(state, Style(), 1000, 700) for _ in range(2))
    frame.look(view)
    for rows in ([40], [40, 41, 95], []):
        moved = state.set_mark(rows, Mark.HOVER)
        frame.outlined(moved)
        afresh.look(view.moved(1, 0))
        afresh.look(view)
        afresh.render()
        assert np.array_equal(frame.image(), afresh.image())


def test_a_frame_that_follows_scattered_edits_equals_one_drawn_afresh():
    view = View.fit((0, 0, 12 * SIDE, 8 * SIDE), (1600, 1000), ARCS.origin)
    state = MapState(ARCS, np.arange(96) % 7, None, np.arange(7))
    frame = Frame(state, Style(), 1600, 1000)
    frame.look(view)
    frame.take_redrawn()
    state.assign([0, 95], 3)
    frame.assigned([0, 95])
    assert len(frame.take_redrawn()) == 2
    seen = frame.image()
    frame.render()
    assert np.array_equal(seen, frame.image())
