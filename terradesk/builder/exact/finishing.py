"""The exact finisher: the best plan of a small map, or the proof that there is none.

Sets of units are columns. Prices of the units are found by column generation over connected sets
within their bands; then all sets whose reduced cost fits into the gap are listed, and the cheapest
exact cover is searched among them (route enumeration, Baldacci, Christofides and Mingozzi 2008,
Mathematical Programming 115, 351-385). While no plan is known the gap is guessed and widened; with
no limit at all a fruitless search is the proof that no plan exists.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.clock import Clock, Work
from terradesk.builder.exact.bounding import Bound, bound
from terradesk.builder.exact.choosing import WORK, choices, cover, trail
from terradesk.builder.exact.covering import Pool
from terradesk.builder.exact.kinds import MOST_UNITS, Case, make_case, refusal
from terradesk.builder.exact.pricing import priced

_ROUNDING = 1e-9
_FIRST_GAP, _LAST_GAP, _WIDER = 0.01, 0.7, 1.5
_MOST_QUICK, _MOST_SETS = 1_000_000, 1_000_000
_STEPS = 1 << 40


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Sets to choose from, with kinds and reduced costs, and whether none is missing."""

    sets: Bools
    kinds: Int32s
    reduced: Floats
    is_whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """What the exact finisher can say.

    Parameters
    ----------
    labels : ndarray of int32, shape (n,)
        The best plan known: within all bands and whole, unless none was found; then the one that
        was given.
    status : {"optimal", "infeasible", "limit"}
        No plan has a smaller moment; no plan is within all bands and whole; the time was not
        enough, or something is asked that this method cannot do.
    value : float
        Moment of the plan round its best units, activity times km2; inf for none within the bands.
    bound : float
        No plan within the bands has a smaller moment; inf when there is none.
    seconds : float
        Processor time.
    """

    labels: Int32s
    status: str
    value: float
    bound: float
    seconds: float


def finish(work: Work, labels: Int32s, clock: Clock, seconds: float = 60.0) -> Finished:
    """The plan of least moment within all bands, or the proof that none exists.

    For up to 160 units; fixed load, several measures, bands per territory, locks and classes of
    allowed territories are kept exactly. Wishes beyond them (retention, states, seeds, outline) do
    not count: what is minimised is activity of the first measure times squared km to the best unit
    of each territory. With caps on what is handed over, or without contiguity, the status is
    "limit" at once.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
        The best plan so far; one within the bands helps.
    clock : Clock
        Ticked at least every 50 ms, so that the run can be stopped; raises `Stopped`.
    seconds : float
        Of processor time.
    """
    search = Finisher(work, labels, clock, seconds)
    if refusal(work) or work.problem.n_units > MOST_UNITS:
        return search.told("limit", -np.inf)
    return search.run(make_case(work))


