"""Any polygons give a plan or an error that says what to do; every row is accounted for."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk import projection
from terradesk.errors import TerraDeskError
from terradesk.importing import Choices, Reading, Source
from terradesk.importing.kinds.areas import KIND as AREAS
from terradesk.readers import Boundaries, ImportReport
from terradesk.readers.maps import grids
from tests.core.made_maps import objects

Point = tuple[float, float]

SMALL = st.integers(-8, 8).map(float)
ODD = st.sampled_from(
    [float("nan"), float("inf"), -float("inf"), 1e300, -1e300, 5e-324, 1e-9, 180.0, -180.0, 90.0,
     179.999, -90.0, 360.0, 361.0, 1e7, 6e6, 5e5, 91.0]
)  # fmt: skip
NUMBERS = {
    "degrees": st.one_of(SMALL, st.floats(-30, 30)),
    "odd": st.one_of(SMALL, ODD),
    "metres": st.floats(4e5, 6e5),
    "any": st.one_of(st.floats(), SMALL, ODD),
}


def ring(points: list[Point], is_closed: bool) -> bytes:
    points = points + points[:1] if is_closed and points else points
    return struct.pack("<I", len(points)) + b"".join(struct.pack("<dd", *p) for p in points)


def polygon(rings: list[bytes]) -> bytes:
    return struct.pack("<BII", 1, 3, len(rings)) + b"".join(rings)


def many(kind: int, parts: list[bytes]) -> bytes:
    return struct.pack("<BII", 1, kind, len(parts)) + b"".join(parts)


def shapes(number: st.SearchStrategy[float]) -> st.SearchStrategy[bytes | None]:
    """WKB of polygons, most of them wrong: the bytes of a file that somebody else wrote."""
    point = st.tuples(number, number)
    rings = st.builds(ring, st.lists(point, max_size=7), st.sampled_from([True, True, True, False]))
    boxes = st.tuples(number, number, st.sampled_from([1.0, 2.0, 0.5, 0.0])).map(
        lambda b: ring([(b[0], b[1]), (b[0] + b[2], b[1]), (b[0] + b[2], b[1] + b[2]),
                        (b[0], b[1] + b[2])], True)
    )  # fmt: skip
    polygons = st.lists(st.one_of(boxes, boxes, rings), max_size=3).map(polygon)
    squares = boxes.map(lambda b: polygon([b]))
    multis = st.lists(polygons, max_size=3).map(lambda p: many(6, p))
    dots = point.map(lambda p: struct.pack("<BIdd", 1, 1, *p))
    collections = st.lists(st.one_of(polygons, dots, multis), max_size=3).map(lambda p: many(7, p))
    rubbish = st.one_of(st.binary(max_size=30), polygons.map(lambda p: p[:-5]))
    return st.one_of(squares, squares, polygons, multis, collections, dots, rubbish, st.none())


@st.composite
def sources(draw: st.DrawFn) -> Source:
    number = NUMBERS[draw(st.sampled_from(sorted(NUMBERS)))]
    wkb = draw(st.lists(shapes(number), min_size=1, max_size=12))
    n = len(wkb)
    repeated = st.lists(st.sampled_from(["A", "B", "C", "", "Å"]), min_size=n, max_size=n)
    figures = st.lists(st.one_of(st.floats(), SMALL), min_size=n, max_size=n)
    table = {
        "code": objects(draw(st.one_of(repeated, st.just([str(k) for k in range(n)])))),
        "region": objects(draw(repeated)),
        "people": np.array(draw(figures), np.float64),
        "rate": np.array(draw(figures), np.float64),
    }
    said = draw(st.sampled_from(["EPSG:4326", "", "EPSG:25832", "EPSG:3857", "nonsense"]))
    found = Boundaries(objects(wkb), said, table, ImportReport(n, n), "soup")
    return Source(Path("soup.gpkg"), Reading(), ("soup",), boundaries=found)


CHOICES = st.builds(
    lambda joins, level, weight, tolerance, crs: Choices(
        options={"joins": joins, "level": level, "weight": weight, "tolerance": tolerance},
        reading=Reading(crs=crs),
    ),
    st.sampled_from([True, True, False]),
    st.sampled_from(["", "", "region"]),
    st.sampled_from(["", "people"]),
    st.sampled_from([0.0, 0.0, 5.0, 1e5]),
    st.sampled_from(["", "", "", "EPSG:4326", "EPSG:25832"]),
)


@pytest.fixture(scope="module", autouse=True)
def _no_search() -> Iterator[None]:
    """Without looking for systems that put the soup on land, which takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grids, "candidates", lambda boxes: [])
        yield


@given(sources(), CHOICES)
def test_soup_gives_a_plan_or_an_error_and_no_row_is_lost(source: Source, choices: Choices) -> None:
    try:
        made = AREAS.prepare(source, None, choices)
    except TerraDeskError as error:
        assert error.message and error.hint
        return
    report, plan = made.report, made.plan
    assert plan is not None and plan.arcs is not None
    assert report.adds_up and report.read == source.n_rows
    assert report.accepted == len(plan.units) == plan.arcs.n_units
    assert len(set(plan.units.codes.tolist())) == len(plan.units)
    for outcome, n in (("rejected", report.rejected), ("grouped", report.grouped)):
        rows = [r for one in report.issues if one.outcome == outcome for r in one.every_row]
        assert sorted(set(rows)) == sorted(rows) and len(rows) == n
    assert np.isfinite(plan.arcs.areas).all() and (plan.arcs.areas >= 0).all()
    polygons = shapely.from_wkb(plan.units.source)
    assert not shapely.is_missing(polygons).any()
    assert all(0 <= unit < len(plan.units) for item in made.items for unit in item.units)


@pytest.mark.parametrize("hole", ["EMPTY", "(5 5, 6 5, 6 6, 5 5), EMPTY"])
def test_parts_and_holes_without_corners_are_dropped(hole: str) -> None:
    text = f"MULTIPOLYGON (((0 0, 9 0, 9 9, 0 9, 0 0), {hole}), EMPTY)"
    [full] = projection.without_empty_parts(np.array([shapely.from_wkt(text)], object))
    assert full.geom_type == "Polygon"
    assert len(full.interiors) == hole.count(", 6 6")
    flat = projection.to_plan(np.array([shapely.from_wkt(text)], object), "EPSG:3857", "EPSG:3857")
    assert shapely.area(flat[0]) == shapely.area(full)
