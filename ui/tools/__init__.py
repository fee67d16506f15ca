"""Tools of the map: one module each, and their table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from terradesk import plugins
from terradesk.i18n import N_

from .brush import Brush
from .circle import Circle
from .eraser import Eraser
from .fill import Fill
from .gesture import (
    NEW,
    AccountSpots,
    Keys,
    MapEvent,
    Options,
    Panned,
    Picked,
    Preview,
    Refused,
    Result,
    Selection,
    Shape,
    Tool,
    ToolContext,
)
from .hand import Hand
from .lasso import Lasso
from .measure import Measure
from .pick import Pick
from .polygon import Polygon
from .rectangle import Rectangle
from .select import Select
from .split import Split

__all__ = [
    "NEW",
    "TOOLS",
    "AccountSpots",
    "Keys",
    "MapEvent",
    "Options",
    "Panned",
    "Picked",
    "Preview",
    "Refused",
    "Result",
    "Selection",
    "Shape",
    "Tool",
    "ToolContext",
    "ToolEntry",
    "tool_entry",
]


@dataclass(frozen=True, slots=True)
class ToolEntry:
    """One tool in the palette.

    Parameters
    ----------
    id : str
    text : str
        Untranslated name.
    icon : str
    shortcut : str
        A single letter; acts only while the map has the focus.
    factory : callable
        Makes the tool.
    group : str
        Tools of a group stand together; those of "shapes" share one button.
    hint : str
        Untranslated: how it is used, where its name does not say it.
    """

    id: str
    text: str
    icon: str
    shortcut: str
    factory: Callable[[], Tool]
    group: str
    hint: str = ""

    @property
    def key(self) -> str:
        """The id, as extensions name it."""
        return self.id


_POLYGON = N_("Click its corners; double-click, Enter or the first corner ends it")
_CIRCLE = N_("Drag from the centre; digits give the radius")
_FILL = N_("Click what is enclosed; point at it to see what would be filled")
_SPLIT = N_("Draw a line across it, or click the line's corners")

_OWN: tuple[ToolEntry, ...] = (
    ToolEntry("select", N_("Select and move"), "mouse-pointer", "V", Select, "select"),
    ToolEntry("hand", N_("Move the map"), "hand", "H", Hand, "select"),
    ToolEntry("brush", N_("Brush"), "paintbrush", "B", Brush, "draw"),
    ToolEntry(
        "rectangle", N_("Rectangle"), "square-dashed-mouse-pointer", "R", Rectangle, "shapes"
    ),
    ToolEntry("lasso", N_("Lasso"), "lasso", "L", Lasso, "shapes"),
    ToolEntry("polygon", N_("Polygon"), "pentagon", "P", Polygon, "shapes", _POLYGON),
    ToolEntry("circle", N_("Circle"), "circle-dashed", "C", Circle, "shapes", _CIRCLE),
    ToolEntry("fill", N_("Fill"), "paint-bucket", "F", Fill, "draw", _FILL),
    ToolEntry("split", N_("Split a territory"), "scissors", "S", Split, "draw", _SPLIT),
    ToolEntry("eraser", N_("Eraser"), "eraser", "E", Eraser, "correct"),
    ToolEntry("pick", N_("Pick a territory"), "pipette", "I", Pick, "correct"),
    ToolEntry("measure", N_("Measure a distance"), "ruler", "M", Measure, "correct"),
)
"""Our own tools in the order of the palette; a new tool is a module and a line here."""


def _check(entry: ToolEntry) -> None:
    if not isinstance(entry.factory(), Tool):
        raise TypeError(f"{entry.id} makes no tool")


TOOLS = plugins.extend("terradesk.tools", _OWN, _check)
"""All tools: our own and those of installed packages (entry points ``terradesk.tools``)."""


def tool_entry(tool_id: str) -> ToolEntry:
    """The entry with an id.

    Raises
    ------
    KeyError
        If there is no such tool.
    """
    for entry in TOOLS:
        if entry.id == tool_id:
            return entry
    raise KeyError(tool_id)
