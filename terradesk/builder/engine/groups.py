"""A few territories as a problem of their own, and which of them border on each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.bands import Bands
from terradesk.builder.clock import Work
from terradesk.builder.engine.energies import handed_over, sums_of, weights_of
from terradesk.builder.graph import subgraph
from terradesk.builder.wishes.tasks import of_territories, of_units


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Some territories of a map as a small problem; bands are those of the whole.

    Parameters
    ----------
    work : Work
    rows : ndarray of int32, shape (q,)
        Units of the whole.
    territories : ndarray of int32, shape (j,)
        Territories of the whole.
    """

    work: Work
    rows: Int32s
    territories: Int32s

    def within(self, labels: Int32s) -> Int32s:
        """(q,) labels of the whole in the group's own numbers."""
        new = np.full(labels.max(initial=-1) + 2, -1, np.int32)
        new[self.territories] = np.arange(len(self.territories), dtype=np.int32)
        return new[labels[self.rows]]

    def put(self, own: Int32s, labels: Int32s) -> Int32s:
        """A copy of the labels of the whole with those of the group put in."""
        found = labels.copy()
        found[self.rows] = self.territories[own]
        return found

    def show(self, own: Int32s, labels: Int32s) -> Callable[[], Int32s]:
        """The whole map while the group is being worked at, for the clock."""
        return lambda: self.put(own, labels)


def make_group(work: Work, labels: Int32s, territories: Int32s) -> Group:
    """The units that some territories have by now, and what these territories should have."""
    chosen = np.asarray(territories, np.int32)
    rows = np.flatnonzero(np.isin(labels, chosen)).astype(np.int32)
    problem = of_territories(of_units(work.problem, rows), chosen)
    graph = subgraph(work.graph, rows)
    return Group(
        Work(problem, work.options, graph, _bands_of(work.bands, rows, chosen)), rows, chosen
    )


def _bands_of(bands: Bands, rows: Int32s, territories: Int32s) -> Bands:
    place = {int(row): i for i, row in enumerate(rows[np.isin(rows, bands.oversize)])}
    at = {int(t): i for i, t in enumerate(territories)}
    where = np.searchsorted(rows, bands.oversize)
    inside = [
        (int(w), at.get(int(home), -1))
        for w, unit, home in zip(where, bands.oversize, bands.homes, strict=True)
        if int(unit) in place
    ]
    inside = [(unit, home) for unit, home in inside if home >= 0]
    return Bands(
        targets=bands.targets[territories],
        low=bands.low[territories],
        high=bands.high[territories],
        hard_low=bands.hard_low[territories],
        hard_high=bands.hard_high[territories],
        scale=bands.scale[territories],
        exempt=bands.exempt[territories],
        oversize=np.array([unit for unit, _home in inside], np.int32),
        homes=np.array([home for _unit, home in inside], np.int32),
    )


def outs(work: Work, values: Floats) -> Floats:
    """(k, m) how far values lie outside their bands, as a fraction of the target, weighted."""
    bands = work.bands
    out = np.maximum(bands.low - values, values - bands.high) * bands.scale
    out = np.maximum(
        out, np.maximum(bands.hard_low - values, values - bands.hard_high) * bands.scale
    )
    found: Floats = np.where(out > 1e-9, out, 0.0) * weights_of(work.problem)
    return found


def misses(work: Work, labels: Int32s) -> Floats:
    """(k,) how far each territory lies outside its bands, all measures together."""
    total: Floats = outs(work, sums_of(work.problem, labels)).sum(1)
    return total


def excess(work: Work, labels: Int32s) -> float:
    """What lies outside bands, hard limits and handover caps in all, in proportion.

    Unlike `energies.violation` it does not fall when the same surplus is spread over more
    territories.
    """
    found = float(misses(work, labels).sum())
    caps = work.problem.handover_caps
    if np.isfinite(caps).any():
        for handed in handed_over(work.problem, labels):
            found += float((np.maximum(handed - caps, 0.0) / np.maximum(caps, 1.0)).sum())
    return found


def bordering(work: Work, labels: Int32s) -> tuple[Int32s, Int32s]:
    """Territories that border on each other, in compressed rows: starts (k + 1,), others."""
    k = work.problem.n_territories
    a, b = labels[work.graph.edges[:, 0]], labels[work.graph.edges[:, 1]]
    meet = (a != b) & (a >= 0) & (b >= 0)
    one, other = a[meet].astype(np.int64), b[meet].astype(np.int64)
    codes = np.unique(np.concatenate((one * k + other, other * k + one)))
    starts = np.searchsorted(codes, np.arange(k + 1, dtype=np.int64) * k)
    return starts.astype(np.int32), (codes % k).astype(np.int32)
