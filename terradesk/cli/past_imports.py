"""What ``info`` tells of the files that came into a plan."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from terradesk import records as rec
from terradesk.cli.saying import say
from terradesk.i18n import _, isolate, moment, ngettext, number
from terradesk.plan import Plan

__all__ = ["imports_of", "say_imports"]

_COUNTS = ("read", "accepted", "grouped", "unplaced", "repaired", "rejected")


def imports_of(plan: Plan) -> list[dict[str, Any]]:
    """Every import that is not undone, the oldest first, as what JSON holds.

    Parameters
    ----------
    plan : Plan
    """
    return [
        {"file": row.source, "kind": row.kind, "imported": row.imported, **_counts(row)}
        for row in plan.rows(rec.BatchRow)
        if row.source
    ]


def _counts(row: rec.BatchRow) -> dict[str, int]:
    """Counts of the report that the plan keeps; none where it keeps none that can be read."""
    try:
        report = json.loads(row.report) if row.report else {}
        return {key: int(report[key]) for key in _COUNTS if key in report}
    except (ValueError, TypeError):
        return {}


def say_imports(plan: Plan) -> None:
    """One line for each import, below a heading."""
    found = imports_of(plan)
    if found:
        say(_("Imports:"))
    for one in found:
        what = _kind_title(one["kind"])
        name = isolate(one["file"])
        head = _("{file} ({kind})").format(file=name, kind=what) if what else name
        say("  " + " · ".join([*_when(one["imported"]), head, *_rows(one)]))


def _kind_title(key: str) -> str:
    from terradesk.importing.kinds import kind_of

    kind = kind_of(key) if key else None
    return _(kind.title) if kind is not None else key


def _when(imported: str) -> Iterator[str]:
    try:
        yield moment(dt.datetime.fromisoformat(imported).astimezone())
    except ValueError:
        if imported:
            yield imported


def _rows(one: dict[str, Any]) -> Iterator[str]:
    n = one.get("read")
    if n is None:
        return
    yield ngettext("{n} row", "{n} rows", n).format(n=number(n))
    told = (
        ("rejected", _("{n} left out")),
        ("unplaced", _("{n} without a place")),
        ("repaired", _("{n} put right")),
    )
    for key, text in told:
        if one.get(key):
            yield text.format(n=number(one[key]))
