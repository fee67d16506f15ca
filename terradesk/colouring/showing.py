"""A colouring on a map: what the renderer fills with, and the lines of the legend."""

from __future__ import annotations

import numpy as np

from terradesk import palettes
from terradesk.colouring.model import Colouring, Look
from terradesk.render.legend import LegendEntry, class_entries
from terradesk.render.state import MapState

__all__ = ["entries", "show"]


def show(found: Colouring, state: MapState, n_leaves: int) -> None:
    """Fill a map by a colouring; restyle or draw it afterwards.

    Parameters
    ----------
    found : Colouring
    state : MapState
        Its ``fills`` are those of `Colouring.fills`, if there are any.
    n_leaves : int
        Territories; further rows of the state have no class.
    """
    classes = found.classes
    n = len(state.parents)
    if classes is None:
        hatches = None
        if found.hatches is not None:
            hatches = np.zeros(n, np.uint8)
            hatches[:n_leaves] = found.hatches
        state.colour_by_territory(hatches)
    elif classes.of_units:
        state.colour_units(classes.values, classes.colours, classes.hatches or None)
    else:
        values = np.full(n, -1, np.int32)
        values[:n_leaves] = classes.values
        state.colour_territories(values, classes.colours, classes.hatches or None)


def entries(found: Colouring, dark: bool, look: Look) -> list[LegendEntry]:
    """Lines of the legend about the fills.

    Parameters
    ----------
    found : Colouring
    dark : bool
        Theme.
    look : Look
    """
    if found.classes is not None:
        return class_entries(found.classes, dark)
    fills = palettes.territory_colours(dark, look.palette)
    paper = palettes.roles(dark)["paper"]
    hatch_of = dict(_hatches(found))
    return [
        LegendEntry(
            "fill",
            key.text,
            fills[key.fill % len(fills)] if key.fill >= 0 else paper,
            key.count,
            hatch_of.get(key.fill, 0),
        )
        for key in found.keys
    ]


def _hatches(found: Colouring) -> list[tuple[int, int]]:
    """Pattern of each fill."""
    if found.fills is None or found.hatches is None:
        return []
    return list(zip(found.fills.tolist(), found.hatches.tolist(), strict=True))
