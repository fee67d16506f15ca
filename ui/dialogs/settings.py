"""Settings of the user: language, look, lengths, touchpad, shortcuts. All take effect at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import LANGUAGES, _

from ..actions import ACTIONS, Action
from ..settings import Settings
from .issues import text_table
from .parts import Button, Dialog, combo, label

NATIVE = QtGui.QKeySequence.SequenceFormat.NativeText
_TYPING = {"Tab", "Shift+Tab", "Esc", "Space", "Return", "Enter", "Backspace", "Del", "Home", "End",
           "Left", "Right", "Up", "Down"}  # fmt: skip


class SettingsDialog(Dialog):
    """Settings, each told as soon as it changes.

    Parameters
    ----------
    settings : Settings
    parent : QWidget or None

    Signals
    -------
    settings_changed(dict)
        Names of settings with their new values.
    """

    settings_changed = QtCore.Signal(dict)

    def __init__(self, settings: Settings, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("Settings"), parent, 680, 680)
        self._shortcuts = dict(settings.shortcuts)
        self.body.addWidget(label(_("Settings"), "hero"))
        self._add_general(settings)
        self.body.addWidget(label(_("Shortcuts"), "title"))
        self._add_shortcuts()
        self.foot.addWidget(label(_("Changes are kept at once."), "small"))
        self.add_close()

    # ------------------------------------------------------------------ general
    def _add_general(self, settings: Settings) -> None:
        grid = QtWidgets.QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        languages = [(name, code) for code, name in LANGUAGES.items()]
        themes = [(_("Like the system"), "system"), (_("Light"), "light"), (_("Dark"), "dark")]
        lengths = [(_("Kilometres"), "km"), (_("Miles"), "mi")]
        touch = [(_("pans the map"), True), (_("zooms the map"), False)]
        fills = [
            (_("Muted"), "muted"),
            (_("For the colour-blind"), "safe"),
            (_("Greys with patterns"), "grey"),
        ]
        rows: tuple[tuple[str, str, Sequence[tuple[str, object]], object], ...] = (
            ("language", _("Language"), languages, settings.language),
            ("theme", _("Look"), themes, settings.theme),
            ("palette", _("Colours of territories"), fills, settings.palette),
            ("length_unit", _("Lengths in"), lengths, settings.length_unit),
            ("touchpad_pans", _("Two fingers on the touchpad"), touch, settings.touchpad_pans),
        )
        self.boxes: dict[str, QtWidgets.QComboBox] = {}
        for k, (key, text, choices, chosen) in enumerate(rows):
            box = self.boxes[key] = combo(text, choices, chosen)
            box.setMinimumWidth(220)
            box.currentIndexChanged.connect(lambda _i, key=key: self._on_box(key))
            caption = label(text)
            caption.setBuddy(box)
            grid.addWidget(caption, k, 0)
            grid.addWidget(box, k, 1)
        self._restart = label(_("The language changes when TerraDesk starts again."), "small")
        self._restart.hide()
        grid.addWidget(self._restart, 0, 2)
        self.body.addLayout(grid)

    def _on_box(self, key: str) -> None:
        self._restart.setVisible(self._restart.isVisible() or key == "language")
        self.settings_changed.emit({key: self.boxes[key].currentData()})

    # ------------------------------------------------------------------ shortcuts
    def _add_shortcuts(self) -> None:
        self.filter = QtWidgets.QLineEdit()
        self.filter.setPlaceholderText(_("Find a command"))
        self.filter.setAccessibleName(_("Find a command"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._show_actions)
        self.body.addWidget(self.filter)
        self.table = text_table([_("Command"), _("Keys")])
        self.table.setAccessibleName(_("Shortcuts"))
        self.table.horizontalHeader().setSectionResizeMode(
            0, QtWidgets.QHeaderView.ResizeMode.Stretch
        )
        self.table.setColumnWidth(1, 160)
        self.table.setSelectionBehavior(QtWidgets.QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QtWidgets.QTableWidget.SelectionMode.SingleSelection)
        self.table.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.table.itemSelectionChanged.connect(self._on_row)
        self.body.addWidget(self.table, 1)
        self._add_key_row()
        self._show_actions()

    def _add_key_row(self) -> None:
        self.keys = QtWidgets.QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.keys.setAccessibleName(_("New keys"))
        self.use = Button(_("Use these keys"), clicked=self._use_keys)
        self.reset = Button(_("As delivered"), "link", clicked=self._reset_keys)
        self.clear = Button(_("No keys"), "link", clicked=lambda: self._set(""))
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.keys, self.use, self.reset, self.clear):
            row.addWidget(widget)
        row.addStretch(1)
        self.body.addLayout(row)
        self.told = label("", "error", True)
        self.body.addWidget(self.told)
        self.told.hide()

    def keys_of(self, action: Action) -> str:
        """Keys of a command as they are now."""
        return self._shortcuts.get(action.id, action.shortcut)

    def _show_actions(self) -> None:
        wanted = self.filter.text().casefold()
        shown = [a for a in ACTIONS if not a.on_map and wanted in _title(a).casefold()]
        self.table.setRowCount(len(shown))
        for k, action in enumerate(shown):
            name = QtWidgets.QTableWidgetItem(_title(action))
            name.setData(QtCore.Qt.ItemDataRole.UserRole, action.id)
            self.table.setItem(k, 0, name)
            self.table.setItem(k, 1, QtWidgets.QTableWidgetItem(_native(self.keys_of(action))))
        self._on_row()

    @property
    def chosen(self) -> Action | None:
        """The command whose keys can be changed now."""
        rows = self.table.selectionModel().selectedRows()
        if not rows:
            return None
        action_id = rows[0].siblingAtColumn(0).data(QtCore.Qt.ItemDataRole.UserRole)
        return next(a for a in ACTIONS if a.id == action_id)

    def choose(self, action_id: str) -> None:
        """Choose a command in the list."""
        for k in range(self.table.rowCount()):
            if self.table.model().index(k, 0).data(QtCore.Qt.ItemDataRole.UserRole) == action_id:
                self.table.selectRow(k)

    def _on_row(self) -> None:
        action = self.chosen
        for widget in (self.keys, self.use, self.reset, self.clear):
            widget.setEnabled(action is not None)
        self.told.hide()
        self.keys.setKeySequence(QtGui.QKeySequence(self.keys_of(action) if action else ""))

    def _use_keys(self) -> None:
        self._set(self.keys.keySequence().toString())

    def _reset_keys(self) -> None:
        if self.chosen is not None:
            self._set(self.chosen.shortcut)

    def _set(self, keys: str) -> None:
        action = self.chosen
        if action is None:
            return
        refusal = self.refusal(action, keys)
        self.told.setText(refusal)
        self.told.setVisible(bool(refusal))
        if refusal:
            return
        self._shortcuts.pop(action.id, None)
        if keys != action.shortcut:
            self._shortcuts[action.id] = keys
        self.settings_changed.emit({"shortcuts": dict(self._shortcuts)})
        self._show_actions()
        self.choose(action.id)

    def refusal(self, action: Action, keys: str) -> str:
        """Why a command cannot have these keys, "" when it can."""
        if not keys:
            return ""
        own = QtGui.QKeySequence(keys)
        if keys in _TYPING or len(keys.replace("Shift+", "")) == 1:
            return _("{keys} is needed for typing and on the map. Hold Ctrl as well.").format(
                keys=_native(keys)
            )
        for other in ACTIONS:
            if other.id != action.id and QtGui.QKeySequence(self.keys_of(other)) == own:
                return _("{keys} belongs to “{command}” already.").format(
                    keys=_native(keys), command=_title(other)
                )
        return ""


def _title(action: Action) -> str:
    return _(action.text).replace("…", "")


def _native(keys: str) -> str:
    return QtGui.QKeySequence(keys).toString(NATIVE)
