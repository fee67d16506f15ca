"""What just happened, at the foot of the map for six seconds."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _

from .. import theme
from . import parts

SHOWN_MS = 6000
_WIDEST = 720


class Message(parts.Floating):
    """Tick, sentence, Undo · Show, close. Stays while the pointer is on it.

    Signals
    -------
    undone(), shown()
        The user pressed Undo, or Show.
    resized()
        It needs another place.
    """

    undone = QtCore.Signal()
    shown = QtCore.Signal()
    resized = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("What just happened"))
        layout = parts.row(self, 8, (12, 3, 6, 3))
        self._tick = parts.icon_label("check", "ok")
        self._text = parts.label()
        self._text.setWordWrap(True)
        self._undo = parts.link(_("Undo"), _("Undo (Ctrl+Z)"))
        self._dot = parts.label("·", "dim")
        self._show = parts.link(_("Show"), _("Zoom to what changed"))
        self._action = parts.link("")
        self._close = parts.link("", _("Close"), "x")
        self._widgets = (self._tick, self._text, self._undo, self._dot, self._show, self._action,
                         self._close)  # fmt: skip
        for widget in self._widgets:
            layout.addWidget(widget)
        self._then: Callable[[], object] = lambda: None
        self._timer = QtCore.QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self._close.clicked.connect(self.hide)
        self._undo.clicked.connect(self.undone)
        self._show.clicked.connect(self.shown)
        self._action.clicked.connect(lambda: self._then())
        self.hide()

    def text(self) -> str:
        """The sentence that is shown."""
        return self._text.text()

    def say(
        self,
        text: str,
        has_undo: bool = False,
        has_show: bool = False,
        action: str = "",
        then: Callable[[], object] | None = None,
    ) -> None:
        """Show a sentence.

        Parameters
        ----------
        has_undo, has_show : bool
            Whether to offer Undo and Show.
        action : str
            Text of one more link.
        then : callable, optional
            What that does.
        """
        if not text:
            self.hide()
            return
        self._text.setText(text)
        self._undo.setVisible(has_undo)
        self._show.setVisible(has_show)
        self._dot.setVisible(has_undo and has_show)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._then = then or (lambda: None)
        self.show()
        self.raise_()
        self._timer.start()
        self.resized.emit()

    def fit(self, room: int) -> None:
        """Take the size the sentence needs, within so many pixels of width."""
        shown = [w for w in self._widgets if not w.isHidden() and w is not self._text]
        others = 18 + sum(w.sizeHint().width() + 8 for w in shown)
        one_line = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 6
        wide = min(one_line, max(120, min(room, _WIDEST) - others))
        self._text.setFixedWidth(wide)
        high = self._text.heightForWidth(wide)
        self.resize(wide + others, max(theme.HEIGHT["message"], high + 14))

    def restyle(self) -> None:
        """Take up the theme."""
        self._tick.setPixmap(theme.pixmap("check", "ok", 16))
        self._close.setIcon(theme.icon("x", "text3"))

    def enterEvent(self, event: QtGui.QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QtCore.QEvent) -> None:
        self._timer.start()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        super().hideEvent(event)
        self.resized.emit()
