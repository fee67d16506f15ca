"""Building: a proposed plan drawn on the map, and the banner that says it is only a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext
from terradesk.plan import UNASSIGNED, AlignmentView
from terradesk.render.legend import LegendEntry

from .. import theme
from . import parts

if TYPE_CHECKING:
    from ..document_model import DocumentModel
    from .view import MapView

_MOST_HATCHED = 0.6  # of the areas that have a territory; beyond, all is new and nothing stands out
_TAKEN_PX = 200  # of the map's width by tools, margins, icon and title
_NONE = np.empty(0, np.int64)


def changed_rows(before: AlignmentView, after: AlignmentView) -> np.ndarray:
    """(k,) int64 units present that have another territory in ``after``."""
    n = min(len(before.assignment), len(after.assignment))
    differs = before.assignment[:n] != after.assignment[:n]
    return np.flatnonzero(differs & before.plan.units_present[:n])


def hatched_rows(before: AlignmentView, changed: np.ndarray) -> np.ndarray:
    """Units to hatch: those that leave a territory, unless most of the plan does."""
    held = before.assignment != UNASSIGNED
    leaving = changed[held[changed]]
    return leaving if len(leaving) <= _MOST_HATCHED * max(1, int(held.sum())) else _NONE


class Building(QtCore.QObject):
    """Draws the proposal of the model.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view, self._model = view, view.model
        self.banner = view.floats.banner = Banner(view, view.model)
        self._was_shown = False
        view.model.proposed.connect(self.refresh)
        view.model.closed.connect(self.banner.hide)
        view.following.ready.connect(self._ready)

    def _ready(self) -> None:
        if self._model.shows_proposal:
            self.refresh()

    def refresh(self) -> None:
        """Draw the proposal, or the plan as it is."""
        model, following = self._model, self._view.following
        proposal = model.proposal
        if proposal is None or not model.shows_proposal:
            following.show_plan(model.plan, _NONE)
        else:
            after = proposal.plan.alignment(model.alignment)
            changed = changed_rows(model.view, after)
            following.show_plan(proposal.plan, hatched_rows(model.view, changed))
        self._tell(proposal is not None and model.shows_proposal)

    def _tell(self, is_shown: bool) -> None:
        """Banner and legend; what floats finds its place anew when something comes or goes."""
        was_there = self.banner.isVisibleTo(self._view)
        self.banner.refresh()
        if is_shown:
            self._view.floats.steps.hide()
        if was_there != self.banner.isVisibleTo(self._view) or is_shown != self._was_shown:
            self._was_shown = is_shown
            self._view.following.changed.emit()
            self._view.arrange()

    def legend(self, entries: Sequence[LegendEntry]) -> list[LegendEntry]:
        """Lines of the legend in the words of a proposal, while one is shown."""
        if not self._model.shows_proposal:
            return list(entries)
        words = {
            "changed": _("Would change territory"),
            "locked": _("Locked: stays as it is"),
        }
        return [
            replace(entry, text=words[entry.symbol]) if entry.symbol in words else entry
            for entry in entries
        ]


class Banner(parts.Floating):
    """Says that the map shows a proposal, and lets the user look at the plan as it is."""

    def __init__(self, parent: QtWidgets.QWidget, model: DocumentModel) -> None:
        super().__init__(parent)
        self._host, self._model = parent, model
        self.setAccessibleName(_("Preview"))
        layout = parts.row(self, 8, (12, 4, 6, 4))
        self.end = 0
        self._icon = parts.icon_label("eye", "accent_text", 16)
        self._title, self._text = parts.label("", "strong"), parts.label("", "dim")
        self._switch = parts.link("")
        self._switch.clicked.connect(self._toggle)
        for widget in (self._icon, self._title, self._text, self._switch):
            layout.addWidget(widget)
        self.hide()

    def text(self) -> str:
        """All it says."""
        return f"{self._title.text()} {self._text.text()}"

    @property
    def switch(self) -> QtWidgets.QPushButton:
        """The link between the proposal and the plan as it is."""
        return self._switch

    def _toggle(self) -> None:
        self._model.show_proposal(not self._model.shows_proposal)

    def refresh(self) -> None:
        """Say what is shown."""
        model, proposal = self._model, self._model.proposal
        if proposal is None:
            self.hide()
            return
        is_shown = model.shows_proposal
        after = proposal.plan.alignment(model.alignment)
        rows = changed_rows(model.view, after)
        self._title.setText(_("Preview") if is_shown else _("Your plan"))
        self._text.setText(self._sentence(rows, is_shown))
        self._switch.setText(_("Show the plan as it is") if is_shown else _("Show the preview"))
        self._switch.setAccessibleName(self._switch.text())
        self.adjustSize()
        self.show()

    def _sentence(self, rows: np.ndarray, is_shown: bool) -> str:
        if not is_shown:
            return _("as it is")
        n = len(rows)
        if (self._model.view.assignment[rows] == UNASSIGNED).all():
            text = ngettext(
                "{n} {noun} would get a territory.", "{n} {noun} would get a territory.", n
            )
        else:
            text = ngettext("{n} {noun} would change.", "{n} {noun} would change.", n)
        count = text.format(n=i18n.number(n), noun=self._model.plan.noun(n))
        whole = f"{count} " + _("Your plan stays as it is until you accept.")
        room = self._host.width() - self.end - _TAKEN_PX - self._switch.sizeHint().width()
        wide = self.fontMetrics().horizontalAdvance
        if wide(whole) < room:
            return whole
        return count if wide(count) < room else i18n.number(n)

    def leave_free(self, end: int) -> None:
        """A panel lies over so many pixels at the end of the map."""
        if end != self.end:
            self.end = end
            self.refresh()

    def restyle(self) -> None:
        """Take up another theme."""
        self._icon.setPixmap(theme.pixmap("eye", "accent_text", 16))
