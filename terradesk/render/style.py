"""Map style: widths in pixels at 100 % and colour roles, made into the tables the kernels read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from terradesk import palettes
from terradesk.render.compose import Inks
from terradesk.render.hatching import ROLES, hatches
from terradesk.render.lines import PER_PIXEL, profile

__all__ = ["BORDER_WIDTHS", "CASING_OPACITY", "MARK_WIDTHS", "RIVER_WIDTH", "Style", "blend"]

BORDER_WIDTHS = {1: (3.6, 1.6), 2: (5.6, 2.8)}
"""Casing and core of territory (1) and district (2) borders, pixels."""

MARK_WIDTHS = {
    1: (0.9, 0.0),
    2: (4.8, 2.2),
    3: (4.4, 1.8),
    4: (5.2, 2.6),
    5: (5.0, 2.4),
    6: (3.6, 1.6),
    7: (3.1, 1.1),
}
"""Casing and core of accent lines: 1 inside marked units, 2 selection, 3 preview, 4 drop target,
5 current territory, 6 hover, 7 what would change."""

_LOCK_BAND = 5.5
CASING_OPACITY = 215 / 255
RIVER_WIDTH = 1.3
"""Of the casing of borders; of rivers, pixels at 100 %."""
_NOWHERE = np.float32(-1e6)


def blend(first: ArrayLike, second: ArrayLike, share: ArrayLike) -> NDArray[np.int64]:
    """0xRRGGBB colours from `first` (share 0) to `second` (share 1), element by element."""
    a, b = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    t = np.asarray(share, dtype=np.float64)
    out = np.zeros(np.broadcast(a, b, t).shape, np.int64)
    for shift in (16, 8, 0):
        x, y = a >> shift & 255, b >> shift & 255
        out |= np.rint(x + (y - x) * t).astype(np.int64) << shift
    return out


def _tables(
    widths: Mapping[int, tuple[float, float]], ratio: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Profile and reach of each kind of line, one row per kind 0..7."""
    profiles = {kind: profile(*pair, ratio) for kind, pair in widths.items()}
    tables = np.zeros((8, max(map(len, profiles.values()))), np.uint8)
    radii = np.full(8, _NOWHERE, np.float32)
    for kind, row in profiles.items():
        tables[kind, : len(row)] = row
        radii[kind] = max(widths[kind]) / 2 * ratio + 0.5
    return tables, radii


def _ramp(radius: float) -> NDArray[np.uint8]:
    """Coverage 0..255 by squared distance of a line without casing."""
    distance = np.sqrt((np.arange(int((radius + 0.5) ** 2 * PER_PIXEL) + 2) + 0.3) / PER_PIXEL)
    ramp = np.rint(255 * np.clip(radius + 0.5 - distance, 0, 1)).astype(np.uint8)
    ramp[-1] = 0
    return ramp


def _cased(casing: int, alpha: float, core: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Ink and opacity for the 256 values of a plane that codes casing and core."""
    value = np.arange(256)
    share = np.clip((value - 128) / 127, 0, 1)
    ink = np.where(value < 128, casing, blend(casing, core, share)).astype(np.uint32)
    opacity = np.where(
        value < 128, np.minimum(value, 127) / 127 * alpha, alpha + (1 - alpha) * np.sqrt(share)
    )
    return ink, np.rint(256 * opacity).astype(np.uint32)


class Style:
    """Everything about drawing that depends on theme and pixel ratio only.

    Parameters
    ----------
    dark : bool
    pixel_ratio : float
        Device pixels per logical pixel: 1, 1.25, 2, ...
    line_scale : float
        Further factor of the line widths; below 1 for thumbnails.
    palette : str
        Fills of territories, one of `terradesk.palettes.TERRITORY_PALETTES`.

    Attributes
    ----------
    roles : dict
        Role to ``#RRGGBB`` or ``#RRGGBBAA``.
    territory_fills : (24,) uint32
        0xRRGGBB.
    inks : Inks
    """

    def __init__(
        self,
        dark: bool = False,
        pixel_ratio: float = 1.0,
        line_scale: float = 1.0,
        palette: str = "muted",
    ) -> None:
        self.dark, self.pixel_ratio = dark, float(pixel_ratio)
        self.roles = palettes.roles(dark)
        self.territory_fills = self.colours(palettes.territory_colours(dark, palette))
        self.land, self.sea, self.coast, self.paper = (
            np.uint32(0xFF000000 | self.ink(role)) for role in ("land", "water", "coast", "paper")
        )
        tint, share = palettes.rgba(self.roles["select_tint"])
        self.tint, self.tint_alpha = np.uint32(tint), np.uint32(round(256 * share))
        widths = self.pixel_ratio * line_scale
        self._line_tables(widths)
        self.inks = self._inks()

    @property
    def reach(self) -> float:
        """How far a line can extend from its arc, device pixels."""
        return 7 * self.pixel_ratio

    @staticmethod
    def colours(names: list[str] | tuple[str, ...]) -> NDArray[np.uint32]:
        """``#RRGGBB`` colours as 0xRRGGBB."""
        return np.array([palettes.rgba(name)[0] for name in names], dtype=np.uint32)

    def ink(self, role: str) -> int:
        """0xRRGGBB of a role."""
        return palettes.rgba(self.roles[role])[0]

    def _line_tables(self, ratio: float) -> None:
        borders = {**BORDER_WIDTHS, 5: BORDER_WIDTHS[1], 6: BORDER_WIDTHS[2]}
        self.bold_tables, self.bold_radii = _tables(borders, ratio)
        self.mark_tables, self.mark_radii = _tables(MARK_WIDTHS, ratio)
        band = _LOCK_BAND * ratio
        self.lock_tables = np.tile(_ramp(band), (8, 1))
        self.lock_radii = np.array([_NOWHERE] * 4 + [band + 0.5] * 3 + [_NOWHERE], np.float32)
        shore, river = _ramp(0.5), _ramp(RIVER_WIDTH / 2 * ratio)
        self.water_tables = np.zeros((3, max(len(shore), len(river))), np.uint8)
        self.water_tables[1, : len(shore)] = shore
        self.water_tables[2, : len(river)] = river
        self.water_radii = np.array([_NOWHERE, 1, RIVER_WIDTH / 2 * ratio + 0.5], np.float32)

    def _inks(self) -> Inks:
        line, top = palettes.rgba(self.roles["state_line"])
        unit_alpha = palettes.rgba(self.roles["unit_line"])[1]
        self.group_weight = 127
        self.unit_weight = 127 * unit_alpha * 0.7 / (top * 0.9)
        bold, bold_alpha = _cased(
            self.ink("territory_line"), CASING_OPACITY, self.ink("territory_core")
        )
        mark, mark_alpha = _cased(self.ink("casing"), 1.0, self.ink("select"))
        hatch = hatches(self.dark, self.pixel_ratio)
        hatch_ink = [self.ink(ROLES.get(number, "territory_core")) for number in range(len(hatch))]
        return Inks(
            hatch=hatch,
            hatch_ink=np.array(hatch_ink, np.uint32),
            line=np.uint32(line),
            line_alpha=np.uint32(round(256 * 0.9 * top)),
            coast=np.uint32(self.ink("coast")),
            bold=bold,
            bold_alpha=bold_alpha,
            mark=mark,
            mark_alpha=mark_alpha,
            water=np.full(256, 0xFF000000 | self.ink("water"), np.uint32),
            water_alpha=np.rint(np.arange(256) / 255 * 256).astype(np.uint32),
            lock=np.uint32(self.ink("territory_core")),
        )
