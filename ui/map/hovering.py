"""What lies under the resting pointer: accounts by name, or how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore

from terradesk import i18n, measures
from terradesk import records as rec
from terradesk.i18n import _, ngettext
from terradesk.measures.sums import account_values
from terradesk.plan import Plan

from .spots import Spots

if TYPE_CHECKING:
    from .view import MapView

REST_MS = 120
REACH_PX = 7.0
"""How far from the pointer accounts count, pixels at 100 %."""

_MOST_NAMES = 3


class Hovering(QtCore.QObject):
    """Tells at the pointer which accounts are there, while no gesture goes on.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view = view
        self._at = QtCore.QPointF()
        self._said = ""
        self._rest = QtCore.QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._look)
        view.view_changed.connect(self.left)

    def moved(self, at: QtCore.QPointF) -> None:
        """The pointer moved."""
        if self._said and (at - self._at).manhattanLength() > 2:
            self._say("")
        self._at = at
        self._rest.start()

    def left(self) -> None:
        """The pointer left the map, or a gesture begins."""
        self._rest.stop()
        self._say("")

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._view.telling.tell(text)

    def _look(self) -> None:
        view, spots = self._view, self._view.item.spots
        is_idle = view.is_ready and not view.gestures.is_active and view.model.gesture is None
        if not is_idle or spots is None or not view.item.shows["accounts"]:
            self._say("")
            return
        self._say(text_at(spots, *view.metres(self._at), view.ratio, view.item.view.px_per_m, view))


def text_at(spots: Spots, x: float, y: float, ratio: float, px_per_m: float, view: MapView) -> str:
    """What to say about the accounts at a place in metres; "" when there are none."""
    shape, reach = view.item.gesture, REACH_PX * ratio / px_per_m
    if shape is not None and shape.kind == "brush":
        reach = shape.radius
    if not spots.are_symbols(view.view):
        n = spots.count_near(x, y, reach)
        text = ngettext("{n} account here", "{n} accounts here", n)
        return text.format(n=i18n.number(n)) if n else ""
    rows = spots.together(x, y, REACH_PX * ratio / px_per_m, view.view)
    return told(spots.plan, spots.measure, rows) if len(rows) else ""


def told(plan: Plan, measure: rec.Measure | None, rows: np.ndarray) -> str:
    """Accounts at one place: the name of one; of several how many, and the first, line by line."""
    names = [i18n.isolate(str(plan.accounts.names[r]) or str(plan.accounts.ids[r])) for r in rows]
    value = ""
    if measure is not None:
        total = float(account_values(plan, measure)[rows].sum())
        value = " · " + measures.format_value(plan, measure, total, short=True)
    if len(names) == 1:
        return names[0] + value
    text = ngettext("{n} account at this place", "{n} accounts at this place", len(names))
    lines = [text.format(n=i18n.number(len(names))) + value, *names[:_MOST_NAMES]]
    n_more = len(names) - _MOST_NAMES
    if n_more > 0:
        lines.append(_("and {n} more").format(n=i18n.number(n_more)))
    return "\n".join(lines)
