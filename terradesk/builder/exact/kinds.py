"""A small problem as the exact method reads it: alike territories are one kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.clock import Work
from terradesk.builder.exact.sets import Band, Net
from terradesk.builder.problem import NOWHERE

MOST_UNITS = 160
_SLACK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Units, kinds of territories, and what it costs to give a unit to a centre.

    Parameters
    ----------
    net : Net
        The lead measure, the one with the narrowest bands, first; as moments the weight of
        unit i times km2 to unit j.
    bands : tuple of Band
        Of each kind.
    territories : tuple of ndarray of int32
        Which ones are of a kind.
    units : ndarray of int32, shape (n,)
        Their rows in the problem; those that may go nowhere are left out.
    """

    net: Net
    bands: tuple[Band, ...]
    territories: tuple[Int32s, ...]
    units: Int32s

    @property
    def moments(self) -> Floats:
        """(n, n) of `Net`."""
        return self.net.moments

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.moments)

    @property
    def counts(self) -> Floats:
        """Territories of each kind."""
        return np.array([float(len(t)) for t in self.territories])

    def cost(self, members: Bools) -> float:
        """Moment of a set round its best unit: activity times km2."""
        rows = np.flatnonzero(members)
        return float(self.moments[np.ix_(rows, rows)].sum(0).min())


def refusal(work: Work) -> str:
    """Why a problem cannot be finished exactly; empty when it can."""
    problem, options = work.problem, work.options
    if options.contiguity == "off":
        return "contiguity"
    if np.isfinite(problem.handover_caps).any() and problem.handover.shape[1]:
        return "handover"
    return ""


def make_case(work: Work, units: Int32s | None = None, rows: Int32s | None = None) -> Case:
    """The exact method's view of a problem, or of a part of it.

    Parameters
    ----------
    work : Work
        One without a `refusal`.
    units, rows : ndarray of int32, optional
        Units to be shared among some territories; by default all that may go somewhere, and all.
    """
    problem, bands = work.problem, work.bands
    if units is None:
        units = np.flatnonzero(problem.fixed != NOWHERE).astype(np.int32)
    if rows is None:
        rows = np.arange(problem.n_territories, dtype=np.int32)
    lead = _lead(work)
    masses = np.ascontiguousarray(np.roll(problem.activities[units], -lead, axis=1))
    slack = _SLACK / bands.scale
    low = np.roll(bands.low - problem.fixed_load - slack, -lead, axis=1)
    high = np.roll(bands.high - problem.fixed_load + slack, -lead, axis=1)
    low = np.where(np.isinf(low), 0.0, np.maximum(low, 0.0))
    high = np.where(np.isinf(high), masses.sum(0) * (1 + _SLACK) + 1e-300, high)
    allowed = problem.allowed[problem.allowed_class[units]].T
    found: dict[bytes, list[int]] = {}
    for t in rows.tolist():
        key = low[t].tobytes() + high[t].tobytes() + allowed[t].tobytes()
        found.setdefault(key, []).append(t)
    least, most = float(low[rows, 0].min()), float(high[rows, 0].max())
    return Case(
        net=_net(work, units, masses),
        bands=tuple(
            Band(
                low[g[0]].copy(),
                high[g[0]].copy(),
                np.ascontiguousarray(allowed[g[0]]),
                least,
                most,
                len(rows) - 1,
            )
            for g in found.values()
        ),
        territories=tuple(np.array(g, np.int32) for g in found.values()),
        units=units,
    )


def _lead(work: Work) -> int:
    """The measure whose bands are narrowest."""
    width = (work.bands.high - work.bands.low) * work.bands.scale
    width = np.where(np.isfinite(width), width, 1e9).mean(0)
    return int(width.argmin())


def _net(work: Work, units: Int32s, masses: Floats) -> Net:
    from terradesk.builder.graph import subgraph

    graph = work.graph if len(units) == work.problem.n_units else subgraph(work.graph, units)
    moments = _moments(work, units, masses[:, 0])
    return Net(graph.starts, graph.others, masses, moments)


def _moments(work: Work, units: Int32s, mass: Floats) -> Floats:
    xy = work.problem.xy[units]
    away = ((xy[:, None] - xy[None]) ** 2).sum(2)
    weight = work.problem.activities[units, 0]
    if not weight.any():
        weight = mass if mass.any() else np.ones(len(units))
    return np.ascontiguousarray(weight[:, None] * away)
