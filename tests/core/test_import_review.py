"""Imports that lost or mixed up something once: names of columns, sums of periods, currencies."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
import shapely

from terradesk import cli, geocode, planfile
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import describe
from terradesk.edits.arrivals import preview
from terradesk.errors import TerraDeskError
from terradesk.i18n import number
from terradesk.importing import read_source
from terradesk.importing.choices import Choices
from terradesk.importing.kinds import kind_of, kinds
from terradesk.measures import money
from terradesk.plan import Plan
from tests.core.importing_files import prepared, table_source
from tests.core.kernel import grid_plan
from tests.core.plan_files import differences
from tests.core.vintages import as_file, cell, changed

PLAN = grid_plan()
ACCOUNTS, UPDATE, FIGURES = map(kind_of, ("accounts", "update", "figures"))
ACTUALS, AREAS, NEWER_AREAS = map(kind_of, ("actuals", "areas", "newer_areas"))
ALIGNMENT, DRAWN, OWNERS = map(kind_of, ("alignment", "drawn", "owners"))


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


def reached(columns: dict[str, list[object]], plan: Plan = PLAN, **choices: object) -> Plan:
    """The plan with figures per period of its first two accounts."""
    source = table_source({"Account number": ["A000", "A001"], **columns})
    made = prepared(ACTUALS, source, plan, **choices)
    assert made.incoming is not None
    return preview(plan, made.incoming)


def first_two(plan: Plan, name: str) -> list[float]:
    return plan.accounts.columns[name][:2].tolist()


MONTHS = {"Sales 2026-01": [1, 2], "Sales 2026-02": [3, 4], "Sales 2026": [4, ""]}


def test_a_year_beside_its_months_is_not_added_to_them() -> None:
    now = reached(MONTHS)
    assert first_two(now, "Sales total") == [4, 6]
    assert first_two(now, "Sales 2026")[0] == 4
    assert first_two(reached(MONTHS, options={"every": "year"}), "Sales 2026") == [4, 6]


def test_a_year_without_months_counts_where_others_have_months() -> None:
    now = reached({"Sales 2026-01": [1, ""], "Sales 2026": [1, 9]}, options={"every": "year"})
    assert first_two(now, "Sales 2026") == [1, 9]


def test_that_a_year_was_not_added_is_told() -> None:
    source = table_source({"Account number": ["A000", "A001"], **MONTHS})
    made = prepared(ACTUALS, source, PLAN, options={"every": "year"})
    assert [(one.kind, one.n) for one in made.report.issues] == [("repeated", 1)]


def test_the_total_of_a_year_grows_with_the_next_file() -> None:
    now = reached({"Sales 2026-Q1": [1, 2], "Sales 2026-Q2": [3, 4]})
    assert first_two(now, "Sales 2026") == [4, 6]
    now = reached({"Sales 2026-Q3": [10, 20]}, now)
    assert first_two(now, "Sales 2026") == [14, 26]
    now = reached({"Sales 2026-Q3": [5, 20], "Sales 2025-Q4": [100, 100]}, now)
    assert first_two(now, "Sales 2026") == [9, 26]
    assert first_two(now, "Sales 2025–2026") == [109, 126]
    now = reached({"Sales 2025-Q4": [50, 100], "Sales 2025-Q3": [1, 1]}, now)
    assert first_two(now, "Sales 2025") == [51, 101]
    assert first_two(now, "Sales 2025–2026") == [60, 127]


def test_a_year_of_another_source_is_no_total_to_grow() -> None:
    now = reached({"Sales 2026": [50, 60]})
    now = reached({"Sales 2026-Q1": [1, 2], "Sales 2026-Q2": [3, 4]}, now)
    assert first_two(now, "Sales 2026") == [50, 60]
    assert first_two(now, "Sales total") == [4, 6]


def test_a_total_holds_only_the_periods_that_are_taken() -> None:
    columns = {"Sales 2026-Q1": [1, 2], "Sales 2026-Q2": [3, 4], "Sales 2026-Q3": [5, 6]}
    now = reached(columns, left_out=frozenset({"column:Sales 2026-Q2"}))
    assert first_two(now, "Sales 2026") == [6, 8]
    assert "Sales 2026-Q2" not in now.accounts.columns


@pytest.mark.parametrize("key", ["areas", "newer_areas", "more_areas"])
def test_a_table_is_refused_as_boundaries_in_words(key) -> None:
    kind = kind_of(key)
    assert kind is not None
    source = table_source({"code": ["1"], "people": ["2"]})
    assert kind.suits(source, PLAN) == 0
    for ask in (kind.options, kind.recognise):
        with pytest.raises(TerraDeskError) as refused:
            ask(source, PLAN)
        assert refused.value.hint


def test_figures_beyond_all_units_are_told() -> None:
    assert number(1e308) == "1E+308" and number(-2.345e17, 2) == "-2.34E+17"
    assert number(999_999_999_999_999) == "999,999,999,999,999"
    now = reached({"Sales 2026": ["1e300", "2e300"]})
    assert first_two(now, "Sales 2026") == [1e300, 2e300]


def test_amounts_of_a_newer_list_in_another_currency_do_not_take_the_place_of_the_plans() -> None:
    columns = {"Customer ID": ["A000", "A001"], "Name": ["Customer 0", "Customer 1"]}
    made = prepared(UPDATE, table_source({**columns, "Sales": ["€100", "€200"]}), PLAN)
    assert made.incoming is not None
    now = preview(PLAN, made.incoming)
    assert first_two(now, "sales") == [10, 20] and first_two(now, "sales (EUR)") == [100, 200]
    assert money.codes(now, "accounts", "sales (EUR)")[0] == "EUR"
    assert "sales (EUR)" in [one.column for one in now.rows(rec.Measure)]
    made = prepared(UPDATE, table_source({**columns, "Sales": ["€7", "€200"]}), now)
    assert made.incoming is not None
    now = preview(now, made.incoming)
    assert first_two(now, "sales") == [10, 20] and first_two(now, "sales (EUR)") == [7, 200]
    made = prepared(UPDATE, table_source({**columns, "Sales": ["$7", "21"]}), now)
    assert made.incoming is not None
    assert first_two(preview(now, made.incoming), "sales") == [7, 21]


def test_the_first_of_two_columns_of_currencies_counts() -> None:
    table = {"id": ["A000"], "Amount": ["5"], "Currency": ["EUR"], "Local currency": ["USD"]}
    roles = [one.role for one in FIGURES.recognise(table_source(table), PLAN)]
    assert roles.count("currency") == 1


def test_an_empty_cell_of_newer_boundaries_leaves_what_the_plan_knows() -> None:
    population = np.full(23, np.nan)
    population[0], population[22] = 7.0, np.nan
    source = changed(
        PLAN, ["00001", "00002"], {"M": cell(1, 0, 2, 1)}, population=population,
        state=np.full(23, "", object),
    )  # fmt: skip
    made = prepared(NEWER_AREAS, source, PLAN)
    assert made.incoming is not None
    units = preview(PLAN, made.incoming).units
    assert units.columns["population"][[0, 3, 24]].tolist() == [7.0, 103.0, 101.0 + 102.0]
    assert units.columns["state"].tolist() == [*PLAN.units.columns["state"].tolist(), "S0"]


def test_more_columns_than_a_file_can_hold_are_refused_before_anything_is_written() -> None:
    table = {f"c{k}": ["x"] for k in range(990)}
    made = prepared(ACCOUNTS, table_source({"Customer ID": ["N1"], **table}), PLAN)
    assert made.incoming is not None
    now = preview(PLAN, made.incoming)
    more = {f"d{k}": ["x"] for k in range(990)}
    made = prepared(ACCOUNTS, table_source({"Customer ID": ["N2"], **more}), now)
    assert made.incoming is not None
    with pytest.raises(TerraDeskError, match="1,982 columns") as refused:
        Document(now).bring(made.incoming)
    assert "not used" in refused.value.hint


def test_postcodes_are_kept_by_the_command_where_no_account_is_placed_anew(tmp_path, capsys):
    path, codes = tmp_path / "plan.gpkg", tmp_path / "codes.csv"
    planfile.create(path, grid_plan()).close()
    codes.write_text(
        "Postcode,Latitude,Longitude,Country\n3011 AA,51.9,4.5,NL\n3011 AB,51.9,4.6,NL\n"
    )
    asked = ["import", str(path), str(codes), "--as", "postcodes"]
    assert cli.main([*asked, "--dry-run"]) == 0 and geocode.tables.table("NL") is None
    capsys.readouterr()
    assert cli.main(asked) == 0
    told = capsys.readouterr().out
    assert "are known now" in told and "Nothing to change" not in told
    kept = geocode.tables.table("NL")
    assert kept is not None and len(kept) == 2


@pytest.mark.parametrize("cell", ["1" * 20_000 + "a", "-" * 20_000 + " x", "x" * 20_000 + "!"])
def test_a_cell_of_many_letters_takes_no_time(cell) -> None:
    source = table_source({"code": [cell, "00001"], "Territory": [cell, "T0"], "Month": [cell, ""]})
    start = time.process_time()
    for kind in kinds():
        kind.suits(source, PLAN)
    prepared(ALIGNMENT, source, PLAN)
    assert time.process_time() - start < 10  # it took minutes


def test_a_split_area_that_is_left_out_stays_where_it_is_though_others_become_unassigned() -> None:
    drawn = as_file(
        PLAN, np.array([cell(0, 0, 2, 4).union(cell(2, 0).buffer(-1000))], object), ["D"]
    )
    options = {"into": "view", "unlisted": "unassign"}
    choices = {"roles": {"NAME": "territory"}, "options": options}
    made = prepared(DRAWN, drawn, PLAN, **choices)
    split = [item for item in made.items if item.group == "split"]
    assert [item.units for item in split] == [(2,)]
    left = prepared(DRAWN, drawn, PLAN, left_out=frozenset({split[0].key}), **choices)
    assert made.incoming is not None and left.incoming is not None
    before, now = PLAN.assignments[3], preview(PLAN, left.incoming).assignments[3]
    assert now[2] == before[2] and (now[3:6] == -1).all()
    assert preview(PLAN, made.incoming).assignments[3][2] == now[0]


def test_one_period_and_one_account_are_told_as_one() -> None:
    figures = table_source({"Account number": ["A000"], "Sales 2026": [1]})
    made = prepared(ACTUALS, figures, PLAN)
    assert made.incoming is not None and made.sentence == "Sales: 2026"
    assert describe(made.incoming.edit) == "Brought figures of 2026 from list.csv"
    other = PLAN.alignment(3).leaves[2].name
    made = prepared(OWNERS, table_source({"Account number": ["A000"], "Owner": [other]}), PLAN)
    assert made.incoming is not None
    assert describe(made.incoming.edit) == "Named 1 account from list.csv"
