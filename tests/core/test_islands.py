"""Ways over water between areas that share no border."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk.arcs import build, clean, components
from terradesk.readers.maps.islands import crossings


def arcs_of(boxes: list[tuple[float, float, float, float]]) -> object:
    return build(clean(np.array([shapely.box(*b) for b in boxes], object)).polygons)


def test_islands_are_linked_with_the_nearest_area() -> None:
    found = crossings(
        arcs_of([(0, 0, 100, 100), (100, 0, 200, 100), (250, 0, 300, 100), (310, 0, 320, 100)])
    )
    assert [(one.a, one.b, one.metres) for one in found] == [(2, 3, 10.0), (1, 2, 50.0)]


def test_corners_are_no_border_but_no_distance() -> None:
    found = crossings(arcs_of([(0, 0, 100, 100), (100, 100, 200, 200)]))
    assert [(one.a, one.b, one.metres) for one in found] == [(0, 1, 0.0)]


def test_what_hangs_together_needs_nothing() -> None:
    assert crossings(arcs_of([(0, 0, 100, 100), (100, 0, 200, 100)])) == []
    assert crossings(arcs_of([])) == []
    assert crossings(arcs_of([(0, 0, 100, 100)])) == []


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=25))
def test_all_areas_hang_together_by_the_shortest_ways(cells: set[tuple[int, int]]) -> None:
    squares = [(100 * x, 100 * y, 100 * x + 100, 100 * y + 100) for x, y in sorted(cells)]
    arcs = arcs_of(squares)
    found = crossings(arcs)
    labels = np.zeros(len(squares), np.int32)
    apart = components(arcs, labels, 1).counts[0]
    assert len(found) == apart - 1
    pairs = [(one.a, one.b) for one in found]
    assert components(arcs, labels, 1, pairs).counts[0] == 1
    polygons = np.array([shapely.box(*b) for b in squares], object)
    tree = _tree_length(polygons)
    assert sum(one.metres for one in found) <= tree + 1e-6


def _tree_length(polygons: np.ndarray) -> float:
    """Prim's algorithm over all corners: what any spanning tree must reach."""
    corners = [shapely.get_coordinates(p) for p in polygons]
    n = len(polygons)
    distance = np.array(
        [
            [np.min(np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))) for b in corners]
            for a in corners
        ]
    )
    for i, a in enumerate(polygons):
        for j, b in enumerate(polygons):
            if shapely.length(shapely.intersection(a, b)) > 0:
                distance[i, j] = 0.0
    best = distance[0].copy()
    done = np.zeros(n, bool)
    done[0] = True
    total = 0.0
    for _step in range(n - 1):
        k = int(np.argmin(np.where(done, np.inf, best)))
        total += best[k]
        done[k] = True
        best = np.minimum(best, distance[k])
    return total
