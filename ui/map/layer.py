"""The plan as the renderer draws it: territories as rows, marks, names, colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from terradesk import colouring, i18n, measures
from terradesk.arcs import Arcs, build
from terradesk.plan import UNASSIGNED, AlignmentView, Plan
from terradesk.render import MapState, Mark
from terradesk.render.legend import LegendEntry, legend
from ui.tools import NEW

from .. import theme
from ..document_model import Tentative

_STATE_ROLES = ("state", "county")
_NONE = np.empty(0, np.int64)


def drawn_arcs(plan: Plan) -> Arcs:
    """Arcs of the plan; empty ones with a fitting origin for a plan of points only."""
    if plan.arcs is not None:
        return plan.arcs
    placed = np.isfinite(plan.accounts.x)
    x = float(plan.accounts.x[placed].mean()) if placed.any() else 0.0
    y = float(plan.accounts.y[placed].mean()) if placed.any() else 0.0
    return build(np.full(len(plan.units), None, object), (x, y))  # areas may have come and gone


class Layer:
    """One alignment as arrays: territory row = slot - 1, one spare row for a new territory.

    Parameters
    ----------
    plan : Plan
    alignment : int
    arcs : Arcs
        As `drawn_arcs` gives them.
    """

    def __init__(self, plan: Plan, alignment: int, arcs: Arcs) -> None:
        self.plan, self.arcs = plan, arcs
        self.view: AlignmentView = plan.alignment(alignment)
        self.colour_by = colouring.BY_TERRITORY
        self.look = colouring.Look()
        self.rules: colouring.Rules | None = None
        self.colouring = colouring.Colouring()
        groups, held = _groups(plan), self._held()
        self.state = MapState(arcs, self._rows(), *self._tables(), groups=groups, held=held)
        self.refresh_colours()

    # ------------------------------------------------------------------ the plan
    def _rows(self) -> np.ndarray:
        return self.view.unit_slots - 1 if self.arcs.n_units else np.empty(0, np.int32)

    def _tables(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Parents, fills and locks by territory row."""
        leaves, locked = self.view.leaves, self.view.locked_territories
        parents = [t.parent for t in leaves] + [0]
        return (
            np.array(parents),
            self._fills(),
            np.array([t.id in locked for t in leaves] + [False]),
        )

    def _held(self) -> np.ndarray:
        """Whether each unit is locked."""
        return self.view.locked_units if self.arcs.n_units else np.empty(0, bool)

    def _fills(self) -> np.ndarray:
        """Palette index by territory row."""
        leaves, own = self.view.leaves, self.colouring.fills
        fills = [t.colour for t in leaves] if own is None else own.tolist()
        return np.array([*fills[: len(leaves)], len(leaves) % 24], np.int64)

    @property
    def spare(self) -> int:
        """Row that stands for a territory that is not made yet."""
        return len(self.view.leaves)

    def row_of(self, territory: int) -> int:
        """Territory row of an id, -1 for unassigned."""
        if territory in (NEW,) or territory not in self.view.slots:
            return self.spare
        return self.view.slots[territory] - 1

    def units_of(self, territory: int) -> np.ndarray:
        """Rows of the units of a territory; none for -1."""
        if territory == UNASSIGNED:
            return np.empty(0, np.int64)
        starts, rows = measures.standing_of(self.view).groups
        slots = [self.view.slots[t.id] for t in self.view.leaves_below(territory)]
        pieces = [rows[starts[slot] : starts[slot + 1]] for slot in slots]
        return np.sort(np.concatenate(pieces)).astype(np.int64) if pieces else _NONE

    def reassign(self, plan: Plan, rows: np.ndarray) -> None:
        """Take up an edit that only assigned units; the tree is the same."""
        self.plan, self.view = plan, plan.alignment(self.view.id)
        self.state.assign(rows, self.view.unit_slots[rows] - 1)

    def replace(self, plan: Plan, alignment: int) -> None:
        """Take up any other edit of the same map."""
        self.plan, self.view = plan, plan.alignment(alignment)
        self.state.set_plan(self._rows(), *self._tables(), self._held())
        self.refresh_colours()

    # ------------------------------------------------------------------ colours
    def set_colour_by(self, key: str, rules: colouring.Rules | None = None) -> None:
        """Colour by a key of `colouring.choices`; with rules that are only being tried, if any."""
        self.colour_by, self.rules = key, rules
        self.refresh_colours()

    def set_look(self, look: colouring.Look) -> None:
        """Use other fills for territories, or patterns beside them."""
        if look != self.look:
            self.look = look
            self.refresh_colours()

    def refresh_colours(self) -> None:
        """Work out the fills afresh."""
        before = self.colouring.fills
        self.colouring = colouring.colouring(self.colour_by, self.view, self.look, self.rules)
        if before is not None or self.colouring.fills is not None:
            self.state.fills = self._fills()
        colouring.show(self.colouring, self.state, len(self.view.leaves))

    @property
    def moves_colours(self) -> bool:
        """Whether assigning units changes more fills than theirs."""
        return self.colouring.follows_assignment

    # ------------------------------------------------------------------ marks
    def mark(self, mark: Mark, rows: np.ndarray, target: int | None = None) -> np.ndarray:
        """Give a mark to these units only; returns those that look different now."""
        if not self.arcs.n_units:
            return np.empty(0, np.int64)
        rows = rows[rows < self.arcs.n_units]
        return self.state.set_mark(rows, mark, target)

    def mark_preview(self, tentative: Tentative | None) -> np.ndarray:
        """Show what a gesture would do in the fill of its target."""
        if tentative is None:
            return self.mark(Mark.PREVIEW, np.empty(0, np.int64))
        effect, rows = tentative.effect, tentative.unit_rows
        if effect is not None and effect.made:
            self.state.fills[-1] = effect.made[0].colour
        owners = tentative.plan.assignments[self.view.id][rows]
        is_known = owners < self.plan.next_id
        slots = self.view.slot_of(np.where(is_known, owners, UNASSIGNED))
        targets = np.where(is_known, slots - 1, self.spare).astype(np.int32)
        return self.state.set_mark(rows, Mark.PREVIEW, targets)

    # ------------------------------------------------------------------ words
    def labels(self) -> tuple[list[str], list[str], list[str]]:
        """Name, deviation and its colour role of each territory row; the spare row is empty."""
        names = [t.name for t in self.view.leaves]
        values, tones = [""] * len(names), ["label"] * len(names)
        if names and measures.balance_measure(self.plan) is not None:
            found = measures.balance(self.view)
            for slot in range(1, len(names) + 1):
                values[slot - 1] = i18n.deviation(float(found.deviations[slot]), found.tolerance)
                tones[slot - 1] = tone(float(found.deviations[slot]), found.tolerance)
        return [*names, ""], [*values, ""], [*tones, "label"]

    def legend(self, accounts: str | Sequence[LegendEntry]) -> list[LegendEntry]:
        """What is on the map now.

        Parameters
        ----------
        accounts : str or sequence of LegendEntry
            What the discs mean, or ready-made lines about the accounts.
        """
        fills = colouring.entries(self.colouring, theme.is_dark(), self.look)
        if isinstance(accounts, str):
            return legend(self.state, accounts=accounts, fills=fills)
        return legend(self.state, fills=[*fills, *accounts])


def tone(deviation: float, tolerance: float) -> str:
    """Colour role of a deviation: label in tolerance, else over or under."""
    if not np.isfinite(deviation) or abs(deviation) <= tolerance + 1e-12:
        return "label"
    return "over" if deviation > 0 else "under"


def _groups(plan: Plan) -> np.ndarray | None:
    """Number of the state of each unit, for finer lines inside a territory."""
    from terradesk import records as rec

    columns = [c for c in plan.rows(rec.Column) if c.table == "units" and c.role in _STATE_ROLES]
    named = [c.name for c in columns] or [
        n for n in ("state", "state_fips") if n in plan.units.columns
    ]
    if not named or named[0] not in plan.units.columns or plan.arcs is None:
        return None
    values = plan.units.columns[named[0]]
    return np.unique(values.astype(str), return_inverse=True)[1].astype(np.int32)
