"""Differences and matches to look at, in groups; ten thousand of them are as quick as ten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6 import QtCore, QtGui

from terradesk import i18n
from terradesk.i18n import _
from terradesk.importing import Item

from ... import theme
from ..parts import apart, plain_tip

Role = QtCore.Qt.ItemDataRole
Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
TITLE, BEFORE, AFTER = range(3)
_LONGEST = 1000
_HEADING = 0  # internal id of headings; items have their group + 1
_NOWHERE = QtCore.QModelIndex()
_CHECKED, _UNCHECKED = QtCore.Qt.CheckState.Checked, QtCore.Qt.CheckState.Unchecked


@dataclass(eq=False)
class Group:
    """One heading with its items."""

    key: str
    title: str
    items: list[Item] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)


class ReviewModel(QtCore.QAbstractItemModel):
    """Headings and below them the items that the filter lets through.

    Signals
    -------
    chosen()
        The user ticked something or picked another candidate.
    """

    chosen = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[Group] = []
        self.left_out: set[str] = set()
        self.picked: dict[str, str] = {}
        self._back: set[str] = set()  # ticked again since the items were worked out
        self._filter = ""
        self._keys: tuple[object, ...] = ()

    # ------------------------------------------------------------------ what is shown
    def set_items(
        self,
        items: Sequence[Item],
        groups: Sequence[tuple[str, str]],
        left_out: frozenset[str],
        picked: Mapping[str, str],
    ) -> bool:
        """Show other items; where only their texts differ the view stays as it is.

        Returns
        -------
        bool
            Whether the view was built anew.
        """
        self.left_out, self.picked, self._back = set(left_out), dict(picked), set()
        found = {key: Group(key, title) for key, title in groups}
        for item in items:
            found.setdefault(item.group, Group(item.group, item.group)).items.append(item)
        kept = [group for group in found.values() if group.items]
        keys = tuple((g.key, tuple(i.key for i in g.items)) for g in kept)
        if keys == self._keys:
            for old, new in zip(self.groups, kept, strict=True):
                old.title, old.items = new.title, new.items
            self._tell_all()
            return False
        self.beginResetModel()
        self._keys, self.groups = keys, kept
        self._sift()
        self.endResetModel()
        return True

    def set_filter(self, text: str) -> None:
        """Show only items in which a text stands."""
        self.beginResetModel()
        self._filter = text.strip().casefold()
        self._sift()
        self.endResetModel()

    def _sift(self) -> None:
        for group in self.groups:
            group.shown = [k for k, item in enumerate(group.items) if self._fits(item)]

    def _fits(self, item: Item) -> bool:
        if not self._filter:
            return True
        texts = (item.title, item.before, item.after)
        return any(self._filter in text.casefold() for text in texts)

    @property
    def n_items(self) -> int:
        """Items of all groups."""
        return sum(len(group.items) for group in self.groups)

    @property
    def n_shown(self) -> int:
        """Items that the filter lets through."""
        return sum(len(group.shown) for group in self.groups)

    def item(self, index: Index) -> Item | None:
        """The item of a row, None for a heading."""
        if not index.isValid() or index.internalId() == _HEADING:
            return None
        group = self.groups[index.internalId() - 1]
        return group.items[group.shown[index.row()]]

    def index_of(self, key: str) -> QtCore.QModelIndex:
        """Index of the item with a key, not valid when the filter hides it."""
        for k, group in enumerate(self.groups):
            for row, place in enumerate(group.shown):
                if group.items[place].key == key:
                    return self.index(row, TITLE, self.index(k, TITLE))
        return QtCore.QModelIndex()

    def can_tick(self, item: Item) -> bool:
        """Whether an item can be taken or left out by itself; an option decides on the others."""
        return item.is_on or item.key in self.left_out | self._back or bool(item.candidates)

    def is_taken(self, item: Item) -> bool:
        """Whether an item is ticked."""
        if item.key in self.left_out:
            return False
        return item.is_on or item.key in self.picked or item.key in self._back

    # ------------------------------------------------------------------ choosing
    def tick(self, items: Sequence[Item], is_taken: bool) -> None:
        """Take items, or leave them out."""
        for item in items:
            if not self.can_tick(item) or self.is_taken(item) == is_taken:
                continue
            if not is_taken:
                self.left_out.add(item.key)
                continue
            self.left_out.discard(item.key)
            self._back.add(item.key)
            if item.candidates and not item.is_on:
                self.picked.setdefault(item.key, item.candidates[0][0])
        self._tell_all()
        self.chosen.emit()

    def pick(self, item: Item, candidate: str) -> None:
        """Take another candidate for an item."""
        if self.candidate(item) == candidate and self.is_taken(item):
            return
        self.picked[item.key] = candidate
        self.left_out.discard(item.key)
        self._tell_all()
        self.chosen.emit()

    def candidate(self, item: Item) -> str:
        """Key of the candidate that is taken."""
        first = item.candidates[0][0] if item.candidates else ""
        return self.picked.get(item.key, first)

    def _shown_below(self, row: int) -> list[Item]:
        """Items of a group that the filter lets through."""
        group = self.groups[row]
        return [group.items[k] for k in group.shown]

    def _tell_all(self) -> None:
        """All ticks may differ; only those in sight are asked for."""
        for k, group in enumerate(self.groups):
            above = self.index(k, 0)
            self.dataChanged.emit(above, self.index(k, AFTER))
            if group.shown:
                last = self.index(len(group.shown) - 1, AFTER, above)
                self.dataChanged.emit(self.index(0, 0, above), last)

    # ------------------------------------------------------------------ Qt's questions
    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QtCore.QModelIndex:
        """Index of a heading, or of an item below one."""
        if not parent.isValid():
            is_there = 0 <= row < len(self.groups)
            return self.createIndex(row, column, _HEADING) if is_there else QtCore.QModelIndex()
        if parent.internalId() != _HEADING or row >= len(self.groups[parent.row()].shown):
            return QtCore.QModelIndex()
        return self.createIndex(row, column, parent.row() + 1)

    def parent(self, index: Index = _NOWHERE) -> QtCore.QModelIndex:
        """The heading of an item."""
        if not index.isValid() or index.internalId() == _HEADING:
            return QtCore.QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, _HEADING)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Headings, or the items of one."""
        if not parent.isValid():
            return len(self.groups)
        is_heading = parent.internalId() == _HEADING and parent.column() == 0
        return len(self.groups[parent.row()].shown) if is_heading else 0

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """What it is about, as it is, as it would be."""
        return AFTER + 1

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        """Texts and ticks."""
        item = self.item(index)
        if item is None:
            return self._of_heading(self.groups[index.row()], index.column(), role)
        if role == Role.CheckStateRole and index.column() == TITLE:
            return _CHECKED if self.is_taken(item) else _UNCHECKED
        if role in (Role.DisplayRole, Role.ToolTipRole):
            text = (item.title, item.before, self._after(item))[index.column()]
            is_tip = role == Role.ToolTipRole
            return plain_tip(text[:_LONGEST]) if is_tip else apart(" ".join(text.split()))
        if role == Role.AccessibleTextRole:
            return f"{item.title}: {item.before} → {self._after(item)}"
        if role == Role.ForegroundRole and index.column() != TITLE:
            is_faint = index.column() == BEFORE or not self.is_taken(item)
            return theme.colour("text2" if is_faint else "text")
        return None

    def _after(self, item: Item) -> str:
        if not item.candidates:
            return item.after
        return dict(item.candidates).get(self.candidate(item), item.after)

    def _of_heading(self, group: Group, column: int, role: int) -> object:
        if column != TITLE:
            return None
        if role == Role.DisplayRole:
            return f"{group.title}  {i18n.number(len(group.shown))}"
        if role == Role.CheckStateRole:
            states = {self.is_taken(item) for item in group.items if self.can_tick(item)}
            if len(states) == 2:
                return QtCore.Qt.CheckState.PartiallyChecked
            return _CHECKED if states == {True} else _UNCHECKED
        if role == Role.FontRole:
            font = QtGui.QFont()
            font.setBold(True)
            return font
        return None

    def headerData(
        self, section: int, orientation: QtCore.Qt.Orientation, role: int = Role.DisplayRole
    ) -> object:
        """Titles of the columns."""
        if role == Role.DisplayRole and orientation == QtCore.Qt.Orientation.Horizontal:
            return (_("What"), _("As it is"), _("As it would be"))[section]
        return None

    def flags(self, index: Index) -> QtCore.Qt.ItemFlag:
        """Ticks, and candidates to choose from."""
        out = QtCore.Qt.ItemFlag.ItemIsEnabled | QtCore.Qt.ItemFlag.ItemIsSelectable
        item = self.item(index)
        if item is None:
            items = self.groups[index.row()].items if index.isValid() else []
            can = any(self.can_tick(one) for one in items)
            return out | QtCore.Qt.ItemFlag.ItemIsUserCheckable if can else out
        if index.column() == TITLE and self.can_tick(item):
            out |= QtCore.Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == AFTER and len(item.candidates) > 1:
            out |= QtCore.Qt.ItemFlag.ItemIsEditable
        return out

    def setData(self, index: Index, value: object, role: int = Role.EditRole) -> bool:
        """A tick, of an item or of a whole group as far as the filter shows it."""
        item = self.item(index)
        if role == Role.CheckStateRole:
            is_on = QtCore.Qt.CheckState(value) == _CHECKED
            shown = [] if item else self._shown_below(index.row())
            self.tick([item] if item else shown, is_on)
            return True
        if role == Role.EditRole and item is not None:
            self.pick(item, str(value))
            return True
        return False
