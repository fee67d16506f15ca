"""Before and after: what a build would bring, in a few figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _

from ... import theme
from ...dialogs import parts
from ..figure import Figure

BETTER, SAME, WORSE = 1, 0, -1
NONE = "–"
"""A figure that there is not."""

_FIGURE_PX, _MARK_PX, _ROW_PX = 76, 14, 23


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    Parameters
    ----------
    key : str
    caption, before, after : str
    way : int
        BETTER, SAME or WORSE.
    role : str
        Colour of the figure after.
    tip : str
    is_less_better : bool
        Worse is more, then: its arrow points up.
    """

    key: str
    caption: str
    before: str
    after: str
    way: int = SAME
    role: str = "text"
    tip: str = ""
    is_less_better: bool = False


def _mark(line: Line) -> str:
    """A tick, or an arrow the way that a worse figure went."""
    worse = "arrow-up" if line.is_less_better else "arrow-down"
    return {BETTER: "check", WORSE: worse}.get(line.way, "")


class _Row:
    """The widgets of one line."""

    def __init__(self, grid: QtWidgets.QGridLayout, place: int) -> None:
        self.caption = Figure()
        self.before, self.after = Figure("text2", at_end=True), Figure(bold=True, at_end=True)
        self.mark = QtWidgets.QLabel()
        self.mark.setFixedSize(_MARK_PX, _MARK_PX)
        self.widgets = (self.caption, self.before, self.after, self.mark)
        self._grid, self._place = grid, place
        for column, widget in enumerate(self.widgets):
            grid.addWidget(widget, place, column)
        self._is_spread = False
        self.shown: Line | None = None

    def _spread(self, is_spread: bool) -> None:
        """Let the caption have the room of the figure before, where there is none."""
        if is_spread != self._is_spread:
            self._is_spread = is_spread
            self._grid.addWidget(self.caption, self._place, 0, 1, 2 if is_spread else 1)
        self.before.setVisible(not is_spread)

    def show_line(self, line: Line) -> None:
        self.caption.setText(line.caption)
        self.before.setText(line.before)
        self.after.setText(line.after)
        self.after.set_role(line.role)
        self._spread(line.before == NONE)
        if self.shown is None or _mark(self.shown) != _mark(line):
            self._draw(line)
        for widget in self.widgets:
            widget.setToolTip(line.tip)
        self.shown = line

    def _draw(self, line: Line) -> None:
        words = {BETTER: _("better"), WORSE: _("worse")}
        self.mark.setAccessibleName(words.get(line.way, ""))
        icon = _mark(line)
        if icon:
            self.mark.setPixmap(theme.pixmap(icon, "ok" if icon == "check" else "text3", _MARK_PX))
        else:
            self.mark.clear()

    def restyle(self) -> None:
        if self.shown is not None:
            self._draw(self.shown)

    def hide(self) -> None:
        for widget in self.widgets:
            widget.hide()

    def show(self) -> None:
        for widget in (self.caption, self.after, self.mark):
            widget.show()


class Table(QtWidgets.QWidget):
    """The lines, in the order they come; never laid out anew while figures change."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Before and after"))
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 4, 0, 4)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnMinimumWidth(1, _FIGURE_PX)
        self._grid.setColumnMinimumWidth(2, _FIGURE_PX + 20)
        self._heads = [parts.label(text, "small") for text in (_("Before"), _("After"))]
        for column, head in enumerate(self._heads, 1):
            head.setAlignment(QtCore.Qt.AlignmentFlag.AlignTrailing)
            self._grid.addWidget(head, 0, column)
        self._rows: list[_Row] = []

    def show_lines(self, lines: Iterable[Line]) -> None:
        """Show these lines."""
        wanted = list(lines)
        for head in self._heads:
            head.setVisible(bool(wanted))
        while len(self._rows) < len(wanted):
            place = len(self._rows) + 1
            self._grid.setRowMinimumHeight(place, _ROW_PX)
            self._rows.append(_Row(self._grid, place))
        for row, line in zip(self._rows, wanted, strict=False):
            row.show_line(line)
            row.show()
        for row in self._rows[len(wanted) :]:
            row.hide()
            row.shown = None

    @property
    def lines(self) -> list[Line]:
        """What is shown."""
        return [row.shown for row in self._rows if row.shown is not None]

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Marks follow the theme."""
        super().changeEvent(event)
        if event.type() == parts.STYLE_CHANGE:
            for row in getattr(self, "_rows", ()):
                row.restyle()
