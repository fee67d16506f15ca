"""How a row of the territory tree is painted, and the figures it shows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n, measures
from terradesk.i18n import _
from terradesk.plan import AlignmentView

from .. import theme
from ..document_model import Tentative
from . import figures, painting

ID = QtCore.Qt.ItemDataRole.UserRole + 1
WIDE_ROW = 360
NARROW_ROW = 270
"""Rows at least this wide have the rep's name, or its initials."""


@dataclass(frozen=True, slots=True)
class RowFigures:
    """What one row shows besides its name."""

    deviation: float = math.nan
    after: float | None = None
    tolerance: float = 0.1
    n_good: int = 0
    n_all: int = 0
    rep: str = ""
    badges: tuple[tuple[str, str], ...] = ()
    is_target: bool = False
    value_text: str = ""

    @property
    def text(self) -> str:
        """The deviation, or before and after."""
        if self.after is None:
            return i18n.deviation(self.deviation, self.tolerance)
        before, after = i18n.deviations(self.deviation, self.after, self.tolerance)
        return i18n.isolate(f"{before.removesuffix(' %')} → {after}")


def figures_of_rows(
    view: AlignmentView, tentative: Tentative | None, alignment: int
) -> dict[int, RowFigures]:
    """Figures of every node of the tree by territory id."""
    balance = figures.balance_of(view)
    if balance is None:
        return {}
    after_view = tentative.plan.alignment(alignment) if tentative else None
    after = figures.balance_of(after_view) if after_view else None
    parts = figures.contiguity_of(view)
    counts = figures.counts_of(view)
    out: dict[int, RowFigures] = {}
    for node in view.territories.values():
        if node.level:
            shown_view, shown = (after_view, after) if after_view and after else (view, balance)
            if node.id not in shown_view.territories:
                shown_view, shown = view, balance
            group = shown.group(shown_view, node.id)
            out[node.id] = RowFigures(n_good=group.n_in_tolerance, n_all=group.n_territories)
            continue
        slot = view.slots[node.id]
        deviation = float(balance.deviations[slot])
        changed = _changed(after_view, after, node.id, deviation)
        rep = view.owners.get(node.id)
        is_empty = not counts.units[slot] and not counts.accounts[slot]
        out[node.id] = RowFigures(
            deviation=deviation,
            after=changed,
            tolerance=balance.tolerance,
            rep=rep.name if rep else "",
            badges=_badges(view, node.id, int(parts.parts[slot]), int(parts.holes[slot]),
                           is_empty, rep is None),
            is_target=tentative is not None and tentative.target == node.id,
        )  # fmt: skip
    return out


def _changed(
    view: AlignmentView | None, after: measures.Balance | None, territory: int, before: float
) -> float | None:
    if view is None or after is None or territory not in view.slots:
        return None
    value = float(after.deviations[view.slots[territory]])
    return value if abs(value - before) > 1e-9 else None


def _badges(
    view: AlignmentView, territory: int, parts: int, holes: int, is_empty: bool, is_vacant: bool
) -> tuple[tuple[str, str], ...]:
    """(icon, tooltip) of a row, most pressing first."""
    out = []
    if territory in view.locked_territories:
        out.append(("lock", _("Locked: nothing is moved in or out.")))
    if parts > 1:
        out.append(("triangle-alert", _("In {n} pieces that do not touch.").format(n=parts)))
    if holes:
        out.append(("circle-dashed", _("Encloses {n} gaps.").format(n=holes)))
    if is_empty:
        out.append(("square-dashed", _("Empty: it has no areas and no accounts.")))
    if is_vacant and view.owners:
        out.append(("user", _("No rep owns it.")))
    return tuple(out)


