"""Small coverages for tests of the renderer."""

import numpy as np
import shapely

from terradesk import arcs


def grid(columns, rows, side=1000.0, seed=None):
    """Polygons of a grid in metres; with a seed its inner nodes are moved about."""
    x, y = np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0))
    if seed is not None:
        rng = np.random.default_rng(seed)
        x[1:-1, 1:-1] += rng.uniform(-0.35, 0.35, x[1:-1, 1:-1].shape)
        y[1:-1, 1:-1] += rng.uniform(-0.35, 0.35, y[1:-1, 1:-1].shape)
    node = np.stack([x, y], -1) * side
    return np.array(
        [
            shapely.Polygon([node[r, c], node[r, c + 1], node[r + 1, c + 1], node[r + 1, c]])
            for r in range(rows)
            for c in range(columns)
        ],
        object,
    )


def built(polygons):
    """Arcs of polygons, with the origin at 0, 0."""
    return arcs.build(np.asarray(polygons, object), (0.0, 0.0))
