"""Small map files for tests of readers, most of them wrong in one way."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import shapely

from terradesk import gdal

SQUARES = shapely.box([10, 11, 10, 11], [50, 50, 51, 51], [11, 12, 11, 12], [51, 51, 52, 52])


def objects(values: Sequence[object]) -> np.ndarray:
    out = np.empty(len(values), object)
    out[:] = list(values)
    return out


def columns(n: int = 4, codes: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    return {
        "code": objects(codes or [f"0{k}1" for k in range(n)]),
        "name": objects([("Åre", "Évry", "Łódź", "Köln")[k % 4] for k in range(n)]),
        "people": 100.0 + np.arange(n),
    }


def write(
    path: Path,
    shapes: np.ndarray = SQUARES,
    values: Mapping[str, np.ndarray] | None = None,
    crs: str = "EPSG:4326",
    geometry_type: str = "Polygon",
) -> Path:
    """A map file of some shapes."""
    table = columns(len(shapes)) if values is None else values
    gdal.write(path, shapely.to_wkb(shapes), table, crs, geometry_type)
    return path


def zipped(source: Path, target: Path, inner: str = "") -> Path:
    """A zip of all files of the same stem, in an inner folder."""
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(source.parent.glob(source.stem + ".*")):
            if part.suffix != ".zip":
                archive.write(part, inner + part.name)
    return target


def geojson(path: Path, **members: object) -> Path:
    """A GeoJSON file of one square, with further members."""
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    feature = {"type": "Feature", "properties": {"code": "01234"}, "geometry": square}
    data = {"type": "FeatureCollection", **members, "features": [feature]}
    path.write_text(json.dumps(data))
    return path
