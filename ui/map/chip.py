"""The chip: the current territory, and the list to choose another one from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n, measures
from terradesk.i18n import _

from .. import theme
from ..document_model import DocumentModel
from . import parts
from .layer import tone

NEW_ROW, UNASSIGNED_ROW = -2, -1
_NAME_PX = 220
_ID = QtCore.Qt.ItemDataRole.UserRole


class TerritoryList(QtWidgets.QFrame):
    """A list with a filter: New and Unassigned, the recent ones numbered, then all.

    Signals
    -------
    chosen(int)
        Territory id, `NEW_ROW` or `UNASSIGNED_ROW`.
    """

    chosen = QtCore.Signal(int)

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent, QtCore.Qt.WindowType.Popup)
        self.setProperty("role", "card")
        layout = parts.column(self, 6, (8, 8, 8, 8))
        self.filter = QtWidgets.QLineEdit()
        self.filter.setPlaceholderText(_("Type to find a territory"))
        self.filter.setAccessibleName(_("Find a territory"))
        self.filter.setProperty("role", "quiet")
        self.list = QtWidgets.QListWidget()
        self.list.setAccessibleName(_("Territories"))
        self.list.setIconSize(QtCore.QSize(12, 12))
        self.list.setUniformItemSizes(True)
        self.list.setStyleSheet("background: transparent;")
        layout.addWidget(self.filter)
        layout.addWidget(self.list)
        self.filter.textChanged.connect(self._refilter)
        self.filter.installEventFilter(self)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self.setFixedWidth(280)

    def fill(self, model: DocumentModel, only: Sequence[int] | None = None) -> None:
        """Show the territories of the alignment in view.

        Parameters
        ----------
        only : sequence of int, optional
            These in this order, then Unassigned; by default New, Unassigned, the recent ones
            numbered, all others.
        """
        self.list.clear()
        nodes = model.view.territories
        unassigned = QtGui.QIcon(parts.swatch_pixmap(None))
        recent = model.recent if only is None else []
        if only is None:
            self._add(_("New territory"), NEW_ROW, theme.icon("plus", "text2"))
            self._add(_("Unassigned"), UNASSIGNED_ROW, unassigned)
        for number, territory in enumerate(recent, 1):
            self._add(nodes[territory].name, territory, _swatch(nodes[territory].colour), number)
        rest = only if only is not None else [t.id for t in model.view.leaves]
        for territory in rest:
            if territory not in recent:
                self._add(nodes[territory].name, territory, _swatch(nodes[territory].colour))
        if only is not None:
            self._add(_("Unassigned"), UNASSIGNED_ROW, unassigned)
        self.filter.clear()
        self.list.setCurrentRow(0)
        self._fit(self.list.count())

    def _fit(self, n_shown: int) -> None:
        """As high as what is listed, up to 14 rows."""
        self.list.setFixedHeight(min(max(n_shown, 1), 14) * theme.HEIGHT["row"] + 4)
        self.adjustSize()

    def _add(self, text: str, territory: int, icon: QtGui.QIcon, digit: int = 0) -> None:
        item = QtWidgets.QListWidgetItem(icon, f"{text}   {digit or ''}".rstrip())
        item.setData(_ID, territory)
        item.setSizeHint(QtCore.QSize(0, theme.HEIGHT["row"]))
        self.list.addItem(item)

    def _refilter(self, text: str) -> None:
        wanted = text.casefold().strip()
        shown = []
        for i in range(self.list.count()):
            item = self.list.item(i)
            item.setHidden(wanted not in item.text().casefold())
            if not item.isHidden():
                shown.append(i)
        self.list.setCurrentRow(shown[0] if shown else -1)
        self._fit(len(shown))

    def _choose(self, item: QtWidgets.QListWidgetItem | None) -> None:
        if item is not None and not item.isHidden():
            self.hide()
            self.chosen.emit(int(item.data(_ID)))

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if isinstance(event, QtGui.QKeyEvent) and event.type() == QtCore.QEvent.Type.KeyPress:
            key = QtCore.Qt.Key(event.key())
            if key in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
                self._choose(self.list.currentItem())
                return True
            if key in (QtCore.Qt.Key.Key_Down, QtCore.Qt.Key.Key_Up):
                self._step(1 if key == QtCore.Qt.Key.Key_Down else -1)
                return True
        return super().eventFilter(watched, event)

    def _step(self, by: int) -> None:
        i = self.list.currentRow() + by
        while 0 <= i < self.list.count():
            if not self.list.item(i).isHidden():
                self.list.setCurrentRow(i)
                return
            i += by

    def open_at(self, corner: QtCore.QPoint) -> None:
        """Open below a point on the screen, ready to type."""
        self.move(corner)
        self.show()
        self.filter.setFocus()


def _swatch(colour: int) -> QtGui.QIcon:
    return QtGui.QIcon(parts.swatch_pixmap(theme.territory_colour(colour)))


class Chip(parts.Floating):
    """Says "Painting into ■ Dallas −9 % · 194 counties", and its list.

    Signals
    -------
    chosen(int)
        See `TerritoryList`.
    unlocked(int)
        Unlock this territory.
    """

    chosen = QtCore.Signal(int)
    unlocked = QtCore.Signal(int)

    def __init__(self, parent: QtWidgets.QWidget, model: DocumentModel) -> None:
        super().__init__(parent, "pill")
        self._model = model
        self._draws = self._erases = False
        self.setFixedHeight(theme.HEIGHT["chip"])
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.setToolTip(_("Choose the current territory (T)"))
        layout = parts.row(self, 6, (12, 0, 8, 0))
        self._caption, self._name = parts.label("", "dim"), parts.label("", "strong")
        self._deviation, self._count = parts.label("", "dim"), parts.label("", "dim")
        self._swatch = QtWidgets.QLabel()
        self._unlock = parts.link(_("Unlock"), _("Unlock this territory"))
        self._chevron = parts.icon_label("chevron-down", "text3", 14)
        for widget in (self._caption, self._swatch, self._name, self._deviation, self._count,
                       self._unlock, self._chevron):  # fmt: skip
            layout.addWidget(widget)
        self._unlock.clicked.connect(lambda: self.unlocked.emit(self._model.current))
        self.list = TerritoryList(self)
        self.list.chosen.connect(self.chosen)

    def set_drawing(self, draws: bool, erases: bool = False) -> None:
        """Whether the tool in hand paints, or erases."""
        self._draws, self._erases = draws, erases
        self.refresh()

    def refresh(self) -> None:
        """Show the current territory."""
        if not self._model.is_open:
            return
        view, current = self._model.view, self._model.current
        node = None if self._erases else view.territories.get(current)
        is_locked = node is not None and current in view.locked_territories
        self._caption.setText(self._sentence(node is not None, is_locked))
        for widget in (self._swatch, self._name, self._deviation):
            widget.setVisible(node is not None)
        self._unlock.setVisible(is_locked)
        self._count.setVisible(node is not None and self._draws)
        if node is not None:
            self._swatch.setPixmap(parts.swatch_pixmap(theme.territory_colour(node.colour)))
            metrics = self._name.fontMetrics()
            middle = QtCore.Qt.TextElideMode.ElideMiddle
            self._name.setText(metrics.elidedText(node.name, middle, _NAME_PX))
            self._name.setToolTip(node.name)
            self._show_figures(current)
        self.setAccessibleName(self.text())
        self.adjustSize()

    def _sentence(self, has_one: bool, is_locked: bool) -> str:
        if self._erases:
            return _("Erasing")
        if not has_one:
            return _("Painting into a new territory") if self._draws else _("No current territory")
        if is_locked:
            return _("Locked:")
        return _("Painting into") if self._draws else _("Enter assigns to")

    def _show_figures(self, territory: int) -> None:
        view, plan = self._model.view, self._model.plan
        slot = view.slots.get(territory, 0)
        text, role = "", "dim"
        if measures.balance_measure(plan) is not None and slot:
            found = measures.balance(view)
            deviation = float(found.deviations[slot])
            text = i18n.deviation(deviation, found.tolerance)
            role = tone(deviation, found.tolerance).replace("label", "dim")
        self._deviation.setText(text)
        theme.restyle(self._deviation, role)
        n = int((view.unit_slots == slot).sum()) if slot else 0
        self._count.setText(f"· {i18n.number(n)} {plan.noun(n)}")

    def text(self) -> str:
        """What it says, in one line."""
        shown = (self._caption, self._name, self._deviation, self._count)
        return " ".join(w.text() for w in shown if not w.isHidden() and w.text())

    def open_list(self) -> None:
        """Open the list below the chip, ready to type."""
        if self._model.is_open:
            self.list.fill(self._model)
            self.list.open_at(self.mapToGlobal(QtCore.QPoint(0, self.height() + 4)))

    def restyle(self) -> None:
        """Take up the theme."""
        self._chevron.setPixmap(theme.pixmap("chevron-down", "text3", 14))
        self.refresh()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        self.open_list()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() in (QtCore.Qt.Key.Key_Space, QtCore.Qt.Key.Key_Return):
            self.open_list()
        else:
            super().keyPressEvent(event)
