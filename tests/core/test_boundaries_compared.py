"""What became of each area between two vintages of boundaries."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk.importing.boundaries.comparing import RELATIONS, Comparison, compare
from terradesk.sample.maps import new_from_map
from tests.core.kernel import grid
from tests.core.vintages import cell


def compared(old: dict[str, shapely.Geometry], new: dict[str, shapely.Geometry]) -> Comparison:
    """Two vintages by code; names are the codes."""
    sides = [
        (np.array(list(side.values()), object), *[np.array(list(side), object)] * 2)
        for side in (old, new)
    ]
    return compare(*sides[0], *sides[1])


def kinds(found: Comparison) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return [(one.kind, one.old, one.new) for one in found.relations]


def test_every_kind_of_change() -> None:
    old = {
        "same": cell(0, 0), "moved": cell(1, 0), "a": cell(0, 1), "b": cell(1, 1),
        "whole": cell(0, 2), "x": cell(0, 3), "y": cell(1, 3), "gone": cell(5, 5),
        "was": cell(1, 2),
    }  # fmt: skip
    new = {
        "same": cell(0, 0), "moved": shapely.box(1e4, 0, 1.8e4, 1e4), "ab": cell(0, 1, 2, 1),
        "w1": shapely.box(0, 2e4, 3e3, 3e4), "w2": shapely.box(3e3, 2e4, 1e4, 3e4),
        "p": shapely.box(0, 3e4, 2e4, 3.5e4), "q": shapely.box(0, 3.5e4, 2e4, 4e4),
        "is": cell(1, 2), "new": cell(7, 7),
    }  # fmt: skip
    found = {(one.kind, one.old): one.new for one in compared(old, new).relations}
    assert found == {
        ("same", (0,)): (0,), ("reshaped", (1,)): (1,), ("merged", (2, 3)): (2,),
        ("split", (4,)): (3, 4), ("changed", (5, 6)): (5, 6), ("gone", (7,)): (),
        ("renamed", (8,)): (7,), ("new", ()): (8,),
    }  # fmt: skip


def test_a_large_area_that_swallows_a_small_one_is_a_merger_though_it_keeps_code_and_shape() -> (
    None
):
    big, small = shapely.box(0, 0, 1e5, 1e5), shapely.box(1e5, 0, 1.02e5, 1e4)
    found = compared({"big": big, "small": small}, {"big": shapely.union(big, small)})
    assert kinds(found) == [("merged", (0, 1), (0,))]
    assert found.partner.tolist() == [0]


def test_a_border_that_moves_between_two_codes_reshapes_both() -> None:
    old = {"a": shapely.box(0, 0, 10, 10), "b": shapely.box(10, 0, 20, 10)}
    new = {"a": shapely.box(0, 0, 13, 10), "b": shapely.box(13, 0, 20, 10)}
    assert kinds(compared(old, new)) == [("reshaped", (0,), (0,)), ("reshaped", (1,), (1,))]


def test_areas_that_swap_their_codes_are_renamed() -> None:
    old = {"a": cell(0, 0), "b": cell(1, 0)}
    found = compared(old, {"b": cell(0, 0), "a": cell(1, 0)})
    assert kinds(found) == [("renamed", (0,), (0,)), ("renamed", (1,), (1,))]
    assert found.partner.tolist() == [-1, -1]


def test_rows_without_a_shape_are_in_no_relation() -> None:
    found = compared({"a": cell(0, 0), "b": None}, {"a": cell(0, 0), "b": None})
    assert kinds(found) == [("same", (0,), (0,))]


@pytest.fixture(scope="module")
def counties() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Polygons, codes and names of the counties."""
    from terradesk.arcs.outlines import polygons

    plan = new_from_map("us_county")
    assert plan.arcs is not None
    return polygons(plan.arcs), plan.units.codes, plan.units.names


def test_a_coarser_drawing_of_all_counties_is_the_same(
    counties: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    shapes, codes, names = counties
    coarse = shapely.coverage_simplify(shapes, 3000.0)
    found = compare(shapes, codes, names, coarse, codes, names)
    counted = Counter(one.kind for one in found.relations)
    assert set(counted) <= {"same", "reshaped"} and counted["same"] > 0.99 * len(codes)
    other = np.array([f"x{code}" for code in codes], object)
    found = compare(shapes, codes, names, coarse, other, names)
    counted = Counter(one.kind for one in found.relations)
    assert counted["renamed"] > 0.97 * len(codes)


@st.composite
def vintages(draw: st.DrawFn) -> tuple[dict[str, shapely.Geometry], ...]:
    """Two partitions of parts of one grid, some codes shared."""
    squares = grid(4, 4)
    sides = []
    for mark in "ab":
        labels = draw(st.lists(st.integers(-1, 6), min_size=16, max_size=16))
        groups: dict[int, list[int]] = {}
        for k, label in enumerate(labels):
            if label >= 0:
                groups.setdefault(label, []).append(k)
        shares_codes = draw(st.sets(st.integers(0, 6)))
        sides.append(
            {
                f"{label}" if label in shares_codes else f"{mark}{label}": shapely.union_all(
                    squares[members]
                )
                for label, members in groups.items()
            }
        )
    return tuple(sides)


@settings(max_examples=60, deadline=None)
@given(vintages())
def test_every_area_is_in_exactly_one_relation(
    sides: tuple[dict[str, shapely.Geometry], ...],
) -> None:
    found = compared(*sides)
    for k, side in enumerate(sides):
        rows = [row for one in found.relations for row in (one.old, one.new)[k]]
        assert sorted(rows) == list(range(len(side)))
    for one in found.relations:
        assert one.kind in RELATIONS
        sizes = len(one.old), len(one.new)
        assert (sizes[1] == 0) == (one.kind == "gone") and (sizes[0] == 0) == (one.kind == "new")
        assert one.kind != "merged" or (sizes[0] > 1 and sizes[1] == 1)
        assert one.kind != "split" or (sizes[0] == 1 and sizes[1] > 1)
        if one.kind in ("same", "renamed", "reshaped"):
            assert sizes == (1, 1)


@settings(max_examples=40, deadline=None)
@given(vintages())
def test_overlaps_add_up_to_the_common_ground(
    sides: tuple[dict[str, shapely.Geometry], ...],
) -> None:
    found = compared(*sides).overlaps
    wholes = [shapely.union_all(list(side.values())) for side in sides]
    assert found.area.sum() == pytest.approx(shapely.intersection(*wholes).area)
    assert (found.old_shares <= 1).all() and (found.new_shares <= 1).all()
