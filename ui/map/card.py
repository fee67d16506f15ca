"""The card at the pointer: what a gesture would do, before -> after, in at most five lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n, measures
from terradesk.i18n import _, ngettext
from terradesk.plan import UNASSIGNED, AlignmentView

from .. import theme
from ..document_model import Tentative
from . import parts
from .layer import tone

MOST_LINES = 5
_MOST_SOURCES = 2
WIDTH, NARROW = 252, 212
_PAD, _LINE, _OFF = 12, 22, 18
_SLACK = 4  # widths of parts of a text are rounded one by one


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the card.

    Parameters
    ----------
    text : str
        Bold in the title, dim or a warning elsewhere; a territory's name when ``after`` is given.
    target : str
        Name of the target, in the title.
    colour : int
        Palette index of the target, -1 for none.
    before, after : str
        Deviations.
    before_role, after_role : str
        Colour roles.
    is_warning : bool
    """

    text: str
    target: str = ""
    colour: int = -1
    before: str = ""
    after: str = ""
    before_role: str = "text2"
    after_role: str = "ok"
    is_warning: bool = False


def lines_of(view: AlignmentView, tentative: Tentative, splits: str = "") -> list[Line]:
    """What the card says.

    Parameters
    ----------
    view : AlignmentView
        As it is.
    tentative : Tentative
        As it would be.
    splits : str
        A warning about territories that fall apart.
    """
    after = tentative.plan.alignment(view.id)
    out = [_title(after, tentative)]
    sources = _sources(view, tentative)
    shown = sources[:_MOST_SOURCES]
    if tentative.target != UNASSIGNED:
        shown = [*shown, tentative.target]
    out += _figures(view, after, shown)
    out.append(Line(_changes(view, after, tentative, len(sources) - _MOST_SOURCES)))
    if splits and len(out) == MOST_LINES:
        out.pop()
    if splits:
        out.append(Line(splits, is_warning=True))
    return [line for line in out if line.text]


def _title(after: AlignmentView, tentative: Tentative) -> Line:
    n, plan = len(tentative.unit_rows), tentative.plan
    what = f"{i18n.number(n)} {plan.noun(n)}"
    if not n:
        n = len(tentative.account_rows)
        what = ngettext("{n} account", "{n} accounts", n).format(n=i18n.number(n))
    node = after.territories.get(tentative.target)
    return Line(what, node.name if node else _("Unassigned"), node.colour if node else -1)


def _sources(view: AlignmentView, tentative: Tentative) -> list[int]:
    """Territories that lose something, the one that loses most units first."""
    owners = view.assignment[tentative.unit_rows]
    if not len(tentative.unit_rows):
        owners = view.account_territories[tentative.account_rows]
    owners = owners[(owners != tentative.target) & (owners != UNASSIGNED)]
    ids, counts = np.unique(owners, return_counts=True)
    return [int(t) for t in ids[np.argsort(-counts, kind="stable")]]


def _figures(view: AlignmentView, after: AlignmentView, territories: list[int]) -> list[Line]:
    if measures.balance_measure(view.plan) is None or not after.leaves:
        return []
    new = measures.balance(after)
    old = measures.balance(view) if view.leaves else None
    out = []
    for territory in territories:
        slot = after.slots.get(territory, 0)
        if not slot:
            continue
        then = float(new.deviations[slot])
        was = view.slots.get(territory, 0)
        now = float(old.deviations[was]) if old is not None and was else float("nan")
        before, later = tone(now, new.tolerance), tone(then, new.tolerance)
        texts = i18n.deviations(now, then, new.tolerance)
        out.append(
            Line(
                after.name_of(territory),
                before=texts[0],
                after=texts[1],
                before_role="text2" if before == "label" else before,
                after_role="ok" if later == "label" else later,
            )
        )
    return out


def _changes(view: AlignmentView, after: AlignmentView, tentative: Tentative, n_more: int) -> str:
    """Accounts and money that change hands, and how many territories are not listed."""
    said = []
    if n_more > 0:
        said.append(_("and {n} more").format(n=n_more))
    if not len(tentative.unit_rows):
        said.append(_("They stay there when areas move"))
        return "; ".join(said)
    moved = measures.moved(view, after)
    n = moved.accounts
    if n:
        text = ngettext("{n} account", "{n} accounts", n).format(n=i18n.number(n))
        money = next((m for m in measures.choices(after.plan) if m.format == "money"), None)
        if money is not None and moved.amounts.get(money.uid):
            text += ", " + measures.format_value(
                after.plan, money, moved.amounts[money.uid], short=True
            )
        changes = ngettext("{what} changes hands", "{what} change hands", n)
        said.append(changes.format(what=text))
    return "; ".join(said)


def splits(view: AlignmentView, tentative: Tentative) -> str:
    """Warning about a territory that would fall into more parts than now, "" for none."""
    if not len(tentative.unit_rows):
        return ""
    after = tentative.plan.alignment(view.id)
    was, then = measures.contiguity(view).parts, measures.contiguity(after).parts
    for territory in (*_sources(view, tentative), tentative.target):
        slot, new = view.slots.get(territory, 0), after.slots.get(territory, 0)
        if new and then[new] > max(1, was[slot] if slot else 0):
            text = _("splits {name} in {n}")
            return text.format(name=after.name_of(territory), n=int(then[new]))
    return ""


