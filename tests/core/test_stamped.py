"""The ring with stamps always equals the frame with all stamps drawn over the whole of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.render import Frame, MapState, Mark, Style, View
from terradesk.render.stamped import Stamped

from .coverages import built, grid

SIZE = (230, 150)
BOX = (0, 0, 8000, 6000)
ARCS = built(grid(8, 6, seed=4))


class Squares:
    """Filled squares at places in metres, blended, so that drawing one twice shows."""

    def __init__(self, seed, n=12, half=5, ink=0x40):
        self.at = np.random.default_rng(seed).uniform((0, 0), BOX[2:], (n, 2))
        self.half, self.ink = half, ink

    def draw(self, rgb, view, style):
        for x, y in np.floor(view.to_pixels(self.at)).astype(int):
            rows = slice(max(0, y - self.half), max(0, y + self.half))
            columns = slice(max(0, x - self.half), max(0, x + self.half))
            rgb[rows, columns] = (rgb[rows, columns] >> 1 & 0x7F7F7F) + self.ink | 0xFF000000


class Deciding(Squares):
    """Draws one way or another by what the whole view shows; nothing where it shows little."""

    def look(self, view, style):
        seen = view.to_pixels(self.at)
        n = int(((seen > 0) & (seen < (view.width, view.height))).all(axis=1).sum())
        self.ink = 0x20 if n > 6 else 0x60
        return None if n < 3 else self.ink


def whole(frame, stamps):
    out = frame.image()
    for stamp in stamps:
        if not hasattr(stamp, "look") or stamp.look(frame.view, frame.style) is not None:
            stamp.draw(out, frame.view, frame.style)
    return out


def made(stamps, view=None):
    view = view or View.fit(BOX, SIZE, ARCS.origin)
    frame = Frame(MapState(ARCS, np.arange(48) % 5), Style(), *SIZE)
    frame.look(view)
    stamped = Stamped()
    stamped.set_stamps(stamps)
    stamped.update(frame)
    return frame, stamped


step = st.tuples(st.sampled_from("ppppzamrswbj"), st.integers(0, 99), st.integers(0, 99))


def do(what, a, b, frame, stamped, stamps):
    view, rows = frame.view, np.array([a % 48])
    if what == "p":
        frame.look(view.moved(a % 41 - 20, b % 31 - 15))
    elif what == "j":
        frame.look(view.moved(5 * (a - 50), 3 * (b - 50)))
    elif what == "z":
        frame.look(View.at(*view.to_map(a, b), view.px_per_m * (1.3 if a % 2 else 0.8), SIZE,
                           ARCS.origin))  # fmt: skip
    elif what == "a":
        frame.state.assign(rows, b % 5)
        frame.assigned(rows)
    elif what == "m":
        frame.marked(frame.state.set_mark(rows, Mark.SELECTED))
    elif what == "r":
        frame.recolour()
    elif what == "s":
        stamps[a % 2] = Squares(b) if a % 3 else Deciding(b, 30)
        stamped.set_stamps(stamps)
    elif what == "w":
        stamps[0].at[:, 0] += b
        stamped.changed()
    else:
        before = stamps[0].at[3].copy()
        stamps[0].at[3] = (40.0 * a, 60.0 * b)
        both = np.array([before, stamps[0].at[3]])
        stamped.changed((*both.min(axis=0), *both.max(axis=0)))


@given(st.integers(0, 99), st.lists(step, max_size=14), st.booleans())
def test_the_ring_equals_a_fresh_picture(seed, steps, updates_each):
    stamps = [Squares(seed), Deciding(seed + 1, 30)]
    frame, stamped = made(stamps)
    for what, a, b in steps:
        do(what, a, b, frame, stamped, stamps)
        if updates_each:
            stamped.update(frame)
            np.testing.assert_array_equal(stamped.image(), whole(frame, stamps))
    stamped.update(frame)
    np.testing.assert_array_equal(stamped.image(), whole(frame, stamps))


def test_a_pan_stamps_the_exposed_strips_only():
    frame, stamped = made([Squares(1)])
    before = stamped.n_stamped
    frame.look(frame.view.moved(8, -5))
    stamped.update(frame)
    assert stamped.n_stamped - before == 8 * SIZE[1] + 5 * SIZE[0] - 8 * 5
    before = stamped.n_stamped
    stamped.update(frame)
    assert stamped.n_stamped == before


def test_without_stamps_in_sight_the_ring_of_the_frame_is_shown():
    nothing = Deciding(1, 2)
    frame, stamped = made([nothing])
    frame.look(frame.view.moved(8, -5))
    stamped.update(frame)
    assert stamped.rgb is frame.rgb and stamped.n_stamped == 0
    np.testing.assert_array_equal(stamped.image(), frame.image())
    stamped.set_stamps([Squares(2)])
    stamped.update(frame)
    assert stamped.rgb is not frame.rgb
    np.testing.assert_array_equal(stamped.image(), whole(frame, [Squares(2)]))


def test_another_frame_of_another_size_is_taken_up():
    _, stamped = made([Squares(3)])
    other = Frame(MapState(ARCS, np.zeros(48, np.int32)), Style(True), 333, 97)
    other.look(View.fit(BOX, (333, 97), ARCS.origin))
    stamped.update(other)
    np.testing.assert_array_equal(stamped.image(), whole(other, [Squares(3)]))


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_changed_box_reaches_as_far_as_symbols_do(ratio):
    stamp = Squares(5, n=1, half=round(20 * ratio))
    frame = Frame(MapState(ARCS, np.zeros(48, np.int32)), Style(False, ratio), *SIZE)
    frame.look(View.fit(BOX, SIZE, ARCS.origin))
    stamped = Stamped()
    stamped.set_stamps([stamp])
    stamped.update(frame)
    stamp.ink = 0x11
    stamped.changed((*stamp.at[0], *stamp.at[0]))
    stamped.update(frame)
    np.testing.assert_array_equal(stamped.image(), whole(frame, [stamp]))


def test_a_touched_rectangle_is_stamped_again_and_no_more():
    stamp = Squares(6)
    frame, stamped = made([stamp])
    before = stamped.image()
    stamp.ink = 0x11
    after = whole(frame, [stamp])
    (x, y), *_ = np.floor(frame.view.to_pixels(stamp.at)).astype(int)
    rect = (x - 5, y - 5, x + 5, y + 5)
    stamped.touch([rect])
    stamped.update(frame)
    inside = np.zeros(before.shape, bool)
    inside[max(0, rect[1]) : rect[3], max(0, rect[0]) : rect[2]] = True
    np.testing.assert_array_equal(stamped.image(), np.where(inside, after, before))
    assert (after != before)[inside].any()
