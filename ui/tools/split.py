"""S: split a territory by a drawn line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk import measures
from terradesk.arcs.cutting import cut
from terradesk.edits import Assigned
from terradesk.edits.splitting import split
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.measures.sums import ACCOUNT_SOURCES, unit_sums, unit_values
from terradesk.plan import UNASSIGNED, AlignmentView

from . import scope
from .clicked import Clicked
from .gesture import NEW, MapEvent, Point, Preview, Refused, Result, Shape, ToolContext

_STEP_PX = 2.0
_N_SAMPLES = 64
_MOST_TRIED = 4


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What a line would do: an edit, or why there is none."""

    assigned: Assigned | None
    why: str = ""


class Split(Clicked):
    """A line drawn with the button down, or from click to click.

    It splits the current territory where it cuts that in two, else the one it crosses most of.
    """

    draws = False

    def cancel(self) -> None:
        super().cancel()
        self._is_free = False

    def _refusal(self, event: MapEvent, context: ToolContext) -> Result:
        if context.picker is None:
            return Refused(_("There are no areas to split: territories here hold accounts only."))
        if not context.view.leaves:
            return Refused(_("There is no territory to split yet."))
        return None

    # ------------------------------------------------------------------ a free line
    def move(self, event: MapEvent, context: ToolContext) -> Result:
        first = self._pressed
        if first is not None and (self._is_free or len(self._points) == 1):
            self._is_free = self._is_free or self.is_drag(first, event)
            if self._is_free:
                self._follow(event)
        return super().move(event, context)

    def _follow(self, event: MapEvent) -> None:
        x, y = self._points[-1]
        if max(abs(event.x - x), abs(event.y - y)) >= _STEP_PX * event.map_per_px:
            self._points.append(event.at)

    def release(self, event: MapEvent, context: ToolContext) -> Result:
        if self._pressed is not None:
            self.move(event, context)
        if self._is_free:
            self._at = event.at
            self._add(event)
            return self._end(event, context)
        return super().release(event, context)

    def _meets_first(self, event: MapEvent) -> bool:
        return False

    # ------------------------------------------------------------------ what it does
    def _line(self) -> tuple[Point, ...]:
        at = self._at
        return (*self._points, at) if self._points[-1] != at else tuple(self._points)

    def _preview(self, event: MapEvent, context: ToolContext) -> Preview:
        line = self._line()
        shape = Shape("line", line)
        found = cut_by(line, context)
        if found.assigned is None or found.assigned.edit is None:
            return Preview(shape=shape, told=found.why, is_refused=len(line) > 1)
        done = found.assigned
        rows = scope.moved_rows(done)
        told = scope.told(done, context)
        return Preview(rows, target=NEW, shape=shape, told=told, assigned=done)

    def _ended(self, event: MapEvent, context: ToolContext) -> Result:
        found = cut_by(self._line(), context)
        return found.assigned if found.assigned is not None else Refused(found.why)


def cut_by(line: tuple[Point, ...], context: ToolContext) -> Cut:
    """The split that a line would make."""
    if len(line) < 2:
        return Cut(None, _("Draw a line across a territory."))
    assert context.picker is not None
    crossed = _crossed(line, context)
    if not crossed:
        return Cut(None, _("The line crosses no territory."))
    why = ""
    for territory in crossed[:_MOST_TRIED]:
        found = _cut_one(territory, line, context)
        if found.assigned is not None:
            return found
        why = why or found.why
    return Cut(None, why)


def _crossed(line: tuple[Point, ...], context: ToolContext) -> list[int]:
    """Territories under a line: the current one, then those with the most of it."""
    assert context.picker is not None
    xy = np.array(line)
    along = np.concatenate([[0.0], np.hypot(*np.diff(xy, axis=0).T).cumsum()])
    at = np.linspace(0, along[-1], _N_SAMPLES)
    samples = np.column_stack([np.interp(at, along, xy[:, k]) for k in (0, 1)])
    units = context.picker.locate_points(samples)
    owners, counts = np.unique(context.view.assignment[units[units >= 0]], return_counts=True)
    found = [int(t) for t in owners[np.argsort(-counts, kind="stable")] if t != UNASSIGNED]
    return sorted(found, key=lambda t: t != context.territory)


def _cut_one(territory: int, line: tuple[Point, ...], context: ToolContext) -> Cut:
    view, plan, name = context.view, context.plan, context.name_of(territory)
    assert context.picker is not None
    rows = np.flatnonzero((view.assignment == territory) & plan.units_present).astype(np.int32)
    part = cut(context.picker, rows, line)
    if part is None:
        return Cut(
            None, _("The line does not cut {name} in two: draw right across it.").format(name=name)
        )
    try:
        done = split(plan, view.id, territory, part, weights(view))
    except TerraDeskError as error:
        return Cut(None, str(error))
    if done.edit is None:
        return Cut(None, _("The smaller part of {name} is locked.").format(name=name))
    return Cut(done)


def weights(view: AlignmentView) -> np.ndarray | None:
    """(n_units,) what the plan is balanced by, which tells the larger part; None for nothing."""
    measure = measures.balance_measure(view.plan)
    if measure is None:
        return None
    if measure.source in ACCOUNT_SOURCES:
        return unit_sums(view.plan, view.side, measure).units
    return unit_values(view.plan, measure)