class RowDelegate(QtWidgets.QStyledItemDelegate):
    """Paints a whole row: swatch, name, rep, index bar, deviation, badge."""

    def __init__(self, parent: QtWidgets.QTreeView) -> None:
        super().__init__(parent)
        self.figures: dict[int, RowFigures] = {}
        self.number_px = 46
        self.colours: dict[int, int] = {}
        self.drop_target: int | None = None
        self._tree = parent

    def fit_numbers(self) -> bool:
        """One width for the numbers of all rows, so that bars line up; whether it changed."""
        texts = {r.text for r in self.figures.values() if r.after is None}
        before = self.number_px
        self.number_px = max([46, *(painting.width_of(t) + 4 for t in texts)])
        return self.number_px != before

    def sizeHint(
        self, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex
    ) -> QtCore.QSize:
        """Rows of 26 px."""
        return QtCore.QSize(200, theme.HEIGHT["row"])

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex,
    ) -> None:
        """Paint one row."""
        painter.save()
        territory = int(index.data(ID) or 0)
        rect: QtCore.QRect = option.rect
        row = QtCore.QRect(0, rect.top(), self._tree.viewport().width(), rect.height())
        shown = self.figures.get(territory, RowFigures())
        is_target = shown.is_target or territory == self.drop_target
        self._paint_back(painter, row, option, is_target)
        mirror = _Mirror(row, self._tree.isRightToLeft())
        if index.data(ID + 1):
            self._paint_group(painter, row, index, shown, mirror)
        else:
            self._paint_leaf(painter, row, index, shown, mirror, territory)
        painter.restore()

    def _paint_back(
        self, painter: QtGui.QPainter, row: QtCore.QRect,
        option: QtWidgets.QStyleOptionViewItem, is_target: bool,
    ) -> None:  # fmt: skip
        state = option.state
        is_selected = bool(state & QtWidgets.QStyle.StateFlag.State_Selected)
        is_over = bool(state & QtWidgets.QStyle.StateFlag.State_MouseOver)
        if not (is_selected or is_over or is_target):
            return
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        is_strong = is_selected or is_target
        painter.setBrush(theme.colour("accent_soft" if is_strong else "hover"))
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        if is_target:
            painter.setPen(QtGui.QPen(theme.colour("accent"), 1.6))
        painter.drawRoundedRect(QtCore.QRectF(row).adjusted(4.8, 0.8, -4.8, -0.8), 6, 6)

    def _paint_group(
        self, painter: QtGui.QPainter, row: QtCore.QRect, index: QtCore.QModelIndex,
        shown: RowFigures, mirror: _Mirror,
    ) -> None:  # fmt: skip
        is_open = self._tree.isExpanded(index.sibling(index.row(), 0))
        name = "chevron-down" if is_open else "chevron-right"
        if not is_open and mirror.is_rtl:
            name = "chevron-left"
        at = mirror.rect(9, 14)
        painter.drawPixmap(at.x(), row.center().y() - 6, theme.pixmap(name, "text2", 14))
        note = ""
        if shown.n_all:
            note = _("{n} of {m} in tolerance").format(n=shown.n_good, m=shown.n_all)
        width = QtGui.QFontMetrics(theme.font(11)).horizontalAdvance(note) + 4
        end = mirror.end_rect(18, width)
        painting.text(painter, end, note, "text2", 11, align=mirror.end)
        room = row.width() - 30 - width - 26
        painting.text(painter, mirror.rect(30, room), str(index.data()), bold=True,
                      align=mirror.start)  # fmt: skip

    def _paint_leaf(
        self, painter: QtGui.QPainter, row: QtCore.QRect, index: QtCore.QModelIndex,
        shown: RowFigures, mirror: _Mirror, territory: int,
    ) -> None:  # fmt: skip
        depth = 24 if self._is_nested(index) else 14
        at = mirror.rect(depth, 12)
        box = QtCore.QRectF(at.x(), row.center().y() - 6, 12, 12)
        painting.swatch(painter, box, theme.territory_colour(self.colours.get(territory, 0)))
        if shown.badges:
            at = mirror.end_rect(9, 14)
            icon = theme.pixmap(shown.badges[0][0], _badge_role(shown.badges[0][0]), 14)
            painter.drawPixmap(at.x(), row.center().y() - 6, icon)
        is_changing = shown.after is not None
        number_width = self.number_px
        if is_changing:
            number_width = max(92, painting.width_of(shown.text) + 4)
        out = shown.after if shown.after is not None else shown.deviation
        role = painting.tone(out, shown.tolerance)
        painting.text(
            painter, mirror.end_rect(26, number_width), shown.text, role, 13,
            False, mirror.end,
        )
        bar_width = 34 if row.width() < NARROW_ROW else 46 if is_changing else 56
        bar = mirror.end_rect(26 + number_width + 2, bar_width)
        bar_rect = QtCore.QRectF(bar.x(), row.center().y() - 7.5, bar_width, 16)
        before = shown.deviation if is_changing else None
        painting.index_bar(painter, bar_rect, out, shown.tolerance, before)
        used = 26 + number_width + 2 + bar_width + 4
        if not is_changing and shown.rep and row.width() >= NARROW_ROW:
            words, width = painting.initials(shown.rep), 22
            if row.width() >= WIDE_ROW:
                words, width = shown.rep, 110
            painting.text(painter, mirror.end_rect(used, width), words, "text2", 11,
                          align=mirror.end)  # fmt: skip
            used += width + 4
        room = row.width() - used - (depth + 18)
        painting.text(painter, mirror.rect(depth + 18, room), str(index.data()),
                      align=mirror.start, elide=painting.MIDDLE)  # fmt: skip

    @staticmethod
    def _is_nested(index: QtCore.QModelIndex) -> bool:
        return index.parent().isValid()


def _badge_role(icon: str) -> str:
    return "warn" if icon in ("triangle-alert", "circle-dashed", "user") else "text2"


@dataclass(frozen=True, slots=True)
class _Mirror:
    """Places measured from the start or the end of a row, mirrored right to left."""

    row: QtCore.QRect
    is_rtl: bool

    @property
    def start(self) -> QtCore.Qt.AlignmentFlag:
        flag = QtCore.Qt.AlignmentFlag
        return (flag.AlignRight if self.is_rtl else flag.AlignLeft) | flag.AlignAbsolute

    @property
    def end(self) -> QtCore.Qt.AlignmentFlag:
        flag = QtCore.Qt.AlignmentFlag
        return (flag.AlignLeft if self.is_rtl else flag.AlignRight) | flag.AlignAbsolute

    def rect(self, at: int, width: int) -> QtCore.QRect:
        left = self.row.right() - at - width if self.is_rtl else self.row.left() + at
        return QtCore.QRect(left, self.row.top(), width, self.row.height())

    def end_rect(self, at: int, width: int) -> QtCore.QRect:
        left = self.row.left() + at if self.is_rtl else self.row.right() - at - width
        return QtCore.QRect(left, self.row.top(), width, self.row.height())
