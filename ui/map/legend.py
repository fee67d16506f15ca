"""The legend: what fills and symbols on the map mean; folds, scrolls, opens the classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext
from terradesk.render.filling import FIRST_PATTERN
from terradesk.render.flags import CLOTH, HIGH
from terradesk.render.hatching import hatches
from terradesk.render.labels import wrapped
from terradesk.render.legend import RAMP, LegendEntry
from terradesk.render.symbols import shape

from .. import theme
from ..dialogs.parts import plain_tip
from ..shield import safely
from . import parts

_MOST_OF_HEIGHT, _MOST_OF_WIDTH, _MOST_OF_MAP = 0.4, 0.4, 0.25
_BETWEEN, _SCROLL_PX, _MOST_PX = 4, 12, 230
Align = QtCore.Qt.AlignmentFlag


class Key(QtWidgets.QWidget):
    """The symbol of one line of the legend."""

    def __init__(self, entry: LegendEntry) -> None:
        super().__init__()
        self._entry = entry
        self.setFixedSize(28, 14)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        kind, box = self._entry.symbol, QtCore.QRectF(5, 1.5, 18, 11)
        if kind == "accounts":
            self._discs(painter)
        elif kind == "density":
            self._ramp(painter)
        elif kind == "point":
            painter.setPen(QtGui.QPen(theme.colour("casing"), 1))
            painter.setBrush(theme.to_qcolor(self._entry.colour or theme.roles()["account"]))
            draw_symbol(painter, self._entry.shape)
        elif kind == "line":
            painter.setPen(QtGui.QPen(theme.to_qcolor(self._entry.colour), 2))
            painter.drawLine(QtCore.QPointF(5, 7), QtCore.QPointF(23, 7))
        elif kind == "link":
            painter.setPen(QtGui.QPen(theme.colour("territory_core"), 1.4))
            for x in (5, 12, 19):
                painter.drawLine(QtCore.QPointF(x, 7), QtCore.QPointF(x + 4, 7))
        elif kind == "district":
            painter.setPen(QtGui.QPen(theme.colour("territory_core"), 2.8))
            painter.drawLine(QtCore.QPointF(5, 7), QtCore.QPointF(23, 7))
        elif kind == "start":
            draw_flag(painter)
        elif kind == "home":
            _draw_house(painter)
        elif kind == "fill":
            draw_fill(painter, box, self._entry.colour, self._entry.hatch)
        elif kind == "selected":
            painter.fillRect(box, theme.colour("select_tint"))
            painter.setPen(QtGui.QPen(theme.colour("select"), 1.8))
            painter.drawRoundedRect(box, 2, 2)
        elif kind != "text":
            self._hatched(painter, box, kind)

    @staticmethod
    def _discs(painter: QtGui.QPainter) -> None:
        painter.setPen(QtGui.QPen(theme.colour("raised"), 1))
        ink = theme.colour("account")
        ink.setAlpha(180)
        painter.setBrush(ink)
        for x, radius in ((4, 1.6), (11, 2.8), (21, 5)):
            painter.drawEllipse(QtCore.QPointF(x, 7), radius, radius)

    @staticmethod
    def _ramp(painter: QtGui.QPainter) -> None:
        ink = theme.colour("account")
        for k, alpha in enumerate(RAMP):
            ink.setAlpha(alpha)
            painter.fillRect(QtCore.QRectF(5 + 6 * k, 4, 6, 6), ink)

    @staticmethod
    def _hatched(painter: QtGui.QPainter, box: QtCore.QRectF, kind: str) -> None:
        ink = {"unassigned": "hatch", "locked": "territory_core"}.get(kind, "select")
        painter.fillRect(box, theme.colour("paper" if kind == "unassigned" else "raised"))
        painter.setClipRect(box)
        painter.setPen(QtGui.QPen(theme.colour(ink), 1.2))
        for x in range(-12, 36, 5):
            painter.drawLine(QtCore.QPointF(x, 14), QtCore.QPointF(x + 14, 0))
        painter.setClipping(False)
        painter.setPen(QtGui.QPen(theme.colour("select" if kind == "changed" else "text3"), 1))
        painter.drawRoundedRect(box, 2, 2)


def draw_symbol(painter: QtGui.QPainter, name: str) -> None:
    """An account's symbol in the middle of a line of the legend."""
    cover = shape(name, 9.0, 2.0)[0]
    n = len(cover)
    image = QtGui.QImage(cover.tobytes(), n, n, n, QtGui.QImage.Format.Format_Alpha8)
    tinted = QtGui.QImage(image.size(), QtGui.QImage.Format.Format_ARGB32_Premultiplied)
    tinted.fill(painter.brush().color())
    over = QtGui.QPainter(tinted)
    over.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_DestinationIn)
    over.drawImage(0, 0, image)
    over.end()
    side = cover.shape[0] / 2
    painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QtCore.QRectF(14 - side / 2, 7 - side / 2, side, side), tinted)


