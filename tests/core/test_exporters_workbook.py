"""The workbook holds the plan's own figures, and text is text."""

import re
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from terradesk import measures
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import Record, assign, name_accounts
from terradesk.edits.change import Edit
from terradesk.edits.territories import set_locked, start_from
from terradesk.exporters import export, workbook
from terradesk.exporters.facts import heading
from terradesk.exporters.sheet_xml import letters
from terradesk.exporters.wording import excel_text
from terradesk.plan import Plan
from tests.core.kernel import grid_plan

NASTY = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    '=HYPERLINK("http://x")',
    "#N/A",
    "TRUE",
    "1e5",
    "00012",
    "a\x0bb",
    "<b>&\"'",
    "_x0041_",
    " lead",
    "trail ",
    "two\nlines",
    "😀",
    "\ud800",
    "'=1",
    "12345678901234567890",
    "2024-01-01",
    "]]>",
    "\t",
]


def made_plan() -> Plan:
    """Three territories below one region, two units free, a lock, a rep, a named account."""
    document = Document(grid_plan(territories=0))
    labels = np.repeat([0, 1, 2, 0, 1, 2], 4)
    labels[:2] = -1
    names = ["Nord", "=Süd", "Ost"]
    document.do(start_from(document.plan, 3, labels, names, parents=["R", "R", ""]).edit)
    ids = {t.name: t.id for t in document.plan.alignment(3).leaves}
    document.do(name_accounts(document.plan, 3, np.array([3]), ids["Ost"], reason="key").edit)
    document.do(set_locked(document.plan, 3, [ids["Nord"]], True))
    n = document.plan.next_id
    rows = (
        Record("rep", None, rec.Rep("r1", n, name="Ann, O'Hara")),
        Record("staffing", None, rec.Staffing("s1", n + 1, 3, territory=ids["Ost"], rep=n)),
        Record("note", None, rec.Note("n1", n + 2, text="Made by hand")),
    )
    document.do(Edit("Test", records=rows))
    return document.plan


PLAN = made_plan()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "plan.xlsx"
    export(PLAN, 3, path)
    return path


