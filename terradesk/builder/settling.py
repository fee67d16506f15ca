"""Small maps that annealing leaves outside their bands: a plan by exact search, or the proof."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.clock import Clock, Work
from terradesk.builder.problem import Result, Violation

SECONDS = 5.0
"""Processor time of the search at the usual effort; with less effort there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """What an exact search made of a map.

    Parameters
    ----------
    labels : ndarray of int32, shape (n,)
        Within all bands where such a plan was found, else as they were.
    is_impossible : bool
        Proved: no plan is within all bands.
    is_cut_off : bool
        The time was up before either was known: on a faster machine it may end otherwise.
    """

    labels: Int32s
    is_impossible: bool = False
    is_cut_off: bool = False


def settle(work: Work, labels: Int32s, clock: Clock) -> Settled:
    """Search exactly where a small map, built from nothing, is still outside its bands.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
    clock : Clock

    Raises
    ------
    Stopped
    """
    from terradesk.builder.engine.energies import violation
    from terradesk.builder.exact.finishing import Finisher
    from terradesk.builder.exact.kinds import MOST_UNITS, make_case, refusal

    options = work.options
    is_asked = options.start == "new" and options.effort >= 1
    is_asked = is_asked and work.problem.n_units <= MOST_UNITS
    if not is_asked or refusal(work) or (labels < 0).any() or violation(work, labels) <= 0:
        return Settled(labels)
    search = Finisher(work, labels, clock, SECONDS * options.effort, takes_any=True)
    found = search.run(make_case(work))
    if np.isfinite(found.value):
        return Settled(found.labels)
    is_impossible = found.status == "infeasible"
    return Settled(labels, is_impossible, is_cut_off=not is_impossible)


def with_proof(result: Result) -> Result:
    """The result of a map for which no plan is within all bands: what is outside has to be."""

    def proven(one: Violation) -> Violation:
        return replace(one, is_avoidable=False) if one.kind == "tolerance" else one

    return replace(result, violations=tuple(map(proven, result.violations)))
