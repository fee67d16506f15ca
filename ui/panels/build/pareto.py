"""Chooser: ways to go between balance, shape and what is kept, side by side over the map."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext

from ... import theme
from ...dialogs import parts
from ...document_model import DocumentModel
from ...jobs import Job
from . import thumbnails
from .choices import Choice
from .clickable import Clickable
from .scatter import Scatter

if TYPE_CHECKING:
    from terradesk.render.overview import Overview

PICTURE = (148, 88)
_PAD, _GAP, _EDGE = 12, 8, 12
_ROW = 18
_LOW = 640  # a map that is no higher needs the room of the small maps for itself
_LEFT, _RIGHT = QtCore.Qt.Key.Key_Left, QtCore.Qt.Key.Key_Right


class Chooser(QtWidgets.QFrame):
    """A strip of cards over the foot of the map; pointing at one shows it on the large map.

    Parameters
    ----------
    host : QWidget
        The map.
    model : DocumentModel

    Signals
    -------
    taken(object)
        The `Choice` that is wanted; the strip is closed.
    left()
        Closed without a choice.
    stopped()
        What has been found so far is enough.
    """

    taken = QtCore.Signal(object)
    left = QtCore.Signal()
    stopped = QtCore.Signal()
    _drawn = QtCore.Signal(int, int, object)

    radius = 8.0

    def __init__(self, host: QtWidgets.QWidget, model: DocumentModel) -> None:
        super().__init__(host)
        self._host, self._model = host, model
        self._round = 0
        self._job: Job | None = None
        self._shown: Choice | None = None
        self.cards: list[Card] = []
        self.free_width = 0
        self.setProperty("role", "card")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setCursor(QtCore.Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(_("Choices"))
        self.title = parts.label("", "title")
        self.hint = parts.label(_("Point at one to see it on the map."), "dim")
        self.scatter = Scatter()
        self.scatter.pointed.connect(self._point)
        self.scatter.chosen.connect(self._take)
        self._make_body()
        self._drawn.connect(self._show_picture)
        host.installEventFilter(self)
        model.closed.connect(self.close_choices)
        model.edited.connect(lambda _edited: self.close_choices())
        model.alignment_changed.connect(self.close_choices)
        self.hide()

    def _make_body(self) -> None:
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(_PAD, 8, _PAD, _PAD)
        column.setSpacing(_GAP)
        head = QtWidgets.QHBoxLayout()
        head.setSpacing(_PAD)
        head.addWidget(self.title)
        head.addWidget(self.hint)
        head.addStretch(1)
        self.stop = parts.Button(_("Stop"), clicked=self.stopped.emit)
        self.stop.setToolTip(_("Show what has been found so far"))
        head.addWidget(self.stop)
        head.addWidget(parts.icon_button("x", _("Close the choices (Esc)"), self.leave))
        column.addLayout(head)
        self.progress = QtWidgets.QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Progress"))
        column.addWidget(self.progress)
        self._row = QtWidgets.QHBoxLayout()
        self._row.setSpacing(_GAP)
        self._row.setContentsMargins(0, 0, 0, 0)
        inner = QtWidgets.QWidget()
        inner.setLayout(self._row)
        self.area = QtWidgets.QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        inner.setAutoFillBackground(False)
        body = QtWidgets.QHBoxLayout()
        body.setSpacing(_PAD)
        body.addWidget(self.area, 1)
        body.addWidget(self.scatter, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        column.addLayout(body)

    # ------------------------------------------------------------------ showing
    def show_searching(self) -> None:
        """Say that choices are being looked for."""
        self._be_ready(is_searching=True)
        self.title.setText(_("Looking for ways to go"))
        self.progress.setValue(0)
        self.show()
        self.raise_()
        self.place()
        self.stop.setFocus(QtCore.Qt.FocusReason.OtherFocusReason)

    def show_progress(self, fraction: float) -> None:
        """How far the search is."""
        self.progress.setValue(round(1000 * fraction))

    def _be_ready(self, is_searching: bool) -> None:
        self._stop()
        self._shown = None
        parts.empty(self._row)
        self.cards = []
        self.hint.setVisible(not is_searching)
        self.area.setVisible(not is_searching)
        for widget in (self.progress, self.stop):
            widget.setVisible(is_searching)

    def show_choices(
        self,
        choices: Sequence[Choice],
        overview: Overview | None = None,
        box: thumbnails.Box | None = None,
        taken: int = -1,
    ) -> None:
        """Show other choices.

        Parameters
        ----------
        choices : sequence of Choice
            As `choices.prepare_choices` gives them.
        overview : Overview, optional
            Of the map, so that small maps need not draw it again.
        box : tuple of float, optional
            Part of the map that small maps show, metres.
        taken : int
            The one that the panel shows already.
        """
        self._be_ready(is_searching=False)
        n = len(choices)
        text = ngettext("{n} way to go", "{n} ways to go", n)
        self.title.setText(text.format(n=i18n.number(n)))
        self.cards = [Card(number, one) for number, one in enumerate(choices)]
        for number, card in enumerate(self.cards):
            card.clicked.connect(partial(self._take, number))
            card.pointed.connect(partial(self._pointed, number))
            card.installEventFilter(self)
            self._row.addWidget(card)
        self._row.addStretch(1)
        self.scatter.show_choices(choices)
        self.show()
        self.raise_()
        self.place()
        if self.cards:
            self.cards[max(taken, 0)].setFocus(QtCore.Qt.FocusReason.OtherFocusReason)
        self._draw(choices, overview, box)

    def _draw(
        self,
        choices: Sequence[Choice],
        overview: Overview | None,
        box: thumbnails.Box | None,
    ) -> None:
        self._round += 1
        plan = self._model.plan
        plans = [plan if c.tentative is None else c.tentative.plan for c in choices]
        if plan.arcs is None:
            return
        tell = partial(self._drawn.emit, self._round)
        work = partial(
            thumbnails.draw_all, plans, self._model.alignment, PICTURE, theme.is_dark(), tell,
            overview, box,
        )  # fmt: skip
        self._job = Job(_("Drawing the choices"), work).start()

    def _stop(self) -> None:
        self._round += 1  # pictures that are still on their way belong to other cards
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _show_picture(self, round_: int, number: int, picture: Any) -> None:
        if round_ == self._round and number < len(self.cards):
            self.cards[number].set_picture(picture)

    def place(self) -> None:
        """At the foot of the map, clear of what lies over its end."""
        wide, high = self._host.width() - self.free_width, self._host.height()
        needed = 2 * _PAD + len(self.cards) * (CARD_WIDTH + _GAP) + _PAD + self.scatter.width()
        needed = max(needed + 4, 420) if self.cards else 420
        width = min(needed, wide - 2 * _EDGE)
        self.scatter.setVisible(width >= 560 and bool(self.cards))
        for card in self.cards:
            card.set_pictured(high > _LOW)
        tall = max((c.sizeHint().height() for c in self.cards), default=120)
        has_bar = width < needed
        self.area.setFixedHeight(tall + (12 if has_bar else 2))
        layout = self.layout()
        assert layout is not None
        layout.invalidate()  # it has not heard yet that the cards are lower
        layout.activate()
        self.resize(width, layout.sizeHint().height())
        is_rtl = self._host.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
        x = self._host.width() - _EDGE - width if is_rtl else _EDGE
        self.move(x, high - _EDGE - self.height())

    # ------------------------------------------------------------------ choosing
    def _pointed(self, number: int, is_there: bool) -> None:
        if is_there:
            self._point(number)

    def _point(self, number: int) -> None:
        """Show one on the large map."""
        for k, card in enumerate(self.cards):
            card.set_lit(k == number)
        self.scatter.set_lit(number)
        choice = self.cards[number].choice if 0 <= number < len(self.cards) else None
        if choice is not None and choice is not self._shown:
            self._shown = choice
            self._model.propose(choice.tentative)
            self.area.ensureWidgetVisible(self.cards[number], _GAP, 0)

    def _take(self, number: int) -> None:
        choice = self.cards[number].choice
        self.close_choices()
        self.taken.emit(choice)

    def leave(self) -> None:
        """Close without a choice."""
        if self.isVisible():
            self.close_choices()
            self.left.emit()

    def close_choices(self) -> None:
        """Close, and let go of the choices."""
        self._stop()
        self._shown = None
        self.hide()
        parts.empty(self._row)
        self.cards = []

    # ------------------------------------------------------------------ keys and places
    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Follow the map's size; arrows go from card to card."""
        if watched is self._host:
            if event.type() == QtCore.QEvent.Type.Resize and self.isVisible():
                self.place()
        elif isinstance(event, QtGui.QKeyEvent) and event.type() == QtCore.QEvent.Type.KeyPress:
            return self._key(watched, event.key())
        return super().eventFilter(watched, event)

    def _key(self, card: QtCore.QObject, key: int) -> bool:
        if key == QtCore.Qt.Key.Key_Escape:
            self.leave()
            return True
        if key not in (_LEFT, _RIGHT):
            return False
        step = 1 if (key == _RIGHT) != self.isRightToLeft() else -1
        at = next(k for k, one in enumerate(self.cards) if one is card) + step
        if 0 <= at < len(self.cards):
            self.cards[at].setFocus(QtCore.Qt.FocusReason.TabFocusReason)
        return True

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == QtCore.Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)


