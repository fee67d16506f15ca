"""Telling: the card by the pointer, with what a gesture would do or why it would do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore

from ..document_model import Tentative
from .card_lines import Line, lines_of

if TYPE_CHECKING:
    from .view import MapView

_SPLITS_MS = 90


class Telling(QtCore.QObject):
    """Fills the card and lets it follow the pointer.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view, self._model, self._card = view, view.model, view.floats.card
        self._at, self._is_away = QtCore.QPointF(), False
        self._splits = QtCore.QTimer(self, singleShot=True, interval=_SPLITS_MS)
        self._splits.timeout.connect(self._warn_of_splits)

    def note(self, at: QtCore.QPointF) -> None:
        """The pointer is somewhere else; the card stays where it is."""
        self._at, self._is_away = at, False

    def follow(self) -> None:
        """Put the card by the pointer, if it is seen."""
        if self._card.isVisible():
            self._place()

    def point(self, at: QtCore.QPointF, is_seen: bool = True) -> None:
        """Let the card stand beside something on the map; not seen, it has no card."""
        self._at, self._is_away = at, not is_seen
        self._place()

    def tell(self, text: str) -> None:
        """Lines instead of figures; "" takes them away."""
        self._show([Line(one) for one in text.splitlines()] or None)

    def preview(self, tentative: Tentative | None) -> None:
        """Show what a gesture would do; what takes long to find out comes a moment later."""
        if tentative is None or tentative.is_proposal:
            self._splits.stop()
            self._show(None)
            return
        self._show(lines_of(self._model.view, tentative))
        is_slow = tentative.effect is not None and not tentative.effect.is_quick
        self._splits.start() if is_slow else self._splits.stop()

    def _warn_of_splits(self) -> None:
        tentative = self._model.gesture
        if tentative is not None:
            self._show(lines_of(self._model.view, tentative, True))

    def _show(self, lines: list[Line] | None) -> None:
        if lines is None and self._model.gesture is not None:
            return
        if not lines or self._is_away:
            self._card.hide()
            return
        self._card.set_lines(lines)
        self._place()
        self._card.show()
        self._card.raise_()

    def _place(self) -> None:
        self._card.place(self._at.toPoint(), self._view.free_rect())
