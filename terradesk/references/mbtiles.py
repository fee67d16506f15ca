"""MBTiles: pictures in tiles of web Mercator, read with sqlite3, decoded with Pillow.

Source: MBTiles specification 1.3 (github.com/mapbox/mbtiles-spec).
"""

from __future__ import annotations

import io
import math
import sqlite3
import threading
import time
from collections import OrderedDict
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress, silent
from terradesk.references.warping import STEP, source_grid
from terradesk.render.view import View
from terradesk.render.warped import warp

__all__ = ["MBTiles"]

WEB_MERCATOR = "EPSG:3857"
_HALF = math.pi * 6378137.0  # metres from the middle of the square to its side
_DEEPEST = 24
_MOST_TILES = 256
_MOST_BYTES, _SIDES = 4 << 20, (64, 1024)
_KEPT = 512
_SECONDS = 10.0
_FORMATS = ("png", "jpg", "jpeg", "")
_MERCATORS = ("", "EPSG:3857", "EPSG:900913", "OSGEO:41001")

Pixels = NDArray[np.uint32]
Tile = tuple[int, int, int]
"""Zoom, column and row from the north west."""


class MBTiles:
    """A file of tiles.

    Parameters
    ----------
    path : Path

    Raises
    ------
    TerraDeskError
        It is no MBTiles file, or its tiles are not PNG or JPEG in web Mercator.

    Attributes
    ----------
    zooms : tuple of int
        Coarsest and finest zoom that has tiles.
    side : int
        Pixels of a tile's side.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept: OrderedDict[Tile, Pixels | None] = OrderedDict()
        self._lock = threading.Lock()  # a drawing that was called off may still be at work
        try:
            with closing(self._open()) as file:
                told = self._told(file)
                self._check(told)
                self.zooms = self._zooms(file)
                self.side = self._side(file)
        except sqlite3.Error as error:
            raise self._unreadable(str(error)) from error

    def _open(self) -> sqlite3.Connection:
        """A connection that writes nothing, runs no foreign code and gives up after a while."""
        uri = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        file = sqlite3.connect(uri, uri=True)
        file.execute("PRAGMA trusted_schema = OFF")
        file.execute("PRAGMA cell_size_check = ON")
        file.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * _MOST_BYTES)
        until = time.monotonic() + _SECONDS
        file.set_progress_handler(lambda: int(time.monotonic() > until), 100_000)
        return file

    def _unreadable(self, reason: str) -> TerraDeskError:
        return TerraDeskError(
            _("“{name}” cannot be read as MBTiles.").format(name=isolate(self.path.name)),
            _("It may be damaged. The reader says: {reason}").format(reason=isolate(reason[:200])),
        )

    @staticmethod
    def _told(file: sqlite3.Connection) -> dict[str, str]:
        rows = file.execute("SELECT name, value FROM metadata LIMIT 200").fetchall()
        return {str(name).lower(): str(value).strip() for name, value in rows}

    def _check(self, told: dict[str, str]) -> None:
        name = isolate(self.path.name)
        if told.get("format", "").lower() not in _FORMATS:
            raise TerraDeskError(
                _("“{name}” holds tiles of another kind than PNG or JPEG.").format(name=name),
                _("Export the map again as MBTiles with pictures in PNG or JPEG."),
            )
        if told.get("crs", told.get("srs", "")).upper() not in _MERCATORS:
            raise TerraDeskError(
                _("The tiles in “{name}” are not in web Mercator.").format(name=name),
                _("Export the map again as MBTiles in web Mercator (EPSG:3857)."),
            )

    def _zooms(self, file: sqlite3.Connection) -> tuple[int, int]:
        low, high = file.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        if not (isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= _DEEPEST):
            raise self._unreadable(_("it holds no tiles"))
        return low, high

    def _side(self, file: sqlite3.Connection) -> int:
        row = file.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? LIMIT 1", (self.zooms[0],)
        ).fetchone()
        tile = _decoded(row[0], 0) if row else None
        if tile is None:
            raise self._unreadable(_("its tiles are not PNG or JPEG pictures"))
        return int(tile.shape[0])

    # ------------------------------------------------------------------ drawing
    def draw(self, view: View, crs: str, progress: Progress = silent) -> Pixels:
        """The picture for a view: (view.height, view.width) 0xAARRGGBB."""
        x, y = source_grid(view, crs, WEB_MERCATOR)
        if not np.isfinite(x).any():
            return np.zeros((view.height, view.width), np.uint32)
        middle = float(np.nanmedian(x))
        x = (x - middle + _HALF) % (2 * _HALF) - _HALF + middle  # no seam at 180 degrees
        zoom, (c0, c1, r0, r1) = self._window(x, y)
        size = 2 * _HALF / 2**zoom
        mosaic = np.zeros(((r1 - r0) * self.side, (c1 - c0) * self.side), np.uint32)
        wanted = [(c, r) for r in range(r0, r1) for c in range(c0, c1)]
        with closing(self._open()) as file:
            for n, (c, r) in enumerate(wanted):
                progress(n / len(wanted), "")
                tile = self._tile(file, (zoom, c % 2**zoom, r))
                if tile is not None:
                    top, left = (r - r0) * self.side, (c - c0) * self.side
                    mosaic[top : top + self.side, left : left + self.side] = tile
        u = ((x + _HALF) / size - c0) * self.side
        v = ((_HALF - y) / size - r0) * self.side
        return warp(mosaic, u, v, STEP, view.height, view.width)

    def _window(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[int, tuple[int, int, int, int]]:
        """Zoom whose pixels are about as large as the view's, and the tiles it takes."""
        steps = np.hypot(np.diff(x, axis=1), np.diff(y, axis=1)) / STEP
        per_px = float(np.nanmedian(steps))
        wanted = math.log2(max(2 * _HALF / (self.side * max(per_px, 1e-6)), 1.0))
        zoom = min(max(round(wanted + 0.2), self.zooms[0]), self.zooms[1])
        sides = [np.nanmin(x), np.nanmax(x), np.nanmin(y), np.nanmax(y)]
        west, east, south, north = (float(v) for v in sides)
        while True:
            size, n = 2 * _HALF / 2**zoom, 2**zoom
            c0, c1 = math.floor((west + _HALF) / size), math.floor((east + _HALF) / size) + 1
            r0, r1 = math.floor((_HALF - north) / size), math.floor((_HALF - south) / size) + 1
            r0, r1 = min(max(r0, 0), n - 1), min(max(r1, 1), n)
            if (c1 - c0) * (r1 - r0) <= _MOST_TILES or zoom == 0:
                return zoom, (c0, min(c1, c0 + 2 * n), r0, r1)
            zoom -= 1

    def _tile(self, file: sqlite3.Connection, tile: Tile) -> Pixels | None:
        with self._lock:
            if tile in self._kept:
                self._kept.move_to_end(tile)
                return self._kept[tile]
        zoom, column, row = tile
        found = file.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (zoom, column, 2**zoom - 1 - row),
        ).fetchone()
        pixels = _decoded(found[0], self.side) if found else None
        with self._lock:
            self._kept[tile] = pixels
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return pixels


def _decoded(data: object, side: int) -> Pixels | None:
    """Pixels of a tile; None when it is no picture, too large, or not a square.

    Parameters
    ----------
    data : object
        What the file holds.
    side : int
        Tiles of another size are scaled to it; 0 leaves them.
    """
    from PIL import Image, UnidentifiedImageError

    if not isinstance(data, bytes) or len(data) > _MOST_BYTES:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            wide, high = picture.size
            if wide != high or not _SIDES[0] <= wide <= _SIDES[1]:
                return None
            whole = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    if side and side != wide:
        whole = whole.resize((side, side))
    red, green, blue, alpha = np.moveaxis(np.asarray(whole).astype(np.uint32), -1, 0)
    shifts = np.uint32(24), np.uint32(16), np.uint32(8)
    return np.asarray(alpha << shifts[0] | red << shifts[1] | green << shifts[2] | blue, np.uint32)
