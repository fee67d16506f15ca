"""A plan while swaps are looked for: what can move, what it would gain, what it breaks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, kernel
from terradesk.builder.clock import Work
from terradesk.builder.swaps.chains import (
    CALM,
    LONGEST,
    Motion,
    Penalty,
    by_territory,
    chains_from,
    exchanges,
    penalties,
    single_gains,
)
from terradesk.builder.swaps.groups import Groups, movable_groups, together

Step = tuple[int, int]
"""A unit and the territory it comes to."""

_SLACK = 1e-9
_ROWS = 64
_PER_UNIT = 0.2  # each unit that moves counts as this part of an average unit more
_PER_BORDER = 0.15  # of the outline of an average territory
_PER_GROUP = 0.01
_GROUP_SHARE = 0.4
_SINGLES = 60
_CHAINED = 50


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Groups that would move together.

    Parameters
    ----------
    rows : tuple of int
        Rows of the groups.
    gain, cost, score : float
        Penalty saved, what it disturbs, and what it is ranked by.
    """

    rows: tuple[int, ...]
    gain: float
    cost: float
    score: float


class Search:
    """A plan in which units change hands.

    Parameters
    ----------
    work : Work
    assignment : ndarray of int32, shape (n,)
        The plan as it is; what moves is told against it.
    calm : float
        The higher, the more a large gain counts against little disturbance.
    """

    def __init__(self, work: Work, assignment: Int32s, calm: float = CALM) -> None:
        self.work, self.calm = work, calm
        self.origin = np.array(assignment, np.int32)
        self.labels = self.origin.copy()
        self.values = values_of(work, self.labels)
        self.penalty = _penalty_of(work, self.values)
        self._is_loose = work.options.contiguity == "off"
        self._unit_cost = _unit_costs(work)
        self._hand_cost = _hand_costs(work)
        self._border_scale = _PER_BORDER / max(_mean_outline(work, self.labels), 1e-12)
        self.refresh(np.ones(work.problem.n_territories, bool), is_first=True)

    # ------------------------------------------------------------------ what can move
    def refresh(self, concerned: Bools, is_first: bool = False) -> None:
        """Find the groups anew that leave or join some territories."""
        work = self.work
        largest = _GROUP_SHARE * work.bands.targets[:, 0]
        found = movable_groups(
            work.problem, work.graph, self.labels, concerned, largest, self._is_loose
        )
        if not is_first:
            old = self.groups
            leaves = (old.sources >= 0) & concerned[old.sources]
            found = together([old.taken(~(leaves | concerned[old.targets])), found])
        self.groups: Groups = found
        k = work.problem.n_territories
        self.mass = found.sums(work.problem.activities)
        self.cost = self._costs(found)
        self.by_source = by_territory(found.sources, k)
        self.by_target = by_territory(found.targets, k)
        self.parts = _parts(self.labels, work.graph.starts, work.graph.others, np.ones(k, bool))

    def _costs(self, groups: Groups) -> Floats:
        """(g,) what each group disturbs against the plan as it was; 0 for what returns."""
        out = np.maximum(groups.borders, 0.0) * self._border_scale
        baseline = self.work.problem.baseline
        for place in range(groups.members.shape[1]):
            rows = np.flatnonzero(groups.sizes > place)
            units = groups.members[rows, place]
            source, target = groups.sources[rows], groups.targets[rows]
            for home, price in ((self.origin, self._unit_cost), (baseline, self._hand_cost)):
                had = home[units] >= 0
                leaves = (target != home[units]) & had
                was_away = (source != home[units]) & had
                out[rows] += price[units] * (leaves.astype(float) - was_away)
        return np.maximum(out, 0.0)

    # ------------------------------------------------------------------ what is out
    def faults(self) -> Floats:
        """(k,) how far each territory is out of its bands, as a fraction of the target."""
        return faults_of(self.work, self.values)

    def focus(self, n: int) -> Int32s:
        """Territories out of their bands, the worst first; the most uneven ones when all are in."""
        faults = self.faults()
        out = np.flatnonzero(faults > _SLACK)
        if len(out):
            return out[np.argsort(-faults[out], kind="stable")].astype(np.int32)
        cost = penalties(self.values, self.penalty)
        return np.argsort(-cost, kind="stable")[:n].astype(np.int32)

    # ------------------------------------------------------------------ candidates
    def candidates(self, focus: Int32s, hops: int = 3) -> list[Candidate]:
        """What would help some territories most for what it disturbs, best first."""
        groups = self.groups
        motion = Motion(
            groups.sources,
            groups.targets,
            self.mass,
            self.cost,
            self.values,
            penalties(self.values, self.penalty),
        )
        chains, gains = [], []
        for find in (self._singles, self._exchanges):
            rows, gain = find(focus, motion)
            chains.append(rows)
            gains.append(gain)
        rows, gain = self._chains(focus, motion, hops)
        return self._ranked(np.concatenate((*chains, rows)), np.concatenate((*gains, gain)))

    def _ranked(self, chains: Int32s, gains: Floats) -> list[Candidate]:
        costs = np.where(chains >= 0, self.cost[np.maximum(chains, 0)], 0).sum(1)
        costs += _PER_GROUP * ((chains >= 0).sum(1) - 1)
        scores = gains / (self.calm + costs)
        out = []
        for r in np.argsort(-scores, kind="stable").tolist():
            rows = tuple(int(g) for g in chains[r] if g >= 0)
            out.append(Candidate(rows, float(gains[r]), float(costs[r]), float(scores[r])))
        return out

    def _singles(self, focus: Int32s, motion: Motion) -> tuple[Int32s, Floats]:
        is_in = np.zeros(self.work.problem.n_territories + 1, bool)
        is_in[focus] = True
        groups = self.groups
        rows = np.flatnonzero(is_in[groups.sources] | is_in[groups.targets]).astype(np.int32)
        gains = single_gains(rows, motion, self.penalty)
        good = np.flatnonzero(gains > 1e-7)
        score = gains[good] / (self.calm + self.cost[rows[good]])
        good = good[np.argsort(-score, kind="stable")][: _SINGLES * max(1, len(focus))]
        return _padded(rows[good]), gains[good]

    def _exchanges(self, focus: Int32s, motion: Motion) -> tuple[Int32s, Floats]:
        groups = self.groups
        chains, gains = self._buffers()
        if not len(groups.sizes):
            return chains[:0], gains[:0]
        lists: dict[tuple[int, int], Int32s] = {}
        pairs = groups.sources.astype(np.int64) * (self.work.problem.n_territories + 1)
        order = np.argsort(pairs + groups.targets, kind="stable").astype(np.int32)
        keys, firsts = np.unique((pairs + groups.targets)[order], return_index=True)
        for key, part in zip(keys.tolist(), np.split(order, firsts[1:]), strict=True):
            if key >= 0:
                lists[divmod(key, self.work.problem.n_territories + 1)] = part
        chosen = {(a, b) for a, b in lists if (b, a) in lists}
        of_interest = set(focus.tolist())
        out_chains, out_gains = [chains[:0]], [gains[:0]]
        for a, b in sorted(chosen):
            if a > b or not ({a, b} & of_interest):
                continue
            count = exchanges(lists[a, b], lists[b, a], motion, self.penalty, chains, gains)
            out_chains.append(chains[:count].copy())
            out_gains.append(gains[:count].copy())
        return np.concatenate(out_chains), np.concatenate(out_gains)

    def _chains(self, focus: Int32s, motion: Motion, hops: int) -> tuple[Int32s, Floats]:
        chains, gains = self._buffers()
        out_chains, out_gains = [chains[:0]], [gains[:0]]
        groups = self.groups
        for t in focus[:_CHAINED].tolist() if hops > 1 else []:
            for sign, (order, starts), ends in (
                (1.0, self.by_source, groups.targets),
                (-1.0, self.by_target, groups.sources),
            ):
                chains[:] = -1
                count = chains_from(
                    t, sign, order, starts, ends, motion, self.penalty, hops, chains, gains
                )
                out_chains.append(chains[:count].copy())
                out_gains.append(gains[:count].copy())
        return np.concatenate(out_chains), np.concatenate(out_gains)

    def _buffers(self) -> tuple[Int32s, Floats]:
        rows = max(_ROWS, LONGEST * self.work.problem.n_territories)
        return np.full((rows, LONGEST), -1, np.int32), np.zeros(rows)

    # ------------------------------------------------------------------ trying and doing
    def steps(self, candidate: Candidate) -> frozenset[Step]:
        """The units of a candidate and where they come to."""
        out: set[Step] = set()
        for g in candidate.rows:
            size, target = int(self.groups.sizes[g]), int(self.groups.targets[g])
            out.update((int(u), target) for u in self.groups.members[g, :size])
        return frozenset(out)

    def territories(self, candidate: Candidate) -> set[int]:
        """Those that would lose or gain units."""
        rows = list(candidate.rows)
        return {*self.groups.sources[rows].tolist(), *self.groups.targets[rows].tolist()} - {-1}

    def after(self, candidate: Candidate, start: Int32s | None = None) -> Int32s | None:
        """The plan after a candidate; None when anything would break.

        ``start`` differs from the present plan only in other territories, if at all.
        """
        steps = self.steps(candidate)
        if len({u for u, _t in steps}) != len(steps):
            return None
        before = self.labels if start is None else start
        labels = before.copy()
        for u, t in steps:
            labels[u] = t
        values = self.values if start is None else values_of(self.work, before)
        return labels if holds(self.work, before, labels, values, self.parts) else None

    def move_to(self, labels: Int32s) -> None:
        """Take over a labelling and find anew what can move."""
        changed = np.flatnonzero(labels != self.labels)
        touched = np.union1d(labels[changed], self.labels[changed])
        concerned = np.zeros(self.work.problem.n_territories, bool)
        concerned[touched[touched >= 0]] = True
        self.labels = labels
        self.values = values_of(self.work, labels)
        self.refresh(concerned)


