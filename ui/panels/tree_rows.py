"""How a row of the territory tree is painted, and the figures it shows."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n, measures
from terradesk import records as rec
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED, AlignmentView

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

    @property
    def text(self) -> str:
        """The deviation, or before and after."""
        if self.after is None:
            return i18n.deviation(self.deviation, self.tolerance)
        before, after = i18n.deviations(self.deviation, self.after, self.tolerance)
        return i18n.isolate(f"{before.removesuffix(' %')} → {after}")


def figures_of_rows(
    view: AlignmentView, only: Collection[int] | None = None
) -> dict[int, RowFigures]:
    """Figures of the nodes of the tree by territory id.

    Parameters
    ----------
    view : AlignmentView
    only : collection of int, optional
        These leaf territories and no others.
    """
    balance = figures.balance_of(view)
    if balance is None:
        return {}
    shapes, counts = figures.shapes_of(view), figures.counts_of(view)
    parts, gaps = shapes
    is_empty = (counts.units == 0) & (counts.accounts == 0)
    out: dict[int, RowFigures] = {}
    for territory in view.territories if only is None else only:
        node = view.territories[territory]
        if node.level:
            group = balance.group(view, territory)
            out[territory] = RowFigures(n_good=group.n_in_tolerance, n_all=group.n_territories)
            continue
        slot = view.slots[territory]
        rep = view.owners.get(territory)
        out[territory] = RowFigures(
            deviation=float(balance.deviations[slot]),
            tolerance=balance.tolerance,
            rep=rep.name if rep else "",
            badges=_badges(view, territory, int(parts[slot]), int(gaps[slot]),
                           bool(is_empty[slot]), rep is None),
        )  # fmt: skip
    return out


def figures_after(
    view: AlignmentView, tentative: Tentative, rows: Mapping[int, RowFigures]
) -> dict[int, RowFigures]:
    """Rows that a gesture changes, with before and after.

    Parameters
    ----------
    view : AlignmentView
        As it is.
    tentative : Tentative
    rows : mapping of int to RowFigures
        As they are.
    """
    out: dict[int, RowFigures] = {}
    effect, target = tentative.effect, tentative.target
    if effect is not None and effect.after is not None:
        ids, later = measures.standing_of(view).ids, effect.after.deviations
        for slot in effect.changing.tolist():
            if slot and int(ids[slot]) in rows:
                out[int(ids[slot])] = replace(rows[int(ids[slot])], after=float(later[slot]))
        for node in effect.made if tentative.is_proposal else ():
            deviation = float(later[effect.slot(node.id)])
            out[node.id] = RowFigures(after=deviation, tolerance=effect.after.tolerance)
        out |= _groups_after(view, effect, rows, tentative.is_proposal)
        for territory, badges in _badges_after(view, effect):
            if territory in rows and badges != rows[territory].badges:
                out[territory] = replace(out.get(territory, rows[territory]), badges=badges)
    if target in rows:
        out[target] = replace(out.get(target, rows[target]), is_target=True)
    return out


def _badges_after(
    view: AlignmentView, effect: measures.WhatIf
) -> Iterator[tuple[int, tuple[tuple[str, str], ...]]]:
    """Badges of touched territories whose pieces, gaps or emptiness would change."""
    if not effect.is_quick:
        return
    both = effect.n_units + effect.n_accounts
    shapes = np.hstack((effect.shapes.parts, effect.shapes.gaps, both == 0))
    differs = (shapes[:, 0::2] != shapes[:, 1::2]).any(axis=1)
    for k in np.flatnonzero(differs).tolist():
        territory = int(effect.ids[k])
        if territory in view.slots and territory != UNASSIGNED:
            parts, gaps, is_empty = (int(v) for v in shapes[k, 1::2])
            is_vacant = territory not in view.owners
            yield territory, _badges(view, territory, parts, gaps, bool(is_empty), is_vacant)


def _groups_after(
    view: AlignmentView, effect: measures.WhatIf, rows: Mapping[int, RowFigures], is_proposal: bool
) -> dict[int, RowFigures]:
    """Districts and regions that would have more or fewer territories, or more in tolerance."""
    gained: dict[int, tuple[int, int]] = {}
    for leaf, good, there in _leaves_after(view, effect, is_proposal):
        node = leaf
        while node.parent in view.territories:
            node = view.territories[node.parent]
            was = gained.get(node.id, (0, 0))
            gained[node.id] = (was[0] + good, was[1] + there)
    return {
        group: replace(
            rows[group], n_good=rows[group].n_good + good, n_all=rows[group].n_all + there
        )
        for group, (good, there) in gained.items()
        if (good or there) and group in rows
    }


def _leaves_after(
    view: AlignmentView, effect: measures.WhatIf, has_made: bool
) -> Iterator[tuple[rec.Territory, int, int]]:
    """Territories that come into or leave tolerance, are made or go, with what that counts."""
    for slots, by in ((effect.newly_in, 1), (effect.newly_out, -1)):
        for slot in slots.tolist():
            yield view.leaves[slot - 1], by, 0
    for record in effect.edit.records:
        gone = record.before
        if isinstance(gone, rec.Territory) and record.after is None and gone.id in view.slots:
            yield gone, 0, -1
    for leaf in effect.made if has_made else ():
        is_good = effect.after is not None and effect.after.in_tolerance[effect.slot(leaf.id)]
        yield leaf, int(is_good), 1


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
        self._widths: dict[int, int] = {}
        self.colours: dict[int, int] = {}
        self.drop_target: int | None = None
        self._tree = parent

    def fit_numbers(self, changed: Collection[int]) -> bool:
        """One width for the numbers of all rows, so that bars line up; whether it changed.

        Parameters
        ----------
        changed : collection of int
            Territories whose figures are others than before; those without a row are forgotten.
        """
        for territory in changed:
            row = self.figures.get(territory)
            self._widths[territory] = painting.width_of(row.text) + 4 if row is not None else 0
        before = self.number_px
        self.number_px = max([46, *self._widths.values()])
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
        width = painting.width_of(note, 11) + 4
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
        is_changing, is_narrow = shown.after is not None, row.width() < NARROW_ROW
        number_width, text = self.number_px, shown.text
        if is_changing:
            number_width = painting.width_of(text) + 4
            number_width = number_width if is_narrow else max(92, number_width)
        out = shown.after if shown.after is not None else shown.deviation
        role = painting.tone(out, shown.tolerance)
        painting.text(
            painter,
            mirror.end_rect(26, number_width),
            text,
            role,
            13,
            False,
            mirror.end,
        )
        bar_width = 34 if is_narrow else 46 if is_changing else 56
        bare = row.width() - 30 - number_width - depth - 18
        if is_narrow and is_changing and painting.width_of(str(index.data())) > bare - bar_width:
            bar_width = 0  # before and after are told in figures: the name goes first
        bar = mirror.end_rect(26 + number_width + 2, bar_width)
        bar_rect = QtCore.QRectF(bar.x(), row.center().y() - 7.5, bar_width, 16)
        before = shown.deviation if is_changing else None
        if bar_width:
            painting.index_bar(painter, bar_rect, out, shown.tolerance, before)
        used = 26 + number_width + 2 + bar_width + 4
        if not is_changing and shown.rep and not is_narrow:
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
