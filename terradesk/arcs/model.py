"""Arcs: the geometry of a plan, each shared border once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from terradesk.arcs import figures, levels
from terradesk.arcs.centres import centres
from terradesk.arcs.contiguity import Adjacency, neighbours
from terradesk.arcs.jit import Bytes, Float32s, Floats, Int32s
from terradesk.arcs.levels import Level


@dataclass(frozen=True, eq=False)
class Arcs:
    """Units as arcs in the plan's equal-area CRS. Immutable.

    Coordinates are int32 centimetres from `origin`; arcs are cut into pieces of at most 96
    vertices, lie along a Hilbert curve and are culled in blocks of 32. Stretches of border with
    the same unit on both sides (cut polygons, spikes) are left out.

    Attributes
    ----------
    n_units : int
    origin : (x, y) in metres in the plan's CRS
    left, right : (n_arcs,) int32
        Unit row on either side, -1 = outside.
    boxes : (n_arcs, 4) int32
        x0, y0, x1, y1 in cm.
    sizes : (n_arcs,) float32
        Side in cm of a square as large as the smaller neighbour: dense borders fade by it.
    blocks : (n_blocks, 8) int32
        Box of 32 arcs, and reach box: that of all their units. cm.
    unit_boxes : (n_units, 4) int32
        cm; x0 > x1 for a unit without geometry.
    unit_starts, unit_arcs : (n_units + 1,), (m,) int32
        Arcs of unit `u`: `unit_arcs[unit_starts[u]:unit_starts[u + 1]]`.
    areas : (n_units,) float64
        m2, exact for the vertices.
    lengths : (n_arcs,) float64
        Metres.
    centres : (n_units, 2) float64
        cm from `origin`: the centroid where it lies inside the unit, else a point well inside;
        NaN for a unit without geometry.
    levels : tuple of Level
        Full resolution first, then coarser and coarser.
    ranks : (n,) uint8
        Tolerances of `ladder` that each vertex of the full resolution survives.
    ladder : (k,) float64
        Ascending tolerances in cm.
    """

    n_units: int
    origin: tuple[float, float]
    left: Int32s
    right: Int32s
    boxes: Int32s
    sizes: Float32s
    blocks: Int32s
    unit_boxes: Int32s
    unit_starts: Int32s
    unit_arcs: Int32s
    areas: Floats
    lengths: Floats
    centres: Floats
    levels: tuple[Level, ...]
    ranks: Bytes
    ladder: Floats

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.left)

    @property
    def xy(self) -> Int32s:
        """(n, 2) int32 cm: vertices at full resolution."""
        return self.levels[0].xy

    @property
    def offsets(self) -> Int32s:
        """(n_arcs + 1,) int32: where each arc starts in `xy`."""
        return self.levels[0].offsets

    @cached_property
    def perimeters(self) -> Floats:
        """(n_units,) m: length of the whole outline, holes included."""
        total = np.zeros(self.n_units)
        for side in (self.left, self.right):
            has = side >= 0
            total += np.bincount(side[has], self.lengths[has], self.n_units)
        return total

    @cached_property
    def adjacency(self) -> Adjacency:
        """Neighbours by shared border; units that touch at a point only are not neighbours."""
        return neighbours(self.left, self.right, self.lengths, self.n_units)

    def level(self, cm_per_px: float, tolerance_px: float = 0.5) -> int:
        """Index of the coarsest level that errs by no more than so many pixels.

        Parameters
        ----------
        cm_per_px : float
            Ground size of a pixel in cm.
        tolerance_px : float
            Largest error in pixels.
        """
        allowed = cm_per_px * tolerance_px
        return max(k for k, one in enumerate(self.levels) if k == 0 or one.tolerance_cm <= allowed)

    def to_bytes(self) -> bytes:
        """Compressed, versioned, pickle-free form; `from_bytes` restores it."""
        from terradesk.arcs import storing

        return storing.to_bytes(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Arcs:
        """Arcs from `to_bytes`.

        Raises
        ------
        ValueError
            The data is damaged, or from a version that this program does not know.
        """
        from terradesk.arcs import storing

        return storing.from_bytes(data)


def assemble(
    n_units: int,
    origin: tuple[float, float],
    sides: tuple[Int32s, Int32s],
    line: tuple[Int32s, Int32s],
    ladder: Floats,
    ranks: Bytes,
    inside: Floats | None = None,
) -> Arcs:
    """Arcs with every derived table, from ordered arcs.

    Parameters
    ----------
    n_units : int
    origin : (x, y) in metres
    sides : left and right units, (n_arcs,) int32 each
    line : vertices (n, 2) int32 in cm and offsets (n_arcs + 1,) int32
    ladder, ranks
        Tolerances and what each vertex survives, of `levels.rank`.
    inside : (n_units, 2) float64, optional
        Centres that are known already.
    """
    (left, right), (xy, offsets) = sides, line
    boxes, areas, lengths = figures.extents(xy, offsets, left, right, n_units)
    unit_boxes = figures.unit_boxes(boxes, left, right, n_units)
    starts, unit_arcs = figures.arcs_of_units(left, right, n_units)
    if inside is None:
        inside = centres(unit_boxes, starts, unit_arcs, boxes, left, xy, offsets)
    return Arcs(
        n_units=n_units,
        origin=(float(origin[0]), float(origin[1])),
        left=left,
        right=right,
        boxes=boxes,
        sizes=figures.sizes(areas, left, right),
        blocks=figures.blocks(boxes, unit_boxes, left, right),
        unit_boxes=unit_boxes,
        unit_starts=starts,
        unit_arcs=unit_arcs,
        areas=areas,
        lengths=lengths,
        centres=inside,
        levels=levels.stack(xy, offsets, ranks, ladder),
        ranks=ranks,
        ladder=ladder,
    )