def values_of(work: Work, labels: Int32s) -> Floats:
    """(k, m) sums with the fixed load."""
    out = work.problem.fixed_load.copy()
    held = labels >= 0
    for m in range(out.shape[1]):
        out[:, m] += np.bincount(labels[held], work.problem.activities[held, m], len(out))
    return out


def faults_of(work: Work, values: Floats) -> Floats:
    """(k,) how far territories are out of their bands, as a fraction of the target."""
    bands = work.bands
    out = np.maximum(bands.low - values, values - bands.high) * bands.scale
    return np.asarray(np.where(out > _SLACK, out, 0.0).sum(1))


def holds(work: Work, old: Int32s, new: Int32s, old_values: Floats, old_parts: Int32s) -> bool:
    """Whether a change leaves every territory whole and within what must not be broken.

    What was broken already may stay as it is, but not become worse.
    """
    problem = work.problem
    changed = np.flatnonzero(old != new)
    touched = np.zeros(problem.n_territories, bool)
    touched[np.concatenate((old[changed][old[changed] >= 0], new[changed]))] = True
    if not problem.allowed[problem.allowed_class[changed], new[changed]].all():
        return False
    parts = _parts(new, work.graph.starts, work.graph.others, touched)
    if ((parts == 0) & (old_parts > 0) & touched).any():
        return False
    if (
        work.options.contiguity != "off"
        and (parts[touched] > np.maximum(old_parts, 1)[touched]).any()
    ):
        return False
    values, slack = values_of(work, new), _SLACK / work.bands.scale
    if ((values < problem.minimum - slack) & (values < old_values - slack)).any():
        return False
    if ((values > problem.maximum + slack) & (values > old_values + slack)).any():
        return False
    return _within_caps(work, old, new)


