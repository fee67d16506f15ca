"""Maps inside zip archives: shapefiles, file geodatabases, KMZ and whatever else is read."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path, PurePosixPath

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.readers import archives

MAPS = (
    *(".shp", ".gpkg", ".geojson", ".json", ".topojson", ".geojsonl", ".geojsons", ".ndjson"),
    *(".kml", ".gml", ".gpx", ".fgb", ".tab", ".mif"),
)
"""Suffixes of files that are maps themselves."""

_PARTS = (
    *(".shx", ".dbf", ".prj", ".cpg"),
    *(".dat", ".map", ".id", ".ind", ".mid"),
    ".xsd",
)
_HEAD = 4096
_MAP_WORDS = (b'"Feature', b'"Topology"', b'"coordinates"', b'"arcs"')
_GDB_PART = re.compile(r"a[0-9a-f]{8}\.\w{1,12}$|gdb$|timestamps$", re.IGNORECASE)


def unpack(path: Path, folder: Path) -> list[Path]:
    """Unpack the maps of an archive, each inner folder into a folder of its own.

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
    archives.check(path, archives.MOST_BYTES)
    places: dict[str, Path] = {}
    found: dict[Path, None] = {}
    has_inner = False
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                has_inner |= entry.filename.lower().endswith((".zip", ".kmz"))
                target = _target(entry, folder, places)
                if target is None:
                    continue
                with archive.open(entry) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
                is_part = target.parent.suffix == ".gdb"
                if is_part or target.suffix in MAPS:
                    found.setdefault(target.parent if is_part else target)
    except archives.DAMAGED as error:
        raise archives.damaged(path) from error
    if not found:
        raise _without_map(path, has_inner)
    return [one for one in found if not _is_spare(one, found)]


def _is_spare(path: Path, found: dict[Path, None]) -> bool:
    """Whether a file only goes with another: the .mif beside a .tab of the same name."""
    return path.suffix == ".mif" and path.with_suffix(".tab") in found


def _without_map(path: Path, has_inner: bool) -> TerraDeskError:
    hint = _("It needs a shapefile (.shp with .shx, .dbf, .prj), a GeoPackage or a GeoJSON file.")
    if has_inner:
        hint = _("It holds another archive: unpack it, then choose what is inside.")
    return TerraDeskError(_("“{name}” holds no map.").format(name=isolate(path.name)), hint)


def _target(entry: zipfile.ZipInfo, folder: Path, places: dict[str, Path]) -> Path | None:
    """Where an entry goes: never where it says, so that it cannot leave the folder."""
    where = PurePosixPath(entry.filename.replace("\\", "/"))
    if entry.is_dir() or is_hidden(entry.filename):
        return None
    is_gdb = _is_gdb_part(where)
    suffix = where.suffix.lower()
    if not is_gdb and suffix not in (*MAPS, *_PARTS):
        return None
    key = str(where.parent)
    if key not in places:
        inner = folder / f"z{len(places)}"
        places[key] = inner / harmless(where.parent.stem, ".gdb") if is_gdb else inner
        places[key].mkdir(parents=True)
    if is_gdb:
        return places[key] / where.name
    return places[key] / harmless(where.stem, suffix)


def is_hidden(place: str) -> bool:
    """Whether an entry is what operating systems leave in archives."""
    where = PurePosixPath(place.replace("\\", "/"))
    return "__MACOSX" in where.parts or where.name.startswith(".")


def is_map(archive: zipfile.ZipFile, place: str) -> bool:
    """Whether an entry is a map or a part of one; JSON is, when it begins like a map."""
    where = PurePosixPath(place.replace("\\", "/"))
    if where.suffix.lower() != ".json":
        return _is_gdb_part(where) or where.suffix.lower() in MAPS
    with archive.open(place) as file:
        head = file.read(_HEAD)
    return any(word in head for word in _MAP_WORDS)


def _is_gdb_part(where: PurePosixPath) -> bool:
    return where.parent.suffix.lower() == ".gdb" and bool(_GDB_PART.match(where.name))


def harmless(stem: str, suffix: str) -> str:
    """A file name that stays in its folder on every system."""
    return (re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", stem)[:100] or "_") + suffix
