"""Import reports: every row accounted for, kept small, told row by row."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.errors import TerraDeskError
from terradesk.exporters import import_report
from terradesk.progress import Cancelled
from terradesk.readers import row_lists
from terradesk.readers.report import (
    MOST_REJECTS,
    ImportReport,
    Issue,
    from_dict,
    issue,
    lines_text,
    reject,
    told_rows,
)
from tests.core.made_maps import objects


@given(st.lists(st.integers(0, 2_000_000), max_size=40))
def test_row_lists_come_back_in_their_order(rows: list[int]) -> None:
    assert row_lists.as_rows(row_lists.as_text(rows)).tolist() == rows


def test_row_lists_stay_small() -> None:
    assert row_lists.as_text([0, 1, 2, 3, 4, 9]) == "0-4,9"
    everything = np.arange(1_000_000)
    assert row_lists.as_text(everything) == "0-999999"
    every_other = row_lists.as_text(everything[::2])
    assert len(every_other) < 20_000
    assert np.array_equal(row_lists.as_rows(every_other), everything[::2])
    scattered = np.flatnonzero(np.random.default_rng(1).random(1_000_000) < 0.3)
    assert len(row_lists.as_text(scattered)) < 500_000


@pytest.mark.parametrize("text", ["x", "5-", "1-2-3", "0-99999999999", "z:???", "z:AAAA", "-4"])
def test_a_damaged_row_list_is_nothing_or_rows(text: str) -> None:
    assert row_lists.as_rows(text).dtype == np.int64


def a_report() -> ImportReport:
    """Rows of lines 2 ... 7 of which line 4 was too long; rows 1 and 3 have something to tell."""
    read = ImportReport(
        read=6,
        accepted=5,
        rejected=1,
        issues=(issue("too_long", "1 row has more cells", [4], is_lines=True),),
        rejects=(reject(4, "too_long", ["3", "=1+1", "x", "y" * 500]),),
        header=("id", "name"),
        lines=lines_text(np.array([2, 3, 5, 6, 7])),
    )
    later = ImportReport(
        read=5,
        accepted=4,
        rejected=1,
        unplaced=1,
        issues=(
            issue("no_key", "1 row has no key", [1]),
            issue("unplaced", "1 account has no place", [3]),
            issue("zip", "1 ZIP code put right", [3], level="info"),
        ),
    )
    columns = {"id": objects(["1", "", "4", "5", "6"]), "name": objects(list("abcde"))}
    return read.followed_by(later).labelled(columns, "id", "name")


def test_each_row_is_told_with_its_reasons() -> None:
    report = a_report()
    assert report.adds_up and report.rejected == 2
    told = list(told_rows(report))
    assert [(one.line, one.key, one.name, one.outcome) for one in told] == [
        (3, "", "b", "rejected"),
        (4, "", "", "rejected"),
        (6, "5", "d", "unplaced"),
    ]
    assert told[0].cells == ("", "b")
    assert told[1].cells[:2] == ("3", "=1+1") and len(told[1].cells[3]) < 300
    assert told[2].reasons == ("No place found", "ZIP code put right")


def test_a_report_comes_back_from_json_and_from_older_ones() -> None:
    report = a_report()
    assert from_dict(json.loads(report.as_json())) == report
    assert from_dict({**asdict(report), "of_the_future": 1}) == report
    older = {"read": 3, "accepted": 3, "issues": [{"kind": "zip", "message": "m", "rows": [2]}]}
    found = from_dict(older)
    assert found.issues[0].every_row.tolist() == [2]
    assert found.issues[0].outcome == "repaired"
    assert [one.line for one in told_rows(found)] == [0]


def test_all_rows_of_an_issue_are_kept_and_the_window_gets_a_thousand() -> None:
    one = issue("unplaced", "m", np.arange(50_000))
    assert len(one.rows) == 1000 and one.n == 50_000
    assert len(one.every_row) == 50_000
    moved = one.mapped(np.arange(50_000)[::-1])
    assert moved.rows[0] == 49_999 and moved.every_row[-1] == 0
    assert len(json.dumps(asdict(moved))) < 50_000
    changed = Issue("k", "m", (7,), 1, runs="0-4")
    assert changed.every_row.tolist() == [7]


def test_cells_are_kept_of_some_thousand_rejected_rows() -> None:
    n = MOST_REJECTS + 100
    columns = {"id": objects([str(k) for k in range(n)])}
    report = ImportReport(n, 0, rejected=n, issues=(issue("no_key", "m", np.arange(n)),))
    report = ImportReport.labelled(report, columns, "id")
    assert len(report.rejects) == len(report.labels) == MOST_REJECTS
    assert len(list(told_rows(report))) == n


def test_the_report_is_written_as_a_workbook(tmp_path: Path) -> None:
    path = import_report.write_report(a_report(), tmp_path / "r.xlsx", "kunder.csv", "2026-01-01")
    book = openpyxl.load_workbook(path)
    summary = {row[0]: row[1] for row in book["Summary"].iter_rows(values_only=True) if row[0]}
    assert summary["File"] == "kunder.csv"
    assert (summary["Rows of the file"], summary["Taken"], summary["Left out"]) == (6, 4, 2)
    rows = list(book["Rows"].iter_rows())
    assert [cell.value for cell in rows[0]][:3] == ["Line", "Number", "Name"]
    assert [row[0].value for row in rows[1:]] == [3, 4, 6]
    assert (rows[2][6].value, rows[2][6].data_type) == ("=1+1", "s")
    assert [path] == list(tmp_path.iterdir())


def test_the_report_is_written_as_text(tmp_path: Path) -> None:
    path = import_report.write_report(a_report(), tmp_path / "r.csv")
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert rows[2][0] == "4" and rows[2][6] == "'=1+1"
    assert rows[3][1:4] == ["5", "d", "Taken, without a place"]


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(TerraDeskError, match="cannot be written as"):
        import_report.write_report(a_report(), tmp_path / "r.docx")
    with pytest.raises(TerraDeskError, match="cannot be written"):
        import_report.write_report(a_report(), tmp_path / "no" / "r.csv")

    def cancel(fraction: float, message: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        import_report.write_report(a_report(), tmp_path / "r.xlsx", progress=cancel)
    assert list(tmp_path.iterdir()) == []
