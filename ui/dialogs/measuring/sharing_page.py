"""Figures shared out to accounts, and figures of accounts rolled up: asked on one small page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore, QtWidgets

from terradesk import records as rec
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.plan import Plan
from terradesk.planning.sharing import COUNT, SUM, WAYS, Planned, allocate, roll_up_accounts

from ...document_model import DocumentModel
from ..parts import Button, Dialog, IconLabel, Trouble, combo, label
from ..work import LatestWork
from .preview import FiguresPreview

Make = Callable[[Plan], Planned]


class _Page(Dialog):
    """A form, a preview of what comes of it, and what is to be told.

    Signals
    -------
    chosen(object)
        A function of the plan that makes the step.
    """

    chosen = QtCore.Signal(object)
    table = "accounts"
    _make: Make
    _planned: Planned | None

    def __init__(
        self, model: DocumentModel, title: str, text: str, parent: QtWidgets.QWidget | None
    ) -> None:
        super().__init__(title, parent, 620, 600)
        self._model = model
        self._has_own_name = False
        self._plan, self._planned = model.plan, None
        self._work = LatestWork(self, 60)  # a million accounts take most of a second
        self._work.succeeded.connect(self._on_planned)
        self._work.failed.connect(self._on_trouble)
        self.body.addWidget(label(title, "hero"))
        self.body.addWidget(label(text, "dim", True))
        self.name = QtWidgets.QLineEdit()
        self.name.setAccessibleName(_("Name"))
        self.name.textEdited.connect(self._on_named)
        self.form = QtWidgets.QFormLayout()
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(10)
        self.body.addLayout(self.form)
        self.preview = FiguresPreview()
        self.body.addWidget(self.preview, 1)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        self.sign, self.told = IconLabel("info", "text2"), label("", "small", True)
        row.addWidget(self.sign, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.told, 1)
        self.body.addLayout(row)
        self.trouble = Trouble()
        self.body.addWidget(self.trouble)
        self.foot.addStretch(1)
        self.foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.make = Button(_("Make the figure"), "primary", clicked=self.accept)
        self.make.setDefault(True)
        self.foot.addWidget(self.make)

    def maker(self) -> Make:
        """What makes the step as it is chosen."""
        raise NotImplementedError

    def suggested(self) -> str:
        """A name for what is chosen."""
        raise NotImplementedError

    def _on_named(self) -> None:
        self._has_own_name = bool(self.name.text().strip())
        self.refresh()

    def refresh(self, *_args: object) -> None:
        """Show what would come of it."""
        if not self._has_own_name:
            self.name.setText(self.suggested())
        make, plan = self.maker(), self._model.plan
        self._make, self._plan, self._planned = make, plan, None
        self.make.setEnabled(False)
        self._work.ask(lambda progress: make(plan))

    def _on_planned(self, planned: Planned) -> None:
        self._planned = planned
        self.trouble.hide()
        self.make.setEnabled(True)
        self.preview.show_values(self._plan, self._shown(planned), planned.values)
        self._tell("\n".join(planned.told))

    def _on_trouble(self, error: BaseException) -> None:
        self.trouble.tell(error)
        self.preview.show_values(self._plan, self._shown(None), None)
        self._tell("")

    def _shown(self, planned: Planned | None) -> rec.Measure:
        """What the figures of the preview look like."""
        rows = [r.after for r in planned.incoming.edit.records] if planned is not None else []
        column = next((r for r in rows if isinstance(r, rec.Column)), None)
        shown = column.format if column is not None else "number"
        return rec.Measure("", 0, source=self.table, format=shown)

    def _tell(self, text: str) -> None:
        self.told.setText(text)
        for widget in (self.sign, self.told):
            widget.setVisible(bool(text))

    def accept(self) -> None:
        """Hand on what was chosen, once it is worked out."""
        planned, plan, make = self._planned, self._plan, self._make
        if planned is None:
            return
        super().accept()
        self.chosen.emit(lambda now: planned if now is plan else make(now))

    def done(self, result: int) -> None:
        """Drop what is still worked out."""
        self._work.stop()
        super().done(result)


class ShareOutPage(_Page):
    """A measure of areas to their accounts, equally or in proportion to a column.

    Parameters
    ----------
    model : DocumentModel
    parent : QWidget or None
    """

    table = "accounts"

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        plan = model.plan
        text = _(
            "Each account gets its part of what its {noun} has; the parts sum to the whole."
        ).format(noun=plan.noun(1))
        super().__init__(model, _("Share a figure out to accounts"), text, parent)
        own = [m for m in plan.rows(rec.Measure) if m.source == "units"]
        self.measure = combo(_("Share out"), [(m.name, m.uid) for m in own])
        weights = [(_("Equal shares"), "")]
        weights += [
            (_("In proportion to {name}").format(name=name), name)
            for name, values in plan.accounts.columns.items()
            if values.dtype != object
        ]
        self.weight = combo(_("How"), weights)
        self.form.addRow(label(_("Share out"), "dim"), self.measure)
        self.form.addRow(label(_("How"), "dim"), self.weight)
        self.form.addRow(label(_("Name"), "dim"), self.name)
        for box in (self.measure, self.weight):
            box.currentIndexChanged.connect(self.refresh)
        self.refresh()

    def suggested(self) -> str:
        """As in "Population per account"."""
        name = self.measure.currentText()
        return _("{name} of the account").format(name=name) if name else ""

    def maker(self) -> Make:
        """What makes the step as it is chosen."""
        uid, weight = self.measure.currentData(), str(self.weight.currentData())
        name = self.name.text()

        def make(plan: Plan) -> Planned:
            row = plan.row("measure", str(uid))
            if not isinstance(row, rec.Measure):
                raise TerraDeskError(
                    _("There is no figure of areas to share out."),
                    _("Bring one from a file, or make one from a formula."),
                )
            return allocate(plan, row, name, weight)

        return make


class RollUpPage(_Page):
    """A column of accounts to the areas they stand in.

    Parameters
    ----------
    model : DocumentModel
    parent : QWidget or None
    """

    table = "units"

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        plan = model.plan
        text = _("Each {noun} gets one figure of the accounts that stand in it.")
        super().__init__(model, _("Roll accounts up to {noun}").format(noun=plan.noun(2)),
                         text.format(noun=plan.noun(1)), parent)  # fmt: skip
        labels = {c.name: c.label for c in plan.rows(rec.Column) if c.table == "accounts"}
        names = [n for n, v in plan.accounts.columns.items() if v.dtype != object]
        self.column = combo(_("Column"), [(labels.get(n) or n, n) for n in names])
        ways = [(_(words), key) for key, words in WAYS.items() if names or key == COUNT]
        self.how = combo(_("How"), ways, SUM)
        self.form.addRow(label(_("Figure"), "dim"), self.how)
        self.form.addRow(label(_("Of"), "dim"), self.column)
        self.form.addRow(label(_("Name"), "dim"), self.name)
        for box in (self.column, self.how):
            box.currentIndexChanged.connect(self.refresh)
        self.refresh()

    def refresh(self, *_args: object) -> None:
        """Show what would come of it; a count needs no column."""
        self.column.setEnabled(self.how.currentData() != COUNT)
        super().refresh()

    def suggested(self) -> str:
        """As in "Sales: average"."""
        if self.how.currentData() == COUNT:
            return _("Accounts here")
        fields = {"name": self.column.currentText(), "how": self.how.currentText().lower()}
        return _("{name}: {how}").format(**fields)

    def maker(self) -> Make:
        """What makes the step as it is chosen."""
        how, name = str(self.how.currentData()), self.name.text()
        column = "" if how == COUNT else str(self.column.currentData() or "")
        return lambda plan: roll_up_accounts(plan, column, how, name)
