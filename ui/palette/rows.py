"""How lines of the palette are painted."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from .. import theme
from .hits import Hit

WIDTH, ROW, HEADING = 600, 32, 26
HIT = QtCore.Qt.ItemDataRole.UserRole


class HitDelegate(QtWidgets.QStyledItemDelegate):
    """Paints headings and hits; all text as it is."""

    def sizeHint(
        self, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex
    ) -> QtCore.QSize:
        hit = index.data(HIT)
        return QtCore.QSize(WIDTH - 40, HEADING if hit and hit.kind == "heading" else ROW)

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex,
    ) -> None:
        hit: Hit = index.data(HIT)
        rect = QtCore.QRect(option.rect)
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        if hit.kind == "heading":
            self._write(painter, rect.adjusted(12, 4, -12, 0), hit.text, "text3", 11)
            painter.restore()
            return
        if option.state & QtWidgets.QStyle.StateFlag.State_Selected:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_soft"))
            painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 6, 6)
        is_rtl = option.direction == QtCore.Qt.LayoutDirection.RightToLeft
        self._draw_icon(painter, rect, hit, is_rtl)
        self._draw_texts(painter, rect, hit, is_rtl)
        painter.restore()

    def _draw_texts(
        self, painter: QtGui.QPainter, rect: QtCore.QRect, hit: Hit, is_rtl: bool
    ) -> None:
        inner = rect.adjusted(12, 0, -40, 0) if is_rtl else rect.adjusted(40, 0, -12, 0)
        wide = QtGui.QFontMetrics(theme.font(12)).horizontalAdvance(hit.detail) + 16
        wide = min(wide, inner.width() // 2) if hit.detail else 0
        start, end = QtCore.QRect(inner), QtCore.QRect(inner)
        if is_rtl:
            start.setLeft(inner.left() + wide)
            end.setRight(inner.left() + wide - 8)
        else:
            start.setRight(inner.right() - wide)
            end.setLeft(inner.right() - wide + 8)
        self._write(painter, start, hit.text, "text" if hit.is_enabled else "outline", 13)
        self._write(painter, end, hit.detail, "text2" if hit.is_enabled else "outline", 12, True)

    @staticmethod
    def _draw_icon(painter: QtGui.QPainter, rect: QtCore.QRect, hit: Hit, is_rtl: bool) -> None:
        left = rect.right() - 28 if is_rtl else rect.left() + 14
        top = rect.center().y() - 7
        if hit.colour >= 0:
            painter.setPen(theme.colour("text3"))
            painter.setBrush(theme.territory_colour(hit.colour))
            painter.drawRoundedRect(QtCore.QRectF(left + 1.5, top + 1.5, 12, 12), 3, 3)
        elif hit.icon:
            role = "text2" if hit.is_enabled else "outline"
            painter.drawPixmap(left, top, theme.pixmap(hit.icon, role, 16))

    @staticmethod
    def _write(
        painter: QtGui.QPainter,
        rect: QtCore.QRect,
        text: str,
        role: str,
        size: int,
        at_end: bool = False,
    ) -> None:
        font = theme.font(size, bold=role == "text3")
        painter.setFont(font)
        painter.setPen(theme.colour(role))
        elided = QtGui.QFontMetrics(font).elidedText(
            text.replace("\n", " "), QtCore.Qt.TextElideMode.ElideRight, rect.width()
        )
        is_rtl = painter.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
        side = QtCore.Qt.AlignmentFlag.AlignLeft
        if at_end != is_rtl:
            side = QtCore.Qt.AlignmentFlag.AlignRight
        flags = side | QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(rect, int(flags) | int(QtCore.Qt.TextFlag.TextSingleLine), elided)
