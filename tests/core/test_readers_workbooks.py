"""Workbooks of all kinds: what is read, and what is said of those that are none."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest

from terradesk import readers
from terradesk.errors import TerraDeskError
from terradesk.importing import Reading
from terradesk.importing.looking import preview
from terradesk.readers import Table
from tests.conftest import ROOT

DATA = ROOT / "tests" / "data" / "books"
CELLS = [
    ["00501", "Łódź", "12.5", "2025-04-05"],
    ["501", "Åre", "7", "2025-12-31"],
    ["98765", "Kraków; Stare", "1234567", "1999-01-02"],
]


def read(path: Path, **options: object) -> Table:
    return readers.read_table(path, is_trusted=True, **options)  # type: ignore[arg-type]


def cells(table: Table) -> list[list[str]]:
    return [list(row) for row in zip(*(c.tolist() for c in table.columns.values()), strict=True)]


@pytest.mark.parametrize("name", ["small.xls", "small.ods", "small.xlsx"])
def test_small_files_of_office_programs(name: str) -> None:
    table = read(DATA / name)
    assert list(table.columns) == ["ZIP", "Town", "Sales", "Since"]
    assert cells(table) == CELLS
    assert table.dates == "ymd" and table.header == 1 and table.lines.tolist() == [2, 3, 4]


def make_ods(path: Path, rows: list[list[str]]) -> Path:
    """A spreadsheet as the format has it, by hand."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="A">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            f'xmlns:manifest="{office}:manifest:1.0"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
    return path


def test_an_ods_keeps_its_zeros(tmp_path: Path) -> None:
    rows = [["kod", "miasto"], ["00123", "Łódź"], ["", "x"]]
    assert cells(read(make_ods(tmp_path / "t.ods", rows))) == rows[1:]


def test_text_named_xls_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.xls"
    for encoding in ("utf-8", "utf-16", "cp1252"):
        path.write_bytes("id\tnamn\n01\tÅre\n02\tMalmö\n".encode(encoding))
        table = read(path)
        assert cells(table) == [["01", "Åre"], ["02", "Malmö"]]
        assert table.delimiter == "\t"
        assert readers.sheets(path) == []
        assert preview(path).names == ("id", "namn")


@pytest.mark.parametrize(
    ("content", "said", "hint"),
    [
        (b"<html><table><tr><td>id</td></tr></table></html>", "web page", "save it as .xlsx"),
        ("<table><tr><td>id</td>".encode("utf-16"), "web page", "save it as .xlsx"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "old Excel", "xlsx"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00" + b"\0" * 40, "old Excel", "save it as .xlsx"),
        (b"GIF89a" + b"\0" * 100, "not a workbook", "xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + "EncryptedPackage".encode("utf-16-le")
            + b"\0" * 600,
            "protected with a password",
            "Remove the protection",
        ),
    ],
)
def test_what_only_calls_itself_a_workbook(
    tmp_path: Path, content: bytes, said: str, hint: str
) -> None:
    path = tmp_path / "t.xls"
    path.write_bytes(content)
    with pytest.raises(TerraDeskError, match=said) as caught:
        read(path)
    assert hint in caught.value.hint


def test_a_truncated_workbook(tmp_path: Path) -> None:
    for name in ("small.xls", "small.xlsx", "small.ods"):
        data = (DATA / name).read_bytes()
        path = tmp_path / name
        path.write_bytes(data[: len(data) // 2])
        with pytest.raises(TerraDeskError, match="damaged") as caught:
            read(path)
        assert caught.value.hint


def test_merged_cells_hidden_sheets_and_rounded_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["hidden", "sheet"])
    sheet.append([1, 2])
    sheet.sheet_state = "hidden"
    data = book.create_sheet("Data")
    rows = (["Region", "Id"], ["North", 1234567890123450], [None, 9876543210987650], ["South", 3])
    for row in rows:
        data.append(row)
    data.merge_cells("A2:A3")
    book.save(tmp_path / "t.xlsx")
    table = read(tmp_path / "t.xlsx")
    assert table.columns["Region"].tolist() == ["North", "North", "South"]
    assert table.columns["Id"][0] == "1234567890123450"
    told = {one.kind: one.rows for one in table.report.issues}
    assert told == {"merged": (1,), "lossy": (0, 1)}


def test_dates_of_both_counts(tmp_path: Path) -> None:
    for epoch in (openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH):
        book = openpyxl.Workbook()
        book.epoch = epoch
        assert book.active is not None
        book.active.append(["id", "day"])
        book.active.append(["1", dt.date(2025, 4, 5)])
        book.save(tmp_path / "t.xlsx")
        assert cells(read(tmp_path / "t.xlsx")) == [["1", "2025-04-05"]]


def test_the_preview_of_a_workbook_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["Title", None], ["id", "name"], ["01", "a"]):
        book.active.append(row)
    book.save(path)
    seen = preview(path)
    assert seen.names == ("id", "name") and seen.header == 2

    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("terradesk.readers.foreign.call", refuse)
    assert preview(path, Reading(header=0)).names == ("Column 1", "Column 2")
