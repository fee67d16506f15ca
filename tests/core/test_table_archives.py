"""Tables in zip archives: told from maps by what is inside, chosen by name, never unsafe."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from terradesk import readers
from terradesk.errors import TerraDeskError
from terradesk.importing import Reading, read_source
from terradesk.importing.looking import preview
from terradesk.readers import archives
from terradesk.readers.tabular import archived as table_archives

PLACES = "".join(
    f"FR\t{code}\t{name}\tAuvergne-Rhône-Alpes\t84\tAin\t01\t\t\t{lat}\t{lon}\t5\n"
    for code, name, lat, lon in (
        ("01000", "Bourg-en-Bresse", 46.2, 5.2167),
        ("01100", "Oyonnax", 46.2561, 5.6556),
    )
)
CITIES = b"Name;Town\nAcme;Lyon\nGlobex;Paris\n"
POINT = b'{"type": "FeatureCollection", "features": []}'


def packed(path: Path, entries: Mapping[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def workbook(path: Path, *sheets: str) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        book.create_sheet(sheet).append(["Name", "Sheet"])
        book[sheet].append(["Acme", sheet])
    book.save(path)
    return path.read_bytes()


def test_a_packed_text_with_a_readme_is_a_table(tmp_path: Path) -> None:
    path = packed(tmp_path / "FR.zip", {"readme.txt": "Columns: ...", "FR.txt": PLACES})
    source = read_source(path)
    assert source.table is not None
    assert source.boundaries is None
    assert source.parts == ()
    assert any(column.tolist() == ["01000", "01100"] for column in source.rows.columns.values())
    assert source.rows.report.adds_up
    first = preview(path)
    assert first.rows[0][:3] == ("FR", "01000", "Bourg-en-Bresse")
    assert first.delimiter == "\t"


def test_a_readme_alone_is_what_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.csv.zip", {"readme.csv": CITIES})
    assert read_source(path).n_rows == 2


def test_of_several_tables_one_is_chosen(tmp_path: Path) -> None:
    book = workbook(tmp_path / "b.xlsx", "East", "West")
    entries = {"one/a.csv": CITIES, "two/a.csv": "x,y\n1,2\n", "b.xlsx": book}
    path = packed(tmp_path / "several.zip", entries)
    parts = ("one/a.csv", "two/a.csv", "b.xlsx: East", "b.xlsx: West")
    source = read_source(path)
    assert source.parts == parts
    assert list(source.rows.columns) == ["Name", "Town"]
    found = {part: readers.read_table(path, part) for part in parts[1:]}
    assert [len(one) for one in found.values()] == [1, 1, 1]
    assert found[parts[1]].columns["y"].tolist() == ["2"]
    assert found[parts[3]].columns["Sheet"].tolist() == ["West"]
    assert preview(path, Reading(sheet=parts[1])).names == ("x", "y")
    assert preview(path, Reading(sheet=parts[3])).rows[1] == ("Acme", "West")
    with pytest.raises(TerraDeskError, match="no table"):
        table_archives.chosen(path, "c.csv")


def test_the_sheets_of_one_workbook(tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", {"b.xlsx": workbook(tmp_path / "b.xlsx", "East", "West")})
    assert read_source(path).parts == ("East", "West")
    assert read_source(path, Reading(sheet="West")).rows.columns["Sheet"].tolist() == ["West"]


@pytest.mark.parametrize(
    ("entries", "gives"),
    [
        ({"a.csv": CITIES}, "table"),
        ({"A.CSV": CITIES, "datapackage.json": b'{"name": "a"}'}, "table"),
        ({"a.csv": CITIES, "__MACOSX/._a.shp": b""}, "table"),
        ({"a.shp": b"", "a.dbf": b"", "notes.txt": b"a"}, "boundaries"),
        ({"a.json": POINT, "a.csv": CITIES}, "boundaries"),
        ({"m.gdb/a00000001.gdbtable": b"", "a.csv": CITIES}, "boundaries"),
        ({"a.bin": b""}, "boundaries"),
    ],
)
def test_what_is_inside_decides(tmp_path: Path, entries: dict[str, bytes], gives: str) -> None:
    reader = readers.reader_for(packed(tmp_path / "a.zip", entries))
    assert reader is not None
    assert reader.gives == gives


def test_nothing_leaves_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    path = packed(tmp_path / "a.zip", {"../../evil.csv": CITIES, "C:\\x\\con?.csv": CITIES})
    made = [table_archives.unpack(path, one, inner) for one in table_archives.entries(path)]
    assert sorted(tmp_path.rglob("*.csv")) == sorted(made)
    assert {one.parent for one in made} == {inner}
    assert read_source(path).n_rows == 2


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_SMALL", 1 << 20)
    path = packed(tmp_path / "a.zip", {"a.csv": b"a;b\n" + b"0;0\n" * (1 << 19)})
    with pytest.raises(TerraDeskError, match="not safe"):
        table_archives.entries(path)
    with pytest.raises(TerraDeskError, match="not safe"):
        preview(path)


@pytest.mark.parametrize("place", [0.3, 0.5, 0.99])
def test_damaged_archives_are_told(tmp_path: Path, place: float) -> None:
    path = packed(tmp_path / "a.zip", {"a.csv": "\n".join(f"{k};{k * k}" for k in range(9999))})
    data = bytearray(path.read_bytes())
    at = int(len(data) * place)
    data[at : at + 8] = b"\xff" * 8
    path.write_bytes(data)
    with pytest.raises(TerraDeskError):
        read_source(path)
