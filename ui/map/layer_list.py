"""The list of layers: switches, order, opacity, own layers; and the button that opens it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import references
from terradesk.colouring import account_look
from terradesk.edits import Edit
from terradesk.i18n import _
from terradesk.plan import Plan

from .. import theme
from . import adding, parts
from .layers import OWN, Row

if TYPE_CHECKING:
    from .view import MapView

Roles = QtCore.Qt.ItemDataRole
_WIDE, _ROW, _FEWEST_ROWS, _GAP, _BETWEEN = 296, 28, 4, 12, 8
_ICONS = {
    "labels": "tag", "cities": "building-2", "homes": "user", "accounts": "map-pin",
    "starts": "flag", "links": "waypoints", "locks": "lock", "districts": "layers-2",
    "borders": "hexagon", "lines": "grid-3x3", "areas": "palette", "base": "globe",
}  # fmt: skip


class LayerButton(parts.Floating):
    """Opens the list of layers.

    Signals
    -------
    clicked()
    """

    clicked = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.button = QtWidgets.QToolButton()
        self.button.setProperty("role", "tool")
        self.button.setCheckable(True)
        self.button.setToolTip(_("Layers"))
        self.button.setAccessibleName(_("Layers"))
        self.button.clicked.connect(self.clicked)
        parts.row(self, 0, (2, 2, 2, 2)).addWidget(self.button)
        self.restyle()

    def set_open(self, is_open: bool) -> None:
        """Show whether the list is there."""
        self.button.setChecked(is_open)
        self.restyle()

    def restyle(self) -> None:
        """Take up the theme."""
        role = "on_accent" if self.button.isChecked() else "text"
        self.button.setIcon(theme.icon("layers", role, 18))
        self.button.setIconSize(QtCore.QSize(18, 18))


class _List(QtWidgets.QListWidget):
    """Rows with a switch each; those that may be moved are dragged, or take Alt with arrows."""

    stepped = QtCore.Signal(str, bool)
    dropped = QtCore.Signal(str, object)
    removed = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Layers, from top to bottom"))
        self.setDragDropMode(QtWidgets.QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(QtCore.Qt.DropAction.MoveAction)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setIconSize(QtCore.QSize(16, 16))

    def key(self) -> str:
        """Key of the row that is chosen, "" for none."""
        item = self.currentItem()
        return str(item.data(Roles.UserRole)) if item is not None else ""

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        keys = QtCore.Qt.Key
        has_alt = bool(event.modifiers() & QtCore.Qt.KeyboardModifier.AltModifier)
        if has_alt and event.key() in (keys.Key_Up, keys.Key_Down):
            self.stepped.emit(self.key(), event.key() == keys.Key_Up)
        elif event.key() == keys.Key_Delete:
            self.removed.emit(self.key())
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        """The list is filled anew from what the drop means; Qt must move nothing by itself."""
        at = event.position().toPoint()
        item = self.itemAt(at)
        row = self.count() if item is None else self.row(item)
        if item is not None and at.y() > self.visualItemRect(item).center().y():
            row += 1
        below = self.item(row)
        event.setDropAction(QtCore.Qt.DropAction.IgnoreAction)
        event.accept()
        self.dropped.emit(self.key(), str(below.data(Roles.UserRole)) if below else None)


class LayerList(parts.Floating):
    """Layers from top to bottom, and what can be set of the one that is chosen.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view, self._layers = view, view.layers
        self._is_filling = False
        self._details_of: tuple[object, ...] = ()
        self._updates: list[Callable[[], object]] = []
        self.button = LayerButton(view)
        self.setAccessibleName(_("Layers"))
        self.setFixedWidth(_WIDE)
        column = parts.column(self, 6, (8, 8, 8, 8))
        self._add_head(column)
        self.list = _List()
        column.addWidget(self.list)
        self.details = QtWidgets.QWidget()
        self._form = QtWidgets.QFormLayout(self.details)
        self._form.setContentsMargins(6, 2, 6, 2)
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(6)
        column.addWidget(self.details)
        self.add = parts.link(_("Add a layer…"), _("Show a map file or a picture"))
        self.add.clicked.connect(lambda: adding.choose(view))
        foot = parts.row(None, 8, (2, 0, 2, 0))
        foot.addWidget(self.add)
        foot.addStretch(1)
        column.addLayout(foot)
        self._connect()
        self.hide()

    def _add_head(self, column: QtWidgets.QVBoxLayout) -> None:
        head = parts.row(None, 4, (6, 0, 0, 0))
        head.addWidget(parts.label(_("Layers"), "strong"))
        head.addStretch(1)
        close = parts.link("", _("Close"), "x", "text2")
        close.clicked.connect(lambda: self.set_open(False))
        head.addWidget(close)
        column.addLayout(head)

    def _connect(self) -> None:
        self.button.clicked.connect(lambda: self.set_open(not self.isVisible()))
        self._layers.changed.connect(self.refresh)
        self.list.itemChanged.connect(self._switched)
        self.list.currentItemChanged.connect(lambda *_items: self._show_details())
        self.list.stepped.connect(self._layers.step)
        self.list.dropped.connect(self._layers.drop)
        self.list.removed.connect(self._remove)

    # ------------------------------------------------------------------ open and closed
    def set_open(self, is_open: bool) -> None:
        """Show or hide the list."""
        self.setVisible(is_open)
        self.button.set_open(is_open)
        if is_open:
            self.refresh()
            self.list.setFocus()
        else:
            self._view.canvas.setFocus()
        self._view.arrange()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Escape:
            self.set_open(False)
        else:
            super().keyPressEvent(event)

    def arrange(self) -> None:
        """The button above the legend, the list beside it."""
        view, floats = self._view, self._view.floats
        self.button.setVisible(view.model.is_open)
        if not view.model.is_open:
            self.hide()
        self.button.adjustSize()
        below = floats.legend if floats.legend.isVisibleTo(view) else floats.scale
        x = view.width() - _GAP - self.button.width()
        y = below.y() - _BETWEEN - self.button.height()
        self._put(self.button, x, y)
        if self.isVisibleTo(view):
            self._fit(view.height() - 2 * _GAP)
            foot = min(y + self.button.height(), view.height() - _GAP)
            self._put(self, x - _BETWEEN - self.width(), max(_GAP, foot - self.height()))

    def _fit(self, most: int) -> None:
        """As many rows as there are, or as there is room for."""
        layout = self.layout()
        assert layout is not None
        for n in range(max(self.list.count(), 1), _FEWEST_ROWS - 1, -1):
            self.list.setFixedHeight(n * _ROW + 4)
            layout.activate()
            if self.sizeHint().height() <= most:
                break
        self.adjustSize()

    def _put(self, widget: QtWidgets.QWidget, x: int, y: int) -> None:
        if self._view.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft:
            x = self._view.width() - x - widget.width()
        widget.move(x, y)

    def restyle(self) -> None:
        """Take up the theme."""
        self.button.restyle()
        self.refresh()

    # ------------------------------------------------------------------ rows
    def refresh(self) -> None:
        """Show the layers as they are now."""
        if not self.isVisible():
            return
        chosen = self.list.key()
        self._is_filling = True
        self.list.clear()
        for row in self._layers.rows():
            self._add_row(row)
            if row.key == chosen:
                self.list.setCurrentRow(self.list.count() - 1)
        self._is_filling = False
        self._show_details()

    def _add_row(self, row: Row) -> None:
        item = QtWidgets.QListWidgetItem(row.title)
        item.setData(Roles.UserRole, row.key)
        item.setSizeHint(QtCore.QSize(10, _ROW))
        flags = QtCore.Qt.ItemFlag
        item.setFlags(flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsUserCheckable)
        if row.can_move:
            item.setFlags(item.flags() | flags.ItemIsDragEnabled)
        state = QtCore.Qt.CheckState
        item.setCheckState(state.Checked if row.is_shown else state.Unchecked)
        item.setIcon(self._icon(row))
        move = _("Drag to move it, or Alt+Up and Alt+Down") if row.can_move else ""
        item.setToolTip("\n".join(filter(None, (row.note, move))))
        if row.note:
            item.setForeground(theme.colour("warn"))
        self.list.addItem(item)

    @staticmethod
    def _icon(row: Row) -> QtGui.QIcon:
        if row.own is None:
            return theme.icon(_ICONS[row.key])
        if row.note:
            return theme.icon("triangle-alert", "warn")
        if references.is_picture(row.own.path):
            return theme.icon("image")
        return QtGui.QIcon(parts.swatch_pixmap(theme.to_qcolor(row.own.colour)))

    def _switched(self, item: QtWidgets.QListWidgetItem) -> None:
        if not self._is_filling:
            is_on = item.checkState() == QtCore.Qt.CheckState.Checked
            key = str(item.data(Roles.UserRole))
            QtCore.QTimer.singleShot(0, self, lambda: self._layers.set_shown(key, is_on))

    def _remove(self, key: str) -> None:
        if key.startswith(OWN):
            self._layers.remove(key.removeprefix(OWN))

    # ------------------------------------------------------------------ details
    def _show_details(self) -> None:
        """Controls of the chosen layer; while it is the same they only take up its values."""
        if self._is_filling:
            return
        key = self.list.key()
        row = next((r for r in self._layers.rows() if r.key == key), None)
        shown = (self._view.model.plan.uid if row else "", key, row.note if row else "")
        if shown != self._details_of:
            self._details_of = shown
            self._make_details(row)
        for update in self._updates:
            update()
        self._view.arrange()

    def _make_details(self, row: Row | None) -> None:
        self._updates = []
        while self._form.rowCount():
            self._form.removeRow(0)
        if row is not None and row.own is not None:
            self._own_details(row)
        elif row is not None and row.key == "areas":
            layers = self._layers
            self._slider(_("Opacity"), lambda: layers.opacity, layers.set_opacity, True)
        elif row is not None and row.key == "accounts":
            self._account_details()
        self.details.setVisible(self._form.rowCount() > 0)

    def _follow(self, widget: QtWidgets.QWidget, update: Callable[[], object]) -> None:
        """Let a control show a value without telling that it changed."""

        def quietly() -> None:
            blocker = QtCore.QSignalBlocker(widget)
            update()
            blocker.unblock()

        self._updates.append(quietly)

    def _slider(
        self, text: str, value: Callable[[], int], act: Callable[[int], object], is_live: bool
    ) -> None:
        slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setPageStep(10)
        slider.setAccessibleName(text)
        slider.setTracking(is_live)  # else one step of the history per drag
        slider.valueChanged.connect(act)
        self._follow(slider, lambda: slider.setValue(value()))
        self._form.addRow(parts.label(text, "dim"), slider)

    def _account_details(self) -> None:
        model = self._view.model
        same = _("All the same")
        sizes = [(m.uid, m.name) for m in account_look.size_measures(model.plan)]

        def size() -> str:
            measure = account_look.size_measure(model.plan)
            return measure.uid if measure else account_look.SAME

        self._combo(_("Size"), [(account_look.SAME, same), *sizes], size, account_look.size_edit)
        columns = [("", same), *account_look.class_columns(model.plan)]

        def column() -> str:
            return model.plan.setting(account_look.CLASS)

        self._combo(_("Colour and shape"), columns, column, account_look.class_edit)

    def _combo(
        self,
        text: str,
        choices: Sequence[tuple[str, str]],
        value: Callable[[], str],
        edit: Callable[[Plan, str], Edit | None],
    ) -> None:
        box, model = QtWidgets.QComboBox(), self._view.model
        box.setAccessibleName(text)
        for data, shown in choices:
            box.addItem(shown, data)
        box.activated.connect(
            lambda k: model.attempt(lambda: edit(model.plan, str(box.itemData(k))))
        )
        self._follow(box, lambda: box.setCurrentIndex(max(0, box.findData(value()))))
        self._form.addRow(parts.label(text, "dim"), box)

    def _own_details(self, row: Row) -> None:
        assert row.own is not None
        uid, first, change = row.own.uid, row.own, self._layers.change

        def own() -> references.Reference:
            return next((r for r in self._layers.references() if r.uid == uid), first)

        if row.note:
            note = parts.label(row.note, "warn")
            note.setWordWrap(True)
            self._form.addRow(note)
        self._slider(_("Opacity"), lambda: round(100 * own().opacity),
                     lambda v: change(uid, opacity=v / 100), False)  # fmt: skip
        if not references.is_picture(first.path):
            self._colour(own)
            self._width(own)
        self._add_buttons(uid, bool(row.note))

    def _colour(self, own: Callable[[], references.Reference]) -> None:
        button = QtWidgets.QPushButton()
        button.setProperty("role", "plain")

        def update() -> None:
            button.setText(own().colour.upper())
            button.setIcon(QtGui.QIcon(parts.swatch_pixmap(theme.to_qcolor(own().colour))))
            button.setAccessibleName(_("Colour {name}").format(name=own().colour))

        def choose() -> None:
            found = QtWidgets.QColorDialog.getColor(
                theme.to_qcolor(own().colour), self, _("Colour")
            )
            if found.isValid():
                self._layers.change(own().uid, colour=found.name())

        button.clicked.connect(choose)
        self._follow(button, update)
        self._form.addRow(parts.label(_("Colour"), "dim"), button)

    def _width(self, own: Callable[[], references.Reference]) -> None:
        box = QtWidgets.QDoubleSpinBox(minimum=0.4, maximum=12, singleStep=0.4, decimals=1)
        box.setSuffix(f" {_('px')}")
        box.setAccessibleName(_("Width"))
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda v: self._layers.change(own().uid, width=round(v, 1)))
        self._follow(box, lambda: box.setValue(own().width))
        self._form.addRow(parts.label(_("Width"), "dim"), box)

    def _add_buttons(self, uid: str, is_lost: bool) -> None:
        buttons = parts.row(None, 4)
        if is_lost:
            find = parts.link(_("Find it…"), _("Choose where the file is now"))
            find.clicked.connect(lambda: self._later(lambda: self._find(uid)))
            buttons.addWidget(find)
        remove = parts.link(_("Remove"), _("Take the layer off the map; its file stays"))
        remove.clicked.connect(lambda: self._later(lambda: self._layers.remove(uid)))
        buttons.addWidget(remove)
        buttons.addStretch(1)
        self._form.addRow(buttons)

    def _later(self, act: Callable[[], object]) -> None:
        """Act when the button that asked for it may go away."""
        QtCore.QTimer.singleShot(0, self, act)

    def _find(self, uid: str) -> None:
        path = adding.ask_for_file(self._view)
        if path is not None:
            self._layers.find(uid, Path(path))
