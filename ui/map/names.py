"""Names on the map, drawn once as small pictures and copied to their places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.arcs import Arcs
from terradesk.render import Overview, View
from terradesk.render.basemap import BaseMap
from terradesk.render.labels import Labels, Placed
from terradesk.render.names import city_names, country_names

from .. import theme

Block = tuple[str, str, str, bool]
"""Name, second line, colour role of the second line, locked."""

_PX, _BIG_PX = 12, 14
_BIG_FROM_M = 1400.0
_HALO, _VALUE_HALO = 3.2, 3.6
_BETWEEN = 0.58  # of the size, from the middle of a block to the middle of each line
_LOCK_PX = 28
_SMALL_PX = 11


class Names:
    """Names of territories, cities and countries.

    Parameters
    ----------
    arcs : Arcs
    overview : Overview
        Tells what lies under a place.
    """

    def __init__(self, arcs: Arcs, overview: Overview) -> None:
        self._arcs, self._overview = arcs, overview
        self._labels = Labels(arcs, 0)
        self._blocks: list[Block] = []
        self._pictures: dict[tuple[object, ...], QtGui.QPixmap] = {}
        self._px = _PX
        self._sized_for: tuple[object, ...] = ()

    def forget(self) -> None:
        """Draw all pictures again: another theme or pixel ratio."""
        self._pictures.clear()

    def set_blocks(self, blocks: Sequence[Block], owners: np.ndarray) -> None:
        """All territories: their texts, and the territory row of each unit."""
        self._blocks = list(blocks)
        if len(self._labels.anchors) != len(blocks):
            self._labels = Labels(self._arcs, len(blocks))
        self._labels.touch(owners)

    def touch(self, blocks: Sequence[Block], owners: np.ndarray, rows: np.ndarray) -> None:
        """New texts; only some territories have another shape."""
        self._blocks = list(blocks)
        self._labels.touch(owners, rows)

    def place(self, view: View, owners: np.ndarray, ratio: float) -> list[Placed]:
        """Where the names stand; they keep their places while panning."""
        self._px = _BIG_PX if ratio / view.px_per_m < _BIG_FROM_M else _PX
        if not self._blocks:
            return []
        key = (tuple(self._blocks), self._px, ratio, id(self._labels))
        if key != self._sized_for:
            self._sized_for = key
            self._labels.set_sizes([_size(b, self._px, ratio) for b in self._blocks])
        placed = self._labels.placed(view, owners, self._overview, ratio)
        return [one for one in placed if self._blocks[one.territory][0]]

    def boxes(self, placed: Sequence[Placed]) -> list[tuple[float, float, float, float]]:
        """Boxes of names in device pixels."""
        half = self._labels.sizes / 2
        return [
            (
                p.x - half[p.territory, 0],
                p.y - half[p.territory, 1],
                p.x + half[p.territory, 0],
                p.y + half[p.territory, 1],
            )
            for p in placed
        ]

    def draw(self, painter: QtGui.QPainter, placed: Sequence[Placed], ratio: float) -> None:
        """Draw the names of territories in device pixels."""
        self._leaders(painter, placed, ratio)
        for one in placed:
            block = self._blocks[one.territory]
            key = (*block, self._px, ratio)
            picture = self._picture(key, partial(draw_block, block, self._px, ratio))
            _put(painter, picture, one.x, one.y)

    def draw_places(
        self,
        painter: QtGui.QPainter,
        base: BaseMap,
        view: View,
        taken: list[tuple[float, float, float, float]],
        ratio: float,
    ) -> None:
        """Draw names of countries and cities where no territory's name stands."""
        small = QtGui.QFontMetricsF(theme.font(_SMALL_PX))
        spaced = QtGui.QFontMetricsF(_spaced_font())
        countries = country_names(
            base,
            view,
            self._overview,
            taken,
            lambda name: spaced.horizontalAdvance(name.upper()) * ratio,
            ratio,
        )
        for one in countries:
            key = ("country", one.name, ratio)
            picture = self._picture(key, partial(_country, one.name, ratio))
            _put(painter, picture, one.x, one.y)
        cities = city_names(
            base, view, taken, lambda name: small.horizontalAdvance(name) * ratio, ratio
        )
        for one in cities:
            picture = self._picture(("city", one.name, ratio), partial(_city, one.name, ratio))
            painter.drawPixmap(round(one.x - 5 * ratio), round(one.y - 9 * ratio), picture)

    def _picture(self, key: tuple[object, ...], make: Callable[[], QtGui.QPixmap]) -> QtGui.QPixmap:
        found = self._pictures.get(key)
        if found is None:
            found = self._pictures[key] = make()
        return found

    def _leaders(self, painter: QtGui.QPainter, placed: Sequence[Placed], ratio: float) -> None:
        lines = []
        for one in placed:
            if one.has_leader:
                half = self._labels.sizes[one.territory, 0] / 2 - 2 * ratio
                end = one.x - half if one.x > one.anchor_x else one.x + half
                lines.append(QtCore.QLineF(one.anchor_x, one.anchor_y, end, one.y))
        if not lines:
            return
        round_cap = QtCore.Qt.PenCapStyle.RoundCap
        solid = QtCore.Qt.PenStyle.SolidLine
        painter.setPen(QtGui.QPen(theme.colour("halo"), 3 * ratio))
        painter.drawLines(lines)
        painter.setPen(QtGui.QPen(theme.colour("territory_core"), ratio))
        painter.drawLines(lines)
        painter.setPen(QtGui.QPen(theme.colour("territory_core"), 4 * ratio, solid, round_cap))
        painter.drawPoints([line.p1() for line in lines])


