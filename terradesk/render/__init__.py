"""Maps as pictures: arcs, colours and labels drawn by compiled kernels, for screen and paper.

`Frame` draws a `View` of a `MapState` in a `Style` and follows edits and panning; `render.stills`
makes finished pictures with title, labels, legend and scale.
"""

from terradesk.render.frame import Frame
from terradesk.render.overview import Overview
from terradesk.render.state import MapState, Mark
from terradesk.render.style import Style
from terradesk.render.view import View
from terradesk.render.warming import warm_up

__all__ = ["Frame", "MapState", "Mark", "Overview", "Style", "View", "warm_up"]
