"""Per-territory figures: sums, balance, shape, what changes hands. Pure functions of labels."""

from terradesk.measures.balance import Balance, Group, balance, gini, targets, variation
from terradesk.measures.choosing import (
    balance_measure,
    choices,
    default_measure,
    is_population_like,
    is_revenue_like,
    measure_of,
)
from terradesk.measures.figures import (
    MEASURES,
    Figure,
    by_node,
    by_slot,
    figures,
    of_measure,
    title,
)
from terradesk.measures.moves import Moved, moved
from terradesk.measures.shapes import (
    Contiguity,
    Piece,
    compactness,
    contiguity,
    detached,
    enclosed,
)
from terradesk.measures.standing import Standing, standing_of
from terradesk.measures.sums import Context, Counts, counts, totals
from terradesk.measures.telling import amount, format_cell, format_value, handed, sentence
from terradesk.measures.trying import carry, what_if
from terradesk.measures.warming import warm
from terradesk.measures.warning import warnings
from terradesk.measures.whatif import Pocket, Shapes, WhatIf

__all__ = [
    "MEASURES",
    "Balance",
    "Context",
    "Contiguity",
    "Counts",
    "Figure",
    "Group",
    "Moved",
    "Piece",
    "Pocket",
    "Shapes",
    "Standing",
    "WhatIf",
    "amount",
    "balance",
    "balance_measure",
    "by_node",
    "by_slot",
    "carry",
    "choices",
    "compactness",
    "contiguity",
    "counts",
    "default_measure",
    "detached",
    "enclosed",
    "figures",
    "format_cell",
    "format_value",
    "gini",
    "handed",
    "is_population_like",
    "is_revenue_like",
    "measure_of",
    "moved",
    "of_measure",
    "sentence",
    "standing_of",
    "targets",
    "title",
    "totals",
    "variation",
    "warm",
    "warnings",
    "what_if",
]
