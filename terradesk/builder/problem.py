"""What the builder is asked, and what it answers: arrays only, usable without a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from terradesk.arcs.jit import Bools, Bytes, Floats, Int32s
from terradesk.errors import TerraDeskError

SHARED, CORNER, WATER, BARRIER = 0, 1, 2, 3
"""Kinds of edges: a shared border, a point that two units share, a water link, a border that no
territory may cross."""

FREE, NOWHERE = -1, -2
"""In `Problem.fixed`: may go to several territories, to none."""


class BadWish(TerraDeskError):
    """What was asked cannot be asked: contradictory or meaningless numbers."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Units to be shared among territories, and what each territory should get.

    Made by `make_problem`, which fills in what is left out and refuses what makes no sense.
    n = units, e = pairs of neighbours, k = territories, m = measures, h = kinds of handover.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 2)
        Centre of each unit in km, equal-area.
    edges : ndarray of int32, shape (e, 2)
        Pairs of neighbours, each once.
    borders : ndarray of float64, shape (e,)
        Length of the shared border in km; 0 for corners and water links.
    kinds : ndarray of uint8, shape (e,)
        SHARED, CORNER, WATER or BARRIER.
    areas, perimeters : ndarray of float64, shape (n,)
        km2, and km of the whole outline of each unit, coast included.
    activities : ndarray of float64, shape (n, m)
        What is balanced, never negative; the first measure leads.
    targets : ndarray of float64, shape (k, m)
        What each territory should have, fixed load included.
    tolerances, weights : ndarray of float64, shape (m,)
        Accepted deviation as a fraction of the target; how much a measure counts among the others.
    minimum, maximum : ndarray of float64, shape (k, m)
        Hard limits, 0 and inf for none.
    fixed_load : ndarray of float64, shape (k, m)
        What territories have besides units: named accounts and accounts assigned by a rule.
    allowed : ndarray of bool, shape (c, k)
        Territories that a unit of each class may belong to.
    allowed_class : ndarray of int32, shape (n,)
        Row of `allowed` of each unit.
    districts : ndarray of int32, shape (n,)
        District (state) of each unit that should stay whole where avoidable, -1 none.
    seeds : ndarray of float64, shape (k, 2)
        Fixed centres of territories in km (homes of reps), NaN for a free centre.
    baseline : ndarray of int32, shape (n,)
        Present territory of each unit, -1 none.
    retention : ndarray of float64, shape (n,)
        What should keep its territory, by default the first measure.
    handover : ndarray of float64, shape (n, h)
        What changes hands when a unit leaves its baseline territory, e.g. number of accounts.
    handover_caps : ndarray of float64, shape (k, h)
        Most that one territory may hand over, and most that it may take over; inf for no limit.
    """

    xy: Floats
    edges: Int32s
    borders: Floats
    kinds: Bytes
    areas: Floats
    perimeters: Floats
    activities: Floats
    targets: Floats
    tolerances: Floats
    weights: Floats
    minimum: Floats
    maximum: Floats
    fixed_load: Floats
    allowed: Bools
    allowed_class: Int32s
    districts: Int32s
    seeds: Floats
    baseline: Int32s
    retention: Floats
    handover: Floats
    handover_caps: Floats

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.xy)

    @property
    def n_territories(self) -> int:
        """Number of territories."""
        return len(self.targets)

    @property
    def n_measures(self) -> int:
        """Number of balanced measures."""
        return self.activities.shape[1]

    @property
    def has_baseline(self) -> bool:
        """Whether any unit has a territory already."""
        return bool((self.baseline >= 0).any())

    @cached_property
    def fixed(self) -> Int32s:
        """(n,) int32: the one territory a unit may belong to, FREE (-1) or NOWHERE (-2)."""
        counts = self.allowed.sum(1)
        only = np.where(counts == 1, self.allowed.argmax(1), np.where(counts == 0, NOWHERE, FREE))
        return only.astype(np.int32)[self.allowed_class]

    @cached_property
    def is_restricted(self) -> bool:
        """Whether any unit may not go to every territory."""
        return not bool(self.allowed.all())


@dataclass(frozen=True, slots=True)
class Options:
    """How to build.

    Parameters
    ----------
    start : {"new", "baseline", "fill", "near"}
        From nothing; improve the baseline; keep the baseline and give out what is unassigned; as
        "fill", but neighbours may shift areas, and theirs, as far as tolerance needs it, also to
        make room for territories that have nothing.
    contiguity : {"edge", "corner", "off"}
        Which neighbours hold a territory together; water links always do.
    compactness : float
        0 ... 1: how much compact shape counts against everything but tolerance; 0.5 is usual.
    keep : float
        0 ... 1: how much keeping the baseline counts; 0 = free, 1 = move as little as possible.
    keep_districts : float
        0 ... 1: how much a district that is split counts.
    effort : float
        Multiplies the moves tried: 0.25 quick, 1 usual, 4 thorough.
    starts : int
        Independent runs from seeds ``seed``, ``seed + 1`` ..., of which the best is given.
    seed : int
        Run number: the same one gives the same result.
    time_limit : float
        Seconds after which the best so far is returned, marked as such; inf for none.
    joins_islands : bool
        Whether areas without any neighbour count as linked to the nearest area.
    seeds_hold : bool
        Whether territories stay around their seeds; if not, they only begin there ("new").
    """

    start: str = "new"
    contiguity: str = "edge"
    compactness: float = 0.5
    keep: float = 0.0
    keep_districts: float = 0.0
    effort: float = 1.0
    starts: int = 1
    seed: int = 1
    time_limit: float = float("inf")
    joins_islands: bool = True
    seeds_hold: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Violation:
    """One wish that the result does not meet.

    Parameters
    ----------
    kind : str
        "tolerance", "minimum", "maximum", "split", "empty", "unassigned", "handover", "lock".
    territory : int
        -1 when none is concerned.
    measure : int
        -1 when none is concerned.
    amount : float
        Deviation as a fraction of the target ("tolerance"), what is missing or too much in the
        measure's unit, number of parts, of units ...
    units : ndarray of int32, shape (q,)
        Units concerned, for the map; may be empty.
    is_avoidable : bool
        False where a proof says that no plan can do better (an area larger than the target).
    """

    kind: str
    territory: int = -1
    measure: int = -1
    amount: float = 0.0
    units: Int32s = field(default_factory=lambda: np.empty(0, np.int32))
    is_avoidable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What an assignment gives, per territory.

    Parameters
    ----------
    values, targets, deviations : ndarray of float64, shape (k, m)
        Fixed load included; targets as adjusted for territories that cannot meet theirs;
        ``value / target - 1``, NaN where the target is 0.
    exempt : ndarray of bool, shape (k,)
        Cannot meet its tolerance whatever is done (see `terradesk.builder.bands`).
    n_units, parts : ndarray of int32, shape (k,)
        Units; connected parts, 1 = in one piece, 0 = empty.
    compactness : ndarray of float64, shape (k,)
        Polsby-Popper, NaN when empty.
    distance : float
        Mean km to the territory's centre (its seed, else the centroid), weighted by the first
        measure.
    border : float
        km of border between territories.
    kept : float
        Share of `Problem.retention` of baseline units that keeps its territory; NaN without.
    handed, taken : ndarray of float64, shape (k, h)
        What changes hands.
    n_split_districts : int
    """

    values: Floats
    targets: Floats
    deviations: Floats
    exempt: Bools
    n_units: Int32s
    parts: Int32s
    compactness: Floats
    distance: float
    border: float
    kept: float
    handed: Floats
    taken: Floats
    n_split_districts: int


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The best so far while the builder works.

    Parameters
    ----------
    assignment : ndarray of int32, shape (n,)
        A copy, -1 unassigned.
    fraction : float
        Of the work done, 0 ... 1.
    iterations : int
        Moves tried so far.
    n_out : int
        Territories outside their band.
    worst : float
        Largest violation as a fraction of the target beyond 0, i.e. the worst deviation of the
        territories that are not exempt.
    compactness : float
        Mean Polsby-Popper.
    seconds : float
        Since the start.
    """

    assignment: Int32s
    fraction: float
    iterations: int
    n_out: int
    worst: float
    compactness: float
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What the builder found.

    Parameters
    ----------
    assignment : ndarray of int32, shape (n,)
        Territory 0 ... k - 1 of each unit; -1 only for units that no territory may have.
    figures : Figures
    violations : tuple of Violation
        Everything that is not as it was asked, by the independent verifier; empty = all well.
    stopped : {"complete", "cancelled", "time"}
        Whether the whole budget was used; if not, the result depends on when it was stopped.
    iterations : int
        Moves tried.
    seed : int
        The run that gave it.
    seconds : float
        Processor time.
    version : str
        Of the builder's method: the same seed gives the same result only within a version.
    """

    assignment: Int32s
    figures: Figures
    violations: tuple[Violation, ...]
    stopped: str
    iterations: int
    seed: int
    seconds: float
    version: str

    @property
    def is_valid(self) -> bool:
        """Whether nothing is broken that must never be: locks, unassigned units, whole pieces."""
        return not any(v.kind in ("unassigned", "empty", "lock", "split") for v in self.violations)


VERSION = "1"
"""Version of the method; raised when the same seed gives another result than before."""
