"""What a right click offers about start points, water links and borders not to cross."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n, projection
from terradesk import records as rec
from terradesk.edits import Edit, links, seeds
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED, Plan

from .. import theme

if TYPE_CHECKING:
    from .view import MapView

Offer = tuple[str, str, Callable[[], Edit | None]]
"""Text, icon, and what makes the edit."""

_MOST_LINKS = 4


def offer(
    menu: QtWidgets.QMenu, view: MapView, unit: int, rows: np.ndarray, at: QtCore.QPoint
) -> None:
    """Add entries about start points and water links to a menu.

    Parameters
    ----------
    menu : QMenu
    view : MapView
    unit : int
        Under the pointer, -1 for none.
    rows : (k,) int32
        Units that the menu is about.
    at : QPoint
        Of the pointer on the screen.
    """
    place = view.metres(QtCore.QPointF(view.canvas.mapFromGlobal(at)))
    _add(menu, view, (*_starts(view, unit, place), *_links(view, unit, rows)))


def offer_barriers(menu: QtWidgets.QMenu, view: MapView, unit: int, rows: np.ndarray) -> None:
    """Add entries about borders that the builder must not cross; parameters as `offer`."""
    _add(menu, view, tuple(_barriers(view, unit, rows)))


def _add(menu: QtWidgets.QMenu, view: MapView, offers: tuple[Offer, ...]) -> None:
    for text, icon, make in offers:
        action = menu.addAction(theme.icon(icon), text.replace("&", "&&"))
        action.triggered.connect(lambda _on=False, make=make: view.model.attempt(make))


# ---------------------------------------------------------------------- start points
def _starts(view: MapView, unit: int, place: tuple[float, float]) -> Iterator[Offer]:
    model = view.model
    plan, alignment = model.plan, model.alignment
    territory = _territory_of(view, unit)
    if territory != UNASSIGNED:
        text = _("Start point of {name} here").format(name=model.view.name_of(territory))
        yield text, "flag", partial(_set, view, territory, unit, place)
    flags = view.start_points()
    marked = flags.at(*place, view.ratio / view.view.px_per_m) if flags is not None else UNASSIGNED
    for one in dict.fromkeys(t for t in (marked, territory) if t in model.view.seeds):
        text = _("Remove the start point of {name}").format(name=model.view.name_of(one))
        yield text, "x", partial(seeds.remove, plan, alignment, [one])
    if unit < 0 and seeds.homes(model.view):
        text = _("Use the homes of reps as start points")
        yield text, "user", partial(seeds.start_at_homes, plan, alignment)


def _territory_of(view: MapView, unit: int) -> int:
    """The territory of an area; the current one where nobody owns it."""
    if unit < 0:
        return UNASSIGNED
    owner = int(view.model.view.assignment[unit])
    return owner if owner != UNASSIGNED else view.model.current


def _set(view: MapView, territory: int, unit: int, place: tuple[float, float]) -> Edit | None:
    plan, alignment = view.model.plan, view.model.alignment
    lon, lat = projection.lonlat([place[0]], [place[1]], plan.crs)
    return seeds.set_seed(plan, alignment, territory, float(lon[0]), float(lat[0]), unit)


# ---------------------------------------------------------------------- water links
def _links(view: MapView, unit: int, rows: np.ndarray) -> Iterator[Offer]:
    """For two selected areas, or one and the area under the pointer: to link them or not."""
    plan = view.model.plan
    pair = _pair(view, unit, rows)
    if pair is not None:
        a, b = pair
        if b in links.linked_with(plan, a):
            text = _("Remove the water link: {a} – {b}").format(**_names(view, a, b))
            yield text, "x", partial(links.unlink, plan, a, b)
        elif not links.are_neighbours(plan, a, b):
            text = _("Link over water: {a} – {b}").format(**_names(view, a, b))
            yield text, "waypoints", partial(links.link, plan, a, b)
    elif unit >= 0 and len(rows) == 1:
        for other in links.linked_with(plan, unit)[:_MOST_LINKS]:
            text = _("Remove the water link: {a} – {b}").format(**_names(view, unit, other))
            yield text, "x", partial(links.unlink, plan, unit, other)


# ---------------------------------------------------------------------- barriers
def _barriers(view: MapView, unit: int, rows: np.ndarray) -> Iterator[Offer]:
    """For two neighbours their border, for more areas the border around them all."""
    plan, pair = view.model.plan, _pair(view, unit, rows)
    if pair is not None and links.are_neighbours(plan, *pair):
        a, b = pair
        names, sides = _names(view, a, b), ([a], [b])
        block = _("Never join across the border: {a} – {b}").format(**names)
        free = _("Join across the border again: {a} – {b}").format(**names)
    elif len(rows) > 2:
        others = np.setdiff1d(np.flatnonzero(plan.units_present), rows)
        sides = (rows.tolist(), others.tolist())
        noun = plan.noun(len(rows))
        names = {"n": i18n.number(len(rows)), "noun": noun}
        block = _("Never join these {n} {noun} with those around").format(**names)
        free = _("Join these {n} {noun} with those around again").format(**names)
    else:
        return
    held = _held(plan, *sides)
    if not held:
        yield block, "minus", partial(links.block, plan, *sides)
    else:
        yield free, "x", partial(links.unblock, plan, *sides)


def _held(plan: Plan, one: list[int], other: list[int]) -> bool:
    """Whether any barrier lies between two groups of areas."""
    a, b = set(one), set(other)
    rows = plan.rows(rec.Barrier)
    return any((r.unit_a in a and r.unit_b in b) or (r.unit_b in a and r.unit_a in b) for r in rows)


def _pair(view: MapView, unit: int, rows: np.ndarray) -> tuple[int, int] | None:
    """Two areas that are meant."""
    selected = view.model.selected_units
    if unit < 0:
        return None
    if len(rows) == 2:
        return int(rows[0]), int(rows[1])
    if len(selected) == 1 and int(selected[0]) != unit:
        return int(selected[0]), unit
    return None


def _names(view: MapView, a: int, b: int) -> dict[str, str]:
    units = view.model.plan.units
    return {k: str(units.names[u] or units.codes[u]) for k, u in (("a", a), ("b", b))}
