"""Figures that change at every move of a gesture: they never ask the window for another layout."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _

from .. import theme
from ..shield import safely
from . import painting

_GAP, _FOOT = 8, 52


class Figure(QtWidgets.QWidget):
    """One line of text of a fixed height. A QLabel would lay out the whole window at each change.

    Parameters
    ----------
    role : str
        Colour role.
    px : int
        Size of its letters.
    bold : bool
    at_end : bool
        Whether it stands at the end of its room.
    """

    def __init__(
        self, role: str = "text", px: int = 13, bold: bool = False, at_end: bool = False
    ) -> None:
        super().__init__()
        self._text, self._role, self._px, self._bold, self._at_end = "", role, px, bold, at_end
        self.setFixedHeight(round(px * 1.5))
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed
        )

    def text(self) -> str:
        """What it says."""
        return self._text

    def setText(self, text: str) -> None:
        """Say something else."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()

    def set_role(self, role: str) -> None:
        """Another colour."""
        if role != self._role:
            self._role = role
            self.update()

    @property
    def needed(self) -> int:
        """Pixels that the text takes."""
        return painting.width_of(self._text, self._px, self._bold) + 2

    def sizeHint(self) -> QtCore.QSize:
        """Some room; it takes what there is."""
        return QtCore.QSize(60, self.height())

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the line."""
        painter = QtGui.QPainter(self)
        flag = QtCore.Qt.AlignmentFlag
        align = flag.AlignRight if self._at_end else flag.AlignLeft
        painting.text(painter, self.rect(), self._text, self._role, self._px, self._bold, align)


class Foot(Figure):
    """Up to two lines of dim text under a list."""

    def __init__(self) -> None:
        super().__init__("text2")
        self.setFixedHeight(_FOOT)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the lines."""
        painter = QtGui.QPainter(self)
        painter.setFont(theme.font(13))
        painter.setPen(theme.colour("text2"))
        flag = QtCore.Qt.AlignmentFlag
        side = flag.AlignRight if self.isRightToLeft() else flag.AlignLeft
        flags = flag.AlignVCenter | flag.AlignAbsolute | side | QtCore.Qt.TextFlag.TextWordWrap
        if not painting.is_rtl(self.text()):  # its figures keep their order in a mirrored window
            painter.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        painter.drawText(self.rect().adjusted(16, 4, -16, -4), flags, self.text())


class Head(QtWidgets.QWidget):
    """The key figure: "14 of 25 in tolerance", or before and after of a gesture."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.after = Figure("text", 22, True), Figure("ok", 22, True)
        self.total = Figure("text2")
        self._arrow = QtWidgets.QLabel()
        self._arrow.setFixedSize(16, 16)
        for widget in (self.before, self._arrow, self.after, self.total):
            widget.setParent(self)
        self.setFixedHeight(34)
        self.restyle()

    def restyle(self) -> None:
        """Take up the theme."""
        name = "arrow-left" if self.isRightToLeft() else "arrow-right"
        self._arrow.setPixmap(theme.pixmap(name, "text2", 16))

    def clear(self) -> None:
        """Say nothing."""
        for figure in (self.before, self.after, self.total):
            figure.setText("")
        self._arrow.hide()

    def show_counts(self, before: str, after: str, total: str, is_better: bool) -> None:
        """Say how many of ``total`` are in tolerance; ``after`` "" when that stays so."""
        self.before.setText(before)
        self.after.setText(after)
        self.after.set_role("ok" if is_better else "over")
        self.total.setText(_("of {m} in tolerance").format(m=total))
        self.after.setVisible(bool(after))
        self._arrow.setVisible(bool(after))
        self._place()

    def _place(self) -> None:
        """Side by side on one base line, from the start of reading."""
        at = 0
        for widget, top in ((self.before, 0), (self._arrow, 9), (self.after, 0), (self.total, 9)):
            if widget.isHidden():
                continue
            wide = widget.needed if isinstance(widget, Figure) else widget.width()
            left = self.width() - at - wide if self.isRightToLeft() else at
            widget.setGeometry(left, top, wide, widget.height())
            at += wide + _GAP

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Keep to the start."""
        super().resizeEvent(event)
        self._place()
