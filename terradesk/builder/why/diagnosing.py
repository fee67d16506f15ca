"""Why not? What stands in the way of the wishes, proven and with places, before building."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.bands import Bands, make_bands
from terradesk.builder.graph import Graph, make_graph
from terradesk.builder.problem import BARRIER, NOWHERE, Options, Problem
from terradesk.builder.why import conflicting
from terradesk.builder.why.allotting import find_allotments
from terradesk.builder.why.findings import Diagnosis, Finding, Remedy, rows
from terradesk.builder.why.handing import find_handovers
from terradesk.builder.why.pockets import (
    Condensed,
    Pocket,
    condense,
    find_pockets,
    highest_floor,
    want,
)
from terradesk.builder.why.pulling import find_pulls
from terradesk.builder.why.relaxing import relaxed
from terradesk.builder.why.stepping import find_steps
from terradesk.builder.why.wholes import find_parts, round_up, share

_MOST_OF_A_KIND = 60
_ROUNDING = 1e-9
_QUICK = 12_000  # units that may be looked at again in all, to try remedies
_TRIED = 2  # findings of a kind whose remedies are tried
_HEAVIEST = 400  # nodes around which the tightest tolerance is looked for


def diagnose(problem: Problem, options: Options, checks_remedies: bool = True) -> Diagnosis:
    """What stands in the way of the wishes; in well under a second for any map.

    Parameters
    ----------
    problem : Problem
    options : Options
    checks_remedies : bool
        Whether remedies are tried on the problem, where that is quick (those that do not help are
        dropped), and whether `tightest` is looked for below the tolerance.

    Returns
    -------
    Diagnosis
        Every proof holds for every plan in whole pieces that keeps the locks. That nothing is
        found does not say that there is a plan.
    """
    started = time.process_time()
    graph, bands = make_graph(problem, options), make_bands(problem)
    findings, tightest = _findings(problem, options, graph, bands, checks_remedies)
    if checks_remedies:
        findings = _with_checked(problem, options, findings)
    findings.sort(key=lambda f: not f.is_proof)
    return Diagnosis(
        findings=tuple(findings),
        tightest=tightest,
        targets=bands.targets,
        seconds=time.process_time() - started,
    )


def _findings(
    problem: Problem, options: Options, graph: Graph, bands: Bands, is_thorough: bool
) -> tuple[list[Finding], Floats]:
    frozen = conflicting.frozen_territories(problem)
    found = [
        *conflicting.find_empty_measures(problem),
        *conflicting.find_sums(problem),
        *conflicting.find_limits(problem),
        *conflicting.find_oversize(problem, bands),
        *conflicting.find_locks(problem, options, graph),
        *conflicting.find_cut_off(problem, options, graph),
        *conflicting.find_seeds(problem),
        *find_handovers(problem, bands),
    ]
    parts, tightest = find_parts(problem, options, graph, bands, frozen)
    found += parts
    pockets, floors = _find_pockets(problem, options, graph, bands, is_thorough)
    found += [p for p in pockets if not any(_says(part, p) for part in parts)]
    steps, least = find_steps(problem, bands)
    found += steps
    tightest = np.maximum(tightest, np.maximum(floors, least))
    tightest[tightest < _ROUNDING] = 0.0
    if not any(f.is_proof for f in found):
        found += find_allotments(problem, options, graph, bands)
    found += find_pulls(problem, bands)
    found += find_districts(problem, bands, options)
    return found, tightest


def _says(part: Finding, pocket: Finding) -> bool:
    """Whether a part that cannot be shared says what a pocket in it says."""
    same = part.kind == "part" and pocket.measure == part.measure
    return same and bool(np.isin(pocket.units, part.units).all())


def _find_pockets(
    problem: Problem, options: Options, graph: Graph, bands: Bands, is_thorough: bool
) -> tuple[list[Finding], Floats]:
    """Pockets by one measure, by all together and by hard limits; the deviation each forces."""
    floors = np.zeros(problem.n_measures)
    if options.contiguity == "off":
        return [], floors
    condensed = condense(problem, graph, bands)
    nodes = _starts(bands, condensed)
    exact = want(problem, bands, condensed, bands.targets, bands.targets)
    found: list[Finding] = []
    for m in np.flatnonzero(bands.targets.sum(0) > 0).tolist():
        tolerance = float(problem.tolerances[m])
        order = nodes[np.argsort(-condensed.weights[nodes, m], kind="stable")]
        pockets = find_pockets(problem, condensed, exact, [m], order, tolerance)
        found += [_pocket(problem, graph, pocket, m) for pocket in pockets[:_MOST_OF_A_KIND]]
        floors[m] = max((p.miss for p in pockets), default=0.0)
        if is_thorough:
            heavy = order[condensed.weights[order, m] > 0][:_HEAVIEST]
            floors[m] = highest_floor(problem, condensed, exact, m, heavy, floors[m])
    found += _joint_pockets(problem, bands, condensed, nodes, found)
    return found, floors


def _starts(bands: Bands, condensed: Condensed) -> Int32s:
    """Nodes to search from: not what exempt territories hold for certain."""
    exempt = np.asarray(bands.exempt.any(1), np.bool_)
    cores = condensed.cores
    return rows(np.flatnonzero((cores < 0) | ~exempt[np.maximum(cores, 0)]))


def _joint_pockets(
    problem: Problem, bands: Bands, condensed: Condensed, nodes: Int32s, known: list[Finding]
) -> list[Finding]:
    """Pockets that only all measures together, or hard limits, make."""
    every = list(range(problem.n_measures))
    room = bands.targets * problem.tolerances
    cases = []
    if len(every) > 1:
        cases.append(("pocket_joint", bands.targets - room, bands.targets + room))
    if problem.minimum.any() or np.isfinite(problem.maximum).any():
        cases.append(("pocket_limits", bands.hard_low, bands.hard_high))
    told = {int(u) for f in known for u in f.units}
    found: list[Finding] = []
    for kind, low, high in cases:
        wanted = want(problem, bands, condensed, low, high)
        for pocket in find_pockets(problem, condensed, wanted, every, nodes, 0.0):
            if pocket.unit not in told and len(found) < _MOST_OF_A_KIND:
                found.append(Finding(kind, pocket.units, amount=pocket.miss))
    return found


def _pocket(problem: Problem, graph: Graph, pocket: Pocket, m: int) -> Finding:
    remedies = []
    if pocket.miss < 1:
        remedies.append(Remedy("tolerance", round_up(pocket.miss), m))
    remedies += _unlocks(problem, graph, pocket)
    remedies += _openings(problem, pocket)
    remedies += _bridges(problem, graph, pocket)
    for number in (problem.n_territories - 1, problem.n_territories + 1):
        remedies.append(Remedy("territories", number))
    return Finding("pocket", pocket.units, measure=m, amount=pocket.miss, remedies=tuple(remedies))


def _near(graph: Graph, units: Int32s) -> Int32s:
    """Units that touch some units, these left out."""
    near = [graph.others[graph.starts[u] : graph.starts[u + 1]] for u in units.tolist()]
    return rows(np.setdiff1d(np.concatenate(near), units)) if near else units


def _unlocks(problem: Problem, graph: Graph, pocket: Pocket) -> list[Remedy]:
    near = _near(graph, pocket.units)
    locked = near[problem.fixed[near] != -1]
    return [Remedy("unlock", units=locked)] if len(locked) else []


def _openings(problem: Problem, pocket: Pocket) -> list[Remedy]:
    inside = np.isin(problem.edges, pocket.units)
    walls = (inside[:, 0] ^ inside[:, 1]) & (problem.kinds == BARRIER)
    return [Remedy("barrier", pairs=problem.edges[walls])] if walls.any() else []


def _bridges(problem: Problem, graph: Graph, pocket: Pocket) -> list[Remedy]:
    """A link from the pocket to the nearest unit with an outer border that it does not touch."""
    borders = np.bincount(problem.edges.ravel(), np.repeat(problem.borders, 2), problem.n_units)
    is_outer = problem.perimeters > borders * (1 + 1e-6) + 1e-9
    inside = pocket.units[is_outer[pocket.units]]
    known = np.union1d(_near(graph, pocket.units), pocket.units)
    outside = np.setdiff1d(np.flatnonzero(is_outer & (problem.fixed != NOWHERE)), known)
    if not len(inside) or not len(outside) or not len(graph.edges):
        return []
    from scipy.spatial import cKDTree

    away, which = cKDTree(problem.xy[outside]).query(problem.xy[inside])
    first = int(np.argmin(away))
    usual = np.median(np.hypot(*(problem.xy[graph.edges[:, 0]] - problem.xy[graph.edges[:, 1]]).T))
    if away[first] > usual:  # farther than from one unit to the next: no strait, but a sea
        return []
    pair = np.array([[inside[first], outside[which[first]]]], np.int32)
    return [Remedy("link", amount=float(away[first]), pairs=pair)]


def find_districts(problem: Problem, bands: Bands, options: Options) -> list[Finding]:
    """Districts that cannot stay whole, and those that cannot hold whole territories.

    Parameters
    ----------
    problem : Problem
    bands : Bands
    options : Options
        Asked only where districts are to be kept.
    """
    has = problem.districts >= 0
    if options.keep_districts <= 0 or not has.any():
        return []
    count = int(problem.districts.max()) + 1
    sums = np.zeros((count, problem.n_measures))
    for m in range(problem.n_measures):
        sums[:, m] = np.bincount(problem.districts[has], problem.activities[has, m], count)
    sizes = np.bincount(problem.districts[has], minlength=count)
    high = (bands.targets * (1 + problem.tolerances)).max(0)
    split = np.flatnonzero((sums > high * (1 + 1e-9)).any(1) & (sizes > 1))
    k = min(problem.n_territories, 1 + int((sums / np.maximum(high, 1e-300)).max() * 2 + 2))
    members = np.argsort(-bands.targets[:, 0])[:k]
    chosen = np.zeros(problem.n_territories, bool)
    chosen[members] = True
    fits = share(problem, bands.targets, chosen, sums, np.zeros(sums.shape)).fits.any(1)
    uneven = np.flatnonzero(~fits & (sizes > 0))
    found = []
    for kind, which in (("districts_split", split), ("districts_uneven", uneven)):
        units = rows(np.flatnonzero(has & np.isin(problem.districts, which)))
        whole = float((sizes > 0).sum())
        if len(which):
            found.append(
                Finding(kind, units, amount=float(len(which)), bound=whole, is_proof=False)
            )
    return found


def _with_checked(problem: Problem, options: Options, found: list[Finding]) -> list[Finding]:
    """Remedies tried where that is quick: those that do not help are left out."""
    seen: Counter[str] = Counter()
    left = _QUICK // max(1, problem.n_units)
    out = []
    for finding in found:
        seen[finding.kind] += 1
        tried = min(left, len(finding.remedies)) if seen[finding.kind] <= _TRIED else 0
        left -= tried
        remedies = [
            _checked(problem, options, finding, remedy, place < tried)
            for place, remedy in enumerate(finding.remedies)
        ]
        out.append(replace(finding, remedies=tuple(r for r in remedies if r is not None)))
    return out


def _checked(
    problem: Problem, options: Options, finding: Finding, remedy: Remedy, is_tried: bool
) -> Remedy | None:
    changed = relaxed(problem, options, remedy) if is_tried else None
    if changed is None:
        is_guess = finding.kind == "pocket" and remedy.kind in ("territories", "link")
        return None if is_guess else remedy
    return replace(remedy, is_checked=True) if _helps(changed, finding, remedy) else None


def _helps(changed: tuple[Problem, Options], finding: Finding, remedy: Remedy) -> bool:
    again = diagnose(*changed, checks_remedies=False)
    if any(f.key == finding.key for f in again.findings):
        return False
    if remedy.kind != "territories":
        return True
    return not any(f.kind == finding.kind for f in again.findings)
