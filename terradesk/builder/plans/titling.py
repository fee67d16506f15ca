"""Names and fills for territories that the builder makes."""

from __future__ import annotations

import csv
import gzip
import io
from functools import lru_cache

import numpy as np

from terradesk import palettes, paths
from terradesk.arcs.jit import Floats, Int32s
from terradesk.edits.colours import met
from terradesk.i18n import _
from terradesk.plan import AlignmentView, Plan
from terradesk.projection import LONLAT, to_plan

_QUARTER = 0.15  # degrees from the middle of a city to that of one of its quarters


def place_names(
    view: AlignmentView, labels: Int32s, wanted: list[int], values: Floats
) -> list[str]:
    """A name for each new territory: its largest city, else its largest unit, else a number.

    Parameters
    ----------
    view : AlignmentView
    labels : ndarray of int32, shape (n_units,)
        Territory of each unit, -1 none.
    wanted : list of int
        Labels to be named.
    values : ndarray of float64, shape (n_units,)
        What makes a unit large.

    Returns
    -------
    list of str
        Each different, and none that a territory has already.
    """
    taken = {t.name for t in view.territories.values()}
    names, units = _cities(view.plan)
    of_city = labels[units]
    out = []
    for label in wanted:
        rows = np.flatnonzero(labels == label)
        rows = rows[np.argsort(-values[rows], kind="stable")]
        candidates = [str(n) for n in names[of_city == label][:20]]
        candidates += [str(view.plan.units.names[r]) for r in rows[:20].tolist()]
        name = next((c for c in candidates if c and c not in taken), "") or _free(taken)
        taken.add(name)
        out.append(name)
    return out


def numbered_names(view: AlignmentView, stem: str, n: int) -> list[str]:
    """Names with the next free numbers: "Territory 7", "Territory 8"."""
    taken = {t.name for t in view.territories.values()}
    out: list[str] = []
    for _i in range(n):
        out.append(_free(taken, stem, 1 + len(view.leaves) if stem == _("Territory") else 2))
        taken.add(out[-1])
    return out


def _free(taken: set[str], stem: str = "", start: int = 1) -> str:
    stem = stem or _("Territory")
    number = start
    while f"{stem} {number}" in taken:
        number += 1
    return f"{stem} {number}"


def fills(plan: Plan, labels: Int32s, known: dict[int, int], n: int) -> list[int]:
    """Fill of each territory 0 ... n - 1: those that have one keep it, others differ from it.

    Parameters
    ----------
    plan : Plan
    labels : ndarray of int32, shape (n_units,)
    known : mapping of int to int
        Fills of territories that exist.
    n : int
    """
    pairs = met(plan, labels)
    fixed = {t: fill % palettes.N_FILLS for t, fill in known.items()}
    return [int(f) for f in palettes.neighbour_colours(pairs, n, fixed, rounds=2000)]


@lru_cache(maxsize=1)
def _world() -> tuple[np.ndarray, Floats]:
    """Names and degrees of the cities of 15,000 people or more, the largest first."""
    data = gzip.decompress(paths.resource("cities15000.csv.gz").read_bytes()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data, newline="")))
    rows.sort(key=lambda row: -float(row["population"] or 0))
    by_name = {row["name"]: row for row in reversed(rows)}
    rows = [row for row in rows if not _is_quarter(row, by_name)]
    names = np.array([row["name"] for row in rows], object)
    return names, np.array([(float(row["longitude"]), float(row["latitude"])) for row in rows])


def _is_quarter(row: dict[str, str], by_name: dict[str, dict[str, str]]) -> bool:
    """Whether a place is part of a city that it is named after: "New South Memphis"."""
    words = row["name"].split()
    for first in range(1, len(words)):
        city = by_name.get(" ".join(words[first:]))
        if city is None or city["countrycode"] != row["countrycode"]:
            continue
        apart = [abs(float(city[c]) - float(row[c])) for c in ("latitude", "longitude")]
        if max(apart) < _QUARTER and 2 * float(city["population"]) > float(row["population"]):
            return True
    return False


def _cities(plan: Plan) -> tuple[np.ndarray, Int32s]:
    """Cities inside the plan's units, the largest first, and the unit of each."""
    none = np.empty(0, object), np.empty(0, np.int32)
    if plan.arcs is None or not plan.crs:
        return none
    from terradesk.arcs.picking import Picker

    names, degrees = _world()
    metres = to_plan(degrees, LONLAT, plan.crs)
    near = np.flatnonzero(np.isfinite(metres).all(axis=1))
    units = Picker(plan.arcs).locate_points(metres[near])
    inside = units >= 0
    return names[near[inside]], np.asarray(units[inside], np.int32)
