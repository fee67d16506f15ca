"""Connected parts against a plain search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import arcs
from tests.core.random_layers import brute_adjacency, cells, coverages


def brute_parts(labels: np.ndarray, pairs: set[tuple[int, int]]) -> list[int]:
    """Lowest row of the part of each unit, by merging until nothing changes."""
    part = list(range(len(labels)))
    is_done = False
    while not is_done:
        is_done = True
        for a, b in pairs:
            if labels[a] == labels[b] >= 0 and part[a] != part[b]:
                part[a] = part[b] = min(part[a], part[b])
                is_done = False
    return [p if label >= 0 else -1 for p, label in zip(part, labels, strict=True)]


@given(coverages(5), st.integers(1, 4), st.integers(0, 99), st.integers(0, 3))
def test_parts_are_those_of_a_plain_search(
    polygons: np.ndarray, n_labels: int, seed: int, n_bridges: int
) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, n_labels, len(polygons))
    bridges = rng.integers(0, len(polygons), (n_bridges, 2))
    got = arcs.components(arcs.build(polygons), labels, n_labels, bridges)
    pairs = set(brute_adjacency(polygons)) | {(int(a), int(b)) for a, b in bridges}
    expected = brute_parts(labels, pairs)
    for label in range(n_labels):
        rows = np.flatnonzero(labels == label)
        firsts = sorted({expected[row] for row in rows})
        assert got.counts[label] == len(firsts)
        assert got.parts[rows].tolist() == [firsts.index(expected[row]) for row in rows]
    assert (got.parts[labels < 0] == -1).all()


def test_a_bridge_joins_what_water_parts(grid_polygons) -> None:
    made = arcs.build(grid_polygons(3))
    labels = np.array([0, 1, 1, 1, 1, 1, 1, 1, 0])
    assert arcs.components(made, labels, 2).counts.tolist() == [2, 1]
    assert arcs.components(made, labels, 2, [(0, 8)]).counts.tolist() == [1, 1]
    assert arcs.components(made, labels, 2, np.empty((0, 2))).counts.tolist() == [2, 1]
    assert arcs.components(made, labels, 4).counts.tolist() == [2, 1, 0, 0]


def test_wrong_labels_are_refused() -> None:
    made = arcs.build(cells(0, 2))
    for labels in ([0, 0, 0], [0, 0, 0, 2], [0, 0, 0, -2]):
        with pytest.raises(ValueError, match="labels"):
            arcs.components(made, labels, 2)
    for edges in ([(0, 4)], [(-1, 0)]):
        with pytest.raises(ValueError, match="edges"):
            arcs.components(made, [0, 0, 0, 0], 1, edges)
