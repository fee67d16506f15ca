"""Compactness, parts and enclosed gaps, against shapely and against walking over a grid."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk import measures
from terradesk import records as rec
from terradesk.arcs import build, from_wkb
from terradesk.edits import Edit, Record, apply
from terradesk.measures.shapes import contiguity_of, polsby_popper
from terradesk.plan import Plan, new_plan
from terradesk.units import Units
from tests.core.kernel import CRS, SIDE, grid, grid_plan

A = 3
SIZE = 6
WATER = -1


def plan_of(polygons: np.ndarray, present: np.ndarray | None = None) -> Plan:
    codes = np.array([f"{i}" for i in range(len(polygons))], object)
    units = Units(codes, codes)
    if present is not None:
        units = replace(units, is_present=present)
    return new_plan(CRS, units, build(polygons))


def on_grid(cells: np.ndarray) -> tuple[Plan, np.ndarray]:
    """A plan of a square grid whose cells of value -1 are missing, and the labels of its units."""
    flat = cells[::-1].ravel()  # the first row of the picture lies in the north
    polygons = grid(cells.shape[1], cells.shape[0])
    return plan_of(polygons, flat != WATER), np.maximum(flat, 0)


def picture(text: str) -> np.ndarray:
    """Cells from a drawing: digits are labels, . is water."""
    lines = text.split()
    return np.array([[WATER if c == "." else int(c) for c in line] for line in lines])


def assigned(plan: Plan, labels: np.ndarray) -> Plan:
    """The plan with a territory for each label from 1 on."""
    names = [f"T{k}" for k in range(1, int(labels.max()) + 1)]
    nodes = [rec.Territory(f"t{k}", plan.next_id + k, A, name=n) for k, n in enumerate(names)]
    made = apply(plan, Edit("", records=tuple(Record("territory", None, t) for t in nodes)))
    ids = np.array([-1, *(t.id for t in nodes)], np.int32)
    return replace(made, assignments={A: ids[labels]})


# ---------------------------------------------------------------------- compactness
def test_a_square_has_polsby_popper_of_a_quarter_pi() -> None:
    plan = plan_of(grid(4, 4))
    whole = polsby_popper(plan, np.ones(16, np.int32), 2)
    assert whole[1] == pytest.approx(math.pi / 4, rel=1e-12)
    assert np.isnan(whole[0])


def test_a_fine_polygon_nears_the_circle() -> None:
    plan = plan_of(np.array([shapely.Point(0, 0).buffer(50_000, quad_segs=64)]))
    assert polsby_popper(plan, np.ones(1, np.int32), 2)[1] == pytest.approx(1, abs=1e-3)


def test_compactness_of_a_territory_counts_lakes_and_leaves_unassigned_out() -> None:
    plan, labels = on_grid(picture("111 1.1 111"))
    view = assigned(plan, labels).alignment(A)
    expected = 4 * math.pi * 8 * SIDE**2 / (16 * SIDE) ** 2
    found = measures.compactness(view)
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(expected)


@given(st.lists(st.integers(0, 3), min_size=SIZE**2, max_size=SIZE**2))
def test_compactness_agrees_with_shapely(labels: list[int]) -> None:
    own = np.array(labels)
    found = polsby_popper(WHOLE, own, 4)
    for label in range(4):
        shape = shapely.union_all(SQUARES[own == label])
        if shape.is_empty:
            assert np.isnan(found[label])
        else:
            expected = 4 * math.pi * shape.area / shape.length**2
            assert found[label] == pytest.approx(expected, rel=1e-9)


SQUARES = grid(SIZE, SIZE)
WHOLE = plan_of(SQUARES)


# ---------------------------------------------------------------------- parts
@given(st.lists(st.integers(0, 3), min_size=SIZE**2, max_size=SIZE**2))
def test_parts_are_the_polygons_of_the_dissolved_territory(labels: list[int]) -> None:
    own = np.array(labels)
    found = contiguity_of(WHOLE, own, 4)
    for label in range(4):
        shape = shapely.union_all(SQUARES[own == label])
        parts = shapely.get_parts(shape)
        parts = parts[~shapely.is_empty(parts)]
        assert found.parts[label] == len(parts)
        holder = shapely.STRtree(parts).query(shapely.centroid(SQUARES[own == label]), "within")
        same = {
            (int(a), int(b)) for a, b in zip(found.unit_part[own == label], holder[1], strict=True)
        }
        assert len(same) == len(parts)


def test_corners_do_not_join_and_water_links_do() -> None:
    plan, labels = on_grid(picture("12 21"))
    plan = assigned(plan, labels)
    assert measures.contiguity(plan.alignment(A)).parts.tolist() == [0, 2, 2]
    link = rec.Bridge("b", plan.next_id, unit_a=0, unit_b=3)
    linked = apply(plan, Edit("", records=(Record("bridge", None, link),)))
    assert measures.contiguity(linked.alignment(A)).parts.tolist() == [0, 2, 1]


def test_units_without_geometry_are_no_parts() -> None:
    polygons = shapely.to_wkb(grid(2, 1)).tolist()
    codes = np.array(["a", "b", "c"], object)
    plan = new_plan(CRS, Units(codes, codes), from_wkb([*polygons, None]))
    found = contiguity_of(plan, np.array([1, 1, 1]), 2)
    assert found.parts.tolist() == [0, 1]
    assert found.unit_part.tolist() == [0, 0, -1]


def test_a_plan_without_map_has_no_shapes() -> None:
    view = new_plan(CRS, Units(np.empty(0, object), np.empty(0, object)), None).alignment(A)
    assert measures.contiguity(view).parts.tolist() == [0]
    assert np.isnan(measures.compactness(view)).all()
    assert measures.enclosed(view) == measures.detached(view) == []


def test_detached_lists_all_but_the_largest_part() -> None:
    plan, labels = on_grid(picture("1221 1221 2211"))
    pieces = measures.detached(assigned(plan, labels).alignment(A))
    assert [(p.territory - plan.next_id, p.rows.tolist()) for p in pieces] == [(0, [4, 8])]


# ---------------------------------------------------------------------- gaps
@pytest.mark.parametrize(
    ("text", "holes"),
    [
        ("111 121 111", [1, 0]),
        ("111 101 111", [1]),
        ("111 1.1 111", [0]),  # a lake is no gap
        ("111 121 1.1", [0, 0]),  # open to the sea
        ("1111 12.1 1111", [1, 0]),  # a gap at a lake
        ("11111 12.31 11111", [1, 0, 0]),  # two territories at one lake: one gap
        ("11111 12131 11111", [2, 0, 0]),
        ("11111 12221 12321 12221 11111", [1, 1, 0]),  # one in another
        ("11111 1...1 1.2.1 1...1 11111", [1, 0]),  # an island in a lake
        ("11111 12221 12.21 12221 11111", [1, 0]),
        ("1111 1221 1121 1111", [1, 0]),
        ("111.. 121.. 111.. ..... ....2", [1, 0]),
        ("1133 1.23 1133", [0, 0, 0]),  # a lake that two territories share, and 2 at it
        ("1113 1.23 1113", [0, 0, 0]),
    ],
)
def test_gaps(text: str, holes: list[int]) -> None:
    plan, labels = on_grid(picture(text))
    assert contiguity_of(plan, labels, len(holes) + 1).holes.tolist() == [0, *holes]


def test_an_island_within_a_unit_with_a_lake_does_not_open_it() -> None:
    outer = shapely.box(0, 0, 90_000, 90_000)
    middle = shapely.box(20_000, 20_000, 70_000, 70_000)
    lake = shapely.box(30_000, 30_000, 60_000, 60_000)
    island = shapely.box(40_000, 40_000, 50_000, 50_000)
    units = np.array([outer - middle, shapely.union_all([middle - lake, island])])
    assert contiguity_of(plan_of(units), np.array([1, 2]), 3).holes.tolist() == [0, 1, 0]


def test_enclosed_names_the_units_and_the_territory_around() -> None:
    plan, labels = on_grid(picture("11111 12231 12301 11111"))
    plan = assigned(plan, labels)
    pieces = measures.enclosed(plan.alignment(A))
    assert [(plan.alignment(A).name_of(p.territory), p.rows.tolist()) for p in pieces] == [
        ("T1", [6, 7, 8, 11, 12, 13])
    ]


def walked(cells: np.ndarray, n_labels: int) -> list[int]:
    """Gaps of each label, by walking over the cells; water also goes around corners."""
    sea = np.pad(cells, 1, constant_values=WATER)
    holes = [0]
    for label in range(1, n_labels):
        seen = sea == label
        escaped = flood(sea, seen, (0, 0), label)
        assert (escaped & (sea != label)).any()
        count = 0
        for start in zip(*np.nonzero(~seen), strict=True):
            if not seen[start]:
                region = flood(sea, seen, (int(start[0]), int(start[1])), label)
                count += bool((sea[region] != WATER).any())
        holes.append(count)
    return holes


def flood(sea: np.ndarray, seen: np.ndarray, start: tuple[int, int], label: int) -> np.ndarray:
    region = np.zeros(sea.shape, bool)
    stack = [start]
    seen[start] = True
    while stack:
        y, x = stack.pop()
        region[y, x] = True
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                to = (y + dy, x + dx)
                if not (0 <= to[0] < sea.shape[0] and 0 <= to[1] < sea.shape[1]) or seen[to]:
                    continue
                straight = dy == 0 or dx == 0
                if straight or (sea[y, x] == WATER and sea[to] == WATER):
                    seen[to] = True
                    stack.append(to)
    return region


@given(st.lists(st.sampled_from([WATER, 0, 1, 1, 1, 2, 2, 3]), min_size=SIZE**2, max_size=SIZE**2))
def test_gaps_agree_with_walking(values: list[int]) -> None:
    cells = np.array(values).reshape(SIZE, SIZE)
    plan, labels = on_grid(cells)
    assert contiguity_of(plan, labels, 4).holes.tolist() == walked(cells, 4)


def test_figures_of_a_district_are_those_of_the_whole() -> None:
    plan = grid_plan()
    view = plan.alignment(A)
    ids = [t.id for t in view.leaves]
    region = rec.Territory("region", plan.next_id, A, name="East", level=1)
    moved = [Record("territory", t, replace(t, parent=region.id)) for t in view.leaves[1:]]
    plan = apply(plan, Edit("", records=(Record("territory", None, region), *moved)))
    view = plan.alignment(A)
    by_key = {f.key: measures.by_node(view, f, [ids[0], region.id]) for f in measures.figures(plan)}
    assert by_key["n_units"].tolist() == [8, 16]
    assert by_key["parts"].tolist() == [1, 1]
    assert by_key["compactness"][1] == pytest.approx(math.pi / 4)
    assert by_key["perimeter"].tolist() == [12 * SIDE, 16 * SIDE]
    assert by_key["m-population"].sum() == plan.units.columns["population"].sum()
    assert measures.title(plan, measures.MEASURES[0]) == "Squares"
