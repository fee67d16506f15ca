"""Plan: an immutable snapshot of everything; `terradesk.edits` makes the next one."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from terradesk import records as rec
from terradesk.accounts import Accounts, empty_accounts
from terradesk.coverages import Coverages, fitted
from terradesk.errors import TerraDeskError
from terradesk.units import Units

if TYPE_CHECKING:
    from terradesk.arcs import Arcs

Table = Mapping[tuple[int, str], rec.Row]
RowT = TypeVar("RowT", bound=rec.Row)
ValueT = TypeVar("ValueT")
UNASSIGNED = -1

DEFAULTS = {
    "title": "",
    "noun_one": "area",
    "noun_many": "areas",
    "term_territory": "territory",
    "term_group": "region",
    "balance_measure": "",
    "tolerance": "0.1",
    "currency": "$",
    "credits": "",
}
"""Settings that belong to a plan, with the text they have until somebody sets them."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything one plan file holds, frozen: safe for any thread, cheap to keep for undo.

    Parameters
    ----------
    uid : str
    crs : str
        Equal-area CRS of the map, of ``accounts.x``/``y`` and of the arcs.
    units : Units
    accounts : Accounts
    coverage : Arcs or None
        Clean coverage of the units that the plan began with; None when there were none.
    tables : mapping of kind to mapping of (alignment, uid) to Row
        The small tables, see `terradesk.records.KINDS`.
    assignments : mapping of int to ndarray of int32, shape (n_units,)
        Territory id of each unit per alignment id, -1 none.
    hidden : frozenset of (str, int)
        (table, batch) of imports that are undone.
    next_id : int
        First whole number never used for a record.
    coverages : Coverages
        Coverage after each later import of units.
    """

    uid: str
    crs: str
    units: Units
    accounts: Accounts
    coverage: Arcs | None
    tables: Mapping[str, Table]
    assignments: Mapping[int, np.ndarray]
    hidden: frozenset[tuple[str, int]] = frozenset()
    next_id: int = 1
    coverages: Coverages = field(default_factory=Coverages)
    # What is worth carrying from snapshot to snapshot while its parts stay the same; never saved.
    _kept: dict[object, tuple[tuple[tuple[object, ...], object], ...]] = field(
        default_factory=dict, repr=False
    )

    def _carried(
        self, key: object, parts: tuple[object, ...], make: Callable[[], ValueT]
    ) -> ValueT:
        kept = self._kept.get(key, ())  # replaced as a whole: other threads may be reading it
        for entry in kept:
            if all(a is b for a, b in zip(entry[0], parts, strict=True)):
                self._kept[key] = (entry, *(other for other in kept if other is not entry))
                return entry[1]  # type: ignore[return-value]
        value = make()
        self._kept[key] = ((parts, value), *kept[:1])  # the plan's own and that of a preview
        return value

    @cached_property
    def arcs(self) -> Arcs | None:
        """Arcs of the units that are present: what the map draws and measures read."""
        batch = self.coverages.newest(self.hidden)
        made = self.coverages[batch] if batch else self.coverage
        if made is None:
            return None
        undone = frozenset(b for table, b in self.hidden if table == "units")
        parts = (made, self.units.is_present, self.units.batch)
        return self._carried(("arcs", undone), parts, lambda: fitted(made, self.units_present))

    @cached_property
    def approximate_units(self) -> np.ndarray:
        """(n_units,) bool: present, and its outline was drawn around a point.

        Only the areas that a plan began with can be so; those that a later import brought have
        boundaries of their own.
        """
        first = self.units.batch[:1]
        is_first = self.units.batch == first if len(first) else np.zeros(0, bool)
        return self.units_present & is_first & (self.units.geometry_kind == "approximate")

    @property
    def geometry_kind(self) -> str:
        """What the areas that are here now are: "area", "approximate" (some are), "point"."""
        if self.units.geometry_kind != "approximate":
            return self.units.geometry_kind
        return "approximate" if self.approximate_units.any() else "area"

    # ------------------------------------------------------------------ small tables
    def rows(self, row_type: type[RowT], alignment: int = 0) -> list[RowT]:
        """Rows of one kind in the order of their ids.

        Parameters
        ----------
        row_type : type
            A class of `terradesk.records`.
        alignment : int
            0 for kinds of the whole plan.
        """
        table = self.tables.get(KIND_OF[row_type], {})
        return sorted((r for r in table.values() if r.alignment == alignment), key=lambda r: r.id)  # type: ignore[misc]

    def row(self, kind: str, uid: str, alignment: int = 0) -> rec.Row | None:
        """One row by its uid, or None."""
        return self.tables.get(kind, {}).get((alignment, uid))

    def setting(self, key: str) -> str:
        """A setting of the plan, or its default (see `DEFAULTS`)."""
        row = self.row("setting", key)
        return row.value if isinstance(row, rec.Setting) else DEFAULTS.get(key, "")

    @property
    def tolerance(self) -> float:
        """Accepted deviation from the target as a fraction, above 0."""
        try:
            found = float(self.setting("tolerance"))
        except ValueError:
            found = 0.0
        return found if 0 < found < math.inf else float(DEFAULTS["tolerance"])

    def noun(self, n: int) -> str:
        """The plan's own word for ``n`` units: county, counties."""
        return self.setting("noun_one" if n == 1 else "noun_many")

    def heading_noun(self, n: int) -> str:
        """`noun` as it begins a line: Counties, ZIP codes, IRIS."""
        noun = self.noun(n)
        return noun[:1].upper() + noun[1:]

    # ------------------------------------------------------------------ presence
    @cached_property
    def units_present(self) -> np.ndarray:
        """(n_units,) bool: neither removed nor of an undone import."""
        return self.units.is_present & ~self._of_hidden("units", self.units.batch)

    @cached_property
    def accounts_present(self) -> np.ndarray:
        """(n_accounts,) bool: neither removed nor of an undone import."""
        return self.accounts.is_present & ~self._of_hidden("accounts", self.accounts.batch)

    def _of_hidden(self, table: str, batch: np.ndarray) -> np.ndarray:
        hidden = [b for t, b in self.hidden if t == table]
        return np.isin(batch, hidden) if hidden else np.zeros(len(batch), bool)

    # ------------------------------------------------------------------ alignments
    @cached_property
    def _views(self) -> dict[int, AlignmentView]:
        return {}

    def alignment(self, alignment: int) -> AlignmentView:
        """Everything about one alignment: its tree, labels, overrides and locks.

        Raises
        ------
        KeyError
            If there is no such alignment.
        """
        view = self._views.get(alignment)
        if view is None:
            view = self._views[alignment] = AlignmentView(
                self, alignment, self.assignments[alignment]
            )
        return view

    def alignment_of(self, scenario: int, team: int | None = None) -> int:
        """Number of a scenario's alignment (of its first team unless one is named), 0 if none."""
        for row in self.rows(rec.Alignment):
            if row.scenario == scenario and team in (None, row.team):
                return row.id
        return 0

    @property
    def scenarios(self) -> list[rec.Scenario]:
        """Scenarios in the order they were made."""
        return self.rows(rec.Scenario)

    @property
    def baseline(self) -> rec.Scenario | None:
        """The scenario others are compared with, if any."""
        return next((s for s in self.scenarios if s.is_baseline), None)


