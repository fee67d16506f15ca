"""Two or three territories of few units made anew, exactly: for tight tolerances on coarse maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.clock import Clock, Work
from terradesk.builder.exact.finishing import Finished, Finisher
from terradesk.builder.exact.kinds import make_case, refusal

MOST_REJOINED = 80
"""Units that neighbouring territories may have in all."""


def rejoin(
    work: Work,
    labels: Int32s,
    territories: Sequence[int],
    clock: Clock,
    seconds: float = 1.0,
    takes_any: bool = True,
) -> Finished:
    """Share the units of a few neighbouring territories anew, so that each is within its bands.

    For local rebuilding where annealing finds no combination of few heavy units: each territory
    is whole, locks, fixed load and all measures are kept. With "infeasible" the group must be
    widened or left; the proof holds for these territories and their present units together.

    Parameters
    ----------
    work : Work
        Of the whole map.
    labels : ndarray of int32, shape (n,)
        Not changed; the labels of the answer differ from it in these territories only.
    territories : sequence of int
        Usually two or three that touch each other.
    clock : Clock
        Ticked every 50 ms.
    seconds : float
        Of processor time.
    takes_any : bool
        Take the first plan within the bands (status "limit", a finite value); otherwise the one
        of least moment.

    Returns
    -------
    Finished
        ``np.isfinite(value)`` when all of them are within their bands.
    """
    rows = np.array(sorted(set(territories)), np.int32)
    units = np.flatnonzero(np.isin(labels, rows)).astype(np.int32)
    search = Finisher(work, labels, clock, seconds, takes_any)
    if refusal(work) or len(units) > MOST_REJOINED:
        return search.told("limit", -np.inf)
    return search.run(make_case(work, units, rows))
