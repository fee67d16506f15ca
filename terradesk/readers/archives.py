"""Zip archives, checked before anything is unpacked."""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate

MOST_BYTES = 2 << 30  # unpacked, of boundary files
MOST_BYTES_WORKBOOK = 1 << 30
MOST_ENTRIES = 2000
MOST_RATIO = 200  # deflate reaches 1,000; tables and shapes stay below 30
_SMALL = 50 << 20  # whatever its ratio, this much is harmless

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".gpkg", ".geojson", ".json", ".topojson", ".kml")
MAPS = (".shp", ".gpkg", ".geojson", ".json", ".topojson", ".kml")


def check(path: Path, most_bytes: int) -> None:
    """Refuse an archive that is damaged, encrypted or a bomb, by its directory alone.

    Raises
    ------
    TerraDeskError
    """
    name = isolate(path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(path) from error
    size = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    is_bomb = size > _SMALL and size > MOST_RATIO * packed
    if size > most_bytes or is_bomb or len(entries) > MOST_ENTRIES:
        raise _unsafe(path, size)
    if any(entry.flag_bits & 1 for entry in entries):
        raise TerraDeskError(
            _("“{name}” is protected with a password.").format(name=name),
            _("Remove the protection, then choose the file again."),
        )


def gunzip(path: Path, folder: Path) -> Path:
    """Unpack a .gz file, up to a bound.

    Raises
    ------
    TerraDeskError
        It is damaged, or too large.
    """
    target = folder / path.with_suffix("").name
    most = max(_SMALL, min(MOST_BYTES, MOST_RATIO * path.stat().st_size))
    try:
        with gzip.open(path) as source, target.open("wb") as sink:
            while block := source.read(1 << 20):
                sink.write(block)
                if sink.tell() > most:
                    raise _unsafe(path, sink.tell())
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path) from error
    return target


def _unsafe(path: Path, size: int) -> TerraDeskError:
    return TerraDeskError(
        _("“{name}” would unpack to {size} MB, which is not safe to open.").format(
            name=isolate(path.name), size=f"{size / 1e6:,.0f}"
        ),
        _("If you trust the file, unpack it yourself and choose what is inside."),
    )


def _damaged(path: Path) -> TerraDeskError:
    return TerraDeskError(
        _("“{name}” is damaged and cannot be unpacked.").format(name=isolate(path.name)),
        _("Copy or download the file again."),
    )


def unpack_maps(path: Path, folder: Path) -> list[Path]:
    """Unpack the boundary files of an archive, each inner folder into a folder of its own.

    Parameters
    ----------
    path : Path
    folder : Path
        Empty.

    Returns
    -------
    list of Path
        The maps, ordered by their place in the archive.

    Raises
    ------
    TerraDeskError
        There is none, or the archive is not safe.
    """
    check(path, MOST_BYTES)
    places: dict[str, Path] = {}
    found: list[Path] = []
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                target = _target(entry.filename, folder, places)
                if target is None:
                    continue
                with archive.open(entry) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
                if target.suffix in MAPS:
                    found.append(target)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(path) from error
    if not found:
        raise TerraDeskError(
            _("“{name}” holds no map.").format(name=isolate(path.name)),
            _("It needs a shapefile (.shp with .shx, .dbf, .prj), a GeoPackage or a GeoJSON file."),
        )
    return found


def _target(inner: str, folder: Path, places: dict[str, Path]) -> Path | None:
    """Where an entry goes: never where it says, so that it cannot leave the folder."""
    where = PurePosixPath(inner.replace("\\", "/"))
    suffix = where.suffix.lower()
    if suffix not in PARTS or "__MACOSX" in where.parts or where.name.startswith("."):
        return None
    key = str(where.parent)
    if key not in places:
        places[key] = folder / f"z{len(places)}"
        places[key].mkdir()
    stem = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", where.stem)[:100] or "_"
    return places[key] / (stem + suffix)
