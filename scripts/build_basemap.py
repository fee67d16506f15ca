"""Cut the base map of `resources/` from the full one.

Usage: python scripts/build_basemap.py FULL.gpkg resources/basemap.gpkg

The full file (Natural Earth and GeoNames, sources in resources/README.md) is twice the size the
program may carry. Land, borders and lakes lose what no map of a sales plan can show; countries
shrink to the points where their names stand.
"""

import argparse
import sqlite3
from pathlib import Path

import numpy as np
import pyogrio
import shapely

TOLERANCE = 0.01  # degrees; the source itself is on a grid of about that
PROVINCE_TOLERANCE = 0.02  # the faintest lines of the map
SMALLEST_ISLAND = 1e-4  # square degrees, about 1 km2 at the equator
SMALLEST_LAKE = 0.02
SMALLEST_CITY = 100_000


def read(source: Path, layer: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Geometry and columns of one layer, empty geometry left out."""
    meta, _, wkb, columns = pyogrio.raw.read(source, layer=layer)
    geometry = shapely.from_wkb(wkb)
    kept = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    names = [str(name) for name in meta["fields"]]
    return geometry[kept], {n: c[kept] for n, c in zip(names, columns, strict=True)}


def areas(geometry: np.ndarray, smallest: float) -> np.ndarray:
    """Simplified valid polygons with an area of at least `smallest` square degrees."""
    simple = shapely.make_valid(
        shapely.simplify(geometry, TOLERANCE), method="structure", keep_collapsed=False
    )
    parts = shapely.get_parts(simple)
    return parts[shapely.area(parts) >= smallest]


def lines(geometry: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """Pieces joined end to end, simplified, without those of no length."""
    parts = shapely.get_parts(geometry)
    parts = parts[shapely.length(parts) > 0]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    simple = shapely.simplify(merged, tolerance)
    return simple[shapely.length(simple) > 0]


def name_points(geometry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A point well inside the largest part of each country, and the country's square degrees."""
    points = []
    for country in geometry:
        parts = shapely.get_parts(country)
        largest = parts[np.argmax(shapely.area(parts))]
        points.append(shapely.get_point(shapely.maximum_inscribed_circle(largest, 0.1), 0))
    return np.array(points, dtype=object), shapely.area(geometry)


def write(target: Path, layer: str, geometry: np.ndarray, **columns: np.ndarray) -> None:
    """Append one layer to the base map."""
    kind = shapely.GeometryType(shapely.get_type_id(geometry[0])).name
    pyogrio.raw.write(
        target,
        layer=layer,
        geometry=shapely.to_wkb(geometry),
        field_data=list(columns.values()),
        fields=list(columns),
        geometry_type={"POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon"}[kind],
        crs="EPSG:4326",
        driver="GPKG",
        append=target.exists(),
        layer_options={"SPATIAL_INDEX": "YES"},
    )


def build(source: Path, target: Path) -> None:
    """Write the small base map, replacing the file at `target`."""
    target.unlink(missing_ok=True)
    write(target, "land_10m", areas(read(source, "land_10m")[0], SMALLEST_ISLAND))
    write(target, "lake_10m", areas(read(source, "lake_10m")[0], SMALLEST_LAKE))
    write(target, "river_50m", lines(read(source, "river_50m")[0]))
    write(target, "border0_10m", lines(read(source, "border0_10m")[0]))
    write(target, "border1_10m", lines(read(source, "border1_10m")[0], PROVINCE_TOLERANCE))
    geometry, columns = read(source, "country_50m")
    points, size = name_points(geometry)
    write(target, "country", points, name=columns["name"], size=size)
    geometry, columns = read(source, "city")
    large = columns["population"] >= SMALLEST_CITY
    write(target, "city", geometry[large], **{n: c[large] for n, c in columns.items()})
    settle(target)


def settle(target: Path) -> None:
    """Same bytes from the same source: no dates of today, no free pages."""
    with sqlite3.connect(target) as connection:
        connection.execute("UPDATE gpkg_contents SET last_change = '2026-01-01T00:00:00.000Z'")
    connection.execute("VACUUM")
    connection.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    build(arguments.source, arguments.target)
