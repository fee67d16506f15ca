"""The list of coordinate systems, into which others can be typed."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _

SYSTEMS = (
    ("EPSG:4326", "WGS 84, longitude and latitude"),
    ("EPSG:3857", "Web Mercator"),
    ("EPSG:25832", "ETRS89 / UTM 32N"),
    ("EPSG:25833", "ETRS89 / UTM 33N"),
    ("EPSG:3006", "SWEREF99 TM"),
    ("EPSG:2154", "RGF93 / Lambert-93"),
    ("EPSG:2180", "ETRS89 / Poland CS92"),
    ("EPSG:27700", "British National Grid"),
    ("EPSG:5070", "NAD83 / Conus Albers"),
)
_LONGEST = 40


class SystemBox(QtWidgets.QComboBox):
    """The coordinate system of a map file.

    Signals
    -------
    chosen(str)
        A code such as EPSG:3006, or the definition that was typed; empty: as the file says.
    """

    chosen = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Coordinate system"))
        self.setToolTip(_("Where the file does not say it, or says it wrong"))
        field = self._field = QtWidgets.QLineEdit()
        self.setLineEdit(field)
        self.setInsertPolicy(QtWidgets.QComboBox.InsertPolicy.NoInsert)
        self.setMinimumWidth(240)
        self._shown = ""
        self.activated.connect(lambda _k: self._tell())
        field.editingFinished.connect(self._tell)

    def show_system(self, wanted: str, own: str) -> None:
        """Show the system that was chosen, else that of the file."""
        self._shown = wanted
        blocker = QtCore.QSignalBlocker(self)
        self.clear()
        self.addItem(_title(own) if own else _("Not said by the file"), "")
        for code, text in SYSTEMS:
            self.addItem(f"{text} ({code})", code)
        if wanted and self.findData(wanted) < 0:
            self.addItem(_title(wanted), wanted)
        self.setCurrentIndex(max(self.findData(wanted), 0))
        self._field.setCursorPosition(0)
        blocker.unblock()

    def value(self) -> str:
        """What is chosen or typed."""
        typed = self.currentText().strip()
        index = self.findText(typed)
        if index >= 0:
            return str(self.itemData(index))
        return f"EPSG:{typed}" if typed.isdigit() else typed

    def _tell(self) -> None:
        if self.value() != self._shown:
            self._shown = self.value()
            self.chosen.emit(self._shown)


def _title(system: str) -> str:
    """A system in words: its name where it is known, else the beginning of its definition."""
    known = dict(SYSTEMS).get(system)
    if known:
        return f"{known} ({system})"
    plain = " ".join(system.split())
    if plain.upper().startswith(("PROJCS[", "GEOGCS[", "PROJCRS[", "GEOGCRS[")):
        plain = plain.partition('"')[2].partition('"')[0] or plain
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
