"""The law of reading tables: what was written comes back, cell by cell.

By design a cell loses the spaces around it and NULs, ``="0123"`` of Excel is 0123, rows without
anything in them are no rows, and the header again inside the table is left out.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from functools import cache

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import readers
from terradesk.readers import Table

HEADER = ["id", "name", "city", "note"]
ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250", "cp1252", "cp1253"),
    *("cp1254", "cp1256", "iso-8859-1", "iso-8859-2", "mac-roman"),
)
ODD = ['"', '""', "\n", "\r\n", ",", ";", "\t", "|", ":", "'", " ", "\xa0", "0", "01", "=1+1", "-"]


def cells_in(codec: str) -> st.SearchStrategy[str]:
    letters = st.characters(exclude_categories=["Cs", "Cc"])
    if codec != "utf-8":  # one byte for each: looking through all of Unicode takes a while
        every = bytes(range(256)).decode(codec, "ignore")
        letters = st.sampled_from([one for one in every if unicodedata.category(one) != "Cc"])
    odd = [one for one in ODD if one.encode(codec, "ignore").decode(codec, "ignore") == one]
    return st.lists(letters | st.sampled_from(odd), max_size=8).map("".join)


@cache
def tables_in(codec: str) -> st.SearchStrategy[list[list[str]]]:
    row = st.lists(cells_in(codec), min_size=len(HEADER), max_size=len(HEADER))
    return st.lists(row, min_size=1, max_size=25)


@st.composite
def encoded_tables(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    encoding = draw(st.sampled_from(ENCODINGS))
    codec = encoding if not encoding.startswith("utf") else "utf-8"
    return encoding, draw(tables_in(codec))


def comes_back(table: Table, rows: list[list[str]]) -> None:
    filled = [[cell.strip() for cell in row] for row in rows if any(row)]
    assert list(table.columns) == HEADER
    found = zip(*(cells.tolist() for cells in table.columns.values()), strict=True)
    assert [list(row) for row in found] == filled
    assert table.report.adds_up and table.report.read == len(filled)
    assert len(table.lines) == len(filled)


def is_table(rows: list[list[str]]) -> bool:
    """Whether there is a row, and none is written in Excel's way of keeping zeros."""
    return any(map(any, rows)) and not any('="' in cell for row in rows for cell in row)


@given(encoded_tables(), st.sampled_from([",", ";", "\t", "|"]))
def test_any_table_comes_back_from_csv(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[str, list[list[str]]], delimiter: str
) -> None:
    encoding, rows = made
    if not is_table(rows):
        return
    path = tmp_path_factory.mktemp("law") / "t.csv"
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([HEADER, *rows])
    path.write_bytes(out.getvalue().encode(encoding))
    table = readers.read_table(path, is_trusted=True, encoding=encoding, delimiter=delimiter)
    comes_back(table, rows)


@given(tables_in("utf-8"))
def test_any_table_comes_back_from_a_workbook(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    # XML turns \r into \n; openpyxl reads _x0041_ as A
    rows = [[cell.replace("\r", "").replace("_x", "x") for cell in row] for row in rows]
    rows = [[_in_xml(cell) for cell in row] for row in rows]
    rows = [row for row in rows if any(cell.strip() for cell in row)]  # spaces alone get lost
    if not is_table(rows):
        return
    path = tmp_path_factory.mktemp("law") / "t.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for k, row in enumerate([HEADER, *rows]):
        for column, text in enumerate(row):
            cell = sheet.cell(k + 1, column + 1, text or None)
            if text:
                cell.data_type = "s"
    book.save(path)
    comes_back(readers.read_table(path, is_trusted=True), rows)


def _in_xml(cell: str) -> str:
    return "".join(c for c in cell if c not in "\ufffe\uffff")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@given(rows=tables_in("utf-8"))
def test_encodings_that_say_so_are_found(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, rows: list[list[str]]
) -> None:
    if not is_table(rows):
        return
    path = tmp_path_factory.mktemp("law") / "t.csv"
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADER, *rows])
    path.write_bytes(out.getvalue().encode(encoding))
    comes_back(readers.read_table(path, is_trusted=True, delimiter=","), rows)
