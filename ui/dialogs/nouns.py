"""What one area and many areas are called in a plan."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import N_, _

USUAL = (
    (N_("area"), N_("areas")),
    (N_("county"), N_("counties")),
    (N_("ZIP area"), N_("ZIP areas")),
    (N_("postcode"), N_("postcodes")),
    (N_("municipality"), N_("municipalities")),
    (N_("district"), N_("districts")),
    (N_("state"), N_("states")),
)


class NounBox(QtWidgets.QComboBox):
    """A drop-down of "county / counties", into which other words can be typed.

    Signals
    -------
    chosen()
        Other words.
    """

    chosen = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        field = self._field = QtWidgets.QLineEdit()
        field.editingFinished.connect(self.chosen)
        self.setLineEdit(field)
        self.setInsertPolicy(QtWidgets.QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName(_("An area is called"))
        self.setToolTip(_("One and many, with a slash between them"))
        self.addItems([f"{_(one)} / {_(many)}" for one, many in USUAL])
        self.setMinimumWidth(190)
        self.activated.connect(self.chosen)

    @property
    def nouns(self) -> tuple[str, str]:
        """The word for one and for many; the same twice when there is but one."""
        one, _slash, many = self.currentText().partition("/")
        return one.strip(), many.strip() or one.strip()

    def show_start(self) -> None:
        """Show where the words begin, however little room there is."""
        self._field.setCursorPosition(0)