def _within_caps(work: Work, old: Int32s, new: Int32s) -> bool:
    problem = work.problem
    if not problem.handover.shape[1] or not np.isfinite(problem.handover_caps).any():
        return True
    for before, after in zip(handed_over(work, old), handed_over(work, new), strict=True):
        if ((after > problem.handover_caps * (1 + _SLACK)) & (after > before + _SLACK)).any():
            return False
    return True


def handed_over(work: Work, labels: Int32s) -> tuple[Floats, Floats]:
    """(k, h) what each territory hands over and takes over against the baseline."""
    problem = work.problem
    left = np.flatnonzero((problem.baseline >= 0) & (labels != problem.baseline))
    out = []
    for owners in (problem.baseline, labels):
        table = np.zeros((problem.n_territories, problem.handover.shape[1]))
        rows = left[owners[left] >= 0]
        np.add.at(table, owners[rows], problem.handover[rows])
        out.append(table)
    return out[0], out[1]


def is_refused(steps: frozenset[Step], banned: Collection[frozenset[Step]]) -> bool:
    """Whether steps hold everything of something that was refused."""
    return any(refused <= steps for refused in banned)


def _penalty_of(work: Work, values: Floats) -> Penalty:
    """Exempt territories must not get worse than they are."""
    bands, problem = work.bands, work.problem
    low = np.where(bands.exempt, np.minimum(values, bands.targets), bands.low)
    high = np.where(bands.exempt, np.maximum(values, bands.targets), bands.high)
    inner = 0.1 / np.maximum(problem.tolerances, 0.005)
    inner = np.where(problem.weights > 0, inner, 0.0)
    weights = np.where(problem.weights > 0, problem.weights / max(problem.weights.max(), 1e-9), 1.0)
    return Penalty(low, high, bands.targets, bands.scale, weights, inner)


