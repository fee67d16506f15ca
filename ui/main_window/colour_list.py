"""The list of "Colour by": under headings, with a field to type in when it is long."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.colouring import Choice
from terradesk.i18n import _

from .. import theme

SEARCH_FROM = 12
"""With more entries there is a field to type in."""

_WIDE, _ROW, _MOST_ROWS = 268, 26, 18
_KEY = QtCore.Qt.ItemDataRole.UserRole
_MOVES = (
    QtCore.Qt.Key.Key_Up, QtCore.Qt.Key.Key_Down, QtCore.Qt.Key.Key_PageUp,
    QtCore.Qt.Key.Key_PageDown,
)  # fmt: skip


class ColourList(QtWidgets.QFrame):
    """A popup to choose from; arrows and Enter work while one types.

    Signals
    -------
    chosen(str)
        Key of the choice.
    """

    chosen = QtCore.Signal(str)

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent, QtCore.Qt.WindowType.Popup)
        self.setProperty("role", "card")
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        self.filter = QtWidgets.QLineEdit()
        self.filter.setPlaceholderText(_("Find a figure or a column"))
        self.filter.setAccessibleName(_("Find a figure or a column"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._show)
        self.filter.installEventFilter(self)
        self.list = QtWidgets.QListWidget()
        self.list.setAccessibleName(_("Colour by"))
        self.list.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
        self.list.setMouseTracking(True)
        self.list.setIconSize(QtCore.QSize(16, 16))
        self.list.itemClicked.connect(self._take)
        self.list.installEventFilter(self)
        layout.addWidget(self.filter)
        layout.addWidget(self.list)
        self._choices: list[tuple[Choice, bool]] = []

    def open_at(self, corner: QtCore.QPoint, choices: Sequence[tuple[Choice, bool]]) -> None:
        """Open below a button, with these choices and whether each is the chosen one."""
        self._choices = list(choices)
        self.filter.setVisible(len(choices) > SEARCH_FROM)
        self.filter.clear()
        self._show()
        high = self.list.sizeHintForRow(0) * min(self.list.count(), _MOST_ROWS) + 6
        self.list.setFixedHeight(high)
        self.setFixedWidth(_WIDE)
        self.adjustSize()
        self.move(corner)
        self.show()
        (self.filter if self.filter.isVisible() else self.list).setFocus()

    def _show(self) -> None:
        """List what fits what was typed, under its headings."""
        words = self.filter.text().casefold().split()
        self.list.clear()
        heading, own = "", -1
        for choice, is_chosen in self._choices:
            text = f"{choice.text} {choice.group}".casefold()
            if not all(word in text for word in words):
                continue
            if choice.group != heading:
                heading = choice.group
                self._add_heading(heading)
            self._add(choice, is_chosen)
            if own < 0 and words and all(word in choice.text.casefold() for word in words):
                own = self.list.count() - 1
        if own >= 0:
            self.list.setCurrentRow(own)  # its own name says more than that of its heading
        if self.list.currentRow() < 0:
            self._step(1)

    def _add_heading(self, text: str) -> None:
        item = QtWidgets.QListWidgetItem(text)
        item.setFlags(QtCore.Qt.ItemFlag.NoItemFlags)
        item.setFont(theme.font(11, True))
        item.setForeground(theme.colour("text3"))
        item.setSizeHint(QtCore.QSize(0, _ROW))
        self.list.addItem(item)

    def _add(self, choice: Choice, is_chosen: bool) -> None:
        item = QtWidgets.QListWidgetItem(choice.text)
        item.setData(_KEY, choice.key)
        item.setToolTip(choice.text)
        item.setSizeHint(QtCore.QSize(0, _ROW))
        empty = QtGui.QPixmap(32, 32)
        empty.setDevicePixelRatio(2)
        empty.fill(QtCore.Qt.GlobalColor.transparent)
        item.setIcon(theme.icon("check", "accent_text") if is_chosen else QtGui.QIcon(empty))
        self.list.addItem(item)
        if is_chosen:
            self.list.setCurrentItem(item)

    def _step(self, by: int) -> None:
        """Go to the next entry up or down that is no heading."""
        row = self.list.currentRow() + by
        while 0 <= row < self.list.count():
            if self.list.item(row).data(_KEY) is not None:
                self.list.setCurrentRow(row)
                return
            row += by

    def _take(self, item: QtWidgets.QListWidgetItem | None) -> None:
        key = item.data(_KEY) if item is not None else None
        if key is not None:
            self.hide()
            self.chosen.emit(key)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Arrows move in the list, Enter takes, Esc closes; the rest is typed."""
        if not isinstance(event, QtGui.QKeyEvent) or event.type() != QtCore.QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key = QtCore.Qt.Key(event.key())
        if key in _MOVES:
            times = 1 if key in _MOVES[:2] else 8
            for _k in range(times):
                self._step(-1 if key in _MOVES[::2] else 1)
            return True
        if key in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            self._take(self.list.currentItem())
            return True
        if key == QtCore.Qt.Key.Key_Escape:
            self.hide()
            return True
        return super().eventFilter(watched, event)
