"""A newer customer list: the difference, and the step that takes it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import planfile, projection, sample
from terradesk import records as rec
from terradesk.accounts import PLACEMENTS
from terradesk.document import Document
from terradesk.edits import assign, name_accounts
from terradesk.errors import TerraDeskError
from terradesk.importing import Choices, Prepared, Source
from terradesk.importing.kinds import kind_of
from terradesk.importing.kinds.accounts import KIND as ACCOUNTS
from terradesk.importing.kinds.update import KIND
from terradesk.plan import Plan
from tests.core.importing_files import A, account_list, prepared, table_source, written
from tests.core.kernel import CRS, SIDE, done, grid_plan
from tests.core.plan_files import differences

List = dict[str, list[Any]]


def located(plan: Plan) -> Plan:
    """The plan with true longitudes and latitudes of its accounts."""
    accounts = plan.accounts
    lon, lat = projection.lonlat(accounts.x, accounts.y, CRS)
    return replace(plan, accounts=replace(accounts, lon=lon, lat=lat))


PLAN = located(grid_plan())


def source(columns: List) -> Source:
    return table_source(columns)


def newer() -> List:
    return account_list(PLAN)


def put(columns: List, row: int, **cells: Any) -> None:
    for name, value in cells.items():
        columns[name.replace("_", " ")][row] = value


def appended(columns: List, **cells: Any) -> None:
    for name, values in columns.items():
        values.append(cells.get(name.replace(" ", "_"), ""))


def without(columns: List, row: int) -> None:
    for values in columns.values():
        del values[row]


def n_of(found: Prepared) -> dict[str, int]:
    return {count.key: count.n for count in found.counts}


def at(x: float, y: float) -> dict[str, str]:
    lon, lat = projection.lonlat([x], [y], CRS)
    return {"Longitude": repr(float(lon[0])), "Latitude": repr(float(lat[0]))}


def brought(plan: Plan, found: Prepared) -> Plan:
    document = Document(plan)
    assert found.incoming is not None
    document.bring(found.incoming)
    return document.plan


def test_the_kind_is_known_and_the_likeliest_for_the_same_list() -> None:
    assert kind_of("update") is KIND
    assert KIND.suits(source(newer()), PLAN) > 0.9
    other = {"Account number": ["Z1", "Z2"], "Account name": ["Q", "R"], "sales": ["1", "2"]}
    assert KIND.suits(source(other), PLAN) < 0.2
    assert KIND.suits(source(newer()), None) == 0


def test_the_same_list_changes_nothing() -> None:
    found = prepared(KIND, source(newer()), PLAN)
    assert found.incoming is None and not found.items
    assert n_of(found)["same"] == 12
    assert found.sentence == "The plan has all of this already."


def test_what_is_new_changed_moved_and_gone_is_shown_before_and_taken_at_once() -> None:
    columns = newer()
    put(columns, 0, sales="11.5", owner="Rep 9")
    put(columns, 1, **at(0.5 * SIDE, 0.5 * SIDE), sales="21")
    appended(columns, Account_number="B1", Account_name="Brand new", sales="7", **at(1e4, 1e4))
    without(columns, 5)
    found = prepared(KIND, source(columns), PLAN)
    by_group = {item.group: item for item in found.items}
    assert set(by_group) == {"changed", "moved", "added", "gone"}
    assert by_group["changed"].before == "sales 10; owner \u2068Rep 0\u2069"
    assert by_group["changed"].after == "sales 11.50; owner \u2068Rep 9\u2069"
    assert by_group["moved"].before == "\u2068Square 2\u2069 (\u2068T1\u2069); sales 20"
    assert by_group["moved"].after == "\u2068Square 0\u2069 (\u2068T0\u2069); sales 21"
    assert "Brand new" in by_group["added"].title and by_group["added"].rows == (11,)
    assert by_group["gone"].title.startswith("A005") and not by_group["gone"].is_on
    after = brought(PLAN, found)
    assert after.accounts.columns["sales"][[0, 1, 12]].tolist() == [11.5, 21.0, 7.0]
    assert after.accounts.unit[1] == 0 and after.accounts_present.sum() == 13
    assert after.accounts_present[5]


def test_gone_accounts_are_removed_only_when_asked_and_come_back_in_their_row() -> None:
    columns = newer()
    without(columns, 5)
    without(columns, 2)
    found = prepared(
        KIND, source(columns), PLAN, options={"gone": "remove"}, left_out=frozenset({"account:2"})
    )
    assert [item.is_on for item in found.items] == [False, True]
    after = brought(PLAN, found)
    assert np.flatnonzero(~after.accounts_present).tolist() == [5]
    again = prepared(KIND, source(newer()), after)
    assert [(item.group, item.key) for item in again.items] == [("back", "account:5")]
    assert brought(after, again).accounts_present.all()
    assert len(brought(after, again).accounts) == 12


def test_an_account_that_moves_takes_the_territory_of_its_area_unless_it_is_named() -> None:
    t2 = PLAN.alignment(A).leaves[2].id
    plan = done(PLAN, name_accounts(PLAN, A, np.array([3]), t2))
    columns = newer()
    for row in (1, 3):
        put(columns, row, **at(0.5 * SIDE, 0.5 * SIDE))
    found = prepared(KIND, source(columns), plan)
    after = brought(plan, found).alignment(A)
    assert after.name_of(int(after.account_territories[1])) == "T0"
    assert after.account_territories[3] == t2
    assert found.after is not None
    assert found.after(after.plan) == "1 account changes its territory: $20 of Sales moves."


def test_a_place_set_by_hand_stays_unless_asked() -> None:
    accounts = PLAN.accounts
    placement = accounts.placement.copy()
    placement[1] = PLACEMENTS.index("by_hand")
    plan = replace(PLAN, accounts=replace(accounts, placement=placement))
    columns = newer()
    put(columns, 1, **at(0.5 * SIDE, 0.5 * SIDE))
    found = prepared(KIND, source(columns), plan)
    assert found.incoming is None and n_of(found)["by_hand"] == 1
    taken = prepared(KIND, source(columns), plan, options={"keep_places": False})
    assert brought(plan, taken).accounts.unit[1] == 0


def test_empty_cells_say_nothing_unless_asked() -> None:
    columns = newer()
    put(columns, 0, sales="", owner="")
    assert prepared(KIND, source(columns), PLAN).incoming is None
    after = brought(PLAN, prepared(KIND, source(columns), PLAN, options={"empty": True}))
    assert np.isnan(after.accounts.columns["sales"][0])
    assert after.accounts.columns["owner"][0] == ""


def test_a_difference_that_is_left_out_is_not_taken_and_told_in_the_report() -> None:
    columns = newer()
    put(columns, 0, sales="11")
    appended(columns, Account_number="B1", Account_name="New", **at(1e4, 1e4))
    out = frozenset({"account:0", "new:B1"})
    found = prepared(KIND, source(columns), PLAN, left_out=out)
    assert found.incoming is None
    assert found.report.rejected == 2 and found.report.accepted == 11
    (told,) = [one for one in found.report.issues if one.kind == "left_out"]
    assert told.every_row.tolist() == [0, 12]


def test_a_new_column_comes_with_its_measure_and_goes_with_undo() -> None:
    columns = newer()
    columns["Visits"] = [str(k) for k in range(12)]
    found = prepared(KIND, source(columns), PLAN)
    document = Document(PLAN)
    assert found.incoming is not None
    document.bring(found.incoming)
    assert document.plan.accounts.columns["Visits"].tolist() == list(range(12))
    assert "Visits" in [row.column for row in document.plan.rows(rec.Measure)]
    document.undo()
    assert np.isnan(document.plan.accounts.columns["Visits"]).all()
    assert "Visits" not in [row.column for row in document.plan.rows(rec.Measure)]


def test_an_unused_column_is_not_compared() -> None:
    columns = newer()
    put(columns, 0, sales="11")
    assert prepared(KIND, source(columns), PLAN, roles={"sales": "unused"}).incoming is None


def test_numbers_that_a_spreadsheet_has_shortened_are_the_same() -> None:
    ids = np.array([f"{k:04d}" for k in range(12)], object)
    plan = replace(PLAN, accounts=replace(PLAN.accounts, ids=ids))
    columns = account_list(plan)
    columns["Account number"] = [str(k) if k else "0" for k in range(12)]
    found = prepared(KIND, source(columns), plan)
    assert found.incoming is None and n_of(found)["same"] == 12


def test_without_numbers_accounts_are_the_same_by_name_and_place() -> None:
    columns = newer()
    del columns["Account number"]
    columns["Account name"] = [name.upper() for name in columns["Account name"]]
    put(columns, 4, sales="99")
    found = prepared(KIND, source(columns), PLAN)
    assert n_of(found)["added"] == n_of(found)["gone"] == 0
    after = brought(PLAN, found)
    assert after.accounts.columns["sales"][4] == 99


def test_accounts_that_are_called_nearly_the_same_are_asked_for() -> None:
    names = PLAN.accounts.names.copy()
    names[:3] = ["Northwind Traders Ltd", "Blue Harbor Clinic", "Acme Tooling"]
    plan = replace(PLAN, accounts=replace(PLAN.accounts, names=names))
    columns = account_list(plan)
    del columns["Account number"], columns["owner"]
    columns["Account name"][:2] = ["Northwind Traders Limited", "Blue Harbour Clinic"]
    found = prepared(KIND, source(columns), plan)
    asked = {item.title.strip("\u2068\u2069"): item for item in found.items if item.candidates}
    assert set(asked) <= {"Northwind Traders Limited", "Blue Harbour Clinic"}
    item = asked["Blue Harbour Clinic"]
    assert item.candidates[0][0] == "1"
    same = prepared(KIND, source(columns), plan, picked={item.key: "1"})
    after = brought(plan, same)
    assert after.accounts.names[1] == "Blue Harbour Clinic"
    new = prepared(KIND, source(columns), plan, left_out=frozenset({item.key}))
    assert n_of(new)["added"] == n_of(same)["added"] + 1
    assert n_of(new)["gone"] == n_of(same)["gone"] + 1


def test_order_lines_are_joined_before_they_are_compared() -> None:
    columns = newer()
    appended(columns, **{**{k.replace(" ", "_"): v[0] for k, v in columns.items()}, "sales": "5"})
    found = prepared(KIND, source(columns), PLAN)
    (item,) = found.items
    assert item.rows == (0, 12) and found.report.grouped == 1
    assert brought(PLAN, found).accounts.columns["sales"][0] == 15


def test_a_cell_that_is_no_number_leaves_the_plan_as_it_is() -> None:
    columns = newer()
    columns["sales"] = ["much", *columns["sales"][1:]]
    found = prepared(KIND, source(columns), PLAN, roles={"sales": "amount"})
    assert found.incoming is None
    assert any(one.kind == "not_a_number" for one in found.report.issues)


def test_a_plan_without_accounts_is_told_what_to_do() -> None:
    bare = replace(PLAN, accounts=replace(PLAN.accounts, is_present=np.zeros(12, bool)))
    with pytest.raises(TerraDeskError, match="no accounts"):
        prepared(KIND, source(newer()), bare)


def test_an_update_of_a_plan_file_is_there_after_opening_it_again(tmp_path: Path) -> None:
    columns = newer()
    put(columns, 0, sales="11", Account_name="Other name")
    put(columns, 1, **at(0.5 * SIDE, 0.5 * SIDE))
    appended(columns, Account_number="B1", Account_name="New", **at(1e4, 1e4))
    without(columns, 7)
    path = written(tmp_path / "list.csv", list(columns), zip(*columns.values(), strict=True))
    document = planfile.create(tmp_path / "Plan.gpkg", PLAN)
    before = document.plan
    found = prepared(KIND, path, before, options={"gone": "remove"})
    assert found.incoming is not None
    document.bring(found.incoming)
    after = document.plan
    document.close()
    again = planfile.open_document(tmp_path / "Plan.gpkg")
    assert not differences(again.plan, after)
    again.undo()
    assert again.plan.accounts.names[0] == "Customer 0"
    assert again.plan.accounts_present.sum() == 12
    assert np.array_equal(again.plan.accounts.unit[:12], before.accounts.unit)
    again.close()
    assert planfile.check(tmp_path / "Plan.gpkg") == ()


def test_locks_and_assignments_are_left_alone() -> None:
    t1 = PLAN.alignment(A).leaves[1].id
    plan = done(PLAN, assign(PLAN, A, np.array([0]), t1))
    columns = newer()
    put(columns, 1, **at(0.5 * SIDE, 0.5 * SIDE))
    after = brought(plan, prepared(KIND, source(columns), plan))
    assert np.array_equal(after.assignments[A], plan.assignments[A])
    assert after.alignment(A).account_territories[1] == t1


def test_places_that_are_not_sure_are_asked_for_new_accounts() -> None:
    plan = sample.small_plan("us_state")
    first = {"Account number": ["1"], "Account name": ["Old"], "City": ["Chicago"], "State": ["IL"]}
    made = ACCOUNTS.prepare(source(first), plan, Choices(), next(iter(plan.assignments)))
    plan = brought(plan, made)
    newer = {
        "Account number": ["1", "2"],
        "Account name": ["Old", "New"],
        "City": ["Chicago", "Springfield"],
        "State": ["IL", ""],
    }
    found = KIND.prepare(source(newer), plan, Choices(), next(iter(plan.assignments)))
    (asked,) = [item for item in found.items if item.candidates]
    assert asked.rows == (1,) and len(asked.candidates) > 1
    other = next(key for key, _text in asked.candidates if key and key != asked.candidates[0][0])
    picked = Choices(picked={asked.key: other})
    again = KIND.prepare(source(newer), plan, picked, next(iter(plan.assignments)))
    places = [brought(plan, one).accounts.lon[1] for one in (found, again)]
    assert places[0] != places[1] or np.isnan(places[0])


changes = st.lists(
    st.tuples(
        st.sampled_from(["change", "move", "drop", "add", "empty", "rename"]),
        st.integers(0, 40),
        st.integers(0, 23),
    ),
    max_size=12,
)


def mixed(what: list[tuple[str, int, int]]) -> List:
    columns = newer()
    for k, (kind, row, unit) in enumerate(what):
        place = at((unit % 6 + 0.5) * SIDE, (unit // 6 + 0.5) * SIDE)
        n = len(columns["sales"])
        if kind == "add" or n == 0:
            appended(columns, Account_number=f"N{k}", Account_name=f"N {k}", sales=k, **place)
        elif kind == "drop":
            without(columns, row % n)
        else:
            cells = {"change": {"sales": row}, "empty": {"sales": ""}, "move": place}
            put(columns, row % n, **cells.get(kind, {"Account_name": f"Called {row}"}))
    return columns


@settings(max_examples=60, deadline=None)
@given(changes, st.booleans(), st.booleans())
def test_each_account_is_in_one_group_and_the_step_is_all_there_is_to_it(
    what: list[tuple[str, int, int]], removes: bool, empty: bool
) -> None:
    columns = mixed(what)
    if not columns["sales"]:
        return
    options = {"gone": "remove" if removes else "keep", "empty": empty}
    found = prepared(KIND, source(columns), PLAN, options=options)
    counts = n_of(found)
    assert sum(counts[k] for k in ("added", "changed", "moved", "back", "same")) == len(
        columns["sales"]
    )
    assert sum(counts[k] for k in ("changed", "moved", "same", "gone")) == 12
    assert len(found.items) == sum(counts[k] for k in ("added", "changed", "moved", "gone"))
    if found.incoming is None:
        return
    document = Document(PLAN)
    document.bring(found.incoming)
    after = document.plan
    again = prepared(KIND, source(columns), after, options=options)
    assert again.incoming is None
    document.undo()
    left = differences(document.plan, PLAN)
    assert [d for d in left if not d.startswith(("next_id", "hidden", "accounts"))] == []
    assert document.plan.accounts_present[:12].all()
    assert not document.plan.accounts_present[12:].any()
    for name in ("ids", "names", "x", "y", "unit", "placement"):
        was, now = PLAN.accounts.column(name), document.plan.accounts.column(name)[:12]
        assert np.array_equal(was, now)
    assert np.array_equal(
        document.plan.accounts.columns["sales"][:12], PLAN.accounts.columns["sales"]
    )
    document.redo()
    assert not differences(document.plan, after)


def test_a_list_of_strangers_is_told() -> None:
    kinds = {issue.kind for issue in prepared(KIND, source(newer()), PLAN).report.issues}
    assert "strangers" not in kinds
    others = {"Account number": ["Z1", "Z2"], "Account name": ["Q", "R"], "sales": ["1", "2"]}
    told = {issue.kind: issue for issue in prepared(KIND, source(others), PLAN).report.issues}
    assert "Only 0 of 2 accounts" in told["strangers"].message
