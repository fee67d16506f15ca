"""The builder from the command line and from scripts: what it does, says, and refuses."""

from __future__ import annotations

import doctest
import json
import shutil
from pathlib import Path

import pytest

from terradesk import api, cli
from terradesk.api import building as api_building
from terradesk.api import open_plan
from terradesk.builder.plans import settings
from terradesk.cli import building
from terradesk.errors import TerraDeskError
from terradesk.planfile import create
from tests.conftest import ROOT
from tests.core.kernel import grid_plan

QUICK = ("--effort", "0.1")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "grid.gpkg"
    create(path, grid_plan(8, 6, 4)).close()
    return path


@pytest.fixture
def plan(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "plan.gpkg"))


def run(*arguments: object) -> int:
    return cli.main([str(a) for a in arguments])


def balance(plan: Path) -> tuple[int, int]:
    with api.open(plan, read_only=True) as opened:
        found = opened.balance
        return found.n_in_tolerance, found.n_territories


def test_building_changes_the_plan_in_one_step(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("build", plan, "--territories", 6, "--balance", "Population:10%", *QUICK) == 0
    said = capsys.readouterr().out
    assert "Built 6 territories by Population, 6 within ±10 %" in said
    assert "6 of 6 within tolerance" in said and "kept" in said
    assert "\u2068" not in said
    assert balance(plan) == (6, 6)
    with api.open(plan) as opened:
        [step] = opened.document.steps
        assert "Population ±10 %; 6 territories" in step.edit.reason
        assert opened.territories[:4] == ["T0", "T1", "T2", "T3"]
        assert opened.undo().startswith("Undone: Built 6 territories")
        assert opened.territories == ["T0", "T1", "T2", "T3"]


def test_json_is_for_programs(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wishes = ("--balance", "Population:10%:2", "--balance", "accounts:25%", "--json", *QUICK)
    assert run("build", plan, "-n", 4, "--dry-run", *wishes) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accepted"] is False and found["is_valid"] and found["stopped"] == "complete"
    assert [t["name"] for t in found["territories"]] == ["T0", "T1", "T2", "T3"]
    for territory in found["territories"]:
        people = territory["measures"]["Population"]
        assert people["deviation"] == pytest.approx(
            people["value"] / people["target"] - 1, abs=1e-5
        )
        assert set(territory["measures"]) == {"Population", "Accounts"}
        assert territory["parts"] == 1
    assert sum(t["areas"] for t in found["territories"]) == 48
    with api.open(plan, read_only=True) as opened:
        assert not opened.document.steps


def test_the_same_run_gives_the_same_plan(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for seed in (3, 3):
        run("build", plan, "-n", 5, "--seed", seed, "--dry-run", "--json", *QUICK)
        answers.append(json.loads(capsys.readouterr().out))
    for one in answers:
        del one["seconds"]
    assert answers[0] == answers[1] and answers[0]["seed"] == 3


def test_a_build_may_go_into_a_new_scenario(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("build", plan, "-n", 5, "--as-new-scenario", "Five", *QUICK) == 0
    capsys.readouterr()
    with api.open(plan, "Five", read_only=True) as opened:
        assert len(opened.territories) == 5
        first = opened.scenarios[0]
        opened.use(first)
        assert len(opened.territories) == 4


def test_one_territory_is_split(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("build", plan, "--mode", "split", "--of", "T1", "-n", 2, *QUICK) == 0
    assert "Split T1 into 2 by Population" in capsys.readouterr().out
    with api.open(plan) as opened:
        assert opened.territories[-1] == "T1 2"


def test_areas_are_named_by_their_codes(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with api.open(plan, read_only=True) as opened:
        before = opened.units_frame().set_index("code")["territory"]
    wishes = ("--mode", "selected", "--areas", "00001, 00002,00003,00009,00010", *QUICK)
    assert run("build", plan, *wishes, "--balance", "Population:2%") == 0
    with api.open(plan, read_only=True) as opened:
        after = opened.units_frame().set_index("code")["territory"]
    assert set(after.index[after != before]) <= {"00001", "00002", "00003", "00009", "00010"}
    assert run("build", plan, "--mode", "carve", "--areas", "99999") == 1
    assert "99999" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        (("-n", 0), "at least one territory"),
        (("-n", -3), "at least one territory"),
        (("-n", 49), "each needs one"),
        (("-n", 4, "-b", "Nothing"), "Known are: Population, Sales, Accounts"),
        (("-n", 4, "-b", "Population:0%"), "above 0 and at most 100 %"),
        (("-n", 4, "-b", "Population:101%"), "above 0 and at most 100 %"),
        (("-n", 4, "-b", "Population:nan%"), "above 0 and at most 100 %"),
        (("-n", 4, "-b", "Population:5%:-1"), "must be 0 or more"),
        (("-n", 4, "-b", "Population", "-b", "population"), "twice"),
        (("-n", 4, "--whole", "county"), "Known are: population, state"),
        (("-n", 4, "--seeds", "reps"), "Give reps a home"),
        (("--mode", "absorb"), "rep has left"),
        (("--mode", "split", "--of", "T9"), "Known are: T0, T1, T2, T3"),
        (("-n", 4, "--keep", 120), "between 0 and 100 %"),
        (("-n", 4, "--effort", 0), "above 0"),
        (("-n", 4, "--share", "T0:0"), "above 0"),
        (("-n", 4, "--minimum", 9, "--maximum", 1), "above its maximum"),
    ],
)
def test_wishes_that_mean_nothing_are_answered_at_once(
    plan: Path, wish: tuple[object, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("build", "diagnose"):
        assert run(command, plan, *wish) == 1
        assert text in capsys.readouterr().err
    with api.open(plan, read_only=True) as opened:
        assert not opened.document.steps


def test_everything_locked_is_said(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with api.open(plan) as opened:
        for name in opened.territories:
            opened.lock(name)
    assert run("build", plan, "--mode", "rebalance") == 1
    assert "Everything is locked" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [("--mode", "all"), ("--seeds", "x"), ("--share", "T0"), ("--keep", "much")]
)
def test_wrong_usage_is_2(
    plan: Path, wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run("build", plan, *wrong)
    assert caught.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_what_the_command_line_offers_is_what_the_builder_knows() -> None:
    assert building.MODES == settings.MODES
    assert (building.SEEDS, building.CONTIGUITY, building.REACH) == (
        settings.SEEDS,
        settings.CONTIGUITY,
        settings.REACH,
    )


def test_a_diagnosis_says_why_and_what_would_help(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("diagnose", plan, "-n", 4, "--balance", "Population:10%") == 0
    assert "Nothing was found" in capsys.readouterr().out
    assert run("diagnose", plan, "-n", 47, "--balance", "Population:1%") == 0
    said = capsys.readouterr().out
    assert "What would help" in said
    assert run("diagnose", plan, "-n", 47, "--balance", "Population:1%", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["is_possible"] is False and found["tightest"]["Population"] > 0.01
    assert len(found["findings"]) >= 1


def test_swaps_lead_towards_tolerance(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with api.open(plan) as opened:
        opened.assign(["00002", "00010"], "T0")
        before = opened.balance
        outside = before.n_territories - before.n_in_tolerance
        found = opened.swaps("Population:5%")
        assert found and found[0].n_out <= outside
        one = found[0]
        for code, territory in zip(one.codes, one.territories, strict=True):
            opened.assign([code], territory)
        assert opened.balance.cv < before.cv
        assert ("→" in one.sentence and "squares" in one.sentence) or "square" in one.sentence
    assert run("swaps", plan, "--balance", "Population:1%", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert all(set(r) == {"sentence", "areas", "out_of_tolerance_after"} for r in rows)


# ---------------------------------------------------------------------- scripts
def test_a_proposal_can_be_looked_at_before_it_is_accepted(plan: Path) -> None:
    with api.open(plan) as opened:
        built = opened.build(5, {"Population": 0.1}, accept=False, effort=0.1)
        assert not opened.document.steps and len(opened.territories) == 4
        assert built.sentence == "Built 5 territories by Population, 5 within ±10 %"
        opened.assign(["00000"], "T3")
        accepted = built.accept()
        assert accepted.n_edited == 1 and len(opened.territories) == 5
        assert "edited meanwhile" in "".join(built.notes)
        assert opened.units_frame().set_index("code")["territory"]["00000"] == "T3"
        assert built.as_dict()["accepted"] is True


def test_a_measure_may_have_a_colon_in_its_name(plan: Path) -> None:
    with api.open(plan) as opened:
        for text, tolerance, weight in (
            ("Population", 0.1, 1.0),
            ("Population:5", 0.05, 1.0),
            ("Population:5%:0.5", 0.05, 0.5),
            ("m-population:20 %", 0.2, 1.0),
        ):
            [wish] = api_building.ask(opened, 4, text).wishes
            assert (wish.tolerance, wish.weight) == (tolerance, weight)
            assert wish.measure == "m-population"
        with pytest.raises(TerraDeskError, match="Income: median"):
            api_building.ask(opened, 4, "Income: median")


def test_without_a_number_the_plan_is_improved(plan: Path) -> None:
    with api.open(plan) as opened:
        assert api_building.ask(opened, None, ()).mode == "rebalance"
        assert api_building.ask(opened, 4, ()).mode == "new"
        assert api_building.ask(opened, 4, (), keep=0.9).mode == "rebalance"


@pytest.mark.parametrize("text", ["docs/builder.md", "docs/importing.md"])
def test_the_documented_example_does_what_it_says(text: str) -> None:
    done = doctest.testfile(str(ROOT / text), module_relative=False, encoding="utf-8")
    assert done.attempted > 15 and done.failed == 0


def test_the_example_of_the_api_does_what_it_says() -> None:
    done = doctest.testmod(open_plan)
    assert done.attempted > 5 and done.failed == 0


def test_choices_are_listed_and_one_is_taken(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wishes = ("build", plan, "--mode", "rebalance", "--balance", "Population:15%", *QUICK)
    with api.open(plan) as opened:
        opened.assign(["00002", "00010", "00018"], "T0")
        n_steps = len(opened.document.steps)
    assert run(*wishes, "--pareto") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 1 and lines[0].startswith("1  ") and "compactness" in lines[0]
    assert run(*wishes, "--pareto", "--choose", 99) == 1
    assert "There is no choice 99" in capsys.readouterr().err
    with api.open(plan, read_only=True) as opened:
        assert len(opened.document.steps) == n_steps
    assert run(*wishes, "--pareto", "--choose", 1) == 0
    assert "Rebalanced 4 territories by Population" in capsys.readouterr().out
    with api.open(plan, read_only=True) as opened:
        assert len(opened.document.steps) == n_steps + 1


def test_several_starts_run_beside_each_other(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wishes = ("build", plan, "-n", 5, "--starts", 2, "--seed", 7, "--dry-run", "--json", *QUICK)
    assert run(*wishes) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["seed"] in (7, 8) and found["is_valid"]
