"""Scene: everything a finished map shows, as plain arrays and texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from terradesk.arcs import Arcs
from terradesk.render.basemap import BaseMap
from terradesk.render.overview import Overview
from terradesk.render.state import MapState

if TYPE_CHECKING:
    from terradesk.render.legend import LegendEntry
    from terradesk.render.stamps import Stamp

__all__ = ["Classes", "Scene"]


@dataclass(frozen=True, eq=False)
class Classes:
    """Colours by a measure instead of by territory.

    Parameters
    ----------
    values : (n_units,) or (n_territories,) int
        Class of each, -1 = no value.
    colours : pair of sequences
        ``#RRGGBB`` of each class, light and dark.
    texts : sequence of str
        For the legend, one per class.
    of_units : bool
        Whether `values` is per unit.
    counts : sequence of int
        How many areas or territories each class has, for the legend; may be empty.
    hatches : sequence of int
        Pattern of each class, 0 = plain; empty for none.
    n_none : int
        How many have no value; the legend says so.
    is_ordered : bool
        Low to high, so that the legend runs from high to low; else as they are listed.
    """

    values: ArrayLike
    colours: tuple[Sequence[str], Sequence[str]]
    texts: Sequence[str]
    of_units: bool = False
    counts: Sequence[int] = ()
    hatches: Sequence[int] = ()
    n_none: int = 0
    is_ordered: bool = True


@dataclass(frozen=True, eq=False)
class Scene:
    """What to draw; independent of how plans are kept.

    Parameters
    ----------
    arcs : Arcs
    labels : (n_units,) int
        Territory row of each unit, -1 = unassigned.
    names, values, tones : (n_territories,) sequences of str
        Name, second line (such as the deviation) and colour role of the second line: ``label``,
        ``over`` or ``under``. Empty names are not drawn.
    fills : (n_territories,) int
        Palette index 0..23.
    parents : (n_territories,) int, optional
        District of each territory.
    locked : (n_territories,) bool, optional
    groups : (n_units,) int, optional
        State or county of each unit.
    held : (n_units,) bool, optional
        Locked by themselves.
    classes : Classes, optional
        Colour by a measure.
    hatches : (n_territories,) int, optional
        Pattern of each territory where there are no classes.
    keys : pair of sequences of LegendEntry
        What the fills mean where there are no classes, light and dark.
    legend_title : str
    palette : str
        Fills of territories, one of `terradesk.palettes.TERRITORY_PALETTES`.
    accounts : (m, 2) float, optional
        Metres in the plan's CRS; NaN = not placed.
    account_values : (m,) float, optional
        Size of the discs.
    account_kinds : (m,) int, optional
        Class of each account, see `terradesk.render.symbols.draw_symbols`.
    account_text, district_text : str
        For the legend; empty leaves the entry out.
    account_keys : pair of sequences of LegendEntry
        What the accounts' symbols mean instead of `account_text`, light and dark.
    under, over : sequences of Stamp
        Layers under and over the areas, the lowest first.
    n_below : int
        How many of `over` lie under the accounts.
    layer_keys : sequence of LegendEntry
        What own layers mean.
    hidden : set of str
        Out of ``labels``, ``cities`` and `terradesk.render.hiding.LINES`.
    fill_opacity : float
        0..1, of the areas' fills.
    base : BaseMap, optional
    overview : Overview, optional
        Drawn when missing.
    selected : (k,) int
        Unit rows that are outlined.
    box : tuple of float, optional
        Part of the map to show, metres; by default all units.
    title, subtitle, credits : str
    date : datetime.date, optional
    """

    arcs: Arcs
    labels: ArrayLike
    names: Sequence[str]
    fills: ArrayLike
    values: Sequence[str] = ()
    tones: Sequence[str] = ()
    parents: ArrayLike | None = None
    locked: ArrayLike | None = None
    groups: ArrayLike | None = None
    held: ArrayLike | None = None
    classes: Classes | None = None
    hatches: ArrayLike | None = None
    keys: tuple[Sequence[LegendEntry], Sequence[LegendEntry]] = ((), ())
    legend_title: str = ""
    palette: str = "muted"
    accounts: ArrayLike | None = None
    account_values: ArrayLike | None = None
    account_kinds: ArrayLike | None = None
    account_text: str = ""
    district_text: str = ""
    account_keys: tuple[Sequence[LegendEntry], Sequence[LegendEntry]] = ((), ())
    under: Sequence[Stamp] = ()
    over: Sequence[Stamp] = ()
    n_below: int = 0
    layer_keys: Sequence[LegendEntry] = ()
    hidden: frozenset[str] = frozenset()
    fill_opacity: float = 1.0
    base: BaseMap | None = None
    overview: Overview | None = None
    selected: Sequence[int] = field(default_factory=tuple)
    box: tuple[float, float, float, float] | None = None
    title: str = ""
    subtitle: str = ""
    credits: str = ""
    date: dt.date | None = None

    def state(self) -> MapState:
        """What the kernels draw."""
        from terradesk.render.state import Mark

        tables = self.parents, self.fills, self.locked, self.groups, self.held
        state = MapState(self.arcs, self.labels, *tables)
        if self.classes is not None:
            colour = state.colour_units if self.classes.of_units else state.colour_territories
            colour(self.classes.values, self.classes.colours, self.classes.hatches or None)
        elif self.hatches is not None:
            state.colour_by_territory(self.hatches)
        if len(self.selected):
            state.set_mark(np.asarray(self.selected), Mark.SELECTED)
            state.refresh_lines()
        return state

    def extent(self) -> tuple[float, float, float, float]:
        """Box to show, metres."""
        if self.box is not None:
            return self.box
        boxes = self.arcs.unit_boxes[self.arcs.unit_boxes[:, 0] <= self.arcs.unit_boxes[:, 2]]
        if not len(boxes):
            x, y = self.arcs.origin
            return x - 1e4, y - 1e4, x + 1e4, y + 1e4
        metres = boxes.astype(np.float64) / 100 + np.tile(self.arcs.origin, 2)
        x0, y0 = metres[:, :2].min(axis=0)
        x1, y1 = metres[:, 2:].max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)
