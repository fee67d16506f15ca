"""Tables from CSV and Excel: what is in the file, and nothing else."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import readers
from terradesk.errors import TerraDeskError
from terradesk.progress import Cancelled, silent
from terradesk.readers import Table, archives, tables

HEADER = ["Kod", "Miasto", "Sprzedaż"]
ROWS = [["01234", "Łódź", "1234,5"], ["00501", "Åre", "12,25"], ["98765", "Kraków; Stare", "7"]]


def read(path: Path, **options: str | None) -> Table:
    """Read in this process, which is quicker."""
    return readers.read_table(path, is_trusted=True, **options)  # type: ignore[arg-type]


def cells(table: Table) -> list[list[str]]:
    return [list(row) for row in zip(*(c.tolist() for c in table.columns.values()), strict=True)]


def text_of(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def workbook(path: Path, rows: Sequence[Sequence[object]], title: str = "Data") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1250"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "t.csv"
    rows = [[cell.replace("Å", "Ż") for cell in row] for row in ROWS]
    path.write_bytes(text_of([HEADER, *rows], delimiter).encode(encoding))
    table = read(path)
    assert list(table.columns) == HEADER
    assert cells(table) == rows
    assert table.delimiter == delimiter
    assert table.decimal == ","
    assert table.report.read == table.report.accepted == len(table) == 3


def test_western_bytes_are_cp1252(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("Namn;Ort\nÅkeri Älv;Malmö\nCafé £ ³;Évry\n".encode("cp1252"))
    assert cells(read(path)) == [["Åkeri Älv", "Malmö"], ["Café £ ³", "Évry"]]


def test_a_chosen_encoding_and_delimiter_go_first(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("نام;شهر,استان\nالف;ب,پ\n".encode("cp1256"))
    table = read(path, encoding="cp1256", delimiter=";")
    assert cells(table) == [["الف", "ب,پ"]]


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=30,
    )
)
def test_every_row_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("law") / "t.csv"
    path.write_text(text_of([["id", "name", "city"], *rows]), "utf-8", newline="")
    filled = [[c.strip() for c in row] for row in rows if any(row)]
    if not filled:
        with pytest.raises(TerraDeskError, match="has no rows"):
            read(path)
        return
    table = read(path)
    assert table.report.read == len(filled) == table.n_rows
    assert table.report.adds_up
    assert cells(table) == filled


def test_ragged_rows_are_mended_or_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,name,city\n1,a,b\n2,a\n\n3,a,b,,\n4,a,b,c\n,,\n5,a,b\n")
    table = read(path)
    assert table.columns["id"].tolist() == ["1", "2", "3", "5"]
    report = table.report
    assert (report.read, report.accepted, report.repaired, report.rejected) == (5, 4, 1, 1)
    assert report.adds_up
    long, short = report.issues
    assert (long.kind, long.rows) == ("too_long", (6,))
    assert (short.kind, short.rows) == ("too_short", (1,))


def test_titles_above_the_header_and_odd_headers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Sales report,,,\n\nid,Sales,Sales,\n1,2,3,x\n2,3,4,\n3,4,5,\n")
    table = read(path)
    assert list(table.columns) == ["id", "Sales", "Sales (2)", "Column 4"]
    assert table.report.issues[0].kind == "renamed"
    assert len(table) == 3


def test_excels_own_delimiter_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("sep=;\nid;a,b\n1;2,5\n")
    assert cells(read(path)) == [["1", "2,5"]]


@pytest.mark.parametrize(
    "first",
    ["10001,Acme,40.7,-74.0", "A1,Acme,2024-05-01", "Acme,a@b.org,x", "1,2,3", "2021,2022,2023"],
)
def test_a_table_without_header_is_refused(tmp_path: Path, first: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{first}\n{first}\n")
    with pytest.raises(TerraDeskError, match="holds values, not names of columns") as caught:
        read(path)
    assert "names of the columns" in caught.value.hint


def test_years_may_be_headers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Client,2023,2024\nAcme,5,6\n")
    assert list(read(path).columns) == ["Client", "2023", "2024"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\r\n", "is empty"),
        (b"PK\x03\x04" + b"\0" * 50, "not a text table"),
        (b"\x89PNG\x01\x02\x03\x04\x05\x06" * 9, "not a text table"),
        (b'id,name\n1,b,"open\n' + b"2,x\n" * 300, "near line 2 of .* is never closed"),
        (b'id,name\n1,a\n2,b,"open\n3,x\n4,y\n', "near line 3 of .* is never closed"),
        (b'id,name\n1,"' + b"x" * 200_000, "is never closed"),
    ],
)
def test_texts_that_are_no_tables(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(TerraDeskError, match=said):
        read(path)


def test_a_gzipped_table_is_read_and_a_bomb_is_not(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"id,name\n01,a\n"))
    assert cells(read(path)) == [["01", "a"]]
    path.write_bytes(gzip.compress(b"\0" * (60 << 20)))
    with pytest.raises(TerraDeskError, match="not safe to open"):
        read(path)
    path.write_bytes(b"\x1f\x8b rubbish")
    with pytest.raises(TerraDeskError, match="damaged"):
        read(path)


# ---------------------------------------------------------------------- workbooks
def test_a_workbook_gives_the_texts_people_see(tmp_path: Path) -> None:
    date = dt.datetime(2024, 5, 1)
    path = workbook(
        tmp_path / "t.xlsx",
        [
            ["id", "zip", "sales", "day", "ok", "note"],
            ["01234", 501, 12.5, date, True, None],
            ["=1+1", 501.0, 1e20, date.replace(hour=7), False, "#N/A?"],
        ],
    )
    table = read(path)
    assert cells(table)[0] == ["01234", "501", "12.5", "2024-05-01", "TRUE", ""]
    assert cells(table)[1][1:] == ["501", "1e+20", "2024-05-01 07:00:00", "FALSE", "#N/A?"]
    assert table.decimal == "."


def test_sheets_are_found_and_chosen(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    book.create_sheet("Kunder").append(["id", "namn"])
    book["Kunder"].append(["1", "Å"])
    book.create_sheet("Other").append(["x", "y"])
    book["Other"].append([1, 2])
    book.save(path)
    assert readers.sheets(path) == ["Sheet", "Kunder", "Other"]
    assert cells(read(path)) == [["1", "Å"]]  # the first sheet is empty
    assert list(read(path, sheet="Other").columns) == ["x", "y"]
    with pytest.raises(TerraDeskError, match="has no sheet") as caught:
        read(path, sheet="Missing")
    assert "Kunder" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,name\n1,2\n", "not a workbook"),
        (b"", "not a workbook"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "damaged"),
    ],
)
def test_files_that_are_no_workbooks(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(content)
    with pytest.raises(TerraDeskError, match=said):
        read(path)


def test_a_workbook_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _k in range(80):
            sheet.write(b" " * (1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(TerraDeskError, match="would unpack to 84 MB"):
        read(path)


def test_a_protected_archive_and_too_many_entries(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.shp", b"x")
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", data, data.index(mark) + at, 1)
    path.write_bytes(bytes(data))
    with pytest.raises(TerraDeskError, match="password"):
        archives.check(path, 1 << 20)
    with zipfile.ZipFile(path, "w") as archive:
        for k in range(archives.MOST_ENTRIES + 1):
            archive.writestr(f"{k}", b"")
    with pytest.raises(TerraDeskError, match="not safe"):
        archives.check(path, 1 << 20)


def test_an_unknown_kind_of_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.docx"
    path.write_bytes(b"x")
    with pytest.raises(TerraDeskError, match=r"\.docx"):
        read(path)


# ---------------------------------------------------------------------- in a worker
def test_a_foreign_table_comes_through_a_worker(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text_of([HEADER, *ROWS]), "utf-8")
    heard: list[float] = []
    table = readers.read_table(path, progress=lambda fraction, text: heard.append(fraction))
    assert cells(table) == ROWS
    assert table.report == read(path).report
    assert heard
    path.write_text("1,2\n3,4\n")
    with pytest.raises(TerraDeskError, match="holds values"):
        readers.read_table(path)


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,name\n" + "1,x\n" * 50_000)

    def cancel(fraction: float, message: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        tables.parse(str(path), cancel)
    assert tables.parse(str(path), silent)["n_rows"] == 50_000
