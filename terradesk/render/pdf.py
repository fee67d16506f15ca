"""One-page PDF of a map by fpdf2.

Pillow's own PDF holds nothing but a picture. fpdf2 embeds the fonts, so that names can be searched,
copied and enlarged; the picture beneath holds the map and the halos of the names.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from terradesk import paths
from terradesk.render.text import Text, draw_text, font_file, is_arabic_script, text_width

if TYPE_CHECKING:
    from fpdf import FPDF

__all__ = ["write"]

_POINTS_PER_MM = 72 / 25.4
_BASELINE = 0.8  # of a cell as high as its font, where FPDF.cell sets the baseline


def write(
    image: Image.Image,
    texts: Sequence[Text],
    path: Path,
    page_mm: tuple[float, float],
    margin_mm: float,
    title: str,
) -> None:
    """Write a picture with texts over it.

    Parameters
    ----------
    image : PIL.Image.Image
        Fills the page inside the margin.
    texts : sequence of Text
        Positions in pixels of the image.
    page_mm : tuple of float
        Width and height.
    title : str
        Of the document.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from fpdf import FPDF

    canvas = ImageDraw.Draw(image, "RGBA")
    shapes = find_spec("uharfbuzz") is not None
    for text in texts:  # letters that cannot be joined in the PDF are drawn into the picture
        draw_text(canvas, text, ink=is_arabic_script(text.text) and not shapes)
    pdf = FPDF(unit="pt", format=(page_mm[0] * _POINTS_PER_MM, page_mm[1] * _POINTS_PER_MM))
    pdf.set_auto_page_break(False)
    pdf.set_title(title)
    pdf.set_creator("TerraDesk")
    pdf.add_page()
    margin = margin_mm * _POINTS_PER_MM
    points_per_px = (pdf.w - 2 * margin) / image.width
    pdf.image(image, margin, margin, pdf.w - 2 * margin, image.height * points_per_px)
    for text in texts:
        if text.text and (shapes or not is_arabic_script(text.text)):
            _text(pdf, text, margin, points_per_px)
    path.write_bytes(bytes(pdf.output()))


def _text(pdf: FPDF, text: Text, margin: float, points_per_px: float) -> None:
    """Put one line of real text on the page."""
    family = _font(pdf, text)
    pdf.set_font(family, size=text.size * points_per_px)
    is_joined = is_arabic_script(text.text)
    pdf.set_text_shaping(use_shaping_engine=is_joined)
    value = int(text.ink[1:7], 16)
    pdf.set_text_color(value >> 16, value >> 8 & 255, value & 255)
    pdf.set_char_spacing(0.0 if is_joined else text.spacing * points_per_px)
    width = text_width(text.text, text.size, text.bold, text.spacing)
    left = text.x - {"left": 0.0, "middle": width / 2, "right": width}[text.anchor]
    x, y = margin + left * points_per_px, margin + text.y * points_per_px
    if not is_joined:
        pdf.text(x, y, text.text)
        return
    pdf.c_margin = 0  # FPDF.text does not put the parts of a line in reading order, cells do
    height = text.size * points_per_px
    pdf.set_xy(x, y - _BASELINE * height)
    pdf.cell(h=height, text=text.text)


def _font(pdf: FPDF, text: Text) -> str:
    """Family for a text, embedded at its first use."""
    name = font_file(text.text, text.bold)
    family = f"{name.split('.')[0]}-{'bold' if text.bold else 'plain'}".lower()
    if family not in pdf.fonts:
        weight = {"wght": 700.0 if text.bold else 400.0} if "wght" in name else None
        pdf.add_font(family, fname=paths.resource("fonts", name), variations=weight)
    return family
