"""How much must cross which border: flows between territories, and moving units along them.

Surplus reaches a deficit that is not next to it through the territories between: a linear program
on the graph of territories says how much has to cross each border at least. Chains of moves then
follow it: units at the border are handed on, those that cost least first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.clock import Clock, Work
from terradesk.builder.engine.cutting import cut_pair
from terradesk.builder.engine.energies import Costs, sums_of
from terradesk.builder.engine.groups import bordering, make_group

_INSIDE = 0.97  # of the tolerance is aimed at
_SLACK = 1000.0  # cost of staying outside, in moves


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """What should cross borders between territories.

    Parameters
    ----------
    pairs : ndarray of int32, shape (q, 2)
        From and to, the largest flow first.
    amounts : ndarray of float64, shape (q,)
        Of the first measure.
    left : float
        Sum of what stays outside the bands whatever flows, as fractions of targets.
    """

    pairs: Int32s
    amounts: Floats
    left: float


def border_flows(work: Work, labels: Int32s) -> Flows:
    """Least total of the first measure that must cross borders to bring all into their bands.

    Other measures are taken to flow in the mixture that the giving territory has. A lower bound
    of what must move as long as units could be cut at will.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)

    Returns
    -------
    Flows
    """
    problem = work.problem
    starts, others = bordering(work, labels)
    giver = np.repeat(np.arange(problem.n_territories), np.diff(starts)).astype(np.int32)
    low, high = _aims(work)
    return _least(
        giver, others, sums_of(problem, labels), low, high, work.bands.scale, problem.targets
    )


def cost_of_a_new_one(work: Work, labels: Int32s, new: int, among: Int32s, clock: Clock) -> Floats:
    """What must cross borders when a territory without units grew out of another one's place.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
    new : int
        The territory without units.
    among : ndarray of int32, shape (q,)
        Territories in whose place it might begin; it would then border on their neighbours.
    clock : Clock

    Returns
    -------
    ndarray of float64, shape (q,)
        Of the first measure, and far more where it would be out of tolerance.
    """
    problem = work.problem
    starts, others = bordering(work, labels)
    giver = np.repeat(np.arange(problem.n_territories), np.diff(starts)).astype(np.int32)
    low, high = _aims(work)
    values, unit = sums_of(problem, labels), float(problem.targets[:, 0].mean())
    found = np.empty(len(among))
    for place, t in enumerate(among.tolist()):
        near = np.append(others[starts[t] : starts[t + 1]], t).astype(np.int32)
        to_new = np.full(len(near), new, np.int32)
        flows = _least(
            np.concatenate((giver, near)),
            np.concatenate((others, to_new)),
            values,
            low,
            high,
            work.bands.scale,
            problem.targets,
        )
        found[place] = flows.amounts.sum() + _SLACK * unit * flows.left
        clock.tick(0, labels)
    return found


def _least(
    giver: Int32s,
    taker: Int32s,
    values: Floats,
    low: Floats,
    high: Floats,
    scale: Floats,
    targets: Floats,
) -> Flows:
    """The linear program: least flow along arcs that brings all into their bands."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, eye_array, hstack, vstack

    k, q = len(values), len(giver)
    arcs, blocks, limits = np.arange(q), [], []
    rows = np.concatenate((taker, giver))
    for m in range(values.shape[1]):
        mixture = np.where(values[:, 0] > 0, values[:, m] / np.maximum(values[:, 0], 1e-300), 0.0)
        amount = mixture[giver]
        net = coo_array(
            (np.concatenate((amount, -amount)), (rows, np.concatenate((arcs, arcs)))), (k, q)
        )
        slack = -eye_array(k) / scale[:, m]
        for sign, limit in ((1, high[:, m] - values[:, m]), (-1, values[:, m] - low[:, m])):
            counts = np.isfinite(limit)
            blocks.append(hstack((sign * net, slack)).tocsr()[counts])
            limits.append(limit[counts])
    unit = max(float(targets[:, 0].mean()), 1e-300)
    prices = np.concatenate((np.full(q, 1 / unit), np.full(k, _SLACK)))
    found = linprog(
        prices, A_ub=vstack(blocks), b_ub=np.concatenate(limits), bounds=(0, None), method="highs"
    )
    if found.x is None:
        return Flows(np.empty((0, 2), np.int32), np.empty(0), float("inf"))
    flow = found.x[:q]
    order = np.argsort(-flow, kind="stable")
    order = order[flow[order] > 1e-9 * unit]
    pairs = np.stack((giver, taker), 1)[order].astype(np.int32)
    return Flows(pairs, flow[order], float(found.x[q:].sum()))


def _aims(work: Work) -> tuple[Floats, Floats]:
    bands = work.bands
    with np.errstate(invalid="ignore"):
        middle, half = (bands.low + bands.high) / 2, (bands.high - bands.low) / 2
        is_closed = np.isfinite(half)
        low = np.where(is_closed, middle - _INSIDE * half, bands.low)
        high = np.where(is_closed, middle + _INSIDE * half, bands.high)
    return low, high


def follow(
    work: Work,
    labels: Int32s,
    flows: Flows,
    clock: Clock,
    costs: Costs,
    rng: np.random.Generator,
    trees: int = 120,
) -> None:
    """Hand units on along flows, in place, those that cost least.

    Borders are taken one after the other, those first whose giver waits for nothing. Both
    territories are cut anew so that the giver is left with what it still has to pass on, the
    taker with what it has yet to pass on or get.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
        Every territory whole, and so they stay.
    flows : Flows
    clock : Clock
    costs : Costs
        Of the whole map.
    rng : numpy.random.Generator
    trees : int
        Spanning trees tried at each border.

    Raises
    ------
    Stopped
        By the clock; ``labels`` are valid then.
    """
    low, high = _aims(work)
    values = sums_of(work.problem, labels)
    mixture = values / np.maximum(values[:, :1], 1e-300)
    passed = flows.amounts[:, None] * mixture[flows.pairs[:, 0]]  # (q, m)
    due = np.zeros_like(values)  # still to be given less still to be got
    np.add.at(due, flows.pairs[:, 0], passed)
    np.subtract.at(due, flows.pairs[:, 1], passed)
    for q in _in_turn(flows):
        pair = flows.pairs[q]
        due[pair[0]] -= passed[q]
        due[pair[1]] += passed[q]
        group = make_group(work, labels, pair)
        own = group.within(labels)
        shifted = due[group.territories]
        found = cut_pair(
            group.work, own, low[pair] + shifted, high[pair] + shifted, costs, clock, rng, trees
        )
        if found is not None:
            labels[:] = group.put(found, labels)


def _in_turn(flows: Flows) -> list[int]:
    """Order of the flows: a giver after all that flows into it, as far as there is an order."""
    left = list(range(len(flows.pairs)))
    order = []
    while left:
        takers = {int(flows.pairs[q, 1]) for q in left}
        ready = [q for q in left if int(flows.pairs[q, 0]) not in takers] or left[:1]
        order += ready
        left = [q for q in left if q not in set(ready)]
    return order
