"""The palette itself: a field and a list over the window."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _

from ..dialogs.parts import IconLabel
from ..document_model import DocumentModel
from .hits import Finder, Hit
from .rows import HIT, WIDTH, HitDelegate


class Palette(QtWidgets.QFrame):
    """Search field and hits, laid over the window.

    Parameters
    ----------
    model : DocumentModel
    actions_by_id : dict of str to QAction
    window : QWidget
        The parent, over which it is laid.

    Signals
    -------
    show_units(object)
        Unit rows (int32) the map should zoom to.
    show_account(int)
        Row of an account.
    show_place(float, float)
        Metres in the plan's CRS.

    Attributes
    ----------
    finder : Finder
    """

    show_units = QtCore.Signal(object)
    show_account = QtCore.Signal(int)
    show_place = QtCore.Signal(float, float)

    def __init__(
        self,
        model: DocumentModel,
        actions_by_id: dict[str, QtGui.QAction],
        window: QtWidgets.QWidget,
    ) -> None:
        super().__init__(window)
        self._model, self._actions, self._window = model, actions_by_id, window
        self.finder = Finder(model, actions_by_id)
        self._focus_before: QtWidgets.QWidget | None = None
        self.setProperty("role", "card")
        self.setAccessibleName(_("Search or run a command"))
        shadow = QtWidgets.QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(26)
        shadow.setOffset(0, 6)
        shadow.setColor(QtGui.QColor(0, 0, 0, 70))
        self.setGraphicsEffect(shadow)
        self._make_widgets()
        self.hide()

    def _make_widgets(self) -> None:
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(4)
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(10, 0, 4, 0)
        row.addWidget(IconLabel("search", "text2", 16))
        self.field = QtWidgets.QLineEdit()
        self.field.setFrame(False)
        self.field.setStyleSheet("QLineEdit { border: 0; background: transparent; }")
        self.field.setMinimumHeight(32)
        self.field.setAccessibleName(_("Search or run a command"))
        self.field.setPlaceholderText(
            _("Find a command, territory, area, account, city or 32.78, -96.80")
        )
        self.field.textChanged.connect(self.refresh)
        self.field.installEventFilter(self)
        row.addWidget(self.field, 1)
        box.addLayout(row)
        self.list = QtWidgets.QListView()
        self.list.setAccessibleName(_("What was found"))
        self.list.setStyleSheet("QListView { background: transparent; }")
        self.list.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(HitDelegate(self.list))
        self._items = QtGui.QStandardItemModel(self)
        self.list.setModel(self._items)
        self.list.clicked.connect(lambda index: self.run(index.data(HIT)))
        box.addWidget(self.list, 1)

    # ------------------------------------------------------------------ showing
    def open_over(self, widget: QtWidgets.QWidget) -> None:
        """Show it at the top of a widget, empty and ready to type; shown already: hide it."""
        if self.isVisible():
            self.close_palette()
            return
        self._focus_before = QtWidgets.QApplication.focusWidget()
        self._place(widget)
        self.field.clear()
        self.refresh()
        self.show()
        self.raise_()
        self.field.setFocus()

    def _place(self, widget: QtWidgets.QWidget) -> None:
        width = min(WIDTH, widget.width() - 48)
        height = min(480, widget.height() - 120)
        corner = QtCore.QPoint((widget.width() - width) // 2, 72)
        corner = self._window.mapFromGlobal(widget.mapToGlobal(corner))
        self.setGeometry(QtCore.QRect(corner, QtCore.QSize(width, height)))

    def close_palette(self) -> None:
        """Hide it and give the focus back."""
        self.hide()
        if self._focus_before is not None and self._focus_before.isVisible():
            self._focus_before.setFocus()
        self._focus_before = None

    # ------------------------------------------------------------------ finding
    def refresh(self) -> None:
        """Find what was typed."""
        self._items.clear()
        for hit in self.finder.hits(self.field.text().strip()):
            item = QtGui.QStandardItem(hit.text)
            item.setData(hit, HIT)
            item.setData(f"{hit.text} {hit.detail}".strip(),
                         QtCore.Qt.ItemDataRole.AccessibleTextRole)  # fmt: skip
            if hit.kind in ("heading", "nothing"):
                item.setFlags(QtCore.Qt.ItemFlag.NoItemFlags)
            self._items.appendRow(item)
        self._step(1, 0)

    def hits(self) -> list[Hit]:
        """What is listed now, headings left out."""
        listed = (self._items.item(k).data(HIT) for k in range(self._items.rowCount()))
        return [hit for hit in listed if hit.kind != "heading"]

    # ------------------------------------------------------------------ doing
    def run(self, hit: Hit | None) -> None:
        """Do what a line says."""
        if hit is None or hit.kind in ("heading", "nothing") or not hit.is_enabled:
            return
        self.close_palette()
        if hit.kind == "command":
            self._actions[str(hit.key)].trigger()
        elif hit.kind == "territory":
            self._go_to_territory(int(hit.key))
        elif hit.kind == "area":
            self._go_to(np.array([hit.key], np.int32))
        elif hit.kind == "account":
            self._go_to_account(int(hit.key))
        elif hit.kind == "place":
            self.show_place.emit(*self.finder.places[int(hit.key)])
        elif hit.kind == "select":
            self._go_to(self.finder.selectable)

    def _go_to_territory(self, territory: int) -> None:
        view = self._model.view
        leaves = view.leaves_below(territory)
        if len(leaves) == 1:
            self._model.set_current(leaves[0].id)
        rows = np.isin(view.assignment, [t.id for t in leaves]) & self._model.plan.units_present
        if rows.any():
            self.show_units.emit(np.flatnonzero(rows).astype(np.int32))

    def _go_to(self, rows: np.ndarray) -> None:
        self._model.select_units(rows)
        self.show_units.emit(rows)

    def _go_to_account(self, row: int) -> None:
        self._model.select_accounts(np.array([row], np.int32))
        self.show_account.emit(row)

    # ------------------------------------------------------------------ keys
    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Arrows choose, Enter does, Esc and leaving close."""
        if event.type() == QtCore.QEvent.Type.FocusOut and self.isVisible():
            if not self.isAncestorOf(QtWidgets.QApplication.focusWidget() or self):
                self.hide()
        elif isinstance(event, QtGui.QKeyEvent) and event.type() == QtCore.QEvent.Type.KeyPress:
            return self._on_key(event)
        elif event.type() == QtCore.QEvent.Type.ShortcutOverride:
            event.accept()
        return super().eventFilter(watched, event)

    def _on_key(self, event: QtGui.QKeyEvent) -> bool:
        key = QtCore.Qt.Key
        now = self.list.currentIndex().row()
        if event.key() == key.Key_Escape:
            self.close_palette()
        elif event.key() in (key.Key_Return, key.Key_Enter):
            self.run(self.list.currentIndex().data(HIT))
        elif event.key() == key.Key_Down:
            self._step(1, now + 1)
        elif event.key() == key.Key_Up:
            self._step(-1, now - 1)
        elif event.key() == key.Key_PageDown:
            self._step(1, min(now + 8, self._items.rowCount() - 1))
        elif event.key() == key.Key_PageUp:
            self._step(-1, max(now - 8, 0))
        else:
            return False
        return True

    def _step(self, direction: int, row: int) -> None:
        """Choose the next line that can be chosen, from a row on."""
        while 0 <= row < self._items.rowCount():
            if self._items.item(row).isEnabled():
                self.list.setCurrentIndex(self._items.index(row, 0))
                if row <= 1:
                    self.list.scrollToTop()
                return
            row += direction
