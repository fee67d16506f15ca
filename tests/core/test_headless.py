"""Without a display the sample plan is edited, drawn and handed over."""

from pathlib import Path

import numpy as np
import pytest

from terradesk import headless, measures, paths, planfile, workers
from terradesk.builder import warming
from terradesk.document import Document
from terradesk.edits import apply
from tests.core.kernel import grid_plan


def test_the_job_on_the_sample_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert headless.run(["--out", str(out)]) == 0
    for name in (
        *("plan.gpkg", "plan.xlsx", "plan.csv", "map.html", "map.png", "map.pdf"),
        *("plan_territories.shp", "plan_units.shp", "plan_accounts.shp"),
    ):
        assert (out / name).stat().st_size > 1000, name
    said = capsys.readouterr().out
    assert "Undone: " in said
    assert "Done again: " in said
    lines = said.splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith("Territory"))
    table = lines[first : first + 26]
    assert len({len(line) for line in table}) == 1
    assert sum("*" in line for line in table[1:]) >= 2
    document = planfile.open_document(out / "plan.gpkg", read_only=True)
    try:
        before, after = (document.plan.alignment(a) for a in sorted(document.plan.assignments))
        assert measures.balance(after).n_in_tolerance > measures.balance(before).n_in_tolerance
        assert [step.kind for step in document.steps[-2:]] == ["undo", "redo"]
    finally:
        document.close()
    assert list(paths.recovery_dir().iterdir()) == []


def test_a_move_evens_out_and_keeps_territories_whole() -> None:
    document = Document(grid_plan(8, 6, 3))
    for _k in range(5):
        view = document.plan.alignment(3)
        edit = headless.next_move(view)
        if edit is None:
            break
        after = apply(document.plan, edit).alignment(3)
        spread = [np.nanstd(measures.balance(v).deviations) for v in (view, after)]
        assert spread[1] < spread[0]
        assert (measures.contiguity(after).parts[1:] == 1).all()
        document.do(edit)
    assert document.steps


def test_the_self_test_fails_when_undo_does_not_restore(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(headless, "_FILES", ("plan.csv",))
    assert headless.self_test() == 0
    assert "passed" in capsys.readouterr().out
    monkeypatch.setattr(Document, "undo", lambda self: None)
    assert headless.self_test() == 1
    said = capsys.readouterr()
    assert "undo did not restore" in said.err
    assert "failed" in said.out


@pytest.mark.parametrize("is_broken", [False, True])
def test_warming_up_compiles_the_builder_beside_or_here(
    monkeypatch: pytest.MonkeyPatch, is_broken: bool
) -> None:
    run, beside, here = workers.run, [], []

    def told(function: str, arguments: dict[str, object]) -> None:
        beside.append(function)
        if is_broken:
            raise workers.WorkerFailed("The work ended unexpectedly.", "", "crash")
        assert run(function, arguments) is None

    monkeypatch.setattr(workers, "run", told)
    monkeypatch.setattr(warming, "WARMED", (lambda: here.append(1),))
    assert headless.warm_up() == 0
    assert beside == ["terradesk.builder.warming:warm"] and here == [1]
    assert list(paths.recovery_dir().iterdir()) == []
