"""Cards of the welcome page: large ones to begin with, small ones for plans and maps."""

from __future__ import annotations

import datetime as dt

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext
from terradesk.sample.catalogue import BuiltInMap

from .. import theme
from ..dialogs.parts import Button, icon_button, label, start
from ..shield import safely
from . import pictures

HAND = QtCore.Qt.CursorShape.PointingHandCursor


class Picture(QtWidgets.QWidget):
    """A map picture that fills its place with rounded corners; water until it is there."""

    def __init__(self, key: str, size: tuple[int, int] | None = None) -> None:
        super().__init__()
        self.key = key
        self._pixmap: QtGui.QPixmap | None = None
        self._placeholder = "map"
        if size is not None:
            self.setFixedSize(*size)
        self.load()

    def load(self) -> None:
        """Take the picture of the theme in use from the cache, if it is there."""
        file = pictures.picture_file(self.key, theme.is_dark())
        found = QtGui.QPixmap(str(file)) if file.is_file() else QtGui.QPixmap()
        self._pixmap = None if found.isNull() else found
        self.update()

    @property
    def is_drawn(self) -> bool:
        """Whether the picture is there."""
        return self._pixmap is not None

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Fill the place, cutting what does not fit."""
        painter = QtGui.QPainter(self)
        painter.setRenderHints(
            QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.SmoothPixmapTransform
        )
        path = QtGui.QPainterPath()
        path.addRoundedRect(QtCore.QRectF(self.rect()), 6, 6)
        painter.setClipPath(path)
        painter.fillRect(self.rect(), theme.colour("water"))
        if self._pixmap is None:
            icon = theme.pixmap(self._placeholder, "outline", 20)
            centre = self.rect().center() - QtCore.QPoint(10, 10)
            painter.drawPixmap(centre, icon)
            return
        painter.drawPixmap(QtCore.QRectF(self.rect()), self._pixmap, self._part())

    def _part(self) -> QtCore.QRectF:
        """The middle of the picture in the shape of the widget."""
        assert self._pixmap is not None
        wide, high = self._pixmap.width(), self._pixmap.height()
        factor = min(wide / max(self.width(), 1), high / max(self.height(), 1))
        w, h = self.width() * factor, self.height() * factor
        return QtCore.QRectF((wide - w) / 2, (high - h) / 2, w, h)


class Clickable(QtWidgets.QFrame):
    """A frame that is a button: mouse, Tab, Enter and Space."""

    clicked = QtCore.Signal()

    def __init__(self, role: str) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setCursor(HAND)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """A click."""
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == QtCore.Qt.MouseButton.LeftButton and inside and self.isEnabled():
            self.clicked.emit()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Enter and Space."""
        key = QtCore.Qt.Key
        is_own = QtWidgets.QApplication.focusWidget() in (None, self)  # not left over by a button
        if event.key() in (key.Key_Return, key.Key_Enter, key.Key_Space) and is_own:
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Show the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QtGui.QPainter(self)
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            painter.setPen(QtGui.QPen(theme.colour("accent"), 1.5))
            painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)


class LargeCard(Clickable):
    """One of the three ways to begin.

    Parameters
    ----------
    key : str
        Of its picture.
    title, text : str
    main : Button
        What a click on the card does as well.
    other : Button, optional
    """

    def __init__(
        self, key: str, title: str, text: str, main: Button, other: Button | None = None
    ) -> None:
        super().__init__("card")
        self.picture = Picture(key)
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(12, 12, 12, 16)
        box.setSpacing(0)
        box.addWidget(self.picture)
        box.addSpacing(14)
        box.addWidget(label(title, "title"))
        box.addSpacing(6)
        self.text = label(text, "dim", True)
        self.text.setAlignment(start() | QtCore.Qt.AlignmentFlag.AlignTop)
        box.addWidget(self.text, 1)
        box.addSpacing(14)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(main)
        if other is not None:
            row.addWidget(other)
        row.addStretch(1)
        box.addLayout(row)
        self.clicked.connect(main.click)
        self._cast_shadow()

    def set_picture_height(self, height: int) -> None:
        """How much room the picture has."""
        self.picture.setFixedHeight(height)

    def _cast_shadow(self) -> None:
        shadow = QtWidgets.QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(18)
        shadow.setOffset(0, 3)
        shadow.setColor(QtGui.QColor(0, 0, 0, 34))
        self.setGraphicsEffect(shadow)


