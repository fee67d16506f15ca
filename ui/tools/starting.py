"""V on the flag of a start point: drag it elsewhere."""

from __future__ import annotations

from terradesk import projection
from terradesk.edits import Assigned, seeds
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from .gesture import MapEvent, Point, Preview, Shape, ToolContext

_FLAG_PX = 26.0


def flag_at(event: MapEvent, context: ToolContext) -> int:
    """The territory whose flag is under the pointer, -1 for none."""
    if context.starts is None:
        return UNASSIGNED
    return context.starts.at(event.x, event.y, event.map_per_px)


def preview(start: MapEvent, event: MapEvent, context: ToolContext) -> Preview:
    """The flag that was pressed on, where it would stand now.

    Parameters
    ----------
    start, event : MapEvent
        Where the button went down, and where the pointer is.
    context : ToolContext
    """
    territory = flag_at(start, context)
    if context.starts is None or territory == UNASSIGNED:
        return Preview(told=_("Nothing is moved."))
    foot = _foot(start, event, context, territory)
    shape = Shape("flag", (foot,), radius=_FLAG_PX * event.map_per_px)
    told = _("Start point of {name}").format(name=context.name_of(territory))
    if event.elsewhere is not None:
        return Preview(shape=shape, told=_("Nothing is moved: drop it on the map."))
    unit = context.picker.unit_at(*foot) if context.picker is not None else -1
    lon, lat = projection.lonlat([foot[0]], [foot[1]], context.plan.crs)
    try:
        edit = seeds.set_seed(
            context.plan, context.view.id, territory, float(lon[0]), float(lat[0]), unit
        )
    except TerraDeskError as error:
        return Preview(shape=shape, told=error.message)
    if unit >= 0:
        place = str(context.plan.units.names[unit] or context.plan.units.codes[unit])
        told = _("Start point of {name}: {place}").format(
            name=context.name_of(territory), place=place
        )
    return Preview(shape=shape, told=told, assigned=Assigned(edit))


def _foot(start: MapEvent, event: MapEvent, context: ToolContext, territory: int) -> Point:
    assert context.starts is not None
    row = context.starts.owners.tolist().index(territory)
    x, y = context.starts.places[row].tolist()
    return x + event.x - start.x, y + event.y - start.y
