"""Into how many parts a territory is split."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _

from . import parts

_FEWEST = 2


class SplitDialog(parts.Dialog):
    """Asks for the number of parts.

    Parameters
    ----------
    parent : QWidget
    name : str
        The territory.
    most : int

    Signals
    -------
    chosen(int)
    """

    chosen = QtCore.Signal(int)

    def __init__(self, parent: QtWidgets.QWidget, name: str, most: int) -> None:
        super().__init__(_("Split {name}").format(name=name), parent, 400, 190)
        self.number = QtWidgets.QSpinBox()
        self.number.setRange(_FEWEST, most)
        self.number.setFixedWidth(76)
        self.number.setAccessibleName(_("Parts"))
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(parts.label(_("Into"), "dim"))
        row.addWidget(self.number)
        row.addWidget(parts.label(_("parts of about the same size"), "dim"))
        row.addStretch(1)
        self.body.addLayout(row)
        hint = _("The other territories stay as they are. You see it before anything changes.")
        self.body.addWidget(parts.label(hint, "dim", wraps=True))
        self.body.addStretch(1)
        self.foot.addStretch(1)
        self.foot.addWidget(parts.Button(_("Cancel"), clicked=self.reject))
        self.preview = parts.Button(_("Preview"), "primary", clicked=self.accept)
        self.preview.setDefault(True)
        self.foot.addWidget(self.preview)
        self.number.setFocus()
        self.number.selectAll()

    def accept(self) -> None:
        """Tell the number."""
        super().accept()
        self.chosen.emit(self.number.value())
