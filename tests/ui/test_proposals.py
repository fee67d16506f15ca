"""A proposal stands until it is taken, refused, or the plan goes another way under it."""

from __future__ import annotations

import numpy as np
import pytest

from terradesk.document import Document
from terradesk.edits import apply, scenarios
from terradesk.edits import territories as te
from tests.core.kernel import grid_plan
from tests.ui.driving import wait_for_map
from ui.document_model import DocumentModel, Tentative


@pytest.fixture
def model(qtbot, window, at_once) -> DocumentModel:
    window.show_document(Document(grid_plan()))
    wait_for_map(qtbot, window)
    return window.model


def deletion(model: DocumentModel) -> Tentative:
    first = model.view.leaves[0].id
    edit = te.delete(model.plan, model.alignment, [first])
    rows = np.flatnonzero(model.view.assignment == first).astype(np.int32)
    return Tentative(edit, apply(model.plan, edit), rows, rows[:0], -1)


def propose_in(model: DocumentModel, alignment: int) -> None:
    model.show_alignment(alignment)
    model.propose(deletion(model))
    assert model.tentative is model.proposal is not None


def test_a_proposal_ends_with_the_scenario_it_is_for(model) -> None:
    first = model.alignment
    copied = scenarios.copy_scenario(model.plan, model.view.scenario.id, "Draft", 0)
    model.do(copied)
    second = next(a for a in model.plan.assignments if a != first)
    propose_in(model, second)
    model.do(scenarios.delete_scenario(model.plan, model.view.scenario.id))
    assert (model.proposal, model.tentative, model.alignment) == (None, None, first)
    model.undo()
    propose_in(model, second)
    model.undo()
    assert second not in model.plan.assignments
    assert (model.proposal, model.tentative, model.alignment) == (None, None, first)


def test_a_gesture_shows_over_a_proposal_and_gives_it_back(model) -> None:
    model.propose(deletion(model))
    standing = model.proposal
    gesture = deletion(model)
    model.preview(gesture)
    assert model.gesture is not None and model.proposal is standing
    model.preview(None)
    assert model.gesture is None and model.tentative is standing
    model.show_proposal(False)
    assert model.tentative is None and model.proposal is standing
    model.show_proposal(True)
    model.do(te.rename(model.plan, model.alignment, model.view.leaves[0].id, "North"))
    assert model.proposal is None and model.tentative is None


def test_what_was_hidden_in_one_plan_is_shown_in_the_next(model, window) -> None:
    model.show_proposal(False)
    model.propose(deletion(model))
    assert model.shows_proposal, "there was nothing to hide"
    model.show_proposal(False)
    assert not model.shows_proposal
    window.show_document(Document(grid_plan()))
    model.propose(deletion(model))
    assert model.shows_proposal
