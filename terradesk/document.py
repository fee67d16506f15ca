"""Document: the open plan, its history and who is told about each step."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from terradesk.accounts import Accounts
from terradesk.edits import Edit, Record, apply, describe, invert
from terradesk.edits.arrivals import Arrivals, Incoming, incoming, received
from terradesk.errors import ReadOnlyPlan
from terradesk.i18n import N_, _
from terradesk.plan import Plan

Observer = Callable[["Step", Plan], None]
"""Called after a step with the step and the new plan."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the history: something done, undone or redone.

    Parameters
    ----------
    seq : int
        1, 2, 3 ... in the order they were committed.
    kind : {"do", "undo", "redo"}
    refers_to : int
        ``seq`` of the "do" step that is undone or redone; 0 for "do".
    time : datetime
        UTC.
    user : str
    edit : Edit
        What this step did (for an undo already inverted). Its cells are left out (``changes`` is
        empty) where the step was read from a file and not asked for with `Store.edit`.
    """

    seq: int
    kind: str
    refers_to: int
    time: dt.datetime
    user: str
    edit: Edit

    @property
    def text(self) -> str:
        """The step in the user's language."""
        text = describe(self.edit)
        if self.kind == "undo":
            return _("Undone: {text}").format(text=text)
        return _("Done again: {text}").format(text=text) if self.kind == "redo" else text


class Store(Protocol):
    """Where a document keeps its plan; every step is there before anybody sees it."""

    @property
    def path(self) -> Path | None:
        """The file, or None for a plan in memory."""

    @property
    def is_read_only(self) -> bool:
        """Whether `commit` will refuse."""

    def commit(self, step: Step, arrivals: Arrivals | None = None) -> None:
        """Write one step in one transaction.

        Parameters
        ----------
        step : Step
        arrivals : Arrivals, optional
            New rows and columns, written before the step's edit is applied.

        Raises
        ------
        TerraDeskError
            If it could not be written; the file is then as it was.
        """

    def steps(self) -> list[Step]:
        """The whole history, oldest first, edits without their cells."""

    def edit(self, seq: int) -> Edit:
        """The complete edit of a step."""

    def close(self) -> None:
        """Let go of the file."""


class MemoryStore:
    """A store that keeps nothing on disk: for scripts and tests."""

    path: Path | None = None
    is_read_only = False

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def commit(self, step: Step, arrivals: Arrivals | None = None) -> None:
        """Remember a step."""
        self._steps.append(step)

    def steps(self) -> list[Step]:
        """All steps so far."""
        return list(self._steps)

    def edit(self, seq: int) -> Edit:
        """The edit of a step."""
        return self._steps[seq - 1].edit

    def close(self) -> None:
        """Nothing to let go of."""


