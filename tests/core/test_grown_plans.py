"""A plan whose areas came and went shows what a plan made anew of the same areas shows."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from terradesk import measures
from terradesk import records as rec
from terradesk.arcs import build
from terradesk.arcs.outlines import polygons
from terradesk.builder.plans import preparing
from terradesk.builder.plans.settings import settings_for
from terradesk.choosing import Situation, choose
from terradesk.document import Document
from terradesk.exporters import export
from terradesk.importing import Choices
from terradesk.importing.kinds.more_areas import KIND as MORE_AREAS
from terradesk.importing.kinds.newer_areas import KIND as NEWER_AREAS
from terradesk.plan import Plan
from terradesk.planning import starting
from terradesk.readers.matching import unit_rows
from terradesk.units import Units
from tests.core.kernel import SIDE
from tests.core.plan_files import PLAN, A
from tests.core.vintages import as_file, cell, changed


def grown() -> Plan:
    """The grid after both kinds of steps, and one of each taken back."""
    document = Document(PLAN)
    halves = {"00010": cell(4, 1).buffer(-2000, join_style="mitre"), "9a": cell(0, 0, 1, 2)}
    source = changed(PLAN, ["00000", "00006", "00010"], halves)
    document.bring(NEWER_AREAS.prepare(source, document.plan, Choices()).incoming)  # type: ignore[arg-type]
    more = as_file(PLAN, np.array([cell(6, 0, 1, 4), cell(8, 0)], object), ["N0", "N1"])
    for _again in range(2):
        document.bring(MORE_AREAS.prepare(more, document.plan, Choices()).incoming)  # type: ignore[arg-type]
        document.undo()
    document.bring(MORE_AREAS.prepare(more, document.plan, Choices()).incoming)  # type: ignore[arg-type]
    return document.plan


def twin_of(plan: Plan) -> tuple[Plan, np.ndarray]:
    """A plan of the present areas only, and their rows in the other."""
    assert plan.arcs is not None
    rows, units = np.flatnonzero(plan.units_present), plan.units
    number = np.full(len(units) + 1, -1, np.int32)
    number[rows] = np.arange(len(rows))
    bridges = {
        key: replace(row, unit_a=int(number[row.unit_a]), unit_b=int(number[row.unit_b]))  # type: ignore[attr-defined,call-arg]
        for key, row in plan.tables["bridge"].items()
    }
    twin = replace(
        plan,
        units=Units(
            units.codes[rows], units.names[rows],
            {name: values[rows] for name, values in units.columns.items()},
            source_crs=units.source_crs,
        ),
        accounts=replace(plan.accounts, unit=number[plan.accounts.unit]),
        coverage=build(polygons(plan.arcs)[rows], plan.arcs.origin),
        coverages=PLAN.coverages,
        hidden=frozenset(),
        tables={**plan.tables, "bridge": bridges},
        assignments={k: labels[rows] for k, labels in plan.assignments.items()},
        _kept={},
    )  # fmt: skip
    return twin, rows


@pytest.fixture(scope="module")
def pair() -> tuple[Plan, Plan, np.ndarray]:
    plan = grown()
    return (plan, *twin_of(plan))


def test_rows_are_appended_and_codes_stay(pair: tuple[Plan, Plan, np.ndarray]) -> None:
    plan, twin, rows = pair
    assert len(plan.units) > len(twin.units) == len(rows)
    assert (plan.units.codes == "00010").sum() == 2
    (link,) = plan.rows(rec.Bridge)
    assert set(plan.units.codes[[link.unit_a, link.unit_b]]) == {"N1", "N0"}


def test_every_figure_is_the_same(pair: tuple[Plan, Plan, np.ndarray]) -> None:
    plan, twin, _rows = pair
    for figure in measures.figures(plan):
        one, other = (measures.by_slot(p.alignment(A), figure) for p in (plan, twin))
        assert np.allclose(one, other, rtol=1e-9, equal_nan=True), figure.key
    for ask in (measures.counts, measures.contiguity, measures.compactness):
        one, other = (ask(p.alignment(A)) for p in (plan, twin))
        for name in getattr(one, "__dataclass_fields__", ("",)):
            sides = [getattr(found, name) if name else found for found in (one, other)]
            if isinstance(sides[0], np.ndarray) and len(sides[0]) == len(sides[1]):
                assert np.allclose(sides[0], sides[1], equal_nan=True), (ask, name)


@pytest.mark.parametrize(
    "text",
    ["00010", "0000*", "00005-00012", "N*", "unassigned", "population > 110", "without accounts",
     "with accounts", "detached", "enclosed", "km2 > 90"],
)  # fmt: skip
def test_the_same_areas_are_chosen(pair: tuple[Plan, Plan, np.ndarray], text: str) -> None:
    plan, twin, rows = pair
    here, there = (choose(text, Situation(p.alignment(A))) for p in (plan, twin))
    assert here.unit_rows.tolist() == rows[there.unit_rows].tolist()
    assert here.missed == there.missed


def test_a_code_that_went_may_begin_others(pair: tuple[Plan, Plan, np.ndarray]) -> None:
    plan, _twin, _rows = pair
    codes = plan.units.codes.copy()
    codes[6], codes[7] = "9", "97"  # the first of them is gone
    plan = replace(plan, units=replace(plan.units, codes=codes))
    found = plan.units.codes[choose("9", Situation(plan.alignment(A))).unit_rows]
    assert found.tolist() == ["97", "9a"]


def test_exports_hold_the_same(pair: tuple[Plan, Plan, np.ndarray], tmp_path: Path) -> None:
    import openpyxl

    plan, twin, _rows = pair
    files = []
    for name, one in (("a", plan), ("b", twin)):
        (tmp_path / name).mkdir()
        export(one, A, tmp_path / name / "plan.csv")
        export(one, A, tmp_path / name / "plan.xlsx")
        files.append(tmp_path / name)
    assert (files[0] / "plan.csv").read_bytes() == (files[1] / "plan.csv").read_bytes()
    with warnings.catch_warnings():  # openpyxl does not know the bars' own extension
        warnings.simplefilter("ignore", UserWarning)
        books = [openpyxl.load_workbook(folder / "plan.xlsx") for folder in files]
    for sheet in books[0].sheetnames:
        if sheet in ("Summary", "About"):
            continue
        one, other = ([list(r) for r in b[sheet].iter_rows(values_only=True)] for b in books)
        assert one == other, sheet


def test_codes_of_files_mean_the_areas_that_are_there(pair: tuple[Plan, Plan, np.ndarray]) -> None:
    plan, _twin, rows = pair
    cells = np.array(["00010", "00006", "9a", "N1", "10"], object)
    found = unit_rows(plan, cells)
    assert found[1] == -1 and np.isin(found[[0, 2, 3]], rows).all()
    made, unknown = starting.from_codes(
        plan, A, np.array(["00010", "9a", "00006"], object), np.array(["X", "X", "Y"], object)
    )
    assert unknown == ["00006"] and made.edit is not None
    touched = {row for c in made.edit.changes for row in c.rows.tolist()}
    assert touched <= set(rows.tolist())


def test_a_build_asks_for_present_areas_only(pair: tuple[Plan, Plan, np.ndarray]) -> None:
    plan, twin, rows = pair
    one, other = (preparing.prepare(p, A, settings_for(p, A)) for p in (plan, twin))
    assert one.rows.tolist() == rows[other.rows].tolist()


def test_an_area_that_stays_is_drawn_where_it_was(pair: tuple[Plan, Plan, np.ndarray]) -> None:
    plan, _twin, rows = pair
    assert plan.arcs is not None and PLAN.arcs is not None
    stay = rows[rows < 24]
    assert plan.arcs.areas[stay] == pytest.approx(SIDE**2)
    assert np.allclose(plan.arcs.centres[stay], PLAN.arcs.centres[stay], atol=1)
