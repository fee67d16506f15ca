"""Floats: everything that lies over the map, and where it lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk import records as rec
from terradesk.i18n import _
from terradesk.plan import Plan

from .. import theme
from ..document_model import DocumentModel
from . import parts
from .camera import Part
from .card import Card
from .chip import Chip
from .corner import Legend, Scale
from .hints import FirstSteps, Tips
from .message import Message
from .strip import Strip
from .toolbox import Toolbox

if TYPE_CHECKING:
    from .inset import Inset

_GAP, _BETWEEN = 12, 8
_MOST_PARTS = 4


class Floats:
    """The floating widgets of a map.

    Parameters
    ----------
    host : QWidget
        The map.
    model : DocumentModel
    """

    def __init__(self, host: QtWidgets.QWidget, model: DocumentModel) -> None:
        self._host, self._model = host, model
        self.toolbox, self.strip = Toolbox(host), Strip(host, model)
        self.chip, self.card, self.message = Chip(host, model), Card(host), Message(host)
        self.legend, self.scale = Legend(host), Scale(host)
        self.credits = parts.label()
        self.credits.setParent(host)
        self.credits.setProperty("role", "dim")
        self._style_credits()
        self.steps, self.tips = FirstSteps(host), Tips(host)
        self.far: list[parts.Floating] = []
        self.inset: Inset | None = None
        self.banner: parts.Floating | None = None
        self.is_drawing = False
        self.end = 0  # pixels at the end of the map that a panel lies over
        self.over: list[Any] = []
        self.waiting = parts.label(_("Preparing the map…"))
        self.waiting.setParent(host)
        self.waiting.setProperty("role", "dim")
        self.waiting.hide()
        self._has_strip = True

    def _all(self) -> list[Any]:
        inset = [w for w in (self.inset, self.banner) if w is not None]
        return [*inset, *self.over, self.toolbox, self.strip, self.chip, self.message,
                self.legend, self.steps, self.tips, self.card, *self.far]  # fmt: skip

    def shadows(self) -> list[tuple[QtCore.QRectF, float]]:
        """Rectangle and corner radius of what is there; -1 for what has no shadow."""
        flat = [(w, -1.0) for w in (self.scale, self.credits)]
        both = [*((w, w.radius) for w in self._all()), *flat]
        return [(QtCore.QRectF(w.geometry()), radius) for w, radius in both if w.isVisible()]

    def set_strip_shown(self, is_shown: bool) -> None:
        """Whether the tool in hand has switches."""
        self._has_strip = is_shown

    def set_far(self, texts: Sequence[str], act: Callable[[int], object]) -> None:
        """Buttons that show parts of the plan far from the others."""
        for widget in self.far:
            widget.hide()
            widget.deleteLater()
        self.far = []
        for number, text in enumerate(texts[:_MOST_PARTS]):
            holder = parts.Floating(self._host, "pill")
            holder.setFixedHeight(theme.HEIGHT["chip"])
            button = parts.link(f"{text} ›", _("Show {name}").format(name=text))
            button.clicked.connect(lambda _on=False, n=number: act(n))
            parts.row(holder, 0, (8, 0, 8, 0)).addWidget(button)
            self.far.append(holder)
        self.arrange()

    def show_waiting(self, is_waiting: bool) -> None:
        """Say in the middle of the map that it is not there yet."""
        self.waiting.adjustSize()
        self.waiting.move(
            (self._host.width() - self.waiting.width()) // 2,
            (self._host.height() - self.waiting.height()) // 2,
        )
        self.waiting.setVisible(is_waiting)

    # ------------------------------------------------------------------ places
    def arrange(self) -> None:
        """Put everything in its place."""
        is_open = self._model.is_open
        for widget in (self.toolbox, self.scale, self.credits, *self.far):
            widget.setVisible(is_open)
        has_banner = self.banner is not None and self.banner.isVisibleTo(self._host)
        is_quiet = has_banner and not self.is_drawing
        self.chip.setVisible(is_open and not is_quiet)
        self.strip.setVisible(is_open and self._has_strip and not is_quiet)
        sized: list[QtWidgets.QWidget] = [self.toolbox, self.strip, self.chip, self.credits]
        for widget in [*sized, self.steps, self.tips, *self.far]:
            widget.adjustSize()
        self._arrange_top()
        self._arrange_corner()
        self._arrange_foot()
        self._arrange_inset()
        for widget in (*self.over, self.card):
            widget.raise_()

    @property
    def _wide(self) -> int:
        """How much of the map's width can be seen."""
        return max(320, self._host.width() - self.end)

    def _arrange_top(self) -> None:
        left, head = _GAP + self.toolbox.width() + _GAP, _GAP
        self._put(self.toolbox, _GAP, _GAP)
        if self.banner is not None and self.banner.isVisibleTo(self._host):
            self._put(self.banner, left, head)
            head += self.banner.height() + _BETWEEN
        self._put(self.strip, left, head)
        has_strip = self.strip.isVisibleTo(self._host)
        after = left + (self.strip.width() + _BETWEEN if has_strip else 0)
        strip = theme.HEIGHT["strip"]
        top, below = head + (strip - self.chip.height()) // 2, head + strip + _BETWEEN
        fits = after + self.chip.width() + _GAP <= self._wide
        self._put(self.chip, after if fits else left, top if fits else below)
        y = below if fits else below + self.chip.height() + _BETWEEN
        y = y if self.chip.isVisibleTo(self._host) else head
        for holder in self.far:
            self._put(holder, left, y)
            left += holder.width() + _BETWEEN

    def _arrange_inset(self) -> None:
        """The overview in the upper corner, below the chip where that stands in its way."""
        inset = self.inset
        if inset is None:
            return
        inset.setVisible(self._model.is_open and inset.is_wanted)
        if not inset.isVisibleTo(self._host):
            return
        top = [w for w in (self.banner, self.strip, self.chip)
               if w is not None and w.isVisibleTo(self._host)]  # fmt: skip
        ends = [w.x() + w.width() for w in top]
        if self._host.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft:
            ends = [self._host.width() - w.x() for w in top]
        x = self._wide - _GAP - inset.width()
        foot = max((w.geometry().bottom() for w in (*top, *self.far)), default=0)
        meets = any(end + _BETWEEN > x for end in ends)
        self._put(inset, x, foot + 1 + _BETWEEN if meets else _GAP)

    def _arrange_corner(self) -> None:
        wide, foot = self._wide, self._host.height() - 4
        for widget, gap in ((self.credits, 2), (self.scale, _BETWEEN), (self.legend, 0)):
            foot -= widget.height()
            self._put(widget, wide - _GAP - widget.width(), foot)
            foot -= gap

    def _arrange_foot(self) -> None:
        wide, high = self._wide, self._host.height()
        self.message.fit(wide - 3 * _GAP - self.scale.width())
        meets = self.message.width() + 2 * _GAP > wide - _GAP - self.credits.width()
        foot = high - (self.credits.height() + 8 if meets else _GAP)
        for widget in (self.message, self.tips):
            if widget.isVisibleTo(self._host):
                foot -= widget.height()
                self._put(widget, _GAP, foot)
                foot -= _BETWEEN
        x = max(_GAP, (wide - self.steps.width()) // 2)
        self._put(self.steps, x, max(110, high // 2 - 60))

    def _put(self, widget: QtWidgets.QWidget, x: int, y: int) -> None:
        """Place a widget, mirrored where the window runs from right to left."""
        if self._host.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft:
            x = self._host.width() - x - widget.width()
        widget.move(x, y)
        widget.raise_()

    def _style_credits(self) -> None:
        """Small, on a plate: what lies under them may be any picture."""
        plate = theme.colour("raised")
        ground = f"rgba({plate.red()}, {plate.green()}, {plate.blue()}, 200)"
        self.credits.setStyleSheet(
            f"font-size: 10px; padding: 0 4px; border-radius: 3px; background: {ground};"
        )

    def restyle(self) -> None:
        """Take up another theme."""
        self._style_credits()
        for widget in (self.toolbox, self.message, self.chip):
            widget.restyle()
        if self.inset is not None:
            self.inset.restyle()


def part_name(plan: Plan, part: Part) -> str:
    """What a far part is called: its state if there is one, else its first area and how many."""
    columns = [c.name for c in plan.rows(rec.Column) if c.table == "units" and c.role == "state"]
    for name in (*columns, "state_name", "state"):
        values = plan.units.columns.get(name)
        if values is not None and values.dtype == object:
            states = [state for state in values[part.rows].tolist() if state]
            if states:
                return str(max(set(states), key=states.count))
    first, n = str(plan.units.names[part.rows[0]]), len(part.rows) - 1
    return _("{name} and {n} more").format(name=first, n=i18n.number(n)) if n else first
