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
from terradesk.measures.sums import Context, Counts, counts, totals
from terradesk.measures.telling import format_value

__all__ = [
    "Balance",
    "Context",
    "Counts",
    "Group",
    "balance",
    "balance_measure",
    "choices",
    "counts",
    "default_measure",
    "format_value",
    "gini",
    "is_population_like",
    "is_revenue_like",
    "measure_of",
    "targets",
    "totals",
    "variation",
]
