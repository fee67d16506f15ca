"""What a build is about: which units, which territories, what may not move."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from terradesk import records as rec
from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s
from terradesk.builder.making import checked_number
from terradesk.builder.plans.regions import column_regions, commonest, matched, tree_regions
from terradesk.builder.plans.settings import Settings
from terradesk.builder.problem import BadWish
from terradesk.i18n import _, isolate, number
from terradesk.measures.sums import totals
from terradesk.plan import AlignmentView

NEW = -1
"""Id of a territory that is to be made."""

_LITTLE = 0.9  # of keeping: the others change hands only as far as it helps much


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Units (n) and territories (k) of a build.

    Parameters
    ----------
    ids, parents : tuple of int, length k
        Territory ids, `NEW` for those to be made; the node above each.
    gone : tuple of int
        Territories that disappear.
    rows : ndarray of int32, shape (n,)
        Unit rows.
    baseline : ndarray of int32, shape (n,)
        Present territory of each unit, -1 none.
    pinned : ndarray of bool, shape (n,)
        Units that stay in their present territory.
    closed : ndarray of bool, shape (k,)
        Territories that take nothing: locked ones.
    unit_regions, regions : ndarray of int32, shapes (n,), (k,)
        Units may only go to territories of their own region; all 0 without regions.
    is_part : bool
        Territories that are not concerned stay out of it.
    start : str
        See `Options`.
    keep : float
        See `Options`.
    """

    ids: tuple[int, ...]
    parents: tuple[int, ...]
    gone: tuple[int, ...]
    rows: Int32s
    baseline: Int32s
    pinned: Bools
    closed: Bools
    unit_regions: Int32s
    regions: Int32s
    is_part: bool
    start: str
    keep: float


