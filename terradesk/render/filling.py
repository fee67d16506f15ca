"""Filling the look-up of the fills: colour and hatch of each unit.

An entry is 0xCCRRGGBB. CC is 0xFF for a plain fill, else the number of a hatch (of
`terradesk.render.hatching`) with 0x40 set for locked units. Entry 0 stands for the outside: 0.
"""

from __future__ import annotations

import numpy as np

from terradesk.render.compose import mix
from terradesk.render.jit import Bools, Bytes, Colours, Int32s, Int64s, kernel

__all__ = ["CHANGED", "FIRST_PATTERN", "LOCKED", "N_PATTERNS", "UNASSIGNED", "fill_table"]

UNASSIGNED, CHANGED, LOCKED = 1, 2, 3
"""Numbers of the hatches that mean a state."""

FIRST_PATTERN = 4
"""Number of the hatch of pattern 1; pattern 0 is no hatch."""

N_PATTERNS = 8
"""How many patterns there are, none among them."""


@kernel
def fill_table(
    rows: Int64s,
    owners: Int32s,
    unit_classes: Int32s,
    of_units: bool,
    targets: Int32s,
    marks: Bytes,
    locked: Bools,
    held: Bools,
    fills: Colours,
    patterns: Bytes,
    paper: np.uint32,
    tint: np.uint32,
    tint_alpha: np.uint32,
    table: Colours,
) -> None:
    """Look-up entries of the listed units; see the module for the top byte.

    Parameters
    ----------
    rows : (k,) int64
    owners : (n_units,) int32
        Territory of each unit, -1 = unassigned.
    unit_classes : (n_units,) int32
        Class of each unit when `of_units`, -1 = no value.
    targets : (n_units,) int32
        Territory a unit would go to while its preview mark (2) is set.
    locked : (n_territories,) bool
    held : (n_units,) bool
        Locked by themselves.
    fills : (n_territories or n_classes,) uint32
    patterns : (n_territories or n_classes,) uint8
        0 = plain, else 1 to `N_PATTERNS` - 1. What a unit's state says hides its pattern.
    """
    for i in range(len(rows)):
        u = rows[i]
        owner = owners[u]
        hatch = 0
        is_locked = held[u] or (owner >= 0 and locked[owner])
        if marks[u] & 2:
            owner = targets[u]
            hatch = 2
        elif marks[u] & 32:
            hatch = 2
        elif owner < 0:
            hatch = 1
        kind = unit_classes[u] if of_units else owner
        colour = np.uint32(fills[kind]) if kind >= 0 else np.uint32(paper)
        if kind >= 0 and patterns[kind] and hatch != 2:
            hatch = patterns[kind] + 3
        if marks[u] & 3 == 1:
            colour = mix(colour, np.uint32(tint), np.uint32(tint_alpha))
        code = hatch | (0x40 if is_locked else 0)
        if code == 0:
            code = 0xFF
        table[u + 1] = np.uint32(code) << np.uint32(24) | np.uint32(colour & np.uint32(0xFFFFFF))
