"""What panels paint alike: swatch, index bar, elided text; bars are never mirrored."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache

from PySide6 import QtCore, QtGui, QtWidgets

from .. import theme

MIDDLE = QtCore.Qt.TextElideMode.ElideMiddle
"""For names: the end tells "Territory 112" from "Territory 113"."""

_MIDDLE_LINE = (
    QtCore.Qt.AlignmentFlag.AlignVCenter
    | QtCore.Qt.AlignmentFlag.AlignAbsolute
    | QtCore.Qt.TextFlag.TextSingleLine
)
INDEX_SPAN = 0.24
"""Deviation at either end of an index bar."""


@lru_cache(maxsize=32)
def _font(px: int, bold: bool) -> tuple[QtGui.QFont, QtGui.QFontMetrics]:
    """A font of the window and its metrics; asking Qt anew for each text costs more than it."""
    font = theme.font(px, bold)
    return font, QtGui.QFontMetrics(font)


def _ink(role: str) -> QtGui.QColor:
    return _inks(theme.is_dark())[role]


@lru_cache(maxsize=2)
def _inks(is_dark: bool) -> dict[str, QtGui.QColor]:
    return {role: theme.to_qcolor(text) for role, text in theme.roles().items()}


@lru_cache(maxsize=8192)
def _elided(
    words: str, px: int, bold: bool, elide: QtCore.Qt.TextElideMode, width: int
) -> tuple[str, bool]:
    """What fits into a width, and whether it reads from right to left."""
    shown = _font(px, bold)[1].elidedText(words, elide, width)
    return shown, is_rtl(shown)


def elided(words: str, width: int, px: int = 13) -> str:
    """A name with its middle left out where it takes more than so many pixels."""
    return _elided(words, px, False, MIDDLE, width)[0]


def swatch(painter: QtGui.QPainter, rect: QtCore.QRectF, colour: QtGui.QColor) -> None:
    """A territory's fill with a thin edge, radius 3."""
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(QtGui.QPen(_ink("text3"), 1))
    painter.setBrush(colour)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)


def tone(deviation: float, tolerance: float) -> str:
    """Role of a deviation's text: plain in tolerance, over or under outside."""
    if not math.isfinite(deviation) or abs(deviation) <= tolerance + 1e-12:
        return "text"
    return "over" if deviation > 0 else "under"


def index_bar(
    painter: QtGui.QPainter,
    rect: QtCore.QRectF,
    deviation: float,
    tolerance: float,
    before: float | None = None,
    span: float = INDEX_SPAN,
    has_band: bool = True,
) -> None:
    """A bar from the target line; a hollow one shows what was before.

    Parameters
    ----------
    painter : QPainter
    rect : QRectF
        The whole scale, -span to +span.
    deviation, tolerance : float
        Fractions; a deviation that is not finite draws no bar.
    before : float, optional
    span : float
        Deviation at the ends; a bar that goes on is cut there.
    has_band : bool
        Whether to draw the tolerance band and the target line.
    """
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing, False)
    middle, half = rect.center().x(), rect.width() / 2
    if has_band:
        band = min(1.0, tolerance / span) * half
        painter.fillRect(
            QtCore.QRectF(middle - band, rect.top(), 2 * band, rect.height()), _ink("band")
        )
    height = min(9.0, rect.height() / 2)
    top = rect.center().y() - height / 2
    if math.isfinite(deviation):
        is_out = abs(deviation) > tolerance + 1e-12
        role = ("over_bar" if deviation > 0 else "under_bar") if is_out else "ok_bar"
        painter.fillRect(_bar(middle, half, deviation / span, top, height), _ink(role))
    if before is not None and math.isfinite(before):
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.setPen(QtGui.QPen(_ink("text2"), 1))
        painter.drawRect(_bar(middle, half, before / span, top, height).adjusted(0, 0, -1, -1))
    if has_band:
        line = QtCore.QRectF(round(middle) - 0.5, rect.top(), 1.5, rect.height())
        painter.fillRect(line, _ink("target"))


def _bar(middle: float, half: float, share: float, top: float, height: float) -> QtCore.QRectF:
    reach = max(-1.0, min(1.0, share)) * half
    return QtCore.QRectF(min(middle, middle + reach), top, max(1.0, abs(reach)), height)


def text(
    painter: QtGui.QPainter,
    rect: QtCore.QRect,
    words: str,
    role: str = "text",
    px: int = 13,
    bold: bool = False,
    align: QtCore.Qt.AlignmentFlag = QtCore.Qt.AlignmentFlag.AlignLeft,
    elide: QtCore.Qt.TextElideMode = QtCore.Qt.TextElideMode.ElideRight,
) -> None:
    """One line, elided, in the middle of its row; plain text whatever it holds.

    Figures and texts without right-to-left letters keep their order in a mirrored window.
    """
    painter.setFont(_font(px, bold)[0])
    painter.setPen(_ink(role))
    shown, reads_rtl = _elided(words, px, bold, elide, rect.width())
    direction = painter.layoutDirection()
    align = QtWidgets.QStyle.visualAlignment(direction, align)
    flags = align | _MIDDLE_LINE
    if reads_rtl or direction == QtCore.Qt.LayoutDirection.LeftToRight:
        painter.drawText(rect, flags, shown)
        return
    painter.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
    painter.drawText(rect, flags, shown)
    painter.setLayoutDirection(direction)


@lru_cache(maxsize=8192)
def width_of(words: str, px: int = 13, bold: bool = False) -> int:
    """Pixels that a line takes."""
    return _font(px, bold)[1].horizontalAdvance(words)


def is_rtl(words: str) -> bool:
    """Whether a text has letters that are read from right to left."""
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in words)


def initials(name: str) -> str:
    """Up to two initials; none for scripts that have no capitals."""
    words = [w for w in name.replace(".", " ").split() if w]
    letters = [w[0] for w in words if w[0].isupper()]
    return "".join(letters[:1] + letters[-1:]) if len(letters) > 1 else "".join(letters)
