"""I: the territory under the pointer becomes the current one."""

from __future__ import annotations

from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from .gesture import MapEvent, Picked, Refused, Result, Tool, ToolContext


class Pick(Tool):
    """A click takes up a territory like paint with a pipette."""

    draws = False

    def press(self, event: MapEvent, context: ToolContext) -> Result:
        found = context.territory_at(event)
        if found is None or found == UNASSIGNED:
            return Refused(_("There is no territory here."))
        return Picked(found)

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        return "cross"
