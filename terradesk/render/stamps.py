"""What is drawn into the picture beside the areas: over them, or under them with the base map."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from terradesk.render.scan import Job
from terradesk.render.style import Style
from terradesk.render.view import View

if TYPE_CHECKING:
    from terradesk.render.frame import Frame

__all__ = ["LookingStamp", "Stamp", "Underlay"]


class Stamp(Protocol):
    """Something over the areas, drawn for one rectangle of the picture at a time.

    What it draws in a pixel must not depend on the rectangle: strips exposed by panning are drawn
    alone and must join.
    """

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        """Draw into a picture.

        Parameters
        ----------
        rgb : (view.height, view.width) uint32
            0xFFRRGGBB, changed in place; its rows follow each other without a gap.
        view : View
            The part of the map this rectangle shows.
        style : Style
        """


@runtime_checkable
class LookingStamp(Stamp, Protocol):
    """A stamp that is drawn one way or another by what the whole view shows."""

    def look(self, view: View, style: Style) -> Hashable:
        """See the whole view before rectangles of it are drawn.

        Returns
        -------
        Hashable
            Stands for the way chosen; when it differs from the last time the whole picture is
            stamped again. None: the stamp draws nothing in this view.
        """


class Underlay(Protocol):
    """Something under the areas, such as the base map.

    One with an attribute ``is_parallel = True`` is drawn on several threads at once, for different
    jobs; if any lacks it, all are drawn by the caller of the frame.
    """

    def draw(self, frame: Frame, job: Job) -> None:
        """Draw into the planes ``base`` and ``water`` of a frame, within the pixels of a job."""
