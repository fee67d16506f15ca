"""Place again: what better data about places would change, told before it is done."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext
from terradesk.importing import Count
from terradesk.progress import Progress
from terradesk.readers.placing.again import PlacedAgain, place_again
from terradesk.readers.report import Issue

from ...document_model import DocumentModel
from ..issues import IssueList, RowsBehind
from ..parts import Button, Dialog, Trouble, label
from ..work import LatestWork
from .outcome_side import CountLine


class PlacingAgain(Dialog):
    """Looks for better places of accounts; nothing changes before the button is pressed.

    Parameters
    ----------
    model : DocumentModel
    parent : QWidget
    """

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("Place accounts again"), parent, 620, 420)
        self._model = model
        self.found: PlacedAgain | None = None
        self.body.addWidget(label(_("Place accounts again"), "hero"))
        told = _(
            "Places are found anew from the columns of the accounts: postcodes, area codes, place "
            "names. Coordinates and what was placed by hand stay as they are."
        )
        self.body.addWidget(label(told, "dim", True))
        self.only = QtWidgets.QCheckBox(_("Only accounts without a place"))
        self.only.toggled.connect(self._ask)
        self.body.addWidget(self.only)
        self.trouble = Trouble()
        self.body.addWidget(self.trouble)
        self.progress = QtWidgets.QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(_("Progress"))
        self.body.addWidget(self.progress)
        self.sentence = label("", "strong", True)
        self.body.addWidget(self.sentence)
        self.counts = CountLine()
        self.body.addWidget(self.counts)
        self.issues = IssueList()
        self.issues.show_rows.connect(self._show_rows)
        area = QtWidgets.QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        area.setWidget(self.issues)
        self.issues.setObjectName("panel")
        self.body.addWidget(area, 1)
        self.foot.addStretch(1)
        self.foot.addWidget(Button(_("Cancel"), "link", clicked=self.reject))
        self.accept_button = Button(_("Place them"), "primary", clicked=self._accept)
        self.accept_button.setDefault(True)
        self.foot.addWidget(self.accept_button)
        self._work = LatestWork(self, 0)
        self._work.succeeded.connect(self._on_found)
        self._work.failed.connect(self._on_failure)
        self._work.progressed.connect(lambda f, _t: self.progress.setValue(round(1000 * f)))
        self._work.busy_changed.connect(self.progress.setVisible)
        self.finished.connect(self._work.stop)
        self._ask()

    @property
    def is_busy(self) -> bool:
        """Whether places are still being looked for."""
        return self._work.is_busy

    def _ask(self, _is_on: bool = False) -> None:
        plan, only = self._model.plan, self.only.isChecked()
        self.accept_button.setEnabled(False)
        self.sentence.setText(_("Looking for places…"))

        def find(progress: Progress) -> PlacedAgain:
            return place_again(plan, only_unplaced=only, progress=progress)

        self._work.ask(find)

    def _on_found(self, found: PlacedAgain) -> None:
        self.found = found
        self.trouble.hide()
        self.sentence.setText(found.sentence)
        counts = (
            Count("new", _("had no place"), found.n_new, "ok"),
            Count("better", _("get a surer one"), found.n_better, "ok"),
            Count("moved", _("lie elsewhere"), found.n_moved),
        )
        self.counts.show_counts(counts, self.width() - 48)
        self.issues.show_report(found.report)
        n = len(found.rows)
        text = ngettext("Place {n} account", "Place {n} accounts", n)
        self.accept_button.setText(text.format(n=i18n.number(n)) if n else _("Place them"))
        self.accept_button.setEnabled(found.edit is not None)

    def _show_rows(self, issue: Issue) -> None:
        accounts = self._model.plan.accounts
        names = {_("Account"): accounts.names, _("Account ID"): accounts.ids}
        RowsBehind(issue, {**names, **accounts.columns}, self).open()

    def _on_failure(self, error: BaseException) -> None:
        self.found = None
        self.sentence.setText("")
        self.trouble.tell(error)

    def _accept(self) -> None:
        found = self.found
        if found is None or self.is_busy:
            return
        self.accept()
        QtCore.QTimer.singleShot(0, self._model, lambda: self._model.attempt(lambda: found.edit))
