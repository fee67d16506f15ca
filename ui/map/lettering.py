"""Names drawn once as small pictures: territories, countries, cities."""

from __future__ import annotations

from PySide6 import QtCore, QtGui

from .. import theme

Block = tuple[str, str, str, bool]
"""Name in one or two lines, second line, colour role of the second line, locked."""

SMALL_PX = 11
PLACE_PX = 12
CITY_DOT = (5, 9)
"""From the left and top of a city's picture to its dot, pixels at 100 %."""

_HALO, _VALUE_HALO = 3.2, 3.6
_BETWEEN = 0.58  # of the size, from the middle of a block to the middle of each line
_LOCK_PX = 28
_AROUND = 4  # pixels around a block in its picture


def _fonts(px: int, tone: str) -> tuple[QtGui.QFont, QtGui.QFont]:
    return theme.font(px, True), theme.font(px - 1, tone != "label")


def block_size(block: Block, px: int, ratio: float) -> tuple[float, float]:
    """Width and height of a territory's text, device pixels; nothing without a name."""
    name, value, tone, locked = block
    if not name:
        return 0.0, 0.0
    first, second = (QtGui.QFontMetricsF(f) for f in _fonts(px, tone))
    lines = name.split("\n")
    wide = max(map(first.horizontalAdvance, lines)) + (_LOCK_PX if locked else 0)
    wide = max(wide, second.horizontalAdvance(value))
    high = (2.6 if value else 1.5) + 2 * _BETWEEN * (len(lines) - 1)
    return (wide + 8) * ratio, px * high * ratio


def _canvas(width: float, height: float, ratio: float) -> tuple[QtGui.QImage, QtGui.QPainter]:
    form = QtGui.QImage.Format.Format_ARGB32_Premultiplied
    picture = QtGui.QImage(int(width * ratio) + 1, int(height * ratio) + 1, form)
    picture.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(picture)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.scale(ratio, ratio)
    return picture, painter


def draw_text(
    painter: QtGui.QPainter, text: str, font: QtGui.QFont, x: float, y: float, ink: str, halo: float
) -> None:
    """Text with its middle at (x, y) and a halo around the letters."""
    metrics = QtGui.QFontMetricsF(font)
    at = QtCore.QPointF(x - metrics.horizontalAdvance(text) / 2, y + metrics.capHeight() / 2)
    if halo:
        path = QtGui.QPainterPath()
        path.addText(at, font, text)
        pen = QtGui.QPen(theme.colour("halo"), halo)
        pen.setJoinStyle(QtCore.Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
    painter.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
    painter.setFont(font)
    painter.setPen(theme.colour(ink))
    painter.drawText(at, text)


def draw_block(block: Block, px: int, ratio: float) -> QtGui.QImage:
    """Name, value and padlock of a territory; the middle of the picture is that of the block."""
    name, value, tone, locked = block
    width, height = (v / ratio for v in block_size(block, px, ratio))
    width, height = width + 2 * _AROUND, height + 2 * _AROUND
    picture, painter = _canvas(width, height, ratio)
    first, second = _fonts(px, tone)
    lines = name.split("\n")
    x, step = width / 2, 2 * px * _BETWEEN
    y = height / 2 - step / 2 * (len(lines) - 1 + bool(value))
    for line in lines:
        draw_text(painter, line, first, x, y, "label", _HALO)
        y += step
    if value:
        draw_text(painter, value, second, x, y + 1, tone, _VALUE_HALO)
    if locked:
        wide = QtGui.QFontMetricsF(first).horizontalAdvance(lines[-1])
        _padlock(painter, x + wide / 2 + 9, y - step)
    painter.end()
    return picture


def _padlock(painter: QtGui.QPainter, x: float, y: float) -> None:
    body = QtCore.QRectF(x - 4, y - 1, 8, 6)
    painter.setPen(QtGui.QPen(theme.colour("halo"), 4))
    painter.drawRoundedRect(body, 1, 1)
    painter.setPen(QtGui.QPen(theme.colour("label"), 1.4))
    painter.drawArc(QtCore.QRectF(x - 2.6, y - 5, 5.2, 8), 0, 180 * 16)
    painter.setBrush(theme.colour("label"))
    painter.drawRoundedRect(body, 1, 1)
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)


def country_font() -> QtGui.QFont:
    """The letter-spaced font of countries."""
    font = theme.font(PLACE_PX)
    font.setLetterSpacing(QtGui.QFont.SpacingType.AbsoluteSpacing, 3)
    return font


def draw_country(name: str, ratio: float) -> QtGui.QImage:
    """A country's name, its middle in the middle of the picture."""
    font, text = country_font(), name.upper()
    width = QtGui.QFontMetricsF(font).horizontalAdvance(text) + 8
    picture, painter = _canvas(width, 20, ratio)
    draw_text(painter, text, font, width / 2, 10, "place", 0)
    painter.end()
    return picture


def draw_city(name: str, ratio: float) -> QtGui.QImage:
    """A city's dot and name; the dot lies at `CITY_DOT`."""
    font = theme.font(SMALL_PX)
    width = QtGui.QFontMetricsF(font).horizontalAdvance(name)
    picture, painter = _canvas(width + 20, 18, ratio)
    painter.setPen(QtGui.QPen(theme.colour("halo"), 1.4))
    painter.setBrush(theme.colour("label"))
    painter.drawRect(QtCore.QRectF(2.8, 6.8, 4.4, 4.4))
    draw_text(painter, name, font, 12 + width / 2, 9, "text2", _HALO)
    painter.end()
    return picture
