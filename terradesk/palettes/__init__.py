"""Colours shared by the map, the window, pictures, workbooks and web maps.

Roles name what a colour is for; each has a light and a dark value. Territories have one of 24
fills; the index of the fill is stored in the plan, so both themes show a territory in one hue.
"""

from __future__ import annotations

from .differing import neighbour_colours, neighbour_sets
from .fills import (
    N_FILLS,
    TERRITORY_PALETTES,
    category_order,
    palette_distance,
    territory_colours,
)
from .ramps import (
    DIVERGING,
    DIVERGING_RAMPS,
    RAMPS,
    SEQUENTIAL,
    classify,
    deviation_breaks,
    diverging_colours,
    ramp_colours,
    sequential_colours,
)
from .role_colours import ROLES, roles
from .seeing import contrast, rgba, sight_distance

__all__ = [
    "DIVERGING",
    "DIVERGING_RAMPS",
    "N_FILLS",
    "RAMPS",
    "ROLES",
    "SEQUENTIAL",
    "TERRITORY_PALETTES",
    "category_order",
    "classify",
    "contrast",
    "deviation_breaks",
    "diverging_colours",
    "neighbour_colours",
    "neighbour_sets",
    "palette_distance",
    "ramp_colours",
    "rgba",
    "roles",
    "sequential_colours",
    "sight_distance",
    "territory_colours",
]