def _unit_costs(work: Work) -> Floats:
    """(n,) what moving each unit disturbs: its part of an average territory, and a bit more."""
    problem = work.problem
    whole = max(float(problem.retention.sum()), 1e-300) / problem.n_territories
    plain = _PER_UNIT * problem.n_territories / problem.n_units
    return np.asarray(problem.retention / whole + min(plain, 0.02))


def _mean_outline(work: Work, labels: Int32s) -> float:
    a, b = labels[work.graph.edges].T
    between = work.graph.lengths[a != b].sum()
    return float(2 * between / work.problem.n_territories)


def _hand_costs(work: Work) -> Floats:
    """(n,) what handing over each unit disturbs; 0 without accounts."""
    problem = work.problem
    whole = problem.handover.sum(0) / problem.n_territories
    if not (whole > 0).any():
        return np.zeros(problem.n_units)
    return np.asarray(0.5 * (problem.handover[:, whole > 0] / whole[whole > 0]).mean(1))


def _padded(rows: Int32s) -> Int32s:
    out = np.full((len(rows), LONGEST), -1, np.int32)
    out[:, 0] = rows
    return out


@kernel
def _parts(labels: Int32s, starts: Int32s, others: Int32s, touched: Bools) -> Int32s:
    """(k,) connected parts of some territories; 0 for the others."""
    count = np.zeros(len(touched), np.int32)
    seen = np.zeros(len(labels), np.bool_)
    queue = np.empty(len(labels), np.int32)
    for u in range(len(labels)):
        t = labels[u]
        if t < 0 or seen[u] or not touched[t]:
            continue
        count[t] += 1
        seen[u] = True
        queue[0] = u
        head, tail = 0, 1
        while head < tail:
            v = queue[head]
            head += 1
            for p in range(starts[v], starts[v + 1]):
                x = others[p]
                if labels[x] == t and not seen[x]:
                    seen[x] = True
                    queue[tail] = x
                    tail += 1
    return count


def parts_of_plan(work: Work, labels: Int32s) -> Int32s:
    """(k,) connected parts of each territory."""
    every = np.ones(work.problem.n_territories, bool)
    return np.asarray(_parts(labels, work.graph.starts, work.graph.others, every))
