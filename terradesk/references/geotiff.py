"""GeoTIFF whose rows lie along its x axis, read in a worker and kept as a pyramid of pixels.

Tags: OGC GeoTIFF 1.1 (19-008r4), sections 7.2 (keys) and B.6 (from pixels to the model).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress, silent
from terradesk.readers import foreign
from terradesk.references.warping import STEP, halved, source_grid
from terradesk.render.view import View
from terradesk.render.warped import warp

__all__ = ["GeoTiff", "read"]

_SIDE = 4096
"""Pictures are kept with no more pixels than this on their longer side."""
_MOST_PIXELS = 300_000_000
_LEAST_SIDE = 256
_USER_DEFINED = 32767
_NODATA_TAG = 42113  # of GDAL

Pixels = NDArray[np.uint32]
Transform = tuple[float, float, float, float]
"""x of the left edge, y of the top edge, width and (signed) height of a pixel."""


@dataclass(frozen=True, eq=False)
class GeoTiff:
    """A picture in memory.

    Parameters
    ----------
    crs : str
    levels : tuple of (pixels, transform)
        The finest first, each half as large as the one before; pixels are 0xAARRGGBB.
    """

    crs: str
    levels: tuple[tuple[Pixels, Transform], ...]

    def draw(self, view: View, crs: str, progress: Progress = silent) -> Pixels:
        """The picture for a view: (view.height, view.width) 0xAARRGGBB."""
        x, y = source_grid(view, crs, self.crs)
        progress(0.5, "")
        pixels, (left, top, wide, high) = self._level(x, y)
        return warp(pixels, (x - left) / wide, (y - top) / high, STEP, view.height, view.width)

    def _level(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Pixels, Transform]:
        """The coarsest level that has a pixel for each pixel of the view."""
        steps = np.hypot(np.diff(x, axis=1), np.diff(y, axis=1)) / STEP
        steps = steps[np.isfinite(steps)]
        per_px = float(np.median(steps)) if len(steps) else 0.0
        fits = [one for one in self.levels if one[1][2] <= 1.25 * per_px]
        return fits[-1] if fits else self.levels[0]


def read(path: str | Path, progress: Progress = silent) -> GeoTiff:
    """Read a GeoTIFF.

    Raises
    ------
    TerraDeskError
        It is turned or skewed, does not say where it lies, is too large, or holds no picture.
    """
    found = foreign.call(read_pixels, path, progress)
    levels = [(found["pixels"], _transform_of(found["transform"]))]
    while max(levels[-1][0].shape) > _LEAST_SIDE:
        pixels, (left, top, wide, high) = levels[-1]
        if min(pixels.shape) < 2:
            break
        levels.append((halved(pixels), (left, top, 2 * wide, 2 * high)))
    return GeoTiff(str(found["crs"]), tuple(levels))


def _transform_of(values: Any) -> Transform:
    left, top, wide, high = (float(v) for v in values)
    return left, top, wide, high


# ---------------------------------------------------------------------- in the worker
def read_pixels(path: str, progress: Progress) -> dict[str, Any]:
    """What `read` makes a `GeoTiff` of, as dict.

    Raises
    ------
    TerraDeskError
        The file is no GeoTIFF, does not say where it lies, or is too large.
    """
    import tifffile

    name = Path(path).name
    progress(0.0, _("Reading the picture"))
    try:
        with tifffile.TiffFile(path) as file:
            page = file.pages.first
            tags = dict(page.geotiff_tags or {})
            crs, transform = crs_of(tags, name), transform_of(tags, name)
            full = (int(page.imagelength), int(page.imagewidth))
            pixels = _pixels(file, Path(path))
    except _DAMAGED as error:
        raise _unreadable(name, str(error)) from error
    left, top, wide, high = transform
    share = (full[1] / pixels.shape[1], full[0] / pixels.shape[0])
    return {"pixels": pixels, "crs": crs,
            "transform": [left, top, wide * share[0], high * share[1]]}  # fmt: skip


# What tifffile raises on damaged files, its own error being a ValueError.
_DAMAGED = (ValueError, LookupError, OSError, TypeError, ArithmeticError, struct.error, zlib.error)


def _unreadable(name: str, reason: str) -> TerraDeskError:
    return TerraDeskError(
        _("“{name}” cannot be read as a picture.").format(name=isolate(name)),
        _(
            "Save it again as GeoTIFF with 8 bits per colour, without compression or with "
            "Deflate. The reader says: {reason}"
        ).format(reason=isolate(reason.partition("\n")[0][:200])),
    )


def crs_of(tags: Mapping[str, Any], name: str) -> str:
    """Coordinate system from the geo keys.

    Raises
    ------
    TerraDeskError
        The file does not name a known one.
    """
    for key in ("ProjectedCSTypeGeoKey", "GeographicTypeGeoKey"):
        code = int(tags.get(key, 0) or 0)
        if 1024 <= code < _USER_DEFINED:
            return f"EPSG:{code}"
        if code:
            break  # defined by the user: the geographic system below it is another one
    raise TerraDeskError(
        _("“{name}” does not say its coordinate system.").format(name=isolate(name)),
        _("Save it as GeoTIFF in a coordinate system with an EPSG code, such as EPSG:3857."),
    )


def transform_of(tags: Mapping[str, Any], name: str) -> Transform:
    """Where the pixels lie.

    Raises
    ------
    TerraDeskError
        The file does not say it, or the picture is turned, skewed or without extent.
    """
    matrix, scale = tags.get("ModelTransformation"), tags.get("ModelPixelScale")
    tie = tags.get("ModelTiepoint")
    if matrix is not None:
        m = np.asarray(matrix, np.float64).reshape(4, 4)
        if abs(m[0, 1]) > 1e-9 * abs(m[0, 0]) or abs(m[1, 0]) > 1e-9 * abs(m[1, 1]):
            raise TerraDeskError(
                _("“{name}” is turned or skewed.").format(name=isolate(name)),
                _("Save it again with north up (for example with gdalwarp), then add it."),
            )
        found = (m[0, 3], m[1, 3], m[0, 0], m[1, 1])
    elif scale is not None and tie is not None and np.size(tie) == 6:
        i, j, _k, x, y, _z = np.asarray(tie, np.float64).ravel()
        wide, high = float(scale[0]), -float(scale[1])
        found = (x - i * wide, y - j * high, wide, high)
    else:
        raise TerraDeskError(
            _("“{name}” does not say where it lies.").format(name=isolate(name)),
            _("It needs one corner and the size of a pixel: save it as GeoTIFF in a GIS."),
        )
    left, top, wide, high = (float(v) for v in found)
    if not np.isfinite(found).all() or wide <= 0 or high == 0:
        raise _unreadable(name, _("the size of its pixels makes no sense"))
    if int(tags.get("GTRasterTypeGeoKey", 1) or 1) == 2:  # the place is the middle of the pixel
        left, top = left - wide / 2, top - high / 2
    return left, top, wide, high


def _pixels(file: Any, path: Path) -> Pixels:
    """The picture as 0xAARRGGBB with at most `_SIDE` pixels a side."""
    series = file.series[0]
    levels = [one for one in series.levels if max(one.shape) >= _SIDE] or [series.levels[0]]
    level = levels[-1]
    size = sorted(level.shape)[-2:]
    if int(size[0]) * int(size[1]) > _MOST_PIXELS:
        raise ValueError(_("it has too many pixels; save it smaller, or with overviews"))
    page = file.pages.first
    try:
        bands = _bands_last(level.asarray(), str(level.axes))
    except (ValueError, KeyError, ImportError) as error:  # a compression that tifffile lacks
        bands = _by_pillow(path, error)
        return _packed(_thinned(bands), None, None)
    return _packed(_thinned(bands), _nodata(page), page.colormap)


def _nodata(page: Any) -> float | None:
    """The value that stands for nothing; tifffile gives 0 where it cannot cast it."""
    tag = page.tags.get(_NODATA_TAG)
    try:
        return float(str(tag.value).strip("\0 ")) if tag is not None else None
    except ValueError:
        return None


def _by_pillow(path: Path, error: Exception) -> NDArray[Any]:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with Image.open(path, formats=["TIFF"]) as picture:
            return np.asarray(picture.convert("RGBA"))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError):
        raise ValueError(str(error)) from error


def _bands_last(values: NDArray[Any], axes: str) -> NDArray[Any]:
    """(rows, columns, bands) of a picture, its bands together or apart."""
    if axes in ("YX", "IYX", "SYX", "CYX", "QYX"):
        values = values[None] if axes == "YX" else values
        return np.moveaxis(values[:4], 0, -1)
    if axes in ("YXS", "YXC"):
        return values[:, :, :4]
    raise ValueError(_("its bands are in an order that is not known"))


def _thinned(bands: NDArray[Any]) -> NDArray[Any]:
    step = -(-max(bands.shape[:2]) // _SIDE)
    return bands[::step, ::step]


def _packed(bands: NDArray[Any], nodata: Any, palette: NDArray[Any] | None) -> Pixels:
    """Bands of any kind as 0xAARRGGBB."""
    n = bands.shape[2]
    if palette is not None and n == 1 and bands.dtype == np.uint8:
        colours = np.moveaxis(np.asarray(palette) >> 8, 0, -1).astype(np.uint8)
        shown = colours[bands[:, :, 0]]
        alpha = np.full(bands.shape[:2], 255, np.uint8)
    else:
        colours_of = bands[:, :, : 3 if n >= 3 else 1]
        shown = np.broadcast_to(_bytes(colours_of, nodata), (*bands.shape[:2], 3))
        alpha = np.full(bands.shape[:2], 255, np.uint8)
        if n in (2, 4):
            alpha = _bytes(bands[:, :, n - 1 :], None)[:, :, 0]
    if nodata is not None:
        alpha = np.where((bands == nodata).all(axis=2), 0, alpha)
    if bands.dtype.kind == "f":
        alpha = np.where(np.isfinite(bands).all(axis=2), alpha, 0)
    red, green, blue = (shown[:, :, k].astype(np.uint32) for k in range(3))
    return np.asarray(
        alpha.astype(np.uint32) << np.uint32(24)
        | red << np.uint32(16)
        | green << np.uint32(8)
        | blue,
        np.uint32,
    )


def _bytes(bands: NDArray[Any], nodata: Any) -> NDArray[np.uint8]:
    """Values as 0..255: bytes as they are, others between their 2nd and 98th percentile."""
    if bands.dtype == np.uint8:
        return bands
    if bands.dtype == np.bool_:
        return np.where(bands, 255, 0).astype(np.uint8)
    if bands.dtype.kind not in "iuf":
        raise ValueError(_("its values are no colours"))
    values = bands.astype(np.float32)
    known = np.isfinite(values) if nodata is None else np.isfinite(values) & (bands != nodata)
    if not known.any():
        return np.zeros(bands.shape, np.uint8)
    low, high = np.percentile(values[known], (2, 98))
    share = (np.where(known, values, low) - low) / max(float(high - low), 1e-9)
    return np.rint(255 * share.clip(0, 1)).astype(np.uint8)
