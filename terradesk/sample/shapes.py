"""The clean coverage of a built-in map in its own projection, made once and kept in the cache."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
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

_VERSION = 1  # to be raised when cleaning, projecting or building changes


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
    """

    crs: str
    arcs: Arcs
    links: np.ndarray


def read_shapes(built_in: BuiltInMap, units: Units, progress: Progress) -> Shapes:
    """Geometry of a built-in map, from the cache if it is there.

    Parameters
    ----------
    built_in : BuiltInMap
    units : Units
        Of that map, with their source geometry.
    progress : callable
    """
    file = paths.cache_dir() / f"map-{built_in.key}-{digest(built_in)}.npz"
    progress(0.0, _("Opening the map"))
    try:
        return _load(file)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        made = _build(built_in, units, progress)
    _save(file, made)
    return made


def digest(built_in: BuiltInMap) -> str:
    """What the shapes of a map depend on, as 16 hex digits."""
    content = paths.resource(built_in.source).read_bytes()
    return hashlib.sha256(f"{_VERSION} {built_in!r} ".encode() + content).hexdigest()[:16]


def _build(built_in: BuiltInMap, units: Units, progress: Progress) -> Shapes:
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
        return Shapes(str(kept["crs"]), Arcs.from_bytes(kept["arcs"].tobytes()), kept["links"])


def _save(file: Path, made: Shapes) -> None:
    content = io.BytesIO()
    arcs = np.frombuffer(made.arcs.to_bytes(), np.uint8)
    np.savez(content, crs=np.array(made.crs), arcs=arcs, links=made.links)
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
