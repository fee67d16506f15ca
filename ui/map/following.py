"""Keeps the picture in step with the model: edits, scenarios, selection, previews."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PySide6 import QtCore

from terradesk.colouring import Look, Rules
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED, AlignmentView, Plan
from terradesk.render import Mark
from terradesk.render.basemap import BaseMap

from ..document_model import DocumentModel, Edited, Tentative
from ..jobs import Job
from . import preparing
from .item import MapItem
from .layer import Layer
from .preparing import Prepared

FLASH_MS = 900
_DRIFT = 0.04  # of a territory's areas that may come and go before its name is placed anew
_NONE = np.empty(0, np.int64)


class Following(QtCore.QObject):
    """Everything the model says, drawn.

    Signals
    -------
    ready()
        A plan can be seen.
    changed()
        Something on the map changed: legend and chip are out of date.
    """

    ready = QtCore.Signal()
    changed = QtCore.Signal()

    def __init__(self, model: DocumentModel, item: MapItem, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._model, self._item = model, item
        self.prepared: Prepared | None = None
        self.layer: Layer | None = None
        self.colour_by, self.look = "territory", Look()
        self._drop_target, self._shows_current = UNASSIGNED, True
        self.hatched, self._drift = _NONE, np.zeros(0)
        self._had_selection = False
        self._flash = QtCore.QTimer(self, singleShot=True, interval=FLASH_MS)
        self._flash.timeout.connect(self._end_flash)
        model.opened.connect(self.open)
        model.closed.connect(self.forget)
        model.edited.connect(self.edited)
        model.alignment_changed.connect(self.show_alignment)
        model.current_changed.connect(self.mark_current)
        model.selection_changed.connect(self.mark_selection)
        model.previewed.connect(self.preview)

    # ------------------------------------------------------------------ another plan
    def open(self) -> None:
        """Prepare the open plan in a thread; the map is empty until then."""
        self.forget()
        self._prepare()

    def forget(self) -> None:
        """Let go of the plan and of every picture of it."""
        self.prepared = self.layer = None
        self._item.set_layer(None, None, None)

    def _prepare(self) -> None:
        plan, alignment = self._model.plan, self._model.alignment
        work = partial(preparing.prepare, plan, alignment)
        self._start(_("Preparing the map"), work, self._prepared)

    def _start(self, title: str, work: Callable[..., Any], done: Callable[..., None]) -> None:
        job = Job(title, work)
        job.succeeded.connect(done)
        job.failed.connect(self._failed)
        job.start()

    def _failed(self, error: BaseException) -> None:
        self._model.on_error(error, False)

    def _prepared(self, prepared: Prepared) -> None:
        model = self._model
        if not model.is_open or not _is_same_map(prepared.plan, model.plan):
            return
        if prepared.plan.accounts is not model.plan.accounts:
            prepared = preparing.with_accounts(prepared, model.plan)
        self.prepared = prepared
        self.layer = Layer(model.plan, model.alignment, prepared.arcs)
        self.layer.look = self.look
        self.layer.set_colour_by(self.colour_by)
        self._item.set_layer(self.layer, prepared.overview, prepared.spots)
        self.mark_selection()
        self.mark_current()
        self.ready.emit()
        self.changed.emit()
        work = partial(preparing.read_base, prepared)
        self._start(_("Reading the base map"), work, self._got_base)

    def _got_base(self, found: tuple[Prepared, BaseMap | None]) -> None:
        prepared, base = found
        if self.prepared is not None and prepared.arcs is self.prepared.arcs:
            self._item.set_base(base)
            self.changed.emit()
            self._start(_("Preparing the map"), preparing.finish, lambda _done: None)

    # ------------------------------------------------------------------ edits
    def edited(self, edited: Edited) -> None:
        """Draw what an edit touched, no more."""
        if self.layer is None or self.prepared is None:
            return
        plan = edited.plan
        if plan.arcs is not edited.before.arcs:
            self._prepare()
        if self._is_behind:
            return
        if _places_differ(edited.before, plan):
            self.prepared = preparing.with_accounts(self.prepared, plan)
            self._item.spots = self.prepared.spots
        if self._is_same_tree(edited):
            self._reassign(edited)
        else:
            self._replace()
        self.changed.emit()

    @property
    def _is_behind(self) -> bool:
        """Whether areas came or went and the map of them is not ready yet."""
        return self.prepared is None or not _is_same_map(self.prepared.plan, self._model.plan)

    def _is_same_tree(self, edited: Edited) -> bool:
        assert self.layer is not None
        kinds = ("territory", "lock", "setting", "target", "measure")
        before, after = edited.before.tables, edited.plan.tables
        same = all(before.get(k) is after.get(k) for k in kinds)
        return same and self.layer.view.id == self._model.alignment

    def _reassign(self, edited: Edited) -> None:
        assert self.layer is not None
        touched = edited.touched
        self.layer.reassign(edited.plan, touched.units)
        self._item.assigned(touched.units)
        shapes = [self.layer.row_of(t) for t in touched.territories if t != UNASSIGNED]
        self._item.set_blocks(np.array(shapes if len(touched.units) else [], np.int64))
        if self.layer.moves_colours or touched.has_accounts or touched.has_columns:
            self.layer.refresh_colours()
            self._item.recolour()
        self.mark_current()

    def _replace(self) -> None:
        assert self.layer is not None
        self.layer.replace(self._model.plan, self._model.alignment)
        self._item.refresh()
        self._item.set_blocks()
        self.mark_current()

    def show_alignment(self) -> None:
        """Draw another scenario."""
        if self.layer is not None and not self._is_behind:
            self._replace()
            self.changed.emit()

    def set_colour_by(self, key: str, rules: Rules | None = None) -> None:
        """Colour by a key of `colouring.choices`; with rules that are only being tried, if any."""
        self.colour_by = key
        if self.layer is not None:
            self.layer.set_colour_by(key, rules)
            self._recoloured()

    def set_look(self, look: Look) -> None:
        """Use other fills for territories, or patterns beside them."""
        self.look = look
        if self.layer is not None:
            self.layer.set_look(look)
            self._recoloured()

    def _recoloured(self) -> None:
        self._item.recolour()
        self._item.set_blocks(_NONE)  # texts may have other colours, shapes are the same
        self.changed.emit()

    # ------------------------------------------------------------------ marks
    def mark(self, mark: Mark, rows: np.ndarray) -> None:
        """Give a mark to these units only."""
        if self.layer is not None:
            drawn = rows[rows < self.layer.arcs.n_units]  # areas that just came are not drawn yet
            self._item.marked(self.layer.mark(mark, drawn))

    def mark_selection(self, rows: np.ndarray | None = None) -> None:
        """Outline and tint the selection, or what a box would select."""
        chosen, accounts = self._model.selected_units, self._model.selected_accounts
        self.mark(Mark.SELECTED, chosen if rows is None else rows)
        if not np.array_equal(self._item.selected_accounts, accounts):
            self._item.selected_accounts = accounts
            self._item.update()
        has_any = len(chosen) > 0
        if rows is None and has_any != self._had_selection:
            self._had_selection = has_any  # all that the legend says of it
            self.changed.emit()

    def mark_current(self) -> None:
        """Outline the current territory, except during a drag of the selection."""
        if self.layer is None:
            return
        current = self._model.current
        is_shown = self._shows_current and current in self.layer.view.territories
        self.mark(Mark.CURRENT, self.layer.units_of(current) if is_shown else _NONE)

    def mark_target(self, territory: int, is_drag: bool) -> None:
        """Outline the territory that a drag would drop on."""
        if self.layer is None:
            return
        if self._shows_current == is_drag:
            self._shows_current = not is_drag
            self.mark_current()
        if territory != self._drop_target:
            self._drop_target = territory
            is_known = territory in self.layer.view.territories
            rows = self.layer.units_of(territory) if is_known else _NONE
            self.mark(Mark.DROP_TARGET, rows)

    def preview(self, tentative: Tentative | None) -> None:
        """Show what would change hands in the fill of its target."""
        is_gesture = tentative is not None and not tentative.is_proposal
        if self.layer is not None and not self._is_behind:
            self._item.marked(self.layer.mark_preview(tentative if is_gesture else None))

    # ------------------------------------------------------------------ proposals
    def show_plan(self, plan: Plan, hatched: np.ndarray) -> None:
        """Draw a plan that is only proposed, or the plan as it is again.

        Parameters
        ----------
        plan : Plan
            Another one of the same areas and scenario.
        hatched : (k,) int
            Units that would change hands.
        """
        layer, self.hatched = self.layer, hatched
        if (
            layer is None
            or layer.plan.arcs is not plan.arcs
            or layer.view.id not in plan.assignments
        ):
            return
        view = plan.alignment(layer.view.id)
        if _same_leaves(layer.view, view):
            self._move_to(plan, np.flatnonzero(layer.view.assignment != view.assignment))
        else:
            layer.replace(plan, view.id)
            layer.mark(Mark.CHANGED, hatched)
            self._item.refresh()
            self._item.set_blocks()
            self._drift = np.zeros(0)
        self.mark_current()

    def _move_to(self, plan: Plan, rows: np.ndarray) -> None:
        """Draw units of the same territories elsewhere, together with what is hatched now."""
        layer = self.layer
        assert layer is not None
        before = layer.state.territories[rows]
        layer.reassign(plan, rows)
        dirty = np.union1d(rows, layer.mark(Mark.CHANGED, self.hatched))
        if not len(dirty):
            return
        self._item.assigned(dirty)
        self._item.set_blocks(self._drifted(before, layer.state.territories[rows]))
        if layer.moves_colours:
            layer.refresh_colours()
            self._item.recolour()

    def _drifted(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """Territories that have changed so much since their name was placed that it may be beside.

        A build shows itself several times a second; finding places takes longer than the rest.
        """
        layer = self.layer
        assert layer is not None
        n = layer.spare + 2
        if len(self._drift) != n:
            self._drift = np.zeros(n)
        for owners in (before, after):
            self._drift += np.bincount(owners + 1, minlength=n)
        sizes = np.bincount(layer.state.territories + 1, minlength=n)
        drifted = np.flatnonzero(self._drift > _DRIFT * sizes)
        self._drift[drifted] = 0
        return (drifted[drifted > 0] - 1).astype(np.int64)

    def flash(self, rows: np.ndarray) -> None:
        """Hatch units for a moment."""
        self.mark(Mark.CHANGED, rows)
        self._flash.start()

    def _end_flash(self) -> None:
        self.mark(Mark.CHANGED, self.hatched)
        self.changed.emit()


def _is_same_map(one: Plan, other: Plan) -> bool:
    """Whether two states of a plan have the same areas."""
    return one.uid == other.uid and one.arcs is other.arcs


def _same_leaves(one: AlignmentView, other: AlignmentView) -> bool:
    """Whether territories and their fills, places in the tree and locks are the same."""
    looks = [[(t.id, t.name, t.colour, t.parent) for t in view.leaves] for view in (one, other)]
    return looks[0] == looks[1] and one.locked_territories == other.locked_territories


def _places_differ(before: Plan, after: Plan) -> bool:
    """Whether accounts came, went, moved or changed their figures."""
    return before.accounts is not after.accounts or before.hidden != after.hidden
