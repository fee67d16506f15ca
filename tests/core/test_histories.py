"""Steps in words and histories out of files: nothing in them is taken for more than text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import planfile
from terradesk.document import Document
from terradesk.edits import Change, Edit, describe
from terradesk.edits import territories as te
from terradesk.errors import ReadOnlyPlan
from tests.core.kernel import grid_accounts, grid_plan
from tests.core.plan_files import A, move, opened

PLAN = grid_plan()
LEAF = PLAN.alignment(A).leaves[0].id
ODD_NAMES = ["{b}", "{0}", "{", "}", "%s {n!r}", "\u202eEdom", "{a.__class__}", "x" * 5000, "Å\nB"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_is_told_as_it_is(name: str) -> None:
    edit = te.rename(PLAN, A, LEAF, name)
    assert edit is not None
    assert describe(edit) == f"Renamed T0 to {name}"


def test_what_a_history_lacks_is_left_as_it_is_written() -> None:
    assert describe(Edit("Moved {n} {noun}", {"n": 2})) == "Moved 2 {noun}"
    assert describe(Edit("{a:>1000000000} {a.__class__} {0}", {"a": 1})) == (
        "{a:>1000000000} {a.__class__} {0}"
    )
    assert describe(Edit("Took {n} out of {a}", {"n": 1, "a": "Unassigned"})) == (
        "Took 1 out of Unassigned"
    )


@given(st.text(max_size=30), st.dictionaries(st.sampled_from("abn"), st.text() | st.integers()))
def test_any_sentence_can_be_told(msgid: str, fields: dict[str, str | int]) -> None:
    assert isinstance(describe(Edit(msgid, fields)), str)


def test_cells_that_an_import_turned_into_text_can_still_be_undone(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    document = planfile.create(path, PLAN)
    rows = np.array([0, 1], np.int32)
    before = PLAN.accounts.columns["sales"][rows]
    after = np.array([0.1 + 0.2, np.nan])
    document.do(Edit("Typed", {}, (Change("accounts", "sales", 0, rows, before, after),)))
    made = grid_accounts(2, 2)
    text = {**made.columns, "sales": np.array(["n/a", "3"], object)}
    document.add_accounts(replace(made, columns=text), "b.csv")
    document.close()
    again = planfile.open_document(path)
    assert again.plan.accounts.columns["sales"][:2].tolist() == ["0.30000000000000004", ""]
    again.undo()
    again.undo()
    assert again.plan.accounts.columns["sales"][:2].tolist() == ["10", "20"]
    again.redo()
    again.redo()
    held = again.plan.accounts.columns["sales"].tolist()
    again.close()
    last = planfile.open_document(path)
    assert last.plan.accounts.columns["sales"].tolist() == held
    assert held[:2] == ["0.30000000000000004", ""] and held[-2:] == ["n/a", "3"]
    last.close()


DAMAGES = {
    "a gap": "DELETE FROM history WHERE seq = 2",
    "no end": "DELETE FROM history WHERE seq = 3",
    "an undo of nothing": "UPDATE history SET kind = 'undo' WHERE seq = 1",
    "an unknown kind": "UPDATE history SET kind = 'dream' WHERE seq = 2",
    "fields that are none": "UPDATE history SET fields = '[1]' WHERE seq = 2",
    "no time": "UPDATE history SET time = 'once' WHERE seq = 2",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_plan_with_a_damaged_history_can_be_looked_at(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "plan.gpkg"
    document = planfile.create(path, PLAN)
    for unit in range(3):
        move(document, unit, 2)
    document.close()
    with opened(path) as db:
        db.execute(damage)
    again = planfile.open_document(path)
    assert np.array_equal(again.plan.assignments[A], document.plan.assignments[A])
    assert again.steps == () and again.undo() is None
    assert "history" in again.store.read_only_reason  # type: ignore[attr-defined]
    check_refused(again)
    again.close()


def check_refused(document: Document) -> None:
    edit = te.rename(document.plan, A, LEAF, "Other")
    assert edit is not None
    with pytest.raises(ReadOnlyPlan):
        document.do(edit)
