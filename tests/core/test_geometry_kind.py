"""Whether outlines are real or drawn around points, after real ones have come in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from terradesk import planfile
from terradesk.document import Document
from terradesk.importing import Choices
from terradesk.importing.kinds.newer_areas import KIND as NEWER_AREAS
from terradesk.plan import Plan
from tests.core.plan_files import PLAN
from tests.core.vintages import as_file, cell, changed, squares


@pytest.fixture
def made() -> Plan:
    return replace(PLAN, units=replace(PLAN.units, geometry_kind="approximate"))


def newer(plan: Plan, source: object, **options: object):
    return NEWER_AREAS.prepare(source, plan, Choices(options=options)).incoming  # type: ignore[arg-type]


def nudged(plan: Plan):
    """Every square drawn anew: its corner is a little elsewhere."""
    shapes = squares()
    moved = {code: shape.union(shape.buffer(1.0)) for code, shape in shapes.items()}
    return as_file(plan, list(moved.values()), list(moved), plan.units.names.tolist())


def test_real_boundaries_make_the_plan_real_and_undo_takes_it_back(
    made: Plan, tmp_path: Path
) -> None:
    assert made.geometry_kind == "approximate" and made.approximate_units.all()
    path = tmp_path / "plan.gpkg"
    document = planfile.create(path, made)
    step = newer(document.plan, nudged(made))
    assert step is not None
    document.bring(step)
    assert document.plan.geometry_kind == "area"
    assert not document.plan.approximate_units.any()
    document.close()
    again = planfile.open_document(path)
    assert again.plan.geometry_kind == "area", "the file says so too"
    again.undo()
    assert again.plan.geometry_kind == "approximate"
    assert int(again.plan.approximate_units.sum()) == len(made.units)
    again.redo()
    assert again.plan.geometry_kind == "area"
    copy = planfile.save_copy(again, tmp_path / "copy.gpkg")
    again.close()
    with_copy = planfile.open_document(copy, read_only=True)
    assert with_copy.plan.geometry_kind == "area"
    with_copy.close()


def test_areas_that_stay_are_still_drawn_around_points(made: Plan) -> None:
    document = Document(made)
    step = newer(made, changed(made, ["00000", "00001"], {"N": cell(0, 0, 2)}), shapes=False)
    assert step is not None
    document.bring(step)
    plan = document.plan
    assert plan.geometry_kind == "approximate"
    assert plan.units.codes[plan.approximate_units].tolist() == PLAN.units.codes[2:].tolist()


def test_real_plans_and_plans_of_points_stay_what_they_are(made: Plan) -> None:
    assert PLAN.geometry_kind == "area" and not PLAN.approximate_units.any()
    points = replace(PLAN, units=replace(PLAN.units, geometry_kind="point"))
    assert points.geometry_kind == "point"


def test_unchanged_areas_are_drawn_anew_only_in_plans_that_guessed_them(made: Plan) -> None:
    for plan, wanted in ((made, True), (PLAN, False)):
        options = NEWER_AREAS.options(changed(plan, [], {}), plan)
        assert next(one for one in options if one.key == "shapes").default is wanted
