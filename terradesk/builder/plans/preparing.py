"""From a plan to the builder: a problem made of what the plan says and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from terradesk import records as rec
from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s
from terradesk.builder.making import check_options, make_problem
from terradesk.builder.plans import amounts
from terradesk.builder.plans.regions import districts_of
from terradesk.builder.plans.scoping import NEW, Scope, Scoper
from terradesk.builder.plans.settings import Settings
from terradesk.builder.plans.terrain import Terrain, terrain
from terradesk.builder.problem import CORNER, BadWish, Options, Problem
from terradesk.edits import Edit, Record, apply
from terradesk.edits.seeds import homes
from terradesk.edits.splitting import part_name
from terradesk.edits.territories import free_name
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.measures.choosing import measure_of
from terradesk.plan import UNASSIGNED, AlignmentView, Plan
from terradesk.projection import LONLAT, to_plan

_NEAR = 0.05  # of the map's width that a start point may lie beside it


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A build of a plan, ready to run; n units, k territories.

    Parameters
    ----------
    problem : Problem
    options : Options
    settings : Settings
        As asked, with its measures named.
    alignment : int
    rows : ndarray of int32, shape (n,)
        Unit row of each unit of the problem.
    territories : tuple of int, length k
        Id of each territory, `NEW` (-1) for one that is to be made.
    names : tuple of str, length k
        What to call them meanwhile.
    parents : tuple of int, length k
        The node above each in the tree.
    gone : tuple of int
        Territories that disappear: their accounts follow the areas.
    before : ndarray of int32, shape (n,)
        Territory id of each unit now, -1 none.
    pinned : ndarray of bool, shape (n,)
        Units that stay where they are.
    locks : frozenset of str
        Uids of locks that were not heeded because it was asked so.
    measures, handed : tuple of Measure
        What the columns of activities, and of handover, are.
    n_units : int
        Of the whole plan.
    notes : tuple of str
        What the user should know before it runs.
    """

    problem: Problem
    options: Options
    settings: Settings
    alignment: int
    rows: Int32s
    territories: tuple[int, ...]
    names: tuple[str, ...]
    parents: tuple[int, ...]
    gone: tuple[int, ...]
    before: Int32s
    pinned: Bools
    locks: frozenset[str]
    measures: tuple[rec.Measure, ...]
    handed: tuple[rec.Measure, ...]
    n_units: int
    notes: tuple[str, ...]

    def on_map(self, assignment: Int32s) -> Int32s:
        """(n_units,) int32 territory 0 ... k - 1 of each unit of the plan, -1 elsewhere."""
        out = np.full(self.n_units, -1, np.int32)
        out[self.rows] = assignment
        return out

    def changed(self, assignment: Int32s) -> Int32s:
        """Unit rows that an assignment gives to another territory than now."""
        ids = np.array(self.territories, np.int32)
        wanted = np.where(assignment >= 0, ids[assignment], UNASSIGNED)
        moves = (wanted != self.before) | ((wanted == NEW) & (assignment >= 0))
        return self.rows[moves]


