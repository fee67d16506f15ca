"""What stands in the way of a wish: one sentence each, with its places and what to relax."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext

from ...dialogs import parts
from .clickable import Clickable

if TYPE_CHECKING:
    from terradesk.builder.why.telling import Relax, Told

MOST = 4
"""Sentences that are seen before the rest is asked for."""

_MOST_REMEDIES = 3
_LINK_PX = 10


class WhyList(QtWidgets.QWidget):
    """Sentences, worst first; a click on one shows its places on the map.

    Signals
    -------
    units_clicked(ndarray)
        Unit rows that a sentence is about: to be selected and zoomed to.
    relax_clicked(object)
        The sentence (`telling.Told`), with the remedy that was asked for as its ``relax``.
    """

    units_clicked = QtCore.Signal(object)
    relax_clicked = QtCore.Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("What stands in the way"))
        self._tolds: list[Told] = []
        self._is_folded = True
        self.rows: list[WhyRow] = []
        self.state = parts.label("", "dim", wraps=True)
        self.headline = parts.label("", "strong", wraps=True)
        self.more = parts.Button("", "link", clicked=self.unfold)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.state)
        column.addWidget(self.headline)
        self._list = QtWidgets.QVBoxLayout()
        self._list.setSpacing(6)
        column.addLayout(self._list)
        column.addWidget(self.more, 0, parts.start())
        self.hide()

    def show_tolds(self, tolds: Sequence[Told], headline: str = "") -> None:
        """Show other sentences; the list hides when there is nothing to say.

        Parameters
        ----------
        tolds : sequence of Told
            In any order: those that cannot be mended come first, else the order stays.
        headline : str
            Above them all: "The tightest tolerance that can be reached is 6.5 %."
        """
        self._tolds = sorted(tolds, key=lambda told: not told.is_error)
        self._is_folded = len(self._tolds) > MOST
        self.headline.setText(headline)
        self.headline.setVisible(bool(headline))
        self._fill()
        self.say("")

    def clear(self) -> None:
        """Say nothing."""
        self.show_tolds(())

    def say(self, state: str) -> None:
        """Say how it stands in one quiet line above the sentences; "" for nothing."""
        self.state.setText(state)
        self.state.setVisible(bool(state))
        self.setVisible(self.has_something)

    @property
    def has_something(self) -> bool:
        """Whether there is anything to be seen."""
        return bool(self._tolds or self.headline.text() or self.state.text())

    def unfold(self) -> None:
        """Show all sentences."""
        self._is_folded = False
        self._fill()
        if len(self.rows) > MOST:
            self.rows[MOST].setFocus()

    def _fill(self) -> None:
        parts.empty(self._list)
        shown = self._tolds[:MOST] if self._is_folded else self._tolds
        self.rows = [WhyRow(told) for told in shown]
        for row in self.rows:
            row.units_clicked.connect(self.units_clicked)
            row.relax_clicked.connect(self.relax_clicked)
            self._list.addWidget(row)
        n = len(self._tolds) - len(shown)
        self.more.setText(ngettext("and {n} more", "and {n} more", n).format(n=i18n.number(n)))
        self.more.setVisible(n > 0)


class WhyRow(Clickable):
    """One sentence; its places and its remedy, where it has some."""

    units_clicked = QtCore.Signal(object)
    relax_clicked = QtCore.Signal(object)

    def __init__(self, told: Told) -> None:
        super().__init__("notice" if told.is_error else "soft")
        self.told = told
        icon = ("triangle-alert", "warn") if told.is_error else ("info", "text2")
        self.text = parts.label(told.text, wraps=True)
        self.remedies: list[parts.Button] = []
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        row.addWidget(parts.IconLabel(*icon), 0, QtCore.Qt.AlignmentFlag.AlignTop)
        column = QtWidgets.QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self.text)
        row.addLayout(column, 1)
        for relax in (told.relax, *told.others)[:_MOST_REMEDIES]:
            if relax is not None:
                column.addLayout(self._remedy(relax))
        self.setAccessibleName(told.text)
        has_places = len(told.units) > 0
        self.set_clickable(has_places, _("Show it on the map") if has_places else "")
        rows = np.asarray(told.units, np.int32)
        self.clicked.connect(lambda: self.units_clicked.emit(rows))

    @property
    def relax(self) -> parts.Button | None:
        """The button of the gentlest remedy, if there is one."""
        return self.remedies[0] if self.remedies else None

    def _remedy(self, relax: Relax) -> QtWidgets.QHBoxLayout:
        asked = replace(self.told, relax=relax)
        text = relax.text.replace("&", "&&")  # names of territories are in it
        button = parts.Button(text, "link", clicked=lambda: self.relax_clicked.emit(asked))
        self.remedies.append(button)
        line = QtWidgets.QHBoxLayout()
        line.setContentsMargins(-_LINK_PX, 0, 0, 0)  # a link has room around it: letters line up
        button.setMinimumWidth(40)
        button.setToolTip(parts.plain_tip(relax.text))
        button.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Maximum, button.sizePolicy().verticalPolicy()
        )
        line.addWidget(button)
        line.addStretch(1)
        return line
