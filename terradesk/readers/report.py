"""What an import did with every row."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

_MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Issue:
    """Something the user should know about an import.

    Parameters
    ----------
    kind : str
        A fixed word, e.g. ``swapped``: what the window offers depends on it.
    message : str
        One translated sentence.
    rows : tuple of int
        Rows it is about (from 0, of the table or layer that was read), at most 1,000 of them;
        lines of the file (from 1) for rows that never became part of the table.
    n : int
        How many things it is about in all.
    level : {"info", "warning"}
        Whether it was mended or explained, or wants attention.
    """

    kind: str
    message: str
    rows: tuple[int, ...] = ()
    n: int = 0
    level: Literal["info", "warning"] = "warning"


def issue(
    kind: str,
    message: str,
    rows: Iterable[int] | np.ndarray = (),
    n: int | None = None,
    level: Literal["info", "warning"] = "warning",
) -> Issue:
    """An `Issue` about rows, of which the first 1,000 are kept."""
    listed = [int(row) for row in rows]
    return Issue(kind, message, tuple(listed[:_MOST_ROWS]), len(listed) if n is None else n, level)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Where the rows of a file went: ``read == accepted + grouped + rejected``.

    Parameters
    ----------
    read : int
        Rows of the file with anything in them, the header not counted.
    accepted : int
        Rows, units or accounts that came out.
    grouped : int
        Rows that were joined to an accepted one.
    repaired : int
        Rows, or units, that had to be mended.
    unplaced : int
        Accepted accounts without a place on the map.
    rejected : int
        Rows that could not be used.
    issues : tuple of Issue
    """

    read: int = 0
    accepted: int = 0
    grouped: int = 0
    repaired: int = 0
    unplaced: int = 0
    rejected: int = 0
    issues: tuple[Issue, ...] = field(default=())

    @property
    def adds_up(self) -> bool:
        """Whether every row is accounted for."""
        return self.read == self.accepted + self.grouped + self.rejected

    def followed_by(self, later: ImportReport) -> ImportReport:
        """The report of two steps of which the second took what the first accepted."""
        return replace(
            later,
            read=self.read,
            rejected=self.rejected + later.rejected,
            grouped=self.grouped + later.grouped,
            issues=self.issues + later.issues,
        )

    def as_json(self) -> str:
        """The report as text, as the plan file keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def from_dict(values: dict[str, Any]) -> ImportReport:
    """A report that came back from a worker or a plan file as what JSON holds."""
    issues = tuple(Issue(**{**one, "rows": tuple(one["rows"])}) for one in values["issues"])
    return ImportReport(**{**values, "issues": issues})
