"""What is drawn into the picture beside the areas: over them, or under them with the base map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from terradesk.render.scan import Job
from terradesk.render.style import Style
from terradesk.render.view import View

if TYPE_CHECKING:
    from terradesk.render.frame import Frame

__all__ = ["Stamp", "Underlay"]


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
            0xFFRRGGBB, changed in place; rows may have a stride.
        view : View
            The part of the map this rectangle shows.
        style : Style
        """


class Underlay(Protocol):
    """Something under the areas, such as the base map."""

    def draw(self, frame: Frame, job: Job) -> None:
        """Draw into the planes ``base`` and ``water`` of a frame, within the pixels of a job."""
