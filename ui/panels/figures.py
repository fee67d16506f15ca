"""Figures that several panels show, computed once per plan snapshot."""

from __future__ import annotations

from functools import lru_cache

from terradesk import measures
from terradesk.errors import TerraDeskError
from terradesk.plan import AlignmentView


@lru_cache(maxsize=8)
def balance_of(view: AlignmentView) -> measures.Balance | None:
    """Balance of an alignment; None when there is nothing to balance by."""
    try:
        return measures.balance(view)
    except TerraDeskError:
        return None


@lru_cache(maxsize=4)
def contiguity_of(view: AlignmentView) -> measures.Contiguity:
    """Parts and gaps of an alignment's territories."""
    return measures.contiguity(view)


@lru_cache(maxsize=4)
def counts_of(view: AlignmentView) -> measures.Counts:
    """Areas and accounts of an alignment's territories."""
    return measures.counts(view)
