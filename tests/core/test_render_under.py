"""What lies under the areas, and how much their fills let it through."""

import numpy as np
import pytest

from terradesk.render import Frame, MapState, Style, View

from .coverages import built, grid

SIZE = (90, 60)


class Picture:
    """Paints a stretch of columns of the map in one colour."""

    def __init__(self, colour, first=-(10**9), last=10**9):
        self.colour, self.first, self.last = np.uint32(0xFF000000 | colour), first, last

    def draw(self, frame, job):
        high, wide = job.bottom - job.top, job.right - job.left
        own = frame.planes.base[job.row : job.row + high, job.column : job.column + wide]
        x = frame.view.kx + np.arange(job.left, job.right)
        own[:, (x >= self.first) & (x < self.last)] = self.colour


def framed(*underlays, alpha=256, hatched=False):
    arcs = built(grid(2, 1))
    frame = Frame(
        MapState(arcs, [0, -1 if hatched else 1]), Style(), *SIZE, underlays=tuple(underlays)
    )
    frame.fill_alpha = alpha
    frame.look(View.at(-500, 1250, 0.03, SIZE, arcs.origin))
    return frame


def colour_at(frame, x, y):
    ((px, py),) = frame.view.to_pixels([(x, y)]).astype(int)
    return int(frame.image()[py, px]) & 0xFFFFFF


def test_underlays_are_drawn_in_their_order_around_the_areas():
    frame = framed(Picture(0x111111), Picture(0x222222, 0))
    assert colour_at(frame, -300, 500) == 0x111111
    assert colour_at(frame, 2300, 500) == 0x222222
    assert colour_at(frame, 500, 500) == Style().territory_fills[0]


def test_without_underlays_there_is_water():
    assert colour_at(framed(), -300, 500) == Style().ink("water")
    half = framed(Picture(0x123456, 0))
    assert colour_at(half, -300, 500) == Style().ink("water")


@pytest.mark.parametrize("alpha", [0, 100, 256])
def test_fills_let_through_what_lies_under_them(alpha):
    frame = framed(Picture(0x406080), alpha=alpha)
    fill = int(Style().territory_fills[0])
    for shift in (16, 8, 0):
        under, over = 0x406080 >> shift & 255, fill >> shift & 255
        expected = under + (over - under) * alpha / 256
        assert (colour_at(frame, 500, 500) >> shift & 255) == pytest.approx(expected, abs=1)


def test_hatches_stay_on_thin_fills():
    plain = framed(Picture(0xFFFFFF), alpha=0).image()
    hatched = framed(Picture(0xFFFFFF), alpha=0, hatched=True).image()
    right = np.s_[10:30, 50:70]
    assert len(np.unique(plain[right])) == 1
    assert len(np.unique(hatched[right])) > 1


def test_changing_the_opacity_needs_no_new_frame():
    frame = framed(Picture(0x406080))
    frame.fill_alpha = 128
    frame.recolour()
    assert (frame.image() == framed(Picture(0x406080), alpha=128).image()).all()
    frame.fill_alpha = 256
    frame.recolour()
    assert (frame.image() == framed(Picture(0x406080)).image()).all()


def test_a_pan_draws_underlays_and_thin_fills_as_a_full_frame_does():
    under = Picture(0x406080), Picture(0x9080A0, 20, 50)
    frame = framed(*under, alpha=90)
    frame.pan(-7, 5)
    fresh = framed(*under, alpha=90)
    fresh.look(frame.view)
    fresh.render()
    assert (frame.image() == fresh.image()).all()
