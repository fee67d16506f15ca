"""The head of a column of the preview: its name, what it means, how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _

from ..parts import PLAIN, IconLabel, label, plain_tip

SURE = 0.75
"""Confidence from which on nothing needs a look."""

_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Told:
    """What the head of a column says.

    Parameters
    ----------
    column, role : str
    confidence : float
    why : str
    rule : str
        Example of the conversion, empty for none.
    is_chosen : bool
        By the user, now or for an earlier file.
    is_idle : bool
        Whether the column is not used.
    """

    column: str
    role: str
    confidence: float = 1.0
    why: str = ""
    rule: str = ""
    is_chosen: bool = False
    is_idle: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether nothing needs a look."""
        return self.is_chosen or self.is_idle or self.confidence >= SURE


class RoleBox(QtWidgets.QComboBox):
    """What a column means; the wheel scrolls the table instead of changing it."""

    focused = QtCore.Signal()

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """Leave it to the table."""
        event.ignore()

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        """The table scrolls here."""
        super().focusInEvent(event)
        self.focused.emit()


class ColumnHead(QtWidgets.QWidget):
    """One column's head, above its cells.

    Parameters
    ----------
    parent : QWidget
    roles : QAbstractItemModel
        One list for all columns; the keys are its user data.
    chosen : callable
        Called with the role that the user picks.
    """

    HEIGHT = 88

    def __init__(
        self,
        parent: QtWidgets.QWidget,
        roles: QtCore.QAbstractItemModel,
        chosen: Callable[[str], None],
    ) -> None:
        super().__init__(parent)
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(6, 4, 6, 4)
        box.setSpacing(3)
        self.name = label("", "strong")
        self.name.setMinimumWidth(0)
        self.name.setSizePolicy(_IGNORED, QtWidgets.QSizePolicy.Policy.Fixed)
        self.name.setContentsMargins(3, 0, 0, 0)
        box.addWidget(self.name)
        self.box = RoleBox(self)
        self.box.setModel(roles)
        self.box.setSizePolicy(_IGNORED, QtWidgets.QSizePolicy.Policy.Fixed)
        self.box.view().setMinimumWidth(200)
        self.box.activated.connect(lambda _k: chosen(str(self.box.currentData())))
        box.addWidget(self.box)
        foot = QtWidgets.QHBoxLayout()
        foot.setContentsMargins(3, 0, 0, 0)
        foot.setSpacing(4)
        self.mark = IconLabel("check", "ok", 12)
        self.note = label("", "small")
        self.note.setSizePolicy(_IGNORED, QtWidgets.QSizePolicy.Policy.Fixed)
        self.note.setTextFormat(PLAIN)
        foot.addWidget(self.mark)
        foot.addWidget(self.note, 1)
        box.addLayout(foot)
        self.told: Told | None = None

    def tell(self, told: Told) -> None:
        """Show what is known of the column."""
        if told == self.told:
            return
        self.told = told
        name = " ".join(told.column.split())[:_LONGEST]
        self.name.setText(name)
        self.name.setEnabled(not told.is_idle)
        self.box.setVisible(bool(told.role))
        blocker = QtCore.QSignalBlocker(self.box)
        self.box.setCurrentIndex(self.box.findData(told.role))
        blocker.unblock()
        self.box.setAccessibleName(_("{column} means").format(column=told.column[:200]))
        state = _("Chosen by you") if told.is_chosen else _("Sure") if told.is_sure else ""
        state = "" if told.is_idle else state or _("Please check")
        said = ". ".join(text for text in (state, told.why, told.rule) if text)
        self.box.setAccessibleDescription(said)
        self.mark.set_icon(*(("check", "ok") if told.is_sure else ("circle-help", "warn")))
        self.mark.setVisible(not told.is_idle)
        self.note.setText(told.rule if told.is_sure or told.rule else _("please check"))
        self.note.setProperty("role", "small")
        tip = plain_tip("\n".join(text for text in (told.column[:200], said) if text))
        for widget in (self, self.name, self.box, self.mark, self.note):
            widget.setToolTip(tip)


_IGNORED = QtWidgets.QSizePolicy.Policy.Ignored