class Document:
    """The open plan. `do`, `undo` and `redo` are the only ways to change it.

    Parameters
    ----------
    plan : Plan
        As the store holds it.
    store : Store, optional
        Without one the plan lives in memory only.
    """

    def __init__(self, plan: Plan, store: Store | None = None) -> None:
        self._plan = plan
        self.store: Store = store if store is not None else MemoryStore()
        self._steps = self.store.steps()
        self.opened_at = len(self._steps)
        self._observers: list[Observer] = []
        self._done, self._undone = _stacks(self._steps)

    # ------------------------------------------------------------------ looking
    @property
    def plan(self) -> Plan:
        """The plan as it is now."""
        return self._plan

    @property
    def path(self) -> Path | None:
        """The plan's file."""
        return self.store.path

    @property
    def steps(self) -> Sequence[Step]:
        """The whole history, oldest first."""
        return tuple(self._steps)

    @property
    def is_read_only(self) -> bool:
        """Whether the plan can be looked at only."""
        return self.store.is_read_only

    @property
    def undo_step(self) -> Step | None:
        """The step that `undo` would take back."""
        return self._steps[self._done[-1] - 1] if self._done else None

    @property
    def redo_step(self) -> Step | None:
        """The step that `redo` would do again."""
        return self._steps[self._undone[-1] - 1] if self._undone else None

    @property
    def undoes_today(self) -> bool:
        """Whether the next undo takes back something done since the plan was opened."""
        return bool(self._done) and self._done[-1] > self.opened_at

    def applied(self) -> list[Step]:
        """The "do" steps that are in force, oldest first."""
        return [self._steps[seq - 1] for seq in self._done]

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Be told of every step; the returned function ends it."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    # ------------------------------------------------------------------ changing
    def do(self, edit: Edit) -> Step:
        """Apply an edit, commit it, then tell the observers.

        Raises
        ------
        StaleEdit
            If the edit does not fit the plan as it is.
        TerraDeskError
            If it could not be written: nothing has changed then and nobody is told.
        """
        return self._commit("do", 0, edit, apply(self._plan, edit))

    def undo(self) -> Step | None:
        """Take back the last step in force; None when there is none."""
        if not self._done:
            return None
        seq = self._done[-1]
        edit = invert(self.store.edit(seq))
        return self._commit("undo", seq, edit, apply(self._plan, edit))

    def redo(self) -> Step | None:
        """Do the last undone step again; None when there is none."""
        if not self._undone:
            return None
        seq = self._undone[-1]
        edit = self.store.edit(seq)
        return self._commit("redo", seq, edit, apply(self._plan, edit))

    def add_accounts(
        self,
        accounts: Accounts,
        source: str,
        report: Mapping[str, Any] | None = None,
        extra: Sequence[Record] = (),
    ) -> Step:
        """Append imported accounts as one undoable step.

        Parameters
        ----------
        accounts : Accounts
            New rows, placed in the plan's CRS and units.
        source : str
            Name of the file.
        report : mapping, optional
            Import report, kept as JSON.
        extra : sequence of Record
            Rows of small tables that belong to it (columns, measures); their ids start at
            ``plan.next_id + 1``.
        """
        one, many = N_("Added {n} account from {a}"), N_("Added {n} accounts from {a}")
        made = incoming(
            self._plan,
            one if len(accounts) == 1 else many,
            {"n": len(accounts), "a": source},
            kind="accounts",
            source=source,
            report=report,
            arrivals=Arrivals(accounts=accounts),
            records=extra,
        )
        return self.bring(made)

    def bring(self, made: Incoming) -> Step:
        """Do a step that brings rows or columns from outside.

        Raises
        ------
        StaleEdit
            If it was made for the plan as it was before another step.
        TerraDeskError
            If it could not be written: nothing has changed then and nobody is told.
        """
        after = apply(received(self._plan, made.arrivals), made.edit)
        return self._commit("do", 0, made.edit, after, made.arrivals)

    def _commit(
        self, kind: str, refers_to: int, edit: Edit, after: Plan, arrivals: Arrivals | None = None
    ) -> Step:
        if self.store.is_read_only:
            raise ReadOnlyPlan(
                _("This plan is open for reading only."), _("Save a copy and work on that.")
            )
        step = Step(len(self._steps) + 1, kind, refers_to, _now(), _user(), edit)
        self.store.commit(step, arrivals)
        self._plan = after
        self._steps.append(step)
        _advance(step, self._done, self._undone)
        for observer in list(self._observers):
            observer(step, after)
        return step

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()


def _advance(step: Step, done: list[int], undone: list[int]) -> None:
    """Move the two stacks of "do" steps on by one step."""
    if step.kind == "do":
        done.append(step.seq)
        undone.clear()
    elif step.kind == "undo":
        undone.append(done.pop())
    else:
        done.append(undone.pop())


def _stacks(steps: Sequence[Step]) -> tuple[list[int], list[int]]:
    done: list[int] = []
    undone: list[int] = []
    for step in steps:
        _advance(step, done, undone)
    return done, undone


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
