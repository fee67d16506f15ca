"""A bar per territory: how far each is from its target."""

from __future__ import annotations

from collections.abc import Collection

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n, measures
from terradesk.i18n import _
from terradesk.measures import money
from terradesk.plan import UNASSIGNED

from .. import theme
from ..document_model import DocumentModel
from ..shield import safely
from . import figures, painting

_MANY_ROWS = 60  # from here on all that is seen is painted at once
SPAN = 0.24


class Bars(QtWidgets.QWidget):
    """One row per territory: swatch, name, bar, value. Band and target line run through all rows.

    Signals
    -------
    chosen(int)
        A territory was clicked.
    help_wanted(int)
        What would bring a territory within tolerance?
    """

    chosen = QtCore.Signal(int)
    help_wanted = QtCore.Signal(int)

    def __init__(self, model: DocumentModel) -> None:
        super().__init__()
        self._model = model
        self._order: list[int] = []
        self._rows: dict[int, int] = {}
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Bars of the territories"))
        self._hovered = -1

    def set_order(self, order: list[int]) -> None:
        """Territory ids from the top down; kept while a gesture goes on."""
        before, self._order = self._order, order
        self._rows = {territory: row for row, territory in enumerate(order)}
        if len(before) != len(order):
            self.setFixedHeight(len(order) * theme.HEIGHT["bar_row"] + 8)
            self.update()
            return
        self.update_rows([t for t, old in zip(order, before, strict=True) if t != old])

    def update_rows(self, territories: Collection[int]) -> None:
        """Paint the rows of some territories again."""
        height = theme.HEIGHT["bar_row"]
        if len(territories) > _MANY_ROWS:
            self.update()
            return
        for territory in territories:
            row = self._rows.get(territory, -1)
            if row >= 0:
                self.update(0, row * height, self.width(), height)

    def _row_at(self, y: float) -> int:
        row = int(y // theme.HEIGHT["bar_row"])
        return self._order[row] if 0 <= row < len(self._order) else UNASSIGNED

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Light up the row, and say its whole name and value."""
        before, self._hovered = self._hovered, self._row_at(event.position().y())
        self.setToolTip(self._tip(self._hovered))
        self.update_rows((before, self._hovered))

    def leaveEvent(self, event: QtCore.QEvent) -> None:
        """No row is lit."""
        self._hovered = -1
        self.update()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Choose a territory."""
        territory = self._row_at(event.position().y())
        if territory != UNASSIGNED:
            self.chosen.emit(territory)

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        """What can be asked about a territory."""
        territory = self._row_at(event.pos().y())
        if territory != UNASSIGNED:
            self.menu_of(territory).popup(event.globalPos())

    def menu_of(self, territory: int) -> QtWidgets.QMenu:
        """The menu of a row."""
        menu = QtWidgets.QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        text = _("What would bring {name} within tolerance?")
        name = self._model.view.name_of(territory).replace("&", "&&")
        ask = menu.addAction(theme.icon("circle-help"), text.format(name=name))
        ask.triggered.connect(lambda _on=False: self.help_wanted.emit(territory))
        return menu

    def _tip(self, territory: int) -> str:
        view, balance = self._model.view, figures.balance_of(self._model.view)
        if balance is None or territory not in view.slots or territory == UNASSIGNED:
            return ""
        slot = view.slots[territory]
        value = measures.format_value(view.plan, balance.measure, float(balance.values[slot]))
        target = measures.format_value(view.plan, balance.measure, float(balance.targets[slot]))
        deviation = i18n.deviation(float(balance.deviations[slot]), balance.tolerance)
        lines = (view.name_of(territory), f"{balance.measure.name} {value}",
                 _("Target {value}").format(value=target), deviation,
                 money.note(view.plan, balance.measure))  # fmt: skip
        return "\n".join(line for line in lines if line)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the rows that are out of date."""
        model = self._model
        if not model.is_open:
            return
        view = model.view
        balance = figures.balance_of(view)
        if balance is None:
            return
        painter = QtGui.QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())  # a painter takes the program's
        area, region = self._area(), event.region()
        self._paint_scale(painter, area, balance.tolerance)
        effect = model.tentative.effect if model.tentative is not None else None
        for row, territory in self._out_of_date(region):
            if territory in view.slots:
                top = row * theme.HEIGHT["bar_row"]
                self._paint_row(painter, top, territory, balance, effect, area)
        middle = area.center().x()
        line = QtCore.QRectF(round(middle) - 0.5, 0, 1.5, self.height() - 8)
        painter.fillRect(line, theme.colour("target"))

    def _out_of_date(self, region: QtGui.QRegion) -> list[tuple[int, int]]:
        """(row, territory) of the rows in a region."""
        height, box = theme.HEIGHT["bar_row"], region.boundingRect()
        first, last = max(0, box.top() // height), box.bottom() // height + 1
        return [
            (row, territory)
            for row, territory in enumerate(self._order[first:last], first)
            if region.intersects(QtCore.QRect(0, row * height, self.width(), height))
        ]

    def _area(self) -> QtCore.QRectF:
        left, right = 0.40 * self.width(), self.width() - 72
        return QtCore.QRectF(left, 0, max(40.0, right - left), self.height())

    def _paint_scale(self, painter: QtGui.QPainter, area: QtCore.QRectF, tolerance: float) -> None:
        half = area.width() / 2 * min(1.0, tolerance / SPAN)
        band = QtCore.QRectF(area.center().x() - half, 0, 2 * half, self.height() - 8)
        painter.fillRect(band, theme.colour("band"))

    def _paint_row(
        self, painter: QtGui.QPainter, top: int, territory: int,
        balance: measures.Balance, effect: measures.WhatIf | None, area: QtCore.QRectF,
    ) -> None:  # fmt: skip
        model, view, height = self._model, self._model.view, theme.HEIGHT["bar_row"]
        slot = view.slots[territory]
        deviation = float(balance.deviations[slot])
        shown = balance
        if effect is not None and effect.after is not None and effect.is_changing(slot):
            shown = effect.after
        is_changing = shown is not balance
        is_strong = is_changing or territory == model.current
        if is_strong or territory == self._hovered:
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_soft" if is_strong else "hover"))
            back = QtCore.QRectF(8, top + 1, self.width() - 16, height - 2)
            painter.drawRoundedRect(back, 6, 6)
        fill = theme.territory_colour(view.territories[territory].colour)
        painting.swatch(painter, QtCore.QRectF(16, top + 6, 10, 10), fill)
        name = QtCore.QRect(32, top, int(area.left()) - 36, height)
        painting.text(painter, name, view.name_of(territory), "text", 12, is_changing,
                      elide=painting.MIDDLE)  # fmt: skip
        now = float(shown.deviations[slot])
        bar = QtCore.QRectF(area.left(), top + 2, area.width(), height - 4)
        before = deviation if is_changing else None
        painting.index_bar(painter, bar, now, balance.tolerance, before, SPAN, has_band=False)
        value = measures.format_value(view.plan, shown.measure, float(shown.values[slot]), True)
        end = QtCore.QRect(self.width() - 76, top, 62, height)
        role = painting.tone(now, balance.tolerance)
        align = QtCore.Qt.AlignmentFlag.AlignRight
        painting.text(painter, end, value, role, 12, is_changing, align)


class Axis(QtWidgets.QWidget):
    """The words above the bars: -20 %, target, +20 %."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(20)
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Three words at their places on the scale."""
        painter = QtGui.QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())  # a painter takes the program's
        left, right = 0.40 * self.width(), self.width() - 72
        middle, half = (left + right) / 2, (right - left) / 2
        marks = ((-0.2, i18n.percent(-0.2)), (0.0, _("target")), (0.2, i18n.percent(0.2)))
        for share, words in marks:
            x = middle + half * share / SPAN
            rect = QtCore.QRect(int(x) - 32, 0, 64, self.height())
            painting.text(painter, rect, words, "text3", 10,
                          align=QtCore.Qt.AlignmentFlag.AlignHCenter)  # fmt: skip
