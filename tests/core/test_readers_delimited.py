"""Text tables as they come: encodings, quotes, headers, totals, and what is told of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from terradesk import readers
from terradesk.errors import TerraDeskError
from terradesk.importing import Reading, read_source
from terradesk.importing.looking import preview
from terradesk.readers import Table
from terradesk.readers.report import told_rows
from terradesk.readers.tabular import encodings

TEXTS = {
    "cp1252": "Åkeri Älv;Malmö;Café;Évry;Straße;garçon;señor",
    "cp1250": "Łódź;Kraków;Częstochowa;Dvořák;Plzeň;Győr",
    "iso-8859-2": "Łódź;Świętokrzyskie;Śląskie;Żary;Ciężkowice",
    "cp1253": "Αθήνα;Θεσσαλονίκη;Πάτρα;Ηράκλειο",
    "cp1254": "İstanbul;Şişli;Beyoğlu;Kadıköy;Muğla",
    "cp1256": "تهران;اصفهان;شيراز;مشهد;تبريز",
    "cp1251": "Москва;Казань;Тула;Нижний Новгород",
    "mac-roman": "Åkeri Älv;Malmö;Café;Müller;français",
}


def write(path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def read(path: Path, **options: object) -> Table:
    """Read in this process, which is quicker."""
    return readers.read_table(path, is_trusted=True, **options)  # type: ignore[arg-type]


def cells(table: Table) -> list[list[str]]:
    return [list(row) for row in zip(*(c.tolist() for c in table.columns.values()), strict=True)]


def kinds(table: Table) -> dict[str, int]:
    return {one.kind: one.n for one in table.report.issues}


# ---------------------------------------------------------------------- encodings
@pytest.mark.parametrize("encoding", TEXTS)
def test_encodings_are_told_by_their_letters(tmp_path: Path, encoding: str) -> None:
    names = TEXTS[encoding].split(";")
    path = write(tmp_path / "t.csv", "id,name\n" + "".join(f"1,{n}\n" for n in names), encoding)
    table = read(path)
    assert table.columns["name"].tolist() == names
    assert table.encoding == encoding


def test_persian_as_utf_16_without_mark(tmp_path: Path) -> None:
    text = "کد,شهر,استان\n" + "".join(f"{k},شهر بزرگ,استان مرکزی\n" for k in range(10, 40))
    for encoding in ("utf-16-le", "utf-16-be"):
        table = read(write(tmp_path / "t.csv", text, encoding))
        assert (table.encoding, len(table)) == (encoding, 30)


def test_two_encodings_in_one_file(tmp_path: Path) -> None:
    lines = ["id,name\n", "1,Älv\n", "2,Öl\n", "3,plain\n", "4,Åre\n"]
    data = b"".join(x.encode("cp1252" if x[0] in "24" else "utf-8") for x in lines)
    table = read(write(tmp_path / "t.csv", data))
    assert table.columns["name"].tolist() == ["Älv", "Öl", "plain", "Åre"]
    mixed = table.report.issues[0]
    assert (mixed.kind, mixed.rows, table.report.repaired) == ("mixed", (1, 3), 2)
    assert [one.line for one in told_rows(table.report)] == [3, 5]


def test_letters_encoded_twice_are_told_and_put_right_on_choice(tmp_path: Path) -> None:
    twice = "id,name,city\n1,Müller,Köln\n2,Łódź,Åre\n3,plain,x\n"
    wrong = twice.replace("Łódź", "Zoë").encode().decode("cp1252")
    path = write(tmp_path / "t.csv", wrong)
    table = read(path)
    assert table.columns["name"][0] == "MÃ¼ller"
    assert kinds(table) == {"mojibake": 2}
    assert "Müller" in table.report.issues[0].message
    mended = read(path, encoding=encodings.MENDED)
    assert cells(mended)[0] == ["1", "Müller", "Köln"] and cells(mended)[1][2] == "Åre"
    assert not kinds(mended)
    right = write(tmp_path / "r.csv", "id,name\n1,Łódź Â§\n2,Ñandú\n3,“Ä”\n")
    assert not kinds(read(right))


def test_nuls_and_all_line_ends(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", b'id,name\r\n1,a\0b\n2,"c\r\nd"\r3,e\r\n')
    table = read(path)
    assert cells(table) == [["1", "ab"], ["2", "c\r\nd"], ["3", "e"]]
    assert table.lines.tolist() == [2, 3, 5]


def test_a_chosen_encoding_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(TerraDeskError, match="no encoding"):
        read(write(tmp_path / "t.csv", "a,b\nx,y\n"), encoding="klingon")


# ---------------------------------------------------------------------- quotes and rows
def test_an_open_quote_does_not_swallow_the_file(tmp_path: Path) -> None:
    rows = [f"{k},name {k},x\n" for k in range(20_000)]
    rows[7] = '7,"open,x\n'
    rows[15_000] = '15000,"Acme, Inc.",x\n'
    table = read(write(tmp_path / "t.csv", "id,name,note\n" + "".join(rows)))
    assert len(table) == 20_000
    assert table.columns["name"][7] == '"open'
    assert table.columns["name"][15_000] == "Acme, Inc."
    told = table.report.issues[0]
    assert (told.kind, told.rows, told.outcome) == ("quote", (7,), "repaired")
    assert table.lines[15_000] == 15_002


def test_two_open_quotes_that_close_each_other(tmp_path: Path) -> None:
    text = 'id,name,note\n1,"open,x\n2,b,y\n3,c,z"\n4,d,w\n'
    table = read(write(tmp_path / "t.csv", text))
    assert table.columns["id"].tolist() == ["1", "2", "3", "4"]
    assert table.columns["name"].tolist() == ['"open', "b", "c", "d"]
    assert table.columns["note"][2] == 'z"'


def test_quotes_within_and_cells_of_many_lines(tmp_path: Path) -> None:
    text = 'id,name,note\n1,"Acme "Best" Ltd",x\n2,"12 ""Main""\nSuite 5",y\n3,5" pipe,z\n'
    table = read(write(tmp_path / "t.csv", text))
    assert table.columns["name"].tolist() == ['Acme "Best" Ltd', '12 "Main"\nSuite 5', '5" pipe']
    assert table.lines.tolist() == [2, 3, 5]
    assert not kinds(table)


def test_a_cell_of_many_lines_across_portions(tmp_path: Path) -> None:
    rows = [[str(k), "a\nb" if k % 2 else "c", "x"] for k in range(9000)]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["id", "name", "note"], *rows])
    table = read(write(tmp_path / "t.csv", out.getvalue()))
    assert cells(table) == rows
    assert table.lines[-1] == 1 + 9000 + 4500 - 1 and not kinds(table)


def test_a_file_that_breaks_the_rules_of_quoting_throughout(tmp_path: Path) -> None:
    rows = [f'{k},"the "{k}" one",x\n' for k in range(6000)]
    table = read(write(tmp_path / "t.csv", "id,name,note\n" + "".join(rows)))
    assert len(table) == 6000 and table.report.adds_up
    assert table.columns["name"][10] == 'the "10" one'


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", ":"])
def test_every_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    rows = [["id", "name", "at"], ["1", "a b", "x"], ["2", "c", "y z"]]
    path = write(tmp_path / "t.csv", "\n".join(mark.join(row) for row in rows))
    assert read(path).delimiter == mark
    times = write(tmp_path / "u.csv", "id,at\n1,10:30:00\n2,11:45:10\n")
    assert read(times).delimiter == ","


# ---------------------------------------------------------------------- headers and totals
def test_titles_two_header_rows_and_headers_again(tmp_path: Path) -> None:
    text = (
        "Sales by region,,,,\n\n,2023,,2024,\nRegion,Sales,Visits,Sales,Visits\n"
        "North,1,2,3,4\nRegion,Sales,Visits,Sales,Visits\nSouth,5,6,7,8\n"
    )
    table = read(write(tmp_path / "t.csv", text))
    assert list(table.columns) == ["Region", "2023 Sales", "2023 Visits", "2024 Sales",
                                   "2024 Visits"]  # fmt: skip
    assert cells(table)[1] == ["South", "5", "6", "7", "8"]
    assert table.header == 4
    again = next(one for one in table.report.issues if one.kind == "above")
    assert again.rows == (1,)


def test_the_header_inside_the_table_is_left_out(tmp_path: Path) -> None:
    text = "id,name\n1,a\nid,name\n2,b\n"
    table = read(write(tmp_path / "t.csv", text))
    assert cells(table) == [["1", "a"], ["2", "b"]]
    report = table.report
    assert (report.read, report.accepted, report.rejected) == (3, 2, 1)
    assert [(one.line, one.outcome) for one in told_rows(report)] == [(3, "rejected")]
    assert report.rejects[0].cells == ("id", "name")


def test_the_header_may_be_chosen_or_missing(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "10,Acme,x\n20,Bolt,y\n")
    with pytest.raises(TerraDeskError, match="holds values"):
        read(path)
    none = read_source(path, Reading(header=0)).rows
    assert list(none.columns) == ["Column 1", "Column 2", "Column 3"]
    assert len(none) == 2 and none.header == 0 and none.lines.tolist() == [1, 2]
    second = read(write(tmp_path / "u.csv", "a,b\nid,name\n1,x\n"), header=2)
    assert list(second.columns) == ["id", "name"] and cells(second) == [["1", "x"]]
    with pytest.raises(TerraDeskError, match="Row 9 "):
        read(path, header=9)


def test_a_total_at_the_foot_is_told_and_left_out_on_choice(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "name,city,sales\nAcme,x,1\nTotal,y,2\nRazem,,3\n")
    table = read(path)
    assert len(table) == 3 and kinds(table) == {"maybe_total": 1}
    left = read_source(path, Reading(leave_out_totals=True)).rows
    assert left.columns["name"].tolist() == ["Acme", "Total"]
    assert left.report.adds_up and left.report.rejects[0].cells == ("Razem", "", "3")


def test_numbers_that_a_spreadsheet_has_rounded(tmp_path: Path) -> None:
    table = read(write(tmp_path / "t.csv", "id,name\n1.23E+15,a\n12,b\n4.5e+17,c\n"))
    told = table.report.issues[0]
    assert (told.kind, told.rows) == ("lossy", (0, 2))
    assert table.columns["id"][0] == "1.23E+15"


# ---------------------------------------------------------------------- meanings
def test_meanings_come_with_a_reason(tmp_path: Path) -> None:
    head = "Customer ID,Customer,Main postcode,Umsatz,x1,Empty,Since\n"
    rows = "".join(f"K{k},Firm {k},{10_000 + k},{k},{k}.5,,2025-04-{k:02}\n" for k in range(1, 29))
    guesses = readers.recognise(read(write(tmp_path / "t.csv", head + rows)))
    by_name = {one.name: one for one in guesses}
    roles = {name: one.role for name, one in by_name.items()}
    assert roles == {"Customer ID": "id", "Customer": "name", "Main postcode": "postcode",
                     "Umsatz": "amount", "x1": "amount", "Empty": "text",
                     "Since": "text"}  # fmt: skip
    assert all(one.why and 0 < one.confidence <= 1 for one in guesses)
    sure = {name: one.confidence for name, one in by_name.items()}
    assert sure["Customer ID"] > 0.9 > sure["Main postcode"] > sure["Empty"]
    assert sure["Umsatz"] > sure["x1"]
    assert by_name["Since"].kind == "date" and "dates" in by_name["Since"].why


# ---------------------------------------------------------------------- preview
def test_the_preview_agrees_with_reading(tmp_path: Path) -> None:
    text = "Report;;\nid;Umsatz;Tag\n" + "".join(
        f"{k};1.234,5{k};3.{k}.2025\n" for k in range(1, 9)
    )
    path = write(tmp_path / "t.csv", text)
    seen, table = preview(path), read(path)
    assert seen.rows[0] == ("Report", "", "") and seen.lines[:2] == (1, 2)
    assert (seen.header, seen.below) == (table.header, 2) == (2, 2)
    assert seen.names == tuple(table.columns)
    assert (seen.encoding, seen.delimiter) == (table.encoding, table.delimiter)
    assert (seen.decimal, seen.dates) == (table.decimal, table.dates) == (",", "dmy")
    assert len(seen.rules) == 5 and not seen.problem


def test_the_preview_follows_the_settings(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "10;a,b\n20;c,d\n" * 300)
    seen = preview(path, Reading(delimiter=";"))
    assert seen.problem and seen.hint and len(seen.rows) == 200
    none = preview(path, Reading(delimiter=",", header=0, decimal=",", dates="mdy"), n=5)
    assert none.names == ("Column 1", "Column 2") and len(none.rows) == 5
    assert (none.problem, none.decimal, none.dates) == ("", ",", "mdy")


def test_open_dates_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "id,day\n1,03/04/2025\n2,05/06/2025\n")
    assert preview(path).has_open_dates
    table = read(path)
    assert table.dates == "" and kinds(table) == {"dates": 2}
    assert read(path, dates="mdy").dates == "mdy"
