"""Surface: what gestures may see of the map and do to it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from PySide6 import QtCore

from terradesk.arcs.picking import Picker
from terradesk.render import View
from terradesk.render.flags import FlagStamp
from ui.tools import AccountSpots, Preview


class Surface(Protocol):
    """The part of the map that gestures look at and draw on."""

    @property
    def view(self) -> View:
        """What is seen, in device pixels."""

    @property
    def ratio(self) -> float:
        """Device pixels per pixel."""

    @property
    def picker(self) -> Picker | None:
        """Finds areas."""

    def pickable_accounts(self) -> AccountSpots | None:
        """Accounts that take clicks."""

    def placed_accounts(self) -> AccountSpots | None:
        """All placed accounts, seen or not."""

    def start_points(self) -> FlagStamp | None:
        """Flags of start points that take drags."""

    def size(self) -> QtCore.QSize:
        """Of the map, pixels."""

    def pan_map(self, dx: float, dy: float) -> None:
        """Move the map by metres."""

    def show_preview(self, preview: Preview | None, selected: np.ndarray | None) -> None:
        """Draw what the gesture would do, or nothing."""

    def set_pointer(self, name: str) -> None:
        """Another shape of the pointer."""