def prepare(
    plan: Plan,
    alignment: int,
    settings: Settings,
    selection: Sequence[int] | Int64s | None = None,
) -> Prepared:
    """Everything the builder needs to know of a plan.

    Parameters
    ----------
    plan : Plan
    alignment : int
    settings : Settings
    selection : sequence of int, optional
        Unit rows: what "selected" shares out; where "carve" begins.

    Returns
    -------
    Prepared

    Raises
    ------
    BadWish
        If what is asked means nothing for this plan.
    """
    settings.check()
    wishes, found = amounts.wishes_of(plan, settings)
    ground = terrain(plan, settings.barriers)
    placed: Bools = np.asarray(np.isfinite(ground.xy).all(axis=1))
    now = plan.alignment(alignment)
    scope = Scoper(now, settings, found[0], placed, selection).make()
    view = without(plan, alignment, scope.gone).alignment(alignment)
    shares = amounts.shares_of(view, scope, settings)
    figures = amounts.amounts(view, scope, wishes, found, shares)
    handed = amounts.handed_measures(plan, found)
    passed, caps = amounts.handover(view, scope, handed, settings.handover_most)
    n_split = bool(settings.district_column) and settings.mode != "nested"
    kept = amounts.values_at(view, scope, _kept_measure(plan, settings) or found[0])
    seeds, holds = _seeds(view, scope, settings, ground.xy[placed & plan.units_present])
    edges, borders, kinds = _inside(ground, scope.rows)
    k = len(scope.ids)
    begins = _begins(view, scope, settings, selection, edges[kinds != CORNER])
    centres = _centres(view, scope, seeds) if holds and scope.start == "new" else {}
    table, classes = _allowed(scope, begins, centres)
    problem = make_problem(
        ground.xy[scope.rows],
        edges,
        figures.activities,
        k,
        borders=borders,
        kinds=kinds,
        areas=ground.areas[scope.rows],
        perimeters=ground.perimeters[scope.rows],
        targets=figures.targets,
        tolerances=figures.tolerances,
        weights=figures.weights,
        minimum=np.tile(figures.minimum, (k, 1)),
        maximum=np.tile(figures.maximum, (k, 1)),
        fixed_load=figures.fixed_load,
        allowed=table,
        allowed_class=classes,
        districts=_districts(view, scope, settings.district_column) if n_split else None,
        seeds=seeds,
        baseline=scope.baseline,
        retention=np.maximum(kept, 0.0),
        handover=passed if handed else None,
        handover_caps=caps if handed else np.inf,
    )
    options = _options(scope, settings, n_split, holds)
    check_options(options)
    said = tuple(amounts.named(w, m) for w, m in zip(wishes, found, strict=True))
    return Prepared(
        problem=problem,
        options=options,
        settings=replace(settings, wishes=said),
        alignment=alignment,
        rows=scope.rows,
        territories=scope.ids,
        names=_names(now, scope, settings),
        parents=scope.parents,
        gone=scope.gone,
        before=np.where(now.unit_slots[scope.rows] > 0, now.assignment[scope.rows], UNASSIGNED),
        pinned=scope.pinned,
        locks=frozenset(
            () if settings.keep_locked else (k.uid for k in plan.rows(rec.Lock, alignment))
        ),
        measures=found,
        handed=handed,
        n_units=len(plan.units),
        notes=(*figures.notes, *_notes(plan, placed)),
    )


def without(plan: Plan, alignment: int, gone: Iterable[int]) -> Plan:
    """The plan once no account is named for, or ruled to, territories that disappear."""
    records = freed(plan, alignment, gone)
    return apply(plan, Edit("", records=records)) if records else plan


def freed(plan: Plan, alignment: int, gone: Iterable[int]) -> tuple[Record, ...]:
    """Records that let the accounts of territories that disappear follow their areas."""
    ids = set(gone)
    if not ids:
        return ()
    view = plan.alignment(alignment)
    overrides = [Record("override", o, None) for o in view.overrides.values()]
    rules = [Record("rule", r, None) for r in plan.rows(rec.Rule, alignment)]
    return tuple(r for r in (*overrides, *rules) if r.before.territory in ids)  # type: ignore[union-attr]