CARD_WIDTH = PICTURE[0] + 16


class Card(Clickable):
    """One choice: small map, title, figures; where it is the best, a word says so."""

    def __init__(self, number: int, choice: Choice) -> None:
        super().__init__("softcard")
        self.choice, self.number = choice, number
        self._is_lit = False
        self.setFixedWidth(CARD_WIDTH)
        self.set_clickable(True, _("Take this one"))
        self.picture = QtWidgets.QLabel()
        self.picture.setFixedSize(*PICTURE)
        self.picture.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(2)
        column.addWidget(self.picture)
        column.addSpacing(4)
        self.title = parts.label(f"{i18n.number(number + 1)}  {choice.title}", "strong")
        column.addWidget(self.title)
        for trait in choice.traits:
            column.addLayout(self._line(_(trait.caption), trait.text, trait.key in choice.best))
        self.setAccessibleName(self.spoken())

    def _line(self, caption: str, text: str, is_best: bool) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(_small(caption, "small"))
        row.addStretch(1)
        if is_best:
            row.addWidget(_small(_("best"), "small_accent"))
        row.addWidget(_small(text, "small_strong" if is_best else "small_text"))
        return row

    def set_pictured(self, is_pictured: bool) -> None:
        """Whether there is room for the small map."""
        self.picture.setVisible(is_pictured)

    def spoken(self) -> str:
        """All that it shows, for screen readers."""
        said = [self.choice.title]
        for trait in self.choice.traits:
            text = f"{_(trait.caption)} {trait.text}"
            said.append(f"{text} ({_('best')})" if trait.key in self.choice.best else text)
        return ", ".join(said)

    def set_picture(self, picture: thumbnails.Picture) -> None:
        """Show the small map."""
        data, wide, high = picture
        image = QtGui.QImage(data, wide, high, 3 * wide, QtGui.QImage.Format.Format_RGB888)
        shown = QtGui.QPixmap.fromImage(image)
        shown.setDevicePixelRatio(thumbnails.SCALE)
        self.picture.setPixmap(_rounded(shown))

    def set_lit(self, is_lit: bool) -> None:
        """Whether it is the one on the large map."""
        if is_lit != self._is_lit:
            self._is_lit = is_lit
            theme.restyle(self, "note" if is_lit else "softcard")
            self.update()


def _small(text: str, role: str) -> QtWidgets.QLabel:
    """A figure of 11 px; its role decides ink and weight."""
    out = parts.label(text, "small")
    out.setFixedHeight(_ROW)
    if role != "small":
        ink = theme.roles()["accent_text" if role == "small_accent" else "text"]
        weight = 400 if role == "small_text" else 700
        out.setStyleSheet(f"font-size: 11px; color: {ink[:7]}; font-weight: {weight};")
    return out


def _rounded(picture: QtGui.QPixmap) -> QtGui.QPixmap:
    out = QtGui.QPixmap(picture.size())
    out.setDevicePixelRatio(picture.devicePixelRatio())
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    path = QtGui.QPainterPath()
    path.addRoundedRect(QtCore.QRectF(QtCore.QPointF(), picture.deviceIndependentSize()), 5, 5)
    painter.setClipPath(path)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return out
