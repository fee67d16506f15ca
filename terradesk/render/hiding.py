"""Kinds of lines left out of the picture of the areas."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from terradesk.render.style import Style

__all__ = ["LINES", "without"]

LINES = ("lines", "borders", "districts", "locks")
"""Lines between areas, borders of territories, heavier ones of districts, bands of locked ones."""

_NOWHERE = np.float32(-1e6)
_TERRITORY, _DISTRICT = (1, 5), (2, 6)


def without(style: Style, hidden: Collection[str]) -> Style:
    """The same style, changed in place, that does not draw some kinds of lines.

    Parameters
    ----------
    style : Style
    hidden : collection of str
        Out of `LINES`; without districts their borders are those of territories.
    """
    if "lines" in hidden:
        style.unit_weight, style.group_weight = 0.0, 0
    if "districts" in hidden:
        for plain, heavy in zip(_TERRITORY, _DISTRICT, strict=True):
            style.bold_tables[heavy] = style.bold_tables[plain]
            style.bold_radii[heavy] = style.bold_radii[plain]
    if "borders" in hidden:
        style.bold_radii[list(_TERRITORY)] = _NOWHERE
        if "districts" in hidden:
            style.bold_radii[list(_DISTRICT)] = _NOWHERE
    if "locks" in hidden:
        style.lock_radii[:] = _NOWHERE
    return style
