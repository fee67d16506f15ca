"""Hatches: tiles that meet, patterns that differ, drawn where the table asks for them."""

import numpy as np
import pytest
import shapely

from terradesk.arcs import build
from terradesk.render import Frame, MapState, Mark, Style, View
from terradesk.render.filling import FIRST_PATTERN, N_PATTERNS
from terradesk.render.hatching import PATTERNS, hatches

SIZE = (400, 300)


def squares(n):
    return build(np.array([shapely.box(k * 1000, 0, k * 1000 + 1000, 1000) for k in range(n)]))


def frame_of(state, style=None):
    frame = Frame(state, style or Style(), *SIZE)
    frame.look(View.fit((0, 0, state.arcs.n_units * 1000, 1000), SIZE, state.arcs.origin))
    return frame


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.25, 2.0, 3.0])
def test_tiles_meet_and_patterns_differ(dark, ratio):
    tiles = hatches(dark, ratio)
    assert len(tiles) == FIRST_PATTERN - 1 + N_PATTERNS and tiles.max() <= 256
    assert len(PATTERNS) == N_PATTERNS - 1
    for tile in tiles[1:]:
        assert tile.any() and (tile < 256).any()
        shifted = np.roll(tile, (tile.shape[0] // 2, tile.shape[1] // 2), (0, 1)).astype(int)
        inner = np.abs(np.diff(tile.astype(int), axis=1)).max()
        assert np.abs(np.diff(shifted, axis=1)).max() <= inner + 2
    flat = tiles[FIRST_PATTERN:].reshape(N_PATTERNS - 1, -1).astype(float)
    apart = [np.abs(a - b).mean() for i, a in enumerate(flat) for b in flat[:i]]
    assert min(apart) > 4


def test_patterns_are_drawn_on_classes_and_territories_and_move_with_the_map():
    state = MapState(squares(4), [0, 1, 2, -1], fills=[0, 5, 9])
    state.colour_by_territory([0, 2, 7])
    frame = frame_of(state)
    image = frame.image() & 0xFFFFFF
    band = image[120:180]
    assert len(np.unique(band[:, 40:80])) == 1
    assert len(np.unique(band[:, 140:180])) > 2 and len(np.unique(band[:, 240:280])) > 2
    view = frame.view
    frame.look(view.moved(3, -2))
    again = Frame(state, Style(), *SIZE)
    again.look(view.moved(3, -2))
    assert (frame.image() == again.image()).all()
    state.colour_units([0, 1, 1, -1], (["#FF0000", "#00FF00"], ["#FF0000", "#00FF00"]), [3, 0])
    frame.recolour()
    row = frame.image()[150] & 0xFFFFFF
    assert len(np.unique(frame.image()[120:180, 40:80])) > 2
    assert row[160] == row[260] == 0x00FF00
    state.colour_territories([1, -1, 0], (["#FF0000", "#00FF00"], ["#FF0000", "#00FF00"]), [3, 0])
    frame.recolour()
    assert frame.image()[150, 50] & 0xFFFFFF == 0x00FF00
    assert len(np.unique(frame.image()[120:180, 240:280])) > 2


def test_what_a_gesture_would_do_hides_the_pattern():
    state = MapState(squares(2), [0, 1], fills=[0, 5], locked=[True, False])
    state.colour_by_territory([1, 2])
    state.restyle(Style())
    assert state.table[1] >> 24 == 0x40 | FIRST_PATTERN and state.table[2] >> 24 == 5
    state.set_mark([0], Mark.PREVIEW, 1)
    state.restyle(Style())
    assert state.table[1] >> 24 == 0x40 | 2
    assert state.table[1] & 0xFFFFFF == Style().territory_fills[5]


def test_a_unit_locked_by_itself_has_a_band_along_its_own_border_only():
    state = MapState(squares(4), [0, 0, 0, -1], fills=[5], held=[False, True, False, True])
    image = frame_of(state).image()[120:180]
    plain = state.table[1] & 0xFFFFFF

    def n_inked(left, right):
        return int((image[:, left:right] & 0xFFFFFF != plain).sum())

    assert n_inked(113, 116) > 50 and n_inked(196, 199) > 50  # inside the locked one: 112 to 200
    assert n_inked(120, 192) == n_inked(30, 110) == n_inked(202, 280) == 0
    assert state.has_locked
    assert state.are_locked([0, 1, 3]).tolist() == [False, True, True]
    state.set_plan([0, 0, 0, -1], fills=[5])
    assert not state.has_locked


def test_a_territory_without_a_fill_is_paper():
    state = MapState(squares(2), [0, 1], fills=[-1, 5])
    state.restyle(Style())
    assert state.table[1] & 0xFFFFFF == Style().ink("paper") and state.table[0] == 0
