"""Text in pictures: fonts that come with the program, shaped by Raqm where Pillow has it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import floor
from typing import Literal

from PIL import ImageDraw, ImageFont

from terradesk import paths

__all__ = [
    "CAP_HEIGHT",
    "Anchor",
    "Text",
    "draw_text",
    "font_file",
    "is_arabic_script",
    "one_line",
    "text_width",
]

CAP_HEIGHT = 0.714
"""Height of capitals in ems; the middle of a line of text lies half of it above the baseline."""

_ARABIC = (("\u0600", "\u08ff"), ("\ufb50", "\ufdff"), ("\ufe70", "\ufeff"))
Anchor = Literal["left", "middle", "right"]


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text in a picture.

    Parameters
    ----------
    text : str
        Kept as `one_line` makes it.
    x, y : float
        Device pixels; y is the baseline.
    size : float
        Of the font, device pixels.
    ink : str
        ``#RRGGBB``.
    bold : bool
    anchor : {"left", "middle", "right"}
        Which end of the text x means.
    halo : str
        ``#RRGGBB`` or ``#RRGGBBAA`` around the letters, empty for none.
    halo_px : float
        How far the halo reaches, device pixels.
    spacing : float
        Added between letters, device pixels; not for scripts that join letters.
    """

    text: str
    x: float
    y: float
    size: float
    ink: str
    bold: bool = False
    anchor: Anchor = "left"
    halo: str = ""
    halo_px: float = 0.0
    spacing: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text))


_BREAKS: dict[int, str] = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " ")
_BREAKS |= dict.fromkeys(range(0x202A, 0x202F), "")  # they would turn letters of others around


def one_line(text: str) -> str:
    """A text without line ends and control characters: Raqm refuses some, fonts have none."""
    return text.translate(_BREAKS)


def is_arabic_script(text: str) -> bool:
    """Whether a text holds letters of the Arabic script (Persian, Arabic, Kurdish, ...)."""
    return any(low <= letter <= high for letter in text for low, high in _ARABIC)


def font_file(text: str, bold: bool) -> str:
    """File name of the font for a text; the one for the Arabic script holds both weights."""
    if is_arabic_script(text):
        return "Vazirmatn[wght].ttf"
    return f"NotoSans-LatinExt-{700 if bold else 400}.ttf"


@lru_cache(maxsize=64)
def _font(name: str, size: float, bold: bool) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(paths.resource("fonts", name)), size)
    if "wght" in name:
        font.set_variation_by_axes([700 if bold else 400])
    return font


def _font_of(text: str, size: float, bold: bool) -> ImageFont.FreeTypeFont:
    return _font(font_file(text, bold), size, bold)


def text_width(text: str, size: float, bold: bool = False, spacing: float = 0.0) -> float:
    """Width of a line of text, device pixels."""
    text = one_line(text)
    extra = 0.0 if is_arabic_script(text) else spacing * max(0, len(text) - 1)
    return float(_font_of(text, size, bold).getlength(text)) + extra


def _pieces(one: Text) -> list[tuple[str, float]]:
    """Runs to draw and where they begin: single letters when they are spaced."""
    width = text_width(one.text, one.size, one.bold, one.spacing)
    x = one.x - {"left": 0.0, "middle": width / 2, "right": width}[one.anchor]
    if not one.spacing or is_arabic_script(one.text):
        return [(one.text, x)]
    out = []
    for letter in one.text:
        out.append((letter, x))
        x += text_width(letter, one.size, one.bold) + one.spacing
    return out


def draw_text(
    canvas: ImageDraw.ImageDraw, one: Text, halo: bool = True, ink: bool = True, top: int = 0
) -> None:
    """Draw a line of text.

    Parameters
    ----------
    canvas : ImageDraw
        Made with mode ``RGBA``, so that halos let the map through.
    halo, ink : bool
        Which of the two to draw; a page with real text needs the halo alone in its picture.
    top : int
        Row of the whole picture at which the one of the canvas begins.
    """
    y = floor(one.y + 0.5) - top  # whole, so that a letter is the same in every strip it reaches
    reach = 1.5 * one.size + one.halo_px
    if y + reach < 0 or y - reach > canvas.im.size[1]:
        return
    font = _font_of(one.text, one.size, one.bold)
    for piece, x in _pieces(one):
        if halo and one.halo:
            canvas.text(
                (x, y),
                piece,
                one.halo,
                font,
                "ls",
                stroke_width=one.halo_px,
                stroke_fill=one.halo,
            )
    for piece, x in _pieces(one):
        if ink:
            canvas.text((x, y), piece, one.ink, font, "ls")