class Scoper:
    """Makes a `Scope` for each mode.

    Parameters
    ----------
    view : AlignmentView
    settings : Settings
    measure : rec.Measure
        The first wish's: tells which territories are large.
    placed : ndarray of bool, shape (n_units,)
        Units that have a place.
    selection : ndarray of int, optional
        Units chosen on the map.
    """

    def __init__(
        self,
        view: AlignmentView,
        settings: Settings,
        measure: rec.Measure,
        placed: Bools,
        selection: Sequence[int] | Int64s | None = None,
    ) -> None:
        self._view, self._settings, self._measure = view, settings, measure
        self._locked = view.locked_units & settings.keep_locked
        can_have = ~(self._locked & (view.unit_slots == 0))
        self._usable: Bools = view.plan.units_present & placed & can_have
        self._values = totals(view, measure)
        self._chosen = [t for t in view.leaves if t.id in set(settings.territories)]
        self._selected = np.zeros(len(placed), bool)
        if selection is not None:
            rows = np.asarray(selection, np.int64).ravel()
            self._selected[rows[(rows >= 0) & (rows < len(placed))]] = True

    def make(self) -> Scope:
        """The scope of the mode asked for.

        Raises
        ------
        BadWish
            If the mode cannot be done with this plan.
        """
        if not self._usable.any():
            text = _("There are no areas to build territories from.")
            hint = _("Add boundaries, or unlock some areas.")
            raise BadWish(text, hint)
        made = self._MODES[self._settings.mode](self)
        if bool((made.pinned | made.closed[made.baseline] & (made.baseline >= 0)).all()):
            raise BadWish(
                _("Everything is locked, so there is nothing to build."),
                _("Unlock some territories or areas first."),
            )
        return made

    # ------------------------------------------------------------------ modes
    def _new(self) -> Scope:
        leaves = self._chosen or self._view.leaves
        wanted = self._number(leaves)
        kept, gone = self._largest(leaves, wanted)
        rows = self._of(leaves) if self._chosen else self._usable
        return self._scope(kept, wanted - len(kept), gone, rows, start="new")

    def _fill(self) -> Scope:
        leaves = self._chosen or self._view.leaves
        rows = self._of(leaves) | (self._usable & (self._view.unit_slots == 0))
        if bool((self._view.unit_slots[rows] > 0).all()):
            text = _("Nothing is unassigned, so there is nothing to give out.")
            raise BadWish(text, _("Improve the present territories instead."))
        wanted = max(self._number(leaves), len(leaves))
        fixed = self._view.unit_slots > 0
        return self._scope(leaves, wanted - len(leaves), [], rows, start="fill", pinned=fixed)

    def _rebalance(self) -> Scope:
        leaves = self._some(self._chosen or self._view.leaves)
        wanted = self._number(leaves)
        kept, gone = self._largest(leaves, wanted)
        rows = self._of(leaves)
        if not (self._chosen or self._settings.leaves_unassigned):
            rows |= self._usable & (self._view.unit_slots == 0)
        keep = self._settings.keep
        return self._scope(kept, wanted - len(kept), gone, rows, start="baseline", keep=keep)

    def _carve(self) -> Scope:
        leaves = self._some(self._chosen or self._view.leaves)
        n_new = max(1, self._settings.n_territories)
        if self._settings.reach == "all":
            start, keep = "baseline", max(0.5, self._settings.keep)
        else:
            start, keep = "near", max(_LITTLE, self._settings.keep)
        rows = self._of(leaves)
        return self._scope(leaves, n_new, [], rows, start=start, keep=keep)

    def _absorb(self) -> Scope:
        if not self._chosen:
            text = _("No territory is named that the others should take over.")
            raise BadWish(text, _("Choose the territory whose rep has left."))
        others = [t for t in self._view.leaves if t not in self._chosen]
        self._free(self._chosen)
        if not others:
            text = _("There is no other territory that could take the areas over.")
            raise BadWish(text, _("Keep at least one territory."))
        rows = self._of([*others, *self._chosen])
        start = {"only": "fill", "near": "near", "all": "baseline"}[self._settings.reach]
        return self._scope(others, 0, self._chosen, rows, start=start, keep=1.0)

    def _split(self) -> Scope:
        if len(self._chosen) != 1:
            raise BadWish(_("Choose the one territory to split."))
        self._free(self._chosen)
        parts = self._settings.n_territories or 2
        if not self._settings.n_territories and self._settings.capacity > 0:
            parts = max(2, self._number(self._chosen))
        rows = self._of(self._chosen)
        if parts < 2 or parts > int(rows.sum()):
            text = _("{n} {noun} cannot be split into {k} parts.")
            n = int(rows.sum())
            raise BadWish(
                text.format(n=number(n), noun=self._view.plan.noun(n), k=number(parts)),
                _("Ask for 2 or more parts, and not more than there are areas."),
            )
        return self._scope(self._chosen, parts - 1, [], rows, start="new")

    def _share_out_selected(self) -> Scope:
        leaves = self._some(self._chosen or self._view.leaves)
        if not (self._selected & self._usable).any():
            raise BadWish(_("No areas are selected."), _("Select the areas to share out first."))
        rows = self._of(leaves) | (self._selected & self._usable)
        fixed = ~self._selected & (self._view.unit_slots > 0)
        keep = self._settings.keep
        return self._scope(leaves, 0, [], rows, start="baseline", keep=keep, pinned=fixed)

    def _nested(self) -> Scope:
        from terradesk.builder.wishes.nesting import shared_counts

        column = self._settings.district_column
        weights = self._unit_values()
        unit_region, overlap = (
            column_regions(self._view, column, weights)
            if column
            else tree_regions(self._view, self._values)
        )
        away = self._of_locked()
        overlap[away[1:]] = 0.0
        rows = self._usable & (unit_region >= 0) & ~away[self._view.unit_slots]
        n_regions, mine = overlap.shape[1], np.flatnonzero(overlap.any(axis=1))
        values = np.bincount(unit_region[rows], weights[rows], n_regions).astype(np.float64)
        n_units = np.bincount(unit_region[rows], minlength=n_regions).astype(np.int32)
        leaves = [self._view.leaves[i] for i in mine.tolist()]
        wanted = self._number(leaves) - (int(away.sum()) if self._settings.n_territories else 0)
        if not rows.any() or wanted < 1:
            raise BadWish(
                _("The locked territories leave nothing to build in the regions."),
                _("Ask for more territories, or unlock some."),
            )
        counts = shared_counts(values, wanted, n_units)
        must = np.array([self._must_stay(t) for t in leaves], bool)
        homes = matched(overlap[mine], counts, must)
        kept = [t for t, home in zip(leaves, homes, strict=True) if home >= 0]
        regions = [home for home in homes if home >= 0]
        made = [r for r, n in enumerate(counts.tolist()) for _i in range(n - regions.count(r))]
        return self._scope(
            kept,
            len(made),
            [t for t, home in zip(leaves, homes, strict=True) if home < 0],
            rows,
            start="new",
            regions=(unit_region, np.array(regions + made, np.int32)),
            parents=[commonest(kept, regions, r) for r in made],
        )

    _MODES: ClassVar[Mapping[str, Callable[[Scoper], Scope]]] = {
        "new": _new,
        "fill": _fill,
        "rebalance": _rebalance,
        "carve": _carve,
        "absorb": _absorb,
        "split": _split,
        "nested": _nested,
        "selected": _share_out_selected,
    }

    # ------------------------------------------------------------------ pieces
    def _scope(
        self,
        kept: Sequence[rec.Territory],
        n_new: int,
        gone: Sequence[rec.Territory],
        inside: Bools,
        *,
        start: str,
        keep: float = 0.0,
        pinned: Bools | None = None,
        regions: tuple[Int32s, Int32s] | None = None,
        parents: Sequence[int] = (),
    ) -> Scope:
        view, k = self._view, len(kept) + n_new
        label = np.full(view.n_slots, -1, np.int32)
        for place, leaf in enumerate(kept):
            label[view.slots[leaf.id]] = place
        rows = np.flatnonzero(inside).astype(np.int32)
        checked_number(k, len(rows))
        baseline = label[view.unit_slots[rows]]
        stays = self._locked[rows] if pinned is None else (self._locked | pinned)[rows]
        locked = view.locked_territories if self._settings.keep_locked else frozenset()
        closed = np.zeros(k, bool)
        closed[: len(kept)] = [t.id in locked for t in kept]
        above = parents or [commonest(kept, [0] * len(kept), 0)] * n_new
        of_units, of_territories = regions or (np.zeros(len(inside), np.int32), np.zeros(k))
        return Scope(
            ids=(*(t.id for t in kept), *([NEW] * n_new)),
            parents=(*(t.parent for t in kept), *above),
            gone=tuple(t.id for t in gone),
            rows=rows,
            baseline=baseline,
            pinned=stays & (baseline >= 0),
            closed=closed,
            unit_regions=of_units[rows].astype(np.int32),
            regions=np.asarray(of_territories, np.int32),
            is_part=len(kept) + len(gone) < len(view.leaves),
            start=start if start == "fill" or (baseline >= 0).any() else "new",
            keep=keep,
        )

    def _of_locked(self) -> Bools:
        """(n_slots,) locked territories, which have no part in regions."""
        out = np.zeros(self._view.n_slots, bool)
        if self._settings.keep_locked:
            out[[self._view.slots[t] for t in self._view.locked_territories]] = True
        return out

    def _of(self, leaves: Sequence[rec.Territory]) -> Bools:
        """(n_units,) usable units of territories."""
        has = np.zeros(self._view.n_slots, bool)
        has[[self._view.slots[t.id] for t in leaves]] = True
        return np.asarray(self._usable & has[self._view.unit_slots])

    def _some(self, leaves: Sequence[rec.Territory]) -> Sequence[rec.Territory]:
        if not leaves or not self._of(leaves).any():
            raise BadWish(
                _("There are no territories with areas yet."),
                _("Build all territories anew instead."),
            )
        return leaves

    def _free(self, leaves: Sequence[rec.Territory]) -> None:
        for leaf in leaves:
            if self._settings.keep_locked and self._must_stay(leaf):
                text = _("{name} is locked.").format(name=isolate(leaf.name))
                raise BadWish(text, _("Unlock it first."))

    def _must_stay(self, leaf: rec.Territory) -> bool:
        """Whether a territory, or a unit in it, is locked."""
        return bool(self._locked[self._view.unit_slots == self._view.slots[leaf.id]].any()) or (
            self._settings.keep_locked and leaf.id in self._view.locked_territories
        )

    def _largest(
        self, leaves: Sequence[rec.Territory], n: int
    ) -> tuple[list[rec.Territory], list[rec.Territory]]:
        """The n territories that stay, locked ones and then the largest, and those that go."""
        if len(leaves) <= n:
            return list(leaves), []
        locked = {t.id for t in leaves if self._must_stay(t)}
        if len(locked) > n:
            text = _("{n} territories are locked, so {k} cannot be what is left.")
            hint = _("Ask for more territories, or unlock some.")
            raise BadWish(text.format(n=number(len(locked)), k=number(n)), hint)
        by_size = sorted(
            leaves, key=lambda t: (t.id not in locked, -self._values[self._view.slots[t.id]])
        )
        stays = {t.id for t in by_size[:n]}
        return [t for t in leaves if t.id in stays], [t for t in leaves if t.id not in stays]

    def _number(self, present: Sequence[rec.Territory]) -> int:
        """How many territories there should be."""
        settings = self._settings
        if settings.n_territories < 0:
            raise BadWish(_("A plan needs at least one territory."), _("Type another number."))
        if settings.n_territories:
            return settings.n_territories
        if settings.capacity > 0:
            slots = [self._view.slots[t.id] for t in present]
            is_part = bool(self._chosen)
            values = totals(self._view, self._capacity_measure())
            total = float(values[slots].sum() if is_part else values.sum())
            return max(1, math.ceil(total / settings.capacity - 1e-9))
        if present:
            return len(present)
        raise BadWish(
            _("How many territories there should be is not said."),
            _("Type a number, or what one rep can serve."),
        )

    def _capacity_measure(self) -> rec.Measure:
        from terradesk.builder.plans.amounts import known_measure

        uid = self._settings.capacity_measure
        return known_measure(self._view.plan, uid) if uid else self._measure

    def _unit_values(self) -> Floats:
        from terradesk.measures.standing import standing_of

        return np.maximum(standing_of(self._view).weights(self._measure)[0], 0.0)
