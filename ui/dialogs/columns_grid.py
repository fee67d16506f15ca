"""The columns of a customer list: what each means, its first value, what joining rows does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _
from terradesk.readers.recognising import ROLES, SINGLE, ColumnGuess
from terradesk.readers.tables import Table

from .parts import choose, combo, empty, label, plain_tip

MOST = 200
"""Columns beyond these keep the meaning that was recognised."""

_MOST_CHARACTERS = 22


class ColumnsGrid(QtWidgets.QWidget):
    """One row per column.

    Signals
    -------
    changed()
        The user has given a column another meaning.
    """

    changed = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 4, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        for column, stretch in enumerate((3, 0, 3, 3)):
            self._grid.setColumnStretch(column, stretch)
        self.guesses: list[ColumnGuess] = []
        self.boxes: dict[str, QtWidgets.QComboBox] = {}
        self._names: dict[str, QtWidgets.QLabel] = {}
        self._joined: dict[str, QtWidgets.QLabel] = {}

    def show_table(self, table: Table, guesses: list[ColumnGuess]) -> None:
        """List the columns of a table."""
        self._clear()
        self.guesses = list(guesses)
        heads = (_("In the file"), _("Means"), _("First value"), _("When rows are joined"))
        for column, text in enumerate(heads):
            self._grid.addWidget(label(text, "faint"), 0, column)
        choices = [(_(text), role) for role, text in ROLES.items()]
        for row, guess in enumerate(self.guesses[:MOST], 1):
            self._add(row, guess, table, choices)
        more = len(self.guesses) - MOST
        if more > 0:
            text = _("{n} more columns are kept as they were recognised.").format(n=more)
            self._grid.addWidget(label(text, "small"), MOST + 1, 0, 1, 4)
        self._grid.setRowStretch(MOST + 2, 1)

    def _add(
        self, row: int, guess: ColumnGuess, table: Table, choices: Sequence[tuple[str, object]]
    ) -> None:
        name = label(_short(guess.name))
        name.setToolTip(plain_tip(guess.name[:200]))
        box = combo(_("{column} means").format(column=guess.name), choices, guess.role)
        box.setMinimumWidth(168)
        box.currentIndexChanged.connect(lambda _k, one=guess.name: self._on_box(one))
        cells = table.columns[guess.name]
        first = next((c for c in cells[:500].tolist() if c), "–")
        joined = label("", "dim")
        for column, widget in enumerate((name, box, label(_short(first), "dim"), joined)):
            self._grid.addWidget(widget, row, column)
        self.boxes[guess.name] = box
        self._names[guess.name], self._joined[guess.name] = name, joined
        self._fade(guess)

    def _clear(self) -> None:
        empty(self._grid)
        self.boxes, self._names, self._joined = {}, {}, {}

    def _on_box(self, name: str) -> None:
        role = str(self.boxes[name].currentData())
        for k, guess in enumerate(self.guesses):
            if guess.name == name:
                self.guesses[k] = replace(guess, role=role)
            elif guess.role == role and role in SINGLE:
                self.guesses[k] = replace(guess, role="text")
                self._show_role(guess.name, "text")
        for guess in self.guesses:
            self._fade(guess)
        self.changed.emit()

    def _show_role(self, name: str, role: str) -> None:
        box = self.boxes.get(name)
        if box is not None:
            blocker = QtCore.QSignalBlocker(box)
            choose(box, role)
            blocker.unblock()

    def _fade(self, guess: ColumnGuess) -> None:
        name = self._names.get(guess.name)
        if name is not None:
            name.setEnabled(guess.role != "unused")

    @property
    def n_used(self) -> int:
        """Columns that are not left out."""
        return sum(guess.role != "unused" for guess in self.guesses)

    def show_grouping(self, group_by: tuple[str, ...]) -> None:
        """Say what joining rows does to each column."""
        for guess in self.guesses:
            told = self._joined.get(guess.name)
            if told is not None:
                told.setText(_when_joined(guess, group_by))


def _when_joined(guess: ColumnGuess, group_by: tuple[str, ...]) -> str:
    if not group_by or guess.role == "unused":
        return "–"
    if guess.name in group_by:
        return _("one account each") if guess.name == group_by[0] else _("part of the account")
    texts = {"amount": _("summed"), "rate": _("averaged")}
    return texts.get(guess.role, _("first value"))


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _MOST_CHARACTERS else plain[: _MOST_CHARACTERS - 1] + "…"
