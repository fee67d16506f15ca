"""Figures reached per period in the workbook."""

from __future__ import annotations

import warnings
from pathlib import Path

import openpyxl

from terradesk import records as rec
from terradesk.edits import Edit, Record
from terradesk.exporters import export
from tests.core.kernel import done
from tests.core.test_exporters_workbook import PLAN


def test_figures_of_territories_and_reps_have_a_sheet_of_their_own(tmp_path: Path) -> None:
    ids = {t.name: t.id for t in PLAN.alignment(3).leaves}
    rep = PLAN.rows(rec.Rep)[0]
    n = PLAN.next_id
    told = [
        ("rep", rep.id, "Sales", "2026-Q1", 10.0),
        ("territory", ids["=Süd"], "Sales", "2026-Q2", 7.25),
        ("territory", ids["=Süd"], "Sales", "2026-Q1", 5.0),
        ("territory", 99_999, "Sales", "2026-Q1", 1.0),  # of another scenario
    ]
    rows = [
        rec.Actual(f"a{k}", n + k, kind=kind, ref=ref, name=name, period=when, value=value)
        for k, (kind, ref, name, when, value) in enumerate(told)
    ]
    plan = done(PLAN, Edit("Test", {}, records=tuple(Record("actual", None, r) for r in rows)))
    export(plan, 3, tmp_path / "a.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Actuals"]
    assert list(sheet.iter_rows(values_only=True)) == [
        ("Kind", "ID", "Name", "Figure", "Period", "Value"),
        ("territory", str(ids["=Süd"]), "=Süd", "Sales", "2026-Q1", 5),
        ("territory", str(ids["=Süd"]), "=Süd", "Sales", "2026-Q2", 7.25),
        ("rep", str(rep.id), "Ann, O'Hara", "Sales", "2026-Q1", 10),
    ]
