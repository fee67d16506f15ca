"""Accounts on the map: counted exactly, drawn the same in one piece and in strips."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.render import Style, View
from terradesk.render.density import cell_px, draw_density
from terradesk.render.points import PointIndex, radii
from terradesk.render.symbols import CLASS_COLOURS, SHAPES, draw_discs, draw_symbols, shape

PAPER = 0xFFF8F6F0
BOXES = st.tuples(*[st.floats(-100, 1100)] * 4)


def scattered(n: int, seed: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.uniform(-200, 1200, (n // 2, 2)), rng.normal(500, 40, (n // 2, 2))])


def paper(view: View) -> np.ndarray:
    return np.full((view.height, view.width), PAPER, np.uint32)


@given(st.integers(0, 400), BOXES)
def test_counts_in_a_box_are_exact(n, corners):
    xy = np.random.default_rng(n).uniform(0, 1000, (n, 2))
    (x0, x1), (y0, y1) = sorted(corners[::2]), sorted(corners[1::2])
    inside = (xy[:, 0] >= x0) & (xy[:, 0] <= x1) & (xy[:, 1] >= y0) & (xy[:, 1] <= y1)
    index = PointIndex.build(xy)
    assert index.count((x0, y0, x1, y1)) == inside.sum() == len(index.inside((x0, y0, x1, y1)))


@given(st.integers(0, 400), st.floats(-100, 1100), st.floats(-100, 1100), st.floats(0, 800))
def test_counts_around_a_place_are_exact(n, x, y, radius):
    xy = np.random.default_rng(n).uniform(0, 1000, (n, 2))
    near = ((xy - (x, y)) ** 2).sum(axis=1) <= radius * radius
    assert PointIndex.build(xy).count_near(x, y, radius) == near.sum()


@pytest.mark.parametrize("n", [0, 1, 7])
def test_all_points_at_one_place(n):
    index = PointIndex.build(np.full((n, 2), 12.5))
    assert index.count((12.5, 12.5, 12.5, 12.5)) == n
    assert index.count((13, 0, 99, 99)) == 0
    view = View.at(0, 30, 1.0, (30, 30), (0.0, 0.0))
    for draw in (
        lambda rgb: draw_density(rgb, view, index, Style()),
        lambda rgb: draw_symbols(rgb, view, index, np.full(n, 2, np.float32), Style()),
    ):
        rgb = paper(view)
        draw(rgb)
        assert (rgb[17, 12] != PAPER) == (n > 0)
        assert (rgb[:, 20:] == PAPER).all()


DRAWN = {
    "discs": lambda rgb, view, index, style: draw_symbols(rgb, view, index, SIZES(index), style),
    "classes": lambda rgb, view, index, style: draw_symbols(
        rgb, view, index, SIZES(index), style, (index.order % 9).astype(np.uint8)
    ),
    "density": draw_density,
}


def SIZES(index: PointIndex) -> np.ndarray:
    return radii(np.random.default_rng(1).lognormal(2, 1, len(index.order))).astype(np.float32)


@pytest.mark.parametrize("what", DRAWN)
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_strips_join(what, ratio):
    index, style = PointIndex.build(scattered(900)), Style(False, ratio)
    view = View.at(3.3, 987.1, 0.21, (160, 120), (17.0, -4.0))
    whole = paper(view)
    DRAWN[what](whole, view, index, style)
    assert (whole != PAPER).mean() > 0.02
    pieces = paper(view)
    for x0, x1 in ((0, 1), (1, 47), (47, 160)):
        for y0, y1 in ((0, 33), (33, 120)):
            part = view.moved(-x0, -y0).resized(x1 - x0, y1 - y0)
            DRAWN[what](pieces[y0:y1, x0:x1], part, index, style)
    assert (whole == pieces).all()


def test_density_counts_nothing_twice_and_loses_nothing():
    points = np.array([(5.0, 5.0)] * 3 + [(25.0, 25.0)])
    view = View.at(0, 40, 1.0, (40, 40), (0.0, 0.0))
    rgb = paper(view)
    draw_density(rgb, view, points, Style())
    side = cell_px(Style())
    assert (rgb != PAPER).sum() == 2 * side * side
    assert rgb[35, 5] & 0xFF < rgb[15, 25] & 0xFF < PAPER & 0xFF, "more accounts are darker"


def test_large_symbols_lie_below_small_ones_whatever_the_order():
    view = View.at(0, 20, 1.0, (20, 20), (0.0, 0.0))
    points, sizes = np.array([(10.0, 10.0), (11.0, 10.0)]), np.array([1.5, 7.0])
    one, two = paper(view), paper(view)
    draw_discs(one, view, points, sizes, Style())
    draw_discs(two, view, points[::-1], sizes[::-1], Style())
    assert (one == two).all()


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_differ_and_are_about_as_large_as_the_disc(name):
    fill, ring = shape(name, 6.0)
    assert fill.sum() / 255 == pytest.approx(np.pi * 36, rel=0.25)
    assert fill.shape == ring.shape
    others = [shape(other, 6.0)[0] for other in SHAPES if other != name]
    assert min(np.abs(fill.astype(int) - o).sum() for o in others) / 255 > 12


@pytest.mark.parametrize("dark", [False, True])
def test_class_colours_are_told_apart_with_every_sight(dark):
    from terradesk import palettes
    from terradesk.palettes import seeing

    ink = palettes.roles(dark)["account"]
    channels = seeing.channels([*CLASS_COLOURS[dark], ink])
    linear = seeing.linear_of(channels)
    for sight in seeing.SIGHTS.values():
        lab = seeing.oklab(seeing.gamma_of(linear @ sight.T))
        apart = np.linalg.norm(lab[:, None] - lab[None], axis=2)
        assert apart[~np.eye(9, dtype=bool)].min() > 0.11


def test_values_that_say_nothing_are_drawn_small():
    view = View.at(0, 40, 1.0, (40, 40), (0.0, 0.0))
    rgb = paper(view)
    sizes = radii([np.nan, -4, np.inf, 100])
    assert sizes[3] > 7
    assert (sizes[:3] < 1.2).all()
    draw_discs(rgb, view, np.array([(5, 5), (15, 5), (25, 5), (30, 30)]), sizes, Style())
    assert all(rgb[35, x] != PAPER for x in (5, 15, 25))


def test_a_rough_density_counts_a_part_of_the_points_for_all():
    random = np.random.default_rng(5)
    index = PointIndex.build(random.uniform(0, 1000, (40_000, 2)))
    view = View.fit((0, 0, 1000, 1000), (64, 64), (0.0, 0.0), (0, 0, 0, 0))
    whole, rough = (np.full((64, 64), 0xFFFFFFFF, np.uint32) for _ in range(2))
    draw_density(whole, view, index, Style())
    draw_density(rough, view, index, Style(), every=4)
    tones = [(one & 0xFF).astype(float).mean() for one in (whole, rough)]
    assert tones[0] == pytest.approx(tones[1], abs=12)
    assert tones[0] < 200
