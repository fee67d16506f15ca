"""Boundary files to shapes and columns."""

from __future__ import annotations

import codecs
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from terradesk import gdal, projection, sniffing
from terradesk.errors import TerraDeskError
from terradesk.gdal import LayerInfo
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.progress import Progress, silent
from terradesk.readers import archives, foreign
from terradesk.readers.maps import archived as map_archives
from terradesk.readers.maps import json_lines, shapefiles, spelling
from terradesk.readers.maps.curves import has_curves
from terradesk.readers.report import (
    MOST_REJECTS,
    ImportReport,
    Issue,
    Reject,
    from_dict,
    issue,
    lines_text,
)

NEEDS_GDAL = True
_TEXTS = (".geojson", ".json", ".topojson", ".geojsonl", ".geojsons", ".ndjson", ".kml", ".gml")
SUFFIXES = (
    *(".shp", ".zip", ".gpkg", *_TEXTS, ".fgb", ".kmz", ".gpx", ".gdb", ".tab", ".mif"),
    *(suffix + ".gz" for suffix in (*_TEXTS, ".gpkg", ".fgb", ".gpx")),
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
    layers : tuple of str
        Names of all layers of the file.
    """

    wkb: np.ndarray
    crs: str
    columns: Mapping[str, np.ndarray]
    report: ImportReport
    layer: str = ""
    layers: tuple[str, ...] = ()

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
    encoding: str | None = None,
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
    encoding : str, optional
        Of the texts, a codec of Python, instead of what the file says or is found.

    Raises
    ------
    TerraDeskError
        The file cannot be read, or is not what its name says.
    """
    found = foreign.call(read_layer, path, progress, is_trusted, layer=layer, encoding=encoding)
    return Boundaries(
        found["wkb"],
        found["crs"],
        found["columns"],
        from_dict(found["report"]),
        found["layer"],
        tuple(found["layers"]),
    )


# ---------------------------------------------------------------------- in the worker
def list_layers(path: str, progress: Progress) -> list[dict[str, Any]]:
    """What `layers` gives, as what JSON holds."""
    with _opened(Path(path)) as source:
        return [asdict(info) for info in source.infos]


def read_layer(
    path: str, layer: str | None, progress: Progress, encoding: str | None = None
) -> dict[str, Any]:
    """What `read_boundaries` gives, as dict."""
    progress(0.0, _("Reading the map"))
    with _opened(Path(path)) as source:
        k = _chosen(source, layer, Path(path).name)
        file, name = source.places[k]
        issues = source.issues[file]
        progress(0.2, _("Reading the map"))
        found = gdal.read(file, name, _encoding(file, encoding, issues))
        system = _system(file, found.crs, issues)
        n = len(found.wkb)
        broken: list[Reject] = []
        if file.suffix.lower() in json_lines.SUFFIXES:
            broken, told = json_lines.left_out(file, n)
            issues += told
        if has_curves(file, name):
            text = _("Borders that are arcs of circles were drawn with short straight lines.")
            issues.append(issue("curves", text, n=1, level="info"))
    issues += _flattened(source.infos[k].geometry_type, n)
    columns = _readable(_in_use(found.columns, file), n, issues)
    issues += _more_layers(source, k) if layer is None else []
    report = ImportReport(
        n + len(broken),
        n,
        rejected=len(broken),
        issues=tuple(issues),
        lines=lines_text(np.arange(1, n + 1)),
        rejects=tuple(broken[:MOST_REJECTS]),
    )
    return {
        "wkb": found.wkb,
        "crs": system,
        "columns": columns,
        "report": asdict(report),
        "layer": source.infos[k].name,
        "layers": [info.name for info in source.infos],
    }


def _more_layers(source: _Source, k: int) -> list[Issue]:
    """That there are other layers with areas: each folder of a KML file is one."""
    worth = [_worth(source, j) for j in range(len(source.infos))]
    others = [info.name for j, info in enumerate(source.infos) if j != k and worth[j] >= _AREAS]
    if not others or worth[k] < _AREAS:
        return []
    text = ngettext(
        "The file has {n} more layer with areas, which was not read: {names}",
        "The file has {n} more layers with areas, which were not read: {names}",
        len(others),
    )
    names = ", ".join(isolate(name) for name in others[:10])
    return [issue("more_layers", text.format(n=number(len(others)), names=names), n=len(others))]


def _encoding(file: Path, chosen: str | None, issues: list[Issue]) -> str | None:
    if chosen:
        try:
            chosen = codecs.lookup(chosen).name
        except LookupError as error:
            raise TerraDeskError(
                _("“{name}” is no encoding that is known.").format(name=isolate(chosen)),
                _("Choose another, such as UTF-8, cp1252 or cp1250."),
            ) from error
    if file.suffix.lower() != ".shp":
        return chosen
    return chosen or shapefiles.encoding(file, issues)


def _system(file: Path, said: str, issues: list[Issue]) -> str:
    """The coordinate system of a layer; what a .prj says that GDAL does not know."""
    place = shapefiles.sibling(file, ".prj") if file.suffix.lower() == ".shp" else None
    if said or place is None or not place.stat().st_size:
        return said
    text = shapefiles.said_system(file)
    if text and projection.is_known(text):
        return text
    told = _("The file “{name}” names no known coordinate system.").format(name=isolate(place.name))
    issues.append(issue("prj_unknown", told, n=1))
    return ""


def _flattened(kind: str, n: int) -> list[Issue]:
    if not {"Z", "M", "ZM", "2.5D", "3D", "Measured"} & set(kind.split()):
        return []
    text = _("The shapes have heights or measures, which a map does not need; they were left out.")
    return [issue("flattened", text, n=n, level="info")]


def _readable(
    columns: Mapping[str, np.ndarray], n: int, issues: list[Issue]
) -> dict[str, np.ndarray]:
    """The columns, spelled right; the number of each row where there is none."""
    out = dict(columns)
    wrong = []
    for name, values in out.items():
        right = spelling.mended(values.tolist()) if values.dtype == object else None
        if right is not None:
            wrong.append(name)
            out[name] = np.array([*right, None], object)[:-1]
    if wrong:
        text = _("Names were spelled like “Ã¥” for “å” and put right, in: {columns}")
        issues.append(issue("mojibake", text.format(columns=", ".join(wrong)), n=1, level="info"))
    if not out and n:
        text = _("The rows have no codes or names; each got the number of its row.")
        issues.append(issue("row_numbers", text, n=n))
        out["row"] = np.array([*(str(k + 1) for k in range(n)), None], object)[:-1]
    return out


_DRAWING = ("tessellate", "extrude", "visibility", "drawOrder")


def _in_use(columns: Mapping[str, np.ndarray], file: Path) -> Mapping[str, np.ndarray]:
    """The columns without those that KML and GPX always have and that say nothing here."""
    if file.suffix.lower() not in (".kml", ".gpx"):
        return columns
    return {name: values for name, values in columns.items() if not _is_idle(name, values)}


def _is_idle(name: str, values: np.ndarray) -> bool:
    if values.dtype == object:
        return not any(values.tolist())
    said = values[np.isfinite(values)]
    return len(said) == 0 or (name in _DRAWING and bool((said <= 0).all()))


@dataclass(frozen=True, slots=True)
class _Source:
    """The layers of a file, where each is, and what opening the file of each took."""

    infos: list[LayerInfo]
    places: list[tuple[Path, str]]
    issues: dict[Path, list[Issue]]


@contextmanager
def _opened(path: Path) -> Iterator[_Source]:
    with tempfile.TemporaryDirectory(prefix="terradesk-") as name:
        source = _Source([], [], {})
        failed: list[tuple[Path, TerraDeskError]] = []
        for file in _files(path, Path(name)):
            try:
                _add(file, Path(name), source)
            except TerraDeskError as error:
                failed.append((file, error))
        if failed and not source.infos:
            raise failed[0][1]
        for file, reason in failed:
            text = _("“{name}” in the archive was left out: {reason}")
            told = text.format(name=isolate(file.name), reason=reason.message)
            for issues in source.issues.values():
                issues.append(issue("part_unread", told, n=1))
        yield replace(source, infos=_told_apart(source.infos))


def _files(path: Path, folder: Path) -> list[Path]:
    """The file itself, or the maps in it."""
    sniffing.check_content(path)
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return [archives.gunzip(path, folder)]
    return map_archives.unpack(path, folder) if suffix in (".zip", ".kmz") else [path]


def _add(file: Path, folder: Path, source: _Source) -> None:
    issues: list[Issue] = []
    ready = _prepared(file, folder, issues)
    try:
        found = gdal.layers(ready)
    except TerraDeskError:  # a .prj that cannot be understood at all
        ready = shapefiles.without_system(ready, folder, issues)
        found = gdal.layers(ready)
    source.issues[ready] = issues
    source.infos.extend(found)
    source.places.extend((ready, info.name) for info in found)


def _told_apart(infos: list[LayerInfo]) -> list[LayerInfo]:
    """Layers of the same name in different files get a number."""
    seen: dict[str, int] = {}
    out = []
    for info in infos:
        seen[info.name] = count = seen.get(info.name, 0) + 1
        out.append(info if count == 1 else replace(info, name=f"{info.name} ({count})"))
    return out


def _chosen(source: _Source, layer: str | None, file: str) -> int:
    infos = source.infos
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
    return max(range(len(infos)), key=lambda k: (_worth(source, k), -k))


_AREAS = 3  # from here on a layer may hold some


def _worth(source: _Source, k: int) -> int:
    """How likely a layer is the one that is meant: areas, points, something, nothing."""
    info = source.infos[k]
    kind = info.geometry_type
    if kind in ("Unknown", "GeometryCollection") and len(source.infos) > 1:
        kind = gdal.first_kind(*source.places[k])
    worth = 4 if "Polygon" in kind else 3 if kind == "Unknown" else 2 if "Point" in kind else 1
    return worth if info.n_rows else 0


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
    if suffix == ".gml" and not path.is_relative_to(folder):
        return _copied(path, folder)
    return shapefiles.whole(path, folder, issues) if suffix == ".shp" else path


def _copied(path: Path, folder: Path) -> Path:
    """A copy, for GDAL writes a file of its own beside a GML file that it reads."""
    for part in (path, shapefiles.sibling(path, ".xsd")):
        if part is not None:
            shutil.copyfile(part, folder / (path.stem + part.suffix.lower()))
    return folder / (path.stem + ".gml")
