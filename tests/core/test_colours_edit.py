"""Fills of territories that differ from their neighbours'."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import edits
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import colours
from terradesk.edits.territories import new_territory
from tests.core.kernel import grid_plan

SIDE = 8
PLAN = grid_plan(SIDE, SIDE, 8)


def with_fills(fills, labels=None, plan=PLAN):
    leaves = plan.alignment(3).leaves
    table = dict(plan.tables["territory"])
    for leaf, fill in zip(leaves, fills, strict=True):
        table[3, leaf.uid] = replace(leaf, colour=int(fill))
    out = replace(plan, tables={**plan.tables, "territory": table}, _kept={})
    if labels is not None:
        ids = np.array([t.id for t in leaves], np.int32)
        out = replace(out, assignments={3: ids[labels]})
    return out


def fills_of(plan):
    return np.array([t.colour for t in plan.alignment(3).leaves])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6))
def test_after_the_step_no_neighbours_look_alike_and_nobody_else_changed(seed):
    rng = np.random.default_rng(seed)
    seeds = rng.random((8, 2)) * SIDE
    at = np.stack(np.divmod(np.arange(SIDE * SIDE), SIDE), -1)[:, ::-1] + 0.5
    labels = np.linalg.norm(at[:, None] - seeds[None], axis=2).argmin(axis=1)
    plan = with_fills(rng.integers(0, 24 if seed % 2 else 3, 8), labels)
    before, pairs = fills_of(plan), colours.touching(plan.alignment(3))
    edit = colours.differ(plan, 3)
    after = fills_of(edits.apply(plan, edit)) if edit else before
    apart = colours.apart()
    assert (apart[after[pairs[:, 0]], after[pairs[:, 1]]] > colours.ALIKE).all()
    alike = pairs[apart[before[pairs[:, 0]], before[pairs[:, 1]]] <= colours.ALIKE]
    assert set(np.flatnonzero(before != after)) <= set(alike.ravel().tolist())
    assert (edit is None) == (not len(alike))
    if edit:
        assert colours.differ(edits.apply(plan, edit), 3) is None


def test_the_step_is_one_undoable_edit_that_says_how_many():
    document = Document(with_fills([5] * 8))
    document.do(colours.differ(document.plan, 3))
    assert len(set(fills_of(document.plan)[:2])) == 2
    assert "other colours than their neighbours" in document.undo_step.text
    document.undo()
    assert set(fills_of(document.plan)) == {5}


def test_a_water_link_makes_neighbours():
    before = colours.touching(PLAN.alignment(3)).tolist()
    assert [0, 7] not in before and [0, 1] in before
    row = rec.Bridge("b", 700, unit_a=0, unit_b=7)
    stray = rec.Bridge("c", 701, unit_a=0, unit_b=999)
    plan = replace(PLAN, tables={**PLAN.tables, "bridge": {(0, "b"): row, (0, "c"): stray}})
    assert [0, 7] in colours.touching(plan.alignment(3)).tolist()


@pytest.mark.parametrize("rows", [[0], [9, 10, 11], [0, 63], list(range(64))])
def test_a_new_territory_looks_unlike_those_around_it(rows):
    plan = with_fills(np.arange(8))
    node = new_territory(plan, 3, near=np.array(rows))
    view = plan.alignment(3)
    done = edits.assign(plan, 3, np.array(rows), node.id, new=node).edit
    after = edits.apply(plan, done).alignment(3)
    here = next(k for k, t in enumerate(after.leaves) if t.id == node.id)
    pairs = colours.touching(after)
    beside = {int(x) for pair in pairs if here in pair for x in pair if x != here}
    apart = colours.apart()
    for other in beside:
        assert apart[node.colour, after.leaves[other].colour] > colours.ALIKE
    assert node.colour not in {t.colour for t in view.leaves}


def test_a_new_territory_of_nothing_has_the_least_used_fill():
    assert (
        new_territory(PLAN, 3, near=np.empty(0, np.int32)).colour == new_territory(PLAN, 3).colour
    )
