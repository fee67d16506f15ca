"""Draw the 25 territories of the sample plan on the US counties; keep them in resources/sample.

Run from the root of the project: ``python scripts/build_sample_territories.py [picture.png]``.
A power diagram around hand-placed start points, then annealing of the borders: short, along state
lines where that costs little, each territory in one piece and close to the population that the
story of the sample gives it. Last the counties of `STORY` are set by hand. The result is
committed, so that the sample is the same everywhere and opens quickly.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from terradesk import projection  # noqa: E402
from terradesk import records as rec  # noqa: E402
from terradesk.palettes import neighbour_colours  # noqa: E402
from terradesk.plan import Plan  # noqa: E402
from terradesk.sample import new_from_map  # noqa: E402

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Near = list[list[tuple[int, float]]]

FOLDER = ROOT / "resources" / "sample"
STATE_LINE = 0.4  # what a border along a state line costs of one elsewhere
WATER_LINK = 20.0  # km of shared border that an island's link to the coast counts for
STEPS = 900_000
HOT, COLD = 60.0, 1.5  # km of border that an annealing step may lose at first and at last
GATHER = 0.04  # km of border that a county costs for each km farther from the start point
STRICT = 8e5  # km of border that a squared deviation of 1 costs

# Start point (lon, lat), home county and wanted deviation from an equal share of the population.
TERRITORIES: dict[str, tuple[float, float, str, float]] = {
    "Seattle": (-120.6, 46.2, "53033", -0.03),
    "San Francisco": (-121.6, 38.6, "06075", 0.075),
    "Los Angeles": (-118.6, 34.5, "06037", -0.18),
    "Riverside": (-116.6, 34.2, "06065", 0.078),
    "Phoenix": (-110.8, 34.2, "04013", -0.065),
    "Denver": (-108.5, 41.3, "08031", -0.092),
    "Minneapolis": (-94.6, 45.6, "27053", 0.155),
    "Kansas City": (-95.6, 39.2, "29095", -0.045),
    "Chicago": (-88.4, 41.3, "17031", 0.125),
    "Detroit": (-84.8, 43.0, "26163", 0.035),
    "Columbus": (-82.5, 39.6, "39049", -0.045),
    "Dallas": (-99.0, 34.0, "48113", 0.13),
    "Houston": (-94.5, 30.6, "48201", 0.01),
    "San Antonio": (-99.4, 29.4, "48029", 0.015),
    "Memphis": (-90.0, 33.8, "47157", -0.16),
    "Nashville": (-86.4, 36.8, "47037", 0.045),
    "Atlanta": (-84.0, 33.6, "13121", 0.108),
    "Raleigh": (-79.0, 36.0, "37183", -0.15),
    "Jacksonville": (-82.6, 31.0, "12031", -0.05),
    "Miami": (-80.8, 26.6, "12086", 0.17),
    "Washington": (-77.6, 38.8, "11001", -0.05),
    "Buffalo": (-77.2, 42.2, "36029", -0.14),
    "Philadelphia": (-75.6, 40.3, "42101", -0.02),
    "New York": (-73.8, 41.0, "36061", 0.12),
    "Boston": (-71.4, 43.2, "25025", 0.01),
}

WHOLE = {"California": ("San Francisco", "Los Angeles", "Riverside")}

# What the sample tells, set by hand: three counties that nobody has inside Denver, the part of
# Raleigh around Charleston that hangs together with nothing, and the counties of Dallas around
# Amarillo that, after the gap, bring both Dallas and Denver into tolerance.
GAP = ("08045", "08077", "08103")
DETACHED = {"45015": "Raleigh", "45019": "Raleigh", "45035": "Raleigh"}
SECOND_DRAG = (
    *("40007", "40025", "40139", "48065", "48111", "48117", "48195"),
    *("48205", "48233", "48341", "48359", "48375", "48381", "48421"),
)


class Counties:
    """What the search needs to know of the map."""

    def __init__(self, plan: Plan) -> None:
        arcs = plan.coverage
        assert arcs is not None
        self.plan = plan
        self.codes: list[str] = plan.units.codes.tolist()
        self.row = {code: row for row, code in enumerate(self.codes)}
        self.population: Floats = np.nan_to_num(plan.units.column("population"))
        self.xy: Floats = arcs.centres / 100 + np.array(arcs.origin)
        self.state: NDArray[np.object_] = plan.units.column("state")
        near = arcs.adjacency
        self.near: Near = []
        for unit in range(len(self.codes)):
            span = slice(near.starts[unit], near.starts[unit + 1])
            pairs = zip(near.neighbours[span].tolist(), near.lengths[span].tolist(), strict=True)
            self.near.append([(v, self._cost(unit, v, metres)) for v, metres in pairs])
        for bridge in plan.rows(rec.Bridge):
            a, b = bridge.unit_a, bridge.unit_b
            if not (self.near[a] and self.near[b]):  # others are roads: they look detached
                self.near[a].append((b, WATER_LINK))
                self.near[b].append((a, WATER_LINK))

    def _cost(self, a: int, b: int, metres: float) -> float:
        return metres / 1000 * (STATE_LINE if self.state[a] != self.state[b] else 1.0)


def targets(counties: Counties, wanted: Floats) -> Floats:
    """Population that each territory should have, by its wanted deviation."""
    return counties.population.sum() / len(wanted) * (1 + wanted - wanted.mean())


def start_points(counties: Counties) -> Floats:
    """Start points, (n, 2) metres."""
    lonlat = np.array([t[:2] for t in TERRITORIES.values()])
    return np.asarray(projection.to_plan(lonlat, "EPSG:4326", counties.plan.crs))


def power_diagram(counties: Counties, goal: Floats, rounds: int = 700) -> Ints:
    """Territory of the nearest start point, with weights that follow the shortage of each."""
    seeds = start_points(counties)
    homes = np.array([counties.row[t[2]] for t in TERRITORIES.values()])
    xy = counties.xy.copy()
    for state in np.unique(counties.state):  # drawn together by state, so that states stay whole
        own = counties.state == state
        xy[own] += 0.22 * (np.average(xy[own], 0, counties.population[own] + 1) - xy[own])
    squares = ((xy[:, None] - seeds[None]) ** 2).sum(2)
    squares[strays(counties)] = np.inf
    weight = np.zeros(len(seeds))
    labels = np.zeros(len(xy), np.int64)
    for step in range(rounds):
        labels = (squares - weight).argmin(1)
        labels[homes] = np.arange(len(homes))
        short = 1 - np.bincount(labels, counties.population, len(seeds)) / goal
        weight += 6e10 * 0.02 ** (step / rounds) * np.clip(short, -0.6, 0.6)
    return labels


def detached(counties: Counties) -> dict[int, int]:
    """Territory of each county of the detached part."""
    names = list(TERRITORIES)
    return {counties.row[code]: names.index(name) for code, name in DETACHED.items()}


def strays(counties: Counties) -> NDArray[np.bool_]:
    """Whether a territory may not have a county, (n_counties, n_territories), by `WHOLE`."""
    out = np.zeros((len(counties.codes), len(TERRITORIES)), bool)
    for state, names in WHOLE.items():
        is_inside = np.array(counties.state == state)
        is_own = np.isin(list(TERRITORIES), names)
        out |= is_inside[:, None] != is_own[None]
    return out


def one_piece(counties: Counties, labels: Ints, apart: dict[int, int]) -> Ints:
    """Give every part without the home county to the neighbour with the longest border.

    Counties that stand ``apart`` get the territory given there.
    """
    labels = labels.copy()
    labels[list(apart)] = list(apart.values())
    reached = np.isin(np.arange(len(labels)), list(apart))
    for territory, (*_, home, _wanted) in enumerate(TERRITORIES.values()):
        todo = [counties.row[home]]
        while todo:
            unit = todo.pop()
            if not reached[unit] and labels[unit] == territory:
                reached[unit] = True
                todo += [v for v, _km in counties.near[unit]]
    while not reached.all():
        for unit in np.flatnonzero(~reached).tolist():
            votes: dict[int, float] = {}
            for v, km in counties.near[unit]:
                if reached[v] and v not in apart:
                    votes[int(labels[v])] = votes.get(int(labels[v]), 0.0) + km
            if votes:
                labels[unit] = max(votes, key=lambda t: votes[t])
                reached[unit] = True
    return labels


class Annealing:
    """Counties on a border change sides while borders get shorter and populations fit."""

    def __init__(
        self, counties: Counties, labels: Ints, goal: Floats, apart: dict[int, int]
    ) -> None:
        self.near, self.population = counties.near, counties.population.tolist()
        self.labels: list[int] = labels.tolist()
        self.goal: list[float] = goal.tolist()
        self.sums: list[float] = np.bincount(labels, counties.population, len(goal)).tolist()
        far = np.linalg.norm(counties.xy[:, None] - start_points(counties)[None], axis=2)
        far[strays(counties)] = np.inf
        self.far: list[list[float]] = (GATHER * far / 1000).tolist()
        self.apart = set(apart)
        self.homes = {counties.row[t[2]] for t in TERRITORIES.values()} | self.apart
        self.random = random.Random(35)

    def run(self, steps: int = STEPS) -> Ints:
        """Anneal; the labels at the end."""
        movable = [unit for unit in range(len(self.labels)) if unit not in self.homes]
        for step in range(steps):
            heat = HOT * (COLD / HOT) ** (step / steps)
            unit = movable[int(self.random.random() * len(movable))]
            near = self.near[unit]
            beside = near[int(self.random.random() * len(near))][0]
            if self.labels[beside] != self.labels[unit] and beside not in self.apart:
                self._try(unit, self.labels[beside], heat)
        return np.array(self.labels)

    def _try(self, unit: int, to: int, heat: float) -> None:
        here, people = self.labels[unit], self.population[unit]
        change = sum(
            km * ((self.labels[v] == here) - (self.labels[v] == to)) for v, km in self.near[unit]
        )
        change += self.far[unit][to] - self.far[unit][here]
        for territory, delta in ((here, -people), (to, people)):
            off = (self.sums[territory] - self.goal[territory]) / self.goal[territory]
            step = delta / self.goal[territory]
            change += STRICT * ((off + step) ** 2 - off**2)
        if change > 0 and self.random.random() >= np.exp(-change / heat):
            return
        if self._stays_whole(unit, here):
            self.labels[unit] = to
            self.sums[here] -= people
            self.sums[to] += people

    def _stays_whole(self, unit: int, label: int) -> bool:
        """Whether the neighbours of the same territory hang together without this county."""
        mine = [v for v, _km in self.near[unit] if self.labels[v] == label]
        mine = [v for v in mine if v not in self.apart]
        if not mine:
            return False
        around = set(mine)
        for v in mine:
            around |= {w for w, _km in self.near[v] if self.labels[w] == label}
        around.discard(unit)
        todo, seen = [mine[0]], {mine[0]}
        while todo:
            for w, _km in self.near[todo.pop()]:
                if w in around and w not in seen:
                    seen.add(w)
                    todo.append(w)
        return seen.issuperset(mine)


def search(counties: Counties, wanted: Floats, apart: dict[int, int]) -> Ints:
    """Territory of each county, (n_counties,), near the wanted deviations (n_territories,)."""
    goal = targets(counties, wanted)
    labels = one_piece(counties, power_diagram(counties, goal), apart)
    return Annealing(counties, labels, goal, apart).run()


def story(code: str) -> str:
    """What a county is in the story: gap, detached, second drag, or nothing."""
    if code in GAP:
        return "gap"
    if code in DETACHED:
        return "detached"
    return "second drag" if code in SECOND_DRAG else ""


def main() -> None:
    """Search, then write the counties with their territories."""
    counties = Counties(new_from_map("us_county"))
    wanted = np.array([t[3] for t in TERRITORIES.values()])
    labels = search(counties, wanted, detached(counties))
    names = list(TERRITORIES)
    territories = [
        "" if c in GAP else names[t] for c, t in zip(counties.codes, labels, strict=True)
    ]
    rows = zip(counties.codes, territories, map(story, counties.codes), strict=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "counties.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("fips", "territory", "story"))
        out.writerows(rows)
    write_colours(counties, labels)
    report(counties, np.array(territories, object))


def write_colours(counties: Counties, labels: Ints) -> None:
    """Put fills that differ between neighbours into the table of territories."""
    pairs = [(labels[u], labels[v]) for u, near in enumerate(counties.near) for v, _km in near]
    fills = dict(zip(TERRITORIES, neighbour_colours(pairs, len(TERRITORIES)), strict=True))
    path = FOLDER / "territories.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows({**row, "colour": fills[row["territory"]]} for row in rows)


def report(counties: Counties, territories: NDArray[np.object_]) -> None:
    """Print what came out."""
    share = counties.population.sum() / len(TERRITORIES)
    for name in (*TERRITORIES, ""):
        own = territories == name
        people = counties.population[own].sum()
        print(f"{name:15} {100 * (people / share - 1):+6.1f} %  {own.sum():4} counties")
    moved = [counties.row[code] for code in SECOND_DRAG]
    people = counties.population[moved].sum()
    print(f"second drag: {set(territories[moved])}, {100 * people / share:.1f} % of a share")


if __name__ == "__main__":
    main()