class Card(parts.Floating):
    """Follows the pointer, never under it."""

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self._lines: list[Line] = []
        self.hide()

    def lines(self) -> list[Line]:
        """What it says now."""
        return self._lines

    def set_lines(self, lines: list[Line]) -> None:
        """Say something else."""
        self._lines = lines
        self.setAccessibleDescription("; ".join(_spoken(line) for line in lines))
        only_text = all(not line.after and not line.target for line in lines)
        parent = self.parentWidget()
        room = parent.width() if parent is not None else WIDTH
        widest = max((self._width(line) for line in lines), default=0) + 2 * _PAD + _SLACK
        least = 0 if only_text else NARROW if room < 1000 else WIDTH
        self.resize(min(max(least, widest), 400), 2 * _PAD - 6 + _LINE * len(lines))
        self.update()

    def _width(self, line: Line) -> int:
        bold = QtGui.QFontMetrics(theme.font(13, True))
        plain = QtGui.QFontMetrics(theme.font(13))
        if line.target:
            return bold.horizontalAdvance(line.text) + bold.horizontalAdvance(line.target) + 60
        if line.after:
            figures = plain.horizontalAdvance(line.before + line.after)
            return plain.horizontalAdvance(line.text) + figures + 84
        return plain.horizontalAdvance(line.text) + (22 if line.is_warning else 0)

    def place(self, at: QtCore.QPoint, area: QtCore.QRect) -> None:
        """Stand beside a point, on the side with room."""
        x, y = at.x() + _OFF, at.y() + _OFF
        if x + self.width() > area.right() - 12:
            x = at.x() - _OFF - self.width()
        if y + self.height() > area.bottom() - 12:
            y = at.y() - _OFF - self.height()
        self.move(max(area.left() + 4, x), max(area.top() + 4, y))

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        for i, line in enumerate(self._lines):
            box = QtCore.QRect(_PAD, _PAD - 3 + i * _LINE, self.width() - 2 * _PAD, _LINE)
            if line.target:
                self._paint_title(painter, box, line)
            elif line.after:
                self._paint_figures(painter, box, line)
            else:
                self._paint_text(painter, box, line)
        painter.end()

    @staticmethod
    def _text(
        painter: QtGui.QPainter, box: QtCore.QRect, text: str, role: str, bold: bool, right: bool
    ) -> int:
        """Draw a text; returns its width."""
        font = theme.font(13, bold)
        metrics = QtGui.QFontMetrics(font)
        side = parts.Align.AlignRight if right else parts.Align.AlignLeft
        painter.setFont(font)
        painter.setPen(theme.colour(role))
        shown = metrics.elidedText(text, QtCore.Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, side | parts.Align.AlignVCenter, shown)
        return metrics.horizontalAdvance(shown)

    def _paint_title(self, painter: QtGui.QPainter, box: QtCore.QRect, line: Line) -> None:
        x = box.left() + self._text(painter, box, line.text, "text", True, False) + 8
        middle = box.center().y()
        painter.drawPixmap(x, middle - 6, theme.pixmap("arrow-right", "text3", 14))
        colour = theme.territory_colour(line.colour) if line.colour >= 0 else None
        painter.drawPixmap(x + 22, middle - 5, parts.swatch_pixmap(colour))
        rest = QtCore.QRect(x + 40, box.top(), box.right() - x - 40, box.height())
        self._text(painter, rest, line.target, "text", True, False)

    def _paint_figures(self, painter: QtGui.QPainter, box: QtCore.QRect, line: Line) -> None:
        middle, right = box.center().y(), box.right()
        is_good = line.after_role == "ok"
        sign, ink = ("check", "ok") if is_good else ("triangle-alert", line.after_role)
        painter.drawPixmap(right - 14, middle - 6, theme.pixmap(sign, ink, 14))
        after = QtCore.QRect(right - 22 - 60, box.top(), 60, box.height())
        wide = self._text(painter, after, line.after, line.after_role, False, True)
        arrow = min(after.right() - wide - 20, after.right() - 60)
        painter.drawPixmap(arrow, middle - 6, theme.pixmap("arrow-right", "text3", 14))
        before = QtCore.QRect(arrow - 6 - 60, box.top(), 60, box.height())
        wide = self._text(painter, before, line.before, line.before_role, False, True)
        name = QtCore.QRect(box.left(), box.top(), before.right() - wide - 8 - box.left(), _LINE)
        self._text(painter, name, line.text, "text", False, False)

    def _paint_text(self, painter: QtGui.QPainter, box: QtCore.QRect, line: Line) -> None:
        if line.is_warning:
            picture = theme.pixmap("triangle-alert", "warn", 14)
            painter.drawPixmap(box.left(), box.center().y() - 6, picture)
            box = box.adjusted(20, 0, 0, 0)
        self._text(painter, box, line.text, "warn" if line.is_warning else "text2", False, False)


def _spoken(line: Line) -> str:
    if line.target:
        return _("{what} to {name}").format(what=line.text, name=line.target)
    if line.after:
        return _("{name} from {a} to {b}").format(name=line.text, a=line.before, b=line.after)
    return line.text
