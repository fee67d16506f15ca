"""The list "This is": what a file may be, and why it cannot be something else."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _
from terradesk.importing import Source
from terradesk.importing.kind import Kind
from terradesk.importing.kinds import kinds
from terradesk.plan import Plan

Role = QtCore.Qt.ItemDataRole

_OF_AREAS = frozenset(("areas", "newer_areas", "more_areas", "drawn"))
_WITHOUT_PLAN = frozenset(("accounts", "areas", "postcodes"))


def why_not(kind: Kind, source: Source, plan: Plan | None) -> str:
    """Why a file cannot be of a kind, in words."""
    own = getattr(kind, "why_not", None)
    told = own(source, plan) if callable(own) else ""
    if told:
        return str(told)
    if plan is None and kind.key not in _WITHOUT_PLAN:
        return _("This needs an open plan.")
    if kind.key in _OF_AREAS and not source.has_areas:
        return _("This file holds no boundaries.")
    if source.boundaries is not None and kind.key not in _OF_AREAS:
        return _("This file holds a map without the columns that are needed.")
    if plan is not None and not len(plan.units):
        return _("This plan has no areas yet.")
    return _("The columns that are needed were not found.")


class KindBox(QtWidgets.QComboBox):
    """What the file is; kinds that it cannot be are grey and say why.

    Signals
    -------
    chosen(str)
        Key of a kind.
    """

    chosen = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("This file is"))
        self.setMinimumWidth(220)
        self.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.view().setMinimumWidth(260)
        self.activated.connect(self._on_choice)
        self._shown = ""

    def show_kinds(
        self, suits: Mapping[str, float], key: str, source: Source, plan: Plan | None
    ) -> None:
        """List all kinds.

        Parameters
        ----------
        suits : mapping of str to float
            Kinds that the file may be.
        key : str
            The one in use.
        source : Source
        plan : Plan or None
        """
        model = QtGui.QStandardItemModel(self)
        for kind in kinds():
            item = QtGui.QStandardItem(_(kind.title))
            item.setData(kind.key, Role.UserRole)
            if not suits.get(kind.key):
                item.setEnabled(False)
                reason = why_not(kind, source, plan)
                item.setToolTip(reason)
                item.setData(reason, Role.AccessibleDescriptionRole)
            model.appendRow(item)
        self.setModel(model)
        self._shown = key
        self.setCurrentIndex(self.findData(key))
        self.setEnabled(True)
        best = max(suits, key=lambda one: suits[one], default="")
        tip = _("Recognised by itself") if key == best else _("Chosen by you")
        self.setToolTip(tip)
        self.setAccessibleDescription(tip)

    def choose(self, key: str) -> None:
        """Choose a kind, as the user does."""
        self.setCurrentIndex(self.findData(key))
        self._on_choice()

    def _on_choice(self, _index: int = 0) -> None:
        key = str(self.currentData())
        if key != self._shown:
            self._shown = key
            self.chosen.emit(key)
