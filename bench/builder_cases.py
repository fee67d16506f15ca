"""What the builder is measured on: maps made from `resources` alone, and the questions asked.

Activity of counties: workload = population ** 0.75. Of ZIP areas: population; revenue = households
x median income x lognormal(0, 0.5); accounts = Poisson around population / 900; workload = 2 h for
each account and 1 h for each 60 km2. Of block groups: lognormal(7, 0.5). Seeds are fixed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from terradesk import paths

_VERSION = 2


@dataclass(frozen=True, eq=False)
class Instance:
    """Units and neighbours in km, km2, and named activities."""

    name: str
    xy: np.ndarray
    edges: np.ndarray
    borders: np.ndarray
    kinds: np.ndarray
    areas: np.ndarray
    perimeters: np.ndarray
    activities: dict[str, np.ndarray]
    states: np.ndarray

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.xy)

    def problem(self, measures: tuple[str, ...], k: int, tolerance: Any, **wishes: Any) -> Any:
        """A `Problem` on this map."""
        from terradesk.builder import make_problem

        work = np.column_stack([self.activities[name] for name in measures])
        shape = {
            "borders": self.borders,
            "kinds": self.kinds,
            "areas": self.areas,
            "perimeters": self.perimeters,
        }
        wishes = {"tolerances": tolerance} | shape | wishes
        return make_problem(self.xy, self.edges, wishes.pop("activities", work), k, **wishes)

    def part(self, rows: np.ndarray, name: str) -> Instance:
        """Some units alone; borders with the others become outline."""
        new = np.full(self.n, -1)
        new[rows] = np.arange(len(rows))
        keep = (new[self.edges] >= 0).all(1)
        return Instance(
            name, self.xy[rows], new[self.edges[keep]], self.borders[keep], self.kinds[keep],
            self.areas[rows], self.perimeters[rows],
            {key: one[rows] for key, one in self.activities.items()}, self.states[rows],
        )  # fmt: skip


# ---------------------------------------------------------------------- maps
@cache
def load(name: str, folder: str = "") -> Instance:
    """A map by name: "counties", "zips", "blocks", "random N" or the code of a US state.

    With a folder an ``.npz`` in it whose name holds that of the map is read instead: xy, edges,
    blen (km), area, per, act (n, m), act_names, state.
    """
    if name.startswith("random "):
        return _random(int(name.split()[1]))
    if name.isdigit():
        whole = load("counties", folder)
        return whole.part(np.flatnonzero(whole.states == name), name)
    given = sorted(Path(folder).glob(f"*{name}*.npz")) if folder else []
    return _given(name, given[0]) if given else _kept(name)


def _given(name: str, file: Path) -> Instance:
    data = np.load(file, allow_pickle=False)
    columns = {str(key).split("_")[0]: data["act"][:, i] for i, key in enumerate(data["act_names"])}
    columns = {key.rstrip("0123456789"): values for key, values in columns.items()}
    edges = data["edges"]
    return Instance(
        name, data["xy"], edges, data["blen"], np.zeros(len(edges), np.uint8), data["area"],
        data["per"], columns, data["state"],
    )  # fmt: skip


def _kept(name: str) -> Instance:
    digest = hashlib.sha256(f"{_VERSION} {name}".encode()).hexdigest()[:8]
    file = paths.cache_dir() / "bench" / f"{digest}-{name}.npz"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        made = _MAKERS[name]()
        table = {f"act {key}": values for key, values in made.activities.items()}
        shape = {key: getattr(made, key) for key in _SHAPE}
        with file.with_suffix(".part").open("wb") as out:
            np.savez(out, **shape, **table)
        file.with_suffix(".part").replace(file)
    data = np.load(file, allow_pickle=False)
    activities = {key[4:]: data[key] for key in data if key.startswith("act ")}
    return Instance(name, **{key: data[key] for key in _SHAPE}, activities=activities)


_SHAPE = ("xy", "edges", "borders", "kinds", "areas", "perimeters", "states")


def _counties() -> Instance:
    from terradesk import sample

    plan = sample.new_from_map("us_county")
    people = np.nan_to_num(plan.units.columns["population"].astype(float))
    jobs = np.nan_to_num(plan.units.columns["employment"].astype(float))
    states = np.array([code[:2] for code in plan.units.codes], "U2")
    activities = {"population": people, "workload": people**0.75, "employment": jobs}
    return _from_plan("counties", plan, activities, states)


def _zips() -> Instance:
    from terradesk import sample

    plan = sample.new_from_map("us_zip")
    columns = plan.units.columns
    random = np.random.default_rng(7)
    people, homes, income = (
        np.nan_to_num(columns[name].astype(float))
        for name in ("population", "households", "median_household_income")
    )
    accounts = random.poisson(people / 900).astype(float)
    assert plan.arcs is not None
    activities = {
        "population": people,
        "revenue": homes * income * random.lognormal(0, 0.5, len(people)),
        "accounts": accounts,
        "workload": 2 * accounts + plan.arcs.areas / 60e6,
    }
    return _from_plan("zips", plan, activities, columns["state"].astype("U"))


def _blocks() -> Instance:
    from bench import layers

    plan = layers.blocks().plan
    n = len(plan.units)
    random = np.random.default_rng(7)
    return _from_plan("blocks", plan, {"people": random.lognormal(7, 0.5, n)}, np.zeros(n, "U2"))


def _from_plan(
    name: str, plan: Any, activities: dict[str, np.ndarray], states: np.ndarray
) -> Instance:
    from terradesk.builder import CORNER
    from terradesk.builder.plans.terrain import terrain

    found = terrain(plan)
    counts = found.kinds != CORNER
    areas = np.maximum(found.areas, 0)  # a few wriggly blocks cross themselves
    return Instance(
        name, found.xy, found.edges[counts], found.borders[counts], found.kinds[counts], areas,
        found.perimeters, activities, states,
    )  # fmt: skip


_MAKERS: dict[str, Callable[[], Instance]] = {
    "counties": _counties,
    "zips": _zips,
    "blocks": _blocks,
}


def _random(n: int) -> Instance:
    """Neighbours by triangulation of random places, borders of 1 km, activity 1 to 10."""
    from scipy.spatial import Delaunay

    random = np.random.default_rng(n)
    xy = random.uniform(0, 100, (n, 2))
    corners = Delaunay(xy).simplices
    pairs = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), 1)
    edges = np.unique(pairs, axis=0).astype(np.int32)
    ones = np.ones(len(edges))
    around = np.bincount(edges.ravel(), np.repeat(ones, 2), n)
    work = {"workload": random.uniform(1, 10, n)}
    none = np.zeros(n, "U2")
    return Instance(
        f"random {n}", xy, edges, ones, np.zeros(len(edges), np.uint8), np.ones(n), around, work,
        none,
    )  # fmt: skip


# ---------------------------------------------------------------------- questions
@dataclass(frozen=True)
class Case:
    """One row of the table: a map, what is balanced, how tight, what is aimed at."""

    title: str
    instance: str
    measures: tuple[str, ...]
    k: int
    tolerance: float
    goal: str = ""
    kind: str = "build"
    seeds: int = 3
    peers: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


_ALL = ("metis", "recom", "ward", "skater", "maxp")
_WORK = ("workload",)
CASES: dict[str, Case] = {
    "county5": Case(
        "counties, K=50, workload, ±5 %", "counties", _WORK, 50, 0.05,
        "2 s, PP .44, rms 150, 0 out", seeds=7, peers=_ALL,
    ),
    "county1": Case(
        "counties, K=50, workload, ±1 %", "counties", _WORK, 50, 0.01, "4 s, PP .40, 0 out",
        seeds=7, peers=("metis", "recom"),
    ),
    "zip5": Case(
        "ZIP areas, K=200, population, ±5 %", "zips", ("population",), 200, 0.05,
        "3 s, PP .575, border 61,000, 0 out", peers=("metis", "recom", "ward"),
    ),
    "zip1": Case(
        "ZIP areas, K=200, population, ±1 %", "zips", ("population",), 200, 0.01,
        "8 s, PP .53, 0 out", peers=("metis",),
    ),
    "zip1000": Case(
        "ZIP areas, K=1000, population, ±5 %", "zips", ("population",), 1000, 0.05,
        "8 s, PP .60, 0 avoidable out", peers=("metis",),
    ),
    "big200": Case(
        "236,000 units, K=200, ±5 %", "blocks", ("people",), 200, 0.05, "7 s, 0 out, 600 MB",
        seeds=2, peers=("metis",),
    ),
    "big1000": Case(
        "236,000 units, K=1000, ±5 %", "blocks", ("people",), 1000, 0.05, "12 s, 0 out, 600 MB",
        seeds=2, peers=("metis",),
    ),
    "realign": Case(
        "realign counties after 15 % drift, K=50, ±5 %", "counties", _WORK, 50, 0.05,
        "98 % kept in 1 s, 0 avoidable out", kind="realign", seeds=7,
        options={"start": "baseline", "keep": 0.5},
    ),
    "pareto": Case(
        "choices between balance, shape and keeping, same drift", "counties", _WORK, 50, 0.05,
        "5 to 7 in 6 s", kind="pareto",
    ),
    "two": Case(
        "ZIP areas, K=200, population and accounts, ±5 %", "zips", ("population", "accounts"), 200,
        0.05, "PP .50, 0 out",
    ),
    "three": Case(
        "ZIP areas, K=200, population, revenue and workload, ±5 %", "zips",
        ("population", "revenue", "workload"), 200, 0.05, "an honest best", seeds=2,
    ),
    "homes": Case(
        "counties, 50 homes as centres, ±5 %", "counties", _WORK, 50, 0.05, "0 out", kind="homes",
    ),
    "diagnose": Case(
        "why not? counties, K=50, population, ±5 %", "counties", ("population",), 50, 0.05,
        "0.1 s", kind="diagnose",
    ),
    "diagnose1": Case(
        "why not? counties, K=50, workload, ±1 %", "counties", _WORK, 50, 0.01, "0.1 s",
        kind="diagnose",
    ),
    "diagnose200": Case(
        "why not? counties, K=200, population, ±5 %", "counties", ("population",), 200, 0.05,
        "0.1 s", kind="diagnose",
    ),
    "diagnosezip": Case(
        "why not? ZIP areas, K=1000, population, ±5 %", "zips", ("population",), 1000, 0.05, "1 s",
        kind="diagnose",
    ),
}  # fmt: skip

_SMALL = (
    ("NH", "33", 2), ("ME", "23", 2), ("NV", "32", 4), ("UT", "49", 4), ("NM", "35", 3),
    ("ID", "16", 2), ("SC", "45", 7), ("WV", "54", 3), ("LA", "22", 6), ("AL", "01", 7),
    ("AR", "05", 4), ("KS", "20", 4),
)  # fmt: skip
_RANDOM = ((16, 2), (30, 3), (50, 4), (75, 5), (105, 8))
CASES |= {
    f"small {name}": Case(
        f"{name} counties, K={k}", code, ("population",), k, 0.005, "optimum or proof in 60 s",
        kind="small", seeds=1,
    )
    for name, code, k in _SMALL
} | {
    f"small {n}": Case(
        f"random graph of {n}, K={k}", f"random {n}", _WORK, k, 0.005, "optimum or proof in 60 s",
        kind="small", seeds=1,
    )
    for n, k in _RANDOM
}  # fmt: skip
"""Every question by its short name."""
