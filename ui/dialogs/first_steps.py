"""The card of a new plan: what comes first, gone at the first edit."""

from __future__ import annotations

from functools import partial

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _

from ..document_model import DocumentModel
from .parts import Button, icon_button, label, start


class FirstSteps(QtWidgets.QFrame):
    """Three steps over the map while a plan has no territories and nothing was done in it.

    Parameters
    ----------
    model : DocumentModel
    host : QWidget
        The map, over whose middle it stands.

    Signals
    -------
    command(str)
        Id of the action to run.
    """

    command = QtCore.Signal(str)

    def __init__(self, model: DocumentModel, host: QtWidgets.QWidget) -> None:
        super().__init__(host)
        self._model, self._host = model, host
        self._is_closed = False
        self.setProperty("role", "card")
        self.setAccessibleName(_("First steps"))
        self._make_rows()
        host.installEventFilter(self)
        model.opened.connect(self._on_opened)
        model.edited.connect(self.refresh)
        self.refresh()

    def _make_rows(self) -> None:
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(20, 16, 16, 16)
        box.setSpacing(12)
        top = QtWidgets.QHBoxLayout()
        top.addWidget(label(_("Your plan in three steps"), "title"))
        top.addStretch(1)
        top.addWidget(icon_button("x", _("Close"), self.dismiss))
        box.addLayout(top)
        steps = (
            (_("Add accounts"), _("A list of customers with places or coordinates."),
             ((_("From a file"), "file.accounts", "file-up"),)),
            (_("Make territories"), _("From a column or a file, or draw them on the map."),
             ((_("Start from…"), "territory.start", "split"),
              (_("Draw"), "territory.new", "paintbrush"))),
            (_("Hand over"), _("Export a workbook, a map or shapefiles whenever you like."), ()),
        )  # fmt: skip
        for number, (title, text, buttons) in enumerate(steps, 1):
            box.addLayout(self._row(number, title, text, buttons))

    def _row(
        self, number: int, title: str, text: str, buttons: tuple[tuple[str, str, str], ...]
    ) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(12)
        figure = label(str(number), "figure")
        figure.setFixedWidth(20)
        figure.setAlignment(start() | QtCore.Qt.AlignmentFlag.AlignTop)
        row.addWidget(figure)
        texts = QtWidgets.QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(label(title, "strong"))
        texts.addWidget(label(text, "small", True))
        texts.addStretch(1)
        row.addLayout(texts, 1)
        for caption, action, icon in buttons:
            role = "primary" if number == 1 else "plain"
            row.addWidget(Button(caption, role, icon, partial(self.command.emit, action)))
        return row

    def is_wanted(self) -> bool:
        """Whether the plan is new: no territories, nothing done in it yet."""
        if self._is_closed or not self._model.is_open:
            return False
        return not self._model.document.steps and not self._model.view.leaves

    def dismiss(self) -> None:
        """Close it for this plan."""
        self._is_closed = True
        self.refresh()

    def _on_opened(self) -> None:
        self._is_closed = False
        self.refresh()

    def refresh(self, _edited: object = None) -> None:
        """Show or hide it, in the middle of the map's lower part."""
        self.setVisible(self.is_wanted())
        if self.isVisibleTo(self._host):
            self.setFixedWidth(min(560, self._host.width() - 24))
            self.adjustSize()
            left = (self._host.width() - self.width()) // 2
            self.move(left, max(12, (self._host.height() - self.height()) // 2))
            self.raise_()

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Stay in the middle of the map."""
        if event.type() == QtCore.QEvent.Type.Resize:
            self.refresh()
        return super().eventFilter(watched, event)
