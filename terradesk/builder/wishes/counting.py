"""How many territories a workload or a capacity asks for."""

from __future__ import annotations

from typing import Any

import numpy as np

from terradesk.arcs.jit import Floats
from terradesk.builder.problem import BadWish
from terradesk.i18n import _


def number_for(
    activities: Any,
    *,
    workload: float | None = None,
    capacity: Any = None,
    bounds: tuple[int, int | None] = (1, None),
    fixed: float = 0.0,
) -> int:
    """How many territories the work is for.

    Parameters
    ----------
    activities : (n,) or (n, m) float
        Of units; the first measure for a workload, all of them for a capacity.
    workload : float, optional
        What one territory should have: the nearest number.
    capacity : float or (m,) float, optional
        What one territory can have at most: the smallest number that holds it all; a unit that is
        heavier fills a territory by itself.
    bounds : (int, int or None)
        Fewest and most.
    fixed : float
        Activity of the first measure besides units.

    Returns
    -------
    int
        At least 1, within the bounds and not above the number of units.

    Raises
    ------
    BadWish
        If neither or both are given, or one is not above 0.

    Examples
    --------
    >>> number_for([60.0, 60.0, 60.0, 60.0], workload=100.0)
    2
    >>> number_for([60.0, 60.0, 60.0, 60.0], capacity=100.0, bounds=(1, 10))
    3
    """
    table = np.asarray(activities, np.float64)
    table = table[:, None] if table.ndim == 1 else table
    wanted = np.atleast_1d(np.asarray(capacity if workload is None else workload, np.float64))
    if (workload is None) == (capacity is None) or not (wanted > 0).all():
        raise BadWish(
            _("Say how much work one territory should have."), _("Type a number above 0.")
        )
    loads = table.sum(0)
    loads[0] += fixed
    if workload is not None:
        number = int(np.floor(loads[0] / wanted[0] + 0.5))
    else:
        number = max(
            _holding(table[:, m], loads[m], wanted[min(m, len(wanted) - 1)])
            for m in range(table.shape[1])
        )
    most = len(table) if bounds[1] is None else min(bounds[1], len(table))
    return max(1, min(max(number, bounds[0]), most))


def _holding(values: Floats, load: float, room: float) -> int:
    """Fewest territories with that room: heavy units fill one each, the others share the rest."""
    heavy = values[values > room]
    rest = load - heavy.sum()
    return len(heavy) + int(np.ceil(rest / room - 1e-9))
