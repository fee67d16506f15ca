"""Edit: one change of a plan as pure data, and what it is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from terradesk import i18n
from terradesk.i18n import N_, _
from terradesk.records import Row


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Cells of one column.

    Parameters
    ----------
    table : {"assignment", "units", "accounts"}
    column : str
        ``"territory"`` for the assignment, else a column of the table.
    alignment : int
        Alignment id; 0 for units and accounts.
    rows : ndarray of int32, shape (k,)
        Sorted and unique.
    before, after : ndarray, shape (k,)
        Values of the column's dtype.
    """

    table: str
    column: str
    alignment: int
    rows: np.ndarray
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a small table before and after; None where it does not exist."""

    kind: str
    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        """The row as it is after, or as it was."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def key(self) -> tuple[int, str]:
        """(alignment, uid) of the row."""
        return self.row.alignment, self.row.uid


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a big table that came in together; undo hides them."""

    table: str
    batch: int
    was_present: bool
    is_present: bool


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """One step of a plan.

    Parameters
    ----------
    msgid : str
        Untranslated sentence with named fields, e.g. ``"Moved {n} {noun} to {b}"``.
    fields : mapping
        What goes into the sentence.
    changes, records, batches
        What changes.
    reason : str
        Who or what did it and why.
    alignment : int
        The alignment it was made in, 0 for the whole plan.
    """

    msgid: str
    fields: Mapping[str, str | int] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    records: tuple[Record, ...] = ()
    batches: tuple[Batch, ...] = ()
    reason: str = ""
    alignment: int = 0

    @property
    def n_rows(self) -> int:
        """Number of cells, records and batches that change."""
        return sum(len(c.rows) for c in self.changes) + len(self.records) + len(self.batches)


UNASSIGNED_NAME = N_("Unassigned")
_FIELD = re.compile(r"\{(\w+)\}")


def describe(edit: Edit) -> str:
    """The edit as a sentence in the user's language.

    Histories come out of files from anywhere: a field that is missing stays as it is written, and
    braces in names mean nothing.
    """

    def value(match: re.Match[str]) -> str:
        found = edit.fields.get(match[1], match[0])
        if isinstance(found, int):
            return i18n.number(found)
        return _(UNASSIGNED_NAME) if found == UNASSIGNED_NAME else str(found)

    return _FIELD.sub(value, _(edit.msgid))


def invert(edit: Edit) -> Edit:
    """The edit that takes this one back."""
    return replace(
        edit,
        changes=tuple(replace(c, before=c.after, after=c.before) for c in reversed(edit.changes)),
        records=tuple(replace(r, before=r.after, after=r.before) for r in reversed(edit.records)),
        batches=tuple(
            replace(b, was_present=b.is_present, is_present=b.was_present)
            for b in reversed(edit.batches)
        ),
    )


def joined(first: Edit, *others: Edit) -> Edit:
    """Several edits as one step, under the first one's sentence.

    The edits must touch different cells and records.
    """
    edits = (first, *others)
    return replace(
        first,
        changes=tuple(c for e in edits for c in e.changes),
        records=tuple(r for e in edits for r in e.records),
        batches=tuple(b for e in edits for b in e.batches),
    )
