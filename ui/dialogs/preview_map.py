"""A small map on a page: drawn in the background, scaled to its place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.plan import Plan

from .. import theme
from ..shield import safely

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from terradesk.render.scene import Scene

SCALE = 1.5
Size = tuple[int, int]
_SAME_SHAPE = 0.03


def scene_of(plan: Plan, alignment: int = 0) -> Scene:
    """Areas of a plan without texts and accounts.

    Parameters
    ----------
    plan : Plan
        With areas.
    alignment : int
        Whose territories are drawn; 0: none are.
    """
    from terradesk import palettes
    from terradesk.exporters.scene import plan_scene
    from terradesk.render.scene import Classes

    shown = plan if alignment else _bare(plan)
    scene = plan_scene(shown, alignment or next(iter(plan.assignments)), with_accounts=False)
    scene = replace(scene, title="", subtitle="", values=(), tones=(), locked=None)
    if alignment:
        return scene
    n = len(plan.units)
    paper = [palettes.roles(False)["paper"]], [palettes.roles(True)["paper"]]
    return replace(
        scene,
        labels=np.zeros(n, np.int32),
        names=[""],
        fills=[0],
        parents=None,
        groups=scene.groups if n > 400 else np.arange(n),
        classes=Classes(np.zeros(n, np.int64), paper, [""], of_units=True),
    )


def draw_scene(scene: Scene, dark: bool, size: Size) -> tuple[bytes, int, int]:
    """A scene without texts: RGB bytes, width, height."""
    from terradesk.render.stills import compose_still

    picture = compose_still(
        scene, *size, SCALE, dark, legend=False, scale_bar=False, credits=False
    ).image
    return picture.convert("RGB").tobytes(), picture.width, picture.height


def _bare(plan: Plan) -> Plan:
    """The plan without territories and what belongs to them."""
    labels = {a: np.full_like(rows, -1) for a, rows in plan.assignments.items()}
    gone: dict = {kind: {} for kind in ("territory", "lock", "override", "rule", "staffing")}
    return replace(plan, assignments=labels, tables={**plan.tables, **gone})


def draw_points(points: np.ndarray, dark: bool, size: Size) -> tuple[bytes, int, int]:
    """Points (n, 2) on plain ground: RGB bytes, width, height."""
    from PIL import Image, ImageDraw

    from terradesk import palettes

    roles = palettes.roles(dark)
    wide, high = (round(n * SCALE) for n in size)
    picture = Image.new("RGB", (wide, high), roles["land"])
    here = np.isfinite(points).all(axis=1)
    if here.any():
        pen = ImageDraw.Draw(picture)
        x, y = points[here].T
        places = np.unique(np.rint(_fitted(x, y, wide, high)), axis=0)
        for a, b in places.tolist():
            pen.ellipse((a - 3, b - 3, a + 3, b + 3), roles["account"])
    return picture.tobytes(), wide, high


def _fitted(x: ArrayLike, y: ArrayLike, wide: int, high: int) -> np.ndarray:
    """Points scaled into a picture with a margin, y downwards."""
    points = np.column_stack((x, y))
    low, high_corner = points.min(axis=0), points.max(axis=0)
    span = np.maximum(high_corner - low, 1.0)
    factor = min((wide - 60) / span[0], (high - 60) / span[1])
    centred = (points - (low + high_corner) / 2) * factor
    return np.column_stack((wide / 2 + centred[:, 0], high / 2 - centred[:, 1]))


class PreviewMap(QtWidgets.QWidget):
    """Shows what `draw` gave, cut to its place.

    Signals
    -------
    resized()
        The picture was drawn for a place of another shape.
    """

    resized = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pixmap: QtGui.QPixmap | None = None
        self.setMinimumHeight(160)
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Expanding
        )

    @property
    def is_drawn(self) -> bool:
        """Whether there is a picture."""
        return self._pixmap is not None

    def wanted_size(self) -> Size:
        """Size in which to draw, that of its place."""
        return max(self.width(), 320), max(self.height(), 160)

    def show_picture(self, picture: tuple[bytes, int, int] | None) -> None:
        """Show a picture, or none."""
        self._pixmap = None
        if picture is not None:
            data, wide, high = picture
            image = QtGui.QImage(data, wide, high, 3 * wide, QtGui.QImage.Format.Format_RGB888)
            self._pixmap = QtGui.QPixmap.fromImage(image.copy())
        self.update()
        if picture is not None and not self._fits(picture[1], picture[2]):
            self.resized.emit()  # its place became another while it was drawn

    def _fits(self, wide: int, high: int) -> bool:
        """Whether a picture has the shape of its place."""
        w, h = self.wanted_size()
        return abs(wide / max(high, 1) - w / h) < _SAME_SHAPE

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Another shape needs another picture."""
        super().resizeEvent(event)
        if self._pixmap and not self._fits(self._pixmap.width(), self._pixmap.height()):
            self.resized.emit()

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """The whole picture, as large as it fits."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        path = QtGui.QPainterPath()
        path.addRoundedRect(QtCore.QRectF(self.rect()), 6, 6)
        painter.setClipPath(path)
        painter.fillRect(self.rect(), theme.colour("water"))
        if self._pixmap is None:
            centre = self.rect().center() - QtCore.QPoint(12, 12)
            painter.drawPixmap(centre, theme.pixmap("map", "outline", 24))
            return
        wide, high = self._pixmap.width(), self._pixmap.height()
        factor = min(wide / max(self.width(), 1), high / max(self.height(), 1))
        w, h = self.width() * factor, self.height() * factor
        part = QtCore.QRectF((wide - w) / 2, (high - h) / 2, w, h)
        painter.drawPixmap(QtCore.QRectF(self.rect()), self._pixmap, part)
