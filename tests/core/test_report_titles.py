"""Titles above a table in the report of its import."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from terradesk.exporters.import_report import write_report
from terradesk.readers import read_table
from tests.reading_here import read_here


def test_titles_are_no_rows_that_were_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_here(monkeypatch)
    path = tmp_path / "list.csv"
    lines = ["Customers;;", "Made by hand;;", "Number;Name;ZIP", "1;A;00001", "2;B;00002"]
    path.write_text("\n".join(lines), "utf-8")
    table = read_table(path)
    assert (table.report.read, table.report.accepted) == (2, 2)
    written = write_report(table.report, tmp_path / "why.csv", path.name)
    with written.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["Line"], row["What became of it"]) for row in rows] == [
        ("1", "Not a row of the table"),
        ("2", "Not a row of the table"),
    ]
    assert "title" in rows[0]["Why"]