class Finisher:
    """One run of the exact method; see `finish`.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
    clock : Clock
    seconds : float
    takes_any : bool
        Whether to end with the first plan found, optimal or not.
    """

    def __init__(
        self, work: Work, labels: Int32s, clock: Clock, seconds: float, takes_any: bool = False
    ) -> None:
        self.work, self.clock, self.limit = work, clock, seconds
        self._takes_any = takes_any
        self.began = time.process_time()
        self.labels, self.value = np.array(labels, np.int32), np.inf

    @property
    def seconds(self) -> float:
        """Processor time so far."""
        return time.process_time() - self.began

    def tick(self) -> None:
        """Let the clock stop the run."""
        self.clock.tick(0, self.labels)

    def told(self, status: str, least: float) -> Finished:
        """What is known so far."""
        return Finished(self.labels, status, self.value, least, self.seconds)

    def run(self, case: Case) -> Finished:
        """Share the units of a case among its territories."""
        if case.n < case.counts.sum() or not _is_reachable(case):
            return self.told("infeasible", np.inf)
        pool = Pool(case)
        self._take(case, pool)
        found = bound(case, pool, self.tick, lambda: self.seconds < self.limit / 2)
        if np.isinf(found.value):
            if found.value < 0:
                return self.told("limit", found.value)
            return self.told("infeasible", np.inf)
        return self._close(case, found)

    def _take(self, case: Case, pool: Pool) -> None:
        """Start with the plan given, when it is within the bands and whole."""
        own = self.labels[case.units]
        if (own < 0).any():
            return
        pairs = [(own == t, kind) for kind, ts in enumerate(case.territories) for t in ts.tolist()]
        if all(is_possible(self.work, case, members, kind) for members, kind in pairs):
            for members, kind in pairs:
                pool.add(members[None], kind)
            self.value = sum(case.cost(members) for members, _kind in pairs)

    # ------------------------------------------------------------------ closing the gap
    def _close(self, case: Case, found: Bound) -> Finished:
        prices, least = found.prices, found.value
        base = float(prices.units.sum() + (case.counts * prices.kinds).sum())
        if not np.isfinite(base):
            return self.told("limit", least)
        sets, kinds, costs = found.pool.table
        reduced = costs - sets @ prices.units - prices.kinds[kinds]
        self._choose(case, found, Listed(sets, kinds, reduced, False), np.inf, np.inf)
        if self._takes_any and np.isfinite(self.value):
            return self.told("limit", least)
        wide = max(least, base, 0.0)
        guess = _FIRST_GAP * wide + max(0.0, least - base)
        while True:
            gap = guess if guess < _LAST_GAP * wide else np.inf
            needed = self.value - base + _ROUNDING * abs(base)
            gap = min(gap, needed)
            is_done = self._search(case, found, gap)
            if not is_done or (self._takes_any and np.isfinite(self.value)):
                return self.told("limit", min(least, self.value))
            if np.isfinite(self.value) and (gap == needed or self.value <= base + gap):
                return self.told("optimal", self.value)
            if np.isinf(gap):
                return self.told("infeasible", np.inf)
            least, guess = max(least, base + gap), _WIDER * guess

    def _search(self, case: Case, found: Bound, gap: float) -> bool:
        """Find the best plan within a gap; False when the search did not end.

        With all sets of that gap when they are few, else with those of half of it.
        """
        listed = self._listed(case, found, gap, _MOST_QUICK)
        half = np.inf
        if not listed.is_whole:
            half = gap / 2
            listed = self._listed(case, found, half, _MOST_SETS)
        return self._choose(case, found, listed, gap, half) and listed.is_whole

    def _listed(self, case: Case, found: Bound, most: float, rows: int) -> Listed:
        """All sets of at most a reduced cost."""
        sets, kinds, costs, count = [], [], [], 0
        is_whole = True
        for kind in range(len(case.bands)):
            price = float(found.prices.kinds[kind])
            for centre in range(case.n):
                got = priced(
                    case, kind, centre, found.prices.units, price + most,
                    shrinks=False, rows=rows - count, steps=_STEPS, is_fine=True,
                    tick=self.tick, has_time=lambda: self.seconds < self.limit,
                )  # fmt: skip
                sets.append(got.sets)
                costs.append(got.costs - price)
                kinds.append(np.full(len(got.sets), kind, np.int32))
                count += len(got.sets)
                is_whole = is_whole and got.is_whole and count < rows
                if not is_whole:
                    break
        return Listed(np.concatenate(sets), np.concatenate(kinds), np.concatenate(costs), is_whole)

    def _choose(self, case: Case, found: Bound, listed: Listed, gap: float, half: float) -> bool:
        """Take over the cheapest plan of known sets; False when the search did not end."""
        prices = found.prices
        rows = np.flatnonzero(listed.reduced <= gap)
        made = choices(
            case, listed.sets[rows], listed.kinds[rows], listed.reduced[rows], prices.units,
            prices.kinds, half,
        )  # fmt: skip
        state = trail(made, case.counts.astype(np.int64), gap)
        is_done = False
        while not is_done and self.seconds < self.limit:
            is_done = cover(made, state, WORK)
            self.tick()
        if state.best[0] >= 0:
            self._adopt(case, state.best)
        return is_done

    def _adopt(self, case: Case, places: Int32s) -> None:
        """Take over a plan if it is better; ``places`` are kind and number of each unit's set."""
        names = np.unique(places)
        sets = places[None, :] == names[:, None]
        value = sum(case.cost(members) for members in sets)
        if value >= self.value:
            return
        own = self.labels[case.units]
        for kind, territories in enumerate(case.territories):
            mine = sets[names % len(case.bands) == kind]
            for members, t in zip(mine, _matched(mine, own, territories), strict=True):
                self.labels[case.units[members]] = t
        self.value = value


def _matched(sets: Bools, labels: Int32s, territories: Int32s) -> Int32s:
    """Which territory of a kind each set becomes: as many units as possible stay."""
    from scipy.optimize import linear_sum_assignment

    shared = (sets[:, :, None] & (labels[None, :, None] == territories)).sum(1)
    _rows, columns = linear_sum_assignment(-shared)
    return territories[columns]


def is_possible(work: Work, case: Case, members: Bools, kind: int) -> bool:
    """Whether a set is whole, allowed and within the band of a kind."""
    from terradesk.builder.graph import parts_of

    band = case.bands[kind]
    mass = case.net.masses[members].sum(0)
    if not members.any() or (members & ~band.allowed).any():
        return False
    if (mass < band.low).any() or (mass > band.high).any():
        return False
    place = np.full(work.problem.n_units, -1, np.int32)
    rows = case.units[members]
    place[rows] = np.arange(len(rows))
    pairs = place[work.graph.edges]
    return parts_of(len(rows), pairs[(pairs >= 0).all(1)])[0] == 1


def _is_reachable(case: Case) -> bool:
    """Whether every unit may go somewhere where it fits."""
    fits = np.zeros(case.n, np.bool_)
    for band in case.bands:
        fits |= band.allowed & (case.net.masses <= band.high).all(1)
    return bool(fits.all())
