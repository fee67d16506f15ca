"""The data of the benchmarks, made from `resources` alone and kept in the program's cache."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shapely

from terradesk import arcs as arcs_package
from terradesk import paths, projection, sample
from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.arcs import Arcs, outlines
from terradesk.document import Document
from terradesk.edits.territories import create, new_territory
from terradesk.plan import Plan, new_plan
from terradesk.render import View
from terradesk.units import Units

WIDTH, HEIGHT = 1600, 1000
VIEWS = ("overview", "mid", "deep")
_PLACES = {"mid": (-76.9, 40.9, 600e3), "deep": (-75.2, 40.0, 40e3)}  # lon, lat, metres across
_OUTSIDE = ("AK", "HI", "PR", "VI", "GU", "AS", "MP", "AE", "AP", "AA", "PW", "FM", "MH")
_VERSION = 1
_HALVINGS, _AMPLITUDE = 4, 0.08  # 16 pieces of each border, as wriggly as real ZIP borders
_N_TERRITORIES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A plan with areas: 3,108 counties, ZIP-like cells or block groups."""

    name: str
    plan: Plan

    @property
    def arcs(self) -> Arcs:
        """Its geometry."""
        assert self.plan.arcs is not None
        return self.plan.arcs

    @property
    def alignment(self) -> int:
        """Id of the alignment to edit."""
        return self.plan.alignment_of(self.plan.scenarios[-1].id)

    def view(self, name: str, size: tuple[int, int] = (WIDTH, HEIGHT)) -> View:
        """The overview, or a part of Pennsylvania."""
        boxes = self.arcs.unit_boxes[self.arcs.unit_boxes[:, 0] <= self.arcs.unit_boxes[:, 2]]
        origin = self.arcs.origin
        if name == "overview":
            low, high = boxes[:, :2].min(0) / 100 + origin, boxes[:, 2:].max(0) / 100 + origin
            return View.fit((*low, *high), size, origin)
        lon, lat, across = _PLACES[name]
        x, y = projection.to_plan(np.array([[lon, lat]]), projection.LONLAT, self.plan.crs)[0]
        scale = size[0] / across
        return View.at(x - across / 2, y + size[1] / scale / 2, scale, size, origin)

    def near(self, x: float, y: float) -> np.ndarray:
        """All units, the nearest to a place in metres first."""
        at = (np.array([x, y]) - self.arcs.origin) * 100
        return np.argsort(((self.arcs.centres - at) ** 2).sum(1)).astype(np.int32)

    def polygons(self) -> np.ndarray:
        """Its areas as shapely polygons in metres."""
        return outlines.polygons(self.arcs)


@contextmanager
def sample_document() -> Iterator[Document]:
    """A fresh copy of the sample plan on disk."""
    document = sample.open_sample()
    try:
        yield document
    finally:
        document.close()


def counties() -> Case:
    """The sample plan."""
    with sample_document() as document:
        return Case("counties", document.plan)


def zips(n_territories: int = _N_TERRITORIES) -> Case:
    """ZIP-like cells in 200 territories, or as many as asked for."""
    base = counties()
    raw, population = zip_polygons(base)
    arcs = Arcs.from_bytes(_cached("zips.arcs", lambda: _clean_arcs(raw)))
    n = arcs.n_units
    units = Units(
        codes=np.array([f"Z{i:05d}" for i in range(n)], object),
        names=np.array([f"Cell {i}" for i in range(n)], object),
        columns={"population": population},
        source=np.array(shapely.to_wkb(raw), object),
        source_crs=base.plan.crs,
    )
    measure = rec.Measure("m-pop", 0, name="Population", source="units", column="population")
    plan = new_plan(
        base.plan.crs, units, arcs, title="ZIP-like", measures=(measure,),
        settings={"balance_measure": "m-pop"},
    )  # fmt: skip
    return Case("zips", _with_territories(plan, arcs, n_territories))


