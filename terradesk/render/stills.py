"""Finished pictures of a map: PNG with everything in it, PDF with real text over the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from terradesk.progress import Progress, silent
from terradesk.render.layout import Layout, lay_out
from terradesk.render.png import PngWriter
from terradesk.render.scene import Classes, Scene
from terradesk.render.shapes import paint
from terradesk.render.text import Text, draw_text

__all__ = [
    "Classes",
    "Scene",
    "Still",
    "bands",
    "compose_still",
    "draw_map",
    "save_pdf",
    "save_png",
]

_DPI = 96
_BAND_PIXELS = 4_000_000  # at once; a frame keeps about 30 bytes for each
_ROWS = 256  # that frames draw at once: bands of whole pieces are the same as one piece


@dataclass(frozen=True, slots=True)
class Still:
    """A picture without its texts, and the texts.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB, device pixels.
    texts : list of Text
        In drawing order.
    """

    image: Image.Image
    texts: list[Text]


def draw_map(
    scene: Scene,
    width: float,
    height: float,
    scale: float = 1.0,
    dark: bool = False,
    legend: bool = True,
    scale_bar: bool = True,
    credits: bool = True,
) -> Image.Image:
    """Draw a finished map.

    Parameters
    ----------
    scene : Scene
    width, height : float
        Size in pixels at 100 %; the picture has `scale` times as many.
    scale : float
        Device pixels per pixel; 2 for a sharp print, dpi / 96 for a page.
    dark : bool
    legend, scale_bar, credits : bool
        What to put on the map beside the names; a title is drawn when the scene has one.

    Returns
    -------
    PIL.Image.Image
        RGB.

    Raises
    ------
    TerraDeskError
        The picture would be too large, see `terradesk.render.layout`.
    """
    layout = lay_out(scene, width, height, scale, dark, legend, scale_bar, credits)
    return _joined(layout, with_texts=True)


def compose_still(
    scene: Scene,
    width: float,
    height: float,
    scale: float = 1.0,
    dark: bool = False,
    legend: bool = True,
    scale_bar: bool = True,
    credits: bool = True,
) -> Still:
    """Draw all but the texts; parameters and errors as `draw_map`."""
    layout = lay_out(scene, width, height, scale, dark, legend, scale_bar, credits)
    return Still(_joined(layout, with_texts=False), layout.texts)


def _joined(layout: Layout, with_texts: bool) -> Image.Image:
    page = Image.new("RGB", layout.size)
    y = 0
    for band in bands(layout, with_texts):
        page.paste(band, (0, y))
        y += band.height
    return page


def bands(
    layout: Layout, with_texts: bool = True, most_pixels: int = _BAND_PIXELS
) -> Iterator[Image.Image]:
    """Draw a still from top to bottom, a strip at a time.

    Parameters
    ----------
    layout : Layout
    with_texts : bool
    most_pixels : int
        In a strip, about; the picture does not depend on it.

    Yields
    ------
    PIL.Image.Image
        RGB strips of full width; together they are the still.
    """
    if layout.top:
        title = Image.new("RGB", (layout.size[0], layout.top), layout.style.roles["panel"])
        yield _furnished(title, layout, 0, with_texts)
    pieces = max(1, most_pixels // (layout.view.width * _ROWS))
    rows = min(layout.view.height, pieces * _ROWS)
    frame, view = layout.frame(rows), layout.view
    for y in range(0, view.height, rows):
        if view.height - y < rows:
            rows = view.height - y
            frame = layout.frame(rows)
        frame.look(view.moved(0, -y).resized(view.width, rows))
        rgb = frame.image()
        for stamp in layout.stamps:
            stamp.draw(rgb, frame.view, layout.style)
        yield _furnished(_picture(rgb), layout, layout.top + y, with_texts)


def _picture(rgb: np.ndarray) -> Image.Image:
    """A picture of 0xFFRRGGBB pixels."""
    high, wide = rgb.shape
    return Image.frombuffer("RGB", (wide, high), rgb.astype("<u4").tobytes(), "raw", "BGRX", 0, 1)


def _furnished(band: Image.Image, layout: Layout, top: int, with_texts: bool) -> Image.Image:
    paint(band, layout.shapes, layout.style, top)
    if with_texts:
        canvas = ImageDraw.Draw(band, "RGBA")
        for text in layout.texts:
            draw_text(canvas, text, top=top)
    return band


def save_png(
    scene: Scene,
    path: Path,
    width: float = 1600,
    height: float = 1000,
    scale: float = 1.0,
    dark: bool = False,
    progress: Progress = silent,
) -> None:
    """Write a finished map as PNG of any size; sizes as `draw_map`.

    Lines and letters are as large as on a screen of 96 dots per inch, so the file says
    96 * `scale` dots per inch.

    Raises
    ------
    OSError
        The file cannot be written.
    TerraDeskError
        The picture would be too large.
    """
    layout = lay_out(scene, width, height, scale, dark)
    wide, high = layout.size
    done = 0
    with path.open("wb") as file, PngWriter(file, wide, high, _DPI * scale) as writer:
        for band in bands(layout):
            writer.write(np.asarray(band))
            done += band.height
            progress(done / high, "")


def save_pdf(
    scene: Scene,
    path: Path,
    page_mm: tuple[float, float] = (297.0, 210.0),
    dpi: float = 220.0,
    dark: bool = False,
) -> None:
    """Write a finished map as a PDF of one page.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from terradesk.render.pdf import write

    margin = 10.0
    width, height = (round((side - 2 * margin) / 25.4 * _DPI) for side in page_mm)
    still = compose_still(scene, width, height, dpi / _DPI, dark)
    write(still.image, still.texts, path, page_mm, margin, scene.title)
