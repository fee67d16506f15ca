"""The left half of the import page: options, and what each column means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _
from terradesk.readers.tabular.previewing import Preview

from ..map_choice import MapChoice
from ..parts import Button, IconLabel, Trouble, label
from . import rules
from .column_head import Told
from .options_form import OptionsForm, Value
from .preview_table import PreviewTable
from .work import MOST_ROWS, Outcome, Understood

_IDLE = "unused"
_REST = ("text", "code")  # what columns are that mean nothing of their own: nothing to check


class MeaningSide(QtWidgets.QWidget):
    """What the file is taken for, and what its columns mean.

    Signals
    -------
    start_over()
        What was chosen for an earlier file is not wanted.
    """

    start_over = QtCore.Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(24, 16, 16, 16)
        box.setSpacing(10)
        self.trouble = Trouble()
        box.addWidget(self.trouble)
        box.addWidget(self._make_memory())
        self.choice = MapChoice(folder)
        box.addWidget(self.choice)
        box.addWidget(self._make_note())
        self._heading = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(self._heading)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(_("Columns"), "title"))
        row.addStretch(1)
        self._used = label("", "small")
        row.addWidget(self._used)
        box.addWidget(self._heading)
        self.table = PreviewTable()
        box.addWidget(self.table, 1)
        box.addStretch(0)
        self.forget()

    def _make_memory(self) -> QtWidgets.QWidget:
        self._memory = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(self._memory)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(IconLabel("history"))
        self._memory_text = label("", "dim")
        row.addWidget(self._memory_text)
        self.forget_button = Button(_("Start over"), "link", clicked=self.start_over.emit)
        self.forget_button.setToolTip(_("Forget it, and recognise the columns anew"))
        row.addWidget(self.forget_button)
        row.addStretch(1)
        return self._memory

    def _make_note(self) -> QtWidgets.QFrame:
        self._note = QtWidgets.QFrame()
        self._note.setProperty("role", "note")
        row = QtWidgets.QHBoxLayout(self._note)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(12)
        row.addWidget(IconLabel("table", "accent_text", 18), 0, QtCore.Qt.AlignmentFlag.AlignTop)
        texts = QtWidgets.QVBoxLayout()
        texts.setSpacing(8)
        self.sentence = label("", "strong", True)
        texts.addWidget(self.sentence)
        self.form = OptionsForm()
        texts.addWidget(self.form)
        row.addLayout(texts, 1)
        return self._note

    # ------------------------------------------------------------------ showing
    def forget(self) -> None:
        """There is no file."""
        for widget in (self._memory, self.choice, self._note, self._heading, self.table):
            widget.hide()
        self.trouble.hide()

    def forget_outcome(self) -> None:
        """There is no outcome: the options stay, for they may mend it."""
        self.sentence.setText("")
        self.sentence.hide()
        self._note.setVisible(bool(self.form.fields))

    def tell_remembered(self, day: dt.date | None) -> None:
        """Say that choices for an earlier file are used, or not."""
        self._memory.setVisible(day is not None)
        if day is not None:
            text = _("Columns as you chose them on {day}")
            self._memory_text.setText(text.format(day=i18n.date(day)))

    def show_source(
        self,
        found: Understood,
        chosen: Mapping[str, str],
        options: Mapping[str, Value],
        needs_map: bool,
    ) -> None:
        """Show another file, sheet or kind."""
        self.choice.setVisible(needs_map)
        table = found.source.rows
        lines = getattr(table, "lines", None)
        self.form.show_options(found.options, options)
        self._note.setVisible(bool(found.options))
        self.sentence.hide()
        self._heading.setVisible(bool(found.kind.roles))
        self.table.show()
        told = self._told(found, chosen)
        self.table.show_rows(found.head, lines, found.kind.roles, told)
        self._tell_used(told, len(table))

    def show_look(self, look: Preview) -> None:
        """Show the beginning of a table whose meaning is not known yet."""
        n = len(look.names)
        rows = [(*row[:n], *([""] * (n - len(row)))) for row in look.rows[look.below :]]
        columns = {
            name: np.array([row[k] for row in rows], object) for k, name in enumerate(look.names)
        }
        lines = np.array(look.lines[look.below :])
        told = [Told(name, "", is_idle=True) for name in columns]
        self._heading.show()
        self._used.setText("")
        self.table.setVisible(bool(columns))
        self.table.show_rows(columns, lines, {}, told)

    def show_roles(self, found: Understood, chosen: Mapping[str, str]) -> None:
        """Show what the columns mean now."""
        told = self._told(found, chosen)
        self.table.tell(told)
        self._tell_used(told, len(found.source.rows))

    def show_options(self, found: Understood, values: Mapping[str, Value]) -> None:
        """Show what may be chosen now: some of it belongs to what columns mean."""
        self.form.show_options(found.options, values)
        self._note.setVisible(bool(found.options or self.sentence.text()))

    def show_outcome(self, outcome: Outcome) -> None:
        """Show in one sentence what would come of it."""
        self.sentence.setText(outcome.prepared.sentence)
        self.sentence.setVisible(bool(outcome.prepared.sentence))
        self._note.setVisible(bool(outcome.prepared.sentence or self.form.fields))
        made = outcome.new_plan
        if made is not None:
            self.choice.show_proposals(made.said, made.proposals, made.key)

    # ------------------------------------------------------------------ columns
    @staticmethod
    def roles(found: Understood, chosen: Mapping[str, str]) -> dict[str, str]:
        """Role of each column: as chosen, else as recognised."""
        return {one.column: chosen.get(one.column, one.role) for one in found.meanings}

    def _told(self, found: Understood, chosen: Mapping[str, str]) -> list[Told]:
        table = found.source.rows
        recognised = {one.column: one for one in found.meanings}
        out = []
        for name, cells in found.head.items():
            one = recognised.get(name)
            role = chosen.get(name, one.role if one is not None else _IDLE)
            is_own = one is not None and role == one.role
            dates = str(getattr(table, "dates", "") or found.source.reading.dates)
            out.append(
                Told(
                    name,
                    role,
                    one.confidence if one is not None and is_own and role not in _REST else 1.0,
                    one.why if one is not None and is_own else "",
                    rules.example(cells, role, table.decimal, dates),
                    not is_own,
                    role == _IDLE,
                )
            )
        return out

    def _tell_used(self, told: list[Told], n_rows: int) -> None:
        n = sum(not one.is_idle for one in told)
        text = _("{n} of {total} are used").format(n=n, total=len(told))
        if n_rows > MOST_ROWS:
            more = _("the first {n} rows").format(n=MOST_ROWS)
            text = f"{text} · {more}"
        self._used.setText(text)
