"""What changed on the map since its frame was drawn."""

from __future__ import annotations

import numpy as np

from terradesk.render import MapState
from terradesk.render.frame import Frame

NO_ROWS = np.empty(0, np.int64)


class Pending:
    """Gathers changes, so that a frame takes up all of them at once."""

    def __init__(self) -> None:
        self._todo: list[tuple[str, np.ndarray]] = []

    def __bool__(self) -> bool:
        return bool(self._todo)

    def add(self, what: str, rows: np.ndarray) -> None:
        """Note units "assigned", "marked" or "outlined", or for all "recolour" or "render"."""
        self._todo.append((what, rows))

    def catch_up(self, state: MapState) -> None:
        """Everything is about to be drawn: only the lines of pending marks must be made."""
        if self._todo:
            state.refresh_lines()
            self._todo.clear()

    def work_off(self, frame: Frame) -> None:
        """Let a frame take up all changes."""
        todo, self._todo = self._todo, []
        kinds = {what for what, _rows in todo}
        if "render" in kinds:
            frame.state.refresh_lines()
            frame.render()
            return
        for what in ("assigned", "marked", "outlined"):
            pieces = [rows for kind, rows in todo if kind == what]
            if pieces:
                rows = pieces[0] if len(pieces) == 1 else np.unique(np.concatenate(pieces))
                getattr(frame, what)(rows)
        if "recolour" in kinds:
            frame.recolour()
