"""Imports that lost or mixed up something once: names of columns, sums of periods, currencies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from terradesk import planfile
from terradesk.edits.arrivals import preview
from terradesk.importing import read_source
from terradesk.importing.choices import Choices
from terradesk.importing.kinds import kind_of
from terradesk.plan import Plan
from tests.core.importing_files import prepared, table_source
from tests.core.kernel import grid_plan
from tests.core.plan_files import differences

PLAN = grid_plan()
ACCOUNTS, UPDATE, FIGURES, AREAS = map(kind_of, ("accounts", "update", "figures", "areas"))


def as_read_again(plan: Plan, path: Path, incoming: object = None) -> Plan:
    """The plan after a step, read from its file, which holds exactly that."""
    document = planfile.create(path, plan)
    if incoming is not None:
        document.bring(incoming)  # type: ignore[arg-type]
    now = document.plan
    document.close()
    again = planfile.open_document(path)
    assert differences(now, again.plan) == []
    if incoming is not None:
        again.undo()
        again.redo()
        assert differences(now, again.plan) == []
    again.close()
    return now


@pytest.mark.parametrize("name", ["x", "lat", "unit", "batch", "placement", "is_present", "names"])
@pytest.mark.parametrize("kind", [ACCOUNTS, UPDATE, FIGURES], ids=lambda kind: kind.key)
def test_a_column_called_like_one_of_the_table_keeps_its_cells(kind, name, tmp_path) -> None:
    number, row = ("N0", len(PLAN.accounts)) if kind is ACCOUNTS else ("A000", 0)
    table = {"Customer ID": [number], "Customer name": ["Customer 0"], name: ["7"]}
    made = prepared(kind, table_source(table), PLAN, roles={name: "text"})
    now = as_read_again(PLAN, tmp_path / "plan.gpkg", made.incoming)
    assert now.accounts.columns[f"{name} 2"][row] == "7"
    newer = table_source({**table, name: ["9"]})
    made = prepared(FIGURES, newer, now, roles={name: "text"})
    assert made.incoming is not None
    assert preview(now, made.incoming).accounts.columns[f"{name} 2"][row] == "9"


@pytest.mark.parametrize("name", ["codes", "names", "batch", "is_present"])
def test_a_map_with_such_a_column_makes_a_plan(name, tmp_path) -> None:
    features = [
        {"type": "Feature", "properties": {"GEOID": f"0{k}", "NAME": f"A{k}", name: k + 5},
         "geometry": json.loads(shapely.to_geojson(shapely.box(8 + k, 50, 9 + k, 51)))}
        for k in range(3)
    ]  # fmt: skip
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    roles = {"GEOID": "unit_code", "NAME": "name", name: "amount"}
    made = AREAS.prepare(read_source(path), None, Choices(roles=roles))
    assert made.plan is not None
    now = as_read_again(made.plan, tmp_path / "plan.gpkg")
    assert now.units.columns[f"{name} 2"].tolist() == [5, 6, 7]
    assert now.units.names.tolist() == ["A0", "A1", "A2"]
