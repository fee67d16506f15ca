"""Suggested moves: single changes that bring a plan nearer to tolerance, taken one by one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n, measures
from terradesk.edits import Assigned
from terradesk.i18n import N_, _, ngettext
from terradesk.plan import UNASSIGNED

from .. import theme
from ..dialogs import parts
from ..dialogs.work import LatestWork
from ..document_model import DocumentModel
from . import suggesting
from .build.why import WhyList
from .suggesting import Found, Steps, Suggestion, WholePlan
from .swap_cards import SwapCard

if TYPE_CHECKING:
    from terradesk.progress import Progress

_DELAY_MS = 250


class SwapsPanel(QtWidgets.QWidget):
    """Finds anew whenever the plan is another one while it is seen.

    Parameters
    ----------
    model : DocumentModel

    Signals
    -------
    opened(), left()
        It wants to be seen; it is done with.
    show_units(object)
        Unit rows to zoom to.
    told_at(object)
        Unit rows beside which the card with the figures should stand.
    """

    opened = QtCore.Signal()
    left = QtCore.Signal()
    show_units = QtCore.Signal(object)
    told_at = QtCore.Signal(object)

    def __init__(self, model: DocumentModel) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self.territory = UNASSIGNED
        self.found: Found | None = None
        self.whole: WholePlan | None = None
        self.cards: list[SwapCard] = []
        self._refused: set[Steps] = set()
        self._is_made = self._is_proposing = False
        self.finding = LatestWork(self, _DELAY_MS)
        self.finding_all = LatestWork(self, _DELAY_MS)
        self.finding.succeeded.connect(self._show_found)
        self.finding_all.succeeded.connect(self._show_whole)
        for work in (self.finding, self.finding_all):
            work.failed.connect(self._show_trouble)
            work.busy_changed.connect(self._show_busy)
        model.opened.connect(self._another)
        model.alignment_changed.connect(self._another)
        model.closed.connect(self.leave)
        model.edited.connect(self.refresh)

    # ------------------------------------------------------------------ made when first opened
    def _make(self) -> None:
        self._is_made = True
        self.state = parts.label("", "strong", wraps=True)
        self.busy = parts.label("", "dim")
        self.all_of = parts.Button(_("All territories"), "link", clicked=self._ask_for_all)
        self.trouble = parts.Trouble()
        self.note = parts.label("", "dim", wraps=True)
        self.why = WhyList()
        self.why.units_clicked.connect(self._show_places)
        self.skipped = parts.Button("", "link", clicked=self._take_back)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(parts.line())
        body = QtWidgets.QWidget()
        self._body = QtWidgets.QVBoxLayout(body)
        self._body.setContentsMargins(16, 12, 12, 16)
        self._body.setSpacing(8)
        self._body.addWidget(self.state)
        self._body.addWidget(self.all_of, 0, parts.start())
        for widget in (self._make_whole(), self.trouble, self.note, self.why, self.busy):
            self._body.addWidget(widget)
        self._list = QtWidgets.QVBoxLayout()
        self._list.setSpacing(8)
        self._body.addLayout(self._list)
        self._body.addWidget(self.skipped, 0, parts.start())
        self._body.addStretch(1)
        column.addWidget(parts.scrolled(body), 1)

    def _head(self) -> QtWidgets.QWidget:
        head = QtWidgets.QWidget()
        head.setFixedHeight(theme.HEIGHT["toolbar"])
        row = QtWidgets.QHBoxLayout(head)
        row.setContentsMargins(16, 0, 8, 0)
        row.addWidget(parts.label(_("Suggested moves"), "title"))
        row.addStretch(1)
        self.close_button = parts.icon_button("x", _("Close"), self.leave)
        row.addWidget(self.close_button)
        return head

    def _make_whole(self) -> QtWidgets.QWidget:
        """All at once: previewed first, then accepted."""
        self.whole_box = QtWidgets.QFrame()
        self.whole_box.setProperty("role", "note")
        column = QtWidgets.QVBoxLayout(self.whole_box)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        self.whole_text = parts.label("", "strong", wraps=True)
        self.whole_least = parts.label("", "dim", wraps=True)
        row = QtWidgets.QHBoxLayout()
        self.preview_all = parts.Button(_("Preview"), clicked=self._propose_all)
        self.accept_all = parts.Button("", "primary", clicked=self._accept_all)
        self.drop_all = parts.Button(_("Discard"), "link", clicked=self._drop_all)
        for button in (self.preview_all, self.accept_all, self.drop_all):
            row.addWidget(button)
        row.addStretch(1)
        column.addWidget(self.whole_text)
        column.addWidget(self.whole_least)
        column.addLayout(row)
        return self.whole_box

    # ------------------------------------------------------------------ opened and left
    def open(self, territory: int = UNASSIGNED) -> None:
        """Show suggestions, or those that help one territory."""
        if not self._model.is_open:
            return
        if not self._is_made:
            self._make()
        self.territory = territory
        self.opened.emit()
        self._find()

    def leave(self) -> None:
        """Close."""
        self._stop()
        self.left.emit()

    def hideEvent(self, event: object) -> None:
        """Nothing is looked for while it is not seen."""
        self._stop()

    def _stop(self) -> None:
        self.finding.stop()
        self.finding_all.stop()
        if self._model.is_open:
            self._drop_all()
            self._model.preview(None)

    def _another(self) -> None:
        """Another plan or scenario."""
        self._refused.clear()
        self.territory = UNASSIGNED
        self.refresh()

    def refresh(self, *_args: object) -> None:
        """Find anew, if anybody looks."""
        self._is_proposing = False
        if self._is_made and self._model.is_open and self.isVisible():
            self._find()

    def _ask_for_all(self) -> None:
        self.territory = UNASSIGNED
        self._find()

    # ------------------------------------------------------------------ finding
    def _find(self) -> None:
        model = self._model
        self.trouble.hide()
        self.note.hide()
        self.why.clear()
        self.whole = None
        self._show_state()
        if measures.balance_measure(model.plan) is None or len(model.view.leaves) < 2:
            self._show_nothing_to_do()
            return
        plan, alignment, refused = model.plan, model.alignment, frozenset(self._refused)
        territory = self.territory

        def work(progress: Progress) -> Found:
            return suggesting.find(plan, alignment, refused, territory, progress)

        self.finding.ask(work)

    def _find_all(self) -> None:
        model = self._model
        plan, alignment, refused = model.plan, model.alignment, frozenset(self._refused)

        def work(progress: Progress) -> WholePlan:
            return suggesting.find_all(plan, alignment, refused, progress)

        self.finding_all.ask(work)

    def _show_busy(self, *_args: object) -> None:
        if not self._is_made:
            return
        is_busy = self.finding.is_busy or self.finding_all.is_busy
        text = (
            _("Looking for moves…") if self.finding.is_busy else _("Looking for the fewest moves…")
        )
        self.busy.setText(text)
        self.busy.setVisible(is_busy)

    def _show_trouble(self, error: BaseException) -> None:
        self._show_cards(())
        self.trouble.tell(error)

    # ------------------------------------------------------------------ showing
    def _show_found(self, found: Found) -> None:
        if found.plan is not self._model.plan:
            return
        self.found = found
        self._show_cards(found.suggestions)
        self._show_state()
        self._say_about(found)
        self.why.show_tolds(found.why)
        if found.n_out and self.territory == UNASSIGNED:
            self._find_all()

    def _show_cards(self, suggestions: tuple[Suggestion, ...]) -> None:
        self._model.preview(None)
        focus = QtWidgets.QApplication.focusWidget()
        held = [
            k for k, c in enumerate(self.cards) if focus and (c is focus or c.isAncestorOf(focus))
        ]
        parts.empty(self._list)
        self.cards = [SwapCard(one, self._model.view) for one in suggestions]
        for card in self.cards:
            card.pointed.connect(partial(self._pointed, card))
            card.clicked.connect(partial(self._zoom, card))
            card.accepted.connect(partial(self._accept, card))
            card.skipped.connect(partial(self._skip, card))
            self._list.addWidget(card)
        if held and self.cards:
            self.cards[min(held[0], len(self.cards) - 1)].setFocus()

    def _show_state(self) -> None:
        """How many are in tolerance, what the list is about, and all moves together."""
        model, territory = self._model, self.territory
        balance = measures.standing_of(model.view).balance if model.view.leaves else None
        if territory in model.view.slots and territory != UNASSIGNED:
            self.state.setText(
                _("What would help {name}").format(name=model.view.name_of(territory))
            )
        elif balance is not None:
            text = _("{n} of {m} in tolerance")
            n, m = i18n.number(balance.n_in_tolerance), i18n.number(balance.n_territories)
            self.state.setText(text.format(n=n, m=m))
        else:
            self.state.clear()
        self.all_of.setVisible(territory != UNASSIGNED)
        self._show_whole(self.whole)
        self._show_skipped(len(self._refused))

    def _show_skipped(self, n: int) -> None:
        text = ngettext("{n} skipped: suggest it again", "{n} skipped: suggest them again", n)
        self.skipped.setText(text.format(n=i18n.number(n)))
        self.skipped.setVisible(n > 0)

    def _say_about(self, found: Found) -> None:
        """What the list is good for, or why there is none."""
        if found.suggestions and found.n_out:
            self.note.setText(found.note)
            self.note.setVisible(bool(found.note))
            return
        if found.suggestions:
            text = _("Everything is within tolerance. These moves would make it more even.")
        elif found.n_out:
            text = _("No single move helps without splitting a territory, or moving what is locked."
                     " Build finds larger changes.")  # fmt: skip
        else:
            text = _("Everything is within tolerance, and no single move makes it more even.")
        if self.territory != UNASSIGNED and not found.suggestions:
            text = _("No single move helps this territory by itself. Look at those of all"
                     " territories, or rebalance.")  # fmt: skip
        self.note.setText(text)
        self.note.show()

    def _show_nothing_to_do(self) -> None:
        self.finding.stop()
        self._show_cards(())
        self.note.setText(_("Make two or more territories and choose what to balance by; then moves"
                            " can be suggested."))  # fmt: skip
        self.note.show()

    def _show_whole(self, whole: WholePlan | None) -> None:
        if whole is not None and whole.plan is not self._model.plan:
            whole = None
        self.whole = whole
        has_moves = whole is not None and whole.tentative is not None
        self.whole_box.setVisible(has_moves and self.territory == UNASSIGNED)
        if whole is None or whole.tentative is None:
            return
        n = i18n.number(whole.n_moves)
        self.whole_text.setText(_whole_text(whole))
        self.whole_least.setText(self._least(whole))
        accept = ngettext("Accept {n} move", "Accept {n} moves", whole.n_moves)
        self.accept_all.setText(accept.format(n=n))
        self._show_proposing()

    def _least(self, whole: WholePlan) -> str:
        """What changes hands, and what must whatever is done."""
        assert whole.tentative is not None
        plan, n, least = self._model.plan, len(whole.tentative.unit_rows), whole.least.units
        moves = ngettext("{n} {noun} changes hands", "{n} {noun} change hands", n)
        said = moves.format(n=i18n.number(n), noun=plan.noun(n))
        if not least or (least > n and whole.is_complete):
            return f"{said}."
        if not whole.is_complete:
            text = _("{what}; at least {n} must until everything is within tolerance.")
        elif least == n:
            return _("{what}: fewer cannot do it.").format(what=said)
        else:
            text = _("{what}; at least {n} must whatever is done.")
        return text.format(what=said, n=i18n.number(least))

    def _show_proposing(self) -> None:
        self.preview_all.setVisible(not self._is_proposing)
        for button in (self.accept_all, self.drop_all):
            button.setVisible(self._is_proposing)

    # ------------------------------------------------------------------ previewing
    def _pointed(self, card: SwapCard, is_there: bool) -> None:
        if card not in self.cards:
            return
        if not is_there and any(c.underMouse() or c.hasFocus() for c in self.cards):
            return
        shown = card if is_there else None
        for one in self.cards:
            one.set_lit(one is shown)
        if is_there:
            self.told_at.emit(card.suggestion.rows)
        self._model.preview(card.suggestion.tentative if is_there else None)

    def _zoom(self, card: SwapCard) -> None:
        self._model.preview(card.suggestion.tentative)
        self.show_units.emit(card.suggestion.rows)

    def _show_places(self, rows: np.ndarray) -> None:
        self._model.select_units(rows)
        self.show_units.emit(rows)

    def _propose_all(self) -> None:
        if self.whole is not None:
            self._is_proposing = True
            self._model.propose(self.whole.tentative)
            self._show_proposing()

    def _drop_all(self) -> None:
        if self._is_proposing:
            self._is_proposing = False
            self._model.propose(None)
            self._show_proposing()

    # ------------------------------------------------------------------ taking
    def _accept(self, card: SwapCard) -> None:
        """Do one move; the plan it was found for is the plan as it is."""
        tentative = card.suggestion.tentative
        self._model.attempt(lambda: Assigned(tentative.edit, tentative.n_locked, tentative.n_named))

    def _accept_all(self) -> None:
        whole = self.whole
        if whole is not None and whole.tentative is not None:
            edit = whole.tentative.edit
            self._is_proposing = False
            self._model.propose(None)
            self._model.attempt(lambda: edit)

    def _skip(self, card: SwapCard) -> None:
        """Suggest something else instead, for as long as this scenario is in view."""
        self._refused.add(card.suggestion.steps)
        self._find()

    def _take_back(self) -> None:
        """Suggest again what was skipped."""
        self._refused.clear()
        self._find()

    def restyle(self) -> None:
        """Figures take the theme as they are painted."""
        for card in self.cards:
            card.update()


def _whole_text(whole: WholePlan) -> str:
    n, k = i18n.number(whole.n_moves), i18n.number(whole.n_more)
    if whole.is_complete and whole.is_partly:
        one = N_("Bring everything that can be within tolerance there: {n} move")
        many = N_("Bring everything that can be within tolerance there: {n} moves")
    elif whole.is_complete:
        one = N_("Bring everything within tolerance: {n} move")
        many = N_("Bring everything within tolerance: {n} moves")
    elif whole.n_more > 0:
        one = N_("{n} move brings {k} more within tolerance")
        many = N_("{n} moves bring {k} more within tolerance")
    else:
        one, many = N_("{n} move makes it more even"), N_("{n} moves make it more even")
    return ngettext(one, many, whole.n_moves).format(n=n, k=k)
