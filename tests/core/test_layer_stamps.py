"""Homes, water links and hidden lines: the same in strips, readable, where they belong."""

import numpy as np
import pytest

from terradesk.references import geotiff
from terradesk.render import Frame, MapState, Style, View
from terradesk.render.account_stamp import AccountStamp
from terradesk.render.hiding import LINES, without
from terradesk.render.homes import HomeStamp
from terradesk.render.linework import LinkStamp, UnderStamp
from terradesk.render.points import MANY, PointIndex
from terradesk.render.warped import PictureStamp, warp
from tests.core.coverages import built
from tests.core.kernel import grid

PAPER = np.uint32(0xFFF8F6F0)
VIEW = View.at(0, 800, 0.2, (200, 160), (0.0, 0.0))


def homes(n=6):
    rng = np.random.default_rng(3)
    places = rng.uniform(0, 800, (n, 2))
    return HomeStamp(places, np.arange(-1, n - 1), ["AL", "", "ÅÖ", "MM", "پس", "Q"][:n])


def links():
    return LinkStamp(np.array([(50.0, 60, 900, 700), (100, 400, 100, 400), (-9e6, 300, 9e6, 310)]))


@pytest.mark.parametrize("make", [homes, links])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_strips_join(make, ratio):
    stamp, style = make(), Style(False, ratio)
    whole, pieces = (np.full((160, 200), PAPER, np.uint32) for _ in range(2))
    stamp.draw(whole, VIEW, style)
    assert (whole != PAPER).mean() > 0.01
    for x0, x1 in ((0, 1), (1, 77), (77, 200)):
        for y0, y1 in ((0, 61), (61, 160)):
            rgb = np.full((y1 - y0, x1 - x0), PAPER, np.uint32)
            stamp.draw(rgb, VIEW.moved(-x0, -y0).resized(x1 - x0, y1 - y0), style)
            pieces[y0:y1, x0:x1] = rgb
    apart = [np.abs((whole >> s & 255).astype(int) - (pieces >> s & 255)) for s in (0, 8, 16)]
    assert np.max(apart) <= 8, "but for the rounding of anti-aliasing"


def test_a_home_has_the_colour_of_its_territory_and_initials_when_near():
    style = Style()
    stamp = HomeStamp(np.array([(500.0, 400.0)]), np.array([5]), ["AB"])
    near, far = np.full((160, 200), PAPER, np.uint32), np.full((160, 200), PAPER, np.uint32)
    stamp.draw(near, VIEW, style)
    stamp.draw(far, View.at(-100_000, 80_000, 1 / 2000, (200, 160), (0.0, 0.0)), style)
    fill = 0xFF000000 | int(style.territory_fills[5])
    assert fill in near
    assert fill in far
    assert (near != PAPER).sum() > 1.3 * (far != PAPER).sum()
    none = np.full((160, 200), PAPER, np.uint32)
    HomeStamp(np.zeros((0, 2)), np.zeros(0, int)).draw(none, VIEW, style)
    assert (none == PAPER).all()


def test_a_link_is_dashed_between_its_ends_with_a_dot_in_the_middle():
    rgb = np.full((160, 200), PAPER, np.uint32)
    LinkStamp(np.array([(100.0, 400.0, 900.0, 400.0)])).draw(rgb, VIEW, Style())
    row = rgb[80] != PAPER
    assert not row[:18].any()
    assert not row[183:].any()
    dark = (rgb[80] & 0xFF) < 0x90
    assert np.count_nonzero(np.diff(dark.astype(int))) > 20, "dashes in a casing"
    assert (rgb[74:87, 100] != PAPER).sum() > 6


@pytest.mark.parametrize("n, way", [(0, None), (3, "symbols"), (MANY + 1, "density")])
def test_the_whole_view_decides_between_symbols_and_density(n, way):
    stamp = AccountStamp(PointIndex.build(np.full((n, 2), 400.0)), np.full(n, 2, np.float32))
    assert stamp.way(VIEW) == stamp.look(VIEW, Style()) == way
    away = View.at(5000, 800, 0.2, (200, 160), (0.0, 0.0))
    assert stamp.look(away, Style()) == ("symbols" if n else None)


@pytest.mark.parametrize("kind", LINES)
def test_hidden_lines_are_not_drawn_and_others_are(kind):
    arcs = built(grid(4, 4))
    fills, locked = [0, 1, 2, 3], [True, False, False, False]
    state = MapState(arcs, np.arange(16) // 4, [0, 0, 1, 1], fills, locked)
    view = View.fit((0, 0, 40_000, 40_000), (160, 160), arcs.origin, (4, 4, 4, 4))

    def drawn(hidden):
        frame = Frame(state, without(Style(), hidden), 160, 160)
        frame.look(view)
        return frame.image()

    whole, less, none = drawn(()), drawn((kind,)), drawn(LINES)
    assert (whole != less).any()
    assert (less != none).any()


def test_a_stamp_under_the_areas_is_seen_where_fills_are_clear_and_outside():
    arcs = built(grid(2, 2))
    state = MapState(arcs, [0, 0, 1, 1], [0, 1])
    view = View.fit((0, 0, 20_000, 20_000), (120, 120), arcs.origin, (20, 20, 20, 20))
    red = PictureStamp(np.full((120, 120), 0xFFFF0000, np.uint32), view)
    frame = Frame(state, Style(), 120, 120, underlays=(UnderStamp(red),))
    frame.look(view)
    opaque = frame.image()
    assert (opaque[5, 5], opaque[60, 60] == 0xFFFF0000) == (0xFFFF0000, False)
    frame.fill_alpha = 0
    frame.render()
    assert frame.image()[45, 45] == 0xFFFF0000
    frame.pan(-7, 5)
    strip = frame.image()
    assert (strip[7:12, 20:100] == 0xFFFF0000).all(), "exposed strips are drawn too"


def test_warping_reaches_the_edges_and_no_further():
    pixels = np.full((8, 8), 0xFF102030, np.uint32)
    u = np.tile(np.arange(-2.0, 12.0, 2.0), (7, 1))
    found = warp(pixels, u, u.T.copy(), 16, 90, 90)
    assert (found[found != 0] == 0xFF102030).all()
    assert found[16 + 1, 16 + 1] != 0
    assert found[16 - 2, 40] == 0
    u[2, 2] = np.nan
    assert warp(pixels, u, u.T.copy(), 16, 90, 90)[30, 30] == 0


def test_short_links_have_no_dot_and_the_shortest_are_left_out():
    def inked(metres):
        rgb = np.full((160, 200), PAPER, np.uint32)
        LinkStamp(np.array([(400.0, 400.0, 400.0 + metres, 400.0)])).draw(rgb, VIEW, Style())
        return np.flatnonzero((rgb != PAPER).any(axis=1))

    assert len(inked(20)) == 0, "4 pixels"
    assert 0 < len(inked(60)) < len(inked(200)), "12 and 40 pixels"


def test_a_point_raster_lies_half_a_pixel_off():
    tags = {"ModelPixelScale": (2.0, 2.0, 0), "ModelTiepoint": (0, 0, 0, 10.0, 20.0, 0)}
    assert geotiff.transform_of(tags, "x") == (10, 20, 2, -2)
    assert geotiff.transform_of({**tags, "GTRasterTypeGeoKey": 2}, "x") == (9, 21, 2, -2)