KIND_OF = {row_type: kind for kind, row_type in rec.KINDS.items()}


@dataclass(frozen=True, eq=False)
class AccountSide:
    """Who owns the accounts that do not follow their unit; unchanged by assignment.

    Parameters
    ----------
    rows : ndarray of int32, shape (k,)
        Accounts assigned by override or rule, sorted.
    territories : ndarray of int32, shape (k,)
    by_rule : ndarray of bool, shape (k,)
    ruled : mapping of int to int
        Account row to the territory a rule gives it, overridden or not.
    follows : ndarray of bool, shape (n_accounts,)
        Present, placed in a unit and not in ``rows``.
    cache : dict
        Sums per unit that measures keep here; lives as long as nothing above changes.
    """

    rows: np.ndarray
    territories: np.ndarray
    by_rule: np.ndarray
    ruled: Mapping[int, int]
    follows: np.ndarray
    cache: dict[object, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class AlignmentView:
    """One alignment of a plan, with what is derived from it.

    A *slot* is the position of a leaf territory in ``leaves`` plus 1; slot 0 is unassigned.
    Measures work on slots.
    """

    plan: Plan
    id: int
    assignment: np.ndarray

    @cached_property
    def territories(self) -> dict[int, rec.Territory]:
        """All nodes of the tree by id, in tree order: parents before children, siblings by id."""
        return {t.id: t for t in self._walk(0)}

    def _walk(self, parent: int) -> Iterator[rec.Territory]:
        for node in self._children.get(parent, ()):
            yield node
            yield from self._walk(node.id)

    @cached_property
    def _children(self) -> dict[int, list[rec.Territory]]:
        nodes = self.plan.rows(rec.Territory, self.id)
        ids = {t.id for t in nodes}
        out: dict[int, list[rec.Territory]] = {}
        for node in nodes:
            out.setdefault(node.parent if node.parent in ids else 0, []).append(node)
        return out

    def children(self, territory: int) -> list[rec.Territory]:
        """Nodes directly below a node; below 0: the top of the tree."""
        return self._children.get(territory, [])

    @cached_property
    def leaves(self) -> list[rec.Territory]:
        """Territories that own units, in tree order; slot = position + 1."""
        return [t for t in self.territories.values() if t.level == 0]

    def leaves_below(self, territory: int) -> list[rec.Territory]:
        """The leaf itself, or all leaves below a district or region."""
        node = self.territories[territory]
        if node.level == 0:
            return [node]
        return [t for t in self._walk(territory) if t.level == 0]

    @cached_property
    def slots(self) -> dict[int, int]:
        """Slot of each leaf territory id; -1 (unassigned) has slot 0."""
        return {UNASSIGNED: 0, **{t.id: i + 1 for i, t in enumerate(self.leaves)}}

    @property
    def n_slots(self) -> int:
        """Leaves plus one for unassigned."""
        return len(self.leaves) + 1

    @cached_property
    def _slot_table(self) -> np.ndarray:
        """Slot by id + 1, for vectorised look-up."""
        table = np.zeros(self.plan.next_id + 2, np.int32)
        for territory, slot in self.slots.items():
            table[territory + 1] = slot
        return table

    def slot_of(self, territories: np.ndarray) -> np.ndarray:
        """Slots of an array of territory ids (-1 = unassigned), int32."""
        return self._slot_table[np.asarray(territories, np.int64) + 1]

    @cached_property
    def unit_slots(self) -> np.ndarray:
        """(n_units,) int32 slot of each unit; absent units have slot 0."""
        return np.where(self.plan.units_present, self.slot_of(self.assignment), 0).astype(np.int32)

    @cached_property
    def side(self) -> AccountSide:
        """Accounts that do not follow their unit; carried over while nothing of it changes."""
        plan = self.plan
        parts = (plan.accounts, plan.hidden, plan.tables.get("override"), plan.tables.get("rule"))
        return plan._carried(("side", self.id), parts, self._make_side)

    def _make_side(self) -> AccountSide:
        plan = self.plan
        accounts, present = plan.accounts, plan.accounts_present
        ruled: dict[int, int] = {}
        for matching, territory in self._rule_rows():
            for row in matching.tolist():
                ruled.setdefault(row, territory)
        own = {**ruled, **{o.account: o.territory for o in self.overrides.values()}}
        rows = np.array(sorted(r for r in own if 0 <= r < len(accounts) and present[r]), np.int32)
        follows = present & (accounts.unit >= 0)
        follows[rows] = False
        ids = [own[r] for r in rows.tolist()]
        known = [t if 0 <= t < plan.next_id else UNASSIGNED for t in ids]
        owners = np.array(known, np.int32)
        by_rule = np.array([int(r) not in self.overrides for r in rows], bool)
        return AccountSide(rows, owners, by_rule, ruled, follows)

    def _rule_rows(self) -> Iterator[tuple[np.ndarray, int]]:
        rules = sorted(self.plan.rows(rec.Rule, self.id), key=lambda r: (r.priority, r.id))
        if rules:
            from terradesk import formula

            for rule in rules:
                # A rule whose column is gone assigns nothing; the plan must open all the same.
                with contextlib.suppress(TerraDeskError):
                    yield formula.matching_rows(rule.formula, self.plan.accounts), rule.territory

    @cached_property
    def overrides(self) -> dict[int, rec.Override]:
        """Override of each named account by account row."""
        return {o.account: o for o in self.plan.rows(rec.Override, self.id)}

    @cached_property
    def account_territories(self) -> np.ndarray:
        """(n_accounts,) int32 territory id: override, else rule, else the unit's; -1 none.

        A unit that is not present assigns nothing.
        """
        accounts, side = self.plan.accounts, self.side
        out = np.full(len(accounts), UNASSIGNED, np.int32)
        homes = np.where(self.plan.units_present, self.assignment, UNASSIGNED)
        out[side.follows] = homes[accounts.unit[side.follows]]
        out[side.rows] = side.territories
        return out

    @cached_property
    def locked_territories(self) -> frozenset[int]:
        """Ids of locked territories."""
        return frozenset(k.ref for k in self.plan.rows(rec.Lock, self.id) if k.kind == "territory")

    @cached_property
    def locked_units(self) -> np.ndarray:
        """(n_units,) bool: locked by itself or through its territory."""
        out = np.isin(self.assignment, list(self.locked_territories))
        rows = [k.ref for k in self.plan.rows(rec.Lock, self.id) if k.kind == "unit"]
        out[[row for row in rows if 0 <= row < len(out)]] = True
        return out

    @cached_property
    def seeds(self) -> dict[int, rec.Seed]:
        """Start point of each territory id that has one."""
        return {s.territory: s for s in reversed(self.plan.rows(rec.Seed, self.id))}

    @cached_property
    def owners(self) -> dict[int, rec.Rep]:
        """Rep who owns each territory id (role owner, the first one)."""
        reps = {r.id: r for r in self.plan.rows(rec.Rep)}
        out: dict[int, rec.Rep] = {}
        for staffing in self.plan.rows(rec.Staffing, self.id):
            if staffing.role == "owner" and staffing.rep in reps:
                out.setdefault(staffing.territory, reps[staffing.rep])
        return out

    @property
    def scenario(self) -> rec.Scenario:
        """The scenario this alignment belongs to."""
        mine = next(a for a in self.plan.rows(rec.Alignment) if a.id == self.id)
        return next(s for s in self.plan.scenarios if s.id == mine.scenario)

    def name_of(self, territory: int) -> str:
        """Name of a territory id; empty for unassigned."""
        node = self.territories.get(territory)
        return node.name if node else ""


def new_plan(
    crs: str,
    units: Units,
    arcs: Arcs | None,
    accounts: Accounts | None = None,
    *,
    title: str = "",
    scenario: str = "",
    columns: tuple[rec.Column, ...] = (),
    measures: tuple[rec.Measure, ...] = (),
    settings: Mapping[str, str] | None = None,
) -> Plan:
    """A plan with one scenario, one team and no territories.

    Parameters
    ----------
    crs : str
        Equal-area CRS of ``arcs`` and of the accounts' x, y.
    units, arcs, accounts
        The map and the customers; both may be missing.
    title, scenario : str
        Name of the plan and of its first scenario.
    columns, measures : tuple of rows
        What the columns mean; their ``id`` is given anew.
    settings : mapping, optional
        Settings that differ from `DEFAULTS`; the currency is that of the columns unless given.

    Returns
    -------
    Plan
    """
    from terradesk.i18n import _

    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    rows: list[tuple[str, rec.Row]] = [
        (
            "scenario",
            rec.Scenario(rec.new_uid(), 1, name=scenario or _("First design"), created=now),
        ),
        ("team", rec.Team(rec.new_uid(), 2, name=_("Field sales"))),
        ("alignment", rec.Alignment(rec.new_uid(), 3, scenario=1, team=2)),
    ]
    next_id = 4
    meanings: list[rec.Row] = [*columns, *measures]
    for row in meanings:
        rows.append((KIND_OF[type(row)], replace(row, id=next_id)))
        next_id += 1
    own = {c.currency for c in columns if c.currency and not c.currency.startswith("=")}
    chosen = {
        **({"title": title} if title else {}),
        **({"currency": own.pop()} if len(own) == 1 else {}),
        **(settings or {}),
    }
    for key, value in chosen.items():
        rows.append(("setting", rec.Setting(key, next_id, value=value)))
        next_id += 1
    tables: dict[str, dict[tuple[int, str], rec.Row]] = {kind: {} for kind in rec.KINDS}
    for kind, row in rows:
        tables[kind][row.alignment, row.uid] = row
    labels = np.full(len(units), UNASSIGNED, np.int32)
    return Plan(
        uid=rec.new_uid() + rec.new_uid(),
        crs=crs,
        units=units,
        accounts=accounts if accounts is not None else empty_accounts(),
        coverage=arcs,
        tables=tables,
        assignments={3: labels},
        next_id=next_id,
    )
