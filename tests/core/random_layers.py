"""Random coverages of every shape: cells joined at will into units with holes and islands."""

import numpy as np
import shapely
from hypothesis import strategies as st

SIDE = 100_000.0  # metres


def cells(seed: int, side: int) -> np.ndarray:
    """`side` x `side` Voronoi cells with vertices on whole centimetres, edge-matched."""
    rng = np.random.default_rng(seed)
    y, x = np.divmod(np.arange(side * side), side)
    points = (np.column_stack((x, y)) + rng.uniform(0.2, 0.8, (side * side, 2))) * SIDE / side
    cloud = shapely.MultiPoint(points)
    box = shapely.box(0, 0, SIDE, SIDE)
    made = shapely.get_parts(shapely.voronoi_polygons(cloud, extend_to=box))
    return shapely.transform(made, lambda xy: np.round(xy, 2))


def join(polygons: np.ndarray, labels: np.ndarray, n: int) -> np.ndarray:
    """Union of each label, None where there is none."""
    out = np.full(n, None, object)
    for label in range(n):
        if (labels == label).any():
            out[label] = shapely.union_all(polygons[labels == label])
    return out


@st.composite
def coverages(draw: st.DrawFn, largest: int = 7) -> np.ndarray:
    """Units of up to 49 cells; some cells may be nobody's, some units may have none."""
    side = draw(st.integers(1, largest))
    made = cells(draw(st.integers(0, 9)), side)
    n = draw(st.integers(1, len(made)))
    labels = np.random.default_rng(draw(st.integers(0, 999))).integers(-1, n, len(made))
    return join(made, labels, n)


def brute_adjacency(polygons: np.ndarray) -> dict[tuple[int, int], float]:
    """Shared border in metres of each pair of units, by shapely."""
    tree = shapely.STRtree(polygons)
    found = {}
    for a, b in tree.query(polygons, predicate="intersects").T:
        common = shapely.intersection(polygons[a], polygons[b])
        if a != b and shapely.length(common) > 0:
            found[int(a), int(b)] = float(shapely.length(common))
    return found
