"""What of a map a picture shows: the layers of the window, or those a plan shows by default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from terradesk import references
from terradesk.colouring import places
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.plan import AlignmentView, Plan
from terradesk.references import Place, Reference, Shapes, Source
from terradesk.render.flags import FlagStamp
from terradesk.render.legend import LegendEntry
from terradesk.render.linework import LinkStamp, VectorStamp
from terradesk.render.stamps import Stamp
from terradesk.render.style import Style
from terradesk.render.view import View
from terradesk.render.warped import PictureStamp

__all__ = ["Layers", "Shown", "layers"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a map is drawn.

    Parameters
    ----------
    hidden : frozenset of str
        Out of ``labels``, ``cities``, ``base``, ``areas``, ``accounts``, ``homes``, ``starts``,
        ``links`` and `terradesk.render.hiding.LINES`.
    order : tuple of str
        Of what lies over the areas, the lowest first; own layers are between them by their order.
    fill_opacity : float
        0..1, of the areas' fills.
    plan_file : Path, optional
        Where the plan lies: own layers beside it are found from there.
    """

    hidden: frozenset[str] = frozenset({"homes"})
    order: tuple[str, ...] = ("links", "accounts", "homes", "starts")
    fill_opacity: float = 1.0
    plan_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of a picture, see `terradesk.render.Scene`.

    Parameters
    ----------
    under, over : tuple of Stamp
        The lowest first.
    n_below : int
        How many of `over` lie under the accounts.
    keys : tuple of LegendEntry
    notes : tuple of str
        Own layers that cannot be drawn, and why.
    """

    under: tuple[Stamp, ...] = ()
    over: tuple[Stamp, ...] = ()
    n_below: int = 0
    keys: tuple[LegendEntry, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Warped:
    """A picture that is warped for whatever rectangle is drawn."""

    source: Source
    crs: str
    opacity: float

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        pixels = self.source.draw(view, self.crs)
        PictureStamp(pixels, view, self.opacity).draw(rgb, view, style)


def layers(view: AlignmentView, shown: Shown) -> Layers:
    """Make the layers over and under the areas, own files among them.

    Parameters
    ----------
    view : AlignmentView
        Of a plan with a map.
    shown : Shown
    """
    own, notes = _own(view.plan, shown)
    under = tuple(stamp for one, stamp in own if one.place == "under")
    over: list[tuple[int, Stamp | None]] = [
        (one.order, stamp) for one, stamp in own if one.place == "over"
    ]
    for k, key in enumerate(shown.order, 1):
        if key == "accounts":
            over.append((k * places.BETWEEN, None))
        elif key not in shown.hidden and key in _MAKERS:
            stamp = _MAKERS[key](view)
            over += [(k * places.BETWEEN, stamp)] if stamp is not None else []
    over.sort(key=lambda pair: pair[0])
    stamps = [stamp for _order, stamp in over]
    has_starts = any(isinstance(stamp, FlagStamp) for stamp in stamps)
    starts = [LegendEntry("start", _("Start points"))] if has_starts else []
    if any(isinstance(stamp, LinkStamp) for stamp in stamps):
        starts.append(LegendEntry("link", _("Water links")))
    n_below = stamps.index(None) if None in stamps else len(stamps)
    return Layers(
        under,
        tuple(stamp for stamp in stamps if stamp is not None),
        n_below,
        (*starts, *(_key(one) for one, stamp in reversed(own) if isinstance(stamp, VectorStamp))),
        tuple(notes),
    )


_MAKERS: dict[str, Callable[[AlignmentView], Stamp | None]] = {
    "homes": places.homes,
    "links": places.links,
    "starts": places.starts,
}


def _key(one: Reference) -> LegendEntry:
    return LegendEntry("line", one.name, one.colour)


def _own(plan: Plan, shown: Shown) -> tuple[list[tuple[Reference, Stamp]], list[str]]:
    """Own layers that can be drawn, the lowest first, and what is to be said of the others."""
    out: list[tuple[Reference, Stamp]] = []
    notes: list[str] = []
    for one in references.of(plan):
        if not one.is_shown:
            continue
        path = references.located(one, shown.plan_file)
        try:
            if path is None:
                raise TerraDeskError(_("Its file is missing."))
            out.append((one, _stamp(plan, one, path)))
        except TerraDeskError as error:
            text = _("The layer “{name}” is not in the picture: {reason}")
            notes.append(text.format(name=isolate(one.name), reason=error.message))
    return out, notes


def _stamp(plan: Plan, one: Reference, path: Path) -> Stamp:
    assert plan.arcs is not None
    found = references.read(path, one.layer, Place(plan.crs, plan.arcs))
    if isinstance(found, Shapes):
        lines, areas, points = found.lines, found.areas, found.points
        return VectorStamp(lines, areas, points, one.colour, one.width, one.opacity)
    return _Warped(found, plan.crs, one.opacity)
