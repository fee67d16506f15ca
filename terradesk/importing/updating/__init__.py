"""A newer customer list beside the accounts of a plan: who is who, and what differs."""

from __future__ import annotations

from terradesk.importing.updating.comparing import Cells, Pair, compared, paired
from terradesk.importing.updating.matching import Matched, grouping, matched
from terradesk.importing.updating.moving import Moves, moves

__all__ = [
    "Cells",
    "Matched",
    "Moves",
    "Pair",
    "compared",
    "grouping",
    "matched",
    "moves",
    "paired",
]
