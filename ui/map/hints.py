"""What a new user sees over the map: the first steps of a new plan, the tips of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext

from .. import theme
from . import parts


class FirstSteps(parts.Floating):
    """One card over a new plan, gone at the first edit.

    Signals
    -------
    command(str)
        Id of an action.
    """

    command = QtCore.Signal(str)

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("First steps"))
        self._ticks: list[tuple[QtWidgets.QWidget, QtWidgets.QLabel, str]] = []
        layout = parts.row(self, 12, (16, 10, 8, 10))
        steps: tuple[tuple[Any, ...], ...] = (
            ("file.import", _("Add accounts"), _("Drop a spreadsheet on the window")),
            (
                "territory.start",
                _("Make territories"),
                _("From a column, a file, or draw them"),
                ("build.build", _("Or build them")),
            ),
            ("export.workbook", _("Hand over"), _("Excel, shapefiles, a map")),
        )
        for number, (action, text, more, *also) in enumerate(steps, 1):
            if number > 1:
                layout.addWidget(parts.icon_label("arrow-right", "text3", 16))
            step = self._step(number, action, text, more)
            for other, words in also:
                self._add_link(step, other, words)
            layout.addWidget(step)
        close = parts.link("", _("Close"), "x")
        close.clicked.connect(self.hide)
        layout.addWidget(close, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        self.hide()

    def _step(self, number: int, action: str, text: str, more: str) -> QtWidgets.QWidget:
        out = QtWidgets.QWidget()
        layout = parts.column(out, 0)
        button = parts.link(f"{number}  {text}", more)
        button.clicked.connect(lambda: self.command.emit(action))
        tick, note = parts.icon_label("check", "ok"), parts.label(more, "small")
        line = parts.row(None, 2)
        line.addWidget(tick)
        line.addWidget(button)
        line.addStretch(1)
        layout.addLayout(line)
        layout.addWidget(note)
        self._ticks.append((tick, note, more))
        return out

    def _add_link(self, step: QtWidgets.QWidget, action: str, text: str) -> None:
        """Another way to do a step, beside its note."""
        link = parts.link(text, _("Balanced and compact, in seconds"))
        link.setProperty("role", "legend")
        link.setStyleSheet(f"color: {theme.roles()['accent_text']}; font-weight: 400;")
        link.clicked.connect(lambda: self.command.emit(action))
        column, note = step.layout(), self._ticks[-1][1]
        assert isinstance(column, QtWidgets.QVBoxLayout)
        line = parts.row(None, 4)
        line.addWidget(note)
        line.addWidget(link)
        line.addStretch(1)
        column.addLayout(line)

    def set_accounts(self, n: int) -> None:
        """Tick the first step off when there are accounts already."""
        for number, (tick, note, more) in enumerate(self._ticks):
            is_done = number == 0 and n > 0
            tick.setVisible(is_done)
            text = ngettext("{n} account is in", "{n} accounts are in", n)
            note.setText(text.format(n=i18n.number(n)) if is_done else more)
        self.adjustSize()


class Tips(parts.Floating):
    """A strip of tips, one at a time.

    Signals
    -------
    shown_tip(int)
        Number of the tip that is shown now.
    resized()
    """

    shown_tip = QtCore.Signal(int)
    resized = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Tips"))
        layout = parts.row(self, 8, (12, 3, 6, 3))
        self._count, self._text = parts.label("", "dim"), parts.label("")
        self._next = parts.link(_("Next"), _("Next tip"))
        close = parts.link("", _("Close"), "x")
        for widget in (parts.icon_label("sparkles", "accent_text"), self._count, self._text,
                       self._next, close):  # fmt: skip
            layout.addWidget(widget)
        self._texts: Sequence[str] = ()
        self._done_by: Sequence[str] = ()
        self._at = 0
        self._next.clicked.connect(lambda: self.go_to(self._at + 1))
        close.clicked.connect(self.hide)
        self.hide()

    def text(self) -> str:
        """The tip that is shown."""
        return self._text.text()

    def start(self, texts: Sequence[str], done_by: Sequence[str] = ()) -> None:
        """Show the first of some tips; ``done_by`` names what the user does to follow each."""
        self._texts, self._done_by = texts, done_by
        self.go_to(0)

    def done(self, what: str) -> None:
        """The user did something: go on when that is what the tip asks for."""
        if self.isVisible() and what in self._done_by[self._at : self._at + 1]:
            self.go_to(self._at + 1)

    def go_to(self, number: int) -> None:
        """Show a tip; after the last one the strip goes away."""
        self._at = number
        if number >= len(self._texts):
            self.hide()
            return
        self._count.setText(_("{n} of {m}").format(n=number + 1, m=len(self._texts)))
        self._text.setText(self._texts[number])
        is_last = number == len(self._texts) - 1
        self._next.setText(_("Done") if is_last else _("Next"))
        self.show()
        self.adjustSize()
        self.shown_tip.emit(number)
        self.resized.emit()
