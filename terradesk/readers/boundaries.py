"""Boundary files to shapes and columns."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from terradesk import gdal, sniffing
from terradesk.errors import TerraDeskError
from terradesk.gdal import LayerInfo
from terradesk.i18n import _, isolate
from terradesk.progress import Progress, silent
from terradesk.readers import archives, foreign
from terradesk.readers.report import ImportReport, Issue, from_dict, issue

NEEDS_GDAL = True
SUFFIXES = (
    *(".shp", ".zip", ".gpkg", ".geojson", ".json", ".topojson", ".kml", ".fgb"),
    *(".geojsonl", ".tab", ".mif"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Boundaries:
    """Rows of a boundary file as they are in it.

    Parameters
    ----------
    wkb : ndarray of object, shape (n,)
        Bytes or None.
    crs : str
        Authority code or WKT, empty when the file does not say.
    columns : mapping of str to ndarray, shape (n,)
        float64 (NaN = empty) or object (str).
    report : ImportReport
    layer : str
        Name of the layer that was read.
    """

    wkb: np.ndarray
    crs: str
    columns: Mapping[str, np.ndarray]
    report: ImportReport
    layer: str = ""

    def __len__(self) -> int:
        return len(self.wkb)


def layers(path: str | Path, progress: Progress = silent) -> list[LayerInfo]:
    """Layers of a boundary file, of all files in it when it is a zip archive.

    Raises
    ------
    TerraDeskError
        The file cannot be read.
    """
    found = foreign.call(list_layers, path, progress)
    return [LayerInfo(**{**one, "columns": tuple(one["columns"])}) for one in found]


def read_boundaries(
    path: str | Path,
    layer: str | None = None,
    progress: Progress = silent,
    is_trusted: bool = False,
) -> Boundaries:
    """Read a layer of areas from a shapefile (also zipped), GeoPackage, GeoJSON and the like.

    Parameters
    ----------
    path : str or Path
    layer : str, optional
        Name as `layers` gives it; the first one with areas unless given.
    progress : Progress
    is_trusted : bool
        Made by TerraDesk itself: read in this process.

    Raises
    ------
    TerraDeskError
        The file cannot be read, is not what its name says, or lacks a part.
    """
    found = foreign.call(read_layer, path, progress, is_trusted, layer=layer)
    return Boundaries(
        found["wkb"], found["crs"], found["columns"], from_dict(found["report"]), found["layer"]
    )


# ---------------------------------------------------------------------- in the worker
def list_layers(path: str, progress: Progress) -> list[dict[str, Any]]:
    """What `layers` gives, as what JSON holds."""
    with _opened(Path(path)) as source:
        return [asdict(info) for info in source.infos]


def read_layer(path: str, layer: str | None, progress: Progress) -> dict[str, Any]:
    """What `read_boundaries` gives, as dict."""
    progress(0.0, _("Reading the map"))
    with _opened(Path(path)) as source:
        k = _chosen(source.infos, layer, Path(path).name)
        file, name = source.places[k]
        progress(0.2, _("Reading the map"))
        found = gdal.read(file, name, _encoding(file))
        issues = source.issues
    n = len(found.wkb)
    report = ImportReport(read=n, accepted=n, issues=tuple(issues))
    return {
        "wkb": found.wkb,
        "crs": found.crs,
        "columns": found.columns,
        "report": asdict(report),
        "layer": source.infos[k].name,
    }


@dataclass(frozen=True, slots=True)
class _Source:
    """The layers of a file, where each is, and what opening it took."""

    infos: list[LayerInfo]
    places: list[tuple[Path, str]]
    issues: list[Issue]


@contextmanager
def _opened(path: Path) -> Iterator[_Source]:
    sniffing.check_content(path)
    with tempfile.TemporaryDirectory(prefix="terradesk-") as name:
        folder = Path(name)
        files = [path]
        if path.suffix.lower() == ".zip":
            files = archives.unpack_maps(path, folder)
        source = _Source([], [], [])
        for file in files:
            ready = _prepared(file, folder, source.issues)
            for info in gdal.layers(ready):
                source.infos.append(info)
                source.places.append((ready, info.name))
        yield replace(source, infos=_told_apart(source.infos))


def _told_apart(infos: list[LayerInfo]) -> list[LayerInfo]:
    """Layers of the same name in different files get a number."""
    seen: dict[str, int] = {}
    out = []
    for info in infos:
        seen[info.name] = count = seen.get(info.name, 0) + 1
        out.append(info if count == 1 else replace(info, name=f"{info.name} ({count})"))
    return out


def _chosen(infos: list[LayerInfo], layer: str | None, file: str) -> int:
    if layer is not None:
        for k, info in enumerate(infos):
            if info.name == layer:
                return k
        raise TerraDeskError(
            _("“{file}” has no layer “{layer}”.").format(file=isolate(file), layer=isolate(layer)),
            _("It has: {names}").format(names=", ".join(info.name for info in infos)),
        )
    if not infos:
        raise TerraDeskError(
            _("“{file}” holds no layer.").format(file=isolate(file)),
            _("Choose another file."),
        )
    with_areas = [k for k, info in enumerate(infos) if "Polygon" in info.geometry_type]
    return with_areas[0] if with_areas else 0


def _prepared(path: Path, folder: Path, issues: list[Issue]) -> Path:
    """The file, or a copy of it that GDAL can read safely."""
    sniffing.check_content(path)
    suffix = path.suffix.lower()
    if suffix in (".geojson", ".json", ".topojson"):
        safe, had_link = sniffing.without_crs_link(path, folder)
        if had_link:
            text = _("The file names its coordinate system by a web address, which was not used.")
            issues.append(issue("crs_link", text, n=1))
        return safe
    return _whole_shapefile(path, folder, issues) if suffix == ".shp" else path


def _sibling(path: Path, suffix: str) -> Path | None:
    """The file of the same name with another suffix, in small or capital letters."""
    for spelling in (suffix, suffix.upper(), suffix.capitalize()):
        candidate = path.with_suffix(spelling)
        if candidate.is_file():
            return candidate
    return None


def _whole_shapefile(path: Path, folder: Path, issues: list[Issue]) -> Path:
    """A shapefile with its table and index; a missing index is made, in a copy."""
    if _sibling(path, ".dbf") is None:
        raise TerraDeskError(
            _("“{name}” comes without its table “{table}”, which holds codes and names.").format(
                name=isolate(path.name), table=isolate(path.with_suffix(".dbf").name)
            ),
            _("Put the .shp, .shx, .dbf and .prj files into one folder, or choose a zip of them."),
        )
    if _sibling(path, ".shx") is not None:
        return path
    place = folder / "indexed"
    place.mkdir()
    for suffix in (".shp", ".dbf", ".prj", ".cpg"):
        part = _sibling(path, suffix)
        if part:
            shutil.copyfile(part, place / (path.stem + suffix))
    gdal.restore_shape_index()
    text = _("The file “{name}” was missing; the order of the shapes was restored without it.")
    name = isolate(path.with_suffix(".shx").name)
    issues.append(issue("index_rebuilt", text.format(name=name), n=1, level="info"))
    return place / (path.stem + ".shp")


_UNSAID = (0x00, 0x57)  # code page bytes of a .dbf that say nothing


def _encoding(path: Path) -> str | None:
    """Encoding of the texts of a shapefile that has no .cpg; None where GDAL knows it."""
    if path.suffix.lower() != ".shp" or _sibling(path, ".cpg") is not None:
        return None
    table = _sibling(path, ".dbf")
    data = table.read_bytes() if table else b""
    start = int.from_bytes(data[8:10], "little")
    cells = data[start:]
    if cells.isascii():
        return None
    try:
        cells.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252" if len(data) > 29 and data[29] in _UNSAID else None
    return "UTF-8"