def blocks() -> Case:
    """Some 236,000 areas like block groups in 1,000 territories."""
    base = counties()
    arcs = Arcs.from_bytes(_cached("blocks.arcs", lambda: _make_blocks(base)))
    n = arcs.n_units
    units = Units(
        codes=np.array([f"B{i:06d}" for i in range(n)], object),
        names=np.array([f"Block {i}" for i in range(n)], object),
        columns={},
        source=np.full(n, None, object),
        source_crs=base.plan.crs,
    )
    plan = new_plan(base.plan.crs, units, arcs, title="Block groups")
    return Case("blocks", _with_territories(plan, arcs, 1000))


def with_accounts(plan: Plan, n: int) -> Plan:
    """The plan with accounts around the areas' centres, more where more people live."""
    assert plan.arcs is not None
    random = np.random.default_rng(11)
    people = np.nan_to_num(plan.units.columns["population"]) + 1
    unit = np.sort(random.choice(plan.arcs.n_units, n, p=people / people.sum())).astype(np.int32)
    spread = np.sqrt(plan.arcs.areas[unit])[:, None] * random.normal(0, 0.2, (n, 2))
    xy = plan.arcs.centres[unit] / 100 + np.array(plan.arcs.origin) + spread
    lon, lat = projection.lonlat(xy[:, 0], xy[:, 1], plan.crs)
    accounts = Accounts(
        ids=np.array([f"A{k:07d}" for k in range(n)], object),
        names=np.array([f"Customer {k}" for k in range(n)], object),
        x=xy[:, 0], y=xy[:, 1], lon=lon, lat=lat, unit=unit, placement=np.ones(n, np.uint8),
        columns={"sales": np.round(random.lognormal(6, 1.2, n), 2)},
        batch=np.zeros(n, np.int32), is_present=np.ones(n, bool),
    )  # fmt: skip
    measure = rec.Measure("m-sales", plan.next_id, name="Sales", column="sales", format="money")
    measures = {**plan.tables["measure"], (0, measure.uid): measure}
    tables = {**plan.tables, "measure": measures}
    return replace(plan, accounts=accounts, tables=tables, next_id=plan.next_id + 1)


def _make_blocks(base: Case) -> bytes:
    from bench.blocks import block_arcs

    outline = shapely.coverage_union_all(base.polygons()).simplify(2000)
    shapely.prepare(outline)
    points, people = _zip_points(base.plan.crs)
    inside = shapely.contains_xy(outline, points[:, 0], points[:, 1])
    return block_arcs(points[inside], people[inside], outline).to_bytes()


def _with_territories(plan: Plan, arcs: Arcs, n: int = _N_TERRITORIES) -> Plan:
    from scipy.spatial import cKDTree

    made = [new_territory(plan, 3, f"T{k:03d}", offset=k) for k in range(n)]
    document = Document(plan)
    document.do(create(plan, 3, made))
    seeds = np.random.default_rng(5).choice(arcs.n_units, n, replace=False)
    nearest = cKDTree(arcs.centres[seeds]).query(arcs.centres)[1]
    labels = np.array([t.id for t in made], np.int32)[nearest]
    return replace(document.plan, assignments={3: labels})


# ---------------------------------------------------------------------- ZIP-like cells
def zip_polygons(base: Case) -> tuple[np.ndarray, np.ndarray]:
    """Raw Voronoi cells of the ZIP points within the counties, and the population of each."""
    content = _cached("zips.wkb", lambda: _pack(*_make_cells(base)))
    n = int.from_bytes(content[:8], "little")
    ends = np.frombuffer(content, np.int64, n, 8)
    population = np.frombuffer(content, np.float64, n, 8 + 8 * n)
    blob = content[8 + 16 * n :]
    starts = [0, *ends[:-1].tolist()]
    wkb = [blob[a:b] for a, b in zip(starts, ends.tolist(), strict=True)]
    return np.asarray(shapely.from_wkb(wkb), object), population.copy()


def _pack(polygons: np.ndarray, population: np.ndarray) -> bytes:
    wkb = shapely.to_wkb(polygons).tolist()
    ends = np.cumsum([len(one) for one in wkb], dtype=np.int64)
    head = len(wkb).to_bytes(8, "little") + ends.tobytes()
    return head + population.astype(np.float64).tobytes() + b"".join(wkb)


def _clean_arcs(raw: np.ndarray) -> bytes:
    return arcs_package.build(arcs_package.clean(raw).polygons).to_bytes()


