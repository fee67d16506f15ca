"""Previews of a build while it runs, worked out in a thread: the newest one wins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6 import QtCore

from terradesk.edits import Edit, Record
from terradesk.edits.change import Change
from terradesk.plan import Plan
from terradesk.records import Territory

from ...document_model import Tentative
from ...jobs import Job
from .choices import tentative_of
from .facts import Facts, facts_of

if TYPE_CHECKING:
    from terradesk.builder.plans.accepting import Accepted
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.problem import Result, Snapshot
    from terradesk.progress import Progress

_NEW = -1


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A preview.

    Parameters
    ----------
    plan : Plan
        What it is a preview for.
    found : Snapshot or Result
    tentative : Tentative or None
        None when nothing would change.
    accepted : Accepted
    facts : Facts
    """

    plan: Plan
    found: Any
    tentative: Tentative | None
    accepted: Accepted
    facts: Facts


class Previewer(QtCore.QObject):
    """Works previews out, one at a time; of those that come meanwhile only the newest counts.

    Signals
    -------
    ready(object)
        `Shown`.
    failed(object)
    """

    ready = QtCore.Signal(object)
    failed = QtCore.Signal(object)

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._next: tuple[Any, ...] | None = None
        self._names = Names()

    @property
    def is_busy(self) -> bool:
        """Whether a preview is still to come."""
        return self._job is not None

    def forget(self) -> None:
        """Another build begins, or none: nothing is told of what was asked before."""
        self._job = self._next = None
        self._names = Names()

    def ask(self, plan: Plan, alignment: int, prepared: Prepared, found: Snapshot | Result) -> None:
        """Work out what accepting would do to a plan."""
        self._next = (plan, alignment, prepared, found, self._names)
        if self._job is None:
            self._begin()

    def _begin(self) -> None:
        work, self._next = self._next, None
        assert work is not None
        self._job = job = Job("", work_out, *work)
        job.succeeded.connect(lambda shown: self._got(job, shown))
        job.failed.connect(lambda error: self._missed(job, error))
        job.start()

    def _got(self, job: Job, shown: Shown) -> None:
        if self._job is job:
            self._go_on()
            self.ready.emit(shown)

    def _missed(self, job: Job, error: BaseException) -> None:
        if self._job is job:
            self._go_on()
            self.failed.emit(error)

    def _go_on(self) -> None:
        self._job = None
        if self._next is not None:
            self._begin()


class Names:
    """Territories that previews of one build make: named and coloured once, so that they stay."""

    def __init__(self) -> None:
        self.made: dict[int, Territory] = {}

    def take(self, prepared: Prepared, labels: np.ndarray, edit: Edit | None) -> None:
        """Remember those of an edit, which come in the order of their labels."""
        records = edit.records if edit is not None else ()
        rows = [r.after for r in records if r.kind == "territory" and r.before is None]
        used = [i for i in np.unique(labels[labels >= 0]).tolist()
                if prepared.territories[i] == _NEW]  # fmt: skip
        if len(used) == len(rows):
            self.made = {k: r for k, r in zip(used, rows, strict=True) if isinstance(r, Territory)}


def work_out(
    plan: Plan, alignment: int, prepared: Prepared, found: Any, names: Names, progress: Progress
) -> Shown:
    """What accepting would do; called in a thread."""
    from terradesk.builder.plans import accepting
    from terradesk.builder.plans.identities import settle
    from terradesk.builder.problem import Result
    from terradesk.builder.verifying import verify

    is_last = isinstance(found, Result)
    if is_last:
        result = settle(prepared, found)
    else:
        figures, violations = verify(prepared.problem, prepared.options, found.assignment)
        result = Result(
            found.assignment, figures, violations, "running", found.iterations, 0, found.seconds, ""
        )
        result = settle(prepared, result)
    accepted = None if is_last else _quick(plan, alignment, prepared, result.assignment, names)
    if accepted is None:
        accepted = accepting.accept(plan, alignment, prepared, result)
        names.take(prepared, result.assignment, accepted.edit)
    facts = facts_of(result.figures, result.violations)
    return Shown(plan, found, tentative_of(plan, accepted.edit), accepted, facts)


def _quick(
    plan: Plan, alignment: int, prepared: Prepared, labels: np.ndarray, names: Names
) -> Accepted | None:
    """What accepting would do, with the new territories of the preview before; None without.

    Naming and colouring them anew takes longer than all the rest, and they would not stay.
    """
    from terradesk.builder.plans.accepting import Accepted

    used = np.unique(labels[labels >= 0]).tolist()
    new = [i for i in used if prepared.territories[i] == _NEW]
    if not new or not all(i in names.made for i in new):
        return None
    first = min(names.made[i].id for i in new)
    shift = plan.next_id - first
    made = {i: replace(names.made[i], id=names.made[i].id + shift) for i in new}
    ids = np.array([made[i].id if i in made else t for i, t in enumerate(prepared.territories)])
    rows, view = prepared.rows, plan.alignment(alignment)
    now = view.assignment[rows]
    go = (labels >= 0) & (now == prepared.before) & plan.units_present[rows] & (now != ids[labels])
    wanted = ids[labels[go]].astype(np.int32)
    change = Change("assignment", "territory", alignment, rows[go], now[go], wanted)
    records = tuple(Record("territory", None, t) for t in made.values())
    edit = Edit("", {}, (change,) if len(change.rows) else (), records, alignment=alignment)
    return Accepted(edit, n_changed=len(change.rows))