# ---------------------------------------------------------------------- parts of a problem
def _inside(ground: Terrain, rows: Int32s) -> tuple[Int32s, Floats, Int32s]:
    """Edges between units of the build, renumbered."""
    place = np.full(len(ground.xy), -1, np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    pairs = place[ground.edges]
    both = (pairs >= 0).all(axis=1)
    return pairs[both], ground.borders[both], ground.kinds[both].astype(np.int32)


def _centres(view: AlignmentView, scope: Scope, seeds: Floats) -> dict[int, int]:
    """Place of the unit that holds the start point of a territory, by territory.

    A territory built around its start point holds it. Of two points in one unit the first counts.
    """
    from terradesk.arcs.picking import Picker

    arcs, asked = view.plan.arcs, np.flatnonzero(np.isfinite(seeds).all(axis=1))
    if arcs is None or not len(asked):
        return {}
    units = Picker(arcs).locate_points(seeds[asked] * 1000)
    places = {int(row): place for place, row in enumerate(scope.rows)}
    out: dict[int, int] = {}
    for territory, unit in zip(asked.tolist(), units.tolist(), strict=True):
        place = places.get(unit, -1)
        is_free = place >= 0 and not scope.pinned[place] and place not in out.values()
        if is_free and not scope.closed[territory] and not _is_closed(scope, place):
            out[territory] = place
    return out


def _is_closed(scope: Scope, place: int) -> bool:
    """Whether a unit belongs to a territory that keeps what it has."""
    return bool(scope.baseline[place] >= 0 and scope.closed[scope.baseline[place]])


def _allowed(scope: Scope, begins: Bools, centres: Mapping[int, int]) -> tuple[Bools, Int32s]:
    """What each class of units may go to: its region's open territories, or one alone."""
    k, n_regions = len(scope.ids), int(scope.regions.max(initial=0)) + 1
    own = np.eye(k, dtype=bool)
    open_ones = (scope.regions == np.arange(n_regions)[:, None]) & ~scope.closed
    stays = scope.pinned | (scope.closed[scope.baseline] & (scope.baseline >= 0))
    classes = np.where(stays, n_regions + scope.baseline, scope.unit_regions)
    if begins.any():
        classes[begins] = n_regions + scope.ids.index(NEW)
    for territory, place in centres.items():
        if scope.unit_regions[place] == scope.regions[territory]:
            classes[place] = n_regions + territory
    used, classes = np.unique(classes, return_inverse=True)
    table = np.concatenate((open_ones, own))[used]
    if bool((~table.any(axis=1)).any()):
        raise BadWish(
            _("Some areas could go to no territory: those that could take them are locked."),
            _("Unlock a territory, or ask for another one."),
        )
    return table, classes.ravel().astype(np.int32)


def _begins(
    view: AlignmentView,
    scope: Scope,
    settings: Settings,
    selection: Sequence[int] | Int64s | None,
    edges: Int32s,
) -> Bools:
    """(n,) what a territory to be carved out has for certain: the selected units that lie together.

    Where they lie apart, the largest part of them counts.
    """
    none = np.zeros(len(scope.rows), bool)
    if settings.mode != "carve" or selection is None or NEW not in scope.ids:
        return none
    chosen = np.isin(scope.rows, np.asarray(selection, np.int64)) & ~scope.pinned
    chosen &= ~scope.closed[scope.baseline] | (scope.baseline < 0)
    if not chosen.any():
        return none
    begins = _largest_part(chosen, edges)
    for place, territory in enumerate(scope.ids):
        own = scope.baseline == place
        if own.any() and begins[own].all():
            raise BadWish(
                _("{name} would have nothing left.").format(name=isolate(view.name_of(territory))),
                _("Select fewer areas, or rename the territory."),
            )
    return begins


def _largest_part(chosen: Bools, edges: Int32s) -> Bools:
    """(n,) the connected part of chosen units that has most of them."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    inside = edges[chosen[edges].all(axis=1)]
    n = len(chosen)
    links = coo_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape=(n, n))
    part = connected_components(links, directed=False)[1]
    largest = np.bincount(part[chosen]).argmax()
    return np.asarray(chosen & (part == largest))


def _kept_measure(plan: Plan, settings: Settings) -> rec.Measure | None:
    uid = settings.keep_measure
    return (measure_of(plan, uid) or amounts.known_measure(plan, uid)) if uid else None


def _districts(view: AlignmentView, scope: Scope, column: str) -> Int32s:
    """(n,) districts, numbered anew so that their number does not exceed that of the units."""
    codes = districts_of(view, column)[0][scope.rows]
    _used, again = np.unique(codes[codes >= 0], return_inverse=True)
    out = np.full(len(codes), -1, np.int32)
    out[codes >= 0] = again.ravel()
    return out


def _seeds(
    view: AlignmentView, scope: Scope, settings: Settings, xy: Floats
) -> tuple[Floats, bool]:
    """(k, 2) km: start points that count, NaN for the others; whether territories stay there."""
    out = np.full((len(scope.ids), 2), np.nan)
    found, holds = _start_points(view, settings)
    if not holds and scope.start != "new":
        return out, True
    ids = [t for t in scope.ids if t in found]
    if not ids:
        return out, True
    degrees = np.array([found[t] for t in ids], np.float64)
    places = to_plan(degrees, LONLAT, view.plan.crs) / 1000
    low, high = xy.min(axis=0), xy.max(axis=0)
    room = _NEAR * float((high - low).max()) + 1.0
    is_near = np.isfinite(places).all(axis=1)
    is_near &= ((places >= low - room) & (places <= high + room)).all(axis=1)
    for place in np.flatnonzero(~is_near).tolist():
        raise BadWish(
            _("The start point of {name} lies outside the map.").format(
                name=isolate(view.name_of(ids[place]))
            ),
            _("Move it onto the map, or build without start points."),
        )
    out[[scope.ids.index(t) for t in ids]] = places
    return out, holds


def _start_points(
    view: AlignmentView, settings: Settings
) -> tuple[dict[int, tuple[float, float]], bool]:
    """Start point in degrees of territory ids, and whether they hold territories."""
    if settings.seeds == "off":
        return {}, True
    if settings.seeds == "reps":
        found = homes(view)
        if not found:
            raise BadWish(
                _("No territory has a rep whose home is known."),
                _("Give reps a home and a territory first, or build without start points."),
            )
        return found, True
    fixed = {t: (s.lon, s.lat) for t, s in view.seeds.items() if s.is_fixed}
    if settings.seeds == "fixed" and fixed:
        return fixed, True
    return {t: (s.lon, s.lat) for t, s in view.seeds.items()}, False


def _options(scope: Scope, settings: Settings, has_districts: bool, holds: bool) -> Options:
    return Options(
        start=scope.start,
        contiguity=settings.contiguity,
        compactness=settings.compactness,
        keep=scope.keep,
        keep_districts=settings.keep_districts if has_districts else 0.0,
        effort=settings.effort,
        starts=settings.starts,
        seed=settings.seed,
        seeds_hold=holds,
    )


def _names(view: AlignmentView, scope: Scope, settings: Settings) -> tuple[str, ...]:
    """Names of territories, with those to be made numbered on."""
    out: list[str] = []
    taken = {t.name for t in view.territories.values()}
    start = 1 + len(view.leaves)
    split_of = view.name_of(scope.ids[0]) if settings.mode == "split" else ""
    first = part_name(view, split_of) if split_of else ""
    for territory in scope.ids:
        if territory != NEW:
            out.append(view.name_of(territory))
            continue
        name = first or free_name(view, _("Territory"), start)
        stem, _space, digits = name.rpartition(" ")
        count = int(digits)
        while f"{stem} {count}" in taken:
            count += 1
        name, start = f"{stem} {count}", count + 1
        taken.add(name)
        out.append(name)
    return tuple(out)


def _notes(plan: Plan, placed: Bools) -> list[str]:
    lost = int((plan.units_present & ~placed).sum())
    if not lost:
        return []
    text = ngettext(
        "{n} {noun} has no place on the map and is left out.",
        "{n} {noun} have no place on the map and are left out.",
        lost,
    )
    return [text.format(n=number(lost), noun=plan.noun(lost))]
