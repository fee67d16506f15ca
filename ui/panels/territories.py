"""The tree of territories: deviation by hierarchy, chosen, dragged, renamed, merged."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.edits import territories as te
from terradesk.i18n import _, ngettext
from terradesk.plan import AlignmentView

from .. import theme
from ..document_model import DocumentModel, Edited, Tentative
from . import figures, painting
from .figure import Foot
from .tree_drops import TreeDrops
from .tree_menus import TreeMenus
from .tree_rows import ID, RowDelegate, RowFigures, figures_after, figures_of_rows
from .tree_view import TreeView

_MANY_ROWS = 60  # from here on painting what is seen costs less than finding each row


class TerritoriesPanel(QtWidgets.QWidget):
    """Filter, tree, and in small windows the balance figures at the foot.

    Parameters
    ----------
    model : DocumentModel
    """

    command = QtCore.Signal(str)
    show_units = QtCore.Signal(object)
    chosen_changed = QtCore.Signal()

    def __init__(self, model: DocumentModel) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self.filter = QtWidgets.QLineEdit()
        self.filter.setProperty("role", "quiet")
        self.filter.setClearButtonEnabled(True)
        leading = QtWidgets.QLineEdit.ActionPosition.LeadingPosition
        self._funnel = self.filter.addAction(theme.icon("funnel"), leading)
        self.tree = TreeView()
        self._items = QtGui.QStandardItemModel()
        self._shown: dict[int, QtGui.QStandardItem] = {}
        self._rows: dict[int, RowFigures] = {}
        self._changed: set[int] = set()
        self._looks: tuple[object, ...] = ()
        self.tree.setModel(self._items)
        self._delegate = RowDelegate(self.tree)
        self.tree.setItemDelegate(self._delegate)
        self._drops = TreeDrops(self.tree, self._delegate, model)
        self.menus = TreeMenus(self, model)
        self._corner: tuple[QtWidgets.QToolButton, ...] = ()
        self._empty = self._make_empty()
        self._foot = Foot()
        self._foot.hide()
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(self.filter)
        column.addLayout(row)
        column.addWidget(self.tree, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self._foot)
        self._connect()

    def _make_empty(self) -> QtWidgets.QWidget:
        page = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 16)
        text = QtWidgets.QLabel(
            _("No territories yet. Make them from a column, from a file, or draw them on the map.")
        )
        text.setWordWrap(True)
        text.setProperty("role", "dim")
        start = QtWidgets.QPushButton(_("Start territories from…"))
        start.setProperty("role", "primary")
        start.clicked.connect(lambda: self.command.emit("territory.start"))
        column.addWidget(text)
        column.addWidget(start)
        column.addStretch(1)
        return page

    def _connect(self) -> None:
        model = self._model
        model.opened.connect(self.rebuild)
        model.alignment_changed.connect(self.rebuild)
        model.edited.connect(self._edited)
        model.previewed.connect(self._previewed)
        model.proposed.connect(self._proposed)
        model.current_changed.connect(self._show_current)
        self.filter.textChanged.connect(self._filter)
        self.tree.clicked.connect(self._clicked)
        self.tree.doubleClicked.connect(self._zoom_to)
        self.tree.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        self.tree.selectionModel().selectionChanged.connect(lambda *_a: self.chosen_changed.emit())
        self._items.itemChanged.connect(self._renamed)

    def corner(self) -> list[QtWidgets.QWidget]:
        """Buttons of the tab row: a new territory, and all that can be done with those chosen."""
        add, more = QtWidgets.QToolButton(), QtWidgets.QToolButton()
        for button, icon, tip in (
            (add, "plus", _("New territory (N)")), (more, "ellipsis", _("More"))
        ):  # fmt: skip
            button.setProperty("role", "icon")
            button.setProperty("icon_name", icon)
            button.setIcon(theme.icon(icon))
            button.setToolTip(tip)
            button.setAccessibleName(tip)
        add.clicked.connect(lambda: self.command.emit("territory.new"))
        more.clicked.connect(
            lambda: self.menus.full().popup(more.mapToGlobal(more.rect().bottomLeft()))
        )
        self._corner = (add, more)
        return [add, more]

    def restyle(self) -> None:
        """Icons follow the theme."""
        for button in self._corner:
            button.setIcon(theme.icon(button.property("icon_name")))
        self._funnel.setIcon(theme.icon("funnel"))
        self.tree.viewport().update()

    # ------------------------------------------------------------------ showing
    def rebuild(self) -> None:
        """Build the tree anew; what was open and selected stays so."""
        view = self._shown_view()
        self._looks = _looks_of(view)
        closed = {i for i in self._indices() if not self.tree.isExpanded(i)}
        closed_ids = {int(i.data(ID)) for i in closed if i.data(ID + 1)}
        selected = set(self.selected_territories())
        self._items.blockSignals(True)
        self._items.clear()
        items: dict[int, QtGui.QStandardItem] = {}
        for node in view.territories.values():
            item = QtGui.QStandardItem(node.name)
            item.setData(node.id, ID)
            item.setData(node.level > 0, ID + 1)
            if node.id not in self._model.view.territories:
                item.setFlags(QtCore.Qt.ItemFlag.ItemIsEnabled)  # only proposed: nothing to do yet
            above = items.get(node.parent)
            (above if above is not None else self._items.invisibleRootItem()).appendRow(item)
            items[node.id] = item
        self._items.blockSignals(False)
        self._shown = items
        self._items.layoutChanged.emit()
        self._delegate.colours = {t.id: t.colour for t in view.leaves}
        self.tree.expandAll()
        for index in self._indices():
            if int(index.data(ID)) in closed_ids:
                self.tree.collapse(index)
        self._select(selected or {self._model.current})
        has_any = bool(items)
        self.tree.setVisible(has_any)
        self.filter.setVisible(has_any)
        self._empty.setVisible(not has_any)
        n = len(view.leaves)
        hint = ngettext("Filter {n} territory", "Filter {n} territories", n)
        self.filter.setPlaceholderText(hint.format(n=i18n.number(n)))
        self._filter(self.filter.text())
        self.refresh()
        self.tree.viewport().update()

    def _shown_view(self) -> AlignmentView:
        """The plan in view, or what is proposed for it."""
        model = self._model
        proposal = model.proposal if model.shows_proposal else None
        return proposal.plan.alignment(model.alignment) if proposal is not None else model.view

    def _proposed(self) -> None:
        """Territories that are proposed have rows as well."""
        if self._model.is_open and self._looks != _looks_of(self._shown_view()):
            self.rebuild()

    def shown_names(self) -> list[str]:
        """Names of the territories in the tree, regions left out."""
        return [str(i.data()) for i in self._indices() if not i.data(ID + 1)]

    def _indices(self) -> list[QtCore.QModelIndex]:
        found, stack = [], [QtCore.QModelIndex()]
        while stack:
            parent = stack.pop()
            for row in range(self._items.rowCount(parent)):
                index = self._items.index(row, 0, parent)
                found.append(index)
                stack.append(index)
        return found

    def refresh(self) -> None:
        """Show the figures of now, and of the gesture that goes on."""
        self._take_up(figures_of_rows(self._model.view))

    def _take_up(self, rows: dict[int, RowFigures]) -> None:
        old = self._rows
        dirty = {t for t, row in rows.items() if row is not old.get(t) and row != old.get(t)}
        dirty |= old.keys() - rows.keys()
        self._rows, self._changed = rows, set()
        self._delegate.figures = dict(rows)
        if self._delegate.fit_numbers(dirty):
            self.tree.viewport().update()
        self._update_rows(dirty)
        self._show_tentative()

    def _show_tentative(self) -> None:
        """Paint the rows that the gesture changes, or no longer changes, and no others."""
        shown, tentative = self._delegate.figures, self._model.tentative
        after = figures_after(self._model.view, tentative, self._rows) if tentative else {}
        for territory in self._changed - after.keys():
            shown[territory] = self._rows.get(territory, RowFigures())
        differs = [t for t, row in after.items() if shown.get(t) != row]
        dirty = self._changed - after.keys() | set(differs)
        shown |= after
        self._changed = set(after)
        self._update_rows(dirty)
        self._refresh_foot()

    def _update_rows(self, territories: Collection[int]) -> None:
        """Paint the rows of these territories again."""
        port = self.tree.viewport()
        if len(territories) > _MANY_ROWS:
            port.update()
            return
        wide, high = port.width(), port.height()
        for territory in territories:
            item = self._shown.get(territory)
            row = self.tree.visualRect(item.index()) if item is not None else QtCore.QRect()
            if row.isValid() and row.bottom() >= 0 and row.top() < high:
                port.update(0, row.top(), wide, row.height())

    def _refresh_foot(self) -> None:
        model = self._model
        balance = figures.balance_of(model.view)
        if balance is None or not balance.n_territories:
            self._foot.setText("")
            return
        effect = model.tentative.effect if model.tentative is not None else None
        after = effect.after if effect is not None else None
        n: int | str = balance.n_in_tolerance
        if after is not None and after.n_in_tolerance != n:
            n = i18n.isolate(f"{n} → {after.n_in_tolerance}")
        shown = after or balance
        good = _("{n} of {m} in tolerance").format(n=n, m=shown.n_territories)
        worst = figures.worst_of(model.view, shown, effect)
        if worst is not None:
            number = i18n.isolate(i18n.deviation(worst[1], shown.tolerance))
            name = painting.elided(worst[0], 130)
            text = _("worst {name} {number}").format(name=name, number=number)
            good = f"{good} · {text}"
        self._foot.setText(good)

    def set_small(self, is_small: bool) -> None:
        """In small windows the balance figures stand at the foot."""
        self._foot.setVisible(is_small)

    def _edited(self, edited: Edited) -> None:
        step = edited.step
        kinds = {r.kind for r in step.edit.records} if step else set()
        if kinds & {"territory", "alignment", "scenario"}:
            self.rebuild()
        elif step is None or kinds - {"override"} or edited.touched.has_columns:
            self.refresh()
        else:
            self._refresh_touched(edited)

    def _refresh_touched(self, edited: Edited) -> None:
        """After an assignment: only the rows whose figures differ."""
        view = self._model.view
        if view.id not in edited.before.assignments:
            self.refresh()
            return
        slots = figures.differing(edited.before.alignment(view.id), view)
        groups = [t.id for t in view.territories.values() if t.level]
        ids = [view.leaves[slot - 1].id for slot in slots.tolist() if slot]
        self._take_up({**self._rows, **figures_of_rows(view, [*ids, *groups])})

    def _previewed(self, tentative: Tentative | None) -> None:
        self._show_tentative()

    def _filter(self, words: str) -> None:
        wanted = words.casefold().strip()
        for index in self._indices():
            own = wanted in str(index.data()).casefold()
            rep = self._delegate.figures.get(int(index.data(ID)))
            own = own or bool(rep and wanted in rep.rep.casefold())
            below = any(
                wanted in str(self._items.index(r, 0, index).data()).casefold()
                for r in range(self._items.rowCount(index))
            )
            is_hidden = bool(wanted) and not own and not below
            self.tree.setRowHidden(index.row(), index.parent(), is_hidden)

    # ------------------------------------------------------------------ choosing
    def selected_territories(self) -> list[int]:
        """Ids of the selected rows, groups among them, in tree order."""
        rows = self.tree.selectionModel().selectedRows()
        return [int(i.data(ID)) for i in rows]

    def territory_at(self, place: QtCore.QPoint) -> int | None:
        """Leaf territory whose row is at a place of the screen, None for none."""
        at = self.tree.viewport().mapFromGlobal(place)
        if not self.tree.isVisible() or not self.tree.viewport().rect().contains(at):
            return None
        index = self.tree.indexAt(at)
        return int(index.data(ID)) if index.isValid() and not index.data(ID + 1) else None

    def _select(self, ids: set[int]) -> None:
        selection = QtCore.QItemSelection()
        for index in self._indices():
            if int(index.data(ID)) in ids:
                selection.select(index, index)
        mode = QtCore.QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.tree.selectionModel().select(selection, mode)

    def _show_current(self, territory: int) -> None:
        if territory not in self.selected_territories():
            self._select({territory})
            for index in self._indices():
                if int(index.data(ID)) == territory:
                    self.tree.scrollTo(index)

    def _clicked(self, index: QtCore.QModelIndex) -> None:
        if index.data(ID + 1):
            self.tree.setExpanded(index, not self.tree.isExpanded(index))
        elif self.selected_territories() == [int(index.data(ID))]:
            self._model.set_current(int(index.data(ID)))

    def _zoom_to(self, index: QtCore.QModelIndex) -> None:
        view = self._shown_view()
        leaves = [t.id for t in view.leaves_below(int(index.data(ID)))]
        self.show_units.emit(np.flatnonzero(np.isin(view.assignment, leaves)))

    # ------------------------------------------------------------------ changing
    def edit_name(self, territory: int) -> None:
        """Open the name of a territory for typing."""
        for index in self._indices():
            if int(index.data(ID)) == territory:
                self.tree.scrollTo(index)
                self.tree.setCurrentIndex(index)
                self.tree.edit(index)

    def _renamed(self, item: QtGui.QStandardItem) -> None:
        territory, model = int(item.data(ID)), self._model
        if territory in model.view.territories and item.text() != model.view.name_of(territory):
            step = model.attempt(
                lambda: te.rename(model.plan, model.alignment, territory, item.text())
            )
            if step is None:
                self.rebuild()

    def _menu(self, at: QtCore.QPoint) -> None:
        menu = self.menus.of_rows() if self.selected_territories() else self.menus.full()
        menu.popup(self.tree.viewport().mapToGlobal(at))


def _looks_of(view: AlignmentView) -> tuple[object, ...]:
    """What rows of the tree are made of."""
    return tuple((t.id, t.name, t.colour, t.parent) for t in view.territories.values())
