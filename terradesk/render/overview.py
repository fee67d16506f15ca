"""Overview: the unit of every pixel of the whole plan, drawn once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs import Arcs
from terradesk.render.jit import Int32s
from terradesk.render.view import View

__all__ = ["Overview"]

_LARGE_PLAN = 60_000  # units from which on a finer raster is worth its memory
_WIDTHS = (3200, 4000)
_TOLERANCE_PX = 0.25  # of the raster: sharp frames are sampled from it


@dataclass(frozen=True, slots=True)
class Overview:
    """Raster of a plan, for moving frames, label placement and small maps.

    Parameters
    ----------
    ids : (height, width) int32
        Unit row, -1 outside.
    view : View
    """

    ids: Int32s
    view: View

    @classmethod
    def draw(cls, arcs: Arcs, width: int | None = None) -> Overview:
        """Draw a plan.

        Parameters
        ----------
        width : int, optional
            Of the longer side, pixels; by default after the number of units.
        """
        from terradesk.render.frame import Frame
        from terradesk.render.state import MapState
        from terradesk.render.style import Style

        side = width or _WIDTHS[int(arcs.n_units > _LARGE_PLAN)]
        view = cls._view(arcs, side)
        state = MapState(arcs, np.zeros(arcs.n_units, np.int32))
        frame = Frame(state, Style(), view.width, view.height)
        frame.view = view
        frame.draw_ids(_TOLERANCE_PX)
        return cls(frame.ids(), view)

    @staticmethod
    def _view(arcs: Arcs, side: int) -> View:
        has = arcs.unit_boxes[:, 0] <= arcs.unit_boxes[:, 2]
        boxes = arcs.unit_boxes[has].astype(np.float64)
        if not len(boxes):
            return View(0, 1, 1e-6, 1, 1, arcs.origin)
        x0, y0 = boxes[:, :2].min(axis=0)
        x1, y1 = boxes[:, 2:].max(axis=0)
        scale = side / max(x1 - x0, y1 - y0, 1.0)
        wide, high = int((x1 - x0) * scale) + 2, int((y1 - y0) * scale) + 2
        return View(
            int(np.floor(x0 * scale)), int(np.ceil(y1 * scale)), scale, wide, high, arcs.origin
        )
