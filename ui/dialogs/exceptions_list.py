"""Accounts outside their owner's territory, ticked one by one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _, number

from .issues import text_table
from .parts import label
from .starting_work import Outlier

_MOST = 2000
"""Lines: those beyond are all kept, or none."""

_ACCOUNT = QtCore.Qt.ItemDataRole.UserRole
_CHECKED = QtCore.Qt.CheckState.Checked


class ExceptionsList(QtWidgets.QWidget):
    """A tick for each account that may stay with its owner as a named account.

    Attributes
    ----------
    are_some_kept : bool
        Whether any tick is there.

    Signals
    -------
    changed()
        A tick was set or taken away.
    """

    changed = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        self._left_out: frozenset[int] = frozenset()
        self._all: frozenset[int] = frozenset()
        self.are_some_kept = False
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.table = text_table([_("Stays with its owner"), _("Lies in"), _("Owner")])
        self.table.setAccessibleName(_("Accounts outside their owner's territory"))
        self.table.horizontalHeader().setSectionResizeMode(
            0, QtWidgets.QHeaderView.ResizeMode.Stretch
        )
        for at in (1, 2):
            self.table.setColumnWidth(at, 200)
        self.table.itemChanged.connect(self._ticked)
        column.addWidget(self.table, 1)
        self._more = label("", "small")
        column.addWidget(self._more)

    @property
    def left_out(self) -> frozenset[int]:
        """Accounts whose tick was taken away."""
        return self._left_out

    def leave_out(self, accounts: frozenset[int]) -> None:
        """Take away the ticks of some accounts only."""
        self._left_out = accounts

    def show_all(self, outliers: Sequence[Outlier], are_kept: bool) -> None:
        """List accounts; without ticks where none is kept.

        Parameters
        ----------
        outliers : sequence of Outlier
        are_kept : bool
        """
        self._all = frozenset(one.account for one in outliers)
        self.are_some_kept = are_kept
        shown = outliers[:_MOST]
        blocker = QtCore.QSignalBlocker(self.table)
        self.table.setRowCount(len(shown))
        for row, one in enumerate(shown):
            tick = QtWidgets.QTableWidgetItem(one.name)
            flags = QtCore.Qt.ItemFlag.ItemIsUserCheckable | QtCore.Qt.ItemFlag.ItemIsEnabled
            tick.setFlags(flags)
            is_on = are_kept and one.account not in self._left_out
            tick.setCheckState(_CHECKED if is_on else QtCore.Qt.CheckState.Unchecked)
            tick.setData(_ACCOUNT, one.account)
            self.table.setItem(row, 0, tick)
            self.table.setItem(row, 1, QtWidgets.QTableWidgetItem(one.lies_in or _("Unassigned")))
            self.table.setItem(row, 2, QtWidgets.QTableWidgetItem(one.owner))
        blocker.unblock()
        n_more = len(outliers) - len(shown)
        self._more.setText(_("and {n} more").format(n=number(n_more)) if n_more else "")
        self._more.setVisible(n_more > 0)

    def _ticked(self, item: QtWidgets.QTableWidgetItem) -> None:
        account = item.data(_ACCOUNT)
        if account is None:
            return
        left_out = self._left_out if self.are_some_kept else self._all
        if item.checkState() == _CHECKED:
            self._left_out = left_out - {int(account)}
        else:
            self._left_out = left_out | {int(account)}
        self.are_some_kept = bool(self._all - self._left_out)
        if not self.are_some_kept:
            self._left_out = frozenset()
        self.changed.emit()
