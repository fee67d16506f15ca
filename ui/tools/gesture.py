"""What goes into a tool and what comes out: no Qt, so that tools are tested by plain calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Literal

import numpy as np

from terradesk.arcs.picking import Mode, Picker
from terradesk.edits import Assigned, Edit
from terradesk.plan import UNASSIGNED, AlignmentView, Plan
from terradesk.render.flags import FlagStamp

NEW = -2
"""Target of a stroke with no current territory: one is made in the same step."""

DRAG_PX, TOUCH_DRAG_PX = 5.0, 12.0
"""How far the pointer moves before a press becomes a drag."""

_NEAR_PX = 24.0
NO_ROWS = np.empty(0, np.int32)
Point = tuple[float, float]
Over = Literal["everything", "unassigned", "territory"]


class Keys(IntFlag):
    """Keys held during a gesture."""

    NONE = 0
    SHIFT = 1
    CTRL = 2


@dataclass(frozen=True, slots=True)
class MapEvent:
    """The pointer on the map.

    Parameters
    ----------
    x, y : float
        Metres in the plan's CRS.
    map_per_px : float
        Metres per pixel at 100 %.
    button : {"", "left", "middle", "right"}
    modifiers : Keys
    key : str
        Name of the key of a key event, else "".
    is_touch : bool
    elsewhere : int or None
        Territory of the row of the tree the pointer is over, when it has left the map.
    """

    x: float
    y: float
    map_per_px: float
    button: str = "left"
    modifiers: Keys = Keys.NONE
    key: str = ""
    is_touch: bool = False
    elsewhere: int | None = None

    @property
    def at(self) -> Point:
        """x, y in metres."""
        return self.x, self.y

    def has(self, keys: Keys) -> bool:
        """Whether these keys are held."""
        return bool(self.modifiers & keys)


@dataclass(frozen=True, slots=True)
class Options:
    """What the strip says; held keys change it while they are held.

    Parameters
    ----------
    selects : bool
        Drawing tools select instead of assigning.
    over : {"everything", "unassigned", "territory"}
    over_territory : int
        The one meant by "territory".
    inside : Mode
        Which areas a shape takes.
    size_px : float
        Diameter of the brush.
    into_start : bool
        The brush assigns to the territory where the stroke starts.
    moves_accounts : bool
        Shapes and drags take accounts only; areas stay.
    stops_at_states : bool
        A fill ends at the borders of states.
    uses_links : bool
        A fill crosses the plan's water links.
    """

    selects: bool = False
    over: Over = "everything"
    over_territory: int = UNASSIGNED
    inside: Mode = Mode.CENTRE
    size_px: float = 48.0
    into_start: bool = False
    moves_accounts: bool = False
    stops_at_states: bool = False
    uses_links: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class AccountSpots:
    """Accounts that the map shows as symbols.

    Parameters
    ----------
    rows : ndarray of int, shape (k,)
        Account rows.
    xy : ndarray of float, shape (k, 2)
        Metres.
    at : callable
        ``at(x, y, radius_m)`` gives the account row of the symbol there, -1 for none.
    """

    rows: np.ndarray
    xy: np.ndarray
    at: Callable[[float, float, float], int]


@dataclass(frozen=True, slots=True, eq=False)
class ToolContext:
    """The plan and the state of the window when an event comes.

    Parameters
    ----------
    plan : Plan
    view : AlignmentView
        The alignment in view.
    territory : int
        Current territory, -1 none.
    unit_rows, account_rows : ndarray of int32
        What is selected.
    options : Options
    picker : Picker or None
        None while the plan has no areas.
    accounts : AccountSpots or None
        Accounts that can be picked; None while they are not shown as symbols.
    placed : AccountSpots or None
        All placed accounts, seen or not: what shapes take.
    length_unit : {"km", "mi"}
        What the user reads lengths in.
    starts : FlagStamp or None
        Flags of start points that can be dragged.
    """

    plan: Plan
    view: AlignmentView
    territory: int = UNASSIGNED
    unit_rows: np.ndarray = field(default_factory=lambda: NO_ROWS)
    account_rows: np.ndarray = field(default_factory=lambda: NO_ROWS)
    options: Options = field(default_factory=Options)
    picker: Picker | None = None
    accounts: AccountSpots | None = None
    placed: AccountSpots | None = None
    length_unit: str = "km"
    starts: FlagStamp | None = None

    @property
    def is_locked(self) -> bool:
        """Whether the current territory is locked."""
        return self.territory in self.view.locked_territories

    def unit_at(self, event: MapEvent) -> int:
        """Unit row under the pointer, -1 for none."""
        return self.picker.unit_at(event.x, event.y) if self.picker is not None else -1

    def territory_at(self, event: MapEvent) -> int | None:
        """Territory under the pointer, -1 over an unassigned area, None outside."""
        if event.elsewhere is not None:
            return event.elsewhere
        if self.picker is None:
            return self._owner_of_account_at(event)
        unit = self.unit_at(event)
        return int(self.view.assignment[unit]) if unit >= 0 else None

    def _owner_of_account_at(self, event: MapEvent) -> int | None:
        """Where there are no areas, an account stands for its surroundings."""
        if self.accounts is None:
            return None
        row = self.accounts.at(event.x, event.y, _NEAR_PX * event.map_per_px)
        return int(self.view.account_territories[row]) if row >= 0 else None

    def name_of(self, territory: int) -> str:
        """Name of a territory in words."""
        from terradesk.i18n import _

        return self.view.name_of(territory) or _("Unassigned")


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What a gesture draws over the map.

    Parameters
    ----------
    kind : {"brush", "box", "lasso", "ghost", "polygon", "circle", "line", "measure", "flag"}
        ghost: outlines of ``rows`` moved by the last point minus the first.
    points : sequence of points in metres
        brush: where the pointer is; box: two corners; lasso, line: what was drawn; circle: centre
        and pointer; polygon, measure: corners that were clicked, then the pointer, to which the
        line is a rubber band; flag: its foot.
    radius : float
        Of the brush and the circle, metres.
    is_touching : bool
        A box from right to left.
    rows : ndarray of int32
        Units of a ghost.
    texts : sequence of str
        circle: the radius; measure: what to say at each point, "" for nothing.
    is_closing : bool
        A polygon whose first corner a click would meet.
    """

    kind: Literal["brush", "box", "lasso", "ghost", "polygon", "circle", "line", "measure", "flag"]
    points: tuple[Point, ...]
    radius: float = 0.0
    is_touching: bool = False
    rows: np.ndarray = field(default_factory=lambda: NO_ROWS)
    texts: tuple[str, ...] = ()
    is_closing: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What the gesture would do if it ended now.

    Parameters
    ----------
    unit_rows, account_rows : ndarray of int32
        What would be assigned or selected.
    target : int or None
        Territory id, -1 to unassign, `NEW`; None when it selects or would do nothing.
    shape : Shape or None
    selects : bool
        The rows would be the selection.
    told : str
        Why nothing would happen, or what the gesture takes; for the status bar.
    is_refused : bool
        ``told`` says why nothing would happen, and is worth a line at the pointer.
    assigned : Assigned or None
        What would be done; made by the tool, so that preview and edit cannot differ.
    """

    unit_rows: np.ndarray = field(default_factory=lambda: NO_ROWS)
    account_rows: np.ndarray = field(default_factory=lambda: NO_ROWS)
    target: int | None = None
    shape: Shape | None = None
    selects: bool = False
    told: str = ""
    assigned: Assigned | None = None
    is_refused: bool = False

    @property
    def is_telling(self) -> bool:
        """Whether it says more than where the pointer is."""
        return bool(len(self.unit_rows) or len(self.account_rows) or self.told)


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """What is selected from now on; None leaves that half as it is."""

    unit_rows: np.ndarray | None = None
    account_rows: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """Make this territory the current one."""

    territory: int


@dataclass(frozen=True, slots=True)
class Panned:
    """Move the map by so many metres."""

    dx: float
    dy: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The gesture did nothing, and why."""

    message: str