def _put(painter: QtGui.QPainter, picture: QtGui.QPixmap, x: float, y: float) -> None:
    """Draw a picture (pixel ratio 1, device pixels) about its middle, on whole pixels."""
    painter.drawPixmap(round(x - picture.width() / 2), round(y - picture.height() / 2), picture)


def _fonts(px: int, tone: str) -> tuple[QtGui.QFont, QtGui.QFont]:
    return theme.font(px, True), theme.font(px - 1, tone != "label")


def _size(block: Block, px: int, ratio: float) -> tuple[float, float]:
    name, value, tone, locked = block
    if not name:
        return 0.0, 0.0
    first, second = (QtGui.QFontMetricsF(f) for f in _fonts(px, tone))
    wide = first.horizontalAdvance(name) + (_LOCK_PX if locked else 0)
    wide = max(wide, second.horizontalAdvance(value))
    return (wide + 8) * ratio, px * (2.6 if value else 1.5) * ratio


def _canvas(width: float, height: float, ratio: float) -> tuple[QtGui.QPixmap, QtGui.QPainter]:
    picture = QtGui.QPixmap(int(width * ratio) + 1, int(height * ratio) + 1)
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


def draw_block(block: Block, px: int, ratio: float) -> QtGui.QPixmap:
    """Name, value and padlock of a territory."""
    name, value, tone, locked = block
    width, height = (v / ratio for v in _size(block, px, ratio))
    picture, painter = _canvas(width + 8, height + 8, ratio)
    first, second = _fonts(px, tone)
    x, y = (width + 8) / 2, (height + 8) / 2
    up = px * _BETWEEN if value else 0.0
    draw_text(painter, name, first, x, y - up, "label", _HALO)
    if value:
        draw_text(painter, value, second, x, y + px * _BETWEEN + 1, tone, _VALUE_HALO)
    if locked:
        _padlock(painter, x + QtGui.QFontMetricsF(first).horizontalAdvance(name) / 2 + 9, y - up)
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


def _spaced_font() -> QtGui.QFont:
    font = theme.font(_PX)
    font.setLetterSpacing(QtGui.QFont.SpacingType.AbsoluteSpacing, 3)
    return font


def _country(name: str, ratio: float) -> QtGui.QPixmap:
    font, text = _spaced_font(), name.upper()
    width = QtGui.QFontMetricsF(font).horizontalAdvance(text) + 8
    picture, painter = _canvas(width, 20, ratio)
    draw_text(painter, text, font, width / 2, 10, "place", 0)
    painter.end()
    return picture


def _city(name: str, ratio: float) -> QtGui.QPixmap:
    font = theme.font(_SMALL_PX)
    width = QtGui.QFontMetricsF(font).horizontalAdvance(name)
    picture, painter = _canvas(width + 20, 18, ratio)
    painter.setPen(QtGui.QPen(theme.colour("halo"), 1.4))
    painter.setBrush(theme.colour("label"))
    painter.drawRect(QtCore.QRectF(2.8, 6.8, 4.4, 4.4))
    draw_text(painter, name, font, 12 + width / 2, 9, "text2", _HALO)
    painter.end()
    return picture
