"""A switch with a few positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6 import QtCore, QtWidgets


class Segments(QtWidgets.QFrame):
    """A switch with a few positions, one of them on.

    Signals
    -------
    chosen(object)
        Value of the position, when the user changes it.
    """

    chosen = QtCore.Signal(object)

    def __init__(self, name: str, choices: Sequence[tuple[object, str, str]]) -> None:
        super().__init__()
        self.setProperty("role", "switch")
        self.setAccessibleName(name)
        self.setFixedHeight(26)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(2)
        self.buttons: dict[object, QtWidgets.QPushButton] = {}
        group = QtWidgets.QButtonGroup(self)
        for value, text, tip in choices:
            button = QtWidgets.QPushButton(text)
            button.setProperty("role", "seg")
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setAccessibleName(f"{name}: {text}")
            button.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _on, v=value: self.chosen.emit(v))
            group.addButton(button)
            layout.addWidget(button)
            self.buttons[value] = button

    def set_value(self, value: object) -> None:
        """Show a position without telling anybody."""
        if value in self.buttons:
            self.buttons[value].setChecked(True)

    def set_text(self, value: object, text: str) -> None:
        """Word a position differently (see `reserve`)."""
        self.buttons[value].setText(text)

    def reserve(self, value: object, texts: Iterable[str]) -> None:
        """Make a position wide enough for any of some texts, so that nothing jumps or is cut."""
        button = self.buttons[value]
        own = button.text()
        button.ensurePolished()
        for text in (*texts, own):
            button.setText(text)
            button.setMinimumWidth(max(button.minimumWidth(), button.sizeHint().width()))

    def value(self) -> object:
        """The position that is on."""
        return next((v for v, b in self.buttons.items() if b.isChecked()), None)
