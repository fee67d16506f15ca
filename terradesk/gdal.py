"""The one door to GDAL: the fence around it, layers in and out.

Files that TerraDesk did not make are read only in a worker that was started with
`fence_environment`; GDAL looks at these variables once, when pyogrio is imported.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate

ALLOWED = (
    "ESRI Shapefile",
    "FlatGeobuf",
    "GML",
    "GPKG",
    "GPX",
    "GeoJSON",
    "GeoJSONSeq",
    "KML",
    "LIBKML",
    "MapInfo File",
    "OpenFileGDB",
    "TopoJSON",
)
"""Drivers that may open a foreign file."""

_OTHERS = """
ADBC AIVector AVCBin AVCE00 AmigoCloud Arrow BAG CAD CSV CSW Carto DGN DXF EDIGEO EEDA ESRIJSON
Elasticsearch FileGDB GDALG GMLAS GPSBabel GTFS GTI GeoRSS HANA HTTP Idrisi JML JSONFG LVBAG
MBTiles MEM MSSQLSpatial MVT MapML MiraMonVector MongoDBv3 MySQL NAS NGW OAPIF OCI ODBC ODS OGCAPI
OGR_GMT OGR_PDS OGR_VRT OSM PCIDSK PDF PDS4 PGDUMP PGeo PLSCENES PMTiles Parquet
PostgreSQL S57 SOSI SQLite SXF Selafin VDV VFK VICAR VRT WAsP WFS XLS XLSX netCDF
"""
SKIPPED = tuple(_OTHERS.split())
"""Every other driver known by name; GDAL ignores the names that a build lacks."""

DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON"}
"""Driver that `write` takes for a suffix."""

_NOWHERE = "http://127.0.0.1:1"  # the only thing that stops a GeoJSON "crs" link


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer of a file.

    Parameters
    ----------
    name : str
    n_rows : int
        -1 when the file does not say.
    geometry_type : str
        As GDAL names it (Polygon, MultiLineString); empty when there are no shapes.
    columns : tuple of str
    """

    name: str
    n_rows: int
    geometry_type: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The rows of a layer.

    Parameters
    ----------
    wkb : ndarray of object, shape (n,)
        Two-dimensional WKB as bytes, or None.
    crs : str
        Authority code or WKT, empty when the file does not say.
    columns : mapping of str to ndarray, shape (n,)
        float64 (NaN = empty) or object (str, empty = "").
    """

    wkb: np.ndarray
    crs: str
    columns: Mapping[str, np.ndarray]


def fence_environment(also_skip: Iterable[str] = ()) -> dict[str, str]:
    """Environment in which GDAL opens only the allowed formats and reaches no network.

    Parameters
    ----------
    also_skip : iterable of str
        Drivers of a newer GDAL, see `unfenced`.
    """
    skip = ",".join([*SKIPPED, *also_skip])
    proxies = {f"{scheme}_proxy": _NOWHERE for scheme in ("http", "https", "ftp", "all")}
    return {
        "OGR_SKIP": skip,
        "GDAL_SKIP": skip,
        "GDAL_HTTP_PROXY": _NOWHERE,
        "GDAL_HTTPS_PROXY": _NOWHERE,
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_HTTP_CONNECTTIMEOUT": "1",
        "GDAL_DRIVER_PATH": "disable",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "GML_DOWNLOAD_SCHEMA": "NO",
        "GML_SKIP_RESOLVE_ELEMS": "ALL",
        "PROJ_NETWORK": "OFF",
        **proxies,
        **{name.upper(): value for name, value in proxies.items()},
        "no_proxy": "",
        "NO_PROXY": "",
    }


def unfenced() -> list[str]:
    """Drivers that could open a file here although they are not allowed: none in the fence."""
    import pyogrio

    return sorted(set(pyogrio.list_drivers()) - set(ALLOWED))


_UNCOUNTED = (".gpx", ".gml")  # every layer that the format knows is there, most without rows


def layers(path: Path) -> list[LayerInfo]:
    """Layers of a file with their columns.

    Raises
    ------
    TerraDeskError
        GDAL cannot read the file.
    """
    import pyogrio

    found = []
    with _reading(path):
        for name, _kind in pyogrio.list_layers(path):
            counts = path.suffix.lower() in _UNCOUNTED
            info = pyogrio.read_info(path, layer=name, force_feature_count=counts)
            columns = tuple(str(c) for c in info["fields"])
            n_rows, kind = int(info["features"]), info["geometry_type"] or ""
            found.append(LayerInfo(str(name), n_rows, str(kind), columns))
    return found


def read(path: Path, layer: str | None = None, encoding: str | None = None) -> Layer:
    """All rows of a layer, the first one unless named.

    Parameters
    ----------
    path : Path
        Checked with `sniffing.check_path` and `sniffing.check_content`.
    layer : str, optional
    encoding : str, optional
        Of the texts of a shapefile, a codec of Python: decoded here, for GDAL knows few of them on
        some systems, and fails on a letter that is cut at the end of a cell.

    Raises
    ------
    TerraDeskError
        GDAL cannot read the file.
    """
    from pyogrio import raw

    is_ours = encoding is not None and path.suffix.lower() == ".shp"
    wanted = _BYTES if is_ours else encoding
    with _reading(path):
        meta, _fids, wkb, values = raw.read(path, layer=layer, encoding=wanted, force_2d=True)
    names = [str(name) for name in meta["fields"]]
    if encoding is not None and is_ours:
        names = [_decoded(name, encoding) for name in names]
        values = [_decoded_column(array, encoding) for array in values]
    n = len(wkb) if wkb is not None else len(values[0]) if values else 0
    names = _unique(names)
    columns = {name: _column(array) for name, array in zip(names, values, strict=True)}
    shapes = np.full(n, None, object) if wkb is None else np.asarray(wkb, object)
    return Layer(shapes, meta["crs"] or "", columns)


_BYTES = "ISO-8859-1"  # every byte is the letter of its number


def _decoded(text: str, encoding: str) -> str:
    if text.isascii():
        return text
    return text.encode("latin-1", "replace").decode(encoding, "replace").rstrip("\ufffd")


def _decoded_column(values: np.ndarray, encoding: str) -> np.ndarray:
    if values.dtype != object:
        return values
    out = np.empty(len(values), object)
    out[:] = [_decoded(v, encoding) if isinstance(v, str) else v for v in values.tolist()]
    return out


def _unique(names: list[str]) -> list[str]:
    """Names of columns; those that are there already get a number."""
    out: dict[str, None] = {}
    for name in names:
        free, k = name, 2
        while free in out:
            free, k = f"{name} ({k})", k + 1
        out[free] = None
    return list(out)


def first_kind(path: Path, layer: str) -> str:
    """Type of the first areas among the first rows of a layer, else of its first shape."""
    import shapely
    from pyogrio import raw

    with _reading(path):
        _meta, _fids, wkb, _values = raw.read(path, layer=layer, columns=[], max_features=50)
    if wkb is None or not len(wkb):
        return ""
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    kinds = [shape.geom_type for shape in shapes.tolist() if shape is not None]
    return next((kind for kind in kinds if "Polygon" in kind), kinds[0] if kinds else "Unknown")


# what GDAL adds for programmers, and folders: a planner's file may have been copied to a folder
# of ours
_ADVICE = re.compile(r"[;.]? *(It might help to|Set SHAPE_RESTORE_SHX).*")
_FOLDERS = re.compile(r"(?:(?<=[\s'\"(])|^)(?:[A-Za-z]:)?[/\\][^\s'\"]*[/\\]")


class _reading:
    """Turns the errors of GDAL into ours and silences its remarks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._quiet = warnings.catch_warnings()

    def __enter__(self) -> None:
        self._quiet.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        from pyogrio.errors import (
            DataLayerError,
            DataSourceError,
            FeatureError,
            FieldError,
            GeometryError,
        )

        self._quiet.__exit__(kind, error, trace)
        known = (DataLayerError, DataSourceError, FieldError, GeometryError, FeatureError)
        if isinstance(error, (*known, UnicodeError, LookupError)):
            told = str(error).partition("\n")[0].replace(f"{self.path.parent}{os.sep}", "")
            said = _FOLDERS.sub("", _ADVICE.sub("", told))
            if isinstance(error, UnicodeError | LookupError):
                said = _("a text in it is in another encoding than such files are")
            raise TerraDeskError(
                _("“{name}” cannot be read.").format(name=isolate(self.path.name)),
                _("It may be damaged or incomplete. The reader says: {reason}").format(
                    reason=isolate(said[:200])
                ),
            ) from error


