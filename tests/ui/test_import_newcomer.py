"""What somebody who knows spreadsheets but no maps runs into when bringing data in."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from terradesk import formula
from terradesk.errors import TerraDeskError
from terradesk.importing import Choices, Reading, read_source
from terradesk.importing.kinds import ranked
from terradesk.importing.kinds.accounts import KIND as ACCOUNTS
from terradesk.importing.projecting import world_plan
from tests.core.kernel import grid_plan
from ui.dialogs.importing.reading_strip import ReadingStrip
from ui.map.camera import Part
from ui.map.floats import part_name

LIST = (
    "Cust. no;Customer;Zip;Sales\r\n"
    "1;Acme;10001;€ 100,50\r\n"
    "1;Acme;10001;€ 1,50\r\n"
    ";Bolt;7107;200 kr\r\n"
    ";Corp;60601;300\r\n"
    "TOTAL;;;602,00\r\n"
)


def made_of(folder: Path, text: str, reading: Reading | None = None):
    path = folder / "customers.csv"
    path.write_bytes(text.encode("utf-8"))
    source = read_source(path, reading or Reading())
    return source, ACCOUNTS.make(source, None, Choices())


def test_rows_without_an_account_number_come_in(tmp_path: Path) -> None:
    _source, made = made_of(tmp_path, LIST)
    assert made.accounts.names.tolist() == ["Acme", "Bolt", "Corp"]
    assert len(set(made.accounts.ids.tolist())) == 3
    report = made.report
    assert report.read == report.accepted + report.grouped + report.rejected
    assert (report.accepted, report.grouped) == (3, 1)
    assert "no_number" in {one.kind for one in report.issues}


def test_what_repeated_numbers_become_is_asked_only_where_rows_are_not_joined(
    tmp_path: Path,
) -> None:
    source, _made = made_of(tmp_path, LIST)
    found = {one.key: one for one in ACCOUNTS.options(source, None)}
    key, value = found["duplicates"].when
    assert found[key].default != value and (value, "Row of the file") in found[key].choices


def test_a_row_of_totals_is_left_out_and_told(tmp_path: Path) -> None:
    source, made = made_of(tmp_path, LIST)
    assert source.n_rows == 4 and made.report.rejected == 1
    told = next(one for one in made.report.issues if one.kind == "total")
    assert told.level == "warning"
    source, made = made_of(tmp_path, LIST, Reading(leave_out_totals=False))
    assert source.n_rows == 5 and made.report.rejected == 0


def test_each_amount_keeps_its_currency(tmp_path: Path) -> None:
    _source, made = made_of(tmp_path, LIST)
    sales = next(one for one in made.columns if one.name == "Sales")
    assert sales.currency == "=Currency of Sales"
    assert made.accounts.columns["Currency of Sales"].tolist() == ["EUR", "SEK", "USD"]
    np.testing.assert_allclose(made.accounts.columns["Sales"], [102.0, 200.0, 300.0])
    assert "currencies" in {one.kind for one in made.report.issues}


def test_joined_rows_of_several_currencies_are_told(tmp_path: Path) -> None:
    text = "Id,Name,Sales\n1,Acme,€ 100\n1,Acme,£ 100\n2,Bolt,€ 5\n"
    _source, made = made_of(tmp_path, text)
    sales = next(one for one in made.columns if one.name == "Sales")
    assert not sales.currency.startswith("=")
    told = next(one for one in made.report.issues if one.kind == "currencies")
    assert told.level == "warning" and "EUR, GBP" in told.message


def test_one_currency_asks_for_no_column(tmp_path: Path) -> None:
    _source, made = made_of(tmp_path, "Name,Sales\nAcme,€ 100\nBolt,€ 5\n")
    assert list(made.accounts.columns) == ["Sales"]
    assert {one.currency for one in made.columns} == {"EUR"}


def test_a_sheet_of_notes_is_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    notes = book.active
    notes.title, notes["A1"], notes["A3"] = "Read me", "Q4 extract", "See sheet Customers"
    sheet = book.create_sheet("Customers")
    for row in (("Name", "City"), ("Acme", "Boston"), ("Bolt", "Hartford")):
        sheet.append(row)
    hidden = book.create_sheet("Old")
    hidden.append(("Name", "City"))
    hidden.append(("Corp", "Salem"))
    hidden.sheet_state = "hidden"
    path = tmp_path / "book.xlsx"
    book.save(path)
    assert read_source(path, Reading()).rows.columns["Name"].tolist() == ["Acme", "Bolt"]
    assert read_source(path, Reading(sheet="Read me")).n_rows == 1
    book.remove(sheet)
    book.save(path)
    assert list(read_source(path, Reading()).rows.columns) == ["Q4 extract"]


def test_a_list_of_people_with_territories_is_one_of_reps(tmp_path: Path) -> None:
    plan = grid_plan(territories=3)
    path = tmp_path / "people.csv"
    text = "Name;E-Mail;Territory;Home town\nJörg;j@x.se;T0;Boulder\nAnn;;T2;Miami\n"
    path.write_text(text, encoding="utf-8")
    assert ranked(read_source(path, Reading()), plan)[0][0].key == "reps"


@pytest.mark.parametrize("text", ["=a * 2", " = a * 2", "a * 2"])
def test_a_formula_may_begin_as_in_a_spreadsheet(text: str) -> None:
    found = formula.evaluate(text, accounts())
    np.testing.assert_allclose(found, [2.0, 4.0])


def test_a_comparison_is_still_one() -> None:
    assert formula.evaluate("a = 2", accounts()).tolist() == [False, True]
    with pytest.raises(formula.FormulaError):
        formula.evaluate("= = a", accounts())


def test_a_folder_is_told_from_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TerraDeskError, match="is a folder"):
        read_source(tmp_path, Reading())
    with pytest.raises(TerraDeskError, match="There is no file"):
        read_source(tmp_path / "gone.csv", Reading())


def test_a_far_part_without_a_state_has_a_name_too() -> None:
    plan = grid_plan()
    rows = np.array([6, 7, 8])
    part = Part(rows=rows, box=(0.0, 0.0, 1.0, 1.0))
    assert part_name(plan, part) == "S1"
    states = plan.units.columns["state"].copy()
    states[rows] = ""
    units = replace(plan.units, columns={**plan.units.columns, "state": states})
    assert part_name(replace(plan, units=units), part) == "Square 6 and 2 more"


def accounts():
    empty = world_plan().accounts
    nan, texts = np.full(2, np.nan), np.array(["1", "2"], object)
    return replace(
        empty, ids=texts, names=texts, x=nan, y=nan, lon=nan, lat=nan,
        unit=np.full(2, -1, np.int32), placement=np.zeros(2, np.uint8),
        columns={"a": np.array([1.0, 2.0])},
    )  # fmt: skip


def test_the_last_row_can_be_taken_in(qtbot, tmp_path: Path) -> None:
    strip = ReadingStrip()
    qtbot.addWidget(strip)
    source, _made = made_of(tmp_path, LIST)
    strip.show_source(source)
    box = strip.boxes["leave_out_totals"]
    assert not box.parentWidget().isHidden() and box.currentText() == "left out"
    with qtbot.waitSignal(strip.changed) as said:
        strip.choose("leave_out_totals", False)
    assert said.args[0].leave_out_totals is False
    source, _made = made_of(tmp_path, "Name,City\nAcme,Boston\n")
    strip.show_source(source)
    assert box.parentWidget().isHidden()
