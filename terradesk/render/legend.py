"""Legend as data: only what is on the map now, in the order it is read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from terradesk import palettes
from terradesk.i18n import _
from terradesk.render.scene import Classes
from terradesk.render.state import MapState, Mark

__all__ = ["RAMP", "LegendEntry", "class_entries", "class_texts", "legend"]

Symbol = Literal[
    "fill",
    "accounts",
    "density",
    "point",
    "line",
    "home",
    "text",
    "unassigned",
    "locked",
    "selected",
    "changed",
    "district",
    "start",
    "link",
]

RAMP = (70, 140, 216)
"""Opacities, of 255, of the cells that stand for a density of accounts."""


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of a legend.

    Parameters
    ----------
    symbol : str
        What is drawn beside the text.
    text : str
    colour : str
        ``#RRGGBB`` of a fill or of an account's symbol, else empty.
    count : int
        How many there are; -1 says nothing.
    hatch : int
        Pattern of a fill, 0 = plain.
    shape : str
        Of an account's symbol, see `terradesk.render.symbols.SHAPES`.
    """

    symbol: Symbol
    text: str
    colour: str = ""
    count: int = -1
    hatch: int = 0
    shape: str = "circle"


def class_entries(classes: Classes, dark: bool) -> list[LegendEntry]:
    """Lines about classes, from high to low or in their order; those without a text are left out.

    Parameters
    ----------
    classes : Classes
    dark : bool
        Theme.
    """
    colours = classes.colours[int(dark)]
    n = len(colours)
    counts = classes.counts or [-1] * n
    hatches = classes.hatches or [0] * n
    rows = list(zip(colours, classes.texts, counts, hatches, strict=True))
    out = [
        LegendEntry("fill", text, colour, count, hatch)
        for colour, text, count, hatch in (reversed(rows) if classes.is_ordered else rows)
        if text
    ]
    if classes.n_none:
        paper = palettes.roles(dark)["paper"]
        out.append(LegendEntry("fill", _("No value"), paper, classes.n_none))
    return out


def class_texts(breaks: ArrayLike, shown: Callable[[float], str]) -> list[str]:
    """Text of each class between limits.

    Parameters
    ----------
    breaks : (k,) float
        Inner limits; none give no class.
    shown : callable
        Makes a number a text.
    """
    limits = [shown(float(v)) for v in np.asarray(breaks, np.float64)]
    if not limits:
        return []
    between = [f"{a} – {b}" for a, b in itertools.pairwise(limits)]
    first, last = _("up to {limit}"), _("above {limit}")
    return [first.format(limit=limits[0]), *between, last.format(limit=limits[-1])]


def legend(
    state: MapState,
    colours: Sequence[str] = (),
    texts: Sequence[str] = (),
    accounts: str = "",
    district: str = "",
    rows: ArrayLike | None = None,
    fills: Sequence[LegendEntry] = (),
    points: Sequence[LegendEntry] = (),
    layers: Sequence[LegendEntry] = (),
) -> list[LegendEntry]:
    """Entries for what the map shows.

    Parameters
    ----------
    state : MapState
    colours, texts : sequences
        Of the classes when the map is coloured by a measure, low to high.
    accounts : str
        What the discs mean, empty when there are none.
    district : str
        What the heavy borders part, empty to leave them out.
    rows : (k,) int, optional
        Units in view; all by default.
    fills : sequence of LegendEntry
        Ready-made lines about the fills, put first.
    points, layers : sequences of LegendEntry
        Ready-made lines about the accounts, instead of `accounts`, and about own layers.
    """
    seen = np.arange(len(state.marks)) if rows is None else np.asarray(rows, np.int64)
    pairs = list(zip(colours, texts, strict=True))
    out = [*fills, *(LegendEntry("fill", text, colour) for colour, text in reversed(pairs))]
    out += points
    if accounts and not points:
        out.append(LegendEntry("accounts", accounts))
    if district and bool((state.borders[state.arcs_of(seen)] & 3 == 2).any()):
        out.append(LegendEntry("district", district))
    out += layers
    owners = state.territories[seen]
    if bool((owners < 0).any()):
        out.append(LegendEntry("unassigned", _("Not assigned")))
    if bool((state.marks[seen] & Mark.SELECTED).any()):
        out.append(LegendEntry("selected", _("Selected")))
    if bool((state.marks[seen] & Mark.CHANGED).any()):
        out.append(LegendEntry("changed", _("Would change")))
    if bool(state.are_locked(seen).any()):
        out.append(LegendEntry("locked", _("Locked")))
    return out
