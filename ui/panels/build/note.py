"""A box of sentences under the figures: what stays as it is, what was edited meanwhile."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from ...dialogs import parts


class Note(QtWidgets.QFrame):
    """Sentences on a soft ground; hidden while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = parts.IconLabel("info", "text2")
        self._text, self._more = parts.label("", "", True), parts.label("", "", True)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        column = QtWidgets.QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self._text)
        column.addWidget(self._more)
        row.addLayout(column, 1)
        self.setProperty("role", "soft")
        self.is_warning = False
        self.say("")

    def say(self, text: str, icon: str = "info", is_warning: bool = False) -> None:
        """Say something else; what was added goes."""
        self._text.setText(text)
        self._more.setText("")
        self._icon.set_icon(icon, "warn" if is_warning else "text2")
        role = "notice" if is_warning else "soft"
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)
        self.is_warning = is_warning
        self._refresh()

    def add(self, text: str) -> None:
        """Say something besides, or no longer ("")."""
        if text != self._more.text():
            self._more.setText(text)
            self._refresh()

    @property
    def text(self) -> str:
        """All it says."""
        return "\n".join(filter(None, (self._text.text(), self._more.text())))

    def _refresh(self) -> None:
        for label in (self._text, self._more):
            label.setVisible(bool(label.text()))
        self.setAccessibleName(self.text)
        self.setVisible(bool(self.text))
