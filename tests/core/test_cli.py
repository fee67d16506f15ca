"""The command line from two files to a workbook, and what it says when something is wrong."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from terradesk import __version__, api, cli
from tests.conftest import ROOT
from tests.core.test_api import customers, grid


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a boundary file and a table of customers."""
    folder = tmp_path_factory.mktemp("files")
    grid().to_file(folder / "squares.geojson", driver="GeoJSON")
    customers().to_csv(folder / "customers.csv", index=False)
    return folder


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.gpkg"
    api.new(grid(), customers(), path=path, from_column="state", title="Squares").close()
    return path


def run(*arguments: object) -> int:
    return cli.main([str(a) for a in arguments])


def test_from_two_files_to_a_workbook(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, book = tmp_path / "plan.gpkg", tmp_path / "plan.xlsx"
    units, accounts = files / "squares.geojson", files / "customers.csv"
    made = run(
        *("new", plan, "--units", units, "--accounts", accounts, "--code", "zip"),
        *("--name", "place", "--from-column", "state", "--noun", "square/squares"),
    )
    said = capsys.readouterr()
    assert made == 0, said.err
    assert "16 squares, 3 accounts" in said.out
    assert run("export", plan, "--to", book) == 0
    assert capsys.readouterr().out.strip() == str(book)
    with closing(openpyxl.load_workbook(book, read_only=True)) as opened:
        rows = list(opened["UnitToTerritory"].iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == grid()["zip"].tolist()
    assert {row[3] for row in rows[1:]} == {"West", "East"}


def test_info_says_what_is_in_a_plan(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info", plan) == 0
    said = capsys.readouterr().out
    assert "Squares" in said
    assert "16 areas, 3 accounts" in said
    assert "2 territories" in said
    assert run("info", plan, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["title"], found["areas"], found["accounts"]) == ("Squares", 16, 3)
    [scenario] = found["scenarios"]
    assert scenario["territories"] == ["East", "West"]
    assert scenario["unassigned_areas"] == 0
    assert scenario["balanced_by"] == "Sales"


def test_info_tells_what_came_in_and_what_has_no_place(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "more.csv"
    table.write_text("Number,Name,ZIP\nN1,One,00003\nN2,Two,\n", "utf-8")
    assert run("import", plan, table, "--as", "accounts", "--map", "unit_code=ZIP") == 0
    assert run("import", plan, table, "--as", "nonsense") == 1
    capsys.readouterr()
    assert run("info", plan) == 0
    said = capsys.readouterr().out
    assert "5 accounts, 1 of them without a place" in said
    [line] = [line for line in said.splitlines() if "more.csv" in line]
    assert "(Customers and prospects)" in line and "2 rows · 1 without a place" in line
    assert run("info", plan, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["unplaced_accounts"] == 1
    last = found["imports"][-1]
    assert (last["file"], last["kind"], last["read"], last["unplaced"]) == (
        *("more.csv", "accounts"),
        *(2, 1),
    )
    with api.open(plan) as opened:
        opened.undo()
    assert run("info", plan) == 0
    assert "more.csv" not in capsys.readouterr().out, "what was undone is not in the plan"


def test_a_reader_that_has_enough_is_no_error(plan: Path) -> None:
    command = [sys.executable, "-m", "terradesk", "info", str(plan), "--json"]
    child = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None and child.stderr is not None
    child.stdout.close()
    with child.stderr:
        assert child.stderr.read() == b""
    assert child.wait(timeout=120) == cli.CUT_OFF


def test_a_table_is_assigned_and_unknown_codes_are_named(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "change.csv"
    table.write_text("Code;Wanted\n00000;East\n00001;North\nxyz;East\n")
    assert run("assign", plan, "--from", table) == 0
    said = capsys.readouterr()
    assert "xyz" in said.err
    with api.open(plan) as opened:
        found = opened.units_frame().set_index("code")["territory"]
        assert found[["00000", "00001"]].tolist() == ["East", "North"]
        assert opened.document.steps[-1].edit.reason == "from change.csv"
        assert opened.undo()


def test_what_was_exported_can_be_assigned_again(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "plan.csv"
    assert run("export", plan, "--to", table) == 0
    with api.open(plan) as opened:
        opened.assign(["00000"], None)
    assert run("assign", plan, "--from", table) == 0
    with api.open(plan) as opened:
        assert opened.territories == ["East", "West"]
        assert opened.units_frame()["territory"].tolist() == grid()["state"].tolist()
    capsys.readouterr()
    assert run("assign", plan, "--from", table) == 0
    assert "Nothing to change" in capsys.readouterr().out
    assert run("assign", plan, "--from", table, "--territory", "TerritoryName") == 0
    assert run("assign", plan, "--from", table, "--code", "TerritoryName") == 1
    assert run("assign", plan, "--from", table, "--code", "none") == 1
    assert "UnitID" in capsys.readouterr().err


def test_a_scenario_is_chosen_by_name(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with api.open(plan) as opened:
        first = opened.scenario.name
        opened.copy_scenario("Draft")
        opened.assign(["00000"], "East")
    for name, owner in ((first, "West"), ("Draft", "East")):
        path = tmp_path / f"{name}.csv"
        assert run("export", plan, "--to", path, "--scenario", name) == 0
        assert path.read_text("utf-8-sig").splitlines()[1].endswith(owner)
    assert run("export", plan, "--to", path, "--scenario", "None") == 1
    assert "Draft" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("info", "missing.gpkg"),
        ("export", "missing.gpkg", "--to", "x.csv"),
        ("new", "made.gpkg", "--units", "missing.shp"),
        ("assign", "missing.gpkg", "--from", "missing.csv"),
    ],
)
def test_errors_are_told_on_stderr_with_what_to_do(
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    first, hint = said.err.strip().splitlines()[:2]
    assert first.startswith("Error: ")
    assert "missing" in first
    assert hint
    assert "\u2068" not in said.err
    assert list(tmp_path.glob("*.gpkg")) == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("new", "x.gpkg"),
        ("export", "x.gpkg", "--to", "x", "--format", "doc"),
        ("new", "x.gpkg", "--units", "u.shp", "--noun", "county"),
    ],
)
def test_wrong_usage_ends_with_2(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert "usage: terradesk" in capsys.readouterr().err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (("--help",), ("new", "--help"), ("export", "--help"), ("--version",)):
        with pytest.raises(SystemExit) as ended:
            run(*arguments)
        assert ended.value.code == 0
    assert __version__ in capsys.readouterr().out


def test_the_module_is_the_same_command(plan: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "terradesk", "info", str(plan), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["areas"] == 16


def test_progress_is_shown_on_a_terminal_only(
    plan: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("export", plan, "--to", tmp_path / "a.csv") == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert run("export", plan, "--to", tmp_path / "b.csv") == 0
    assert "20 %" in capsys.readouterr().err