def draw_flag(painter: QtGui.QPainter) -> None:
    """A start point in the middle of a line of the legend, in no territory's colour."""
    painter.translate(9.5, 14)
    painter.scale(0.7, 0.7)
    painter.setPen(QtGui.QPen(theme.colour("territory_core"), 1.8))
    painter.setBrush(theme.colour("text3"))
    painter.drawPolygon([QtCore.QPointF(x, y) for x, y in CLOTH])
    painter.drawLine(QtCore.QPointF(0, -HIGH), QtCore.QPointF(0, -1))


def _draw_house(painter: QtGui.QPainter) -> None:
    """The home of a rep in the middle of a line of the legend, in no territory's colour."""
    painter.setPen(QtGui.QPen(theme.colour("territory_core"), 1.2))
    painter.setBrush(theme.colour("text3"))
    corners = ((14, 1.5), (21, 7.5), (18.5, 7.5), (18.5, 12.5), (9.5, 12.5), (9.5, 7.5), (7, 7.5))
    painter.drawPolygon([QtCore.QPointF(x, y) for x, y in corners])


def draw_fill(painter: QtGui.QPainter, box: QtCore.QRectF, colour: str, hatch: int = 0) -> None:
    """A fill with its pattern as it is on the map, and a fine edge where it is pale."""
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(theme.to_qcolor(colour))
    painter.drawRoundedRect(box, 2, 2)
    if hatch:
        painter.setBrush(_pattern(hatch))
        painter.drawRoundedRect(box, 2, 2)
    edge = theme.colour("text3")
    edge.setAlpha(110)
    painter.setPen(QtGui.QPen(edge, 0.8))
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 2, 2)


def _pattern(hatch: int) -> QtGui.QBrush:
    alphas = np.minimum(hatches(theme.is_dark(), 1.0)[FIRST_PATTERN - 1 + hatch], 255)
    ink = theme.colour("territory_core")
    high, wide = alphas.shape
    pixels = (alphas << 24 | (ink.rgb() & 0xFFFFFF)).astype(np.uint32).tobytes()
    image = QtGui.QImage(pixels, wide, high, 4 * wide, QtGui.QImage.Format.Format_ARGB32)
    return QtGui.QBrush(image.copy())


def _lines(text: str, metrics: QtGui.QFontMetrics) -> list[str]:
    """A text in one line or two, each cut in its middle where it is still too long."""
    is_long = metrics.horizontalAdvance(text) > _MOST_PX
    lines = (wrapped(text, 0) if is_long else text).split("\n")
    middle = QtCore.Qt.TextElideMode.ElideMiddle
    return [metrics.elidedText(line, middle, _MOST_PX) for line in lines]


class _Rows(QtWidgets.QWidget):
    """The lines, which may be clicked as one."""

    clicked = QtCore.Signal()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if inside and event.button() == QtCore.Qt.MouseButton.LeftButton:
            self.clicked.emit()