_EXACT = 2**53  # whole numbers beyond it are ids, and float64 would change them


def _column(values: np.ndarray) -> np.ndarray:
    """A column as float64 or text."""
    kind = values.dtype.kind
    if kind == "f" or (kind in "iub" and (len(values) == 0 or abs(values).max() <= _EXACT)):
        return values.astype(np.float64)
    if kind == "M":
        texts = np.datetime_as_string(values)
        midnight = all(t == "NaT" or t[10:].strip("T0:.") == "" for t in texts)
        cells = ["" if t == "NaT" else t[:10] if midnight else t for t in texts]
    else:
        cells = [_text(value) for value in values.tolist()]
    out = np.empty(len(cells), object)
    out[:] = cells
    return out


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | dict | np.ndarray):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value).replace("\0", "")


def write(
    path: Path,
    wkb: Sequence[bytes | None] | np.ndarray,
    columns: Mapping[str, np.ndarray],
    crs: str,
    geometry_type: str,
    layer: str | None = None,
    append_layer: bool = False,
) -> None:
    """Write one layer; the suffix says the format (see `DRIVERS`).

    Parameters
    ----------
    path : Path
    wkb : (n,) bytes or None
    columns : mapping of str to ndarray, shape (n,)
        float64 (NaN = empty), integers or object (str).
    crs : str
        Authority code or WKT.
    geometry_type : str
        Point, MultiPolygon ...
    layer : str, optional
        The name of the file unless given.
    append_layer : bool
        Keep the other layers of an existing GeoPackage.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from pyogrio import raw
    from pyogrio.errors import DataSourceError

    if path.exists() and not append_layer:
        path.unlink()
    shapes = np.empty(len(wkb), object)
    shapes[:] = list(wkb)
    try:
        raw.write(
            path,
            geometry=shapes,
            field_data=[np.asarray(values) for values in columns.values()],
            fields=list(columns),
            geometry_type=geometry_type,
            crs=crs,
            driver=DRIVERS[path.suffix.lower()],
            layer=layer or path.stem,
            encoding="UTF-8",
        )
    except DataSourceError as error:
        raise OSError(str(error)) from error
