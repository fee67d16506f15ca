"""The status bar: what is under the cursor, what is selected, and work going on."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext

from .. import theme
from ..document_model import DocumentModel
from ..jobs import Job, running
from ..map.words import unit_text

QUIET_MS = 300
"""Work shorter than this shows no progress."""


class StatusBar(QtWidgets.QStatusBar):
    """Left: the area under the cursor. Right: the selection. Between: a job with cancel."""

    def __init__(self, model: DocumentModel) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self._model = model
        self._where, self._selected, self._work = (QtWidgets.QLabel() for _i in range(3))
        for label in (self._where, self._selected, self._work):
            label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._where.setContentsMargins(12, 0, 0, 0)
        self._selected.setContentsMargins(0, 0, 12, 0)
        self._bar = QtWidgets.QProgressBar()
        self._bar.setFixedWidth(120)
        self._bar.setTextVisible(False)
        self._cancel = QtWidgets.QPushButton(_("Cancel"))
        self._cancel.setProperty("role", "link")
        self.addWidget(self._where, 1)
        for widget in (self._work, self._bar, self._cancel, self._selected):
            self.addPermanentWidget(widget)
        self._jobs: list[Job] = []
        self._show_job()
        self._cancel.clicked.connect(self._cancel_job)
        self._unit = -1
        model.hovered.connect(self.show_unit)
        model.proposed.connect(lambda: self.show_unit(self._unit))
        model.edited.connect(lambda _edited: self.show_unit(self._unit))
        model.selection_changed.connect(self.show_selection)
        model.opened.connect(self.show_selection)
        model.edited.connect(self.show_selection)

    def show_unit(self, row: int) -> None:
        """Name, territory and value of the area under the cursor."""
        self._unit = row
        if row < 0 or not self._model.is_open:
            is_shown = self._model.is_open and self._model.shows_proposal
            self._where.setText(_("Hover an area to see what would change") if is_shown else "")
            return
        self._where.setText(unit_text(self._model, row))

    def show_hint(self, text: str) -> None:
        """What the gesture that goes on will take; an empty text ends it."""
        self._where.setText(text)
        if not text:
            self.show_unit(self._unit)

    def show_selection(self) -> None:
        """How many areas and accounts are selected."""
        if not self._model.is_open:
            self._selected.setText("")
            return
        plan = self._model.plan
        n_units, n_accounts = len(self._model.selected_units), len(self._model.selected_accounts)
        parts = []
        if n_units:
            parts.append(f"{i18n.number(n_units)} {plan.noun(n_units)}")
        if n_accounts:
            text = ngettext("{n} account", "{n} accounts", n_accounts)
            parts.append(text.format(n=i18n.number(n_accounts)))
        self._selected.setText(
            _("Selected: {things}").format(things=", ".join(parts)) if parts else ""
        )

    def forget(self) -> None:
        """Say nothing of a plan that is not in view."""
        self._where.setText("")
        self._selected.setText("")

    # ------------------------------------------------------------------ jobs
    def watch(self, job: Job) -> None:
        """Show a job's progress if it takes longer than a moment."""
        self._jobs.append(job)
        job.progressed.connect(self._progressed)
        job.ended.connect(self._forget_ended)
        job.failed.connect(self._forget_ended)
        QtCore.QTimer.singleShot(QUIET_MS, self, self._show_job)

    @property
    def is_busy(self) -> bool:
        """Whether work is going on."""
        return bool(self._jobs)

    def _progressed(self, fraction: float, message: str) -> None:
        self._bar.setRange(0, 1000)
        self._bar.setValue(round(1000 * fraction))
        if message:
            self._work.setText(message)

    def _forget_ended(self, _error: object = None) -> None:
        at_work = running()
        self._jobs = [job for job in self._jobs if job in at_work]
        self._show_job()

    def _show_job(self) -> None:
        is_busy = bool(self._jobs)
        for widget in (self._work, self._bar, self._cancel):
            widget.setVisible(is_busy)
        if is_busy:
            self._work.setText(self._jobs[-1].title)
            self._bar.setRange(0, 0)

    def _cancel_job(self) -> None:
        for job in list(self._jobs):
            job.cancel()


def shadow(widget: QtWidgets.QWidget, blur: int = 18, offset: int = 3) -> None:
    """Give something that floats its shadow."""
    effect = QtWidgets.QGraphicsDropShadowEffect(widget)
    effect.setBlurRadius(blur)
    effect.setOffset(0, offset)
    effect.setColor(theme.colour("shadow"))
    widget.setGraphicsEffect(effect)
