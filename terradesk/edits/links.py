"""Water links, by which areas are neighbours, and barriers, which no built territory crosses."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from terradesk import records as rec
from terradesk.edits.change import Edit, Record
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.plan import Plan

__all__ = ["are_neighbours", "block", "link", "linked_with", "unblock", "unlink"]


def are_neighbours(plan: Plan, a: int, b: int) -> bool:
    """Whether two units share a border; a point that they share is none."""
    if plan.arcs is None:
        return False
    near = plan.arcs.adjacency
    return b in near.neighbours[near.starts[a] : near.starts[a + 1]]


def linked_with(plan: Plan, unit: int) -> list[int]:
    """Rows of the present units that a water link joins to one, in the order they were made."""
    out: dict[int, None] = {}
    for row in plan.rows(rec.Bridge):
        other = {row.unit_a: row.unit_b, row.unit_b: row.unit_a}.get(unit, -1)
        if 0 <= other < len(plan.units) and other != unit and plan.units_present[other]:
            out[other] = None
    return list(out)


def link(plan: Plan, a: int, b: int, note: str = "") -> Edit | None:
    """Let two units count as neighbours.

    Parameters
    ----------
    plan : Plan
    a, b : int
        Unit rows.
    note : str
        What crosses the water: "Golden Gate Bridge".

    Returns
    -------
    Edit or None
        None when they are linked already.

    Raises
    ------
    TerraDeskError
        If they are the same, one is not there, or they share a border.
    """
    hint = _("Select two areas that water parts.")
    if a == b:
        raise TerraDeskError(_("An area cannot be linked with itself."), hint)
    if not all(0 <= u < len(plan.units) and plan.units_present[u] for u in (a, b)):
        raise TerraDeskError(_("One of the areas is no longer there."), hint)
    if are_neighbours(plan, a, b):
        raise TerraDeskError(
            _("{a} and {b} share a border: they are neighbours without a link.").format(
                **_names(plan, a, b)
            ),
            hint,
        )
    if b in linked_with(plan, a):
        return None
    row = rec.Bridge(rec.new_uid(), plan.next_id, 0, int(a), int(b), note)
    msgid = N_("Linked {a} and {b} over water")
    return Edit(msgid, _names(plan, a, b), records=(Record("bridge", None, row),))


def unlink(plan: Plan, a: int, b: int) -> Edit | None:
    """Take the water link between two units away; None when there is none.

    Parameters
    ----------
    plan : Plan
    a, b : int
        Unit rows, in any order.
    """
    records = tuple(
        Record("bridge", row, None)
        for row in plan.rows(rec.Bridge)
        if {row.unit_a, row.unit_b} == {int(a), int(b)}
    )
    msgid = N_("Removed the water link between {a} and {b}")
    return Edit(msgid, _names(plan, a, b), records=records) if records else None


def block(plan: Plan, a: Iterable[int], b: Iterable[int], note: str = "") -> Edit | None:
    """Mark the borders between two groups of units as barriers: a river, a mountain range.

    Territories that the builder makes do not cross them; other figures do not change.

    Parameters
    ----------
    plan : Plan
    a, b : iterable of int
        Unit rows; units of both groups count for the first.
    note : str
        What is there: "Mississippi".

    Returns
    -------
    Edit or None
        None when all of them are barriers already.

    Raises
    ------
    TerraDeskError
        If no unit of one group touches one of the other.
    """
    met = _borders(plan, a, b)
    if not met:
        raise TerraDeskError(
            _("The areas do not touch, so there is no border between them."),
            _("Select areas on both sides of the border."),
        )
    held = {frozenset((row.unit_a, row.unit_b)) for row in plan.rows(rec.Barrier)}
    new = [pair for pair in met if frozenset(pair) not in held]
    records = tuple(
        Record("barrier", None, rec.Barrier(rec.new_uid(), plan.next_id + i, 0, *pair, note))
        for i, pair in enumerate(new)
    )
    one, many = N_("Made the border of {a} and {b} a barrier"), N_("Made {n} borders barriers")
    return _barrier_edit(plan, new, one, many, records)


def unblock(plan: Plan, a: Iterable[int], b: Iterable[int]) -> Edit | None:
    """Take barriers between two groups of units away; None when there are none.

    Parameters
    ----------
    plan : Plan
    a, b : iterable of int
        Unit rows.
    """
    one, other = {int(u) for u in a}, {int(u) for u in b}
    found = [
        row
        for row in plan.rows(rec.Barrier)
        if (row.unit_a in one and row.unit_b in other)
        or (row.unit_b in one and row.unit_a in other)
    ]
    pairs = [(row.unit_a, row.unit_b) for row in found]
    records = tuple(Record("barrier", row, None) for row in found)
    singular = N_("The border of {a} and {b} is no barrier any more")
    return _barrier_edit(plan, pairs, singular, N_("Removed {n} barriers"), records)


def _barrier_edit(
    plan: Plan, pairs: list[tuple[int, int]], one: str, many: str, records: tuple[Record, ...]
) -> Edit | None:
    if not pairs:
        return None
    fields = {"n": len(pairs), **_names(plan, *pairs[0])}
    return Edit(one if len(pairs) == 1 else many, fields, records=records)


def _borders(plan: Plan, a: Iterable[int], b: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs of neighbours across two groups of present units, by their rows."""
    if plan.arcs is None:
        return []
    side = np.zeros(len(plan.units), np.int8)
    for value, rows in ((2, b), (1, a)):
        chosen = np.array([int(u) for u in rows], np.int64)
        side[chosen[(chosen >= 0) & (chosen < len(side))]] = value
    near = plan.arcs.adjacency
    first = np.repeat(np.arange(len(side)), np.diff(near.starts))
    met = (side[first] == 1) & (side[near.neighbours] == 2)
    return list(zip(first[met].tolist(), near.neighbours[met].tolist(), strict=True))


def _names(plan: Plan, a: int, b: int) -> dict[str, str | int]:
    units = plan.units
    named = {k: str(units.names[u] or units.codes[u]) for k, u in (("a", a), ("b", b))}
    return {**named}
