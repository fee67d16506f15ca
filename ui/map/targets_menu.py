"""Assign to ▸: the territories nearest first, and a field that finds the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from .. import theme
from ..document_model import DocumentModel
from . import parts

_MOST, _WIDTH = 12, 230


class TargetsMenu(QtWidgets.QMenu):
    """A submenu of territories with a filter on top.

    Parameters
    ----------
    title : str
    model : DocumentModel
    targets : callable
        Territory ids in order, asked for when the menu opens.

    Signals
    -------
    chosen(int), pointed(object)
        A territory id (-1 unassigned); the one under the pointer, None for none.
    """

    chosen = QtCore.Signal(int)
    pointed = QtCore.Signal(object)

    def __init__(
        self,
        title: str,
        model: DocumentModel,
        targets: Callable[[], Sequence[int]],
        parent: QtWidgets.QWidget,
    ) -> None:
        super().__init__(title, parent)
        self._model, self._targets = model, targets
        self._entries: list[tuple[QtGui.QAction, str]] = []
        self.filter = QtWidgets.QLineEdit()
        self.filter.setPlaceholderText(_("Type to find a territory"))
        self.filter.setAccessibleName(_("Find a territory"))
        self.filter.setProperty("role", "quiet")
        self.filter.textChanged.connect(self._refilter)
        self.filter.installEventFilter(self)
        self._field = QtWidgets.QWidgetAction(self)
        holder = QtWidgets.QWidget()
        holder.setMinimumWidth(_WIDTH)
        parts.row(holder, 0, (8, 4, 8, 6)).addWidget(self.filter)
        self._field.setDefaultWidget(holder)
        self.addAction(self._field)
        self.aboutToShow.connect(self._fill)
        self.aboutToHide.connect(lambda: self.pointed.emit(None))

    def _fill(self) -> None:
        if not self._entries:
            nodes = self._model.view.territories
            for territory in self._targets():
                colour = theme.territory_colour(nodes[territory].colour)
                self._add(nodes[territory].name, territory, parts.swatch_pixmap(colour))
            self._add(_("Unassigned"), UNASSIGNED, parts.swatch_pixmap(None))
        self.filter.clear()
        self._refilter("")
        QtCore.QTimer.singleShot(0, self.filter, self.filter.setFocus)

    def _add(self, text: str, territory: int, swatch: QtGui.QPixmap) -> None:
        action = self.addAction(QtGui.QIcon(swatch), text.replace("&", "&&"))
        action.triggered.connect(lambda _on=False: self.chosen.emit(territory))
        action.hovered.connect(lambda: self.pointed.emit(territory))
        self._entries.append((action, text.casefold()))

    def _refilter(self, typed: str) -> None:
        wanted, n = typed.casefold().strip(), 0
        for action, name in self._entries:
            is_last = action is self._entries[-1][0]
            fits = wanted in name and (n < _MOST or is_last)
            action.setVisible(fits)
            n += fits
        first = next((a for a, _name in self._entries if a.isVisible()), None)
        if wanted and first is not None:
            self.setActiveAction(first)
            self.filter.setFocus()

    def shown(self) -> list[str]:
        """What is listed now."""
        return [a.text().replace("&&", "&") for a, _name in self._entries if a.isVisible()]

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if isinstance(event, QtGui.QKeyEvent) and event.type() == QtCore.QEvent.Type.KeyPress:
            key = QtCore.Qt.Key
            if event.key() in (key.Key_Return, key.Key_Enter):
                visible = [a for a, _name in self._entries if a.isVisible()]
                active = self.activeAction()
                action = active if active in visible else next(iter(visible), None)
                if action is not None:
                    self._close_all()
                    action.trigger()
                return True
            if event.key() in (key.Key_Down, key.Key_Up):
                self._step(1 if event.key() == key.Key_Down else -1)
                return True
        return super().eventFilter(watched, event)

    def _close_all(self) -> None:
        """This menu and those it opened from."""
        menu: QtWidgets.QWidget | None = self
        while isinstance(menu, QtWidgets.QMenu):
            menu.hide()
            menu = menu.parentWidget()

    def _step(self, by: int) -> None:
        visible = [a for a, _name in self._entries if a.isVisible()]
        if visible:
            now = self.activeAction()
            at = visible.index(now) + by if now in visible else (0 if by > 0 else -1)
            self.setActiveAction(visible[at % len(visible)])
            self.filter.setFocus()