class MapCard(Clickable):
    """A map that comes with TerraDesk, with a tick for its far parts.

    Parameters
    ----------
    built_in : BuiltInMap
    variant : BuiltInMap, optional
        The same map with its far parts.

    Signals
    -------
    chosen(str)
        Key of the map.
    """

    chosen = QtCore.Signal(str)

    def __init__(self, built_in: BuiltInMap, variant: BuiltInMap | None = None) -> None:
        super().__init__("softcard")
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.built_in, self.variant = built_in, variant
        is_small = built_in.is_overview
        self.picture = Picture(built_in.key, (62, 44) if is_small else (84, 60))
        self.tick: QtWidgets.QCheckBox | None = None
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8 if is_small else 12, 8)
        row.setSpacing(12)
        row.addWidget(self.picture, 0, QtCore.Qt.AlignmentFlag.AlignVCenter)
        box = QtWidgets.QVBoxLayout()
        box.setSpacing(2)
        box.addStretch(1)
        box.addLayout(self._heading())
        if not is_small:
            box.addWidget(label(_(built_in.caption), "small", True))
        if variant is not None:
            self.tick = QtWidgets.QCheckBox(_(variant.variant_label))
            self.tick.setStyleSheet("font-size: 11px;")
            self.tick.toggled.connect(self._show_count)
            box.addWidget(self.tick)
        box.addStretch(1)
        row.addLayout(box, 1)
        self._show_count()
        self.clicked.connect(lambda: self.chosen.emit(self.map_key))

    def _heading(self) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label(_(self.built_in.title), "strong"))
        self._count = label("", "small")
        row.addWidget(self._count)
        row.addStretch(1)
        return row

    @property
    def map_key(self) -> str:
        """Key of the map as ticked."""
        is_ticked = self.tick is not None and self.tick.isChecked()
        return self.variant.key if self.variant and is_ticked else self.built_in.key

    def _show_count(self) -> None:
        is_ticked = self.tick is not None and self.tick.isChecked()
        shown = self.variant if self.variant and is_ticked else self.built_in
        text = ngettext("{n} area", "{n} areas", shown.n_units)
        self._count.setText(text.format(n=i18n.number(shown.n_units)))
        self.setAccessibleName(f"{_(shown.title)}, {self._count.text()}")
        self.setToolTip(_(self.built_in.caption))


class RecentCard(Clickable):
    """A plan opened before; greyed with a way to forget it when its file is gone.

    Signals
    -------
    chosen(str), forgotten(str)
        Path of the plan.
    """

    chosen = QtCore.Signal(str)
    forgotten = QtCore.Signal(str)

    def __init__(self, path: str, stem: str) -> None:
        super().__init__("softcard")
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.path = path
        self.picture = Picture(path, (84, 60))
        self.title, self.about = label(stem, "strong"), label("", "small")
        for one in (self.title, self.about):
            one.setSizePolicy(
                QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred
            )
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(12)
        row.addWidget(self.picture)
        box = QtWidgets.QVBoxLayout()
        box.setSpacing(2)
        box.addStretch(1)
        box.addWidget(self.title)
        box.addWidget(self.about)
        box.addStretch(1)
        row.addLayout(box, 1)
        self.forget = icon_button("x", _("Remove from the list"), self._forget)
        self.forget.hide()
        row.addWidget(self.forget)
        self.setToolTip(path)
        self.setAccessibleName(stem)
        self.clicked.connect(self._choose)
        self._is_found = True

    def _choose(self) -> None:
        if self._is_found:
            self.chosen.emit(self.path)

    def _forget(self) -> None:
        self.forgotten.emit(self.path)

    def show_facts(self, facts: pictures.PlanFacts) -> None:
        """Say what is known of the plan."""
        self._is_found = facts.is_found
        self.forget.setVisible(not facts.is_found)
        if not facts.is_found:
            theme.restyle(self.title, "dim")
            self.about.setText(_("not found"))
            self.unsetCursor()
        else:
            self.title.setText(facts.title or self.title.text())
            self.about.setText(about(facts))
            self.picture.load()
        self.setAccessibleName(f"{self.title.text()}, {self.about.text()}")


def about(facts: pictures.PlanFacts) -> str:
    """One line on a plan: 25 territories · 14 in tolerance · yesterday."""
    parts = []
    n = facts.n_territories
    if n:
        parts.append(ngettext("{n} territory", "{n} territories", n).format(n=i18n.number(n)))
    else:
        parts.append(_("no territories yet"))
    if facts.n_in_tolerance >= 0:
        parts.append(_("{n} in tolerance").format(n=i18n.number(facts.n_in_tolerance)))
    if facts.modified:
        parts.append(when(dt.datetime.fromisoformat(facts.modified)))
    return " · ".join(parts)


def when(moment: dt.datetime, now: dt.datetime | None = None) -> str:
    """A day as people say it: today, yesterday, Tuesday, 14 Nov 2025."""
    from babel.dates import format_date

    day = moment.astimezone().date()
    days = ((now or dt.datetime.now().astimezone()).date() - day).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return format_date(day, "EEEE", locale=i18n.language()) if days < 7 else i18n.date(day)
