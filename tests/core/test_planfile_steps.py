"""Any chain of edits: what was written is what is read, anywhere in the history."""

from __future__ import annotations

import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import planfile
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import Batch, Change, Edit, Record, assign, name_accounts, return_accounts
from terradesk.edits import scenarios as sc
from terradesk.edits import territories as te
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan
from terradesk.planfile import payload
from tests.core.kernel import grid_accounts, grid_plan
from tests.core.plan_files import differences, replayed

PLAN = grid_plan()
VALUES = {
    str: st.text(max_size=6),
    int: st.integers(-(2**31), 2**31 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
}


@st.composite
def rows_of(draw: st.DrawFn, kind: str) -> rec.Row:
    """Any row of a kind, of the plan's own alignment or of the whole plan."""
    row_type = rec.KINDS[kind]
    hints = get_type_hints(row_type)
    values: dict[str, Any] = {
        f.name: draw(VALUES.get(hints[f.name], st.none() | VALUES[float])) for f in fields(row_type)
    }
    values["id"] = draw(st.integers(1, 10**6))
    return row_type(**{**values, "uid": rec.new_uid(), "alignment": draw(st.sampled_from([0, 3]))})


RECORD_KINDS = [kind for kind in rec.KINDS if kind != "alignment"]


def life_of(kind: str, first: rec.Row, second: rec.Row) -> list[Edit]:
    """A record comes, changes and goes."""
    second = replace(second, uid=first.uid, alignment=first.alignment)
    return [
        Edit("{a}", {"a": "x"}, records=(Record(kind, None, first),)),
        Edit("", records=(Record(kind, first, second),), reason="why"),
        Edit("", records=(Record(kind, second, None),), alignment=3),
    ]


@settings(max_examples=max(5, settings.default.max_examples // 5))  # type: ignore[union-attr]
@given(st.fixed_dictionaries({k: st.tuples(rows_of(k), rows_of(k)) for k in RECORD_KINDS}))
def test_every_kind_of_record_is_inserted_changed_deleted(rows: dict[str, Any]) -> None:
    lives = [life_of(kind, *pair) for kind, pair in rows.items()]
    edits = [edit for stage in zip(*lives, strict=True) for edit in stage]
    for edit in edits:
        assert payload.decode(payload.encode(edit)) == ((), edit.records, ())
    with tempfile.TemporaryDirectory() as folder:
        check_chain(Path(folder) / "p.gpkg", [lambda d, e=e: d.do(e) for e in edits])


def check_chain(path: Path, steps: list[Any]) -> None:
    """Do each step and compare what another opening of the file sees after some of them."""
    document = planfile.create(path, PLAN)
    for k, step in enumerate(steps):
        step(document)
        if k % 4 == 3 or k == len(steps) - 1:
            compare(path, document)
    document.close()
    assert planfile.check(path) == ()


def compare(path: Path, document: Document) -> None:
    other = planfile.open_document(path, read_only=True)
    assert differences(other.plan, document.plan) == []
    assert other.applied() == [replace(s, edit=o.edit) for s, o in paired(document, other)]
    other.close()


def paired(document: Document, other: Document) -> list[Any]:
    return list(zip(document.applied(), other.applied(), strict=True))


def change_cells(plan: Plan, table: str, column: str, draw: st.DrawFn) -> Edit:
    """New values in a column of units or accounts."""
    old = getattr(plan, table).column(column)
    picked = draw(st.sets(st.integers(0, len(old) - 1), min_size=1, max_size=5))
    rows = np.array(sorted(picked), np.int32)
    kind = {"O": str, "f": float, "b": bool}.get(old.dtype.kind, int)
    values = {**VALUES, int: st.integers(0, 5), float: st.floats()}[kind]
    after = np.array([draw(values) for _ in rows] + [None], object)[:-1].astype(old.dtype)
    return Edit("Changed", {}, (Change(table, column, 0, rows, old[rows], after),))


CELLS = [
    ("units", "population"),
    ("units", "state"),
    ("units", "names"),
    ("units", "is_present"),
    ("accounts", "sales"),
    ("accounts", "owner"),
    ("accounts", "lon"),
    ("accounts", "x"),
    ("accounts", "unit"),
    ("accounts", "placement"),
    ("accounts", "is_present"),
]


def some_edit(plan: Plan, draw: st.DrawFn) -> Edit | None:
    """One of the edits that the program makes, if it can be made now."""
    alignment = draw(st.sampled_from(sorted(plan.assignments)))
    view = plan.alignment(alignment)
    leaves = [t.id for t in view.leaves]
    leaf = draw(st.sampled_from([*leaves, -1]))
    units = np.array(sorted(draw(st.sets(st.integers(0, 23), min_size=1))))
    accounts = np.array(sorted(draw(st.sets(st.integers(0, 11), min_size=1, max_size=4))))
    scenario = draw(st.sampled_from(plan.scenarios)).id
    made = te.new_territory(plan, alignment)
    text = draw(st.text(min_size=1, max_size=5))
    choices = {
        "assign": lambda: assign(plan, alignment, units, leaf, reason=text).edit,
        "new": lambda: assign(plan, alignment, units, made.id, new=made).edit,
        "name": lambda: name_accounts(plan, alignment, accounts, leaf, reason=text).edit,
        "return": lambda: return_accounts(plan, alignment, accounts).edit,
        "rename": lambda: te.rename(plan, alignment, leaf, text),
        "merge": lambda: te.merge(plan, alignment, leaves[:2], leaves[0]),
        "delete": lambda: te.delete(plan, alignment, [leaf]),
        "lock": lambda: te.set_locked(plan, alignment, [leaf], draw(st.booleans())),
        "target": lambda: sc.set_target(plan, alignment, leaf, "m-sales", draw(st.floats(1, 9))),
        "copy": lambda: sc.copy_scenario(plan, scenario, text),
        "discard": lambda: sc.delete_scenario(plan, scenario),
        "replace": lambda: sc.replace_original(plan, scenario),
        "baseline": lambda: sc.set_baseline(plan, scenario),
        "setting": lambda: sc.set_setting(plan, "credits", text),
        "cells": lambda: change_cells(plan, *draw(st.sampled_from(CELLS)), draw),
    }
    try:
        return choices[draw(st.sampled_from(sorted(choices)))]()
    except (TerraDeskError, KeyError, IndexError):
        return None  # not possible in this state


def some_step(document: Document, draw: st.DrawFn) -> None:
    kind = draw(st.sampled_from(["do", "do", "do", "undo", "redo", "import"]))
    if kind == "undo":
        document.undo()
    elif kind == "redo":
        document.redo()
    elif kind == "import":
        document.add_accounts(grid_accounts(2, draw(st.integers(1, 3))), "more.csv")
    else:
        edit = some_edit(document.plan, draw)
        if edit is not None:
            document.do(edit)


@given(st.data())
def test_any_chain_of_steps_is_what_the_file_holds(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.gpkg"
        steps = data.draw(st.integers(1, 8))
        check_chain(path, [lambda d: some_step(d, data.draw)] * steps)
        document = planfile.open_document(path)
        states = [document.plan]
        while document.undo():
            states.append(document.plan)
        if not any(document.store.edit(s.seq).batches for s in document.steps):
            assert not differences(replace(document.plan, next_id=0), replace(PLAN, next_id=0))
            if document.steps:
                assert not differences(replayed(PLAN, document), document.plan)
        for state in reversed(states[:-1]):
            document.redo()
            assert not differences(document.plan, state)
        document.close()
        assert planfile.check(path) == ()


@given(
    st.lists(st.integers(0, 10**6), unique=True, max_size=50),
    st.sampled_from([np.int32, np.int64, np.uint8, np.bool_, np.float64, np.float32]),
    st.data(),
)
def test_changes_of_any_type_come_back(rows: list[int], kind: type, data: st.DataObject) -> None:
    n = len(rows)
    raw = [
        np.frombuffer(
            data.draw(st.binary(min_size=n, max_size=n)), np.uint8
        ).astype(kind) for _ in range(2)
    ]  # fmt: skip
    picked = np.array(sorted(rows), np.int32)
    edit = Edit("", {}, (Change("t", "c", 7, picked, *raw),), batches=(Batch("u", 1, True, False),))
    (change,), _records, batches = payload.decode(payload.encode(edit))
    assert (change.table, change.column, change.alignment) == ("t", "c", 7)
    assert change.rows.dtype == np.int32 and change.rows.tolist() == picked.tolist()
    assert change.before.tolist() == raw[0].tolist() and change.after.tolist() == raw[1].tolist()
    assert batches == edit.batches


@given(st.binary(max_size=60))
def test_damaged_payloads_are_refused(noise: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        payload.decode(noise)
