"""Flags of start points: the same in strips as in one picture, picked where they are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.render.flags import HIGH, WIDE, FlagStamp, cloth_ink
from terradesk.render.style import Style
from terradesk.render.view import View

PAPER = np.uint32(0xFF102030)
SPOT = st.tuples(st.floats(-30, 130), st.floats(-30, 130))


def stamp(places: list[tuple[float, float]]) -> FlagStamp:
    n = len(places)
    return FlagStamp(np.array(places, float).reshape(-1, 2), np.arange(n), np.arange(n) + 40)


def view(ratio: float = 1.0) -> View:
    """100 m a side, a metre per pixel at 100 %, the upper left corner at (0, 100)."""
    side = round(100 * ratio)
    box, none = (0.0, 0.0, 100.0, 100.0), (0.0, 0.0, 0.0, 0.0)
    return View.fit(box, (side, side), (0.0, 0.0), none)


def drawn(flags: FlagStamp, seen: View, ratio: float = 1.0) -> np.ndarray:
    rgb = np.full((seen.height, seen.width), PAPER)
    flags.draw(rgb, seen, Style(pixel_ratio=ratio))
    return rgb


@given(st.lists(SPOT, max_size=4), st.integers(1, 99), st.sampled_from([1.0, 1.5, 2.0]))
def test_strips_join(places: list[tuple[float, float]], cut: int, ratio: float) -> None:
    flags, seen = stamp(places), view(ratio)
    whole, cut = drawn(flags, seen, ratio), round(cut * ratio)
    upper = drawn(flags, seen.resized(seen.width, cut), ratio)
    lower = drawn(flags, seen.moved(0, -cut).resized(seen.width, seen.height - cut), ratio)
    assert np.array_equal(whole, np.vstack([upper, lower]))


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_foot_stands_on_its_place_and_the_cloth_has_the_territorys_colour(
    ratio: float,
) -> None:
    flags, seen = stamp([(50.0, 50.0)]), view(ratio)
    rgb = drawn(flags, seen, ratio)
    style = Style(pixel_ratio=ratio)
    x, y = (round(v) for v in seen.to_pixels([(50.0, 50.0)])[0])
    assert rgb[y, x] & 0xFFFFFF == style.ink("territory_core") & 0xFFFFFF
    assert rgb[y - round(15 * ratio), x + round(5 * ratio)] & 0xFFFFFF == cloth_ink(style, 0)
    touched = np.argwhere(rgb != PAPER)
    (top, left), (bottom, right) = touched.min(axis=0), touched.max(axis=0)
    assert top >= y - (HIGH + 5) * ratio and bottom <= y + 5 * ratio
    assert left >= x - 5 * ratio and right <= x + (WIDE + 5) * ratio


def test_a_flag_is_picked_where_it_is_drawn() -> None:
    flags = stamp([(20.0, 20.0), (60.0, 60.0)])
    assert flags.at(20, 20, 1.0) == 40 and flags.at(65, 75, 1.0) == 41
    assert flags.at(20, 75, 1.0) == -1 and flags.at(60 + WIDE + 4, 75, 1.0) == -1
    assert flags.at(65, 75, 0.1) == -1, "a flag is small when zoomed in"
    assert stamp([]).at(0, 0, 1.0) == -1


def test_no_flags_draw_nothing() -> None:
    assert (drawn(stamp([]), view()) == PAPER).all()
