"""Some 236,000 areas like census block groups, made straight as arcs, without polygons."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk.arcs import Arcs, levels
from terradesk.arcs.figures import arc_boxes
from terradesk.arcs.model import assemble
from terradesk.arcs.ordering import gather, hilbert_keys

N_UNITS = 236_000
_HALVINGS, _AMPLITUDE = 3, 0.1  # 8 pieces of each border
_SPREAD = 0.7  # of the distance to the next ZIP point
_LONGEST = 3e5  # metres; longer edges belong to cells at the very rim


def block_arcs(points: np.ndarray, people: np.ndarray, outline: shapely.Geometry) -> Arcs:
    """Voronoi cells of places scattered around populated points, cut off along an outline.

    Parameters
    ----------
    points : (n, 2) float
        Metres.
    people : (n,) float
        How many places scatter around each point, in proportion.
    outline : Polygon
        Places outside it are left out, so that the coast runs along cells.
    """
    from scipy.spatial import Voronoi

    random = np.random.default_rng(11)
    places = _scattered(points, people, outline, random)
    inside = shapely.contains_xy(outline, places[:, 0], places[:, 1])
    made = Voronoi(places)
    rows = np.full(len(places), -1, np.int32)
    rows[inside] = np.arange(inside.sum())
    ends = np.array(made.ridge_vertices)
    sides = rows[made.ridge_points]
    span = np.hypot(*(made.vertices[ends[:, 0]] - made.vertices[ends[:, 1]]).T)
    keep = (ends >= 0).all(1) & (sides >= 0).any(1) & (span < _LONGEST)
    # a cell that loses an edge is open: leave out the whole cell
    open_units = np.unique(sides[~keep & (sides >= 0).any(1)])
    sides[np.isin(sides, open_units)] = -1
    keep &= (sides >= 0).any(1)
    lines = _wriggled(made.vertices[ends[keep]], random)
    return _arcs(lines, sides[keep], made.vertices[ends[keep]], places[made.ridge_points[keep]])


def _scattered(
    points: np.ndarray, people: np.ndarray, outline: shapely.Geometry, random: np.random.Generator
) -> np.ndarray:
    from scipy.spatial import cKDTree

    apart = cKDTree(points).query(points, 2)[0][:, 1].clip(500)
    share = 0.3 / len(points) + 0.7 * people / people.sum()
    chosen = random.choice(len(points), int(N_UNITS * 1.07), p=share)
    places = points[chosen] + random.normal(0, _SPREAD, (len(chosen), 2)) * apart[chosen, None]
    x0, y0, x1, y1 = outline.bounds
    far = random.uniform((x0 - 4e5, y0 - 4e5), (x1 + 4e5, y1 + 4e5), (20_000, 2))
    far = far[~shapely.contains_xy(outline, far[:, 0], far[:, 1])]
    inside = shapely.contains_xy(outline, places[:, 0], places[:, 1])
    return np.vstack([places[inside][:N_UNITS], far])


def _wriggled(line: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(n, 2, 2) straight edges as (n, 2**halvings + 1, 2) wriggly ones."""
    for _ in range(_HALVINGS):
        d = np.diff(line, axis=1)
        aside = np.stack([-d[..., 1], d[..., 0]], -1)
        middle = (line[:, 1:] + line[:, :-1]) / 2
        middle += aside * random.normal(0, _AMPLITUDE, (*d.shape[:2], 1)).clip(-0.3, 0.3)
        finer = np.empty((len(line), line.shape[1] + middle.shape[1], 2))
        finer[:, 0::2], finer[:, 1::2] = line, middle
        line = finer
    return line


def _arcs(lines: np.ndarray, sides: np.ndarray, edges: np.ndarray, pairs: np.ndarray) -> Arcs:
    along, across = edges[:, 1] - edges[:, 0], pairs[:, 0] - edges[:, 0]
    is_left = along[:, 0] * across[:, 1] > along[:, 1] * across[:, 0]
    left = np.where(is_left, sides[:, 0], sides[:, 1])
    right = np.where(is_left, sides[:, 1], sides[:, 0])
    used, dense = np.unique(np.concatenate([left, right]), return_inverse=True)
    left, right = (dense.reshape(2, -1) - int(used[0] < 0)).astype(np.int32)
    origin = np.round((lines[:, 0].min(0) + lines[:, 0].max(0)) / 2)
    xy = np.rint((lines.reshape(-1, 2) - origin) * 100).astype(np.int32)
    offsets = np.arange(len(lines) + 1, dtype=np.int32) * lines.shape[1]
    order = np.argsort(hilbert_keys(arc_boxes(xy, offsets)), kind="stable")
    line = gather(xy, offsets, order)
    ladder = levels.tolerances(np.concatenate([xy.min(0), xy.max(0)]))
    ranks = levels.rank(*line, ladder)
    n_units = int(max(left.max(), right.max())) + 1
    place = (float(origin[0]), float(origin[1]))
    return assemble(n_units, place, (left[order], right[order]), line, ladder, ranks)