def load(path: Path) -> openpyxl.Workbook:
    """The workbook as openpyxl reads it; it warns that it does not know bars to both sides."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Unknown extension")
        warnings.filterwarnings("ignore", "Conditional Formatting extension")
        return openpyxl.load_workbook(path)


def table(sheet: Worksheet) -> list[dict[str, object]]:
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_sheets_are_those_of_the_schema(book: Path) -> None:
    sheets = load(book).sheetnames
    assert sheets == [
        *("Summary", "Territories", "Hierarchy", "UnitToTerritory", "Accounts", "Notes")
    ]


def test_territories_hold_the_figures_of_the_measures(book: Path) -> None:
    rows = table(load(book)["Territories"])
    view = PLAN.alignment(3)
    balance, counts = measures.balance(view), measures.counts(view)
    sales = measures.measure_of(PLAN, "m-sales")
    assert sales is not None
    for slot, (leaf, row) in enumerate(zip(view.leaves, rows, strict=True), 1):
        assert row["TerritoryID"] == str(leaf.id)
        assert row["TerritoryName"] == leaf.name
        assert row["Population"] == balance.values[slot]
        assert row["Population_ideal"] == pytest.approx(balance.targets[slot], rel=1e-15)
        assert row["Population_dev_pct"] == pytest.approx(balance.deviations[slot], rel=1e-12)
        assert row["Sales"] == measures.totals(view, sales)[slot]
        assert (row["Units"], row["Accounts"]) == (counts.units[slot], counts.accounts[slot])
        assert row["Parts"] == measures.contiguity(view).parts[slot]
        assert row["Compactness"] == pytest.approx(measures.compactness(view)[slot])
        assert row["AreaKm2"] == 100 * row["Units"]
        assert re.fullmatch("#[0-9A-F]{6}", str(row["Color"]))
    by_name = {row["TerritoryName"]: row for row in rows}
    assert by_name["Ost"]["OwnerName"] == "Ann, O'Hara"
    assert by_name["Nord"]["OwnerName"] is None
    assert (by_name["Nord"]["Locked"], by_name["Ost"]["Locked"]) == ("yes", None)
    assert (by_name["Nord"]["ParentName"], by_name["Ost"]["ParentName"]) == ("R", None)


def test_units_hold_codes_as_text_and_their_territory(book: Path) -> None:
    sheet = load(book)["UnitToTerritory"]
    rows = table(sheet)
    view = PLAN.alignment(3)
    assert [row["UnitID"] for row in rows] == PLAN.units.codes.tolist()
    assert rows[1]["UnitID"] == "00001"
    names = [view.name_of(t) or None for t in view.assignment.tolist()]
    assert [row["TerritoryName"] for row in rows] == names
    assert [row["population"] for row in rows] == PLAN.units.columns["population"].tolist()
    assert (sheet["A2"].data_type, sheet["A2"].number_format) == ("s", "@")
    assert sum(row["Accounts"] for row in rows) == 12
    assert sum(row["Sales"] for row in rows) == PLAN.accounts.columns["sales"].sum()


def test_accounts_say_where_they_belong_and_why(book: Path) -> None:
    rows = table(load(book)["Accounts"])
    assert [row["AccountID"] for row in rows] == PLAN.accounts.ids.tolist()
    named = [row for row in rows if row["NamedAccount"] == "yes"]
    assert [(r["AccountID"], r["TerritoryName"], r["NamedReason"]) for r in named] == [
        ("A003", "Ost", "key")
    ]
    assert named[0]["AssignedBy"] == "override"
    free = [row for row in rows if row["TerritoryName"] is None]
    assert [row["UnitID"] for row in free] == ["00000"]
    assert free[0]["AssignedBy"] is None
    assert {row["GeocodeQuality"] for row in rows} == {"Exact"}
    assert rows[3]["Lat"] == pytest.approx(PLAN.accounts.lat[3])


def test_the_hierarchy_leaves_the_top_blank(book: Path) -> None:
    rows = table(load(book)["Hierarchy"])
    assert [(r["TerritoryName"], r["DistrictName"], r["RegionName"]) for r in rows] == [
        ("Nord", "R", None),
        ("=Süd", "R", None),
        ("Ost", None, None),
    ]


def test_every_sheet_is_a_table_with_a_filter_and_a_frozen_heading(book: Path) -> None:
    loaded = load(book)
    names = set()
    for sheet in loaded.worksheets[1:]:
        [found] = sheet.tables.values()
        names.add(found.displayName)
        heads = [cell.value for cell in sheet[1]]
        assert [column.name for column in found.tableColumns] == heads
        assert found.ref == sheet.dimensions == found.autoFilter.ref
        assert str(sheet.freeze_panes).endswith("2")
        assert len({str(h).casefold() for h in heads}) == len(heads)
    assert len(names) == 5


def test_the_summary_has_the_map_and_says_how_the_plan_balances(book: Path) -> None:
    loaded = load(book)
    sheet = loaded["Summary"]
    said = {row[0]: row[1] for row in sheet.iter_rows(max_col=2, values_only=True)}
    balance = measures.balance(PLAN.alignment(3))
    assert said["Total"] == balance.total
    assert said["Not assigned"] == balance.unassigned
    assert said["In tolerance"] == f"{balance.n_in_tolerance} / 3"
    assert said["Squares not assigned"] == 2
    assert said["Gini coefficient"] == pytest.approx(balance.gini)
    assert len(sheet._images) == 1
    assert sheet["A1"].value == loaded.properties.title == "Grid"


def test_deviations_have_bars_to_both_sides_and_colours_beyond_the_tolerance(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        xml = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "<x14:negativeFillColor" in xml
    assert xml.index("</sheetData>") < xml.index('type="dataBar"') < xml.index("<tableParts")
    sheet = load(book)["Territories"]
    rules = [r for c in sheet.conditional_formatting for r in c.rules if r.type == "cellIs"]
    assert {(r.operator, round(float(r.formula[0]), 6)) for r in rules} == {
        ("greaterThan", 0.1),
        ("lessThan", -0.1),
    }


def test_a_second_program_reads_the_same(book: Path) -> None:
    sheet = CalamineWorkbook.from_path(book).get_sheet_by_name("Territories").to_python()
    rows = table(load(book)["Territories"])
    assert sheet[0] == list(rows[0])
    assert [row[1] for row in sheet[1:]] == [row["TerritoryName"] for row in rows]


def with_texts(text: str) -> Plan:
    """A small plan without a map that has a text in every place a text can be."""
    plan = replace(grid_plan(2, 2, 1), coverage=None)
    n, m = len(plan.units), len(plan.accounts)

    def column(length: int) -> np.ndarray:
        out = np.empty(length, object)
        out[:] = text
        return out

    units = replace(plan.units, names=column(n), codes=column(n), columns={text or "c": column(n)})
    accounts = replace(
        plan.accounts, names=column(m), columns={"sales": np.ones(m), "t": column(m)}
    )
    leaf = plan.alignment(3).leaves[0]
    tables = {kind: dict(rows) for kind, rows in plan.tables.items()}
    tables["territory"][3, leaf.uid] = replace(leaf, name=text, note=text, kind=text)
    tables["note"][0, "n"] = rec.Note("n", 900, text=text)
    tables["setting"][0, "title"] = rec.Setting("title", 901, value=text)
    tables["scenario"] = {key: replace(row, name=text) for key, row in tables["scenario"].items()}
    return replace(plan, units=units, accounts=accounts, tables=tables)


def texts_of(path: Path) -> dict[str, list[object]]:
    """Values of the cells that should hold the text, by what they are."""
    loaded = load(path)
    for sheet in loaded:
        assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)
    out: dict[str, list[object]] = {"title": [loaded["Summary"]["A1"].value]}
    for name, columns in (
        ("Territories", ("TerritoryName", "Type", "Notes")),
        ("UnitToTerritory", ("UnitID", "UnitName", "TerritoryName")),
        ("Accounts", ("AccountName", "t", "TerritoryName")),
        ("Notes", ("Note",)),
    ):
        rows = table(loaded[name])
        out |= {f"{name}.{c}": [row[c] for row in rows] for c in columns}
    return out


@given(st.one_of(st.sampled_from(NASTY), st.text(max_size=40)))
def test_any_text_comes_back_as_it_was_and_never_as_a_formula(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("text") / "t.xlsx"
    export(with_texts(text), 3, path)
    expected = excel_text(text)
    for place, values in texts_of(path).items():
        if place == "title" and not expected:
            assert values == ["Untitled plan"]
            continue
        shown = ["" if v is None else unescape(v) for v in values]
        assert shown == [expected] * len(values), place


@settings(max_examples=10)
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_the_second_program_agrees_on_texts(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("text") / "t.xlsx"
    export(with_texts(text), 3, path)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Accounts").to_python()
    assert [row[1] for row in rows[1:]] == [excel_text(text)] * 2


def test_texts_too_long_for_a_cell_are_cut_and_counted(tmp_path: Path) -> None:
    written = export(with_texts("x" * 40_000), 3, tmp_path / "t.xlsx")
    assert any(
        "32,767 characters" in note and "Accounts.AccountName" in note for note in written.notes
    )
    assert {len(v) for v in texts_of(tmp_path / "t.xlsx")["Notes.Note"]} == {32_767}


def test_more_rows_than_a_sheet_holds_go_to_further_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 10)
    written = export(replace(PLAN, coverage=None), 3, tmp_path / "t.xlsx")
    loaded = load(tmp_path / "t.xlsx")
    parts = [loaded[name] for name in ("UnitToTerritory", "UnitToTerritory2", "UnitToTerritory3")]
    codes = [row["UnitID"] for sheet in parts for row in table(sheet)]
    assert codes == PLAN.units.codes.tolist()
    assert [next(iter(s.tables)) for s in parts] == [s.title for s in parts]
    assert any("3 sheets" in note for note in written.notes)


def test_numbers_keep_every_digit_and_unknown_ones_are_empty(tmp_path: Path) -> None:
    plan = replace(PLAN, coverage=None)
    values = np.array([0.1 + 0.2, np.nan, np.inf, -1.5, 1e100, 2.0**53, 0.0, 5e-324, 1, 2, 3, 4])
    accounts = replace(plan.accounts, columns={**plan.accounts.columns, "sales": values})
    export(replace(plan, accounts=accounts), 3, tmp_path / "t.xlsx")
    rows = table(load(tmp_path / "t.xlsx")["Accounts"])
    expected = [v if np.isfinite(v) else None for v in values.tolist()]
    assert [row["sales"] for row in rows] == expected


def test_a_plan_without_anything_makes_a_workbook(tmp_path: Path) -> None:
    export(grid_plan(1, 1, 0), 3, tmp_path / "t.xlsx")
    loaded = load(tmp_path / "t.xlsx")
    assert [c.value for c in loaded["Territories"][1]][:2] == ["TerritoryID", "TerritoryName"]
    assert loaded["Territories"].tables["Territories"].ref.endswith("2")


def test_headings_never_repeat_whatever_their_case() -> None:
    taken: set[str] = set()
    made = [heading(name, taken) for name in ("Sales", "sales", "SALES", "", "a\n b")]
    assert made == ["Sales", "sales_2", "SALES_3", "Column", "a b"]


def test_columns_are_named_as_excel_does() -> None:
    assert [letters(k) for k in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_moved_unit_moves_its_figures(tmp_path: Path) -> None:
    view = PLAN.alignment(3)
    to = next(t.id for t in view.leaves if t.name == "Ost")
    row = int(np.flatnonzero(view.slot_of(view.assignment) == 2)[0])
    document = Document(PLAN)
    document.do(assign(PLAN, 3, np.array([row]), to).edit)
    export(document.plan, 3, tmp_path / "t.xlsx")
    old = measures.balance(view).values
    rows = table(load(tmp_path / "t.xlsx")["Territories"])
    assert rows[2]["Population"] == old[3] + PLAN.units.columns["population"][row]
    assert rows[1]["Population"] == old[2] - PLAN.units.columns["population"][row]
