"""Large steps are written beside the main thread: nothing can be edited meanwhile."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from terradesk import edits
from terradesk.document import Document, MemoryStore
from terradesk.edits import scenarios
from terradesk.edits.arrivals import Arrivals, incoming
from terradesk.errors import ReadOnlyPlan, TerraDeskError
from tests.core.kernel import grid_accounts, grid_plan
from ui import jobs
from ui.bringing import Bringing
from ui.document_model import DocumentModel


class SlowStore(MemoryStore):
    """Writes when it is let, and fails as often as it is told to."""

    def __init__(self):
        super().__init__()
        self.may_write = threading.Event()
        self.errors = []

    def commit(self, step, arrivals=None):
        assert self.may_write.wait(20)
        if self.errors:
            raise self.errors.pop()
        super().commit(step, arrivals)


@pytest.fixture
def desk(qtbot):
    store = SlowStore()
    model = DocumentModel()
    model.open(Document(grid_plan(), store))
    model.told = []
    model.message.connect(lambda text, has_undo: model.told.append((text, has_undo)))
    yield model, store
    store.may_write.set()
    qtbot.waitUntil(lambda: not jobs.running())
    model.close()


def made(plan, alignment=0, progress=None):
    accounts = grid_accounts(2, 2)
    return incoming(
        plan, "Added {n} accounts from {a}", {"n": 2, "a": "x"}, kind="accounts", source="x",
        arrivals=Arrivals(accounts=accounts), alignment=alignment,
    )  # fmt: skip


def begin(model, **others):
    out = Bringing(model, made(model.plan), model.plan, others.pop("again", made))
    out.start()
    return out


def test_the_plan_stays_as_it_was_until_the_step_is_written(qtbot, desk):
    model, store = desk
    before, shown = model.plan, []
    model.edited.connect(lambda edited: shown.append(threading.current_thread()))
    bringing = begin(model)
    assert model.is_held and model.plan is before
    rows = np.array([0], np.int32)
    errors = []
    model.on_error = lambda error, _retry: errors.append(error) or False
    assert model.attempt(lambda: edits.assign(model.plan, model.alignment, rows, -1)) is None
    assert "import" in errors[0].message
    with pytest.raises(TerraDeskError):
        model.undo()
    with qtbot.waitSignal(bringing.done):
        store.may_write.set()
    assert not model.is_held
    assert len(model.plan.accounts) == len(before.accounts) + 2
    assert shown == [threading.main_thread()]
    assert model.undo() is not None
    assert model.plan.accounts_present.sum() == len(before.accounts)


def test_what_cannot_be_written_is_tried_again_when_asked(qtbot, desk):
    model, store = desk
    answers = [True, False]
    store.errors = [TerraDeskError("b"), TerraDeskError("a")]
    model.on_error = lambda error, can_retry: can_retry and answers.pop(0)
    before = model.plan
    begin(model)
    store.may_write.set()
    qtbot.waitUntil(lambda: not answers and not model.is_held)
    assert model.plan is before and not store.errors
    bringing = begin(model)
    qtbot.waitSignal(bringing.done).wait()
    assert len(model.plan.accounts) > len(before.accounts)


def test_a_plan_for_reading_only_is_not_tried_again(qtbot, desk):
    model, store = desk
    told = []
    store.errors = [ReadOnlyPlan("no")]
    model.on_error = lambda error, can_retry: told.append(can_retry) or True
    begin(model)
    store.may_write.set()
    qtbot.waitUntil(lambda: told == [False] and not model.is_held)


def test_closing_waits_for_the_step(qtbot, desk):
    model, store = desk
    document = model.document
    begin(model)
    threading.Timer(0.1, store.may_write.set).start()
    model.close()
    assert not model.is_open and not model.is_held
    assert len(document.steps) == 1
    qtbot.waitUntil(lambda: not jobs.running())


def test_a_baseline_is_copied_first_when_the_user_wants_that(qtbot, desk):
    model, store = desk
    store.may_write.set()
    model.on_baseline = lambda name: "copy"
    first = model.alignment
    rows = np.array([0], np.int32)
    assert model.attempt(lambda: scenarios.set_baseline(model.plan, model.view.scenario.id))

    def assigned(plan, alignment, progress=None):
        moved = edits.assign(plan, alignment, rows, -1).edit
        return incoming(
            plan, "Adopted", {}, kind="alignment", source="x", changes=moved.changes,
            alignment=alignment,
        )  # fmt: skip

    again = []

    def anew(plan, alignment, progress):
        again.append(alignment)
        return assigned(plan, alignment)

    bringing = Bringing(model, assigned(model.plan, first), model.plan, anew)
    with qtbot.waitSignal(bringing.done):
        bringing.start()
    assert model.alignment != first and again == [model.alignment]
    assert model.plan.assignments[first][0] != -1
    assert model.view.assignment[0] == -1


def test_nothing_new_is_said(qtbot, desk):
    model, store = desk
    store.may_write.set()
    bringing = Bringing(model, made(model.plan), grid_plan(), lambda *_args: None)
    bringing.start()
    qtbot.waitUntil(lambda: not model.is_held)
    assert "Nothing changed" in model.told[-1][0]
