"""What is known of an alignment before an edit is tried: made once, so that each try is short."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from terradesk import records as rec
from terradesk.arcs.jit import Bools, Int32s
from terradesk.arcs.model import Arcs
from terradesk.measures import touching
from terradesk.measures.against import Against, baseline_of
from terradesk.measures.balance import Balance, balance, own_targets
from terradesk.measures.choosing import balance_measure, choices
from terradesk.measures.ground import Ground, ground_of
from terradesk.measures.shapes import Contiguity, contiguity, water_links
from terradesk.measures.sums import (
    ACCOUNT_SOURCES,
    Counts,
    counts,
    exception_slots,
    unit_sums,
    unit_values,
)
from terradesk.plan import UNASSIGNED, AlignmentView

Weights = tuple[np.ndarray, np.ndarray]


class Standing:
    """Figures and indices of one alignment as it is; everything is made when first asked for.

    Parameters
    ----------
    view : AlignmentView
    parts_and_gaps : pair of ndarray, optional
        If they are known already.
    """

    def __init__(
        self, view: AlignmentView, parts_and_gaps: tuple[Int32s, Int32s] | None = None
    ) -> None:
        self.view = view
        self._weights: dict[tuple[str, str, str], Weights] = {}
        if parts_and_gaps is not None:
            self.parts_and_gaps = parts_and_gaps

    # ------------------------------------------------------------------ figures
    @cached_property
    def ids(self) -> np.ndarray:
        """(n_slots,) int64 territory of each slot, -1 first."""
        return np.array([UNASSIGNED, *(t.id for t in self.view.leaves)], np.int64)

    @cached_property
    def measure(self) -> rec.Measure | None:
        """The balance measure."""
        return balance_measure(self.view.plan)

    @cached_property
    def choices(self) -> list[rec.Measure]:
        """See `terradesk.measures.choices`."""
        return choices(self.view.plan)

    @cached_property
    def balance(self) -> Balance | None:
        """Balance by the balance measure; None when there is nothing to balance by."""
        return balance(self.view, self.measure) if self.measure is not None else None

    @cached_property
    def own_targets(self) -> np.ndarray:
        """See `terradesk.measures.balance.own_targets`."""
        assert self.measure is not None
        return own_targets(self.view, self.measure)

    @cached_property
    def counts(self) -> Counts:
        """Units and accounts of each slot."""
        return counts(self.view)

    @cached_property
    def parts_and_gaps(self) -> tuple[Int32s, Int32s]:
        """Parts and enclosed gaps, (n_slots,) each, as in `Contiguity`; 0 for slot 0."""
        found: Contiguity = contiguity(self.view)
        found.parts[0] = found.holes[0] = 0
        return found.parts, found.holes

    @cached_property
    def against(self) -> Against | None:
        """What changes hands against the baseline; None without one, and for itself."""
        base = baseline_of(self.view)
        if base is None or self.measure is None:
            return None
        return Against(self.view, base, self.measure)

    def weights(self, measure: rec.Measure) -> Weights:
        """A measure as the value of each unit, and what each slot has besides its units.

        Returns
        -------
        ndarray of float64, shape (n_units,)
            With the accounts that follow the unit.
        ndarray of float64, shape (n_slots,)
            Named and ruled accounts, and those without a unit.
        """
        key = measure.source, measure.column, measure.formula
        if key not in self._weights:
            self._weights[key] = self._weigh(measure)
        return self._weights[key]

    def _weigh(self, measure: rec.Measure) -> Weights:
        view, beside = self.view, np.zeros(self.view.n_slots)
        if measure.source not in ACCOUNT_SOURCES:
            return unit_values(view.plan, measure), beside
        sums = unit_sums(view.plan, view.side, measure)
        if len(sums.exceptions):
            beside += np.bincount(exception_slots(view), sums.exceptions, view.n_slots)
        beside[0] += sums.unplaced
        return sums.units, beside

    # ------------------------------------------------------------------ indices
    @cached_property
    def groups(self) -> touching.Rows:
        """Compressed rows of the units of each slot."""
        return touching.grouped(self.view.unit_slots, self.view.n_slots)

    @cached_property
    def arcs(self) -> Arcs | None:
        """Geometry of the units that are present."""
        return self.view.plan.arcs

    @cached_property
    def ground(self) -> Ground:
        """What lies beside what."""
        assert self.arcs is not None
        return ground_of(self.arcs)

    @cached_property
    def has_area(self) -> Bools:
        """(n_units,) bool: can be detached or enclose something."""
        return self.ground.has_area

    @cached_property
    def labels(self) -> Int32s:
        """(n_nodes,) int32 slot of each node of the ground; -1 for water and without area."""
        ground = self.ground
        out = np.full(ground.n_nodes, -1, np.int32)
        out[: ground.n_units] = np.where(self.has_area, self.view.unit_slots, -1)
        return out

    @property
    def far(self) -> Int32s:
        """(n_nodes,) int32 steps from each node to the outside of the map."""
        return _far(self.ground)

    @cached_property
    def links(self) -> touching.Rows:
        """Compressed rows of the units that a water link joins."""
        pairs = water_links(self.view.plan)
        a, b = np.concatenate((pairs, pairs[:, ::-1])).T if len(pairs) else (pairs, pairs)
        a, b = np.asarray(a, np.int32).ravel(), np.asarray(b, np.int32).ravel()
        order = np.argsort(a, kind="stable")
        starts = np.searchsorted(a[order], np.arange(self.ground.n_units + 1))
        return starts.astype(np.int32), np.ascontiguousarray(b[order])


@lru_cache(maxsize=2)
def _far(ground: Ground) -> Int32s:
    return touching.distances(ground.starts, ground.others, ground.is_open)


_KEPT: dict[AlignmentView, Standing] = {}
_MOST_KEPT = 4


def standing_of(view: AlignmentView) -> Standing:
    """What is known of an alignment; kept for the last few."""
    found = _KEPT.get(view)
    return found if found is not None else keep(Standing(view))


def keep(standing: Standing) -> Standing:
    """Keep what is known of an alignment for `standing_of`."""
    while len(_KEPT) >= _MOST_KEPT:
        _KEPT.pop(next(iter(_KEPT)), None)
    return _KEPT.setdefault(standing.view, standing)


def is_known(view: AlignmentView) -> bool:
    """Whether something is known of an alignment already."""
    return view in _KEPT