Result = Preview | Selection | Edit | Assigned | Picked | Panned | Refused | None


class Tool:
    """A way to turn pointer and keys into results; keeps the state of one gesture.

    Every method may be called at any time; `cancel` forgets the gesture. The view calls `move`
    while a gesture goes on and `hover` while none does. Panning, zooming and scrolling during a
    gesture only change the events' ``map_per_px``.
    """

    options: tuple[str, ...] = ()
    """Switches of the strip: action, moves, into, over, inside, states, links, size."""
    defaults = Options()
    keys: tuple[str, ...] = ()
    """Keys that belong to a gesture while it goes on: Enter, Backspace, digits."""
    is_clicked = False
    """Whether a gesture goes on while the button is up."""
    draws = True
    """Whether it assigns to the current territory."""

    @property
    def is_active(self) -> bool:
        """Whether a gesture goes on."""
        return False

    def press(self, event: MapEvent, context: ToolContext) -> Result:
        """The left button goes down."""
        return None

    def move(self, event: MapEvent, context: ToolContext) -> Result:
        """The pointer moves with the button down."""
        return None

    def hover(self, event: MapEvent, context: ToolContext) -> Result:
        """The pointer moves with no button down."""
        return None

    def left(self) -> Preview | None:
        """What stays in sight when the pointer is not over the map."""
        return None

    def release(self, event: MapEvent, context: ToolContext) -> Result:
        """The button goes up."""
        return None

    def double(self, event: MapEvent, context: ToolContext) -> Result:
        """The button goes down a second time in the same place: a fast second gesture."""
        return self.press(event, context)

    def key(self, event: MapEvent, context: ToolContext) -> Result:
        """A key goes down or up, or a modifier changes, at the last place of the pointer."""
        return self.move(event, context) if self.is_active else None

    def cancel(self) -> None:
        """Forget the gesture."""

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        """Shape of the pointer: arrow, cross, open_hand, closed_hand, blank, padlock."""
        return "arrow"

    @staticmethod
    def is_drag(start: MapEvent, event: MapEvent) -> bool:
        """Whether the pointer has left the place of the press."""
        limit = TOUCH_DRAG_PX if start.is_touch or event.is_touch else DRAG_PX
        far = max(abs(event.x - start.x), abs(event.y - start.y))
        return event.elsewhere is not None or far > limit * event.map_per_px
