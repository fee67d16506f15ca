"""The command palette: one field that finds commands, territories, areas and accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import choosing, i18n
from terradesk.choosing import places
from terradesk.choosing.naming import NameIndex, folded
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.plan import Plan

from . import theme
from .actions import found
from .dialogs.parts import IconLabel
from .document_model import DocumentModel

MOST_PER_GROUP = 12
WIDTH, ROW, HEADING = 600, 32, 26
HIT = QtCore.Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the palette.

    Parameters
    ----------
    kind : {"heading", "command", "territory", "area", "account", "place", "select", "nothing"}
    text, detail : str
        Plain text; the detail stands at the end of the line.
    key : str or int
        Id of the action, id of the territory, row, or number of the place.
    icon : str
    colour : int
        Palette index of a territory's fill, -1 for an icon.
    is_enabled : bool
    """

    kind: str
    text: str
    detail: str = ""
    key: str | int = ""
    icon: str = ""
    colour: int = -1
    is_enabled: bool = True


class _Rows(QtWidgets.QStyledItemDelegate):
    """Paints headings and hits; all text as it is."""

    def sizeHint(
        self, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex
    ) -> QtCore.QSize:
        hit = index.data(HIT)
        return QtCore.QSize(WIDTH - 40, HEADING if hit and hit.kind == "heading" else ROW)

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex,
    ) -> None:
        hit: Hit = index.data(HIT)
        rect = QtCore.QRect(option.rect)
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        if hit.kind == "heading":
            self._write(painter, rect.adjusted(12, 4, -12, 0), hit.text, "text3", 11)
            painter.restore()
            return
        if option.state & QtWidgets.QStyle.StateFlag.State_Selected:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_soft"))
            painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 6, 6)
        is_rtl = option.direction == QtCore.Qt.LayoutDirection.RightToLeft
        self._draw_icon(painter, rect, hit, is_rtl)
        self._draw_texts(painter, rect, hit, is_rtl)
        painter.restore()

    def _draw_texts(
        self, painter: QtGui.QPainter, rect: QtCore.QRect, hit: Hit, is_rtl: bool
    ) -> None:
        inner = rect.adjusted(12, 0, -40, 0) if is_rtl else rect.adjusted(40, 0, -12, 0)
        wide = QtGui.QFontMetrics(theme.font(12)).horizontalAdvance(hit.detail) + 16
        wide = min(wide, inner.width() // 2) if hit.detail else 0
        start, end = QtCore.QRect(inner), QtCore.QRect(inner)
        if is_rtl:
            start.setLeft(inner.left() + wide)
            end.setRight(inner.left() + wide - 8)
        else:
            start.setRight(inner.right() - wide)
            end.setLeft(inner.right() - wide + 8)
        self._write(painter, start, hit.text, "text" if hit.is_enabled else "outline", 13)
        self._write(painter, end, hit.detail, "text2" if hit.is_enabled else "outline", 12, True)

    @staticmethod
    def _draw_icon(painter: QtGui.QPainter, rect: QtCore.QRect, hit: Hit, is_rtl: bool) -> None:
        left = rect.right() - 28 if is_rtl else rect.left() + 14
        top = rect.center().y() - 7
        if hit.colour >= 0:
            painter.setPen(theme.colour("text3"))
            painter.setBrush(theme.territory_colour(hit.colour))
            painter.drawRoundedRect(QtCore.QRectF(left + 1.5, top + 1.5, 12, 12), 3, 3)
        elif hit.icon:
            role = "text2" if hit.is_enabled else "outline"
            painter.drawPixmap(left, top, theme.pixmap(hit.icon, role, 16))

    @staticmethod
    def _write(
        painter: QtGui.QPainter,
        rect: QtCore.QRect,
        text: str,
        role: str,
        size: int,
        at_end: bool = False,
    ) -> None:
        font = theme.font(size, bold=role == "text3")
        painter.setFont(font)
        painter.setPen(theme.colour(role))
        elided = QtGui.QFontMetrics(font).elidedText(
            text.replace("\n", " "), QtCore.Qt.TextElideMode.ElideRight, rect.width()
        )
        is_rtl = painter.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
        side = QtCore.Qt.AlignmentFlag.AlignLeft
        if at_end != is_rtl:
            side = QtCore.Qt.AlignmentFlag.AlignRight
        flags = side | QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(rect, int(flags) | int(QtCore.Qt.TextFlag.TextSingleLine), elided)


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
    cities : callable
        Gives names (n,) and places (n, 2) in metres of cities on the base map, largest first.
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
        self.cities: Callable[[], tuple[np.ndarray, np.ndarray]] = _no_cities
        self._places: list[tuple[float, float]] = []
        self._selectable = np.empty(0, np.int32)
        self._indexes: dict[str, tuple[tuple[object, ...], NameIndex]] = {}
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
        self.list.setItemDelegate(_Rows(self.list))
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
        for hit in self._hits(self.field.text().strip()):
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

    def _hits(self, typed: str) -> Iterator[Hit]:
        groups = [(_("Commands"), self._commands(typed))]
        if self._model.is_open and typed:
            noun = self._model.plan.noun(2)
            groups = [
                (_("Selection"), self._selections(typed)),
                (_("Territories"), self._territories(typed)),
                (noun[:1].upper() + noun[1:], self._areas(typed)),
                (_("Accounts"), self._accounts(typed)),
                (_("Places"), self._found_places(typed)),
                *groups,
            ]
            # A command that is meant by its name goes first, everything else after places.
            if groups[-1][1] and folded(typed) in folded(groups[-1][1][0].text):
                groups.insert(0, groups.pop())
        is_any = False
        for title, hits in groups:
            if hits:
                is_any = True
                yield Hit("heading", title)
                yield from hits
        if not is_any:
            yield Hit("nothing", _("Nothing is called “{text}”.").format(text=typed), icon="search")

    def _commands(self, typed: str) -> list[Hit]:
        out = []
        for one in found(typed):
            action = self._actions.get(one.id)
            if action is None or one.id == "edit.search":
                continue
            keys = action.shortcut().toString(QtGui.QKeySequence.SequenceFormat.NativeText)
            if one.on_map:
                keys = action.text().partition("\t")[2]
            text = _(one.text).replace("…", "")
            out.append(Hit("command", text, keys, one.id, one.icon, is_enabled=action.isEnabled()))
        out.sort(key=lambda hit: not hit.is_enabled)
        return out[:MOST_PER_GROUP]

    def _territories(self, typed: str) -> list[Hit]:
        view, plan = self._model.view, self._model.plan
        nodes = list(view.territories.values())
        owners = [view.owners[t.id].name if t.id in view.owners else "" for t in nodes]
        index = NameIndex([t.name for t in nodes], owners, np.ones(len(nodes), bool))
        term = plan.setting("term_group")
        return [
            Hit("territory", nodes[k].name, owners[k] if nodes[k].level == 0 else term,
                nodes[k].id, "layers-2", nodes[k].colour if nodes[k].level == 0 else -1)
            for k in index.search(typed, MOST_PER_GROUP)
        ]  # fmt: skip

    def _areas(self, typed: str) -> list[Hit]:
        plan, view = self._model.plan, self._model.view
        units = plan.units
        index = self._index("area", plan, units.names, units.codes, plan.units_present)
        out = []
        for row in index.search(typed, MOST_PER_GROUP):
            owner = view.name_of(int(view.assignment[row])) or _("Unassigned")
            code = str(units.codes[row])
            detail = owner if code == str(units.names[row]) else f"{i18n.isolate(code)} · {owner}"
            out.append(Hit("area", str(units.names[row]), detail, row, "hexagon"))
        return out

    def _accounts(self, typed: str) -> list[Hit]:
        plan, view = self._model.plan, self._model.view
        accounts = plan.accounts
        index = self._index("account", plan, accounts.names, accounts.ids, plan.accounts_present)
        out = []
        for row in index.search(typed, MOST_PER_GROUP):
            owner = view.name_of(int(view.account_territories[row])) or _("Unassigned")
            text = str(accounts.names[row]) or str(accounts.ids[row])
            out.append(Hit("account", text, owner, row, "map-pin"))
        return out

    def _found_places(self, typed: str) -> list[Hit]:
        """Coordinates, and cities of the base map."""
        plan, out = self._model.plan, []
        self._places = []
        pair = places.coordinates(typed)
        xy = places.in_plan(plan, pair[1], pair[0]) if pair is not None else None
        if xy is not None:
            self._places.append(xy)
            out.append(Hit("place", typed, _("Coordinates"), 0, "map-pin"))
        names, at = self.cities()
        if len(names):
            index = self._index("city", plan, names, names, np.ones(len(names), bool))
            for row in index.search(typed, MOST_PER_GROUP // 2):
                out.append(Hit("place", str(names[row]), _("City"), len(self._places), "map-pin"))
                self._places.append((float(at[row][0]), float(at[row][1])))
        return out

    def _selections(self, typed: str) -> list[Hit]:
        """What a list of codes, a query and the like would select."""
        model = self._model
        there = choosing.Situation(model.view, model.selected_units, model.selected_accounts,
                                   model.current)  # fmt: skip
        way = choosing.way_of(typed, there)
        is_plain = way is choosing.CODES and not any(sign in typed for sign in "*?,;-–")
        if way is None or is_plain or places.coordinates(typed) is not None:
            return []
        try:
            self._selectable = way.find(typed, there).unit_rows
        except TerraDeskError:
            return []
        n = len(self._selectable)
        if not n:
            return []
        text = _("Select {n} {noun}").format(n=i18n.number(n), noun=model.plan.noun(n))
        return [Hit("select", text, i18n.isolate(typed), "", "square-dashed")]

    def _index(
        self, kind: str, plan: Plan, names: np.ndarray, codes: np.ndarray, present: np.ndarray
    ) -> NameIndex:
        """The index of areas or accounts, made again only when their names change."""
        key = (names, codes, plan.hidden) if kind != "city" else (names,)
        kept = self._indexes.get(kind)
        if kept is None or any(a is not b for a, b in zip(kept[0], key, strict=True)):
            kept = self._indexes[kind] = (key, NameIndex(names, codes, present))
        return kept[1]

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
            self.show_place.emit(*self._places[int(hit.key)])
        elif hit.kind == "select":
            self._go_to(self._selectable)

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


def _no_cities() -> tuple[np.ndarray, np.ndarray]:
    return np.empty(0, object), np.empty((0, 2))
