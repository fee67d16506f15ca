"""Spreading from one area over others, and what bounds a group of them."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk.arcs import build, components
from terradesk.arcs.flooding import rim, spread, warm
from terradesk.measures.ground import ground_of
from tests.core.kernel import SIDE, grid

SIX_BY_FOUR = build(grid(6, 4))
FREE = np.zeros(24, bool)


@given(st.lists(st.integers(0, 2), min_size=24, max_size=24), st.integers(0, 23))
def test_it_reaches_the_connected_part_with_the_same_label_and_no_more(labels, seed):
    found = spread(SIX_BY_FOUR, seed, labels, FREE)
    parts = components(SIX_BY_FOUR, labels, 3).parts
    same = (np.array(labels) == labels[seed]) & (parts == parts[seed])
    assert found.tolist() == np.flatnonzero(same).tolist()


@given(st.lists(st.booleans(), min_size=24, max_size=24), st.integers(0, 23))
def test_it_never_enters_what_is_shut(shut, seed):
    found = spread(SIX_BY_FOUR, seed, np.zeros(24, int), shut)
    assert not np.array(shut)[found].any()
    assert (len(found) == 0) == shut[seed]


def test_links_lead_over_water_both_ways():
    islands = build(shapely.box([0, 5 * SIDE], [0, 0], [SIDE, 6 * SIDE], [SIDE, SIDE]))
    none = np.zeros(2, bool)
    for seed in (0, 1):
        assert spread(islands, seed, [7, 7], none).tolist() == [seed]
        assert spread(islands, seed, [7, 7], none, [(0, 1)]).tolist() == [0, 1]
        assert spread(islands, seed, [7, 8], none, [(0, 1)]).tolist() == [seed]


def test_the_rim_of_an_inner_square_is_all_wall_and_that_of_the_map_all_open():
    is_open = ground_of(SIX_BY_FOUR).is_open[:24]
    inner = rim(SIX_BY_FOUR, np.array([7], np.int32), is_open)
    assert np.isclose(inner.walls, 4 * SIDE) and inner.opening == 0
    whole = rim(SIX_BY_FOUR, np.arange(24, dtype=np.int32), is_open)
    assert whole.walls == 0 and np.isclose(whole.opening, np.hypot(6, 4) * SIDE)
    corner = rim(SIX_BY_FOUR, np.array([0], np.int32), is_open)
    assert np.isclose(corner.walls, 2 * SIDE) and np.isclose(corner.opening, np.sqrt(2) * SIDE)


def test_the_shore_of_a_lake_is_a_wall():
    arcs = build(np.delete(grid(5, 5), 12))
    found = rim(arcs, np.array([11], np.int32), ground_of(arcs).is_open[:24])
    assert np.isclose(found.walls, 4 * SIDE) and found.opening == 0


def test_it_warms_up_on_any_map():
    warm(SIX_BY_FOUR)
    warm(build(np.array([], object)))
