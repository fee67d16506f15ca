"""The clean coverage of a built-in map in its own projection, made once and kept in the cache."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from terradesk import arcs as arcs_package
from terradesk import paths, projection
from terradesk.arcs import Arcs
from terradesk.i18n import _
from terradesk.progress import Progress
from terradesk.sample.catalogue import BuiltInMap
from terradesk.sample.islands import water_links
from terradesk.sample.layers import SOURCE_CRS, is_outlying
from terradesk.units import Units

_VERSION = 2  # to be raised when cleaning, projecting or building changes


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Geometry of a built-in map.

    Attributes
    ----------
    crs : str
        Equal-area.
    arcs : Arcs
    links : (k, 2) int32
        Unit rows that count as neighbours across water.
    source : (n_units,) object array of WKB, optional
        The same areas in degrees, where no file has them.
    """

    crs: str
    arcs: Arcs
    links: np.ndarray
    source: np.ndarray | None = None


def read_shapes(
    built_in: BuiltInMap, make: Callable[[Progress], Shapes], progress: Progress
) -> Shapes:
    """Geometry of a built-in map, from the cache if it is there.

    Parameters
    ----------
    built_in : BuiltInMap
    make : callable
        Makes it where it is not; its progress is the whole one's.
    progress : callable
    """
    file = paths.cache_dir() / f"map-{built_in.key}-{digest(built_in)}.npz"
    progress(0.0, _("Opening the map"))
    try:
        return _load(file)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        made = make(progress)
    _save(file, made)
    return made


def digest(built_in: BuiltInMap) -> str:
    """What the shapes of a map depend on, as 16 hex digits."""
    made = hashlib.sha256(f"{_VERSION} {built_in!r} ".encode())
    for name in built_in.sources:
        made.update(paths.resource(name).read_bytes())
    return made.hexdigest()[:16]


def match(built_in: BuiltInMap, units: Units, progress: Progress) -> Shapes:
    """Project the source geometry of units and match their borders."""
    assert units.source is not None
    degrees = np.asarray(shapely.from_wkb(units.source), object)
    is_main = np.array([not is_outlying(built_in, code) for code in units.codes])
    progress(0.1, _("Projecting the map"))
    crs = projection.equal_area_crs(*projection.lonlat_extent(degrees[is_main], SOURCE_CRS))
    metres = projection.to_plan(degrees, SOURCE_CRS, crs)
    progress(0.3, _("Matching the borders"))
    polygons = arcs_package.clean(metres).polygons
    progress(0.7, _("Drawing the borders"))
    arcs = arcs_package.build(polygons)
    return Shapes(crs, arcs, water_links(arcs, polygons))


def _load(file: Path) -> Shapes:
    content = io.BytesIO(file.read_bytes())  # np.load leaves a damaged file open
    with np.load(content, allow_pickle=False) as kept:
        arcs = Arcs.from_bytes(kept["arcs"].tobytes())
        source = _unpacked(kept["source"], kept["ends"]) if len(kept["ends"]) else None
        return Shapes(str(kept["crs"]), arcs, kept["links"], source)


def _unpacked(packed: np.ndarray, ends: np.ndarray) -> np.ndarray:
    whole, stops = packed.tobytes(), ends.tolist()
    out = np.empty(len(stops), object)
    out[:] = [whole[a:b] or None for a, b in zip([0, *stops[:-1]], stops, strict=True)]
    return out


def _save(file: Path, made: Shapes) -> None:
    content = io.BytesIO()
    source = [] if made.source is None else [one or b"" for one in made.source]
    np.savez(
        content,
        crs=np.array(made.crs),
        arcs=np.frombuffer(made.arcs.to_bytes(), np.uint8),
        links=made.links,
        source=np.frombuffer(b"".join(source), np.uint8),
        ends=np.cumsum([len(one) for one in source], dtype=np.int64),
    )
    write_whole(file, content.getvalue())


def write_whole(file: Path, content: bytes) -> None:
    """Write a cached file so that nobody sees half of it.

    A full or read-only disk costs time at the next start, nothing else.
    """
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