def _cached(name: str, make: object) -> bytes:
    digest = hashlib.sha256(f"{_VERSION} {_HALVINGS} {_AMPLITUDE}".encode()).hexdigest()[:8]
    folder = paths.cache_dir() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{digest}-{name}"
    if not file.exists():
        part = file.with_suffix(".part")
        part.write_bytes(make())  # type: ignore[operator]
        part.replace(file)
    return file.read_bytes()


def _zip_points(crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Places and population of the ZIPs of the lower 48, one for all at the same place."""
    with gzip.open(paths.resource("us_zips.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["lon"] and r["state"] not in _OUTSIDE]
    lonlat = np.array([(float(r["lon"]), float(r["lat"])) for r in rows])
    people = np.array([float(r["population"] or 0) for r in rows])
    xy = projection.to_plan(lonlat, projection.LONLAT, crs)
    fine = np.isfinite(xy).all(1)
    places, owner = np.unique(np.round(xy[fine] / 50) * 50, axis=0, return_inverse=True)
    return places, np.bincount(owner.ravel(), people[fine], len(places))


def _make_cells(base: Case) -> tuple[np.ndarray, np.ndarray]:
    outline = shapely.coverage_union_all(base.polygons()).simplify(200)
    shapely.prepare(outline)
    points, people = _zip_points(base.plan.crs)
    inside = shapely.contains_xy(outline, points[:, 0], points[:, 1])
    points, people = points[inside], people[inside]
    cells = _voronoi(points)
    cut = ~shapely.contains_properly(outline, cells)
    cells[cut] = shapely.intersection(shapely.make_valid(cells[cut]), outline)
    areal = [_areal(cell) for cell in cells.tolist()]
    keep = np.array([not cell.is_empty for cell in areal])
    return np.array(areal, object)[keep], people[keep]


def _areal(cell: shapely.Geometry) -> shapely.Geometry:
    parts = [p for p in shapely.get_parts(cell).tolist() if p.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _voronoi(points: np.ndarray) -> np.ndarray:
    """Cells with wriggly borders; both sides of a border get the same line."""
    from scipy.spatial import Voronoi

    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    far = points.mean(0) + 4e7 * np.column_stack([np.cos(turn), np.sin(turn)])
    made = Voronoi(np.vstack([points, far]))
    lines = _Lines(made.vertices)
    cells = []
    for i in range(len(points)):
        ring = made.regions[made.point_region[i]]
        pieces = [lines.between(a, b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
        cells.append(shapely.Polygon(np.vstack(pieces)))
    return np.array(cells, object)


class _Lines:
    """Wriggly lines between vertices, the same in both directions."""

    def __init__(self, vertices: np.ndarray) -> None:
        self._vertices = vertices
        self._random = np.random.default_rng(1)
        self._made: dict[tuple[int, int], np.ndarray] = {}

    def between(self, a: int, b: int) -> np.ndarray:
        """Line from a to b without its last point."""
        key = (min(a, b), max(a, b))
        if key not in self._made:
            self._made[key] = self._wriggle(self._vertices[list(key)])
        line = self._made[key]
        return line[:-1] if key == (a, b) else line[:0:-1]

    def _wriggle(self, line: np.ndarray) -> np.ndarray:
        if np.hypot(*(line[1] - line[0])) > 1e6:  # towards the far points, clipped later
            return line
        for _ in range(_HALVINGS):
            d = line[1:] - line[:-1]
            aside = np.column_stack([-d[:, 1], d[:, 0]])
            middle = (line[1:] + line[:-1]) / 2
            middle += aside * self._random.normal(0, _AMPLITUDE, (len(d), 1))
            finer = np.empty((len(line) + len(middle), 2))
            finer[0::2], finer[1::2] = line, middle
            line = finer
        return line


@contextmanager
def geopackage(case: Case) -> Iterator[Path]:
    """Areas and their territories as a plain GeoPackage in the plan's CRS, for other programs."""
    import geopandas

    owners = case.plan.alignment(case.alignment).assignment
    frame = geopandas.GeoDataFrame({"terr": owners}, geometry=case.polygons(), crs=case.plan.crs)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{case.name}.gpkg"
        frame.to_file(path, layer="units", driver="GPKG")
        yield path
