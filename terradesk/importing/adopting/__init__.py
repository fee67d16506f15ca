"""Territories that somebody has made elsewhere, taken into a scenario."""

from __future__ import annotations

from terradesk.importing.adopting.code_cells import CodeReader, Said
from terradesk.importing.adopting.lines import TREE, Lines, leaves_of, read_lines
from terradesk.importing.adopting.showing import (
    adopted_step,
    after_text,
    item_key,
    locked_issues,
    scenario_of,
    scenario_options,
    sentence,
    shown,
    territory_items,
    unit_title,
    with_outlines,
)
from terradesk.importing.adopting.territories import Adopted, Leaf, adopt, colour_of, staffed

__all__ = [
    "TREE",
    "Adopted",
    "CodeReader",
    "Leaf",
    "Lines",
    "Said",
    "adopt",
    "adopted_step",
    "after_text",
    "colour_of",
    "item_key",
    "leaves_of",
    "locked_issues",
    "read_lines",
    "scenario_of",
    "scenario_options",
    "sentence",
    "shown",
    "staffed",
    "territory_items",
    "unit_title",
    "with_outlines",
]