class Legend(parts.Floating):
    """What the symbols and fills on the map mean.

    A click on the title folds it; it folds by itself when it would cover more than a quarter of
    the map, until somebody unfolds it.

    Signals
    -------
    resized()
        It has another size: put it in its place again.
    edit_requested()
        The user wants other classes.
    """

    resized = QtCore.Signal()
    edit_requested = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Legend"))
        self._host = parent
        self._shown: tuple[object, ...] = ()
        self._note = ""
        self._choice: bool | None = None  # folded by the user; None: by the room there is
        self._is_editable = False
        layout = parts.column(self, _BETWEEN, (12, 8, 12, 8))
        self._add_head(layout)
        self._rows = _Rows()
        self._rows.clicked.connect(self._ask)
        self._grid = QtWidgets.QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(_BETWEEN)
        self._grid.setColumnStretch(1, 1)
        self._area = QtWidgets.QScrollArea()
        self._area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._rows)
        self._area.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        for widget in (self._area.viewport(), self._rows):
            widget.setAutoFillBackground(False)
        layout.addWidget(self._area)
        parent.installEventFilter(self)
        self.hide()  # until there is something to explain

    def _add_head(self, layout: QtWidgets.QVBoxLayout) -> None:
        self._head = QtWidgets.QWidget()
        row = parts.row(self._head, 4)
        self.title = QtWidgets.QPushButton()
        self.title.setProperty("role", "legend")
        self.title.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.title.clicked.connect(self._toggle)
        self.edit = parts.link("", _("Change the classes"), "pencil", "text2")
        self.edit.setFixedSize(22, 20)
        self.edit.clicked.connect(self.edit_requested)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self.edit)
        layout.addWidget(self._head)

    # ------------------------------------------------------------------ content
    def set_entries(
        self,
        title: str,
        entries: Sequence[LegendEntry],
        is_editable: bool = False,
        note: str = "",
    ) -> bool:
        """Show these lines; tells whether anything changed. The note is in the title's tooltip."""
        key = (title, note, theme.is_dark(), is_editable, *entries)
        if key == self._shown:
            return False
        if self._shown[:1] != (title,):
            self._choice = None
        self._shown, self._is_editable = key, is_editable
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for k, entry in enumerate(entries):
            self._add(k, entry)
        self.title.setText(title)
        self._note = note
        self.edit.setIcon(theme.icon("pencil", "text2"))
        shape = QtCore.Qt.CursorShape
        self._rows.setCursor(shape.PointingHandCursor if is_editable else shape.ArrowCursor)
        self._rows.setToolTip(_("Change the classes") if is_editable else "")
        self._head.setVisible(bool(title))
        self.edit.setVisible(is_editable)
        self.setVisible(bool(entries))
        self.fit()
        return True

    def _add(self, k: int, entry: LegendEntry) -> None:
        text = parts.label("", "small")
        lines = _lines(entry.text, text.fontMetrics())
        text.setText("\n".join(lines))
        text.setToolTip(entry.text if " ".join(lines) != entry.text else "")
        widgets: list[QtWidgets.QWidget] = [Key(entry), text]
        if entry.count >= 0:
            count = parts.label(i18n.number(entry.count), "faint")
            count.setAlignment(Align.AlignTrailing | Align.AlignVCenter)
            n = ngettext("{n} of them", "{n} of them", entry.count)
            count.setAccessibleName(n.format(n=i18n.number(entry.count)))
            widgets.append(count)
        for column, widget in enumerate(widgets):
            self._grid.addWidget(widget, k, column)
            widget.show()  # a layout shows new children only later, and counts hidden ones as empty

    def texts(self) -> list[str]:
        """Texts of the lines, top down."""
        return [e.text for e in self._shown[3:] if isinstance(e, LegendEntry)]

    # ------------------------------------------------------------------ size
    @property
    def is_folded(self) -> bool:
        """Whether only the title is seen."""
        if not self.title.text():
            return False
        return self._choice if self._choice is not None else self._is_too_large()

    def _room(self) -> tuple[int, int]:
        """Most width and height of the lines."""
        host = self._host
        return round(host.width() * _MOST_OF_WIDTH), round(host.height() * _MOST_OF_HEIGHT)

    def _wanted(self) -> QtCore.QSize:
        self._grid.invalidate()
        size = self._rows.sizeHint()
        wide, high = self._room()
        scrolls = size.height() > high
        return QtCore.QSize(
            min(size.width() + (_SCROLL_PX if scrolls else 0), wide), min(size.height(), high)
        )

    def _is_too_large(self) -> bool:
        host, wanted = self._host, self._wanted()
        covered = (wanted.width() + 24) * (wanted.height() + 44)
        return covered > _MOST_OF_MAP * host.width() * host.height()

    def fit(self) -> None:
        """Fold or unfold, and take the size that goes with it."""
        folded, wanted = self.is_folded, self._wanted()
        self._area.setVisible(not folded)
        wide = max(wanted.width(), self._head.sizeHint().width() if self.title.text() else 0)
        self._area.setFixedSize(wide, wanted.height())
        chevron = "chevron-right" if folded else "chevron-down"
        self.title.setIcon(theme.icon(chevron, "text3"))
        state = _("folded") if folded else _("unfolded")
        self.title.setAccessibleName(f"{self.title.text()}, {state}")
        fold = _("Unfold the legend") if folded else _("Fold the legend")
        tip = "\n".join(line for line in (self._note, fold) if line)
        self.title.setToolTip(plain_tip(tip))
        before = self.size()
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.adjustSize()
        if self.size() != before:
            self.resized.emit()

    def _toggle(self) -> None:
        self._choice = not self.is_folded
        self.fit()

    def eventFilter(self, host: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Another size of the map is another room; comes before the map puts things in place."""
        if event.type() == QtCore.QEvent.Type.Resize and self._shown:
            self.fit()
        return super().eventFilter(host, event)

    def _ask(self) -> None:
        if self._is_editable:
            self.edit_requested.emit()
