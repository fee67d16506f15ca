"""What tests of plan files share: plans compared to the last bit, a history replayed, refusals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from terradesk.document import Document, Step
from terradesk.edits import Edit, apply, assign
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan
from tests.core.kernel import grid_plan

A = 3  # the alignment of a new plan
PLAN = grid_plan()


def same_array(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal in type and value, not-a-number included."""
    if a.dtype != b.dtype:
        return False
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))


def differences(a: Plan, b: Plan) -> list[str]:
    """What differs between two plans, by name; the source geometry is left out."""
    out = [
        name for name in ("uid", "crs", "hidden", "next_id") if getattr(a, name) != getattr(b, name)
    ]
    for table in ("units", "accounts"):
        x, y = getattr(a, table), getattr(b, table)
        own = [f for f in x.__dataclass_fields__ if isinstance(getattr(x, f), np.ndarray)]
        own = [f for f in own if f != "source"]
        out += [f"{table}.{f}" for f in own if not same_array(getattr(x, f), getattr(y, f))]
        if list(x.columns) != list(y.columns):
            out.append(f"{table} columns {list(x.columns)} {list(y.columns)}")
        else:
            out += [f"{table}/{c}" for c in x.columns if not same_array(x.columns[c], y.columns[c])]
    if (a.units.geometry_kind, a.units.source_crs) != (b.units.geometry_kind, b.units.source_crs):
        out.append("units.source_crs")
    for kind in {*a.tables, *b.tables}:
        if dict(a.tables.get(kind, {})) != dict(b.tables.get(kind, {})):
            out.append(kind)
    if a.assignments.keys() != b.assignments.keys():
        out.append("alignments")
    else:
        out += [
            f"assignment {k}"
            for k, labels in a.assignments.items()
            if not same_array(labels, b.assignments[k])
        ]
    blobs = [
        [c and c.to_bytes() for c in (p.coverage, p.arcs, *p.coverages.values())] for p in (a, b)
    ]
    return out if blobs[0] == blobs[1] else [*out, "coverage"]


def replayed(plan: Plan, document: Document) -> Plan:
    """A plan after all steps in the history of a document's file."""
    for step in document.steps:
        plan = apply(plan, document.store.edit(step.seq))
    return plan


def move(document: Document, unit: int, to: int) -> None:
    """Move one unit to the leaf in slot ``to``."""
    territory = document.plan.alignment(A).leaves[to].id
    edit = assign(document.plan, A, np.array([unit]), territory).edit
    assert edit is not None
    document.do(edit)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as another program sees it."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.1)) as db:
        yield db


def refuses(document: Document, words: str, kind: type[TerraDeskError] = TerraDeskError) -> None:
    """An edit fails with these words, and neither plan, history nor observers notice."""
    told: list[tuple[Step, Plan]] = []
    stop = document.observe(lambda step, plan: told.append((step, plan)))
    plan, n_steps = document.plan, len(document.steps)
    with pytest.raises(kind, match=words) as caught:
        document.do(an_edit(document))
    stop()
    assert caught.value.hint
    assert document.plan is plan and len(document.steps) == n_steps and not told


def an_edit(document: Document, unit: int = 0) -> Edit:
    """Move a unit to a territory that does not own it."""
    view = document.plan.alignment(A)
    to = next(t.id for t in view.leaves if t.id != view.assignment[unit])
    edit = assign(document.plan, A, np.array([unit]), to).edit
    assert edit is not None
    return edit


def works(document: Document) -> None:
    """The same edit succeeds and is in the file."""
    document.do(an_edit(document))
    assert document.path is not None
    with opened(document.path) as db:
        assert db.execute("SELECT max(seq) FROM history").fetchone()[0] == len(document.steps)
