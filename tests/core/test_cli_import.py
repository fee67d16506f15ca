"""The command import, and importing by script."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pytest

from terradesk import api, planfile
from terradesk import records as rec
from terradesk.api.importing import checked_options
from terradesk.cli import main
from terradesk.errors import TerraDeskError
from terradesk.importing import Option, Reading
from terradesk.importing.kinds import KINDS
from terradesk.importing.remembering import Remembered, remember
from tests.core.importing_files import account_list, written
from tests.core.kernel import grid_plan
from tests.reading_here import read_here


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)  # without a process for each file


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "Plan.gpkg"
    planfile.create(path, grid_plan()).close()
    return path


@pytest.fixture
def zips(tmp_path: Path) -> Path:
    rows = [("00000", "New"), ("00001", "New"), ("99999", "New")]
    return written(tmp_path / "zips.csv", ["Area code", "Territory"], rows)


def names(path: Path) -> list[str]:
    with api.open(path, read_only=True) as opened:
        view = opened.view
        return [view.name_of(int(t)) for t in view.assignment]


def test_the_likeliest_kind_is_taken_and_said(
    plan: Path, zips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(plan), str(zips)]) == 0
    out, err = capsys.readouterr()
    assert "(alignment)" in err and "1 code is not in the map" in err
    assert "Adopted 1 territories with 2 squares from zips.csv" in out
    assert names(plan)[:3] == ["New", "New", "T1"]


def test_a_dry_run_changes_nothing_and_lists_the_differences(
    plan: Path, zips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = plan.read_bytes()
    assert main(["import", str(plan), str(zips), "--as", "alignment", "--dry-run"]) == 0
    out, err = capsys.readouterr()
    assert "Nothing was changed." in out and "Taken as" not in err and "New: 2 squares" in out
    assert plan.read_bytes() == before


def test_the_report_says_why_a_row_was_left_out(plan: Path, zips: Path, tmp_path: Path) -> None:
    for name in ("why.csv", "why.xlsx"):
        arguments = ["import", str(plan), str(zips), "--report", str(tmp_path / name), "--dry-run"]
        assert main(arguments) == 0
        assert (tmp_path / name).stat().st_size > 0
    with (tmp_path / "why.csv").open(encoding="utf-8-sig", newline="") as file:
        text = "\n".join(",".join(row) for row in csv.reader(file))
    assert "99999" in text and "Code is not in the map" in text


def test_columns_and_options_are_said_by_name(plan: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", ["k", "who", "x=y"], [("00000", "Ann", "1")])
    arguments = ["import", str(plan), str(path), "--as", "alignment", "--map", "unit_code=k"]
    arguments += ["--map", "territory=who", "--option", "into=new", "--option", "scenario=Mine"]
    assert main([*arguments, "--map", "unused=x=y"]) == 0
    with api.open(plan, "Mine", read_only=True) as opened:
        assert opened.territories == ["Ann"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--as", "nonsense"], "alignment"),
        (["--as", "alignment", "--map", "owner=Territory"], "unit_code"),
        (["--as", "alignment", "--map", "unit_code=Other"], "Area code"),
        (["--as", "alignment", "--option", "colour=1"], "unlisted"),
        (["--as", "alignment", "--option", "into=elsewhere"], "view, new"),
        (["--scenario", "Nobody"], "First design"),
        (["--report", "x.doc"], ".xlsx"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_there_is(
    plan: Path, zips: Path, more: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(plan), str(zips), "--dry-run", *more]) == 1
    assert told in capsys.readouterr().err


def test_wrong_usage_is_told_apart_from_errors(plan: Path, zips: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["import", str(plan), str(zips), "--map", "territory"])
    assert caught.value.code == 2


def test_a_script_updates_accounts_and_leaves_some_out(plan: Path, tmp_path: Path) -> None:
    columns = account_list(grid_plan())
    columns["sales"][0] = columns["sales"][1] = "99"
    del columns["Latitude"], columns["Longitude"]
    path = written(tmp_path / "list.csv", list(columns), zip(*columns.values(), strict=True))
    with api.open(plan) as opened:
        looked = opened.import_file(path, dry_run=True)
        assert looked.kind.key == "update" and not looked.text and len(opened.document.steps) == 0
        done = opened.import_file(path, left_out=[looked.prepared.items[0].key])
        assert done.report.adds_up and done.imported
        assert opened.plan.accounts.columns["sales"][:3].tolist() == [10, 99, 30]
        assert opened.reports == [done.report]
        opened.undo()
        assert np.array_equal(
            opened.plan.accounts.columns["sales"], grid_plan().accounts.columns["sales"]
        )


def test_what_was_chosen_for_an_earlier_file_is_taken_over_unless_told_not_to(
    plan: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TERRADESK_DATA_DIR", str(tmp_path / "data"))
    head = ["Area code", "Territory", "Team"]
    path = written(tmp_path / "zips.csv", head, [("00000", "A", "X"), ("00001", "A", "Y")])
    chosen = Remembered({"Territory": "unused", "Team": "territory"}, day=dt.date(2026, 11, 2))
    remember(tuple(head), "alignment", chosen)
    arguments = ["import", str(plan), str(path), "--as", "alignment", "--dry-run"]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert "2 territories" in out and "2026" in err
    assert main([*arguments, "--no-memory"]) == 0
    assert "2 territories" not in capsys.readouterr().out
    with api.open(plan, read_only=True) as opened:
        own = {"Territory": "territory"}  # wins over the one that is remembered
        found = opened.import_file(path, kind="alignment", roles=own, dry_run=True)
        assert found.remembered == chosen.day and len(found.prepared.rows) == 1
        found = opened.import_file(path, kind="alignment", remember=False, dry_run=True)
        assert found.remembered is None and found.prepared.rows[0][0] == "A"


def test_signs_that_were_chosen_for_an_earlier_file_hold_again(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERRADESK_DATA_DIR", str(tmp_path / "data"))
    head = ["Area code", "Visits"]
    path = written(tmp_path / "v.csv", head, [("00000", "1,500"), ("00001", "2,500")])
    remember(tuple(head), "figures", Remembered(reading=Reading(decimal=","), day=dt.date.min))
    with api.open(plan, read_only=True) as opened:
        for more, decimal in (({}, ","), ({"remember": False}, "")):
            found = opened.import_file(path, kind="figures", dry_run=True, **more)
            assert found.source.reading.decimal == decimal
        found = opened.import_file(path, kind="figures", reading=Reading(decimal="."), dry_run=True)
        assert found.source.reading.decimal == "."


def test_a_file_like_nothing_is_refused(plan: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "odd.csv", ["a"], [("x",), ("y",)])
    with api.open(plan) as opened, pytest.raises(TerraDeskError):
        opened.import_file(path, kind="alignment")


def test_values_of_options_are_read_as_the_option_wants() -> None:
    options = [
        Option("tick", "", True),
        Option("share", "", 10.0),
        Option("way", "", "a", (("a", "A"), ("b", "B"))),
        Option("name", "", ""),
    ]
    values = checked_options(options, {"tick": "no", "share": "2.5", "way": "b", "name": "x"})
    assert values == {"tick": False, "share": 2.5, "way": "b", "name": "x"}
    for key, value in (("tick", "perhaps"), ("share", "much"), ("way", "c"), ("other", "1")):
        with pytest.raises(TerraDeskError):
            checked_options(options, {key: value})


def test_a_dry_run_says_what_can_be_said_otherwise(
    plan: Path, zips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["import", str(plan), str(zips), "--as", "alignment", "--dry-run"]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "  unit_code=Area code\n  territory=Territory\n" in said
    assert "  into=view (Put it into) or new\n" in said
    assert "scenario=" not in said, "it means nothing for the scenario in view"
    assert main([*arguments, "--option", "into=new", "--map", "district=Territory"]) == 1
    assert main([*arguments, "--option", "into=new"]) == 0
    assert "  scenario=zips (Name of the new scenario)\n" in capsys.readouterr().out


def test_kinds_are_listed_with_what_columns_may_mean(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["import", "--list-kinds"])
    assert not caught.value.code
    said = capsys.readouterr().out
    for entry in KINDS:
        assert f"{entry.partition(':')[0]}: " in said
    assert "    postcode = Postal code" in said


@pytest.mark.parametrize("report", ["nowhere/why.csv", "why.txt"])
def test_a_report_that_cannot_be_written_is_told_before_anything_is_changed(
    plan: Path, zips: Path, tmp_path: Path, report: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = plan.read_bytes()
    assert main(["import", str(plan), str(zips), "--report", str(tmp_path / report)]) == 1
    assert "written" in capsys.readouterr().err
    assert plan.read_bytes() == before


def test_a_plan_that_is_edited_elsewhere_is_left_alone(
    plan: Path, zips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with api.open(plan) as opened:
        opened.import_file(zips, kind="alignment")
        n_steps = len(opened.document.steps)
        other = written(zips.with_name("b.csv"), ["Area code", "Territory"], [("00005", "B")])
        assert main(["import", str(plan), str(other), "--as", "alignment"]) == 1
        assert "open" in capsys.readouterr().err
        assert main(["import", str(plan), str(other), "--as", "alignment", "--dry-run"]) == 0
    with api.open(plan, read_only=True) as opened:
        assert len(opened.document.steps) == n_steps


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        *((kind, "areas") for kind in ("newer_areas", "more_areas", "drawn")),
        *(("areas", "map"), ("reps", "name or e-mail"), ("postcodes", "Postal code")),
        *(("actuals", "figure"), ("owners", "Account number")),
    ],
)
def test_a_kind_that_does_not_fit_is_refused_without_a_change(
    plan: Path, zips: Path, kind: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = plan.read_bytes()
    assert main(["import", str(plan), str(zips), "--as", kind]) == 1
    said = capsys.readouterr().err
    assert told in said and "Traceback" not in said
    assert plan.read_bytes() == before


def test_several_files_one_after_the_other_are_undone_one_by_one(
    plan: Path, tmp_path: Path
) -> None:
    lists = {
        "alignment": (["Area code", "Territory"], [("00000", "New")]),
        "figures": (["Area code", "Houses"], [("00000", "5")]),
        "reps": (["Rep", "E-mail"], [("Ann", "ann@example.org")]),
        "accounts": (["Number", "Name", "Latitude", "Longitude"], [("N1", "One", "1", "1")]),
    }
    with api.open(plan, read_only=True) as opened:
        before = opened.plan
    for kind, (head, rows) in lists.items():
        path = written(tmp_path / f"{kind}.csv", head, rows)
        assert main(["import", str(plan), str(path), "--as", kind]) == 0
    with api.open(plan) as opened:
        assert [row.kind for row in opened.plan.rows(rec.BatchRow)] == list(lists)
        for _kind in lists:
            opened.undo()
        now = opened.plan
        assert now.rows(rec.BatchRow) == before.rows(rec.BatchRow)
        assert now.rows(rec.Rep) == before.rows(rec.Rep)
        assert now.accounts_present.sum() == before.accounts_present.sum()
        assert np.array_equal(now.assignments[3], before.assignments[3])
        assert not np.isfinite(now.units.columns["Houses"]).any()


def test_without_a_terminal_nothing_is_said_and_nothing_breaks(
    plan: Path, zips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    code = main(["import", str(plan), str(zips), "--as", "alignment"])
    monkeypatch.undo()
    assert code == 0
    assert names(plan)[0] == "New"
